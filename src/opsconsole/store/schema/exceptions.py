"""Order exceptions, their history and the runs of the rules."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.schema.columns import RowId, amount, instant, link, metadata, row_id, string

exceptions = Table(
    "exceptions",
    metadata,
    row_id(),
    string("rule", nullable=False),
    string("subject_kind", nullable=False),
    string("subject", nullable=False),
    link("order_fk", "orders.id"),
    string("severity", nullable=False),
    string("state", nullable=False),
    string("owner"),
    instant("opened_at", nullable=False),
    instant("detected_at", nullable=False),
    instant("acknowledge_by", nullable=False),
    instant("due_at", nullable=False),
    instant("acknowledged_at"),
    instant("closed_at"),
    string("closed_by"),
    string("root_cause"),
    instant("snoozed_until"),
    string("ignored_reason"),
    instant("ignored_until"),
    Column("reopened", Integer, nullable=False, server_default="0"),
    amount("value_at_risk"),
    string("currency"),
    string("channel"),
    string("location"),
    string("evidence_json", nullable=False),
    string("severity_reason"),
    string("waiting_on"),
    instant("waiting_until"),
    string("ignored_cause"),
    string("tags", nullable=False, server_default=""),
    instant("rejudge_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("rule", "subject_kind", "subject"),
    CheckConstraint("severity IN ('S1', 'S2', 'S3', 'S4')", name="severity"),
    # rejudge_at: when time alone can next change the severity; ignored_cause: fingerprint of what was ignored.
    comment="A rule met by a subject: detecting it again never makes a second row.",
)

exception_events = Table(
    "exception_events",
    metadata,
    row_id(),
    link("exception_fk", "exceptions.id", nullable=False),
    instant("at", nullable=False),
    string("who", nullable=False),
    string("action", nullable=False),
    string("words", nullable=False),
    string("detail_json"),
    comment="History of an exception: raised, assigned, noted, resolved, closed by the data, reopened.",
)

runbook_ticks = Table(
    "runbook_ticks",
    metadata,
    link("exception_fk", "exceptions.id", primary_key=True),
    Column("step", Integer, primary_key=True),
    instant("at", nullable=False),
    string("who", nullable=False),
)

rule_runs = Table(
    "rule_runs",
    metadata,
    string("rule", primary_key=True),
    string("state", nullable=False),
    string("reason"),
    instant("last_run_at"),
    Column("open_count", Integer, nullable=False, server_default="0"),
    Column("older_count", Integer, nullable=False, server_default="0"),
    Column("milliseconds", Integer),
    comment="What the last detection said of each rule; state no_data names what is missing in reason.",
)

detection_runs = Table(
    "detection_runs",
    metadata,
    row_id(),
    instant("as_of", nullable=False),
    instant("started_at", nullable=False),
    string("scope", nullable=False),
    Column("opened", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
    Column("reopened", Integer, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("newest_batch_id", RowId),
    string("watermarks_json"),
    comment="watermarks_json holds what the tables beside the orders looked like, to see which rules must run again.",
)

asked_skus = Table(
    "asked_skus",
    metadata,
    Column("order_fk", RowId, primary_key=True, autoincrement=False),
    string("sku", primary_key=True),
    comment="SKUs that open orders asked for at the last run of the rules, to see which ones they ask for no longer.",
)

Index("ix_asked_skus_sku", asked_skus.c.sku)
_active = text("state IN ('open', 'acknowledged', 'in_progress', 'waiting')")
_of_active: dict[str, Any] = {"postgresql_where": _active, "sqlite_where": _active}
_counted = [exceptions.c[name] for name in ("rule", "currency", "ignored_until", "value_at_risk")]
Index("ix_exceptions_active", *_counted, **_of_active)
Index("ix_exceptions_rejudge", exceptions.c.rejudge_at, **_of_active)
Index("ix_exceptions_worth", exceptions.c.currency, exceptions.c.value_at_risk, **_of_active)
_closed = text("closed_at IS NOT NULL")
Index("ix_exceptions_closed", exceptions.c.closed_at, postgresql_where=_closed, sqlite_where=_closed)
Index("ix_exceptions_order", exceptions.c.order_fk)
Index("ix_exception_events_exception", exception_events.c.exception_fk)
