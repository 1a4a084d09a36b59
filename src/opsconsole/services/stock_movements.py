"""What came into stock and went from it, as far as files tell, and what there was after each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import MOVEMENT_KINDS, labels
from opsconsole.services.business import Business, business
from opsconsole.services.names import location_names
from opsconsole.store.database import Database
from opsconsole.store.schema import products, stock_history, stock_movements

_FIELDS = (
    Field("moved_at", "When", Kind.INSTANT, missing="Unknown", width=130),
    Field("location", "Site", width=110),
    Field("sku", "SKU", Kind.IDENTIFIER, width=120, total=Total.COUNT, total_words="movements"),
    Field("title", "Product", missing="Unknown", stretch=True, width=160),
    Field("kind", "Kind", Kind.STATUS, missing="Unknown", labels=labels(MOVEMENT_KINDS), width=100),
    Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", width=80, total=Total.SUM),
    Field("balance", "Balance", Kind.QUANTITY, missing="Not counted before", width=80,
          help="On hand at the last count before it, plus what moved since, this one included."),
    Field("reason", "Reason", missing="None", width=130),
    Field("disposition", "Condition", missing="Unknown", width=110),
    Field("reference", "Reference", Kind.IDENTIFIER, missing="None", width=120),
)  # fmt: skip
_NOTE = (
    "Balance: on hand at the last count before the movement, plus what moved since. What was sold or shipped between "
    "the two is only in it where a file tells it as a movement."
)


def list_stock_movements(database: Database, now: int) -> Listing:
    """Stock movements as of ``now``, newest first."""
    with database.read() as connection:
        return _listing(connection, business(connection, now), _movements(now), "Stock movements")


def movements_of(connection: Connection, company: Business, sku: str, location: str) -> Listing:
    """Movements of one SKU at one location, newest first."""
    m = stock_movements.c
    statement = _movements(company.now).where(m.sku == sku, m.location == location)
    return _listing(connection, company, statement, f"Stock movements of {sku}")


def _listing(connection: Connection, company: Business, statement: Select[Any], title: str) -> Listing:
    sites = location_names(connection)
    rows = connection.execute(statement).mappings().all()
    balances = _balances(rows)
    told = [
        {**row, "balance": balance, "location": sites.get(row["location"], row["location"])}
        for row, balance in zip(rows, balances, strict=True)
    ]
    return from_rows(
        _FIELDS, told, id_key="id", as_of=company.now, title=title, time_zone=company.time_zone, notes=(_NOTE,)
    )


def _movements(now: int) -> Select[Any]:
    """Movements as of ``now``, newest first, each with the last count of its SKU and location before it."""
    m, h = stock_movements.c, stock_history.c
    counted = (
        select(func.max(h.source_time))
        .where(h.sku == m.sku, h.location == m.location, h.source_time <= m.moved_at, h.on_hand.is_not(None))
        .correlate(stock_movements)
        .scalar_subquery()
    )
    on_hand = (
        select(func.max(h.on_hand))
        .where(h.sku == m.sku, h.location == m.location, h.source_time == counted)
        .correlate(stock_movements)
        .scalar_subquery()
    )
    return (
        select(m.id, m.moved_at, m.location, m.sku, products.c.title, m.kind, m.quantity, m.reason, m.disposition)
        .add_columns(m.reference, counted.label("counted_at"), on_hand.label("counted"))
        .select_from(stock_movements.outerjoin(products, products.c.sku == m.sku))
        .where(or_(m.moved_at.is_(None), m.moved_at <= now))
        .order_by(func.coalesce(m.moved_at, 0).desc(), m.id.desc())
    )


def _balances(rows: Sequence[Any]) -> list[float | None]:
    """Balance after each movement, rows newest first; None where no count came before it."""
    balances: list[float | None] = []
    counts: dict[tuple[str, str], tuple[int, float]] = {}
    for row in reversed(rows):
        counted_at, counted = row["counted_at"], row["counted"]
        if counted_at is None or counted is None or row["quantity"] is None:
            balances.append(None)
            continue
        key = row["sku"], row["location"]
        known = counts.get(key)
        # Movements up to the count's own moment are in it.
        start = known[1] if known is not None and known[0] == counted_at else counted
        moved = 0.0 if row["moved_at"] == counted_at else row["quantity"]
        counts[key] = counted_at, start + moved
        balances.append(start + moved)
    return balances[::-1]
