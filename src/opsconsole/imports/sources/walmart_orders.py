"""Walmart Marketplace's order report (37 columns, .xlsx or .csv): one row per order line, its status with it.

A purchase order (``PO#``) is what the seller ships; a customer's order (``Order#``) may be several. Both have 13 to 15
digits. There are no totals: an order's is the sum of its lines that were not cancelled, item, shipping and tax.
``Shipping Config SOurce`` is Walmart's own spelling.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    PO# | Order# | Order Date | Ship By | Delivery Date | Customer Name | Customer Shipping Address
    Customer Phone Number | Ship to Address 1 | Ship to Address 2 | City | State | Zip | Segment | FLIDS | Line# | UPC
    Status | Item Description | Shipping Method | Shipping Tier | Shipping SLA | Shipping Config SOurce | Qty | SKU
    Item Cost | Shipping Cost | Tax | Update Status | Update Qty | Carrier | Tracking Number | Tracking Url
    Seller Order NO | Fulfillment Entity | Replacement Order | Original Customer Order Id
""")
_DAY = ["iso", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S"]


def _is(*statuses: str) -> dict[str, object]:
    return {"column": "Status", "equals": list(statuses)}


_OPEN, _SHIPPED, _DELIVERED = _is("Created", "Acknowledged"), _is("Shipped"), _is("Delivered")
_CANCELLED = _is("Cancelled", "Canceled")
_COUNTS = {"column": "Status", "not_equals": ["Cancelled", "Canceled"]}
_TRACKED = {"column": "Tracking Number", "filled": True}
_PO = {"from": "PO#", "strip_prefix": "'", "strip_suffix": ".0"}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


def _any(code: str, where: object) -> dict[str, object]:
    """A status that the order has when one of its lines is so."""
    return {"const": code, "where": where, "within": ["PO#"]}


def _added(*parts: object) -> dict[str, object]:
    return {"sum": list(parts), "where": _COUNTS, "rows": "sum", "optional": True}


_GOODS = {"product": ["Qty", "Item Cost"]}
_ORDER = {
    "order_id": _PO,
    "order_number": _text("Order#", strip_suffix=".0"),
    "placed_at": {"from": "Order Date", "format": _DAY},
    "ship_by_on": _text("Ship By", format=_DAY),
    "deliver_by_on": _text("Delivery Date", format=_DAY),
    "status": {"first": [
        _any("processing", _OPEN), _any("shipped", _SHIPPED), _any("delivered", _DELIVERED),
        _any("cancelled", _CANCELLED),
    ]},
    "payment_status": {"first": [
        _any("paid", [_OPEN, _SHIPPED, _DELIVERED]), _any("voided", _CANCELLED),
    ]},
    "total": _added(_GOODS, _text("Shipping Cost"), _text("Tax")),
    "subtotal": _added(_GOODS),
    "shipping": _added(_text("Shipping Cost")),
    "tax": _added(_text("Tax")),
    "fulfilled_by": {"first": [
        {"const": "walmart", "where": {"column": "Fulfillment Entity", "contains": ["walmart", "wfs"]}},
    ]},
    "service": {"first": [_text("Shipping Method"), _text("Shipping Tier")]},
    "customer_name": _text("Customer Name"),
    "ship_name": _text("Customer Name"),
    "phone": _text("Customer Phone Number"),
    "address1": _text("Ship to Address 1"),
    "address2": _text("Ship to Address 2"),
    "city": _text("City"),
    "province": _text("State"),
    "postcode": _text("Zip", strip_suffix=".0"),
}  # fmt: skip

SOURCE = Source(
    key="walmart_orders",
    label="Walmart, orders",
    platform="walmart",
    signatures=(
        Signature("Walmart's order report", _COLUMNS, all_of=("PO#", "Order#", "Line#", "Status", "Qty")),
    ),
    records=(
        {"kind": "vendors", "needs": ["Carrier"], "one_per": ["Carrier"],
         "keep_where": [{"column": "Carrier", "filled": True}], "fields": {
            "key": {"from": "Carrier", "slug": True}, "name": "Carrier", "kind": {"const": "parcel_carrier"},
        }},
        {"kind": "orders", "one_per": ["PO#"], "fields": _ORDER},
        {"kind": "order_lines", "fields": {
            "order_id": _PO,
            "line_id": {"from": "Line#", "strip_suffix": ".0"},
            "sku": _text("SKU"),
            "title": _text("Item Description"),
            "quantity": "Qty",
            "shipped_quantity": {"first": [{"from": "Qty", "where": [_SHIPPED, _DELIVERED]}, {"const": "0"}]},
            "cancelled_quantity": {"first": [{"from": "Qty", "where": _CANCELLED}, {"const": "0"}]},
            "unit_price": _text("Item Cost"),
            "amount": {**_GOODS, "optional": True},
            "shipping": _text("Shipping Cost"),
            "tax": _text("Tax"),
            "status": _text("Status", lower=True),
        }},
        {"kind": "shipments", "needs": ["Tracking Number"], "one_per": ["PO#", "Tracking Number"],
         "keep_where": [_TRACKED], "fields": {
            "order_id": _PO,
            "shipment_id": _text("Tracking Number"),
            "tracking_number": _text("Tracking Number"),
            "carrier_key": _text("Carrier", slug=True),
            "service": _text("Shipping Method"),
            "status": {"first": [{"const": "delivered", "where": _DELIVERED}, {"const": "shipped"}]},
        }},
    ),
)  # fmt: skip
