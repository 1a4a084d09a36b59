"""Amazon's FBA inventory adjustments: what was found, lost, damaged or moved in its warehouses.

A code tells why, and goods that change their condition stand there twice: out of one disposition, into the other.
"""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    adjusted-date | transaction-item-id | fnsku | sku | product-name | fulfillment-center-id | quantity | reason
    disposition
""")

SOURCE = Source(
    key="amazon_fba_adjustments",
    label="Amazon, FBA inventory adjustments",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's FBA inventory adjustments report",
            _COLUMNS,
            all_of=("adjusted-date", "transaction-item-id", "sku", "quantity", "reason", "disposition"),
        ),
    ),
    records=(
        {"kind": "products", "one_per": ["sku"], "fields": {"sku": "sku", "title": "product-name"}},
        {"kind": "stock_movements", "fields": {
            "movement_id": {"join": [{"from": "transaction-item-id"}, {"from": "disposition"}]},
            "sku": "sku",
            "kind": {"const": "adjusted"},
            "quantity": "quantity",
            "reason": "reason",
            "disposition": "disposition",
            "reference": "fulfillment-center-id",
            "moved_at": {"from": "adjusted-date", "format": ["iso"]},
        }},
    ),
    file=UNQUOTED,
    location="FBA {channel}",
)  # fmt: skip
