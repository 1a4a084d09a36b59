"""The breach ledger: each event that failed a clause, how late it was, and what it earns."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.incidents import PARTIES
from opsconsole.domain.instants import SECOND
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.periods import Period
from opsconsole.rules.vendor_metrics import VendorMetric, failing_events, metrics_of
from opsconsole.services.business import Business
from opsconsole.services.incidents_excuses import excuses
from opsconsole.services.vendors_scores import ClauseInForce, Scores


def breach_rows(
    connection: Connection, company: Business, scores: Scores, period: Period, vendor: str | None = None
) -> list[dict[str, Any]]:
    """Failing events in a period, newest first; every event is judged by its vendor's clause on the period's end."""
    at = min(period.end, company.today)
    kinds = {scores.kinds[vendor]} if vendor is not None else set(scores.kinds.values())
    found: list[dict[str, Any]] = []
    for metric in (metric for kind in sorted(kinds) for metric in metrics_of(kind)):
        for limit in scores.book.limits(metric, at) if metric.unit == "h" else [0.0]:
            found += _events(connection, company, scores, metric, period, limit, vendor)
    _excuse(connection, company, found)
    return sorted(found, key=lambda row: (-row["day"], row["name"], row["id"]))


def _excuse(connection: Connection, company: Business, rows: Sequence[dict[str, Any]]) -> None:
    """Mark what an incident excuses: the cause is whose fault that was, and nothing can be claimed for it."""
    by_order = excuses(connection, (row["order_fk"] for row in rows), company.now, company.time_zone)
    for row in rows:
        excuse = by_order.get(row["order_fk"])
        if excuse is not None and row["day"] >= excuse.since_day:
            row.update(cause=excuse.responsible, state="excused", excused_by=excuse.title, fee=0)


def _events(
    connection: Connection,
    company: Business,
    scores: Scores,
    metric: VendorMetric,
    period: Period,
    limit: float,
    vendor: str | None,
) -> list[dict[str, Any]]:
    statement = failing_events(metric)
    dimension = metric.counting.facts.dimensions["vendor"].value
    statement = statement.where(dimension.is_not(None) if vendor is None else dimension == vendor)
    at = min(period.end, company.today)
    bound = {
        "now": company.now,
        "due_before": company.due_before,
        "first_day": period.start,
        "last_day": period.end,
        "limit": limit,
    }
    found = []
    for row in connection.execute(statement, bound):
        if scores.kinds.get(row.vendor) != metric.kind:
            continue
        clause = scores.book.of(metric, row.vendor, at)
        if clause is None or (metric.unit == "h" and clause.target != limit):
            continue
        found.append(_breach(company, scores, metric, clause, row))
    return found


def _breach(company: Business, scores: Scores, metric: VendorMetric, clause: ClauseInForce, row: Any) -> dict[str, Any]:
    late = row.late_by
    if late is not None and metric.unit == "h":
        late -= round(clause.target * 3600) * SECOND
    return {
        "id": f"{metric.key}|{row.row_id}",
        "day": row.clock_day,
        "vendor": row.vendor,
        "name": scores.names.get(row.vendor, row.vendor),
        "kind": metric.kind,
        "clause": metric.label,
        "subject": row.subject,
        "what": row.what,
        "place": row.place,
        "promised_at": row.promised_at,
        "done_at": row.done_at if row.done_at is not None and row.done_at <= company.now else None,
        "late_by": None if late is None else int(late) // SECOND,
        "cause": "vendor",
        "state": "open",
        "fee": clause.credit,
        "credit": clause.credit,
        "excused_by": None,
        "currency": clause.currency or company.base_currency,
        "order_fk": row.order_fk,
    }


def breaches_listing(
    company: Business, scores: Scores, period: Period, rows: Sequence[dict[str, Any]], vendor: str | None
) -> Listing:
    """The ledger as a listing; ``order_fk`` is the order an event belongs to (None for purchase orders)."""
    fields = (
        Field("day", "Day", Kind.DATE),
        Field("name", "Vendor", hidden=vendor is not None),
        Field("clause", "Clause"),
        Field("subject", "Order", Kind.IDENTIFIER, total=Total.COUNT, total_words="breaches"),
        Field("what", "Item", Kind.IDENTIFIER, missing="unknown", help="SKU, tracking number or channel."),
        Field("place", "Place", missing="unknown"),
        Field("promised_at", "Promised", Kind.INSTANT, missing="none"),
        Field("done_at", "Done", Kind.INSTANT, missing="not yet"),
        Field("late_by", "Late by", Kind.DURATION, missing="not done yet"),
        Field("cause", "Cause", Kind.STATUS, labels=PARTIES),
        Field("state", "State", Kind.STATUS, labels=(("open", "Open"), ("excused", "Excused"))),
        Field("fee", "Fee", Kind.MONEY, currency="currency", total=Total.SUM),
        Field("excused_by", "Excused by", missing="Nothing", hidden=True, help="The incident that excuses it."),
        Field("currency", "Currency", hidden=True),
        Field("vendor", "Vendor key", Kind.IDENTIFIER, hidden=True),
        Field("kind", "Kind", hidden=True),
        Field("order_fk", "Order row", Kind.IDENTIFIER, hidden=True),
    )
    whose = f" of {scores.names.get(vendor, vendor)}" if vendor is not None else ""
    when = "all time" if period.grain == "all" else period.label
    return from_rows(
        fields, rows, id_key="id", as_of=company.now, title=f"Breaches{whose}, {when}", time_zone=company.time_zone
    )
