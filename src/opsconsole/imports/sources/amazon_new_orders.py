"""Amazon's New Orders report: what was ordered and paid since the last one; 29 columns in 2009, 30 since 2017.

One row per item, its price covering the whole quantity. Lines are known by article as in the other two reports of
orders, so that all three fill the same lines. What it tells was true when the order was paid, however late the report
is imported.
"""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    order-id | order-item-id | purchase-date | payments-date | buyer-email | buyer-name | buyer-phone-number | sku
    product-name | quantity-purchased | currency | item-price | item-tax | shipping-price | shipping-tax
    ship-service-level | recipient-name | ship-address-1 | ship-address-2 | ship-address-3 | ship-city | ship-state
    ship-postal-code | ship-country | ship-phone-number | delivery-start-date | delivery-end-date
    delivery-time-zone | delivery-Instructions | sales-channel
""")


def _when(name: str) -> dict[str, object]:
    return {"from": name, "format": ["iso"], "optional": True}


def _over_items(*names: str) -> dict[str, object]:
    return {"sum": [{"from": name} for name in names], "rows": "sum"}


def _apart(name: str) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'"}


_AT = {"first": [_when("payments-date"), _when("purchase-date")]}

SOURCE = Source(
    key="amazon_new_orders",
    label="Amazon, new orders",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's New Orders report",
            _COLUMNS,
            all_of=("order-id", "order-item-id", "payments-date", "quantity-purchased", "item-price", "ship-country"),
            none_of=("promise-date", "quantity-to-ship"),
        ),
    ),
    records=(
        {"kind": "orders", "one_per": ["order-id"], "fields": {
            "order_id": "order-id",
            "updated_at": _AT,
            "placed_at": _when("purchase-date"),
            "paid_at": _when("payments-date"),
            "payment_status": {"const": "paid", "where": {"column": "payments-date", "filled": True}},
            "status": {"const": "processing"},
            "deliver_by": {**_when("delivery-end-date"), "rows": "max"},
            "service": "ship-service-level",
            "currency": {"from": "currency", "rows": "last"},
            "total": _over_items("item-price", "item-tax", "shipping-price", "shipping-tax"),
            "subtotal": _over_items("item-price"),
            "tax": _over_items("item-tax", "shipping-tax"),
            "shipping": _over_items("shipping-price"),
            "email": "buyer-email",
            "customer_name": "buyer-name",
            "phone": {"first": [_apart("ship-phone-number"), _apart("buyer-phone-number")]},
            "ship_name": "recipient-name",
            "address1": "ship-address-1",
            "address2": {"join": [{"from": "ship-address-2"}, {"from": "ship-address-3"}], "separator": ", "},
            "city": "ship-city",
            "province": "ship-state",
            "postcode": _apart("ship-postal-code"),
            "country": "ship-country",
            "note": "delivery-Instructions",
        }},
        {"kind": "order_lines", "fields": {
            "order_id": "order-id",
            "updated_at": _AT,
            "line_id": {"occurrence_of": ["sku", "product-name"], "within": ["order-id"]},
            "sku": "sku",
            "title": "product-name",
            "currency": {"from": "currency", "within": ["order-id"]},
            "quantity": "quantity-purchased",
            "amount": "item-price",
            "unit_price": {"sum": [{"from": "item-price"}], "over": [{"from": "quantity-purchased"}]},
            "tax": "item-tax",
            "shipping": "shipping-price",
        }},
    ),
    file=UNQUOTED,
)  # fmt: skip
