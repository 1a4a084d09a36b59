"""An order on its way out of the warehouse: routing, stock, promises to ship; picks and labels stand beside."""

from sqlalchemy import exists, or_, select

from opsconsole.rules import order_exceptions_orders as of_orders
from opsconsole.rules import order_exceptions_promises_select as of_promises
from opsconsole.rules import order_exceptions_routing_select as of_routing
from opsconsole.rules import order_exceptions_stock as of_stock
from opsconsole.rules import order_exceptions_waiting as waiting
from opsconsole.rules import order_exceptions_warehouse as at_the_bench
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import line, o
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import stock_levels

ROUTING_FAILED = Rule(
    code="ROUTING_FAILED",
    label="Routing failed",
    about=(
        "An order is ready and has no location after so many minutes, or is split over more locations than allowed."
    ),
    severity="S2",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_routing.routing_failed,
    clock=of_routing.routing_clock,
    parameters=(
        Parameter("minutes", "Ready without a location for longer than", 30, "minutes", 5, 1440, delays=True),
        Parameter("splits", "More locations for one order than", 2, "locations", 1, 20),
    ),
    needs=(
        Need(
            "locations of orders",
            lambda: select(o.id).where(
                or_(
                    o.location.is_not(None),
                    exists(select(line.id).where(line.order_fk == o.id, line.location.is_not(None))),
                )
            ),
            by_channel=True,
        ),
    ),
    short=("Split over {splits:count} locations", "Ready {ready_at:since} ago, no location"),
    sentences=(
        words.LEAVES_BY,
        (
            "It is split over **{splits:count}** locations.",
            "Ready since **{ready_at:instant}**; no location has it after **{ready_at:since}**.",
        ),
        words.AT_RISK,
        ("Next: give it to a location that has the goods, {by_when}.",),
    ),
    rank=8,
    blocks="allocated",
    cause=("splits",),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="It has a location now",
)

OUT_OF_STOCK = Rule(
    code="OUT_OF_STOCK",
    label="Out of stock",
    about=(
        "More of a SKU is open and not allocated than its location has available (where no location is known:"
        " than all have), or available is below zero."
    ),
    severity="S1",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.SKU,
    select=of_stock.out_of_stock,
    scoped=False,
    skus=of_stock.skus_of,
    watches=("stock_levels", "sku_aliases", "purchase_orders", "purchase_order_lines"),
    keeps_opened=True,
    needs=(Need("stock levels", lambda: select(stock_levels.c.id)),),
    short=(
        "{sku}: {unallocated:count} open, {available:count} available, {waiting:count} waiting",
        "{sku}: oversold, available is {available:count}",
    ),
    sentences=(
        (
            "The first order in line, **{order}**, must ship by **{ship_by:coming}**.",
            "The first order in line, **{order}**, was to ship by **{ship_by:promise}**.",
        ),
        (
            "**{sku}** at **{location}** has **{available:count}** available for **{unallocated:count}** open and not "
            "allocated; orders waiting: **{waiting:count}**.",
            "**{sku}** has **{available:count}** available over all locations for **{unallocated:count}** open and not "
            "allocated; orders waiting: **{waiting:count}**.",
            "**{sku}** at **{location}** is oversold: available is **{available:count}**.",
        ),
        words.AT_RISK,
        (
            "Next: more is promised for **{arrives_on:day}**; ship from elsewhere or give new dates, {by_when}.",
            "Next: nothing is on order; ship from elsewhere, buy or give new dates, {by_when}.",
        ),
    ),
    rank=5,
    blocks="allocated",
    closed_words="Stock of **{sku}** covers the open orders again",
)

BACKORDER_OVERDUE = Rule(
    code="BACKORDER_OVERDUE",
    label="Backorder overdue",
    about="A backordered line whose expected day is over, or that has none.",
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.LINE,
    select=of_promises.backorder_overdue,
    check=of_promises.overdue_days,
    clock=of_promises.backorder_clock,
    watches=("purchase_orders", "purchase_order_lines"),
    needs=(Need("backordered quantities", lambda: select(line.id).where(line.backordered_quantity.is_not(None))),),
    short=(
        "{sku}: {waiting:count} expected {expected_on:day}, not there",
        "{sku}: {waiting:count} backordered, no date",
        "Backordered without a date",
    ),
    sentences=(
        words.LEAVES_BY,
        (
            "**{waiting:count}** of **{sku}** were expected on **{expected_on:day}** and have not come.",
            "**{waiting:count}** of **{sku}** are backordered, and nobody knows until when.",
            "It is backordered, and nobody knows until when.",
        ),
        words.AT_RISK,
        (
            "Next: ask for a new date of **{pegged_po}** and tell the customer, {by_when}.",
            "Next: get a date from the supplier, tell the customer, or offer another item, {by_when}.",
        ),
    ),
    rank=32,
    blocks="allocated",
    cause=("expected_on",),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="**{sku}** has come, or has a new date",
)

