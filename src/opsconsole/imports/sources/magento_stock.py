"""Adobe Commerce's stock per source: one row per article and source, quantities with decimals.

A source's article that is out of stock by its status (0) cannot be sold, whatever its quantity is.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("source_code | sku | status | quantity")
_OUT = {"column": "status", "equals": ["0"]}

SOURCE = Source(
    key="magento_stock",
    label="Adobe Commerce, stock sources",
    platform="magento",
    signatures=(Signature("Adobe Commerce's stock sources", _COLUMNS, all_of=("source_code", "sku", "quantity")),),
    records=(
        {"kind": "stock_levels", "fields": {
            "sku": "sku",
            "location": "source_code",
            "on_hand": "quantity",
            "held": {"first": [{"from": "quantity", "where": _OUT}, {"const": "0"}], "optional": True},
        }},
    ),
    needs_channel=False,
)  # fmt: skip
