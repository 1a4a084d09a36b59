"""Tables and indexes of the database, the same on SQLite and PostgreSQL (SQLAlchemy Core).

Conventions: ``*_at``, ``ship_by`` and ``deliver_by`` are instants (microseconds since 1970-01-01Z); ``*_on`` are local
dates (days since 1970-01-01); amounts are minor units of the row's ``currency``; ``*_json`` is canonical JSON text. A
promise that is a local date is stored as its last microsecond in the order's time zone beside the date itself, so
comparing instants is comparing calendar days.

Imported rows carry where each value came from: ``source_time`` and ``batch_id`` for the row, ``field_sources_json`` for the
fields whose source differs from that: ``{"status": [source_time, batch_id]}``. Older source times never overwrite
newer ones.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only when the key is declared INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _instant(name: str, **more: Any) -> Column[int]:
    return Column(name, BigInteger, **more)


def _day(name: str) -> Column[int]:
    return Column(name, Integer)


def _money(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _text(name: str, **more: Any) -> Column[str]:
    return Column(name, Text, **more)


def _to(name: str, target: str, **more: Any) -> Column[int]:
    return Column(name, _Id, ForeignKey(target), **more)


def _provenance() -> list[Column[Any]]:
    return [
        _instant("source_time", nullable=False),
        Column("batch_id", _Id, nullable=False),
        _text("field_sources_json"),
        Column("version", Integer, nullable=False, server_default="1"),
    ]


# --- the business -----------------------------------------------------------------------------------------------------

settings = Table(
    "settings",
    metadata,
    _text("key", primary_key=True),
    _instant("valid_from", primary_key=True),
    _text("value_json", nullable=False),
    _text("changed_by", nullable=False),
    _instant("changed_at", nullable=False),
    comment="Business settings, dated: the value in force is the one with the newest valid_from not after now.",
)

rates = Table(
    "rates",
    metadata,
    _text("currency", primary_key=True),
    Column("valid_on", Integer, primary_key=True),
    Column("rate", Float, nullable=False),
    _text("source_note"),
    comment="Units of the base currency that one unit of a currency buys, from a local date on.",
)

calendars = Table(
    "calendars",
    metadata,
    _text("key", primary_key=True),
    _text("time_zone", nullable=False),
    _text("hours_json", nullable=False),
    _text("country"),
    _text("subdivision"),
    _text("own_days_json", nullable=False, server_default="[]"),
    comment="Opening spans per weekday, public holidays by country, own closed days.",
)

channels = Table(
    "channels",
    metadata,
    _text("key", primary_key=True),
    _text("label", nullable=False),
    _text("platform"),
    _text("time_zone", nullable=False, server_default="UTC"),
    _text("currency"),
    Column("ship_within_days", Integer),
    Column("deliver_within_days", Integer),
    _text("calendar"),
    comment="Sales channel accounts; the promises in business days apply where the platform gives none.",
)

locations = Table(
    "locations",
    metadata,
    _text("key", primary_key=True),
    _text("label", nullable=False),
    _text("kind"),
    _text("vendor_key"),
    _text("calendar"),
    _text("time_zone"),
    _text("country"),
    comment="Warehouses, 3PL sites and marketplace-fulfilled stock; vendor_key is the 3PL that runs the site.",
)

vendors = Table(
    "vendors",
    metadata,
    _id(),
    _text("key", nullable=False, unique=True),
    _text("name"),
    _text("kind", nullable=False),
    _text("email"),
    _text("city"),
    _text("province"),
    _text("postcode"),
    _text("country"),
    Column("lead_time_days", Float),
    *_provenance(),
)

clauses = Table(
    "clauses",
    metadata,
    _id(),
    _text("vendor_kind", nullable=False),
    _text("vendor_key"),
    _text("metric", nullable=False),
    Column("weight", Float, nullable=False),
    Column("floor", Float, nullable=False),
    Column("target", Float, nullable=False),
    Column("stretch", Float),
    _text("window", nullable=False, server_default="month"),
    Column("minimum_sample", Integer, nullable=False),
    _money("credit_per_breach"),
    _text("currency"),
    Column("valid_from", Integer, nullable=False),
    _day("valid_to"),
    Column("clause_version", Integer, nullable=False, server_default="1"),
    _text("note"),
    comment="SLA clauses, dated; one without a vendor_key holds for every vendor of its kind that has none of its own.",
)

annotations = Table(
    "annotations",
    metadata,
    _id(),
    Column("on_day", Integer, nullable=False),
    _day("until_day"),
    _text("label", nullable=False),
    _text("kind", nullable=False),
    Column("rebases", Boolean, nullable=False, server_default=text("false")),
    _text("kpi_key"),
    comment="Marks on the charts; one that rebases restarts the control limits.",
)

targets = Table(
    "targets",
    metadata,
    _text("kpi_key", primary_key=True),
    Column("valid_from", Integer, primary_key=True),
    Column("target", Float, nullable=False),
    comment="KPI targets, dated by local date.",
)

# --- orders -----------------------------------------------------------------------------------------------------------

customers = Table(
    "customers",
    metadata,
    _id(),
    _text("channel", nullable=False),
    _text("customer_id", nullable=False),
    _text("person_id"),
    _text("name"),
    _text("email"),
    _text("phone"),
    _text("city"),
    _text("province"),
    _text("postcode"),
    _text("country"),
    *_provenance(),
    UniqueConstraint("channel", "customer_id"),
)

orders = Table(
    "orders",
    metadata,
    _id(),
    _text("channel", nullable=False),
    _text("order_id", nullable=False),
    _text("order_number"),
    _text("customer_id"),
    _text("customer_name"),
    _text("email"),
    _text("phone"),
    _text("time_zone", nullable=False, server_default="UTC"),
    _text("status"),
    _text("payment_status"),
    _text("payment_method"),
    _text("payment_terms"),
    _text("fulfilled_by"),
    _text("location"),
    _text("service"),
    _text("risk_level"),
    _text("tags"),
    _text("note"),
    _text("currency"),
    _money("total"),
    _money("subtotal"),
    _money("tax"),
    _money("shipping"),
    _money("discount"),
    _money("refunded"),
    _instant("placed_at"),
    _day("placed_on"),
    _instant("paid_at"),
    _instant("stated_shipped_at"),
    _instant("stated_delivered_at"),
    _instant("cancelled_at"),
    _text("cancelled_by"),
    _text("cancel_reason"),
    _instant("hold_until"),
    _instant("updated_at"),
    _instant("ship_by"),
    _day("ship_by_on"),
    _text("ship_by_basis"),
    _instant("deliver_by"),
    _day("deliver_by_on"),
    _text("deliver_by_basis"),
    _text("ship_name"),
    _text("address1"),
    _text("address2"),
    _text("city"),
    _text("province"),
    _text("postcode"),
    _text("country"),
    # What follows from the order, its lines and its shipments; the writer keeps it true in the same transaction.
    _instant("first_shipped_at"),
    _instant("shipped_at"),
    _day("shipped_on"),
    _instant("delivered_at"),
    _day("delivered_on"),
    _money("lines_total"),
    Column("line_count", Integer, nullable=False, server_default="0"),
    Column("quantity_ordered", Float),
    Column("quantity_shipped", Float),
    Column("quantity_cancelled", Float),
    _text("content_hash"),
    _text("carrier_key"),
    _instant("last_event_at"),
    _instant("changed_at", nullable=False),
    *_provenance(),
    UniqueConstraint("channel", "order_id"),
    comment=(
        "Orders by (channel, order_id). Bases of promises: platform, lines, channel, assumed. content_hash is equal for "
        "equal customer, address, SKU set and total. changed_at is when this database last changed the row or a part of it."
    ),
)

order_lines = Table(
    "order_lines",
    metadata,
    _id(),
    _to("order_fk", "orders.id", nullable=False),
    _text("line_id", nullable=False),
    _text("sku"),
    _text("title"),
    Column("quantity", Float),
    Column("shipped_quantity", Float),
    Column("allocated_quantity", Float),
    Column("cancelled_quantity", Float),
    _text("currency"),
    _money("unit_price"),
    _money("amount"),
    _money("discount"),
    _money("tax"),
    _money("shipping"),
    Column("requires_shipping", Boolean),
    _text("status"),
    _text("location"),
    _text("vendor_key"),
    _instant("ship_by"),
    _day("ship_by_on"),
    _instant("shipped_at"),
    *_provenance(),
    UniqueConstraint("order_fk", "line_id"),
)

payments = Table(
    "payments",
    metadata,
    _id(),
    _to("order_fk", "orders.id", nullable=False),
    _text("payment_id", nullable=False),
    _text("method"),
    _text("status"),
    _text("currency"),
    _money("amount"),
    Column("installments", Integer),
    _instant("paid_at"),
    *_provenance(),
    UniqueConstraint("order_fk", "payment_id"),
)

shipments = Table(
    "shipments",
    metadata,
    _id(),
    _to("order_fk", "orders.id", nullable=False),
    _text("shipment_id", nullable=False),
    _text("carrier_key"),
    _text("service"),
    _text("tracking_number"),
    _text("location"),
    _text("status"),
    Column("voided", Boolean),
    Column("quantity", Float),
    Column("weight_grams", Float),
    _text("currency"),
    _money("cost"),
    _instant("labeled_at"),
    _instant("shipped_at"),
    _day("shipped_on"),
    _instant("delivered_at"),
    _day("delivered_on"),
    _instant("deliver_by"),
    _day("deliver_by_on"),
    _instant("first_scan_at"),
    _instant("last_scan_at"),
    *_provenance(),
    UniqueConstraint("order_fk", "shipment_id"),
)

shipment_events = Table(
    "shipment_events",
    metadata,
    _id(),
    _to("shipment_fk", "shipments.id", nullable=False),
    _text("event_id", nullable=False),
    _text("code"),
    _text("description"),
    _text("place"),
    _instant("occurred_at", nullable=False),
    *_provenance(),
    UniqueConstraint("shipment_fk", "event_id"),
)

returns = Table(
    "returns",
    metadata,
    _id(),
    _to("order_fk", "orders.id", nullable=False),
    _text("return_id", nullable=False),
    _text("sku", nullable=False, server_default=""),
    _text("stage"),
    _text("reason"),
    _text("disposition"),
    Column("quantity", Float),
    _text("currency"),
    _money("refunded"),
    _instant("requested_at"),
    _instant("received_at"),
    _instant("refunded_at"),
    *_provenance(),
    UniqueConstraint("order_fk", "return_id", "sku"),
)

reviews = Table(
    "reviews",
    metadata,
    _id(),
    _to("order_fk", "orders.id", nullable=False),
    _text("review_id", nullable=False),
    Column("score", Float),
    Column("score_max", Float),
    _text("comment"),
    _instant("asked_at"),
    _instant("answered_at"),
    _day("answered_on"),
    *_provenance(),
    UniqueConstraint("order_fk", "review_id"),
    comment="Customer satisfaction answers on a scale from 1 to score_max (5 where the file does not say).",
)

# --- goods ------------------------------------------------------------------------------------------------------------

products = Table(
    "products",
    metadata,
    _id(),
    _text("sku", nullable=False, unique=True),
    _text("title"),
    _text("category"),
    _text("supplier_key"),
    _text("barcode"),
    _text("currency"),
    _money("unit_cost"),
    _money("list_price"),
    Column("weight_grams", Float),
    Column("lead_time_days", Float),
    Column("pack_size", Integer),
    Column("minimum_order", Integer),
    Column("active", Boolean),
    *_provenance(),
)

sku_aliases = Table(
    "sku_aliases",
    metadata,
    _text("channel", primary_key=True),
    _text("alias", primary_key=True),
    _text("sku", nullable=False),
    comment="Other names of a SKU; channel '' holds everywhere.",
)

stock_levels = Table(
    "stock_levels",
    metadata,
    _id(),
    _text("sku", nullable=False),
    _text("location", nullable=False),
    _text("title"),
    Column("on_hand", Float),
    Column("allocated", Float),
    Column("held", Float),
    Column("available", Float),
    Column("inbound", Float),
    _text("bin"),
    _instant("counted_at"),
    Column("listed", Boolean, nullable=False, server_default=text("true")),
    *_provenance(),
    UniqueConstraint("sku", "location"),
    comment="Newest snapshot per SKU and location; listed is false once a newer snapshot of its feed left the row out.",
)

stock_history = Table(
    "stock_history",
    metadata,
    _text("sku", primary_key=True),
    _text("location", primary_key=True),
    Column("on_day", Integer, primary_key=True),
    Column("on_hand", Float),
    Column("available", Float),
    Column("batch_id", _Id, nullable=False),
    comment="What each day's last snapshot said.",
)

sales_history = Table(
    "sales_history",
    metadata,
    _id(),
    _text("line_key", nullable=False),
    _text("channel", nullable=False),
    _text("document"),
    _text("sku"),
    _text("title"),
    _text("customer_id"),
    _text("country"),
    Column("quantity", Float),
    _text("currency"),
    _money("unit_price_e4"),
    _money("amount"),
    _instant("sold_at"),
    _day("sold_on"),
    *_provenance(),
    UniqueConstraint("channel", "line_key"),
    comment=(
        "Sales lines without an order; line_key = hash of the content and its occurrence number. unit_price_e4 is in "
        "1/10,000 of the currency's unit, since wholesale prices go below a cent."
    ),
)

purchase_orders = Table(
    "purchase_orders",
    metadata,
    _id(),
    _text("po_number", nullable=False, unique=True),
    _text("vendor_key"),
    _text("location"),
    _text("status"),
    _text("currency"),
    _instant("ordered_at"),
    _day("ordered_on"),
    _instant("acknowledged_at"),
    *_provenance(),
)

purchase_order_lines = Table(
    "purchase_order_lines",
    metadata,
    _id(),
    _to("purchase_order_fk", "purchase_orders.id", nullable=False),
    _text("line_id", nullable=False),
    _text("sku"),
    Column("quantity", Float),
    Column("received_quantity", Float),
    Column("rejected_quantity", Float),
    _money("unit_cost"),
    _day("promised_on"),
    _day("earliest_on"),
    _day("completed_on"),
    *_provenance(),
    UniqueConstraint("purchase_order_fk", "line_id"),
    comment="completed_on is the day on which the received quantity reached the ordered one, over any number of receipts.",
)

receipts = Table(
    "receipts",
    metadata,
    _id(),
    _to("purchase_order_line_fk", "purchase_order_lines.id", nullable=False),
    _text("receipt_id", nullable=False),
    Column("quantity", Float),
    Column("rejected_quantity", Float),
    _instant("arrived_at"),
    _day("arrived_on"),
    _instant("stocked_at"),
    *_provenance(),
    UniqueConstraint("purchase_order_line_fk", "receipt_id"),
)

# --- imports ----------------------------------------------------------------------------------------------------------

batches = Table(
    "batches",
    metadata,
    _id(),
    _text("file_name", nullable=False),
    _text("file_hash"),
    _text("source", nullable=False),
    _text("source_label", nullable=False),
    _text("channel"),
    _text("location"),
    _text("state", nullable=False),
    _text("imported_by", nullable=False),
    _instant("started_at", nullable=False),
    _instant("finished_at"),
    _instant("source_time"),
    _text("source_time_basis"),
    _instant("newest_data_at"),
    Column("records_read", Integer, nullable=False, server_default="0"),
    Column("inserted", Integer, nullable=False, server_default="0"),
    Column("updated", Integer, nullable=False, server_default="0"),
    Column("unchanged", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    _text("counts_json"),
    _text("report_json"),
    comment="One row per imported file; counts_json holds the four counts per record kind.",
)

rejects = Table(
    "rejects",
    metadata,
    _id(),
    _to("batch_id", "batches.id", nullable=False),
    _text("record_kind"),
    Column("line", Integer),
    _text("field"),
    _text("found"),
    _text("expected"),
    _text("raw"),
)

feeds = Table(
    "feeds",
    metadata,
    _text("source", primary_key=True),
    _text("channel", primary_key=True),
    _text("label", nullable=False),
    _instant("newest_data_at"),
    _instant("last_import_at"),
    Column("usual_interval_seconds", Integer),
    Column("arrivals", Integer, nullable=False, server_default="0"),
    comment="Freshness per source and channel; the usual interval is the median distance of the newest data of its imports.",
)

# --- exceptions -------------------------------------------------------------------------------------------------------

exceptions = Table(
    "exceptions",
    metadata,
    _id(),
    _text("rule", nullable=False),
    _text("subject_kind", nullable=False),
    _text("subject", nullable=False),
    _to("order_fk", "orders.id"),
    _text("severity", nullable=False),
    _text("state", nullable=False),
    _text("owner"),
    _instant("opened_at", nullable=False),
    _instant("detected_at", nullable=False),
    _instant("acknowledge_by", nullable=False),
    _instant("due_at", nullable=False),
    _instant("acknowledged_at"),
    _instant("closed_at"),
    _text("closed_by"),
    _text("root_cause"),
    _instant("snoozed_until"),
    _text("ignored_reason"),
    _instant("ignored_until"),
    Column("reopened", Integer, nullable=False, server_default="0"),
    _money("value_at_risk"),
    _text("currency"),
    _text("channel"),
    _text("location"),
    _text("evidence_json", nullable=False),
    _text("severity_reason"),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("rule", "subject_kind", "subject"),
    CheckConstraint("severity IN ('S1', 'S2', 'S3', 'S4')", name="severity"),
    comment="A rule met by a subject: detecting it again never makes a second row.",
)

exception_events = Table(
    "exception_events",
    metadata,
    _id(),
    _to("exception_fk", "exceptions.id", nullable=False),
    _instant("at", nullable=False),
    _text("who", nullable=False),
    _text("action", nullable=False),
    _text("words", nullable=False),
    _text("detail_json"),
    comment="History of an exception: raised, assigned, noted, resolved, closed by the data, reopened.",
)

runbook_ticks = Table(
    "runbook_ticks",
    metadata,
    _to("exception_fk", "exceptions.id", primary_key=True),
    Column("step", Integer, primary_key=True),
    _instant("at", nullable=False),
    _text("who", nullable=False),
)

rule_runs = Table(
    "rule_runs",
    metadata,
    _text("rule", primary_key=True),
    _text("state", nullable=False),
    _text("reason"),
    _instant("last_run_at"),
    Column("open_count", Integer, nullable=False, server_default="0"),
    Column("older_count", Integer, nullable=False, server_default="0"),
    Column("milliseconds", Integer),
    comment="What the last detection said of each rule; state no_data names what is missing in reason.",
)

detection_runs = Table(
    "detection_runs",
    metadata,
    _id(),
    _instant("as_of", nullable=False),
    _instant("started_at", nullable=False),
    _text("scope", nullable=False),
    Column("opened", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
    Column("reopened", Integer, nullable=False),
    Column("milliseconds", Integer, nullable=False),
)

# --- trust ------------------------------------------------------------------------------------------------------------

audit = Table(
    "audit",
    metadata,
    _id(),
    _text("writer", nullable=False),
    Column("number", BigInteger, nullable=False),
    _instant("at", nullable=False),
    _text("who", nullable=False),
    _text("action", nullable=False),
    _text("subject", nullable=False),
    _text("detail_json", nullable=False),
    _text("previous_hash", nullable=False),
    _text("hash", nullable=False),
    UniqueConstraint("writer", "number"),
    comment="Append-only, hash-chained per writer over canonical JSON; triggers refuse UPDATE and DELETE.",
)

idempotency = Table(
    "idempotency",
    metadata,
    _text("key", primary_key=True),
    _instant("at", nullable=False),
    _text("result_json", nullable=False),
)

# --- indexes, from the questions asked --------------------------------------------------------------------------------

Index("ix_orders_placed_on", orders.c.placed_on)
Index("ix_orders_placed_at", orders.c.placed_at)
Index("ix_orders_ship_by_on", orders.c.ship_by_on)
Index("ix_orders_deliver_by_on", orders.c.deliver_by_on)
Index("ix_orders_delivered_on", orders.c.delivered_on)
Index("ix_orders_changed_at", orders.c.changed_at)
Index("ix_orders_order_id", orders.c.order_id)
Index("ix_orders_order_number", orders.c.order_number)
Index("ix_orders_content_hash", orders.c.content_hash)
Index("ix_orders_customer", orders.c.channel, orders.c.customer_id)
_unshipped = text("shipped_at IS NULL")
Index("ix_orders_unshipped_ship_by", orders.c.ship_by, postgresql_where=_unshipped, sqlite_where=_unshipped)
_undelivered = text("delivered_at IS NULL")
Index("ix_orders_undelivered_deliver_by", orders.c.deliver_by, postgresql_where=_undelivered, sqlite_where=_undelivered)
_unpaid = text("payment_status IN ('pending', 'authorized')")
Index("ix_orders_unpaid_placed_at", orders.c.placed_at, postgresql_where=_unpaid, sqlite_where=_unpaid)
Index("ix_order_lines_sku", order_lines.c.sku)
Index("ix_order_lines_vendor", order_lines.c.vendor_key, order_lines.c.ship_by)
Index("ix_shipments_tracking", shipments.c.tracking_number)
Index("ix_shipments_shipped_on", shipments.c.shipped_on)
Index("ix_reviews_answered_on", reviews.c.answered_on)
Index("ix_returns_order", returns.c.order_fk)
Index("ix_sales_history_sku", sales_history.c.sku, sales_history.c.sold_on)
Index("ix_stock_levels_location", stock_levels.c.location)
Index("ix_purchase_order_lines_sku", purchase_order_lines.c.sku)
_active = text("state IN ('open', 'acknowledged', 'in_progress', 'waiting')")
Index("ix_exceptions_active", exceptions.c.rule, postgresql_where=_active, sqlite_where=_active)
Index("ix_exceptions_order", exceptions.c.order_fk)
Index("ix_exception_events_exception", exception_events.c.exception_fk)
Index("ix_rejects_batch", rejects.c.batch_id)
