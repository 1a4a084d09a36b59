"""What marketplaces tell of their account with us, and what moved in their stock."""

from opsconsole.imports.records_kind import RecordKind, fields

MARKETPLACE_ENTRIES = RecordKind(
    "marketplace_entries",
    "Marketplace entries",
    "marketplace_entries",
    fields(
        required="channel amount",
        identifier="channel entry_id statement_id order_id item_id sku",
        text="transaction_type description currency",
        status="kind",
        number="quantity",
        money="amount",
        instant="posted_at",
        integer="precedence",
    ),
    ("channel", "entry_id"),
    occurrence=True,
)

PAYOUTS = RecordKind(
    "payouts",
    "Payouts",
    "payouts",
    fields(
        required="channel statement_id",
        identifier="channel statement_id",
        text="currency",
        money="amount",
        instant="starts_at ends_at deposited_at",
    ),
    ("channel", "statement_id"),
)

REIMBURSEMENTS = RecordKind(
    "reimbursements",
    "Reimbursements",
    "reimbursements",
    fields(
        required="channel reimbursement_id",
        identifier="channel reimbursement_id sku order_id case_id reversed_id",
        text="reason currency",
        money="amount",
        number="cash_quantity stock_quantity",
        instant="approved_at",
    ),
    ("channel", "reimbursement_id", "sku"),
)

STOCK_MOVEMENTS = RecordKind(
    "stock_movements",
    "Stock movements",
    "stock_movements",
    fields(
        required="location sku quantity",
        identifier="location movement_id sku reference",
        text="reason disposition",
        status="kind",
        number="quantity",
        instant="moved_at",
    ),
    ("location", "movement_id"),
    occurrence=True,
)
