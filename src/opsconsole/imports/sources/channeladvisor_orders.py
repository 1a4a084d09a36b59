"""Orders out of Rithum (ChannelAdvisor): one row per article, the order's own amounts on each of its rows.

An order belongs to the marketplace it was placed at and keeps that one's number, so that it is the same order as in
the marketplace's own reports. Columns are chosen by the user; names with and without blanks occur. Times are UTC.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Site Name | Site Order ID | Secondary Site Order ID | Seller Order ID | ChannelAdvisor Order ID | Profile ID
    Checkout Status | Payment Status | Shipping Status | Created Date UTC | Payment Date UTC | Shipping Date UTC
    Estimated Ship Date UTC | Deliver By Date UTC | Currency | Total Price | Total Tax Price | Total Shipping Price
    Refunded Amount | Buyer User ID | Buyer Email Address | Payment Method | Requested Shipping Carrier
    Requested Shipping Class | Shipping First Name | Shipping Last Name | Shipping Company Name
    Shipping Address Line 1 | Shipping Address Line 2 | Shipping City | Shipping State Or Province
    Shipping Postal Code | Shipping Country | Shipping Daytime Phone | Special Instructions | Flag Description
    Distribution Center Code | Order Item ID | SKU | Title | Quantity | Unit Price | Tax Price | Shipping Price
    Tracking Number | UPC
""")
_COMPACT = tuple(name.replace(" ", "") for name in _COLUMNS)
_MORE = {
    "Created Date UTC": ("Order Date", "Created Date", "Order Created Date"),
    "Payment Date UTC": ("Payment Date",),
    "Shipping Date UTC": ("Shipping Date", "Ship Date", "Shipped Date"),
    "Estimated Ship Date UTC": ("Estimated Ship Date",),
    "Deliver By Date UTC": ("Deliver By Date", "Requested Delivery Date"),
    "ChannelAdvisor Order ID": ("Order ID",),
    "Tracking Number": ("Tracking ID",),
    "Total Price": ("Order Total", "Total Amount"),
}
_ALL_OF = ("Site Name", "Site Order ID")
_KEY = ["Site Name", "Site Order ID"]
_FORMATS = ["iso", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M"]
_PAID = ("Cleared", "Deposited", "Submitted")


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


def _when(name: str) -> dict[str, object]:
    return {"from": name, "format": _FORMATS, "time_zone": "UTC", "optional": True}


def _is(column: str, *words: str) -> dict[str, object]:
    return {"column": column, "equals": list(words)}


_OF = {"channel": {"from": "Site Name", "slug": True}, "order_id": _text("Site Order ID", strip_suffix=".0")}
_ORDER = {
    **_OF,
    "order_number": {"first": [_text("Seller Order ID"), _text("Site Order ID", strip_suffix=".0")]},
    "placed_at": _when("Created Date UTC"),
    "paid_at": _when("Payment Date UTC"),
    "ship_by": _when("Estimated Ship Date UTC"),
    "deliver_by": _when("Deliver By Date UTC"),
    "stated_shipped_at": {**_when("Shipping Date UTC"), "where": _is("Shipping Status", "Shipped")},
    "status": {"first": [
        {"const": "cancelled", "where": _is("Checkout Status", "Cancelled", "Canceled")},
        {"from": "Shipping Status", "optional": True, "map": {
            "unshipped": "processing", "pending shipment": "processing", "pendingshipment": "processing",
            "partially shipped": "partially_shipped", "partiallyshipped": "partially_shipped", "shipped": "shipped",
            "canceled": "cancelled", "cancelled": "cancelled",
        }},
    ]},
    "payment_status": {"first": [
        {"const": "paid", "where": _is("Payment Status", *_PAID)},
        {"const": "failed", "where": _is("Payment Status", "Failed")},
        {"const": "pending", "where": _is("Payment Status", "Not Yet Submitted", "NotYetSubmitted", "Not Submitted")},
    ]},
    "currency": _text("Currency"),
    "total": _text("Total Price"),
    "tax": _text("Total Tax Price"),
    "shipping": _text("Total Shipping Price"),
    "refunded": _text("Refunded Amount"),
    "service": {"join": [_text("Requested Shipping Carrier"), _text("Requested Shipping Class")], "optional": True},
    "ship_name": {"join": [_text("Shipping First Name"), _text("Shipping Last Name")], "optional": True},
    **{field: _text(name) for field, name in (
        ("payment_method", "Payment Method"), ("customer_id", "Buyer User ID"), ("email", "Buyer Email Address"),
        ("phone", "Shipping Daytime Phone"), ("note", "Special Instructions"), ("tags", "Flag Description"),
        ("address1", "Shipping Address Line 1"), ("address2", "Shipping Address Line 2"), ("city", "Shipping City"),
        ("province", "Shipping State Or Province"), ("postcode", "Shipping Postal Code"),
        ("country", "Shipping Country"), ("location", "Distribution Center Code"),
    )},
}  # fmt: skip

SOURCE = Source(
    key="channeladvisor_orders",
    label="Rithum (ChannelAdvisor), orders",
    platform="channeladvisor",
    inferred="three programs that read some of its columns and the field names of its interface",
    signatures=(
        Signature("an order export of Rithum", (*_COLUMNS, *(n for names in _MORE.values() for n in names)),
                  all_of=_ALL_OF),
        Signature("an order export of Rithum", _COMPACT, all_of=tuple(name.replace(" ", "") for name in _ALL_OF)),
    ),
    records=(
        {"kind": "orders", "one_per": _KEY, "fields": _ORDER},
        {"kind": "order_lines", "needs": ["SKU"], "keep_where": [{"column": "SKU", "filled": True}], "fields": {
            **_OF,
            "line_id": {"first": [_text("Order Item ID"), {"occurrence_of": ["SKU"], "within": _KEY}]},
            "sku": _text("SKU"),
            "title": _text("Title"),
            "currency": _text("Currency"),
            "quantity": _text("Quantity"),
            "unit_price": _text("Unit Price"),
            "amount": {"product": ["Quantity", "Unit Price"]},
            "tax": _text("Tax Price"),
            "shipping": _text("Shipping Price"),
        }},
        {"kind": "shipments", "needs": ["Tracking Number"], "one_per": [*_KEY, "Tracking Number"],
         "keep_where": [{"column": "Tracking Number", "filled": True}], "fields": {
            **_OF,
            "shipment_id": _text("Tracking Number"),
            "tracking_number": _text("Tracking Number"),
            "status": {"const": "shipped"},
            "shipped_at": _when("Shipping Date UTC"),
        }},
    ),
    needs_channel=False,
    aliases={name: (*_MORE.get(name, ()), name.replace(" ", ""), name.replace(" ", "").replace("UTC", "Utc"))
             for name in _COLUMNS},
)  # fmt: skip