ALLOCATION_RISK = Rule(
    code="ALLOCATION_RISK",
    label="Goods arrive too late",
    about="The earliest delivery that a line is pegged to arrives after the line must ship.",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.LINE,
    select=of_promises.allocation_risk,
    watches=("purchase_orders", "purchase_order_lines"),
    recheck=("day",),
    needs=(
        Need("lines pegged to purchase orders", lambda: select(line.id).where(line.pegged_po.is_not(None))),
        Need("ship-by dates", lambda: select(o.id).where(o.ship_by.is_not(None))),
    ),
    short=("{sku} arrives {arrives_on:day}, must ship by {ship_by_on:day}",),
    sentences=(
        (*words.LEAVES_BY, "It must ship by **{ship_by_on:day}**."),
        (
            "**{sku}** is to come with **{pegged_po}** on **{arrives_on:day}** at the earliest: too late.",
            "What it waits for comes with **{pegged_po}** on **{arrives_on:day}** at the earliest: too late.",
        ),
        words.AT_RISK,
        ("Next: allocate it from elsewhere, or speed **{pegged_po}** up, {by_when}.",),
    ),
    rank=45,
    blocks="allocated",
    cause=("arrives_on",),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="**{sku}** arrives in time, or is allocated",
)

SHIP_BY_RISK = Rule(
    code="SHIP_BY_RISK",
    label="Ship-by at risk",
    about=(
        "An order that has not shipped has less working time left until its ship-by than four of five orders "
        "of its site needed from there. Once the ship-by is over it is a late shipment."
    ),
    severity="S2",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_promises.ship_by_risk,
    check=of_promises.too_little_time,
    clock=of_promises.ship_by_clock,
    spans=of_promises.ship_by_spans,
    learn=(of_promises.REMAINING,),
    parameters=(
        Parameter(
            "hours",
            "Time a site needs",
            4,
            "working hours",
            0.5,
            80,
            "Where fewer than 30 orders of a site tell; else the 80th percentile of what they took from there.",
        ),
    ),
    needs=(
        Need("ship-by dates", lambda: select(o.id).where(o.ship_by.is_not(None))),
        Need(
            "order statuses or ship confirmations",
            lambda: select(o.id).where(or_(o.status.is_not(None), o.shipped_at.is_not(None))),
            by_channel=True,
        ),
    ),
    short=("Ship by {ship_by:promise}, usually takes {takes:span}",),
    sentences=(
        words.LEAVES_BY,
        (
            "From **{step}** the site usually needs **{takes:span}** of working time; less is left.",
            "The site usually needs **{takes:span}** of working time; less is left.",
        ),
        words.AT_RISK,
        (
            "Next: **{location}** does it first, before the cut-off on **{cut_off:instant}**, {by_when}.",
            "Next: **{location}** does it before the others, {by_when}.",
            "Next: do it before the others, {by_when}.",
        ),
    ),
    rank=48,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="The time is enough again, or is over",
)

LATE_SHIPMENT = Rule(
    code="LATE_SHIPMENT",
    label="Late shipment",
    about="The ship-by is over and no file confirms that the order shipped.",
    severity="S1",
    resolve_hours=2,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_orders.late_shipment,
    clock=of_orders.late_shipment_clock,
    needs=(
        Need("ship-by dates", lambda: select(o.id).where(o.ship_by.is_not(None))),
        Need(
            "order statuses or ship confirmations",
            lambda: select(o.id).where(or_(o.status.is_not(None), o.shipped_at.is_not(None))),
            by_channel=True,
        ),
    ),
    short=("Ship-by passed, {shipped:count} of {ordered:count} shipped", "Ship-by passed, no ship confirm"),
    sentences=(
        ("Ship-by was **{ship_by:promise}** ({assumed}).", "Ship-by was **{ship_by:promise}**."),
        (
            "Shipped so far: **{shipped:count} of {ordered:count}**; **{ship_by:since} late**.",
            "No ship confirm by now: **{ship_by:since} late**.",
        ),
        words.AT_RISK,
        (
            "Next: **{location}** ships it, or the customer gets a new date, {by_when}.",
            "Next: ship it or give the customer a new date, {by_when}.",
        ),
    ),
    cause=("ship_by",),
    rank=50,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="The ship-by is no longer past",
)

PARTIAL_SHIPMENT = Rule(
    code="PARTIAL_SHIPMENT",
    label="Partial shipment",
    about="Part of an order left longer ago than allowed, and the rest has not.",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_orders.partial_shipment,
    clock=of_orders.partial_shipment_clock,
    parameters=(Parameter("hours", "First parcel longer ago than", 24, "hours", 1, 720, delays=True),),
    needs=(Need("ship dates", lambda: select(o.id).where(o.first_shipped_at.is_not(None))),),
    short=(
        "{shipped:count} of {ordered:count} shipped {first_shipped_at:instant}",
        "First parcel left {first_shipped_at:instant}",
    ),
    sentences=(
        (
            "All of it must ship by **{ship_by:coming}**.",
            "All of it was to ship by **{ship_by:promise}**.",
        ),
        (
            "**{shipped:count} of {ordered:count}** left **{first_shipped_at:instant}**, the rest did not for "
            "**{first_shipped_at:since}**.",
            "The first parcel left **{first_shipped_at:instant}**, the rest did not for **{first_shipped_at:since}**.",
        ),
        ("Worth of the rest: **{value_at_risk:money}**.",),
        ("Next: ship the rest or cancel it with the customer, {by_when}.",),
    ),
    cause=("first_shipped_at",),
    rank=55,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="Nothing is left to ship",
)

RULES: tuple[Rule, ...] = (
    ROUTING_FAILED,
    OUT_OF_STOCK,
    BACKORDER_OVERDUE,
    ALLOCATION_RISK,
    SHIP_BY_RISK,
    LATE_SHIPMENT,
    PARTIAL_SHIPMENT,
    *waiting.RULES,
    *at_the_bench.RULES,
)
