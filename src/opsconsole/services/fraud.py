"""The fraud screen: an order's score signal by signal, the decisions about it, and the way back from a chargeback.

The score and its signals are those of the rule FRAUD_REVIEW, with the values in force where the order is. "Then" is the
moment the first goods of the order left, or the dispute's opening where none did: what was decided later did not help.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, or_, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.fraud import Dispute, FraudCheck, FraudDecision
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import DISPUTE_KINDS, DISPUTE_REASONS, DISPUTE_STATUSES, FRAUD_DECISIONS, labels
from opsconsole.domain.wording import instant
from opsconsole.rules import fraud_signals
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.services.business import Business, business, setting
from opsconsole.services.names import channel_names
from opsconsole.services.rule_values import values_in_force
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import disputes, exceptions, fraud_decisions, orders

RULE = "FRAUD_REVIEW"
# Exceptions whose page always shows what is known of fraud.
RULES = (RULE, "CHARGEBACK_OPEN")
o, d, f = orders.c, disputes.c, fraud_decisions.c


@dataclass(frozen=True)
class _Known:
    """Facts and values of one order, to be scored as of any moment."""

    facts: Mapping[str, Any]
    values: Mapping[str, float]
    forwarders: frozenset[str] | None
    decisions: Sequence[Row[Any]]
    left_at: int | None

    def score(self, at: int) -> fraud_signals.Score:
        """The score with the newest decision not after a moment."""
        known = [row for row in self.decisions if row.at <= at]
        newest = known[0] if known else None
        told = {
            **self.facts,
            "decision": newest.decision if newest else None,
            "decision_provider": newest.provider if newest else None,
            "decision_score": newest.score if newest else None,
        }
        return fraud_signals.score(told, self.values, self.forwarders)


def fraud_check(database: Database, now: int, order_fk: int) -> FraudCheck | None:
    """Everything about one order as of ``now``; None when there is no such order."""
    with database.read() as connection:
        return check_of(connection, order_fk, now)


def concerning(connection: Connection, order_fk: int, now: int) -> FraudCheck | None:
    """What a page shows of an order; None where there is nothing to say."""
    return check_of(connection, order_fk, now) if concerns(connection, order_fk) else None


def concerns(connection: Connection, order_fk: int) -> bool:
    """Whether there is anything to say of an order's fraud risk: a decision, a dispute, a risk level, an exception."""
    said = or_(
        o.risk_level.is_not(None),
        o.risk_score.is_not(None),
        exists().where(f.order_fk == o.id),
        exists().where(d.order_fk == o.id),
        exists().where(exceptions.c.order_fk == o.id, exceptions.c.rule.in_(RULES)),
    )
    return connection.execute(select(o.id).where(o.id == order_fk, said)).first() is not None


def check_of(connection: Connection, order_fk: int, now: int) -> FraudCheck | None:
    """The same inside a connection."""
    known = _known(connection, [order_fk], now).get(order_fk)
    if known is None:
        return None
    company = business(connection, now)
    score, threshold = known.score(now), known.values["threshold"]
    return FraudCheck(
        order_fk,
        score.points,
        threshold,
        score.raises(threshold),
        _verdict(score, threshold),
        score.contributions,
        tuple(_decision(row) for row in known.decisions if row.at <= now),
        tuple(_dispute(row, known, company) for row in _dispute_rows(connection, now, d.order_fk == order_fk)),
    )


def _verdict(score: fraud_signals.Score, threshold: float) -> str:
    """What follows, and from what."""
    if score.decision == "approve":
        return "**Approved**: the decision stands above the score."
    if score.decision:
        said = FRAUD_DECISIONS[score.decision].label if score.decision in FRAUD_DECISIONS else score.decision
        return f"**{said}** by decision, whatever the score."
    if score.is_high_risk:
        return "**High risk** by the platform, whatever the score."
    side = "above" if score.points > threshold else "not above"
    return f"**{score.points:g}** points are {side} the threshold of **{threshold:g}**."


def _decision(row: Row[Any]) -> FraudDecision:
    known = FRAUD_DECISIONS.get(row.decision or "")
    label = known.label if known else row.decision or "Unknown"
    return FraudDecision(row.decision or "", label, row.provider or "", row.reason or "", row.score, row.decided_at)


def _dispute(row: Row[Any], known: _Known, company: Business) -> Dispute:
    moment, then = _then(row, known)
    score = known.score(moment)
    raised = "would have been held" if score.raises(known.values["threshold"]) else "was let through"
    by = f", {FRAUD_DECISIONS[score.decision].label.lower()}" if score.decision in FRAUD_DECISIONS else ", no decision"
    sentence = (
        f"{then} **{instant(moment, company.time_zone, year_of=company.now)}** it had **{score.points:g}** points{by}: "
        f"it {raised}."
    )
    kind, status = DISPUTE_KINDS.get(row.kind or ""), DISPUTE_STATUSES.get(row.status or "")
    reason = DISPUTE_REASONS.get(row.reason or "")
    return Dispute(
        row.dispute_id,
        kind.label if kind else row.kind or "Dispute",
        status.label if status else row.status or "Unknown",
        reason.label if reason else row.reason or "",
        row.amount,
        row.currency or company.base_currency,
        row.opened_at,
        row.evidence_due_at,
        sentence,
    )


def _then(row: Row[Any], known: _Known) -> tuple[int, str]:
    opened = row.opened_at if row.opened_at is not None else row.source_time
    if known.left_at is not None and known.left_at <= opened:
        return known.left_at, "When it left on"
    return opened, "When the dispute began on"


# --- all chargebacks --------------------------------------------------------------------------------------------------

