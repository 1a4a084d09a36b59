"""Amazon's FBA received inventory: what arrived of an inbound shipment, one row per article, center and time."""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    received-date | fnsku | sku | product-name | quantity | fba-shipment-id | fulfillment-center-id
""")

SOURCE = Source(
    key="amazon_fba_received",
    label="Amazon, FBA received inventory",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's FBA received inventory report",
            _COLUMNS,
            all_of=("received-date", "sku", "quantity", "fba-shipment-id", "fulfillment-center-id"),
        ),
    ),
    records=(
        {"kind": "products", "one_per": ["sku"], "fields": {"sku": "sku", "title": "product-name"}},
        {"kind": "stock_movements", "fields": {
            "sku": "sku",
            "kind": {"const": "received"},
            "quantity": "quantity",
            "reference": "fba-shipment-id",
            "moved_at": {"from": "received-date", "format": ["iso"]},
        }},
    ),
    file=UNQUOTED,
    location="FBA {channel}",
)  # fmt: skip
