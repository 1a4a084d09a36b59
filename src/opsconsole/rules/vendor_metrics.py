"""What vendors are measured by: metrics per kind as values, and the clauses that hold until a contract says otherwise.

A metric is a ``Counting`` with the vendor as its dimension; part and whole add up over days. A rate answers yes or no
per event; a mean (dock-to-stock) sums hours. An event fails when it is outside the rate's part (inside it where lower
is better), or over the clause's target.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, and_, bindparam, case, func, null, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.rules import vendor_metrics_facts as facts
from opsconsole.rules.kpis_facts import (
    CANCELLED,
    DROP_SHIPPED,
    EX_CANCELLED,
    HANDED_AT,
    LINE_CANCELLED,
    LINE_SHIP_BY,
    PLACED,
    UNAVAILABLE,
    cancelled_before,
    has_happened,
    line,
    not_due,
    o,
)
from opsconsole.rules.measure import DUE_BEFORE, NOW, Counting, Exclusion, daily_sums, within
from opsconsole.rules.vendor_metrics_facts import SCAN_WITHIN, p, po, r, s

LIMIT: ColumnElement[float] = bindparam("limit", type_=Float)


@dataclass(frozen=True, slots=True)
class Clause:
    """An SLA clause as it is until the business has its own: values in the metric's unit."""

    weight: float
    floor: float
    target: float
    stretch: float | None
    minimum_sample: int


@dataclass(frozen=True, slots=True)
class VendorMetric:
    """A metric of one kind of vendor.

    ``unit`` is ``%`` (values are fractions) or ``h``. ``yes_no`` rates get a Wilson interval. ``fails`` are the counted
    events that breach, ``late_by`` how late an event was (microseconds; NULL: not done yet), ``promise`` the sentence
    of the clause, ``event`` what is counted.
    """

    key: str
    kind: str
    label: str
    short: str
    unit: str
    higher: bool
    counting: Counting
    default: Clause
    promise: str
    event: str
    failed: str
    subject: ColumnElement[Any]
    yes_no: bool = True
    late_by: ColumnElement[Any] | None = None

    @property
    def fails(self) -> ColumnElement[bool]:
        """Counted events that breach; binds ``limit`` for means."""
        if self.unit == "h":
            return and_(self.counting.counts, coalesce(self.counting.amount, 0) > LIMIT)
        if self.higher:
            return and_(self.counting.counts, case((self.counting.part, 0), else_=1) == 1)
        return self.counting.is_part


# --- 3PL --------------------------------------------------------------------------------------------------------------

_on_time_ship = Counting(
    facts.SITE_ORDERS,
    o.ship_by_on,
    and_(PLACED, facts.OURS, o.ship_by.is_not(None)),
    o.shipped_at <= o.ship_by,
    (
        not_due(o.ship_by, "Ship-by not reached yet"),
        cancelled_before(o.ship_by, "Cancelled before the ship-by date"),
        Exclusion("unavailable", "Goods unavailable", UNAVAILABLE),
    ),
)
_dock_to_stock = Counting(
    facts.SITE_RECEIPTS,
    r.arrived_on,
    has_happened(r.arrived_at),
    r.arrived_at.is_not(None),
    (
        Exclusion(
            "not_recorded",
            "Stocking never recorded",
            and_(r.stocked_at.is_(None), r.arrived_at < NOW - facts.FORGOTTEN),
        ),
        Exclusion("impossible", "Stocked before it arrived", r.stocked_at < r.arrived_at),
    ),
    amount=facts.DOCK_HOURS,
)

# --- carriers ---------------------------------------------------------------------------------------------------------

