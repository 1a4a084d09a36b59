"""An order as it comes in: payment, fraud, address, SKUs, duplicates, prices."""

from sqlalchemy import or_, select

from opsconsole.rules import order_exceptions_orders as of_orders
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import o
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import order_lines, products

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
        words.AT_RISK,
        ("Next: capture the payment, ask the customer or cancel the order, {by_when}.",),
    ),
    rank=20,
    blocks="paid",
    closings=(*words.CANCELLED, *words.PAID),
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
        words.LEAVES_BY,
        ("**{fault}**: {address}.",),
        words.AT_RISK,
        ("Next: correct it with the customer before a label is made, {by_when}.",),
    ),
    rank=25,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
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
        words.LEAVES_BY,
        (
            "**{sku}** ({title}), quantity **{quantity:count}**, is neither in the item master nor an alias.",
            "**{sku}** is neither in the item master nor an alias.",
        ),
        words.AT_RISK,
        ("Next: add the SKU or an alias for it, {by_when}; until then nobody can allocate it.",),
    ),
    rank=10,
    blocks="allocated",
    watches=("products", "sku_aliases"),
    closings=(*words.CANCELLED, *words.SHIPPED),
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
        words.LEAVES_BY,
        ("Same customer, address, items and total as **{twin}**, placed **{apart:span}** before.",),
        words.AT_RISK,
        ("Next: ask the customer and cancel one of them, or ignore this one with the reason, {by_when}.",),
    ),
    rank=15,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="**{twin}** is no longer the same order",
)

RULES: tuple[Rule, ...] = (
    PAYMENT_PENDING,
    ADDRESS_INVALID,
    UNMAPPED_SKU,
    DUPLICATE_ORDER,
)
