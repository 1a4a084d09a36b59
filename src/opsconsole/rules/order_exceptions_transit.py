"""A parcel on its way: tracking, scans, customs, delivery."""

from sqlalchemy import or_, select

from opsconsole.rules import order_exceptions_orders as of_orders
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import ARRIVED, o
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import shipments

NO_TRACKING = Rule(
    code="NO_TRACKING",
    label="No tracking",
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.SHIPMENT,
    select=of_orders.no_tracking,
    check=of_orders.tracking_faults,
    clock=of_orders.no_tracking_clock,
    recheck=True,
    parameters=(Parameter("hours", "Shipped longer ago than", 24, "hours", 1, 720),),
    needs=(Need("shipments", lambda: select(shipments.c.id)),),
    short=("{tracking} {fault}", "Shipped {shipped_at:since} ago, no tracking number"),
    sentences=(
        ("Shipped **{shipped_at:instant}** with **{carrier}**.", "Shipped **{shipped_at:instant}**."),
        ("Its number **{tracking}** {fault}.", "It {fault} after **{shipped_at:since}**."),
        words.AT_RISK,
        ("Next: get the number from the label and tell channel and customer, {by_when}.",),
    ),
    rank=60,
    blocks="first_scan",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="The tracking number is good now",
)

LATE_DELIVERY = Rule(
    code="LATE_DELIVERY",
    label="Late delivery",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_orders.late_delivery,
    clock=of_orders.late_delivery_clock,
    needs=(
        Need("promised delivery dates", lambda: select(o.id).where(o.deliver_by.is_not(None))),
        Need(
            "deliveries",
            lambda: select(o.id).where(or_(o.delivered_at.is_not(None), o.status.in_(ARRIVED))),
            by_channel=True,
        ),
    ),
    short=(
        "Promised {deliver_by:promise}, last scan {last_scan_at:instant}",
        "Promised {deliver_by:promise}, shipped {shipped_at:instant}",
        "Promised {deliver_by:promise}, not shipped",
    ),
    sentences=(
        (
            "Delivery was promised by **{deliver_by:promise}** ({assumed}).",
            "Delivery was promised by **{deliver_by:promise}**.",
        ),
        (
            "Shipped **{shipped_at:instant}**, last scan **{last_scan_at:instant}**: **{deliver_by:since} late**.",
            "Shipped **{shipped_at:instant}**, not delivered: **{deliver_by:since} late**.",
            "It has not even shipped: **{deliver_by:since} late**.",
        ),
        words.AT_RISK,
        (
            "Next: ask **{carrier}** for it and tell the customer, {by_when}.",
            "Next: find the parcel and tell the customer, {by_when}.",
        ),
    ),
    rank=70,
    blocks="delivered",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="The delivery date is no longer past",
)

RULES: tuple[Rule, ...] = (
    NO_TRACKING,
    LATE_DELIVERY,
)
