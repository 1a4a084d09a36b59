"""Make the tables of rule values, saved views, changes, incidents and automation."""

from alembic import op
from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, UniqueConstraint, text

from opsconsole.store.migrations.columns import instant, link, new_metadata, row_id, string

revision = "0012"
down_revision = "0011"

metadata = new_metadata("exceptions", "annotations")

rule_values = Table(
    "rule_values",
    metadata,
    row_id(),
    string("rule", nullable=False),
    string("key", nullable=False),
    string("channel", nullable=False, server_default=""),
    string("service", nullable=False, server_default=""),
    string("location", nullable=False, server_default=""),
    instant("valid_from", nullable=False),
    string("value_json", nullable=False),
    string("reason"),
    string("changed_by", nullable=False),
    instant("changed_at", nullable=False),
    UniqueConstraint("rule", "key", "channel", "service", "location", "valid_from"),
    comment=(
        "Dated values of exception rules: thresholds by key, and on, severity, resolve_hours. '' holds for all; the "
        "most particular scope in force wins. value_json null ends an override."
    ),
)

saved_views = Table(
    "saved_views",
    metadata,
    row_id(),
    string("tab", nullable=False),
    string("name", nullable=False),
    string("owner", nullable=False, server_default=""),
    string("view_json", nullable=False),
    instant("changed_at", nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("tab", "name", "owner"),
    comment="Filters, grouping and sort of a tab under a name; owner '' is shared by all.",
)

changes = Table(
    "changes",
    metadata,
    row_id(),
    instant("at", nullable=False),
    string("who", nullable=False),
    string("kind", nullable=False),
    string("words", nullable=False),
    string("inverse_json"),
    Column("row_count", Integer, nullable=False, server_default="0"),
    link("automation_fk", "automation_rules.id"),
    instant("undone_at"),
    string("undone_by"),
    comment="Named changes with what takes each back, so that undo works after a restart too.",
)

incidents = Table(
    "incidents",
    metadata,
    row_id(),
    string("kind", nullable=False),
    string("title", nullable=False),
    string("state", nullable=False, server_default="open"),
    string("location"),
    string("carrier_key"),
    string("channel"),
    string("source"),
    string("rules_json", nullable=False, server_default="[]"),
    string("responsible", nullable=False),
    Column("excuses", Boolean, nullable=False, server_default=text("true")),
    instant("starts_at", nullable=False),
    instant("ends_at"),
    string("opened_by", nullable=False),
    instant("opened_at", nullable=False),
    instant("closed_at"),
    string("closed_by"),
    string("summary"),
    link("annotation_fk", "annotations.id"),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
    comment=(
        "A warehouse outage, carrier failure or integration down: what it is about, whose fault it is (vendor, us, "
        "force_majeure), whether it excuses SLA events, and which types of exceptions attach by themselves."
    ),
)

incident_exceptions = Table(
    "incident_exceptions",
    metadata,
    link("incident_fk", "incidents.id", primary_key=True),
    link("exception_fk", "exceptions.id", primary_key=True),
    instant("attached_at", nullable=False),
    string("attached_by", nullable=False),
    instant("detached_at"),
)

incident_ticks = Table(
    "incident_ticks",
    metadata,
    link("incident_fk", "incidents.id", primary_key=True),
    Column("step", Integer, primary_key=True),
    instant("at", nullable=False),
    string("who", nullable=False),
)

automation_rules = Table(
    "automation_rules",
    metadata,
    row_id(),
    string("name", nullable=False, unique=True),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("position", Integer, nullable=False, server_default="0"),
    string("when_json", nullable=False),
    string("then_json", nullable=False),
    string("changed_by", nullable=False),
    instant("changed_at", nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    comment="Assignment rules and standing actions: which exceptions (when), and what to do with new ones (then).",
)

automation_deeds = Table(
    "automation_deeds",
    metadata,
    row_id(),
    link("automation_fk", "automation_rules.id", nullable=False),
    link("exception_fk", "exceptions.id", nullable=False),
    instant("at", nullable=False),
    string("words", nullable=False),
    link("change_fk", "changes.id"),
    comment="What automation did to which exception; once per exception and opening.",
)

Index("ix_changes_at", changes.c.at)
Index("ix_incident_exceptions_exception", incident_exceptions.c.exception_fk)
Index("ix_automation_deeds_exception", automation_deeds.c.exception_fk)


def upgrade() -> None:
    """Make the tables of rule values, saved views, changes, incidents and automation."""
    metadata.create_all(op.get_bind())
