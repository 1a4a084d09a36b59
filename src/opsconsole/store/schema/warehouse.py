"""What the warehouse does with an order: steps, picks, its own record; what channels list; when carriers leave."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.schema.columns import amount, instant, link, local_day, metadata, provenance, row_id, string

order_events = Table(
    "order_events",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("event_id", nullable=False),
    string("code", nullable=False),
    string("location"),
    string("description"),
    instant("occurred_at", nullable=False),
    *provenance(),
    UniqueConstraint("order_fk", "event_id"),
    comment="Steps of an order between placing and shipping: allocated, released, picking, picked, packed, held, ...",
)

picks = Table(
    "picks",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("pick_id", nullable=False),
    string("line_id"),
    string("sku"),
    string("location"),
    Column("allocated_quantity", Float),
    Column("picked_quantity", Float),
    Column("damaged_quantity", Float),
    string("reason"),
    string("picker"),
    instant("picked_at"),
    *provenance(),
    UniqueConstraint("order_fk", "pick_id"),
    comment="Pick and pack records per line; reason says why fewer were picked (short, damaged, misplaced).",
)

warehouse_orders = Table(
    "warehouse_orders",
    metadata,
    row_id(),
    link("order_fk", "orders.id", nullable=False),
    string("location", nullable=False),
    string("status"),
    Column("quantity", Float),
    Column("shipped_quantity", Float),
    instant("released_at"),
    instant("shipped_at"),
    instant("cancelled_at"),
    *provenance(),
    UniqueConstraint("order_fk", "location"),
    comment="The warehouse's own record of an order, beside what the channel says of it.",
)

listings = Table(
    "listings",
    metadata,
    row_id(),
    string("channel", nullable=False),
    string("sku", nullable=False),
    string("title"),
    string("status"),
    string("location"),
    string("fulfilled_by"),
    Column("quantity", Float),
    string("currency"),
    amount("price"),
    Column("listed", Boolean, nullable=False, server_default=text("true")),
    *provenance(),
    UniqueConstraint("channel", "sku"),
    comment="What a channel offers: quantity is what it believes can be sold; location whose stock that is, if one's.",
)

cut_offs = Table(
    "cut_offs",
    metadata,
    row_id(),
    string("location", nullable=False),
    string("carrier_key", nullable=False, server_default=""),
    string("service", nullable=False, server_default=""),
    Column("weekday", Integer),
    Column("cut_off_minute", Integer, nullable=False),
    Column("pickup_minute", Integer),
    Column("valid_from", Integer, nullable=False),
    local_day("valid_to"),
    string("note"),
    comment=(
        "Last minute of the local day (0 = midnight) at which an order still leaves that day, and when the carrier "
        "comes. weekday 0 is Monday, NULL every open day; an empty carrier_key or service holds for all."
    ),
)

ship_methods = Table(
    "ship_methods",
    metadata,
    row_id(),
    string("channel", nullable=False, server_default=""),
    string("method", nullable=False),
    string("carrier_key", nullable=False),
    string("service"),
    Column("needs_phone", Boolean, nullable=False, server_default=text("false")),
    *provenance(),
    UniqueConstraint("channel", "method"),
    comment="Channels' names of shipping methods and the carrier's service each stands for; channel '' holds for all.",
)

Index("ix_order_events_order", order_events.c.order_fk, order_events.c.occurred_at)
Index("ix_order_events_code", order_events.c.code, order_events.c.occurred_at)
Index("ix_picks_picked_at", picks.c.picked_at)
Index("ix_listings_sku", listings.c.sku)
Index("ix_warehouse_orders_shipped_at", warehouse_orders.c.shipped_at)
Index("ix_warehouse_orders_cancelled_at", warehouse_orders.c.cancelled_at)
DAMAGED = "(reason = 'damaged' OR damaged_quantity > 0)"
SHORT = "picked_quantity < allocated_quantity"
OPEN_AT_WAREHOUSE = "cancelled_at IS NULL AND shipped_at IS NULL"
for _name, _table, _where in (
    ("ix_picks_damaged", picks, DAMAGED),
    ("ix_picks_short", picks, SHORT),
    ("ix_warehouse_orders_open", warehouse_orders, OPEN_AT_WAREHOUSE),
):
    Index(_name, _table.c.order_fk, postgresql_where=text(_where), sqlite_where=text(_where))
