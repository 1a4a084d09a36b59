"""An order at the bench: picks, parcels, labels, and cancellations that come while it is worked on."""

from sqlalchemy import exists, or_, select

from opsconsole.rules import order_exceptions_warehouse_select as of_warehouse
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import o
from opsconsole.rules.rule import Closing, Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import order_events, orders, picks, ship_methods, shipments, warehouse_orders

SHORT_PICK = Rule(
    code="SHORT_PICK",
    label="Short pick",
    about="A location found fewer pieces of a line than were allocated, and nobody picked the rest elsewhere.",
    severity="S2",
    resolve_hours=2,
    working=True,
    subject=SubjectKind.LINE,
    select=of_warehouse.short_pick,
    check=of_warehouse.at_the_site,
    needs=(
        Need("pick records with quantities", lambda: select(picks.c.id).where(picks.c.picked_quantity.is_not(None))),
    ),
    short=("{sku}: {picked:count} of {allocated:count} picked", "{picked:count} of {allocated:count} picked"),
    sentences=(
        words.LEAVES_BY,
        (
            "Of **{sku}** **{picked:count} of {allocated:count}** were picked **{picked_at:instant}**: {reason}.",
            "Of **{sku}** **{picked:count} of {allocated:count}** were picked.",
            "**{picked:count} of {allocated:count}** were picked.",
        ),
        words.AT_RISK,
        (
            "Next: look for the rest at **{location}**, pick it elsewhere or split the order, {by_when}.",
            "Next: look for the rest, pick it elsewhere or split the order, {by_when}.",
        ),
    ),
    rank=35,
    blocks="picked",
    cause=("picked", "allocated"),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="The rest was picked",
)

DAMAGED_IN_WAREHOUSE = Rule(
    code="DAMAGED_IN_WAREHOUSE",
    label="Damaged in the warehouse",
    about="A pick or pack record of a line that is still to ship says damaged.",
    severity="S3",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.LINE,
    select=of_warehouse.damaged_in_warehouse,
    check=of_warehouse.at_the_site,
    needs=(
        Need(
            "pick records with reasons",
            lambda: select(picks.c.id).where(or_(picks.c.reason.is_not(None), picks.c.damaged_quantity.is_not(None))),
        ),
    ),
    short=("{sku}: {damaged:count} damaged", "{sku} damaged", "Damaged"),
    sentences=(
        words.LEAVES_BY,
        (
            "**{damaged:count}** of **{sku}** were found damaged **{picked_at:instant}**.",
            "**{damaged:count}** of **{sku}** were found damaged.",
            "**{sku}** was found damaged.",
            "Goods of this line were found damaged.",
        ),
        words.AT_RISK,
        (
            "Next: **{location}** picks others, takes the damaged ones off stock and notes the cause, {by_when}.",
            "Next: pick others, take the damaged ones off stock and note the cause, {by_when}.",
        ),
    ),
    rank=37,
    blocks="picked",
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="The line is complete without the damaged pieces",
)

WEIGHT_MISMATCH = Rule(
    code="WEIGHT_MISMATCH",
    label="Weight mismatch",
    about=(
        "A parcel that the carrier does not have yet is heavier or lighter than expected by more than a "
        "share. It is due before the pickup."
    ),
    severity="S2",
    resolve_hours=6,
    working=True,
    subject=SubjectKind.SHIPMENT,
    select=of_warehouse.weight_mismatch,
    check=of_warehouse.before_pickup,
    parameters=(
        Parameter("share", "Off by more than", 10, "%", 1, 100, "Of the expected weight."),
        Parameter("grams", "And by more than", 0, "grams", 0, 5000, "Light parcels are off by a few grams easily."),
    ),
    needs=(
        Need(
            "expected and actual weights of parcels",
            lambda: select(shipments.c.id).where(
                shipments.c.expected_weight_grams.is_not(None), shipments.c.weight_grams.is_not(None)
            ),
        ),
    ),
    short=("Weighs {weight:count} g, expected {expected:count} g",),
    sentences=(
        words.LEAVES_BY,
        (
            "Parcel **{shipment}** weighs **{weight:count} g** instead of **{expected:count} g**: "
            "off by **{share:count}%**.",
        ),
        words.AT_RISK,
        (
            "Next: open it and count before the pickup on **{pickup:instant}**, {by_when}.",
            "Next: open it and count before the carrier has it, {by_when}.",
        ),
    ),
    rank=42,
    blocks="shipped",
    cause=("weight",),
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="The weight is right, or the carrier has the parcel",
)

