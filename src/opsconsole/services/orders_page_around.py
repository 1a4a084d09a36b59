"""What stands around one order, as listings: steps, picks, the warehouse's record, refunds, disputes, tickets, ..."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, case, func, or_, select

from opsconsole.domain import statuses
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import labels
from opsconsole.services.marketplaces import COUNTED
from opsconsole.services.names import location_names, vendor_names
from opsconsole.store import schema

_CURRENCY = Field("currency", "Currency", hidden=True)


@dataclass(frozen=True)
class AroundTable:
    """A table around orders: ``since`` is the instant at which a row begins to be true, ``newest`` what it sorts by."""

    title: str
    table: Table
    fields: tuple[Field, ...]
    since: str
    newest: str = ""
    only: tuple[Any, ...] = ()  # conditions on its rows; the others are no part of the picture
    no_order: str = "Unknown"  # what a list says of a row that belongs to no known order
    summed_by: tuple[str, ...] = ()  # fields by which an order's page adds up the amounts; lists tell each row

    @property
    def has_money(self) -> bool:
        """Whether its rows have a currency."""
        return any(field.key == "currency" for field in self.fields)

    @property
    def said_order(self) -> tuple[Any, ...]:
        """The order that a row names itself, known or not."""
        return (self.table.c.order_id,) if "order_id" in self.table.c else ()

    @property
    def said_channel(self) -> tuple[Any, ...]:
        """The channel that a row names itself."""
        return (self.table.c.channel,) if "channel" in self.table.c else ()

    def columns(self, now: int, currency: Any) -> list[Any]:
        """Its id and its fields as of ``now``; ``currency`` is that of amounts without one."""
        found: list[Any] = [self.table.c.id]
        for field in self.fields:
            column = self.table.c[field.key]
            if field.key == "currency":
                found.append(currency.label("currency"))
            elif field.kind is Kind.INSTANT and field.key not in _PROMISED:
                found.append(case((column <= now, column), else_=None).label(field.key))
            else:
                found.append(column)
        return found

    def begun(self, now: int) -> list[Any]:
        """Conditions: what has not happened yet is left out, and what counts elsewhere."""
        begun = [or_(self.table.c[self.since].is_(None), self.table.c[self.since] <= now)] if self.since else []
        return [*begun, *self.only]


_PROMISED = frozenset({"evidence_due_at", "reply_due_at"})


def _status(key: str, label: str, table: dict[str, statuses.Status]) -> Field:
    return Field(key, label, Kind.STATUS, missing="Unknown", labels=labels(table))


def _money(key: str, label: str) -> Field:
    return Field(key, label, Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM)


def _when(key: str, label: str, missing: str = "Not yet", *, hidden: bool = False) -> Field:
    return Field(key, label, Kind.INSTANT, missing=missing, hidden=hidden)


_TABLES = (
    AroundTable("Steps", schema.order_events, (
        _when("occurred_at", "When"),
        _status("code", "Step", statuses.ORDER_STEPS),
        Field("location", "Site", missing="Unknown"),
        Field("description", "What", missing="None", stretch=True, hidden=True),
    ), "occurred_at"),
    AroundTable("Picks", schema.picks, (
        Field("sku", "SKU", Kind.IDENTIFIER, missing="Unknown"),
        Field("allocated_quantity", "Allocated", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
        Field("picked_quantity", "Picked", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
        Field("damaged_quantity", "Damaged", Kind.QUANTITY, missing="None", total=Total.SUM, hidden=True),
        Field("reason", "Reason", Kind.STATUS, missing="None", labels=labels(statuses.PICK_REASONS)),
        _when("picked_at", "When"),
        Field("location", "Site", missing="Unknown", hidden=True),
        Field("picker", "Picker", missing="Unknown", hidden=True),
    ), "picked_at"),
    AroundTable("At the warehouse", schema.warehouse_orders, (
        Field("location", "Site"),
        _status("status", "Status", statuses.ORDER_STATUSES),
        Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
        Field("shipped_quantity", "Shipped", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
        _when("released_at", "Released", hidden=True),
        _when("shipped_at", "Left"),
        _when("cancelled_at", "Cancelled", hidden=True),
    ), ""),
    AroundTable("Refunds", schema.refunds, (
        _money("amount", "Amount"),
        _when("refunded_at", "When", "Unknown"),
        Field("reason", "Reason", missing="None", stretch=True),
        Field("return_id", "Return", Kind.IDENTIFIER, missing="None", hidden=True),
        Field("sku", "SKU", Kind.IDENTIFIER, missing="None", hidden=True),
        _CURRENCY,
    ), "refunded_at"),
    AroundTable("Disputes", schema.disputes, (
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
    AroundTable("Tickets", schema.tickets, (
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
    AroundTable("Claims", schema.claims, (
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
    AroundTable("Charges", schema.freight_charges, (
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
    AroundTable("Marketplace money", schema.marketplace_entries, (
        _status("kind", "Kind", statuses.ENTRY_KINDS),
        Field("description", "What", missing="Unknown", stretch=True),
        Field("sku", "SKU", Kind.IDENTIFIER, missing="None"),
        _money("amount", "Amount"),
        _when("posted_at", "Booked", "Unknown"),
        Field("transaction_type", "Transaction", missing="Unknown", hidden=True),
        Field("quantity", "Units", Kind.QUANTITY, missing="None", hidden=True),
        Field("statement_id", "Statement", Kind.IDENTIFIER, missing="None", hidden=True),
        _CURRENCY,
    ), "posted_at", only=COUNTED, no_order="None", summed_by=("kind", "sku")),
    AroundTable("Reimbursements", schema.reimbursements, (
        Field("reason", "Reason", missing="Unknown", stretch=True),
        Field("sku", "SKU", Kind.IDENTIFIER, missing="None"),
        _money("amount", "Amount"),
        _when("approved_at", "Granted", "Unknown", hidden=True),
        Field("cash_quantity", "Units paid", Kind.QUANTITY, missing="None", hidden=True, total=Total.SUM),
        Field("stock_quantity", "Units given back", Kind.QUANTITY, missing="None", hidden=True, total=Total.SUM),
        Field("reimbursement_id", "Reimbursement", Kind.IDENTIFIER, hidden=True),
        Field("reversed_id", "Takes back", Kind.IDENTIFIER, missing="None", hidden=True),
        Field("case_id", "Case", Kind.IDENTIFIER, missing="None", hidden=True),
        _CURRENCY,
    ), "approved_at", no_order="None"),
    AroundTable("Fraud decisions", schema.fraud_decisions, (
        _status("decision", "Decision", statuses.FRAUD_DECISIONS),
        Field("score", "Score", Kind.QUANTITY, missing="None"),
        Field("provider", "By", missing="Unknown"),
        Field("reason", "Reason", missing="None", stretch=True),
        _when("decided_at", "When", "Unknown"),
    ), "decided_at"),
)  # fmt: skip


AROUND: Mapping[str, AroundTable] = {one.table.name: one for one in _TABLES}


def around(connection: Connection, order_fk: int, now: int, zone: str, currency: str) -> tuple[Listing, ...]:
    """The tables around an order that have rows as of ``now``, each newest first and with its own title."""
    names = {"location": location_names(connection), "vendor_key": vendor_names(connection)}
    made = []
    for one in _TABLES:
        rows = connection.execute(_statement(one, order_fk, now, currency)).mappings().all()
        if rows:
            told = [{**row, **_named(row, names)} for row in rows]
            made.append(from_rows(_shown(one), told, id_key="id", as_of=now, title=one.title, time_zone=zone))
    return tuple(made)


def _shown(one: AroundTable) -> tuple[Field, ...]:
    """Fields of a table as an order's page shows it."""
    if not one.summed_by:
        return one.fields
    return tuple(field for field in one.fields if field.key in (*one.summed_by, "amount", "currency"))


def _statement(one: AroundTable, order_fk: int, now: int, currency: str) -> Any:
    table = one.table
    if one.summed_by:
        by = (*(table.c[key] for key in one.summed_by), func.coalesce(table.c.currency, currency).label("currency"))
        summed = select(func.min(table.c.id).label("id"), *by, func.sum(table.c.amount).label("amount"))
        return summed.where(table.c.order_fk == order_fk, *one.begun(now)).group_by(*by).order_by(func.min(table.c.id))
    columns = one.columns(now, func.coalesce(table.c.currency, currency) if one.has_money else None)
    newest = one.newest or one.since
    order: Sequence[Any] = [func.coalesce(table.c[newest], 0).desc()] if newest else []
    return select(*columns).where(table.c.order_fk == order_fk, *one.begun(now)).order_by(*order, table.c.id)


def _named(row: Any, names: dict[str, Any]) -> dict[str, Any]:
    return {key: known.get(row[key], row[key]) for key, known in names.items() if row.get(key)}
