"""Make the read-only views bi_* for Power BI, Tableau and Looker."""

from alembic import op

revision = "0008"
down_revision = "0007"

_NO_DECIMALS = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
_THREE_DECIMALS = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

# View: (what a row is, FROM, columns as name, expression, meaning). at() is an instant in UTC, day() a date, money() an
# amount in units of the row's currency.
VIEWS = {
    "bi_orders": (
        "One row per order.",
        "orders o",
        (
            ("order_key", "o.id", "Number of the row here; joins the other views."),
            ("channel", "o.channel", "Sales channel account."),
            ("order_id", "o.order_id", "The platform's id of the order."),
            ("order_number", "o.order_number", "The number people use."),
            ("status", "o.status", "Status of the order."),
            ("payment_status", "o.payment_status", "Status of its payment."),
            ("location", "o.location", "Location that fulfills it."),
            ("carrier", "o.carrier_key", "Carrier of the last parcel."),
            ("country", "o.country", "Country it goes to."),
            ("city", "o.city", "City it goes to."),
            ("placed_at", "at(o.placed_at)", "When it was placed (UTC)."),
            ("placed_on", "day(o.placed_on)", "Local date on which it was placed."),
            ("ship_by", "at(o.ship_by)", "Last moment to ship it (UTC)."),
            ("ship_by_basis", "o.ship_by_basis", "Whose promise that is: platform, lines, channel, assumed."),
            ("shipped_at", "at(o.shipped_at)", "When all of it was shipped (UTC)."),
            ("deliver_by", "at(o.deliver_by)", "Last moment to deliver it (UTC)."),
            ("deliver_by_basis", "o.deliver_by_basis", "Whose promise that is."),
            ("delivered_at", "at(o.delivered_at)", "When all of it was delivered (UTC)."),
            ("cancelled_at", "at(o.cancelled_at)", "When it was cancelled (UTC)."),
            ("shipped_late", "CASE WHEN o.shipped_at > o.ship_by THEN 1 ELSE 0 END", "1 when shipped after ship_by."),
            (
                "delivered_late",
                "CASE WHEN o.delivered_at > o.deliver_by THEN 1 ELSE 0 END",
                "1 when delivered after deliver_by.",
            ),
            ("currency", "o.currency", "Currency of the amounts."),
            ("total", "money(o.total, o.currency)", "What the customer pays."),
            ("tax", "money(o.tax, o.currency)", "Tax in the total."),
            ("shipping", "money(o.shipping, o.currency)", "Shipping in the total."),
            ("discount", "money(o.discount, o.currency)", "Discount taken off."),
            ("refunded", "money(o.refunded, o.currency)", "What was paid back."),
            ("line_count", "o.line_count", "Order lines."),
            ("quantity_ordered", "o.quantity_ordered", "Units ordered."),
            ("quantity_shipped", "o.quantity_shipped", "Units shipped."),
        ),
    ),
    "bi_order_lines": (
        "One row per order line.",
        "order_lines l JOIN orders o ON o.id = l.order_fk",
        (
            ("order_key", "l.order_fk", "The order in bi_orders."),
            ("channel", "o.channel", "Sales channel account."),
            ("order_id", "o.order_id", "The platform's id of the order."),
            ("placed_on", "day(o.placed_on)", "Local date on which the order was placed."),
            ("sku", "l.sku", "SKU ordered."),
            ("title", "l.title", "Its name on the order."),
            ("vendor", "l.vendor_key", "Vendor that ships the line, where it is not the business."),
            ("quantity", "l.quantity", "Units ordered."),
            ("quantity_shipped", "l.shipped_quantity", "Units shipped, where the platform says it."),
            ("quantity_cancelled", "l.cancelled_quantity", "Units cancelled."),
            ("currency", "COALESCE(l.currency, o.currency)", "Currency of the amounts."),
            ("unit_price", "money(l.unit_price, COALESCE(l.currency, o.currency))", "Price of a unit."),
            ("amount", "money(l.amount, COALESCE(l.currency, o.currency))", "Amount of the line."),
        ),
    ),
    "bi_exceptions": (
        "One row per order exception, open or closed.",
        "exceptions e LEFT JOIN orders o ON o.id = e.order_fk",
        (
            ("exception_key", "e.id", "Number of the exception."),
            ("type", "e.rule", "Code of the exception rule."),
            ("severity", "e.severity", "S1 (worst) to S4."),
            ("state", "e.state", "open, acknowledged, in_progress, waiting, resolved, closed."),
            ("owner", "e.owner", "Who takes care of it."),
            ("order_key", "e.order_fk", "The order in bi_orders, where it is about one."),
            ("order_id", "o.order_id", "The platform's id of that order."),
            ("channel", "e.channel", "Sales channel account."),
            ("location", "e.location", "Location it concerns."),
            ("opened_at", "at(e.opened_at)", "When the condition began (UTC)."),
            ("due_at", "at(e.due_at)", "When it must be resolved (UTC)."),
            ("acknowledged_at", "at(e.acknowledged_at)", "When somebody took note (UTC)."),
            ("closed_at", "at(e.closed_at)", "When it was resolved or closed by the data (UTC)."),
            ("root_cause", "e.root_cause", "Cause found by who resolved it."),
            ("reopened", "e.reopened", "How often it came back."),
            ("currency", "e.currency", "Currency of the value."),
            ("value_at_risk", "money(e.value_at_risk, e.currency)", "Money at risk."),
        ),
    ),
    "bi_stock": (
        "One row per SKU and location, as the newest snapshot says.",
        "stock_levels s LEFT JOIN products p ON p.sku = s.sku",
        (
            ("sku", "s.sku", "SKU."),
            ("location", "s.location", "Location."),
            ("title", "COALESCE(p.title, s.title)", "Name of the product."),
            ("category", "p.category", "Category of the product."),
            ("supplier", "p.supplier_key", "Supplier of the product."),
            ("on_hand", "s.on_hand", "Units there."),
            ("allocated", "s.allocated", "Units promised to orders."),
            ("held", "s.held", "Units damaged or held."),
            (
                "available",
                "COALESCE(s.available, s.on_hand - COALESCE(s.allocated, 0) - COALESCE(s.held, 0))",
                "on hand - allocated - held.",
            ),
            ("inbound", "s.inbound", "Units on their way."),
            ("listed", "CASE WHEN s.listed THEN 1 ELSE 0 END", "0 once a newer snapshot left the row out."),
            ("as_of", "at(s.source_time)", "How new the numbers are (UTC)."),
            ("currency", "p.currency", "Currency of the cost."),
            ("unit_cost", "money(p.unit_cost, p.currency)", "Cost of a unit."),
        ),
    ),
}

