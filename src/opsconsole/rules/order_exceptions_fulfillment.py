"""An order on its way out of the warehouse: routing, stock, promises to ship, picks, labels."""

from sqlalchemy import or_, select

from opsconsole.rules import order_exceptions_orders as of_orders
from opsconsole.rules import order_exceptions_stock as of_stock
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import o
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import stock_levels

OUT_OF_STOCK = Rule(
    code="OUT_OF_STOCK",
    label="Out of stock",
    severity="S1",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.SKU,
    select=of_stock.out_of_stock,
    scoped=False,
    watches=("stock_levels", "sku_aliases"),
    keeps_opened=True,
    needs=(Need("stock levels", lambda: select(stock_levels.c.id)),),
    short=(
        "{sku}: {unallocated:count} open, {available:count} available, {waiting:count} waiting",
        "{sku}: oversold, available is {available:count}",
    ),
    sentences=(
        ("The first order in line, **{order}**, must ship by **{ship_by:promise}**.",),
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

LATE_SHIPMENT = Rule(
    code="LATE_SHIPMENT",
    label="Late shipment",
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
    rank=50,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="The ship-by is no longer past",
)

PARTIAL_SHIPMENT = Rule(
    code="PARTIAL_SHIPMENT",
    label="Partial shipment",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_orders.partial_shipment,
    clock=of_orders.partial_shipment_clock,
    parameters=(Parameter("hours", "First parcel longer ago than", 24, "hours", 1, 720),),
    needs=(Need("ship dates", lambda: select(o.id).where(o.first_shipped_at.is_not(None))),),
    short=(
        "{shipped:count} of {ordered:count} shipped {first_shipped_at:instant}",
        "First parcel left {first_shipped_at:instant}",
    ),
    sentences=(
        ("All of it must ship by **{ship_by:promise}**.",),
        (
            "**{shipped:count} of {ordered:count}** left **{first_shipped_at:instant}**, the rest did not for "
            "**{first_shipped_at:since}**.",
            "The first parcel left **{first_shipped_at:instant}**, the rest did not for **{first_shipped_at:since}**.",
        ),
        ("Worth of the rest: **{value_at_risk:money}**.",),
        ("Next: ship the rest or cancel it with the customer, {by_when}.",),
    ),
    rank=55,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="Nothing is left to ship",
)

RULES: tuple[Rule, ...] = (
    OUT_OF_STOCK,
    LATE_SHIPMENT,
    PARTIAL_SHIPMENT,
)