LABEL_FAILED = Rule(
    code="LABEL_FAILED",
    label="Label failed",
    about="No label could be made, or nobody has mapped the shipping method to a carrier and service.",
    severity="S2",
    resolve_hours=2,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_warehouse.label_failed,
    watches=("ship_methods",),
    needs=(
        Need(
            "results of label making, or a list of shipping methods",
            lambda: select(orders.c.id).where(
                or_(
                    exists(select(shipments.c.id).where(of_warehouse.LABEL_ERROR)),
                    exists(select(ship_methods.c.id)),
                )
            ),
        ),
    ),
    short=("{error}", "Unknown shipping method {method}"),
    sentences=(
        words.LEAVES_BY,
        (
            "**{carrier}** made no label **{failed_at:instant}**: **{error}**.",
            "No label was made **{failed_at:instant}**: **{error}**.",
            "No label was made: **{error}**.",
            "Nobody has said which carrier and service **{method}** stands for.",
        ),
        words.AT_RISK,
        (
            "Next: map **{method}** to a carrier and service, and make the label, {by_when}.",
            "Next: mend what the carrier refused, and make the label again, {by_when}.",
        ),
    ),
    rank=40,
    blocks="shipped",
    cause=("error", "method"),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="The label was made",
)

CANCEL_AFTER_RELEASE = Rule(
    code="CANCEL_AFTER_RELEASE",
    label="Cancelled after release",
    about=(
        "A cancellation was asked for while the warehouse works on the order, or the channel cancelled it and"
        " the warehouse did not."
    ),
    severity="S1",
    resolve_hours=1,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_warehouse.cancel_after_release,
    needs=(
        Need(
            "requests to cancel, steps of the warehouse, or its own records",
            lambda: select(o.id).where(
                or_(
                    o.cancel_requested_at.is_not(None),
                    exists(select(warehouse_orders.c.id)),
                    exists(select(order_events.c.id)),
                )
            ),
        ),
    ),
    short=(
        "Cancellation asked for {asked_at:instant}, picking began {begun_at:instant}",
        "Cancelled {cancelled_at:instant}, still open at {site}",
        "Cancelled, still open at {site}",
        "Cancelled, still worked on {worked_at:instant}",
    ),
    sentences=(
        (
            "The customer asked to cancel **{asked_at:instant}**.",
            "It was cancelled on the channel **{cancelled_at:instant}**.",
            "It was cancelled on the channel.",
        ),
        (
            "The warehouse has had its hands on it since **{begun_at:instant}**.",
            "**{site}** worked on it **{worked_at:instant}** and has not cancelled it.",
            "**{site}** has not cancelled it.",
            "The warehouse worked on it **{worked_at:instant}**, after that.",
        ),
        words.AT_RISK,
        (
            "Next: stop **{site}** before it leaves, and put the goods back, {by_when}.",
            "Next: stop it before it leaves, then cancel it, or tell the customer that it is too late, {by_when}.",
        ),
    ),
    rank=1,
    blocks="shipped",
    closings=(
        Closing("shipped", "shipped_at", "Shipped {shipped_at:instant} all the same"),
        *words.CANCELLED,
        *words.DELIVERED,
    ),
    closed_words="The warehouse knows of the cancellation, or it was taken back",
)

RULES: tuple[Rule, ...] = (
    SHORT_PICK,
    DAMAGED_IN_WAREHOUSE,
    WEIGHT_MISMATCH,
    LABEL_FAILED,
    CANCEL_AFTER_RELEASE,
)