# How each dialect writes an instant and a date.
_TIMES = {
    "sqlite": {
        "at": "strftime('%Y-%m-%dT%H:%M:%SZ', {0} / 1000000, 'unixepoch')",
        "day": "date({0} * 86400, 'unixepoch')",
    },
    "postgresql": {"at": "to_timestamp({0} / 1000000.0)", "day": "(DATE '1970-01-01' + {0})"},
}


def _written(expression: str, dialect: str) -> str:
    name, _, inside = expression.partition("(")
    arguments = inside.removesuffix(")").split(", ", 1)
    if name in _TIMES[dialect]:
        return _TIMES[dialect][name].format(*arguments)
    if name == "money":
        none = ", ".join(f"'{code}'" for code in _NO_DECIMALS)
        three = ", ".join(f"'{code}'" for code in _THREE_DECIMALS)
        unit = (
            f"CASE WHEN {arguments[1]} IN ({none}) THEN 1.0 WHEN {arguments[1]} IN ({three}) THEN 1000.0 ELSE 100.0 END"
        )
        return f"CAST({arguments[0]} AS NUMERIC) / {unit}"
    return expression


def upgrade() -> None:
    """Make the views, and on PostgreSQL say there what they mean."""
    dialect = op.get_context().dialect.name
    for view, (meaning, source, columns) in VIEWS.items():
        chosen = ", ".join(f"{_written(expression, dialect)} AS {name}" for name, expression, _ in columns)
        op.execute(f"CREATE VIEW {view} AS SELECT {chosen} FROM {source}")
        if dialect == "postgresql":
            op.execute(f"COMMENT ON VIEW {view} IS '{meaning}'")
            for name, _, words in columns:
                quoted = words.replace("'", "''")
                op.execute(f"COMMENT ON COLUMN {view}.{name} IS '{quoted}'")
