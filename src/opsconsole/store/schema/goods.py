"""Products, stock and sales without an order."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.schema.columns import RowId, amount, instant, local_day, metadata, provenance, row_id, string

products = Table(
    "products",
    metadata,
    row_id(),
    string("sku", nullable=False, unique=True),
    string("title"),
    string("category"),
    string("supplier_key"),
    string("barcode"),
    string("currency"),
    amount("unit_cost"),
    amount("list_price"),
    Column("weight_grams", Float),
    Column("lead_time_days", Float),
    Column("pack_size", Integer),
    Column("minimum_order", Integer),
    Column("active", Boolean),
    string("hs_code"),
    string("origin_country"),
    *provenance(),
)

sku_aliases = Table(
    "sku_aliases",
    metadata,
    string("channel", primary_key=True),
    string("alias", primary_key=True),
    string("sku", nullable=False),
    comment="Other names of a SKU; channel '' holds everywhere.",
)

stock_levels = Table(
    "stock_levels",
    metadata,
    row_id(),
    string("sku", nullable=False),
    string("location", nullable=False),
    string("title"),
    Column("on_hand", Float),
    Column("allocated", Float),
    Column("held", Float),
    Column("available", Float),
    Column("inbound", Float),
    string("bin"),
    instant("counted_at"),
    Column("listed", Boolean, nullable=False, server_default=text("true")),
    *provenance(),
    UniqueConstraint("sku", "location"),
    comment="Newest snapshot per SKU and location; listed is false once a newer snapshot of its feed left the row out.",
)

stock_history = Table(
    "stock_history",
    metadata,
    string("sku", primary_key=True),
    string("location", primary_key=True),
    Column("on_day", Integer, primary_key=True),
    Column("on_hand", Float),
    Column("available", Float),
    instant("source_time", nullable=False),
    Column("batch_id", RowId, nullable=False),
    comment="What each day's last snapshot said.",
)

stock_reports = Table(
    "stock_reports",
    metadata,
    string("source", primary_key=True),
    string("channel", primary_key=True),
    string("sku", primary_key=True),
    string("location", primary_key=True),
    string("told_by", nullable=False),
    Column("on_hand", Float),
    Column("available", Float),
    instant("source_time", nullable=False),
    Column("batch_id", RowId, nullable=False),
    comment=(
        "What each feed said last of a SKU at a location, beside stock_levels, where the newest word counts. told_by "
        "is channel or warehouse."
    ),
)

stock_movements = Table(
    "stock_movements",
    metadata,
    row_id(),
    string("location", nullable=False),
    string("movement_id", nullable=False),
    string("sku"),
    string("kind"),
    string("reason"),
    string("disposition"),
    string("reference"),
    Column("quantity", Float),
    instant("moved_at"),
    *provenance(),
    UniqueConstraint("location", "movement_id"),
    comment="Pieces that came (positive) or went (negative). kind: received or adjusted.",
)

sales_history = Table(
    "sales_history",
    metadata,
    row_id(),
    string("line_key", nullable=False),
    string("channel", nullable=False),
    string("document"),
    string("sku"),
    string("title"),
    string("customer_id"),
    string("country"),
    Column("quantity", Float),
    string("currency"),
    amount("unit_price_e4"),
    amount("amount"),
    instant("sold_at"),
    local_day("sold_on"),
    *provenance(),
    UniqueConstraint("channel", "line_key"),
    comment=(
        "Sales lines without an order; line_key = hash of the content and its occurrence number. unit_price_e4 is in "
        "1/10,000 of the currency's unit, since wholesale prices go below a cent."
    ),
)

Index("ix_sales_history_sku", sales_history.c.sku, sales_history.c.sold_on)
Index("ix_stock_reports_sku", stock_reports.c.sku, stock_reports.c.location)
Index("ix_stock_movements_sku", stock_movements.c.sku, stock_movements.c.moved_at)
# What a run of the rules looks at to see whether anything is new.
Index("ix_products_batch", products.c.batch_id)
Index("ix_stock_levels_told", *(stock_levels.c[name] for name in ("batch_id", "source_time", "counted_at")))
Index("ix_stock_levels_location", stock_levels.c.location)
