"""Amazon's All Orders report: tab-separated, one row per item; 29 columns, later 32 and 33, told apart by name only.

``item-price`` covers the whole quantity and is empty for pending and cancelled orders. Lines have no id: they are known
by article and how-manieth of it, as in the Unshipped report, so that both fill the same lines. An order may be shipped
and one of its items cancelled.
"""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COMMON = columns("""
    amazon-order-id | merchant-order-id | purchase-date | last-updated-date | order-status | fulfillment-channel
    sales-channel | order-channel | url | ship-service-level | product-name | sku | asin | item-status | quantity
    currency | item-price | item-tax | shipping-price | shipping-tax | gift-wrap-price | gift-wrap-tax
    item-promotion-discount | ship-promotion-discount | ship-city | ship-state | ship-postal-code | ship-country
    promotion-ids
""")
_SINCE = columns("is-business-order | purchase-order-number | price-designation | is-sold-by-ab")
_CANCELLED = {"column": "order-status", "equals": ["Cancelled", "Canceled"]}
_ITEM_CANCELLED = {"column": "item-status", "equals": ["Cancelled", "Canceled"]}
_ITEM_SHIPPED = {"column": "item-status", "startswith": ["Shipped"]}
_PRICES = ("item-price", "item-tax", "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax")
_DISCOUNTS = ("item-promotion-discount", "ship-promotion-discount")


def _of(*names: str) -> list[dict[str, object]]:
    return [{"from": name} for name in names]


def _over_items(*names: str, less: tuple[str, ...] = ()) -> dict[str, object]:
    return {"sum": _of(*names), "less": _of(*less), "rows": "sum"}


_ORDER = {
    "order_id": "amazon-order-id",
    "order_number": {"from": "merchant-order-id", "null": ["N/A"]},
    "placed_at": {"from": "purchase-date", "format": ["iso"]},
    "updated_at": {"from": "last-updated-date", "format": ["iso"]},
    "status": {
        "first": [
            {"const": "cancelled", "where": _CANCELLED},
            {"const": "returned", "where": {"column": "order-status", "contains": ["returned", "rejected", "lost"]}},
            {"const": "delivered", "where": {"column": "order-status", "contains": ["delivered", "picked up"]}},
            {"const": "partially_shipped", "where": {"column": "order-status", "startswith": ["Partially"]}},
            {"const": "partially_shipped", "where": {"column": "order-status", "equals": ["PartiallyShipped"]}},
            {"const": "shipped", "where": {"column": "order-status", "startswith": ["Shipped", "Complete"]}},
            {
                "from": "order-status",
                "map": {
                    "pending": "pending",
                    "pendingavailability": "pending",
                    "unshipped": "processing",
                    "shipping": "processing",
                    "invoiceunconfirmed": "processing",
                    "unfulfillable": "unavailable",
                },
            },
        ]
    },
    "payment_status": {
        "first": [
            {"const": "pending", "where": {"column": "order-status", "startswith": ["Pending"]}},
            {"const": "paid", "where": {"column": "order-status", "not_equals": ["Cancelled", "Canceled"]}},
        ]
    },
    "fulfilled_by": {"from": "fulfillment-channel", "map": {"amazon": "amazon", "afn": "amazon"}, "default": ""},
    "service": "ship-service-level",
    "currency": {"from": "currency", "rows": "last"},
    "total": _over_items(*_PRICES, less=_DISCOUNTS),
    "subtotal": _over_items("item-price", less=("item-promotion-discount",)),
    "tax": _over_items("item-tax", "shipping-tax", "gift-wrap-tax"),
    "shipping": _over_items("shipping-price"),
    "discount": _over_items(*_DISCOUNTS),
    "city": "ship-city",
    "province": "ship-state",
    "postcode": {"from": "ship-postal-code", "strip_prefix": "'"},
    "country": "ship-country",
}

_LINE = {
    "order_id": "amazon-order-id",
    "line_id": {"occurrence_of": ["sku", "product-name"], "within": ["amazon-order-id"]},
    "sku": "sku",
    "title": "product-name",
    "currency": {"from": "currency", "within": ["amazon-order-id"]},
    "quantity": "quantity",
    "shipped_quantity": {"first": [{"from": "quantity", "where": _ITEM_SHIPPED}, {"const": "0"}]},
    "cancelled_quantity": {"first": [{"from": "quantity", "where": [_ITEM_CANCELLED, _CANCELLED]}, {"const": "0"}]},
    "amount": {"sum": _of("item-price"), "less": _of("item-promotion-discount")},
    "unit_price": {"sum": _of("item-price"), "over": _of("quantity")},
    "tax": "item-tax",
    "shipping": "shipping-price",
    "discount": "item-promotion-discount",
    "status": "item-status",
}

SOURCE = Source(
    key="amazon_orders",
    label="Amazon, all orders",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's All Orders report",
            _COMMON + _SINCE,
            all_of=("amazon-order-id", "purchase-date", "last-updated-date", "order-status", "item-status"),
        ),
    ),
    records=(
        {"kind": "orders", "one_per": ["amazon-order-id"], "fields": _ORDER},
        {"kind": "order_lines", "fields": _LINE},
    ),
    file=UNQUOTED,
)  # fmt: skip