_VOIDED = Exclusion("voided", "Label voided", or_(s.voided, s.status == "voided"))
_on_time_delivery = Counting(
    facts.SHIPMENTS,
    coalesce(s.deliver_by_on, o.deliver_by_on),
    and_(facts.OURS, facts.DELIVER_BY.is_not(None)),
    s.delivered_at <= facts.DELIVER_BY,
    (
        _VOIDED,
        not_due(facts.DELIVER_BY, "Delivery date not reached yet"),
        Exclusion("not_handed_over", "Not handed over", or_(s.shipped_at.is_(None), s.shipped_at > NOW)),
        # Without a promise of its own the carrier answers for its part only when it got the parcel in time.
        Exclusion("our_release", "Our late release", and_(s.deliver_by.is_(None), s.shipped_at > o.ship_by)),
        EX_CANCELLED,
    ),
)
_first_scan = Counting(
    facts.SHIPMENTS,
    s.shipped_on,
    and_(facts.OURS, has_happened(s.shipped_at)),
    s.first_scan_at <= s.shipped_at + SCAN_WITHIN,
    (
        _VOIDED,
        Exclusion("no_scans", "No scans of this carrier in the data", s.carrier_key.not_in(facts.SCANNING_CARRIERS)),
        Exclusion(
            "not_due",
            "Not 24 h yet",
            and_(s.shipped_at + SCAN_WITHIN > NOW, or_(facts.SCANNED.is_(None), facts.SCANNED > NOW)),
        ),
    ),
)
_pickup = Counting(
    facts.SHIPMENTS,
    facts.LABELED_ON,
    and_(facts.OURS, has_happened(s.labeled_at)),
    s.labeled_at + SCAN_WITHIN >= facts.PICKED_UP,
    (
        _VOIDED,
        Exclusion(
            "not_due",
            "Not 24 h yet",
            and_(s.labeled_at + SCAN_WITHIN > NOW, or_(facts.PICKED_UP.is_(None), facts.PICKED_UP > NOW)),
        ),
    ),
)

# --- suppliers --------------------------------------------------------------------------------------------------------

# completed_on is the day the received quantity reached the ordered one: in two parts on time is on time, and more than
# ordered is still one line.
_otif = Counting(
    facts.PURCHASE_LINES,
    p.promised_on,
    and_(p.promised_on.is_not(None), coalesce(p.quantity, 0) > 0),
    and_(p.completed_on <= p.promised_on, or_(p.earliest_on.is_(None), p.completed_on >= p.earliest_on)),
    (
        Exclusion("not_due", "Promised day not over yet", p.promised_on >= DUE_BEFORE),
        Exclusion("cancelled", "Purchase order cancelled", po.status == "cancelled"),
    ),
)
_rejects = Counting(
    facts.PURCHASE_LINES,
    coalesce(p.completed_on, p.promised_on),
    and_(p.received_quantity > 0, or_(p.completed_on.is_(None), p.completed_on < DUE_BEFORE)),
    p.rejected_quantity > 0,
    weight=p.received_quantity,
    amount=case((p.rejected_quantity > p.received_quantity, p.received_quantity), else_=p.rejected_quantity),
)

# --- drop-shippers ----------------------------------------------------------------------------------------------------

_ship_within_sla = Counting(
    facts.DROP_LINES,
    coalesce(line.ship_by_on, o.ship_by_on),
    and_(PLACED, DROP_SHIPPED, LINE_SHIP_BY.is_not(None)),
    HANDED_AT <= LINE_SHIP_BY,
    (
        not_due(LINE_SHIP_BY, "Ship-by not reached yet"),
        Exclusion("cancelled", "Cancelled", and_(LINE_CANCELLED, or_(HANDED_AT.is_(None), HANDED_AT > NOW))),
    ),
)
_drop_cancels = Counting(
    facts.DROP_LINES,
    o.placed_on,
    and_(PLACED, DROP_SHIPPED),
    LINE_CANCELLED,
    (Exclusion("customer", "Cancelled by the customer", and_(CANCELLED, o.cancelled_by == "customer")),),
)

# --- the table --------------------------------------------------------------------------------------------------------

