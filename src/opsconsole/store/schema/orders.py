"""Orders and what belongs to them."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.schema.columns import amount, instant, link, local_day, metadata, provenance, row_id, string

customers = Table(
    "customers",
    metadata,
    row_id(),
    string("channel", nullable=False),
    string("customer_id", nullable=False),
    string("person_id"),
    string("name"),
    string("email"),
    string("phone"),
    string("city"),
    string("province"),
    string("postcode"),
    string("country"),
    *provenance(),
    UniqueConstraint("channel", "customer_id"),
)

orders = Table(
    "orders",
    metadata,
    row_id(),
    string("channel", nullable=False),
    string("order_id", nullable=False),
    string("order_number"),
    string("customer_id"),
    string("customer_name"),
    string("email"),
    string("phone"),
    string("stated_time_zone"),
    string("status"),
    string("payment_status"),
    string("payment_method"),
    string("payment_terms"),
    string("fulfilled_by"),
    string("location"),
    string("service"),
    string("risk_level"),
    string("tags"),
    string("note"),
    string("currency"),
    amount("total"),
    amount("subtotal"),
    amount("tax"),
    amount("shipping"),
    amount("discount"),
    amount("refunded"),
    instant("placed_at"),
    instant("paid_at"),
    instant("stated_shipped_at"),
    instant("stated_delivered_at"),
    instant("cancelled_at"),
    string("cancelled_by"),
    string("cancel_reason"),
    instant("hold_until"),
    instant("updated_at"),
    instant("stated_ship_by"),
    local_day("stated_ship_by_on"),
    instant("stated_deliver_by"),
    local_day("stated_deliver_by_on"),
    string("ship_name"),
    string("address1"),
    string("address2"),
    string("stated_city"),
    string("stated_province"),
    string("stated_postcode"),
    string("stated_country"),
    string("stub"),
    # What follows from the order, its lines and its shipments; the writer keeps it true in the same transaction.
    string("time_zone", nullable=False, server_default="UTC"),
    string("city"),
    string("province"),
    string("postcode"),
    string("country"),
    string("address_from"),
    local_day("placed_on"),
    instant("ship_by"),
    local_day("ship_by_on"),
    string("ship_by_basis"),
    instant("deliver_by"),
    local_day("deliver_by_on"),
    string("deliver_by_basis"),
    instant("first_shipped_at"),
    instant("shipped_at"),
    local_day("shipped_on"),
    instant("delivered_at"),
    local_day("delivered_on"),
    amount("lines_total"),
    Column("line_count", Integer, nullable=False, server_default="0"),
    Column("quantity_ordered", Float),
    Column("quantity_shipped", Float),
    Column("quantity_cancelled", Float),
    string("content_hash"),
    string("carrier_key"),
    instant("last_event_at"),
    instant("changed_at", nullable=False),
    string("bill_name"),
    string("bill_address1"),
    string("bill_city"),
    string("bill_postcode"),
    string("bill_country"),
    string("customs_number"),
    string("duty_status"),
    string("hold_reason"),
    instant("held_at"),
    instant("ready_at"),
    instant("cancel_requested_at"),
    instant("refunded_at"),
    Column("risk_score", Float),
    instant("status_since"),
    instant("stated_ready_at"),
    string("status_seen_json"),
    *provenance(),
    UniqueConstraint("channel", "order_id"),
    comment=(
        "Orders by (channel, order_id). stated_* is what files say, the columns without it what follows. Bases of "
        "promises: platform, lines, channel, assumed. An address filled from the customer has address_from 'customer'. "
        "stub is NULL for orders that a file described, 'keyed' for those only other records name, 'guessed' where "
        "those did not say the channel. content_hash is equal for equal customer, address, SKU set and total. "
        "changed_at is when this database last changed the row or a part of it. A status may say shipped where no file "
        "says when: shipped_at is then NULL."
    ),
)

order_lines = Table(
    "order_lines",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("line_id", nullable=False),
    string("sku"),
    string("title"),
    Column("quantity", Float),
    Column("shipped_quantity", Float),
    Column("allocated_quantity", Float),
    Column("cancelled_quantity", Float),
    string("currency"),
    amount("unit_price"),
    amount("amount"),
    amount("discount"),
    amount("tax"),
    amount("shipping"),
    Column("requires_shipping", Boolean),
    string("status"),
    string("location"),
    string("vendor_key"),
    instant("stated_ship_by"),
    local_day("stated_ship_by_on"),
    instant("ship_by"),
    local_day("ship_by_on"),
    instant("shipped_at"),
    Column("backordered_quantity", Float),
    local_day("expected_on"),
    string("pegged_po"),
    string("pegged_line"),
    *provenance(),
    UniqueConstraint("order_fk", "line_id"),
)

payments = Table(
    "payments",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("payment_id", nullable=False),
    string("method"),
    string("status"),
    string("currency"),
    amount("amount"),
    Column("installments", Integer),
    instant("paid_at"),
    *provenance(),
    UniqueConstraint("order_fk", "payment_id"),
)

shipments = Table(
    "shipments",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("shipment_id", nullable=False),
    string("carrier_key"),
    string("service"),
    string("tracking_number"),
    string("location"),
    string("status"),
    Column("voided", Boolean),
    Column("quantity", Float),
    Column("weight_grams", Float),
    string("currency"),
    amount("cost"),
    instant("labeled_at"),
    instant("stated_shipped_at"),
    instant("stated_delivered_at"),
    instant("stated_deliver_by"),
    local_day("stated_deliver_by_on"),
    instant("stated_first_scan_at"),
    instant("stated_last_scan_at"),
    instant("shipped_at"),
    local_day("shipped_on"),
    instant("delivered_at"),
    local_day("delivered_on"),
    instant("deliver_by"),
    local_day("deliver_by_on"),
    instant("first_scan_at"),
    instant("last_scan_at"),
    Column("expected_weight_grams", Float),
    string("label_error"),
    instant("label_failed_at"),
    *provenance(),
    UniqueConstraint("order_fk", "shipment_id"),
)

shipment_events = Table(
    "shipment_events",
    metadata,
    row_id(),
    string("tracking_number", nullable=False),
    string("event_id", nullable=False),
    link("shipment_fk", "shipments.id"),
    string("code"),
    string("description"),
    string("place"),
    instant("occurred_at", nullable=False),
    *provenance(),
    UniqueConstraint("tracking_number", "event_id"),
    comment="Carrier scans; shipment_fk is NULL until a file names the shipment (the first where several share one).",
)

returns = Table(
    "returns",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("return_id", nullable=False),
    string("sku", nullable=False, server_default=""),
    string("stage"),
    string("reason"),
    string("disposition"),
    Column("quantity", Float),
    string("currency"),
    amount("refunded"),
    instant("requested_at"),
    instant("received_at"),
    instant("refunded_at"),
    string("tracking_number"),
    instant("authorized_at"),
    instant("shipped_at"),
    instant("inspected_at"),
    instant("dispositioned_at"),
    *provenance(),
    UniqueConstraint("order_fk", "return_id", "sku"),
)

reviews = Table(
    "reviews",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("review_id", nullable=False),
    Column("score", Float),
    Column("score_max", Float),
    string("comment"),
    instant("asked_at"),
    instant("answered_at"),
    local_day("answered_on"),
    *provenance(),
    UniqueConstraint("order_fk", "review_id"),
    comment="Customer satisfaction answers on a scale from 1 to score_max (5 where the file does not say).",
)

_left = text("shipped_at IS NOT NULL")
Index("ix_orders_placed_on", orders.c.placed_on)
Index("ix_orders_placed_at", orders.c.placed_at)
Index("ix_orders_ship_by_on", orders.c.ship_by_on)
Index("ix_orders_deliver_by_on", orders.c.deliver_by_on)
Index("ix_orders_delivered_on", orders.c.delivered_on)
Index("ix_orders_changed_at", orders.c.changed_at)
# By their beginnings too, on PostgreSQL in the order of the characters and not of a language.
Index("ix_orders_order_id", orders.c.order_id, postgresql_ops={"order_id": "text_pattern_ops"})
Index("ix_orders_order_number", orders.c.order_number, postgresql_ops={"order_number": "text_pattern_ops"})
Index("ix_orders_shipped_at", orders.c.shipped_at, postgresql_where=_left, sqlite_where=_left)
Index("ix_orders_content_hash", orders.c.content_hash)
# Who ordered how often lately, before an order: by customer, by e-mail address, by address.
Index(
    "ix_orders_customer_placed",
    orders.c.channel,
    orders.c.customer_id,
    orders.c.placed_at,
    postgresql_ops={"customer_id": "text_pattern_ops"},
)
Index("ix_orders_email_placed", orders.c.email, orders.c.placed_at, postgresql_ops={"email": "text_pattern_ops"})
Index("ix_orders_address_placed", orders.c.postcode, orders.c.address1, orders.c.placed_at)
_unshipped = text("shipped_at IS NULL")
Index("ix_orders_unshipped_ship_by", orders.c.ship_by, postgresql_where=_unshipped, sqlite_where=_unshipped)
_undelivered = text("delivered_at IS NULL")
Index("ix_orders_undelivered_deliver_by", orders.c.deliver_by, postgresql_where=_undelivered, sqlite_where=_undelivered)
_unpaid = text("payment_status IN ('pending', 'authorized')")
Index("ix_orders_unpaid_placed_at", orders.c.placed_at, postgresql_where=_unpaid, sqlite_where=_unpaid)
_partly = text("shipped_at IS NULL AND first_shipped_at IS NOT NULL")
_terms = text("payment_terms IS NOT NULL AND payment_status IN ('pending', 'authorized')")
Index("ix_orders_unpaid_terms", orders.c.placed_at, postgresql_where=_terms, sqlite_where=_terms)
Index("ix_orders_partly_shipped", orders.c.first_shipped_at, postgresql_where=_partly, sqlite_where=_partly)
# Facts dated after the row was last written: the passing of time alone makes them true.
AHEAD = "last_event_at > changed_at"
Index("ix_orders_ahead", orders.c.changed_at, postgresql_where=text(AHEAD), sqlite_where=text(AHEAD))
Index("ix_order_lines_sku", order_lines.c.sku)
Index("ix_order_lines_vendor", order_lines.c.vendor_key, order_lines.c.ship_by)
Index("ix_shipments_tracking", shipments.c.tracking_number, postgresql_ops={"tracking_number": "text_pattern_ops"})
Index("ix_shipments_shipped_on", shipments.c.shipped_on, shipments.c.shipped_at)
_moving = text("delivered_at IS NULL")
Index("ix_shipments_moving", shipments.c.shipped_at, postgresql_where=_moving, sqlite_where=_moving)
Index("ix_shipments_quiet", shipments.c.last_scan_at, postgresql_where=_moving, sqlite_where=_moving)
_unscanned = text("first_scan_at IS NULL AND delivered_at IS NULL")
Index("ix_shipments_unscanned", shipments.c.labeled_at, postgresql_where=_unscanned, sqlite_where=_unscanned)
Index("ix_shipments_unscanned_by", shipments.c.carrier_key, postgresql_where=_unscanned, sqlite_where=_unscanned)
_scanned = text("first_scan_at IS NOT NULL")
Index("ix_shipments_scanned", shipments.c.carrier_key, postgresql_where=_scanned, sqlite_where=_scanned)
Index("ix_shipments_unscanned_shipped", shipments.c.shipped_at, postgresql_where=_unscanned, sqlite_where=_unscanned)
Index("ix_reviews_answered_on", reviews.c.answered_on)
Index("ix_returns_order", returns.c.order_fk)
Index("ix_returns_dispositioned", returns.c.dispositioned_at)
Index("ix_returns_inspected", returns.c.inspected_at)
Index("ix_returns_received", returns.c.received_at)
_unfinished = text("refunded_at IS NULL AND dispositioned_at IS NULL")
Index("ix_returns_unfinished", returns.c.requested_at, postgresql_where=_unfinished, sqlite_where=_unfinished)
_given_back = text("refunded > 0")
Index("ix_orders_refunded", orders.c.refunded_at, postgresql_where=_given_back, sqlite_where=_given_back)
_undated = text("cancelled_at IS NULL AND status IN ('cancelled', 'unavailable')")
Index("ix_orders_cancelled_undated", orders.c.status_since, postgresql_where=_undated, sqlite_where=_undated)
Index("ix_shipment_events_shipment", shipment_events.c.shipment_fk)
# Scans that say something is wrong, few among many; their codes are those of the group "problem" in domain.scans.
PROBLEM = (
    "code IN ('failed_attempt', 'exception', 'address_problem', 'delayed', 'damaged', 'lost', 'customs_hold', "
    "'duty_due', 'returning', 'returned')"
)
Index(
    "ix_shipment_events_problem",
    shipment_events.c.occurred_at,
    shipment_events.c.tracking_number,
    postgresql_where=text(PROBLEM),
    sqlite_where=text(PROBLEM),
)
_stub = text("stub IS NOT NULL")
Index("ix_orders_stub", orders.c.order_id, postgresql_where=_stub, sqlite_where=_stub)
# The rules of checkout and fulfillment each begin at the few rows that can meet them; in the words of the rules.
DECLINED = "payment_status IN ('failed', 'voided', 'expired')"
FAILED = "status IN ('failed', 'voided', 'expired')"
LEFT = "quantity - coalesce(shipped_quantity, 0) - coalesce(cancelled_quantity, 0) > 0"
IN_WORK = (
    "status IN ('pending', 'processing', 'allocated', 'released', 'picking', 'picked', 'packed', 'partially_shipped')"
)
ON_HOLD = "(status = 'on_hold' OR (status IS NULL AND hold_until IS NOT NULL))"
UNROUTED = "shipped_at IS NULL AND location IS NULL"
WEIGHED = "expected_weight_grams IS NOT NULL AND first_scan_at IS NULL"
for _name, _columns, _where in (
    ("ix_orders_declined", (orders.c.placed_at,), DECLINED),
    ("ix_orders_unrouted", (orders.c.ready_at,), UNROUTED),
    ("ix_orders_in_work", (orders.c.status_since,), IN_WORK),
    ("ix_orders_on_hold", (orders.c.hold_until,), ON_HOLD),
    ("ix_orders_hold_until", (orders.c.hold_until,), "hold_until IS NOT NULL"),
    ("ix_orders_cancelled_at", (orders.c.cancelled_at,), "cancelled_at IS NOT NULL"),
    ("ix_orders_cancel_requested", (orders.c.cancel_requested_at,), "cancel_requested_at IS NOT NULL"),
    ("ix_order_lines_backordered", (order_lines.c.expected_on,), "backordered_quantity > 0"),
    ("ix_order_lines_left", (order_lines.c.sku,), LEFT),
    ("ix_order_lines_pegged", (order_lines.c.pegged_po,), "pegged_po IS NOT NULL"),
    ("ix_payments_failed", (payments.c.order_fk,), FAILED),
    ("ix_shipments_weighed", (shipments.c.labeled_at,), WEIGHED),
    ("ix_shipments_label_error", (shipments.c.label_failed_at,), "label_error IS NOT NULL"),
):
    Index(_name, *_columns, postgresql_where=text(_where), sqlite_where=text(_where))
