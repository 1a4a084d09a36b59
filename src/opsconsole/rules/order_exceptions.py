"""The exception rules: what fires, how urgent it is, and how it is said. Values only; conditions stand beside.

A new rule is one ``Rule`` here (and its SELECT): list, chips, filters, page, command line and workbook follow.
"""

from sqlalchemy import or_, select

from opsconsole.rules import order_exceptions_orders as of_orders
from opsconsole.rules import order_exceptions_stock as of_stock
from opsconsole.rules.order_exceptions_conditions import ARRIVED, o
from opsconsole.rules.rule import Closing, Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import feeds, order_lines, products, shipments, stock_levels

_CANCELLED = (
    Closing("cancelled", "cancelled_at", "Order cancelled {cancelled_at:instant}"),
    Closing("cancelled", "cancelled", "Order cancelled"),
)
_DELIVERED = (
    Closing("delivered", "delivered_at", "Delivered {delivered_at:instant}"),
    Closing("delivered", "delivered", "Delivered"),
)
_SHIPPED = (
    Closing("shipped", "shipped_at", "Shipped {shipped_at:instant}"),
    Closing("shipped", "shipped", "Shipped"),
    *_DELIVERED,
)
_PAID = (Closing("paid", "paid_at", "Paid {paid_at:instant}"), Closing("paid", "paid", "Paid"))

_AT_RISK = ("Value at risk: **{value_at_risk:money}**.",)
_LEAVES_BY = ("It must ship by **{ship_by:promise}**.",)

PAYMENT_PENDING = Rule(
    code="PAYMENT_PENDING",
    label="Payment pending",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_orders.payment_pending,
    check=of_orders.payment_due,
    clock=of_orders.payment_clock,
    parameters=(
        Parameter("hours", "Unpaid for longer than", 24, "hours", 1, 720, "Counted from the order, or from its terms."),
    ),
    needs=(Need("payment statuses of orders", lambda: select(o.id).where(o.payment_status.is_not(None))),),
    short=("Due {payment_due:instant}, not paid", "Placed {placed_at:since} ago, payment {payment}"),
    sentences=(
        (
            "Placed **{placed_at:instant}** on terms **{terms}**: payment was due **{payment_due:instant}**.",
            "Placed **{placed_at:instant}**, to be paid within a day.",
        ),
        ("Payment is still **{payment}** after **{placed_at:since}**.",),
        _AT_RISK,
        ("Next: capture the payment, ask the customer or cancel the order, {by_when}.",),
    ),
    rank=20,
    blocks="paid",
    closings=(*_CANCELLED, *_PAID),
    closed_words="Payment is no longer open",
)

ADDRESS_INVALID = Rule(
    code="ADDRESS_INVALID",
    label="Address invalid",
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_orders.address_invalid,
    check=of_orders.address_faults,
    parameters=(
        Parameter(
            "line_length", "Longest address line", 35, "characters", 20, 100, "Where the carrier is not known yet."
        ),
    ),
    needs=(
        Need(
            "delivery addresses",
            lambda: select(o.id).where(or_(o.address1.is_not(None), o.city.is_not(None), o.postcode.is_not(None))),
        ),
    ),
    short=("{fault}",),
    sentences=(
        _LEAVES_BY,
        ("**{fault}**: {address}.",),
        _AT_RISK,
        ("Next: correct it with the customer before a label is made, {by_when}.",),
    ),
    rank=25,
    blocks="shipped",
    closings=(*_CANCELLED, *_SHIPPED),
    closed_words="The address is complete now",
)

