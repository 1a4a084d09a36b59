"""Fishbowl's sales orders: rows of orders (``SO``) and of their items (``Item``) in one file, each with its own header.

Statuses and types of items are numbers. Estimates are no orders yet. Lines for discounts, subtotals, shipping, tax and
notes are no goods. There are no totals: the subtotal is the sum of the goods.
"""

from opsconsole.imports.source import Signature, Source, columns
from opsconsole.imports.tables import FileOptions

_ORDERS = columns("""
    Flag | SONum | Status | CustomerName | CustomerContact | BillToName | BillToAddress | BillToCity | BillToState
    BillToZip | BillToCountry | ShipToName | ShipToAddress | ShipToCity | ShipToState | ShipToZip | ShipToCountry
    ShipToResidential | CarrierName | TaxRateName | PriorityId | TotalIncludesTax | PONum | VendorPONum | Date
    Salesman | ShippingTerms | PaymentTerms | FOB | Note | QuickBooksClassName | LocationGroupName
    OrderDateScheduled | URL | CarrierService | CurrencyName | CurrencyRate | PriceIsHomeCurrency | DateExpired | Phone
    Email | Category
""")
_ITEMS = columns("""
    Flag (2) | SOItemTypeID | ProductNumber | ProductDescription | ProductQuantity | UOM | ProductPrice | Taxable
    TaxCode | Note (2) | QuickBooksClassName (2) | ItemQuickBooksClassName | ItemDateScheduled | FulfillmentDate
    ShowItem | KitItem | RevisionLevel | CustomerPartNumber
""")
_DAY = ["%m/%d/%Y", "%m/%d/%y", "iso", "%m/%d/%Y %H:%M:%S"]
_ITEM = {"column": "Flag (2)", "equals": ["Item"]}
_GOODS = {"column": "SOItemTypeID", "equals": ["10", "11", "12", "80", "Sale", "Misc Sale", "Drop Ship", "Kit"]}
_SHIPPING = {"column": "SOItemTypeID", "equals": ["60", "Shipping"]}
_NO_ORDERS = [
    {"column": "Status", "equals": ["10", "Estimate"]},
    {"column": "SONum", "filled": False},
]
_PRICE = {"product": ["ProductQuantity", "ProductPrice"]}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


def _added(where: object) -> dict[str, object]:
    return {**_PRICE, "where": where, "rows": "sum", "optional": True}


_ORDER = {
    "order_id": "SONum",
    "order_number": "SONum",
    "placed_at": _text("Date", format=_DAY),
    "ship_by_on": _text("OrderDateScheduled", format=_DAY),
    "status": {"from": "Status", "map": {
        "20": "processing", "issued": "processing", "25": "partially_shipped", "in progress": "partially_shipped",
        "60": "shipped", "fulfilled": "shipped", "70": "shipped", "closed short": "shipped", "80": "cancelled",
        "voided": "cancelled", "85": "cancelled", "cancelled": "cancelled", "90": "cancelled", "expired": "cancelled",
        "95": "shipped", "historical": "shipped",
    }},
    "currency": _text("CurrencyName", extract="^[A-Z]{3}$"),
    "subtotal": _added(_GOODS),
    "shipping": _added(_SHIPPING),
    "service": {"join": [_text("CarrierName"), _text("CarrierService")]},
    **{field: _text(name) for field, name in (
        ("payment_terms", "PaymentTerms"), ("location", "LocationGroupName"), ("customer_name", "CustomerName"),
        ("email", "Email"), ("phone", "Phone"), ("note", "Note"), ("tags", "Category"), ("ship_name", "ShipToName"),
        ("address1", "ShipToAddress"), ("city", "ShipToCity"), ("province", "ShipToState"), ("postcode", "ShipToZip"),
        ("country", "ShipToCountry"), ("bill_name", "BillToName"), ("bill_address1", "BillToAddress"),
        ("bill_city", "BillToCity"), ("bill_postcode", "BillToZip"), ("bill_country", "BillToCountry"),
    )},
}  # fmt: skip

SOURCE = Source(
    key="fishbowl_orders",
    label="Fishbowl, sales orders",
    platform="fishbowl",
    inferred="five programs that write it for Fishbowl to read",
    lacks="Fishbowl's sales orders have no totals: the subtotal is the sum of the goods, before tax.",
    file=FileOptions(row_types=("SO", "Item")),
    signatures=(
        Signature("Fishbowl's sales orders", (*_ORDERS, *_ITEMS), all_of=("Flag", "SONum", "Status", "CustomerName")),
    ),
    records=(
        {"kind": "orders", "one_per": ["SONum"], "skip_where": _NO_ORDERS, "fields": _ORDER},
        {"kind": "order_lines", "needs": ["ProductNumber"], "skip_where": _NO_ORDERS,
         "keep_where": [{**_ITEM, "also": _GOODS}], "fields": {
            "order_id": "SONum",
            "line_id": {"occurrence_of": ["ProductNumber", "ProductDescription"], "within": ["SONum"]},
            "sku": _text("ProductNumber"),
            "title": _text("ProductDescription"),
            "currency": _text("CurrencyName", extract="^[A-Z]{3}$"),
            "quantity": "ProductQuantity",
            "unit_price": _text("ProductPrice"),
            "amount": {**_PRICE, "optional": True},
            "ship_by_on": _text("ItemDateScheduled", format=_DAY),
        }},
    ),
)  # fmt: skip
