"""What marketplaces keep, give back and pay out: per order, and per statement.

Several reports tell the same statement: a settlement in two forms, a date range report by columns. They have no ids in
common and cut the money differently, so that nothing can be matched line by line. Of each statement the entries of one
report count, those with the least precedence; the others are kept and not added up.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, not_, or_, select

from opsconsole.domain import money
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.pages import Fact
from opsconsole.domain.statuses import ENTRY_KINDS, codes_in
from opsconsole.services.business import business
from opsconsole.services.names import channel_names
from opsconsole.store.database import Database
from opsconsole.store.schema import marketplace_entries, payouts

_e = marketplace_entries.c
_better = marketplace_entries.alias("better")
_same = and_(_better.c.channel == _e.channel, _better.c.statement_id == _e.statement_id)

# Entries of which no other report tells more. Two questions, as an index answers each of them by itself.
COUNTED = (
    not_(exists().where(_same, _better.c.precedence < _e.precedence)),
    not_(and_(_e.precedence.is_(None), exists().where(_same, _better.c.precedence.is_not(None)))),
)


def _sum_of(group: str) -> Any:
    return func.sum(case((_e.kind.in_(codes_in(ENTRY_KINDS, group)), _e.amount), else_=0))


def money_of_order(connection: Connection, order_fk: int, now: int) -> Iterable[Fact]:
    """What the marketplace keeps of an order's money, gives back of it and pays out for it, per currency."""
    statement = (
        select(_e.currency, _sum_of("fees"), _sum_of("refunds"), func.sum(_e.amount))
        .where(_e.order_fk == order_fk, or_(_e.posted_at.is_(None), _e.posted_at <= now), *COUNTED)
        .group_by(_e.currency)
        .order_by(_e.currency)
    )
    for currency, fees, refunds, net in connection.execute(statement):
        labeled = (("Marketplace fees", fees), ("Refunded by the marketplace", refunds))
        yield from (Fact(label, money.in_words(int(amount), currency or "")) for label, amount in labeled if amount)
        yield Fact("Left for us", money.in_words(int(net), currency or ""))


_FIELDS = (
    Field("statement", "Statement", Kind.IDENTIFIER, width=120, total=Total.COUNT, total_words="statements"),
    Field("channel", "Channel", width=92),
    Field("deposited_at", "Paid out", Kind.INSTANT, missing="Unknown", width=144),
    Field("amount", "Payout", Kind.MONEY, currency="currency", missing="Unknown", width=100, total=Total.SUM),
    Field("told", "All entries", Kind.MONEY, currency="currency", missing="None", width=100, total=Total.SUM),
    Field(
        *("difference", "Not explained", Kind.MONEY),
        currency="currency",
        missing="Unknown",
        width=100,
        help="The payout less all entries of the statement; nothing when every entry was imported.",
    ),
    Field("earned", "Sales", Kind.MONEY, currency="currency", missing="Unknown", width=100, total=Total.SUM),
    Field("fees", "Fees", Kind.MONEY, currency="currency", missing="Unknown", width=90, total=Total.SUM),
    Field("refunds", "Refunds", Kind.MONEY, currency="currency", missing="Unknown", width=90, total=Total.SUM),
    Field("starts_at", "From", Kind.INSTANT, missing="Unknown", width=144),
    Field("ends_at", "To", Kind.INSTANT, missing="Unknown", width=144),
    Field("entries", "Entries", Kind.QUANTITY, missing="None", hidden=True, total=Total.SUM),
    Field("currency", "Currency", hidden=True),
)
_SUMS = ("earned", "fees", "refunds", "told", "entries")


def list_payouts(database: Database, now: int) -> Listing:
    """Statements with what was paid out and what their entries come to, newest first; ids are ``payouts:number``."""
    with database.read() as connection:
        company = business(connection, now)
        names = channel_names(connection)
        sums = _sums(connection, now)
        known = connection.execute(_payouts(now)).mappings().all()
    rows = []
    for row in known:
        told = sums.get((row["channel"], row["statement"]), [])
        same = next((one for one in told if one["currency"] == row["currency"]), {})
        rows.append(_row(names, {**row, "id": f"payouts:{row['id']}"}, same))
        if same:
            told.remove(same)
    # Statements of which only a part was imported, or entries in another currency: what was paid out is not known.
    for (channel, statement), told in sorted(sums.items()):
        for one in told:
            number = f"payouts:{channel}/{statement}/{one['currency']}"
            part = {"id": number, "channel": channel, "statement": statement, "currency": one["currency"]}
            rows.append(_row(names, part, one))
    return from_rows(_FIELDS, rows, id_key="id", as_of=now, title="Payouts", time_zone=company.time_zone)


def _payouts(now: int) -> Any:
    p = payouts.c
    columns = (p.id, p.channel, p.statement_id.label("statement"), p.starts_at, p.ends_at, p.deposited_at, p.amount)
    newest = func.coalesce(p.deposited_at, p.ends_at, 0)
    begun = or_(p.starts_at.is_(None), p.starts_at <= now)
    return select(*columns, p.currency).where(begun).order_by(newest.desc(), p.id.desc())


def _sums(connection: Connection, now: int) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Sums of the entries that count, by channel and statement, one per currency."""
    of = (_e.channel, _e.statement_id, _e.currency)
    sums = (_sum_of("earned"), _sum_of("fees"), _sum_of("refunds"), func.sum(_e.amount), func.count())
    begun = or_(_e.posted_at.is_(None), _e.posted_at <= now)
    statement = select(*of, *sums).where(_e.statement_id.is_not(None), begun, *COUNTED).group_by(*of)
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for channel, number, currency, *values in connection.execute(statement):
        found[channel, number].append(
            {"currency": currency, **{key: int(value) for key, value in zip(_SUMS, values, strict=True)}}
        )
    return found


def _row(names: Any, payout: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    amount, said = payout.get("amount"), told.get("told")
    empty = dict.fromkeys(("starts_at", "ends_at", "deposited_at", "amount"))
    return {
        **empty,
        **payout,
        "channel": names.get(payout["channel"], payout["channel"]),
        **{key: told.get(key) for key in _SUMS},
        "difference": None if amount is None or said is None else amount - said,
    }
