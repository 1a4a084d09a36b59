"""The audit trail and answered requests."""

from sqlalchemy import BigInteger, Column, Table, UniqueConstraint

from opsconsole.store.schema.columns import instant, metadata, row_id, string

audit = Table(
    "audit",
    metadata,
    row_id(),
    string("writer", nullable=False),
    Column("number", BigInteger, nullable=False),
    instant("at", nullable=False),
    string("who", nullable=False),
    string("action", nullable=False),
    string("subject", nullable=False),
    string("detail_json", nullable=False),
    string("previous_hash", nullable=False),
    string("hash", nullable=False),
    UniqueConstraint("writer", "number"),
    comment="Append-only, hash-chained per writer over canonical JSON; triggers refuse UPDATE and DELETE.",
)

idempotency = Table(
    "idempotency",
    metadata,
    string("key", primary_key=True),
    instant("at", nullable=False),
    string("result_json", nullable=False),
)

schema_steps = Table(
    "schema_steps",
    metadata,
    string("revision", primary_key=True),
    string("sentence", nullable=False),
    string("app_version", nullable=False),
    instant("applied_at", nullable=False),
    comment="Migrations applied, and the version that applied them: what an older one asks to be installed.",
)
