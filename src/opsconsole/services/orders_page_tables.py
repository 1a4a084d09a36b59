"""The parts of one order as listings: lines, payments, parcels, scans, returns, answers, exceptions."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, case, func, or_, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.statuses import EXCEPTION_STATES, PAYMENT_STATUSES, RETURN_STAGES, SHIPMENT_STATUSES, labels
from opsconsole.domain.tracking import tracking_fault
from opsconsole.rules.order_exceptions import LABELS
from opsconsole.services.business import setting
from opsconsole.store.schema import order_lines, payments, returns, reviews, shipment_events, shipments


class OrderTables:
    """The order's parts as listings, each less what has not happened yet."""

    def __init__(self, connection: Connection, order_fk: int, now: int, zone: str, currency: str) -> None:
        self._connection, self._order, self._now, self._zone, self._currency = connection, order_fk, now, zone, currency

    def _listing(self, title: str, fields: Sequence[Field], rows: Iterable[Any]) -> Listing:
        told = [{**dict(row._mapping)} for row in rows]
        return from_rows(fields, told, id_key="id", as_of=self._now, title=title, time_zone=self._zone)

    def _upto(self, column: Any) -> Any:
        return case((column <= self._now, column), else_=None).label(column.name)

    def lines(self) -> Listing:
        """Order lines."""
        line = order_lines.c
        rows = self._connection.execute(
            select(
                line.id,
                line.sku,
                line.title,
                line.quantity,
                line.shipped_quantity,
                line.allocated_quantity,
                line.cancelled_quantity,
                line.unit_price,
                line.amount,
                func.coalesce(line.currency, self._currency).label("currency"),
                line.location,
                line.vendor_key,
                line.ship_by,
            )
            .where(line.order_fk == self._order)
            .order_by(line.id)
        )
        return self._listing("Lines", _LINE_FIELDS, rows)

    def payments(self) -> Listing:
        """Payments."""
        p = payments.c
        rows = self._connection.execute(
            select(p.id, p.method, p.status, p.amount, _currency(p, self._currency), p.installments, p.paid_at)
            .where(p.order_fk == self._order, or_(p.paid_at.is_(None), p.paid_at <= self._now))
            .order_by(p.id)
        )
        return self._listing("Payments", _PAYMENT_FIELDS, rows)

    def shipments(self) -> Listing:
        """Parcels, with what is wrong with their tracking numbers."""
        s = shipments.c
        rows = self._connection.execute(
            select(
                s.id,
                s.shipment_id.label("shipment"),
                s.carrier_key.label("carrier"),
                s.service,
                s.tracking_number,
                s.status,
                func.coalesce(s.voided, False).label("voided"),
                self._upto(s.shipped_at),
                self._upto(s.first_scan_at),
                self._upto(s.delivered_at),
                s.deliver_by,
                s.cost,
                _currency(s, self._currency),
            )
            .where(s.order_fk == self._order)
            .order_by(s.id)
        ).all()
        formats = setting(self._connection, "tracking_formats", self._now, {}) or {}
        told = [
            {
                **dict(row._mapping),
                "fault": tracking_fault(formats.get(row.carrier, row.carrier or row.service), row.tracking_number),
            }
            for row in rows
        ]
        return from_rows(_SHIPMENT_FIELDS, told, id_key="id", as_of=self._now, title="Shipments", time_zone=self._zone)

    def scans(self) -> Listing:
        """Carrier scans, newest first."""
        event = shipment_events.c
        rows = self._connection.execute(
            select(event.id, event.occurred_at, event.code, event.description, event.place, event.tracking_number)
            .join_from(shipment_events, shipments, shipments.c.id == event.shipment_fk)
            .where(shipments.c.order_fk == self._order, event.occurred_at <= self._now)
            .order_by(event.occurred_at.desc(), event.id.desc())
        )
        return self._listing("Scans", _SCAN_FIELDS, rows)

    def returns(self) -> Listing:
        """Returns."""
        r = returns.c
        rows = self._connection.execute(
            select(
                r.id,
                r.return_id,
                r.sku,
                r.quantity,
                r.stage,
                r.reason,
                r.refunded,
                _currency(r, self._currency),
                self._upto(r.requested_at),
                self._upto(r.received_at),
            )
            .where(r.order_fk == self._order, or_(r.requested_at.is_(None), r.requested_at <= self._now))
            .order_by(r.id)
        )
        return self._listing("Returns", _RETURN_FIELDS, rows)

    def reviews(self) -> Listing:
        """Satisfaction answers."""
        r = reviews.c
        rows = self._connection.execute(
            select(r.id, r.answered_at, r.score, r.score_max, r.comment)
            .where(r.order_fk == self._order, or_(r.answered_at.is_(None), r.answered_at <= self._now))
            .order_by(r.id)
        )
        return self._listing("Answers", _REVIEW_FIELDS, rows)

    def exceptions(self, rows: Sequence[Any]) -> Listing:
        """Active exceptions, the blocking one first."""
        told = [{**dict(row._mapping), "type": row.rule} for row in rows]
        return from_rows(
            _EXCEPTION_FIELDS, told, id_key="id", as_of=self._now, title="Exceptions", time_zone=self._zone
        )


