"""Make the append-only audit trail, the answered requests and the list of schema steps."""

from alembic import op
from sqlalchemy import BigInteger, Column, Table, UniqueConstraint

from opsconsole.store.migrations.columns import instant, new_metadata, row_id, string

revision = "0007"
down_revision = "0006"

metadata = new_metadata()

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

# Neither dialect's triggers know the other's language.
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    ),
}


def upgrade() -> None:
    """Make the append-only audit trail, the answered requests and the list of schema steps."""
    metadata.create_all(op.get_bind())
    for statement in APPEND_ONLY[op.get_context().dialect.name]:
        op.execute(statement)
