"""A parcel on its way: tracking, scans, customs, delivery."""

from sqlalchemy import or_, select, text

from opsconsole.rules import order_exceptions_claims as of_claims
from opsconsole.rules import order_exceptions_customs as of_customs
from opsconsole.rules import order_exceptions_orders as of_orders
from opsconsole.rules import order_exceptions_returning_select as of_returning
from opsconsole.rules import order_exceptions_transit_select as of_parcels
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import ARRIVED, o
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import shipment_events, shipments
from opsconsole.store.schema.orders import PROBLEM

_SCANS = Need("carrier scans", lambda: select(shipments.c.id).where(shipments.c.first_scan_at.is_not(None)))
_DELIVERIES = Need(
    "deliveries",
    lambda: select(o.id).where(or_(o.delivered_at.is_not(None), o.status.in_(ARRIVED))),
    by_channel=True,
)
_PROMISED = ("Delivery was promised by **{deliver_by:promise}**.",)

NO_TRACKING = Rule(
    code="NO_TRACKING",
    label="No tracking",
    about=(
        "A parcel left longer ago than allowed and has no tracking number, or one that fails its carrier's "
        "format or check digit."
    ),
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.SHIPMENT,
    select=of_orders.no_tracking,
    check=of_orders.tracking_faults,
    clock=of_orders.no_tracking_clock,
    parameters=(Parameter("hours", "Shipped longer ago than", 24, "hours", 1, 720, delays=True),),
    needs=(Need("shipments", lambda: select(shipments.c.id)),),
    short=("{tracking} {fault}", "Shipped {shipped_at:since} ago, no tracking number"),
    sentences=(
        ("Shipped **{shipped_at:instant}** with **{carrier}**.", "Shipped **{shipped_at:instant}**."),
        ("Its number **{tracking}** {fault}.", "It {fault} after **{shipped_at:since}**."),
        words.AT_RISK,
        ("Next: get the number from the label and tell channel and customer, {by_when}.",),
    ),
    cause=("tracking", "fault"),
    rank=60,
    blocks="first_scan",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="The tracking number is good now",
)

