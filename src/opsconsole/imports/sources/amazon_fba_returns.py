"""Amazon's FBA customer returns: one row per unit that reached a fulfillment center, with its license plate."""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    return-date | order-id | sku | asin | fnsku | product-name | quantity | fulfillment-center-id | detailed-disposition
    reason | status | license-plate-number | customer-comments
""")

SOURCE = Source(
    key="amazon_fba_returns",
    label="Amazon, FBA returns",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's FBA returns report",
            _COLUMNS,
            all_of=("return-date", "order-id", "sku", "detailed-disposition", "fulfillment-center-id"),
        ),
    ),
    records=(
        {"kind": "returns", "fields": {
            "order_id": "order-id",
            "return_id": {"first": [
                {"from": "license-plate-number"},
                {"join": [{"from": "order-id"}, {"from": "return-date"}]},
            ]},
            "sku": "sku",
            "quantity": "quantity",
            "reason": "reason",
            # What becomes of goods that cannot be sold again is decided later, by a removal or a reimbursement.
            "disposition": {"const": "resell", "where": {"column": "detailed-disposition", "equals": ["SELLABLE"]}},
            "stage": {"first": [
                {"const": "dispositioned", "where": [
                    {"column": "status", "contains": ["returned to inventory", "reimbursed", "repackaged"]},
                ]},
                {"const": "received"},
            ]},
            "received_at": {"from": "return-date", "format": ["iso"]},
        }},
    ),
    file=UNQUOTED,
)  # fmt: skip
