"""Etsy's Sold Order Items: one row per transaction; what an order was charged for shipping repeats on each of its rows.

The order itself is told by Sold Orders; here only what every row says of it.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Sale Date | Item Name | Buyer | Quantity | Price | Coupon Code | Coupon Details | Discount Amount
    Shipping Discount | Order Shipping | Order Sales Tax | Item Total | Currency | Transaction ID | Listing ID
    Date Paid | Date Shipped | Ship Name | Ship Address1 | Ship Address2 | Ship City | Ship State | Ship Zipcode
    Ship Country | Order ID | Variations | Order Type | Listings Type | Payment Type | InPerson Discount
    InPerson Location | VAT Paid by Buyer | SKU
""")
_DAY = ["%m/%d/%y", "%m/%d/%Y"]


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "optional": True, **more}


def _when(name: str) -> dict[str, object]:
    return {"from": name, "format": _DAY, "optional": True}


SOURCE = Source(
    key="etsy_order_items",
    label="Etsy, sold order items",
    platform="etsy",
    signatures=(
        Signature(
            "Etsy's Sold Order Items",
            _COLUMNS,
            all_of=("Sale Date", "Item Name", "Transaction ID", "Order ID", "Item Total", "Quantity"),
        ),
    ),
    records=(
        {"kind": "orders", "one_per": ["Order ID"], "fields": {
            "order_id": "Order ID",
            "placed_at": _when("Sale Date"),
            "paid_at": _when("Date Paid"),
            "currency": _text("Currency"),
            "shipping": _text("Order Shipping"),
            "ship_name": _text("Ship Name"),
            "address1": _text("Ship Address1"),
            "address2": _text("Ship Address2"),
            "city": _text("Ship City"),
            "province": _text("Ship State"),
            "postcode": _text("Ship Zipcode", strip_prefix="'"),
            "country": _text("Ship Country"),
        }},
        {"kind": "order_lines", "fields": {
            "order_id": "Order ID",
            "line_id": "Transaction ID",
            "sku": _text("SKU", strip_prefix="'"),
            "title": {"join": [{"from": "Item Name"}, _text("Variations")], "separator": ", "},
            "currency": _text("Currency"),
            "quantity": "Quantity",
            "unit_price": "Price",
            "discount": _text("Discount Amount"),
            "amount": "Item Total",
            "shipped_at": _when("Date Shipped"),
        }},
    ),
)  # fmt: skip