_TABLE = (
    VendorMetric(
        "on_time_ship", "3pl", "On-time ship by cut-off", "On-time ship", "%", True, _on_time_ship,
        Clause(25, 0.97, 0.985, 0.995, 30), "Orders at its locations are handed over by their ship-by",
        "orders with ship-by in the period", "late or not shipped",
        subject=coalesce(o.order_number, o.order_id), late_by=facts.late(o.shipped_at, o.ship_by),
    ),
    VendorMetric(
        "dock_to_stock", "3pl", "Dock-to-stock", "Dock-to-stock", "h", False, _dock_to_stock,
        Clause(10, 48, 24, 12, 5), "Receipts are in stock, on average, within hours of their arrival",
        "receipts that arrived in the period", "over the target", yes_no=False,
        subject=po.po_number, late_by=facts.DOCK_TIME,
    ),
    *(
        VendorMetric(
            "on_time_delivery", kind, "On-time delivery", "On-time deliv.", "%", True, _on_time_delivery,
            Clause(35, 0.92, 0.95, 0.98, 30), "Parcels handed over in time are delivered by the promised date",
            "parcels promised for the period", "late or not delivered",
            subject=coalesce(o.order_number, o.order_id), late_by=facts.late(s.delivered_at, facts.DELIVER_BY),
        )
        for kind in ("parcel_carrier", "ltl_carrier")
    ),
    VendorMetric(
        "first_scan", "parcel_carrier", "First scan within 24 h", "First scan", "%", True, _first_scan,
        Clause(10, 0.95, 0.98, 0.995, 30), "Parcels get their first scan within 24 hours of hand-over",
        "parcels handed over in the period", "scanned late or never",
        subject=coalesce(o.order_number, o.order_id), late_by=facts.late(s.first_scan_at, s.shipped_at + SCAN_WITHIN),
    ),
    VendorMetric(
        "on_time_pickup", "ltl_carrier", "Pickup within 24 h", "Pickup", "%", True, _pickup,
        Clause(20, 0.90, 0.95, 0.99, 10), "Freight is picked up within 24 hours of its label",
        "shipments labeled in the period", "picked up late or never",
        subject=coalesce(o.order_number, o.order_id), late_by=facts.late(facts.PICKED_UP, s.labeled_at + SCAN_WITHIN),
    ),
    VendorMetric(
        "otif", "supplier", "OTIF to the promised date", "OTIF", "%", True, _otif,
        Clause(40, 0.85, 0.95, 0.99, 5), "Purchase order lines are received in full by their promised date",
        "lines promised for the period", "late, short or not received",
        subject=po.po_number, late_by=facts.days_late(p.completed_on, p.promised_on),
    ),
    VendorMetric(
        "reject_rate", "supplier", "Reject rate", "Reject rate", "%", False, _rejects,
        Clause(25, 0.02, 0.01, 0.002, 5), "Received units pass inspection",
        "units received in the period", "with rejected units", yes_no=False, subject=po.po_number,
    ),
    VendorMetric(
        "ship_within_sla", "drop_shipper", "Ship within SLA", "Ship in SLA", "%", True, _ship_within_sla,
        Clause(30, 0.93, 0.97, 0.99, 20), "Order lines are handed to the carrier by their ship-by",
        "lines with ship-by in the period", "handed over late or not at all",
        subject=coalesce(o.order_number, o.order_id), late_by=facts.late(HANDED_AT, LINE_SHIP_BY),
    ),
    VendorMetric(
        "cancel_rate", "drop_shipper", "Cancel, out of stock", "Cancel, OOS", "%", False, _drop_cancels,
        Clause(25, 0.04, 0.025, 0.005, 20), "Order lines are not cancelled for want of stock",
        "lines placed in the period", "cancelled", subject=coalesce(o.order_number, o.order_id),
    ),
)  # fmt: skip

VENDOR_METRICS: dict[tuple[str, str], VendorMetric] = {(metric.kind, metric.key): metric for metric in _TABLE}


def metrics_of(kind: str) -> tuple[VendorMetric, ...]:
    """Metrics of a kind of vendor, heaviest first as declared."""
    return tuple(metric for metric in _TABLE if metric.kind == kind)


def daily_events(metric: VendorMetric) -> Select[Any]:
    """Rows of (clock_day, dimension_key, m0_part, m0_whole, m0_cases, fails) per day and vendor."""
    counting = metric.counting
    vendor = counting.facts.dimensions["vendor"].value
    fails = func.sum(case((metric.fails, 1), else_=0)).label("fails")
    return daily_sums([counting], "vendor").add_columns(fails).where(vendor.is_not(None))


def failing_events(metric: VendorMetric) -> Select[Any]:
    """The events behind the breaches: row_id, order_fk, clock_day, vendor, subject, late_by and the facts' columns."""
    counting, source = metric.counting, metric.counting.facts
    order_fk: ColumnElement[Any] = null() if source.order_fk is None else source.order_fk
    late_by: ColumnElement[Any] = null() if metric.late_by is None else metric.late_by
    return (
        select(
            source.id.label("row_id"),
            order_fk.label("order_fk"),
            counting.day.label("clock_day"),
            source.dimensions["vendor"].value.label("vendor"),
            metric.subject.label("subject"),
            late_by.label("late_by"),
            *(column.label(key) for key, column in source.columns.items()),
        )
        .select_from(source.joined("vendor"))
        .where(within(counting.day), metric.fails)
        .order_by(counting.day.desc(), source.id)
    )
