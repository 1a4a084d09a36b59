"""An order as it comes in: payment, fraud, address, SKUs, duplicates, prices."""

from sqlalchemy import exists, or_, select

from opsconsole.rules import fraud_signals
from opsconsole.rules import order_exceptions_checkout_select as of_checkout
from opsconsole.rules import order_exceptions_orders as of_orders
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.order_exceptions_conditions import o
from opsconsole.rules.rule import RESTS_ON_OTHERS, Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import fraud_decisions, order_lines, payments, products

PAYMENT_PENDING = Rule(
    code="PAYMENT_PENDING",
    label="Payment pending",
    about=(
        "Payment is pending or only authorized for longer than allowed after the order was placed. Cash on "
        "delivery is left out, net terms until they are due."
    ),
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_orders.payment_pending,
    check=of_orders.payment_due,
    clock=of_orders.payment_clock,
    parameters=(
        Parameter(
            "hours",
            "Unpaid for longer than",
            24,
            "hours",
            1,
            720,
            "Counted from the order, or from its terms.",
            delays=True,
        ),
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

PAYMENT_DECLINED = Rule(
    code="PAYMENT_DECLINED",
    label="Payment declined",
    about=(
        "A payment failed or was voided and the order has not shipped; or it shipped without being paid, "
        "which is always S1. Cash on delivery is left out, net terms until they are due."
    ),
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_checkout.payment_declined,
    check=of_checkout.payment_faults,
    clock=of_checkout.payment_declined_clock,
    parameters=(
        Parameter("hours", "Shipped unpaid for longer than", 0, "hours", 0, 720, "Where payments are captured later."),
    ),
    needs=(
        Need(
            "payment statuses of orders, or payments",
            lambda: select(o.id).where(
                or_(o.payment_status.is_not(None), exists(select(payments.c.id).where(payments.c.order_fk == o.id)))
            ),
        ),
    ),
    short=(
        "Shipped {shipped_at:instant}, payment {payment}",
        "Payment {payment}, but it has {left}",
        "Payment {payment}, not shipped",
    ),
    sentences=(
        words.LEAVES_BY,
        (
            "Shipped **{shipped_at:instant}**, but the payment is **{payment}**.",
            "It has {left}, but the payment is **{payment}**.",
            "Payment was declined **{failed_at:instant}**; it has not shipped.",
            "The payment is **{payment}**; it has not shipped.",
        ),
        words.AT_RISK,
        ("Next: ask for the money, or call the parcel back, {by_when}.",),
    ),
    rank=3,
    blocks="paid",
    closings=(*words.CANCELLED, *words.PAID),
    closed_words="The payment is no longer declined",
)

FRAUD_REVIEW = Rule(
    code="FRAUD_REVIEW",
    label="Fraud review",
    about=(
        "An order that has not shipped, where the score of its signals is over the threshold, the platform "
        "says that the risk is high, or a fraud service asks for a review or declines it."
    ),
    severity="S1",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_checkout.fraud_review,
    check=of_checkout.fraud_scores,
    clock=of_checkout.fraud_clock,
    neighbors=fraud_signals.of_the_same,
    recheck=(RESTS_ON_OTHERS,),
    parameters=fraud_signals.PARAMETERS,
    needs=(
        Need(
            "risk levels, customers, billing addresses or fraud decisions",
            lambda: select(o.id).where(
                or_(
                    o.risk_level.is_not(None),
                    o.risk_score.is_not(None),
                    o.email.is_not(None),
                    o.customer_id.is_not(None),
                    o.bill_country.is_not(None),
                    exists(select(fraud_decisions.c.id)),
                )
            ),
        ),
    ),
    short=(
        "{by}: {decision}",
        "Risk {risk}, score {score:count} of 100",
        "Score {score:count} of 100: {signals}",
    ),
    sentences=(
        words.LEAVES_BY,
        (
            "**{by}** said **{decision}** on **{decided_at:instant}**; score **{score:count}** of 100: {signals}.",
            "**{by}** said **{decision}** on **{decided_at:instant}**.",
            "The platform says risk **{risk}**; score **{score:count}** of 100: {signals}.",
            "The score is **{score:count}** of 100, above **{threshold:count}**: {signals}.",
        ),
        words.AT_RISK,
        ("Next: hold the order, check the customer, and approve or cancel it, {by_when}.",),
    ),
    rank=2,
    blocks="shipped",
    cause=("decision", "risk"),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="It was approved, or nothing points to fraud any longer",
)

ADDRESS_INVALID = Rule(
    code="ADDRESS_INVALID",
    label="Address invalid",
    about=(
        "The address of an order that has not shipped lacks a required part, has a postcode that is none of "
        "its country, or is longer than the carrier takes."
    ),
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
    cause=("fault", "address"),
    rank=25,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="The address is complete now",
)

UNMAPPED_SKU = Rule(
    code="UNMAPPED_SKU",
    label="Unmapped SKU",
    about="The SKU of a line that is still to ship is neither in the item master nor an alias.",
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
    cause=("sku",),
    rank=10,
    blocks="allocated",
    watches=("products", "sku_aliases"),
    closings=(*words.CANCELLED, *words.SHIPPED),
    closed_words="**{sku}** is known now",
)

DUPLICATE_ORDER = Rule(
    code="DUPLICATE_ORDER",
    label="Duplicate order",
    about=(
        "Two orders of the same customer, address, SKUs and total were placed within so many minutes; the "
        "later one is raised."
    ),
    severity="S2",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_orders.duplicate_order,
    neighbors=of_orders.twins,
    recheck=("twin_fk",),
    parameters=(Parameter("minutes", "Placed within", 60, "minutes", 1, 1440, "Of an order with the same content."),),
    needs=(Need("order lines and customers", lambda: select(o.id).where(o.content_hash.is_not(None))),),
    short=("Same items and address as {twin}, {apart:span} apart",),
    sentences=(
        words.LEAVES_BY,
        ("Same customer, address, items and total as **{twin}**, placed **{apart:span}** before.",),
        words.AT_RISK,
        ("Next: ask the customer and cancel one of them, or ignore this one with the reason, {by_when}.",),
    ),
    cause=("twin",),
    rank=15,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.DELIVERED),
    closed_words="**{twin}** is no longer the same order",
)

MISSING_ORDER_INFO = Rule(
    code="MISSING_ORDER_INFO",
    label="Order data missing",
    about=(
        "An order that has not shipped lacks an e-mail address, a phone number where its service needs one, "
        "or customs data where it crosses a border."
    ),
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.ORDER,
    select=of_checkout.missing_order_info,
    check=of_checkout.missing_parts,
    watches=("products", "ship_methods"),
    recheck=("customers",),
    needs=(
        Need(
            "e-mail addresses, phone numbers or customs data",
            lambda: select(o.id).where(
                or_(
                    o.email.is_not(None),
                    o.phone.is_not(None),
                    o.customs_number.is_not(None),
                    exists(select(products.c.id).where(products.c.hs_code.is_not(None))),
                )
            ),
        ),
    ),
    short=("Without {missing}",),
    sentences=(
        words.LEAVES_BY,
        (
            "It goes to **{country}** with **{service}** without **{missing}**.",
            "It comes without **{missing}**.",
        ),
        words.AT_RISK,
        ("Next: ask the customer or fill it in before a label is made, {by_when}.",),
    ),
    rank=27,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
    cause=("missing",),
    closed_words="Nothing is missing any longer",
)

PRICE_ERROR = Rule(
    code="PRICE_ERROR",
    label="Price error",
    about=("A line that is still to ship is sold below the item's cost, or for less than a share of its list price."),
    severity="S2",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.LINE,
    select=of_checkout.price_error,
    watches=("products", "sku_aliases"),
    parameters=(
        Parameter("cost_share", "Below this share of the cost", 100, "%", 1, 200),
        Parameter("list_share", "Below this share of the list price", 50, "%", 1, 100),
    ),
    needs=(
        Need(
            "costs or list prices in the item master",
            lambda: select(products.c.id).where(or_(products.c.unit_cost > 0, products.c.list_price > 0)),
        ),
        Need(
            "prices of order lines",
            lambda: select(order_lines.c.id).where(
                or_(order_lines.c.unit_price.is_not(None), order_lines.c.amount.is_not(None))
            ),
        ),
    ),
    short=(
        "{sku} sold for {price:money}, costs {cost:money}",
        "{sku} sold for {price:money}, list price {list_price:money}",
    ),
    sentences=(
        words.LEAVES_BY,
        (
            "**{sku}** is sold for **{price:money}** a piece, below its cost of **{cost:money}**.",
            "**{sku}** is sold for **{price:money}** a piece; its list price is **{list_price:money}**.",
        ),
        ("Missing to the usual price: **{value_at_risk:money}**.",),
        ("Next: stop the order, correct the price on the channel, and agree with the customer, {by_when}.",),
    ),
    rank=12,
    blocks="shipped",
    closings=(*words.CANCELLED, *words.SHIPPED),
    cause=("price",),
    closed_words="The price of **{sku}** is in order now",
)

RULES: tuple[Rule, ...] = (
    PAYMENT_PENDING,
    PAYMENT_DECLINED,
    FRAUD_REVIEW,
    ADDRESS_INVALID,
    MISSING_ORDER_INFO,
    UNMAPPED_SKU,
    DUPLICATE_ORDER,
    PRICE_ERROR,
)
