"""What stands around one order, as listings: steps, picks, the warehouse's record, refunds, disputes, tickets, ..."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, and_, case, func, or_, select

from opsconsole.domain import statuses
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import labels
from opsconsole.services.names import location_names, vendor_names
from opsconsole.store import schema

_CURRENCY = Field("currency", "Currency", hidden=True)


@dataclass(frozen=True)
class _Around:
    """A table around orders: ``since`` is the instant at which a row begins to be true, ``newest`` what it sorts by."""

    title: str
    table: Table
    fields: tuple[Field, ...]
    since: str
    newest: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """Its instants that are no promises."""
        return tuple(field.key for field in self.fields if field.key.endswith("_at") and field.key not in _PROMISED)


_PROMISED = frozenset({"evidence_due_at", "reply_due_at"})


def _status(key: str, label: str, table: dict[str, statuses.Status]) -> Field:
    return Field(key, label, Kind.STATUS, missing="Unknown", labels=labels(table))


def _money(key: str, label: str) -> Field:
    return Field(key, label, Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM)


def _when(key: str, label: str, missing: str = "Not yet", *, hidden: bool = False) -> Field:
    return Field(key, label, Kind.INSTANT, missing=missing, hidden=hidden)


_TABLES = (
    _Around("Steps", schema.order_events, (
        _when("occurred_at", "When"),
        _status("code", "Step", statuses.ORDER_STEPS),
        Field("location", "Site", missing="Unknown"),
        Field("description", "What", missing="None", stretch=True, hidden=True),
    ), "occurred_at"),
    _Around("Picks", schema.picks, (
        Field("sku", "SKU", Kind.IDENTIFIER, missing="Unknown"),
        Field("allocated_quantity", "Allocated", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
        Field("picked_quantity", "Picked", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
        Field("damaged_quantity", "Damaged", Kind.QUANTITY, missing="None", total=Total.SUM, hidden=True),
        _status("reason", "Reason", statuses.PICK_REASONS),
        _when("picked_at", "When"),
        Field("location", "Site", missing="Unknown", hidden=True),
        Field("picker", "Picker", missing="Unknown", hidden=True),
    ), "picked_at"),
    _Around("At the warehouse", schema.warehouse_orders, (
        Field("location", "Site"),
        _status("status", "Status", statuses.ORDER_STATUSES),
        Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
        Field("shipped_quantity", "Shipped", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
        _when("released_at", "Released", hidden=True),
        _when("shipped_at", "Left"),
        _when("cancelled_at", "Cancelled", hidden=True),
    ), ""),
    _Around("Refunds", schema.refunds, (
        _money("amount", "Amount"),
        _when("refunded_at", "When", "Unknown"),
        Field("reason", "Reason", missing="None", stretch=True),
        Field("return_id", "Return", Kind.IDENTIFIER, missing="None", hidden=True),
        Field("sku", "SKU", Kind.IDENTIFIER, missing="None", hidden=True),
        _CURRENCY,
    ), "refunded_at"),
    _Around("Disputes", schema.disputes, (
        _status("kind", "Kind", statuses.DISPUTE_KINDS),
        _status("reason", "Reason", statuses.DISPUTE_REASONS),
        _status("status", "Status", statuses.DISPUTE_STATUSES),
        _money("amount", "Amount"),
        _when("evidence_due_at", "Evidence due", "Unknown"),
        _when("opened_at", "Opened", hidden=True),
        _when("submitted_at", "Evidence sent", hidden=True),
        _when("closed_at", "Decided", hidden=True),
        Field("provider", "By", missing="Unknown", hidden=True),
        _CURRENCY,
    ), "opened_at"),
    _Around("Tickets", schema.tickets, (
        Field("ticket_id", "Ticket", Kind.IDENTIFIER),
        Field("subject", "Subject", missing="None", stretch=True),
        _status("status", "Status", statuses.TICKET_STATUSES),
        Field("assignee", "Assignee", missing="Nobody"),
        _when("last_customer_at", "Customer wrote", hidden=True),
        _when("last_reply_at", "Answered", hidden=True),
        _when("reply_due_at", "Answer due", "No target", hidden=True),
        _when("opened_at", "Opened", "Unknown", hidden=True),
        _when("solved_at", "Solved", hidden=True),
        Field("tags", "Tags", missing="None", hidden=True),
    ), "opened_at", "last_customer_at"),
    _Around("Claims", schema.claims, (
        _status("reason", "Reason", statuses.CLAIM_REASONS),
        _status("status", "Status", statuses.CLAIM_STATUSES),
        _money("amount", "Claimed"),
        _money("paid_amount", "Paid"),
        _when("filed_at", "Filed", "Unknown"),
        _when("settled_at", "Settled", hidden=True),
        Field("vendor_key", "Against", missing="Unknown", hidden=True),
        Field("tracking_number", "Tracking", Kind.IDENTIFIER, missing="None", hidden=True),
        _CURRENCY,
    ), "filed_at"),
    _Around("Charges", schema.freight_charges, (
        _status("kind", "Kind", statuses.CHARGE_KINDS),
        _money("amount", "Billed"),
        _money("expected_amount", "Expected"),
        _status("status", "Status", statuses.CHARGE_STATUSES),
        Field("vendor_key", "By", missing="Unknown"),
        Field("invoice_number", "Invoice", Kind.IDENTIFIER, missing="Unknown", hidden=True),
        Field("tracking_number", "Tracking", Kind.IDENTIFIER, missing="None", hidden=True),
        Field("description", "What", missing="None", hidden=True),
        _when("billed_at", "When", "Unknown", hidden=True),
        _CURRENCY,
    ), "billed_at"),
    _Around("Fraud decisions", schema.fraud_decisions, (
        _status("decision", "Decision", statuses.FRAUD_DECISIONS),
        Field("score", "Score", Kind.QUANTITY, missing="None"),
        Field("provider", "By", missing="Unknown"),
        Field("reason", "Reason", missing="None", stretch=True),
        _when("decided_at", "When", "Unknown"),
    ), "decided_at"),
)  # fmt: skip


def around(connection: Connection, order_fk: int, now: int, zone: str, currency: str) -> tuple[Listing, ...]:
    """The tables around an order that have rows as of ``now``, each newest first and with its own title."""
    names = {"location": location_names(connection), "vendor_key": vendor_names(connection)}
    made = []
    for one in _TABLES:
        rows = connection.execute(_statement(one, order_fk, now, currency)).mappings().all()
        if rows:
            told = [{**row, **_named(row, names)} for row in rows]
            made.append(from_rows(one.fields, told, id_key="id", as_of=now, title=one.title, time_zone=zone))
    return tuple(made)


def _statement(one: _Around, order_fk: int, now: int, currency: str) -> Any:
    table = one.table
    columns: list[Any] = [table.c.id]
    for field in one.fields:
        column = table.c[field.key]
        if field.key == "currency":
            columns.append(func.coalesce(column, currency).label("currency"))
        elif field.key in one.facts:
            columns.append(case((column <= now, column), else_=None).label(field.key))
        else:
            columns.append(column)
    begun = [or_(table.c[one.since].is_(None), table.c[one.since] <= now)] if one.since else []
    newest = one.newest or one.since
    order: Sequence[Any] = [func.coalesce(table.c[newest], 0).desc()] if newest else []
    return select(*columns).where(and_(table.c.order_fk == order_fk, *begun)).order_by(*order, table.c.id)


def _named(row: Any, names: dict[str, Any]) -> dict[str, Any]:
    return {key: known.get(row[key], row[key]) for key, known in names.items() if row.get(key)}