_FIELDS = (
    Field("dispute_id", "Dispute", Kind.IDENTIFIER, width=110, total=Total.COUNT, total_words="chargebacks"),
    Field("kind", "Kind", Kind.STATUS, missing="Unknown", labels=labels(DISPUTE_KINDS), hidden=True),
    Field("status", "Status", Kind.STATUS, labels=labels(DISPUTE_STATUSES), width=120),
    Field("reason", "Reason", Kind.STATUS, missing="Unknown", labels=labels(DISPUTE_REASONS), width=120),
    Field("amount", "Amount", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM, width=100),
    Field("order", "Order", Kind.IDENTIFIER, width=100, total=Total.DISTINCT, total_words="orders"),
    Field("points", "Score then", Kind.QUANTITY, width=90, help="When its first goods left, else at its opening."),
    Field("threshold", "Threshold", Kind.QUANTITY, hidden=True),
    Field("signals", "Signals then", missing="None seen", stretch=True, help="What was seen, with its points."),
    Field("decision", "Decision then", Kind.STATUS, missing="None", labels=labels(FRAUD_DECISIONS), width=110),
    Field("held", "Would be held", Kind.FLAG, width=100, help="By the score and the decisions known then."),
    Field("opened_at", "Opened", Kind.INSTANT, missing="Unknown", hidden=True),
    Field("evidence_due_at", "Evidence due", Kind.INSTANT, missing="None", hidden=True),
    Field("channel", "Channel", hidden=True),
    Field("provider", "Provider", missing="Unknown", hidden=True),
    Field("currency", "Currency", hidden=True),
    Field("order_fk", "Order row", Kind.QUANTITY, hidden=True),
)


def list_chargebacks(database: Database, now: int) -> Listing:
    """Chargebacks opened by ``now``, newest first, with the fraud score and decision their orders had then.

    A dispute whose file does not say its kind counts as one.
    """
    with database.read() as connection:
        company, channels = business(connection, now), channel_names(connection)
        rows = _dispute_rows(connection, now, or_(d.kind.is_(None), d.kind == "chargeback"))
        known = _known(connection, [row.order_fk for row in rows], now)
        told = [_chargeback(row, known[row.order_fk], company, channels) for row in rows if row.order_fk in known]
    return from_rows(_FIELDS, told, id_key="id", as_of=now, title="Chargebacks", time_zone=company.time_zone)


def _chargeback(row: Row[Any], known: _Known, company: Business, channels: Mapping[str | None, str]) -> dict[str, Any]:
    score = known.score(_then(row, known)[0])
    return {
        **row._mapping,
        "currency": row.currency or company.base_currency,
        "channel": channels.get(row.channel, row.channel),
        "points": score.points,
        "threshold": known.values["threshold"],
        "signals": score.words or None,
        "decision": score.decision or None,
        "held": score.raises(known.values["threshold"]),
    }


def _dispute_rows(connection: Connection, now: int, *conditions: Any) -> Sequence[Row[Any]]:
    opened = func.coalesce(d.opened_at, d.source_time)
    statement: Select[Any] = (
        select(
            *(d.id, d.order_fk, d.dispute_id, d.kind, d.reason, d.status, d.provider, d.currency, d.amount),
            *(d.opened_at, d.evidence_due_at, d.source_time, o.channel),
            func.coalesce(o.order_number, o.order_id).label("order"),
        )
        .join_from(disputes, orders, o.id == d.order_fk)
        .where(opened <= now, *conditions)
        .order_by(opened.desc(), d.id.desc())
    )
    return connection.execute(statement).all()


# --- what is known of orders ------------------------------------------------------------------------------------------


def _known(connection: Connection, order_fks: Iterable[int], now: int) -> dict[int, _Known]:
    rule = BY_CODE[RULE]
    values = values_in_force(connection, now)
    listed = setting(connection, "freight_forwarders", now)
    forwarders = frozenset(listed) if listed else None
    keys = [parameter.key for parameter in rule.parameters]
    wanted = list(order_fks)
    decisions = _decisions(connection, wanted)
    with dialect.id_set(connection, wanted) as ids:
        of_places: Select[Any] = select(o.id, o.channel, o.service, o.location, o.first_shipped_at)
        places = connection.execute(of_places.where(o.id.in_(select(ids.c.id)))).all()
    # Orders with the same values are asked for at once: the time within which orders count as many is one of them.
    alike: dict[tuple[float, ...], list[Row[Any]]] = defaultdict(list)
    for place in places:
        alike[values.at(rule, place.channel, place.service, place.location).asked].append(place)
    found = {}
    for asked, group in alike.items():
        told = dict(zip(keys, asked, strict=True))
        with dialect.id_set(connection, [place.id for place in group]) as ids:
            statement = fraud_signals.facts(rule.moment(now, told)).where(o.id.in_(select(ids.c.id)))
            facts = {row["id"]: dict(row) for row in connection.execute(statement).mappings()}
        for place in group:
            left = place.first_shipped_at
            seen = left if left is not None and left <= now else None
            found[place.id] = _Known(facts[place.id], told, forwarders, decisions.get(place.id, ()), seen)
    return found


def _decisions(connection: Connection, order_fks: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """Decisions by order, newest first."""
    at = func.coalesce(f.decided_at, f.source_time)
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    with dialect.id_set(connection, order_fks) as ids:
        statement: Select[Any] = (
            select(f.order_fk, f.decision, f.provider, f.reason, f.score, f.decided_at, at.label("at"))
            .where(f.order_fk.in_(select(ids.c.id)))
            .order_by(f.order_fk, at.desc(), f.decision_id.desc())
        )
        for row in connection.execute(statement):
            found[row.order_fk].append(row)
    return found