def _currency(columns: Any, of_order: str) -> Any:
    return func.coalesce(columns.currency, of_order).label("currency")


_HIDDEN_CURRENCY = Field("currency", "Currency", hidden=True)
_LINE_FIELDS = (
    Field("sku", "SKU", Kind.IDENTIFIER, missing="None"),
    Field("title", "Item", missing="Unknown", stretch=True),
    Field("quantity", "Ordered", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
    Field("shipped_quantity", "Shipped", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
    Field("allocated_quantity", "Allocated", Kind.QUANTITY, missing="Unknown", hidden=True),
    Field("cancelled_quantity", "Cancelled", Kind.QUANTITY, missing="None", hidden=True),
    Field("unit_price", "Price", Kind.MONEY, currency="currency", missing="Unknown"),
    Field("amount", "Amount", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM),
    Field("location", "Site", missing="Unknown", hidden=True),
    Field("vendor_key", "Vendor", missing="None", hidden=True),
    Field("ship_by", "Ship by", Kind.INSTANT, missing="No promise", hidden=True),
    _HIDDEN_CURRENCY,
)
_PAYMENT_FIELDS = (
    Field("method", "Method", missing="Unknown"),
    Field("status", "Status", Kind.STATUS, missing="Unknown", labels=labels(PAYMENT_STATUSES)),
    Field("amount", "Amount", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM),
    Field("installments", "Installments", Kind.QUANTITY, missing="None", hidden=True),
    Field("paid_at", "Paid", Kind.INSTANT, missing="Unknown"),
    _HIDDEN_CURRENCY,
)
_SHIPMENT_FIELDS = (
    Field("shipment", "Shipment", Kind.IDENTIFIER),
    Field("carrier", "Carrier", missing="Unknown"),
    Field("service", "Service", missing="Unknown", hidden=True),
    Field("tracking_number", "Tracking", Kind.IDENTIFIER, missing="None"),
    Field("fault", "Number", missing="Good", hidden=True),
    Field("status", "Status", Kind.STATUS, missing="Unknown", labels=labels(SHIPMENT_STATUSES)),
    Field("voided", "Voided", Kind.FLAG, hidden=True),
    Field("shipped_at", "Shipped", Kind.INSTANT, missing="Not yet"),
    Field("first_scan_at", "First scan", Kind.INSTANT, missing="None", hidden=True),
    Field("delivered_at", "Delivered", Kind.INSTANT, missing="Not yet"),
    Field("deliver_by", "Deliver by", Kind.INSTANT, missing="No promise", hidden=True),
    Field("cost", "Cost", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM),
    _HIDDEN_CURRENCY,
)
_SCAN_FIELDS = (
    Field("occurred_at", "When", Kind.INSTANT),
    Field("code", "Code", missing="None", hidden=True),
    Field("description", "What", missing="None", stretch=True),
    Field("place", "Where", missing="Unknown"),
    Field("tracking_number", "Tracking", Kind.IDENTIFIER, hidden=True),
)
_RETURN_FIELDS = (
    Field("return_id", "Return", Kind.IDENTIFIER),
    Field("sku", "SKU", Kind.IDENTIFIER, missing="Unknown"),
    Field("quantity", "Units", Kind.QUANTITY, missing="Unknown", total=Total.SUM),
    Field("stage", "Stage", Kind.STATUS, missing="Unknown", labels=labels(RETURN_STAGES)),
    Field("reason", "Reason", missing="None", stretch=True),
    Field("refunded", "Refunded", Kind.MONEY, currency="currency", missing="None", total=Total.SUM),
    Field("requested_at", "Requested", Kind.INSTANT, missing="Unknown"),
    Field("received_at", "Received", Kind.INSTANT, missing="Not yet"),
    _HIDDEN_CURRENCY,
)
_REVIEW_FIELDS = (
    Field("answered_at", "Answered", Kind.INSTANT, missing="Unknown"),
    Field("score", "Score", Kind.QUANTITY, missing="None"),
    Field("score_max", "Of", Kind.QUANTITY, missing="Unknown", hidden=True),
    Field("comment", "Comment", missing="None", stretch=True),
)
_EXCEPTION_FIELDS = (
    Field("severity", "Severity", Kind.SEVERITY),
    Field("type", "Type", Kind.STATUS, labels=LABELS, stretch=True),
    Field("state", "State", Kind.STATE, labels=labels(EXCEPTION_STATES)),
    Field("owner", "Owner", missing="Unassigned"),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM),
    Field("due_at", "Due", Kind.INSTANT),
    _HIDDEN_CURRENCY,
)
