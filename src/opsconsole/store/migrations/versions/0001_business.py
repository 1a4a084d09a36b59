"""Make the tables of the business: settings, rates, calendars, channels, locations, vendors, clauses."""

from alembic import op
from sqlalchemy import Boolean, Column, Float, Integer, Table, text

from opsconsole.store.migrations.columns import amount, instant, local_day, new_metadata, provenance, row_id, string

revision = "0001"
down_revision = None

metadata = new_metadata()

settings = Table(
    "settings",
    metadata,
    string("key", primary_key=True),
    instant("valid_from", primary_key=True),
    string("value_json", nullable=False),
    string("changed_by", nullable=False),
    instant("changed_at", nullable=False),
    comment="Business settings, dated: the value in force is the one with the newest valid_from not after now.",
)

rates = Table(
    "rates",
    metadata,
    string("currency", primary_key=True),
    Column("valid_on", Integer, primary_key=True),
    Column("rate", Float, nullable=False),
    string("source_note"),
    comment="Units of the base currency that one unit of a currency buys, from a local date on.",
)

calendars = Table(
    "calendars",
    metadata,
    string("key", primary_key=True),
    string("time_zone", nullable=False),
    string("hours_json", nullable=False),
    string("country"),
    string("subdivision"),
    string("own_days_json", nullable=False, server_default="[]"),
    comment="Opening spans per weekday, public holidays by country, own closed days.",
)

channels = Table(
    "channels",
    metadata,
    string("key", primary_key=True),
    string("label", nullable=False),
    string("platform"),
    string("time_zone", nullable=False, server_default="UTC"),
    string("currency"),
    Column("ship_within_days", Integer),
    Column("deliver_within_days", Integer),
    string("calendar"),
    comment="Sales channel accounts; the promises in business days apply where the platform gives none.",
)

locations = Table(
    "locations",
    metadata,
    string("key", primary_key=True),
    string("label", nullable=False),
    string("kind"),
    string("vendor_key"),
    string("calendar"),
    string("time_zone"),
    string("country"),
    comment="Warehouses, 3PL sites and marketplace-fulfilled stock; vendor_key is the 3PL that runs the site.",
)

vendors = Table(
    "vendors",
    metadata,
    row_id(),
    string("key", nullable=False, unique=True),
    string("name"),
    string("kind", nullable=False),
    string("email"),
    string("city"),
    string("province"),
    string("postcode"),
    string("country"),
    Column("lead_time_days", Float),
    *provenance(),
)

clauses = Table(
    "clauses",
    metadata,
    row_id(),
    string("vendor_kind", nullable=False),
    string("vendor_key"),
    string("metric", nullable=False),
    Column("weight", Float, nullable=False),
    Column("floor", Float, nullable=False),
    Column("target", Float, nullable=False),
    Column("stretch", Float),
    string("window", nullable=False, server_default="month"),
    Column("minimum_sample", Integer, nullable=False),
    amount("credit_per_breach"),
    string("currency"),
    Column("valid_from", Integer, nullable=False),
    local_day("valid_to"),
    Column("clause_version", Integer, nullable=False, server_default="1"),
    string("note"),
    comment="SLA clauses, dated; one without a vendor_key holds for every vendor of its kind that has none of its own.",
)

annotations = Table(
    "annotations",
    metadata,
    row_id(),
    Column("on_day", Integer, nullable=False),
    local_day("until_day"),
    string("label", nullable=False),
    string("kind", nullable=False),
    Column("rebases", Boolean, nullable=False, server_default=text("false")),
    string("kpi_key"),
    comment="Marks on the charts; one that rebases restarts the control limits.",
)

targets = Table(
    "targets",
    metadata,
    string("kpi_key", primary_key=True),
    Column("valid_from", Integer, primary_key=True),
    Column("target", Float, nullable=False),
    comment="KPI targets, dated by local date.",
)


def upgrade() -> None:
    """Make the tables of the business: settings, rates, calendars, channels, locations, vendors, clauses."""
    metadata.create_all(op.get_bind())
