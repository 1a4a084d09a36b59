"""What carriers and sites bill, and what contracts with them say."""

from sqlalchemy import Column, Float, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.schema.columns import amount, instant, link, local_day, metadata, provenance, row_id, string

freight_charges = Table(
    "freight_charges",
    metadata,
    row_id(),
    string("vendor_key", nullable=False),
    string("charge_id", nullable=False),
    string("invoice_number"),
    string("tracking_number"),
    link("order_fk", "orders.id"),
    link("shipment_fk", "shipments.id"),
    string("channel"),
    string("order_id"),
    string("kind"),
    string("description"),
    string("service"),
    string("currency"),
    amount("amount"),
    amount("expected_amount"),
    Column("billed_weight_grams", Float),
    local_day("billed_on"),
    instant("billed_at"),
    instant("dispute_by"),
    string("status"),
    *provenance(),
    UniqueConstraint("vendor_key", "charge_id"),
    comment=(
        "Lines of carrier and 3PL invoices; credits are negative. shipment_fk and order_fk follow from the tracking "
        "number or the order named. status: open, disputed, credited, accepted."
    ),
)

contract_terms = Table(
    "contract_terms",
    metadata,
    row_id(),
    string("vendor_key", nullable=False),
    string("term", nullable=False),
    Column("value", Float, nullable=False),
    Column("valid_from", Integer, nullable=False),
    local_day("valid_to"),
    string("note"),
    comment="Dated terms of a vendor's contract in days: claim_window_days, dispute_window_days.",
)

Index("ix_freight_charges_tracking", freight_charges.c.tracking_number)
Index("ix_freight_charges_order", freight_charges.c.order_fk)
Index("ix_freight_charges_order_id", freight_charges.c.order_id)
Index("ix_freight_charges_billed", freight_charges.c.billed_at)
_above = text("amount > expected_amount")
Index("ix_freight_charges_above", freight_charges.c.billed_at, postgresql_where=_above, sqlite_where=_above)
_unknown = text("expected_amount IS NULL")
Index("ix_freight_charges_unknown", freight_charges.c.billed_at, postgresql_where=_unknown, sqlite_where=_unknown)
Index("ix_contract_terms_vendor", contract_terms.c.vendor_key, contract_terms.c.term)
