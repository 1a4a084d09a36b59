"""What came into stock and went from it, as far as files tell."""

from sqlalchemy import func, or_, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import MOVEMENT_KINDS, labels
from opsconsole.services.business import business
from opsconsole.services.names import location_names
from opsconsole.store.database import Database
from opsconsole.store.schema import products, stock_movements

_FIELDS = (
    Field("moved_at", "When", Kind.INSTANT, missing="Unknown", width=130),
    Field("location", "Site", width=110),
    Field("sku", "SKU", Kind.IDENTIFIER, width=120, total=Total.COUNT, total_words="movements"),
    Field("title", "Product", missing="Unknown", stretch=True, width=160),
    Field("kind", "Kind", Kind.STATUS, missing="Unknown", labels=labels(MOVEMENT_KINDS), width=100),
    Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", width=80, total=Total.SUM),
    Field("reason", "Reason", missing="None", width=130),
    Field("disposition", "Condition", missing="Unknown", width=110),
    Field("reference", "Reference", Kind.IDENTIFIER, missing="None", width=120),
)


def list_stock_movements(database: Database, now: int) -> Listing:
    """Stock movements as of ``now``, newest first."""
    m = stock_movements.c
    statement = (
        select(m.id, m.moved_at, m.location, m.sku, products.c.title, m.kind, m.quantity, m.reason, m.disposition)
        .add_columns(m.reference)
        .select_from(stock_movements.outerjoin(products, products.c.sku == m.sku))
        .where(or_(m.moved_at.is_(None), m.moved_at <= now))
        .order_by(func.coalesce(m.moved_at, 0).desc(), m.id.desc())
    )
    with database.read() as connection:
        company = business(connection, now)
        sites = location_names(connection)
        rows = connection.execute(statement).mappings().all()
    told = [{**row, "location": sites.get(row["location"], row["location"])} for row in rows]
    return from_rows(_FIELDS, told, id_key="id", as_of=now, title="Stock movements", time_zone=company.time_zone)
