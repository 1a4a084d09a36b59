"""What marketplaces demand of a seller."""

from sqlalchemy import Boolean, Column, Float, Integer, Table, UniqueConstraint, text

from opsconsole.store.schema.columns import local_day, metadata, row_id, string

market_limits = Table(
    "market_limits",
    metadata,
    row_id(),
    string("market", nullable=False),
    string("metric", nullable=False),
    Column("window_days", Integer, nullable=False, server_default="0"),
    string("comparison", nullable=False),
    Column("limit_value", Float, nullable=False),
    Column("fewer_than", Integer),
    Column("minimum_sample", Integer, nullable=False, server_default="30"),
    Column("valid_from", Integer, nullable=False),
    local_day("valid_to"),
    string("source_note"),
    Column("own", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("market", "metric", "window_days", "valid_from"),
    comment=(
        "Limits of marketplaces as shares (0.04), dated by local date: kept while the measure is '<', '<=' or '>=' "
        "limit_value over window_days (0: since ever), or while fewer than fewer_than cases fail. own is true for "
        "what the business set itself; the others come with the program."
    ),
)
