"""BigCommerce's order export: one row per order, all its articles in one cell, a bar between them.

Dates are written as the store likes them, so their order is found out or asked. What is refunded, declined or disputed
after it was shipped stays shipped. Carts that were left (``Incomplete``) are no orders.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Order ID | Customer ID | Customer Name | Customer Email | Customer Phone | Order Date | Order Time | Order Status
    Subtotal (inc tax) | Subtotal (ex tax) | Tax Total | Shipping Cost (inc tax) | Shipping Cost (ex tax) | Ship Method
    Handling Cost (inc tax) | Handling Cost (ex tax) | Store Credit Redeemed | Gift Certificate Amount Redeemed
    Gift Certificate Code | Gift Certificate Expiration Date | Coupon Details | Coupon Value | Order Total (inc tax)
    Order Total (ex tax) | Payment Method | Total Quantity | Total Shipped | Date Shipped | Order Currency Code
    Exchange Rate | Order Notes | Customer Message | Billing First Name | Billing Last Name | Billing Company
    Billing Street 1 | Billing Street 2 | Billing Suburb | Billing State | Billing Zip | Billing Country | Billing Phone
    Billing Email | Shipping First Name | Shipping Last Name | Shipping Company | Shipping Street 1 | Shipping Street 2
    Shipping Suburb | Shipping State | Shipping Zip | Shipping Country | Shipping Phone | Shipping Email
    Product Details | Refund Amount | Channel ID | Channel Name | Fee Details | Combined Product Weight
    Customer Group Name | Peppered Payment Method
""")
_SHIPPED = {"column": "Date Shipped", "filled": True}
_LATER_ON = {"column": "Order Status", "equals": ["Refunded", "Partially Refunded", "Disputed"]}
_NO_ORDERS = [{"column": "Order Status", "equals": ["Incomplete"]}]
_ARTICLE = {"column": "Product Details", "filled": True}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


def _status(**codes: str) -> dict[str, object]:
    return {"from": "Order Status", "map": {name.replace("_", " "): code for name, code in codes.items()}}


def _article(name: str, until: str = r", Product |$", **more: object) -> dict[str, object]:
    """A part of ``Product ID: 7, Product Qty: 1, Product SKU: MUG, Product Name: Mug, large, Product Weight: …``."""
    return {"from": "Product Details", "extract": rf"Product {name}: (.*?)(?:{until})", **more}


def _name(who: str) -> dict[str, object]:
    return {"join": [_text(f"{who} First Name"), _text(f"{who} Last Name")]}


_LATER = {"cancelled": "cancelled", "declined": "cancelled", "refunded": "cancelled", "disputed": "on_hold",
          "partially_refunded": "processing"}  # fmt: skip
_ORDER = {
    "order_id": "Order ID",
    "order_number": "Order ID",
    "placed_at": {"from": "Order Date"},
    "status": {"first": [
        {"const": "shipped", "where": {**_LATER_ON, "also": _SHIPPED}},
        _status(
            pending="pending", awaiting_payment="pending", awaiting_fulfillment="processing",
            awaiting_shipment="processing", awaiting_pickup="processing", partially_shipped="partially_shipped",
            shipped="shipped", completed="shipped", manual_verification_required="on_hold", processing="processing",
            **_LATER,
        ),
    ]},
    "payment_status": _status(
        pending="pending", awaiting_payment="pending", declined="failed", cancelled="voided", refunded="refunded",
        partially_refunded="partially_refunded", awaiting_fulfillment="paid", awaiting_shipment="paid",
        awaiting_pickup="paid", partially_shipped="paid", shipped="paid", completed="paid", disputed="paid",
        processing="paid", manual_verification_required="authorized",
    ),
    "payment_method": _text("Payment Method"),
    "currency": _text("Order Currency Code"),
    "total": "Order Total (inc tax)",
    "subtotal": _text("Subtotal (inc tax)"),
    "tax": _text("Tax Total"),
    "shipping": _text("Shipping Cost (inc tax)"),
    "refunded": _text("Refund Amount"),
    "service": _text("Ship Method"),
    "customer_id": _text("Customer ID", null=["0"]),
    "customer_name": _text("Customer Name"),
    "email": {"first": [_text("Customer Email"), _text("Billing Email")]},
    "phone": {"first": [_text("Shipping Phone"), _text("Customer Phone"), _text("Billing Phone")]},
    "note": _text("Customer Message"),
    "ship_name": _name("Shipping"),
    "bill_name": _name("Billing"),
    **{field: _text(name) for field, name in (
        ("address1", "Shipping Street 1"), ("address2", "Shipping Street 2"), ("city", "Shipping Suburb"),
        ("province", "Shipping State"), ("postcode", "Shipping Zip"), ("country", "Shipping Country"),
        ("bill_address1", "Billing Street 1"), ("bill_city", "Billing Suburb"), ("bill_postcode", "Billing Zip"),
        ("bill_country", "Billing Country"),
    )},
}  # fmt: skip

SOURCE = Source(
    key="bigcommerce_orders",
    label="BigCommerce, orders",
    platform="bigcommerce",
    inferred="several programs that read or write it",
    signatures=(
        Signature(
            "BigCommerce's order export", _COLUMNS, all_of=("Order ID", "Order Status", "Order Total (inc tax)"),
        ),
    ),
    records=(
        {"kind": "orders", "one_per": ["Order ID"], "skip_where": _NO_ORDERS, "fields": _ORDER},
        {"kind": "order_lines", "needs": ["Product Details"], "skip_where": _NO_ORDERS, "keep_where": [_ARTICLE],
         "fields": {
            "order_id": "Order ID",
            "line_id": {"join": [_article("ID"), _article("Variation Details", r", Product Unit |$")]},
            "sku": _article("SKU"),
            "title": _article("Name"),
            "currency": _text("Order Currency Code"),
            "quantity": _article("Qty", default="1"),
            "unit_price": _article("Unit Price"),
            "amount": _article("Total Price"),
        }},
    ),
    split=("Product Details", "|"),
)  # fmt: skip