UNMAPPED_SKU = Rule(
    code="UNMAPPED_SKU",
    label="Unmapped SKU",
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.LINE,
    select=of_orders.unmapped_sku,
    needs=(
        Need("an item master", lambda: select(products.c.id)),
        Need("order lines with SKUs", lambda: select(order_lines.c.id).where(order_lines.c.sku.is_not(None))),
    ),
    short=("{sku} is not in the item master",),
    sentences=(
        _LEAVES_BY,
        (
            "**{sku}** ({title}), quantity **{quantity:count}**, is neither in the item master nor an alias.",
            "**{sku}** is neither in the item master nor an alias.",
        ),
        _AT_RISK,
        ("Next: add the SKU or an alias for it, {by_when}; until then nobody can allocate it.",),
    ),
    rank=10,
    blocks="allocated",
    watches=("products", "sku_aliases"),
    closings=(*_CANCELLED, *_SHIPPED),
    closed_words="**{sku}** is known now",
)

DUPLICATE_ORDER = Rule(
    code="DUPLICATE_ORDER",
    label="Duplicate order",
    severity="S2",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_orders.duplicate_order,
    neighbors=of_orders.twins,
    recheck=True,
    parameters=(Parameter("minutes", "Placed within", 60, "minutes", 1, 1440, "Of an order with the same content."),),
    needs=(Need("order lines and customers", lambda: select(o.id).where(o.content_hash.is_not(None))),),
    short=("Same items and address as {twin}, {apart:span} apart",),
    sentences=(
        _LEAVES_BY,
        ("Same customer, address, items and total as **{twin}**, placed **{apart:span}** before.",),
        _AT_RISK,
        ("Next: ask the customer and cancel one of them, or ignore this one with the reason, {by_when}.",),
    ),
    rank=15,
    blocks="shipped",
    closings=(*_CANCELLED, *_DELIVERED),
    closed_words="**{twin}** is no longer the same order",
)

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
        _AT_RISK,
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
        _AT_RISK,
        (
            "Next: **{location}** ships it, or the customer gets a new date, {by_when}.",
            "Next: ship it or give the customer a new date, {by_when}.",
        ),
    ),
    rank=50,
    blocks="shipped",
    closings=(*_CANCELLED, *_SHIPPED),
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
    closings=(*_CANCELLED, *_SHIPPED),
    closed_words="Nothing is left to ship",
)

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
        _AT_RISK,
        ("Next: get the number from the label and tell channel and customer, {by_when}.",),
    ),
    rank=60,
    blocks="first_scan",
    closings=(*_CANCELLED, *_DELIVERED),
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
        _AT_RISK,
        (
            "Next: ask **{carrier}** for it and tell the customer, {by_when}.",
            "Next: find the parcel and tell the customer, {by_when}.",
        ),
    ),
    rank=70,
    blocks="delivered",
    closings=(*_CANCELLED, *_DELIVERED),
    closed_words="The delivery date is no longer past",
)

SYNC_STALE = Rule(
    code="SYNC_STALE",
    label="Feed stale",
    severity="S2",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.FEED,
    select=of_stock.sync_stale,
    scoped=False,
    parameters=(
        Parameter("intervals", "Newest data older than", 2, "usual intervals", 1, 20),
        Parameter("arrivals", "Interval known after", 3, "imports", 2, 100),
    ),
    needs=(
        Need(
            "feeds imported often enough to know their interval",
            lambda: select(feeds.c.source).where(feeds.c.usual_interval_seconds > 0),
        ),
    ),
    short=("Newest data is {newest_data_at:since} old, usual is {interval:span}",),
    sentences=(
        ("**{feed}** usually brings data every **{interval:span}**.",),
        ("Its newest data is of **{newest_data_at:instant}**: **{newest_data_at:since}** old.",),
        ("Every other rule sees the business as it was then.",),
        ("Next: download and import it or mend the connection, {by_when}.",),
    ),
    rank=90,
    closed_words="New data of **{feed}** arrived",
)

RULES: tuple[Rule, ...] = (
    PAYMENT_PENDING,
    ADDRESS_INVALID,
    UNMAPPED_SKU,
    DUPLICATE_ORDER,
    OUT_OF_STOCK,
    LATE_SHIPMENT,
    PARTIAL_SHIPMENT,
    NO_TRACKING,
    LATE_DELIVERY,
    SYNC_STALE,
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
LABELS: tuple[tuple[str, str], ...] = tuple((rule.code, rule.label) for rule in RULES)
