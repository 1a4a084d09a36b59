"""Amazon's Manage FBA Inventory: what lies in its warehouses, 18 columns; newer reports append more.

What is in a warehouse is what can be sold, what is reserved and what cannot be sold. Goods only announced
(``afn-inbound-working``) are not on the way yet. Articles that Amazon does not keep are in the report, too, with zeros.
Amazon's stock is another location per account: two marketplaces have their own.
"""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    sku | fnsku | asin | product-name | condition | your-price | mfn-listing-exists | mfn-fulfillable-quantity
    afn-listing-exists | afn-warehouse-quantity | afn-fulfillable-quantity | afn-unsellable-quantity
    afn-reserved-quantity | afn-total-quantity | per-unit-volume | afn-inbound-working-quantity
    afn-inbound-shipped-quantity | afn-inbound-receiving-quantity | afn-researching-quantity
    afn-reserved-future-supply | afn-future-supply-buyable | store
""")
_NOT_FBA = {"column": "afn-listing-exists", "equals": ["No"]}

SOURCE = Source(
    key="amazon_fba_inventory",
    label="Amazon, FBA inventory",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's Manage FBA Inventory report",
            _COLUMNS,
            all_of=("sku", "fnsku", "afn-warehouse-quantity", "afn-fulfillable-quantity", "afn-reserved-quantity"),
        ),
    ),
    records=(
        {"kind": "products", "one_per": ["sku"], "fields": {"sku": "sku", "title": "product-name"}},
        {"kind": "stock_levels", "skip_where": [_NOT_FBA], "fields": {
            "sku": "sku",
            "title": "product-name",
            "on_hand": "afn-warehouse-quantity",
            "allocated": "afn-reserved-quantity",
            "held": "afn-unsellable-quantity",
            "available": "afn-fulfillable-quantity",
            "inbound": {"sum": [
                {"from": "afn-inbound-shipped-quantity", "optional": True},
                {"from": "afn-inbound-receiving-quantity", "optional": True},
            ]},
        }},
    ),
    file=UNQUOTED,
    location="FBA {channel}",
)  # fmt: skip
