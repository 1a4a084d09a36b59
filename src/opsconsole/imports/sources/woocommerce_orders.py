"""WooCommerce orders as the WebToffee plugin exports them: one row per order, as wide as the order with most lines.

Lines stand in numbered columns (``Product Item 2 SKU``); one without a name is not there. Times are the shop's own,
without offset. Text that begins with ``=``, ``+``, ``-`` or ``@`` has an apostrophe before it; statuses may begin with
``wc-``. An order wholly refunded has nothing left to ship: it is cancelled here, and its payment refunded.

A status of the shop's own is kept as the order's tag and counts by its words (_OWN); one that says nothing of the kind
leaves the order open: in processing once it is paid, else pending.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    order_id | order_number | order_date | paid_date | status | shipping_total | shipping_tax_total | fee_total
    fee_tax_total | tax_total | cart_discount | order_discount | discount_total | order_total | order_subtotal
    order_currency | payment_method | payment_method_title | transaction_id | customer_ip_address | customer_user_agent
    shipping_method | customer_id | customer_user | customer_email | billing_first_name | billing_last_name
    billing_company | billing_email | billing_phone | billing_address_1 | billing_address_2 | billing_postcode
    billing_city | billing_state | billing_country | shipping_first_name | shipping_last_name | shipping_company
    shipping_phone | shipping_address_1 | shipping_address_2 | shipping_postcode | shipping_city | shipping_state
    shipping_country | customer_note | wt_import_key | shipping_items | fee_items | tax_items | coupon_items
    refund_items | order_notes | download_permissions
""") + tuple(
    name
    for number in range(1, 100)
    for name in (f"line_item_{number}", *(
        f"Product Item {number} {part}" for part in ("Name", "id", "SKU", "Quantity", "Total", "Subtotal")
    ))
)  # fmt: skip
_FORMATS = ["iso", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
_NO_ORDERS = [{"column": "status", "contains": ["draft", "trash"]}]
_ITEM = "Product Item {n}"
_ON_ITS_WAY = {"column": "status", "contains": ["processing", "completed"]}
_UNPAID = {"column": "paid_date", "filled": False, "also": _ON_ITS_WAY}
_UNPAID_CASH = {"column": "payment_method", "equals": ["cod"], "also": _UNPAID}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


def _name(who: str) -> dict[str, object]:
    return {"join": [_text(f"{who}_first_name"), _text(f"{who}_last_name")]}


_KNOWN = ("pending", "failed", "on-hold", "processing", "completed", "refunded", "cancelled")
_OF_WOO = {"column": "status", "equals": [*_KNOWN, *(f"wc-{name}" for name in _KNOWN)]}
# The words in a status of the shop's own, the first that fits counts.
_OWN = (
    ("cancelled", "cancel|refund|reject|void|expired"),
    ("returned", "return"),
    ("on_hold", "hold|backorder|back-order|wait|await|review|fraud|verif"),
    ("delivered", "delivered|picked-?up|collected"),
    ("partially_shipped", "partial|part-ship"),
    ("processing", "to-ship|ready|unship|not-ship|preship|pre-ship"),
    ("shipped", "shipped|dispatched|sent|in-transit|out-for-delivery"),
    ("packed", "pack"),
    ("picking", "pick"),
)


def _status(**codes: str) -> dict[str, object]:
    return {"from": "status", "lower": True, "strip_prefix": "wc-", "where": _OF_WOO, "map": {
        name.replace("_", "-"): code for name, code in codes.items()
    }}  # fmt: skip


def _own(code: str, pattern: str) -> dict[str, object]:
    return {"const": code, "where": {"column": "status", "matches": f"(?i){pattern}"}}


_FILLED = {"column": "status", "filled": True}
_PAID_FOR = {"column": "paid_date", "filled": True}


_ADDRESS = {
    f"{field}": _text(f"shipping_{column}")
    for field, column in (
        ("address1", "address_1"), ("address2", "address_2"), ("city", "city"), ("province", "state"),
        ("postcode", "postcode"), ("country", "country"),
    )
}  # fmt: skip

_ORDER = {
    "order_id": "order_id",
    "order_number": {"from": ["order_number", "order_id"], "strip_prefix": "#"},
    "placed_at": {"from": "order_date", "format": _FORMATS},
    "paid_at": {"from": "paid_date", "format": _FORMATS, "optional": True},
    "status": {"first": [
        _status(
            pending="pending", failed="pending", on_hold="on_hold", processing="processing", completed="shipped",
            refunded="cancelled", cancelled="cancelled",
        ),
        *(_own(code, pattern) for code, pattern in _OWN),
        {"const": "processing", "where": {**_PAID_FOR, "also": _FILLED}},
        {"const": "pending", "where": _FILLED},
    ]},
    "tags": {"from": "status", "strip_prefix": "wc-", "null": [*_KNOWN, *map(str.capitalize, _KNOWN)]},
    "payment_status": {"first": [
        {"const": "pending", "where": _UNPAID_CASH},
        _status(
            pending="pending", failed="failed", on_hold="pending", processing="paid", completed="paid",
            refunded="refunded", cancelled="",
        ),
        {"const": "paid", "where": {**_PAID_FOR, "also": _FILLED}},
    ]},
    "payment_method": {"from": ["payment_method_title", "payment_method"], "optional": True},
    "currency": "order_currency",
    "total": "order_total",
    "subtotal": _text("order_subtotal"),
    "tax": _text("tax_total"),
    "shipping": _text("shipping_total"),
    "discount": _text("discount_total"),
    "service": _text("shipping_method"),
    "customer_id": _text("customer_id", null=["0"]),
    "customer_name": _name("billing"),
    "email": {"first": [_text("billing_email"), _text("customer_email")]},
    "phone": {"first": [_text("shipping_phone"), _text("billing_phone")]},
    "note": _text("customer_note"),
    "ship_name": _name("shipping"),
    **_ADDRESS,
    "bill_name": _name("billing"),
    "bill_address1": _text("billing_address_1"),
    "bill_city": _text("billing_city"),
    "bill_postcode": _text("billing_postcode"),
    "bill_country": _text("billing_country"),
}  # fmt: skip

SOURCE = Source(
    key="woocommerce_orders",
    label="WooCommerce, orders (WebToffee)",
    platform="woocommerce",
    signatures=(
        Signature(
            "WebToffee's order export",
            _COLUMNS,
            all_of=("order_id", "order_date", "status", "order_total", "order_currency", "billing_email"),
        ),
    ),
    records=(
        {"kind": "orders", "skip_where": _NO_ORDERS, "fields": _ORDER},
        {"kind": "order_lines", "skip_where": [*_NO_ORDERS, {"column": f"{_ITEM} Name", "filled": False}], "fields": {
            "order_id": "order_id",
            "line_id": {"const": "{n}"},
            "sku": _text(f"{_ITEM} SKU"),
            "title": _text(f"{_ITEM} Name"),
            "currency": "order_currency",
            "quantity": f"{_ITEM} Quantity",
            # The subtotal is before, the total after discounts; both are of the whole quantity.
            "unit_price": {"sum": [{"from": f"{_ITEM} Subtotal"}], "over": [{"from": f"{_ITEM} Quantity"}],
                           "optional": True},
            "amount": {"from": f"{_ITEM} Total", "optional": True},
        }},
    ),
    own_words=(
        "status",
        (*_OF_WOO["equals"], "checkout-draft", "wc-checkout-draft", "auto-draft", "draft", "trash"),
        "They are kept as tags of the orders. One that names cancelling, holding, picking, packing, shipping or "
        "delivery counts as that, any other as processing where the order is paid and as pending where it is not.",
    ),
)  # fmt: skip
