"""Make the tables."""

from alembic import op

from opsconsole.store.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table and index."""
    metadata.create_all(op.get_bind())
