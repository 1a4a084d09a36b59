"""Amazon's FBA reimbursements: what it gave for goods that it lost or damaged, in money or as stock.

A reimbursement of several articles has a row each. One that is taken back has its own id, a negative amount, and names
the one it reverses. The money comes with a settlement, whose row names no reimbursement: the two are not added up.
"""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    approval-date | reimbursement-id | case-id | amazon-order-id | reason | sku | fnsku | asin | product-name
    condition | currency-unit | amount-per-unit | amount-total | quantity-reimbursed-cash
    quantity-reimbursed-inventory | quantity-reimbursed-total | original-reimbursement-id
    original-reimbursement-type
""")

SOURCE = Source(
    key="amazon_fba_reimbursements",
    label="Amazon, FBA reimbursements",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's FBA reimbursements report",
            _COLUMNS,
            all_of=("approval-date", "reimbursement-id", "amazon-order-id", "amount-total", "quantity-reimbursed-cash"),
        ),
    ),
    records=(
        {"kind": "reimbursements", "fields": {
            "reimbursement_id": "reimbursement-id",
            "sku": "sku",
            "order_id": "amazon-order-id",
            "case_id": "case-id",
            "reason": "reason",
            "reversed_id": "original-reimbursement-id",
            "currency": "currency-unit",
            "amount": "amount-total",
            "cash_quantity": "quantity-reimbursed-cash",
            "stock_quantity": "quantity-reimbursed-inventory",
            "approved_at": {"from": "approval-date", "format": ["iso"]},
        }},
    ),
    file=UNQUOTED,
    lacks="The money of a reimbursement comes with a settlement whose row does not name it: the two stand side by side "
    "and are not added up.",
)  # fmt: skip