LATE_DELIVERY = Rule(
    code="LATE_DELIVERY",
    label="Late delivery",
    about="The promised delivery is over and the order is not delivered.",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_orders.late_delivery,
    clock=of_orders.late_delivery_clock,
    needs=(
        Need("promised delivery dates", lambda: select(o.id).where(o.deliver_by.is_not(None))),
        _DELIVERIES,
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
    cause=("deliver_by",),
    rank=70,
    blocks="delivered",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="The delivery date is no longer past",
)

NO_CARRIER_SCAN = Rule(
    code="NO_CARRIER_SCAN",
    label="No carrier scan",
    about="A label is older than allowed, in working time, and its carrier has not scanned it.",
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.SHIPMENT,
    select=of_parcels.no_carrier_scan,
    cause=("tracking",),
    check=of_parcels.unscanned_for_long,
    clock=of_parcels.no_carrier_scan_clock,
    spans=of_parcels.no_carrier_scan_spans,
    neighbors=of_parcels.of_new_carriers,
    parameters=(
        Parameter(
            "hours",
            "Label older than",
            24,
            "hours",
            1,
            240,
            "In working time of the place that ships.",
            delays=True,
            working=True,
        ),
    ),
    needs=(_SCANS,),
    short=("Label of {labeled_at:instant}, no scan by {carrier}", "Label of {labeled_at:instant}, no carrier scan"),
    sentences=(
        words.LEAVES_BY,
        (
            "The label **{tracking}** was made **{labeled_at:instant}**; **{carrier}** has not scanned it for "
            "**{labeled_at:since}**.",
            "The label **{tracking}** was made **{labeled_at:instant}**; no carrier has scanned it for "
            "**{labeled_at:since}**.",
        ),
        words.AT_RISK,
        (
            "Next: look whether it still stands at **{location}**, and hand it over or void the label, {by_when}.",
            "Next: find the parcel, and hand it over or void the label, {by_when}.",
        ),
    ),
    rank=64,
    blocks="first_scan",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="The carrier has scanned it, or its label was voided",
)

STALLED_IN_TRANSIT = Rule(
    code="STALLED_IN_TRANSIT",
    label="Stalled in transit",
    about="A parcel that is not delivered has not moved for longer than allowed.",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.SHIPMENT,
    select=of_parcels.stalled_in_transit,
    cause=("moved_at",),
    clock=of_parcels.stalled_clock,
    parameters=(
        Parameter("hours", "No movement for", 72, "hours", 1, 1440, "Slow services have more, fast ones less."),
    ),
    needs=(_SCANS, _DELIVERIES),
    short=("Not moved for {moved_at:since}, last in {place}", "Not moved for {moved_at:since}"),
    sentences=(
        _PROMISED,
        (
            "**{tracking}** last moved **{moved_at:instant}** in **{place}**: nothing for **{moved_at:since}**.",
            "**{tracking}** last moved **{moved_at:instant}**: nothing for **{moved_at:since}**.",
            "The parcel last moved **{moved_at:instant}**: nothing for **{moved_at:since}**.",
        ),
        words.AT_RISK,
        (
            "Next: open a trace with **{carrier}** and tell the customer, {by_when}.",
            "Next: open a trace with the carrier and tell the customer, {by_when}.",
        ),
    ),
    rank=65,
    blocks="delivered",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="The parcel moves again, or goes back",
)

DELIVERY_EXCEPTION = Rule(
    code="DELIVERY_EXCEPTION",
    label="Delivery exception",
    about=("The carrier reported an exception or a failed attempt, and nothing has followed for longer than allowed."),
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.SHIPMENT,
    select=of_parcels.delivery_exception,
    cause=("said", "reported_at"),
    check=of_parcels.with_words,
    clock=of_parcels.delivery_exception_clock,
    parameters=(
        Parameter(
            "hours", "Unresolved for", 24, "hours", 0, 240, "Counted from the carrier's first report.", delays=True
        ),
    ),
    needs=(
        Need(
            "exceptions reported by carriers",
            lambda: select(shipment_events.c.id).where(
                text(f"shipment_events.{PROBLEM}"), shipment_events.c.code.in_(of_parcels.STOPPED)
            ),
        ),
    ),
    short=("{said} {reported_at:instant}", "Exception {reported_at:instant}"),
    sentences=(
        _PROMISED,
        (
            "**{carrier}** reported **{said}** in **{place}** **{reported_at:instant}**, with nothing since for "
            "**{reported_at:since}**; failed attempts: **{attempts:count}**.",
            "**{carrier}** reported **{said}** in **{place}** **{reported_at:instant}**, with nothing since for "
            "**{reported_at:since}**.",
            "**{carrier}** reported **{said}** **{reported_at:instant}**, with nothing since for "
            "**{reported_at:since}**.",
            "The carrier reported **{said}** **{reported_at:instant}**, with nothing since for "
            "**{reported_at:since}**.",
            "The carrier reported an exception **{reported_at:instant}**, with nothing since for "
            "**{reported_at:since}**.",
        ),
        words.AT_RISK,
        (
            "Next: settle it with **{carrier}** and the customer before it goes back, {by_when}.",
            "Next: settle it with the carrier and the customer before it goes back, {by_when}.",
        ),
    ),
    rank=63,
    blocks="delivered",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="The parcel is on its way again",
)

CUSTOMS_HOLD = Rule(
    code="CUSTOMS_HOLD",
    label="Customs hold",
    about=(
        "Customs hold a parcel, duty is unpaid, or an order that crosses a border lacks an HS code, an origin"
        " or a customs number."
    ),
    severity="S2",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_customs.customs_hold,
    cause=("missing", "duty", "held_at"),
    check=of_customs.customs_faults,
    watches=("products",),
    needs=(
        Need(
            "customs events, duty, customs numbers or customs data of products",
            of_customs.data_for_customs,
        ),
    ),
    short=(
        "Held by customs since {held_at:instant}",
        "Duty is {duty}",
        "Missing for customs: {missing}",
    ),
    sentences=(
        _PROMISED,
        (
            "Customs of **{receiver}** have held it since **{held_at:instant}**, missing: **{missing}**.",
            "Customs have held it since **{held_at:instant}**: for **{held_at:since}**.",
            "Duty is **{duty}** and for customs there is missing **{missing}**.",
            "Duty is **{duty}**: the parcel will not be handed over.",
            "It goes from **{sender}** to **{receiver}** without **{missing}**.",
        ),
        words.AT_RISK,
        ("Next: send what is missing to the carrier's broker, or pay the duty, {by_when}.",),
    ),
    rank=62,
    blocks="delivered",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="Customs have what they need",
)

RETURN_TO_SENDER = Rule(
    code="RETURN_TO_SENDER",
    label="Return to sender",
    about="The carrier says that a parcel goes back to the sender.",
    severity="S3",
    resolve_hours=48,
    working=False,
    subject=SubjectKind.SHIPMENT,
    select=of_returning.return_to_sender,
    cause=("returned_at",),
    check=of_parcels.with_words,
    needs=(
        Need(
            "returns reported by carriers",
            lambda: select(shipment_events.c.id).where(
                text(f"shipment_events.{PROBLEM}"), shipment_events.c.code.in_(of_parcels.BACK)
            ),
        ),
    ),
    short=("{said} {returned_at:instant}", "Going back since {returned_at:instant}"),
    sentences=(
        _PROMISED,
        (
            "**{carrier}** says of **{tracking}**: **{said}**, since **{returned_at:instant}**.",
            "The carrier says: **{said}**, since **{returned_at:instant}**.",
            "The parcel has been going back since **{returned_at:instant}**.",
        ),
        words.AT_RISK,
        ("Next: ask the customer for a good address and ship again, or refund, {by_when}.",),
    ),
    rank=61,
    blocks="delivered",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="It was shipped again or refunded",
)

CARRIER_CLAIM_DUE = Rule(
    code="CARRIER_CLAIM_DUE",
    label="Carrier claim due",
    about=(
        "A parcel was lost, damaged or late, nobody has claimed it, and the contract's claim window closes "
        "within so many days."
    ),
    severity="S2",
    resolve_hours=120,
    working=False,
    subject=SubjectKind.SHIPMENT,
    select=of_claims.carrier_claim_due,
    cause=("fault",),
    clock=of_claims.carrier_claim_clock,
    recheck=("due",),
    parameters=(
        Parameter("days", "Window closes within", 5, "days", 1, 30),
        Parameter("window", "Claim window", 60, "days", 5, 365, "Where the contract with the carrier names none."),
    ),
    needs=(_DELIVERIES, Need("shipments", lambda: select(shipments.c.id).where(shipments.c.shipped_at.is_not(None)))),
    short=("Parcel {fault}, claim by {claim_by:instant}",),
    sentences=(
        (
            "Delivery was promised by **{promised:promise}**, it arrived **{delivered_at:instant}**.",
            "Delivery was promised by **{promised:promise}**.",
            "Shipped **{shipped_at:instant}**, arrived **{delivered_at:instant}**.",
            "Shipped **{shipped_at:instant}**.",
        ),
        (
            "**{tracking}** is **{fault}** and nobody has claimed it: **{carrier}** takes claims for "
            "**{window_days:count}** days, until **{claim_by:instant}**.",
            "The parcel is **{fault}** and nobody has claimed it: claims are taken for **{window_days:count}** days, "
            "until **{claim_by:instant}**.",
        ),
        ("To be claimed: **{value_at_risk:money}**.",),
        (
            "Next: file the claim with **{carrier}** within **{claim_by:until}**.",
            "Next: file the claim with the carrier within **{claim_by:until}**.",
        ),
    ),
    rank=74,
    blocks="delivered",
    closed_words="A claim was filed, the parcel arrived, or the window has closed",
)

RULES: tuple[Rule, ...] = (
    NO_TRACKING,
    NO_CARRIER_SCAN,
    STALLED_IN_TRANSIT,
    DELIVERY_EXCEPTION,
    CUSTOMS_HOLD,
    LATE_DELIVERY,
    RETURN_TO_SENDER,
    CARRIER_CLAIM_DUE,
)
