"""Etsy's Sold Orders: one row per order, days as MM/DD/YY.

An adjusted amount of 0 means that nothing was adjusted; any other is what was left after a refund. Sales tax was paid
by the buyer, who pays the order total, and is kept by Etsy.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Sale Date | Order ID | Buyer User ID | Full Name | First Name | Last Name | Number of Items | Payment Method
    Date Shipped | Street 1 | Street 2 | Ship City | Ship State | Ship Zipcode | Ship Country | Currency | Order Value
    Coupon Code | Coupon Details | Discount Amount | Shipping Discount | Shipping | Sales Tax | Order Total | Status
    Card Processing Fees | Order Net | Adjusted Order Total | Adjusted Card Processing Fees | Adjusted Net Order Amount
    Buyer | Order Type | Payment Type | InPerson Discount | InPerson Location | SKU
""")
_DAY = ["%m/%d/%y", "%m/%d/%Y"]
_ADJUSTED = {"column": "Adjusted Order Total", "filled": True, "not_equals": ["0", "0.0", "0.00"]}
_SHIPPED = {"column": "Date Shipped", "filled": True}
_CANCELLED = {"column": "Status", "contains": ["cancel"]}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "optional": True, **more}


SOURCE = Source(
    key="etsy_orders",
    label="Etsy, sold orders",
    platform="etsy",
    signatures=(
        Signature(
            "Etsy's Sold Orders",
            _COLUMNS,
            all_of=("Sale Date", "Order ID", "Order Value", "Order Total", "Ship Zipcode", "Number of Items"),
        ),
    ),
    records=(
        {"kind": "orders", "one_per": ["Order ID"], "fields": {
            "order_id": "Order ID",
            "placed_at": {"from": "Sale Date", "format": _DAY},
            "stated_shipped_at": {"from": "Date Shipped", "format": _DAY, "optional": True},
            "status": {"first": [
                {"const": "cancelled", "where": _CANCELLED},
                {"const": "shipped", "where": _SHIPPED},
                {"const": "processing"},
            ]},
            "payment_status": {"first": [
                {"const": "partially_refunded", "where": _ADJUSTED},
                {"const": "paid", "where": {"column": "Order Total", "filled": True}},
            ]},
            "payment_method": _text("Payment Method"),
            "currency": "Currency",
            "total": "Order Total",
            "subtotal": {"sum": [{"from": "Order Value"}], "less": [_text("Discount Amount")]},
            "shipping": _text("Shipping"),
            "discount": _text("Discount Amount"),
            "tax": _text("Sales Tax"),
            "refunded": {
                "sum": [{"from": "Order Total"}], "less": [{"from": "Adjusted Order Total"}], "where": _ADJUSTED,
                "optional": True,
            },
            "customer_id": _text("Buyer User ID"),
            "customer_name": {"first": [_text("Full Name"), _text("Buyer")]},
            "ship_name": _text("Full Name"),
            "address1": _text("Street 1"),
            "address2": _text("Street 2"),
            "city": _text("Ship City"),
            "province": _text("Ship State"),
            "postcode": _text("Ship Zipcode", strip_prefix="'"),
            "country": _text("Ship Country"),
        }},
    ),
)  # fmt: skip
