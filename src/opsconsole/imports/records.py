"""The record kinds a file can fill; their fields are declared by subject in the modules beside this one."""

from collections.abc import Mapping

from opsconsole.imports.records_aftersales import CLAIMS, DISPUTES, FRAUD_DECISIONS, REFUNDS, TICKETS
from opsconsole.imports.records_goods import (
    FREIGHT_CHARGES,
    PRODUCTS,
    PURCHASE_ORDER_LINES,
    PURCHASE_ORDERS,
    RECEIPTS,
    SALES_HISTORY,
    STOCK_LEVELS,
    VENDORS,
)
from opsconsole.imports.records_kind import RecordField, RecordKind, Records, Type
from opsconsole.imports.records_marketplaces import MARKETPLACE_ENTRIES, PAYOUTS, REIMBURSEMENTS, STOCK_MOVEMENTS
from opsconsole.imports.records_orders import (
    CUSTOMERS,
    ORDER_LINES,
    ORDERS,
    PAYMENTS,
    RETURNS,
    REVIEWS,
    SHIPMENT_EVENTS,
    SHIPMENTS,
)
from opsconsole.imports.records_purchasing import SHIP_NOTICES, SUPPLIER_INVOICE_LINES
from opsconsole.imports.records_warehouse import LISTINGS, ORDER_EVENTS, PICKS, SHIP_METHODS, WAREHOUSE_ORDERS

__all__ = ["KINDS", "PROMISES", "RecordField", "RecordKind", "Records", "Type", "group_fields"]

# Parents before children: the order in which one file's records are written.
KINDS: Mapping[str, RecordKind] = {
    kind.key: kind
    for kind in (
        VENDORS,
        CUSTOMERS,
        PRODUCTS,
        ORDERS,
        ORDER_LINES,
        PAYMENTS,
        SHIPMENTS,
        SHIPMENT_EVENTS,
        RETURNS,
        REVIEWS,
        ORDER_EVENTS,
        PICKS,
        WAREHOUSE_ORDERS,
        REFUNDS,
        DISPUTES,
        TICKETS,
        CLAIMS,
        FRAUD_DECISIONS,
        FREIGHT_CHARGES,
        MARKETPLACE_ENTRIES,
        PAYOUTS,
        REIMBURSEMENTS,
        SHIP_METHODS,
        STOCK_LEVELS,
        STOCK_MOVEMENTS,
        LISTINGS,
        SALES_HISTORY,
        PURCHASE_ORDERS,
        PURCHASE_ORDER_LINES,
        RECEIPTS,
        SHIP_NOTICES,
        SUPPLIER_INVOICE_LINES,
    )
}

# Instants and days that lie ahead: they say nothing of how new the file is.
PROMISES = frozenset(
    {
        *("ship_by", "deliver_by", "hold_until", "ship_by_on", "deliver_by_on", "promised_on", "earliest_on"),
        *("expected_on", "evidence_due_at", "reply_due_at", "dispute_by"),
    }
)


def group_fields(kind: RecordKind) -> tuple[str, ...]:
    """Fields that tell which order (or purchase order) a record is part of: one bad line rejects all of it.

    Tickets and charges only mention an order: they stand for themselves.
    """
    keys = {known.key for known in kind.fields}
    if "orders" in (kind.key, kind.parent):
        return ("channel", "order_id") if "channel" in keys else ("order_id",)
    return ("po_number",) if "po_number" in keys else ()
