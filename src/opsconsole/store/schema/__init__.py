"""Tables and indexes of the database, the same on SQLite and PostgreSQL (SQLAlchemy Core).

Conventions: ``*_at``, ``ship_by`` and ``deliver_by`` are instants (microseconds since 1970-01-01Z); ``*_on`` are local
dates (days since 1970-01-01); amounts are minor units of the row's ``currency``; ``*_json`` is canonical JSON text. A
promise that is a local date is stored as its last microsecond in the order's time zone beside the date itself, so
comparing instants is comparing calendar days.

Imported rows carry where each value came from: ``source_time`` and ``batch_id`` for the row, ``field_sources_json`` for
the fields whose source differs from that: ``{"status": [source_time, batch_id]}``. Older source times never overwrite
newer ones.
"""

from opsconsole.store.schema.aftersales import claims, disputes, fraud_decisions, refunds, tickets
from opsconsole.store.schema.billing import contract_terms, freight_charges
from opsconsole.store.schema.business import (
    annotations,
    calendars,
    channels,
    clauses,
    locations,
    rates,
    settings,
    targets,
    vendors,
)
from opsconsole.store.schema.columns import metadata
from opsconsole.store.schema.exceptions import (
    asked_skus,
    detection_runs,
    exception_events,
    exceptions,
    rule_runs,
    runbook_ticks,
)
from opsconsole.store.schema.goods import (
    products,
    sales_history,
    sku_aliases,
    stock_history,
    stock_levels,
    stock_movements,
    stock_reports,
)
from opsconsole.store.schema.intake import (
    batch_fields,
    batch_undo,
    batches,
    feeds,
    import_runs,
    mappings,
    reject_files,
    reject_rows,
    rejects,
    replaced_orders,
    snapshots,
    unread_files,
)
from opsconsole.store.schema.marketplaces import marketplace_entries, payouts, reimbursements
from opsconsole.store.schema.markets import market_limits
from opsconsole.store.schema.orders import (
    customers,
    order_lines,
    orders,
    payments,
    returns,
    reviews,
    shipment_events,
    shipments,
)
from opsconsole.store.schema.purchasing import (
    purchase_order_lines,
    purchase_orders,
    receipts,
    ship_notices,
    supplier_invoice_lines,
)
from opsconsole.store.schema.sourcing import feed_runs, sql_connections, sql_feeds, watched_files, watched_folders
from opsconsole.store.schema.teamwork import (
    automation_deeds,
    automation_rules,
    changes,
    incident_exceptions,
    incident_ticks,
    incidents,
    rule_values,
    saved_views,
)
from opsconsole.store.schema.trust import audit, idempotency, schema_steps
from opsconsole.store.schema.warehouse import cut_offs, listings, order_events, picks, ship_methods, warehouse_orders

__all__ = [
    "annotations",
    "asked_skus",
    "audit",
    "automation_deeds",
    "automation_rules",
    "batch_fields",
    "batch_undo",
    "batches",
    "calendars",
    "changes",
    "channels",
    "claims",
    "clauses",
    "contract_terms",
    "customers",
    "cut_offs",
    "detection_runs",
    "disputes",
    "exception_events",
    "exceptions",
    "feed_runs",
    "feeds",
    "fraud_decisions",
    "freight_charges",
    "idempotency",
    "import_runs",
    "incident_exceptions",
    "incident_ticks",
    "incidents",
    "listings",
    "locations",
    "mappings",
    "market_limits",
    "marketplace_entries",
    "metadata",
    "order_events",
    "order_lines",
    "orders",
    "payments",
    "payouts",
    "picks",
    "products",
    "purchase_order_lines",
    "purchase_orders",
    "rates",
    "receipts",
    "refunds",
    "reimbursements",
    "reject_files",
    "reject_rows",
    "rejects",
    "replaced_orders",
    "returns",
    "reviews",
    "rule_runs",
    "rule_values",
    "runbook_ticks",
    "sales_history",
    "saved_views",
    "schema_steps",
    "settings",
    "ship_methods",
    "ship_notices",
    "shipment_events",
    "shipments",
    "sku_aliases",
    "snapshots",
    "sql_connections",
    "sql_feeds",
    "stock_history",
    "stock_levels",
    "stock_movements",
    "stock_reports",
    "supplier_invoice_lines",
    "targets",
    "tickets",
    "unread_files",
    "vendors",
    "warehouse_orders",
    "watched_files",
    "watched_folders",
]
