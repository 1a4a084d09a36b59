"""What suppliers send about purchase orders: notices of what they shipped, and invoices."""

from typing import Any

from sqlalchemy import Connection, func, or_, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import INVOICE_LINE_KINDS, labels
from opsconsole.services.business import business
from opsconsole.services.names import vendor_names
from opsconsole.store.database import Database
from opsconsole.store.schema import purchase_orders, ship_notices, supplier_invoice_lines

_NOTICE_FIELDS = (
    Field("notice", "Notice", Kind.IDENTIFIER, width=110),
    Field("po_number", "Order", Kind.IDENTIFIER, width=110),
    Field("vendor", "Vendor", missing="Unknown", width=150),
    Field("sku", "SKU", Kind.IDENTIFIER, missing="Unknown", width=120, total=Total.COUNT, total_words="lines"),
    Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", width=80, total=Total.SUM),
    Field("shipped_on", "Shipped", Kind.DATE, missing="Unknown", width=90),
    Field("expected_on", "Expected", Kind.DATE, missing="No date", width=90),
    Field("carrier", "Carrier", missing="Unknown", width=110),
    Field("tracking", "Tracking", Kind.IDENTIFIER, missing="None", width=150),
    Field("bill_of_lading", "Bill of lading", Kind.IDENTIFIER, missing="None", hidden=True),
    Field("carton", "Carton", Kind.IDENTIFIER, missing="None", hidden=True),
)


def list_ship_notices(database: Database, now: int) -> Listing:
    """What suppliers announced as of ``now``, newest first."""
    n, p = ship_notices.c, purchase_orders.c
    columns = (n.id, n.notice_id.label("notice"), p.po_number, p.vendor_key.label("vendor"), n.sku, n.quantity)
    more = (n.shipped_on, n.expected_on, n.carrier_key.label("carrier"), n.tracking_number.label("tracking"))
    with database.read() as connection:
        company = business(connection, now)
        statement = (
            select(*columns, *more, n.bill_of_lading, n.carton_id.label("carton"))
            .join_from(ship_notices, purchase_orders, p.id == n.purchase_order_fk)
            .where(or_(n.shipped_on.is_(None), n.shipped_on <= company.due_before))
            .order_by(func.coalesce(n.shipped_on, 0).desc(), n.id.desc())
        )
        rows = _rows(connection, statement)
    return from_rows(_NOTICE_FIELDS, rows, id_key="id", as_of=now, title="Ship notices", time_zone=company.time_zone)


_INVOICE_FIELDS = (
    Field("invoice", "Invoice", Kind.IDENTIFIER, width=120),
    Field("vendor", "Vendor", missing="Unknown", width=150),
    Field("po_number", "Order", Kind.IDENTIFIER, missing="None", width=110),
    Field("line", "Line", Kind.IDENTIFIER, width=70, total=Total.COUNT, total_words="lines"),
    Field("kind", "Kind", Kind.STATUS, missing="Unknown", labels=labels(INVOICE_LINE_KINDS), width=90),
    Field("sku", "SKU", Kind.IDENTIFIER, missing="None", width=120),
    Field("description", "What", missing="None", stretch=True, width=140),
    Field("quantity", "Units", Kind.QUANTITY, missing="None", width=80, total=Total.SUM),
    Field("amount", "Amount", Kind.MONEY, currency="currency", missing="Unknown", width=100, total=Total.SUM),
    Field("invoiced_on", "Invoiced", Kind.DATE, missing="Unknown", width=90),
    Field("currency", "Currency", hidden=True),
)


def list_supplier_invoices(database: Database, now: int) -> Listing:
    """Lines of suppliers' invoices as of ``now``, newest first."""
    i = supplier_invoice_lines.c
    columns = (i.id, i.invoice_number.label("invoice"), i.vendor_key.label("vendor"), i.po_number, i.kind, i.sku)
    more = (i.line_id.label("line"), i.description, i.quantity, i.amount, i.invoiced_on, i.currency)
    with database.read() as connection:
        company = business(connection, now)
        statement = (
            select(*columns, *more)
            .where(or_(i.invoiced_on.is_(None), i.invoiced_on <= company.due_before))
            .order_by(func.coalesce(i.invoiced_on, 0).desc(), i.invoice_number, i.id)
        )
        rows = _rows(connection, statement)
    return from_rows(_INVOICE_FIELDS, rows, id_key="id", as_of=now, title="Supplier invoices")


def _rows(connection: Connection, statement: Any) -> list[dict[str, Any]]:
    names = vendor_names(connection)
    found = connection.execute(statement).mappings().all()
    told = [{**row, "vendor": names.get(row["vendor"], row["vendor"])} for row in found]
    for row in told:
        if row.get("carrier"):
            row["carrier"] = names.get(row["carrier"], row["carrier"])
    return told
