"""Shopify's order export: 75 columns in 2021, 79 since, told apart by name only.

One row per line item. Only the first row of an order carries its money, dates and addresses: the rows after it repeat
name, e-mail and creation date. Filling totals forward and summing them counts them once per line.
"""

from opsconsole.imports.source import Signature, Source, columns

_COMMON = columns("""
    Name | Email | Financial Status | Paid at | Fulfillment Status | Fulfilled at | Accepts Marketing | Currency
    Subtotal | Shipping | Taxes | Total | Discount Code | Discount Amount | Shipping Method | Created at
    Lineitem quantity | Lineitem name | Lineitem price | Lineitem compare at price | Lineitem sku
    Lineitem requires shipping | Lineitem taxable | Lineitem fulfillment status | Billing Name | Billing Street
    Billing Address1 | Billing Address2 | Billing Company | Billing City | Billing Zip | Billing Province
    Billing Country | Billing Phone | Shipping Name | Shipping Street | Shipping Address1 | Shipping Address2
    Shipping Company | Shipping City | Shipping Zip | Shipping Province | Shipping Country | Shipping Phone | Notes
    Note Attributes | Cancelled at | Payment Method | Payment Reference | Refunded Amount | Vendor
    Outstanding Balance | Employee | Location | Device ID | Id | Tags | Risk Level | Source | Lineitem discount
    Tax 1 Name | Tax 1 Value | Tax 2 Name | Tax 2 Value | Tax 3 Name | Tax 3 Value | Tax 4 Name | Tax 4 Value
    Tax 5 Name | Tax 5 Value | Phone | Receipt Number | Duties | Billing Province Name | Shipping Province Name
""")
_ALL_OF = ("Name", "Financial Status", "Fulfillment Status", "Currency", "Total", "Created at", "Lineitem quantity")

# Rows that continue an order have no currency; neither have they anything else of the order.
_CONTINUATION = {"column": "Currency", "filled": False}
_CURRENCY = {"from": "Currency", "within": ["Name"], "required": True}
_FULFILLED = {"column": "Lineitem fulfillment status", "equals": ["fulfilled"]}


def _when(column: str) -> dict[str, object]:
    return {"from": column, "format": ["iso"]}


def _address(column: str) -> dict[str, object]:
    # The exporter guards a zip against spreadsheets with an apostrophe; a dash means there is none.
    return {"from": f"Shipping {column}", "strip_prefix": "'", "null": ["-"], "optional": True}


_ORDER = {
    "order_id": "Name",
    "order_number": {"from": "Name", "strip_prefix": "#"},
    "time_zone": {"zone_of": "Created at", "format": ["iso"]},
    "placed_at": _when("Created at"),
    "paid_at": _when("Paid at"),
    "cancelled_at": _when("Cancelled at"),
    # Of a partly fulfilled order this is the first parcel, not the order.
    "stated_shipped_at": {
        **_when("Fulfilled at"),
        "where": {"column": "Fulfillment Status", "equals": ["fulfilled", "restocked"]},
    },
    "status": {
        "first": [
            {"const": "cancelled", "where": {"column": "Cancelled at", "filled": True}},
            {
                "from": "Fulfillment Status",
                "map": {
                    "fulfilled": "shipped",
                    "partial": "partially_shipped",
                    "restocked": "returned",
                    "unfulfilled": "processing",
                    "pending": "processing",
                },
                "default": "processing",
            },
        ]
    },
    "payment_status": "Financial Status",
    "payment_method": "Payment Method",
    "payment_terms": {"from": "Payment Terms Name", "optional": True},
    "currency": "Currency",
    "total": "Total",
    "subtotal": "Subtotal",
    "tax": "Taxes",
    "shipping": "Shipping",
    "discount": "Discount Amount",
    "refunded": "Refunded Amount",
    "service": "Shipping Method",
    "location": "Location",
    "risk_level": {"from": "Risk Level", "lower": True},
    "tags": "Tags",
    "note": "Notes",
    "email": "Email",
    "customer_name": {"first": [{"from": "Billing Name"}, {"from": "Shipping Name"}]},
    "phone": {"first": [{"from": "Shipping Phone"}, {"from": "Phone"}, {"from": "Billing Phone"}]},
    "ship_name": "Shipping Name",
    "address1": _address("Address1"),
    "address2": _address("Address2"),
    "city": _address("City"),
    "province": _address("Province"),
    "postcode": _address("Zip"),
    "country": _address("Country"),
    "bill_name": "Billing Name",
    "bill_address1": {"from": "Billing Address1", "optional": True},
    "bill_city": {"from": "Billing City", "optional": True},
    "bill_postcode": {"from": "Billing Zip", "strip_prefix": "'", "null": ["-"], "optional": True},
    "bill_country": {"from": "Billing Country", "null": ["-"], "optional": True},
}

_LINE = {
    "order_id": "Name",
    # Lines have no id: the article and how-manieth of it in the order.
    "line_id": {"occurrence_of": ["Lineitem sku", "Lineitem name"], "within": ["Name"]},
    "sku": {"from": "Lineitem sku", "strip_prefix": "'"},
    "title": "Lineitem name",
    "currency": _CURRENCY,
    "quantity": "Lineitem quantity",
    "shipped_quantity": {"first": [{"from": "Lineitem quantity", "where": _FULFILLED}, {"const": "0"}]},
    "unit_price": "Lineitem price",
    "discount": "Lineitem discount",
    "amount": {
        "sum": [{"product": ["Lineitem quantity", "Lineitem price"]}],
        "less": [{"from": "Lineitem discount"}],
    },
    "requires_shipping": "Lineitem requires shipping",
    "status": "Lineitem fulfillment status",
}

_PAYMENT = {
    "order_id": "Name",
    "payment_id": {"first": [{"from": "Payment Reference"}, {"from": "Payment ID"}]},
    "method": "Payment Method",
    "status": "Financial Status",
    "currency": "Currency",
    "amount": {"sum": [{"from": "Total"}], "less": [{"from": "Outstanding Balance"}]},
    "paid_at": _when("Paid at"),
}
_NO_PAYMENT = {"column": "Payment Reference", "filled": False, "also": {"column": "Payment ID", "filled": False}}

SOURCE = Source(
    key="shopify_orders",
    label="Shopify, orders",
    platform="shopify",
    signatures=(
        Signature(
            "Shopify's order export",
            (*_COMMON, "Payment ID", "Payment Terms Name", "Next Payment Due At", "Payment References"),
            all_of=_ALL_OF,
        ),
    ),
    records=(
        {"kind": "orders", "one_per": ["Name"], "skip_where": [_CONTINUATION], "fields": _ORDER},
        {"kind": "order_lines", "skip_where": [{"column": "Lineitem quantity", "filled": False}], "fields": _LINE},
        {"kind": "payments", "one_per": ["Name"], "skip_where": [_CONTINUATION, _NO_PAYMENT], "fields": _PAYMENT},
    ),
)
