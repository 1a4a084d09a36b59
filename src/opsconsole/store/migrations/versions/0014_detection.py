"""Know when to judge an exception again and what marketplaces demand; values of rules leave the settings."""

import json
from typing import Any

from alembic import op
from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.migrations.columns import instant, local_day, new_metadata, row_id, string

revision = "0014"
down_revision = "0013"

metadata = new_metadata()

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

exceptions = Table(
    "exceptions",
    new_metadata(),
    row_id(),
    string("rule"),
    string("currency"),
    instant("ignored_until"),
    instant("value_at_risk"),
    instant("rejudge_at"),
)
orders = Table("orders", new_metadata(), row_id(), instant("hold_until"))
_held = text("hold_until IS NOT NULL")
_active = text("state IN ('open', 'acknowledged', 'in_progress', 'waiting')")
_of_active: dict[str, Any] = {"postgresql_where": _active, "sqlite_where": _active}
INDEXES = (
    Index("ix_orders_hold_until", orders.c.hold_until, postgresql_where=_held, sqlite_where=_held),
    Index("ix_exceptions_active", exceptions.c.rule, exceptions.c.ignored_until, **_of_active),
    Index("ix_exceptions_rejudge", exceptions.c.rejudge_at, **_of_active),
    Index("ix_exceptions_worth", exceptions.c.currency, exceptions.c.value_at_risk, **_of_active),
)


def upgrade() -> None:
    """Know when to judge an exception again and what marketplaces demand; values of rules leave the settings."""
    metadata.create_all(op.get_bind())
    op.add_column("exceptions", instant("rejudge_at"))
    op.drop_index("ix_exceptions_active", "exceptions")
    for index in INDEXES:
        index.create(op.get_bind())
    _move_settings()


def _move_settings() -> None:
    """Settings ``rule.CODE.key`` become values of the rule; the settings stay for the release before."""
    bind = op.get_bind()
    found = bind.execute(
        text("SELECT key, valid_from, value_json, changed_by, changed_at FROM settings WHERE key LIKE 'rule.%'")
    ).all()
    for row in found:
        _, rule, key = row.key.split(".", 2)
        bind.execute(
            text(
                "INSERT INTO rule_values (rule, key, valid_from, value_json, reason, changed_by, changed_at) "
                "VALUES (:rule, :key, :valid_from, :value_json, :reason, :changed_by, :changed_at)"
            ),
            {
                "rule": rule,
                "key": key,
                "valid_from": row.valid_from,
                "value_json": json.dumps(json.loads(row.value_json)),
                "reason": "Set before reasons were asked for",
                "changed_by": row.changed_by,
                "changed_at": row.changed_at,
            },
        )
