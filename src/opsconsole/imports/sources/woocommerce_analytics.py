"""WooCommerce Analytics' order export: eleven columns, one row per order, and one with negative amounts per refund.

Net sales are the goods after discounts, without tax and shipping; they are not what the customer paid. The articles
are squeezed into one cell, without article numbers.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Date | Order # | N. Revenue (formatted) | Status | Customer | Customer type | Product(s) | Items sold | Coupon(s)
    Net Sales | Attribution
""")
_REFUND = {"column": "Net Sales", "startswith": ["-"]}


def _status(**codes: str) -> dict[str, object]:
    words = {name.replace("_", "-"): code for name, code in codes.items()}
    more = {name.replace("_", " "): code for name, code in codes.items()}
    return {
        "from": "Status", "lower": True, "strip_prefix": "wc-", "within": ["Order #"],
        "map": {**words, **more, "pending payment": words["pending"]},
    }  # fmt: skip


SOURCE = Source(
    key="woocommerce_analytics",
    label="WooCommerce, Analytics orders",
    platform="woocommerce",
    signatures=(
        Signature(
            "WooCommerce Analytics' order export", _COLUMNS, all_of=("Date", "Order #", "Status", "Net Sales"),
        ),
    ),
    records=(
        {"kind": "orders", "one_per": ["Order #"], "skip_where": [{"column": "Status", "contains": ["draft"]}],
         "fields": {
            "order_id": {"from": "Order #", "strip_prefix": "#"},
            "order_number": {"from": "Order #", "strip_prefix": "#"},
            "placed_at": {"from": "Date", "format": ["iso", "%Y-%m-%d %H:%M"], "rows": "min"},
            "status": _status(
                pending="pending", failed="pending", on_hold="on_hold", processing="processing", completed="shipped",
                refunded="cancelled", cancelled="cancelled",
            ),
            "payment_status": _status(
                pending="pending", failed="failed", on_hold="pending", processing="paid", completed="paid",
                refunded="refunded", cancelled="",
            ),
            "currency": {"currency_of": "N. Revenue (formatted)", "within": ["Order #"], "optional": True},
            "subtotal": {"from": "Net Sales", "rows": "max"},
            "refunded": {"from": "Net Sales", "where": _REFUND, "scale": "-1", "rows": "sum"},
            "customer_name": {"from": "Customer", "strip_prefix": "'", "optional": True},
        }},
    ),
    lacks="WooCommerce Analytics does not tell what an order's customer paid, where it goes, nor its articles by their "
    "numbers: these orders come without total, address and lines. An export of orders with line items fills them.",
)  # fmt: skip
