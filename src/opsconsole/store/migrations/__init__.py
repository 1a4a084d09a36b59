"""Schema steps: one file each in ``versions``, named by number and what it does; ``steps`` applies them."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from opsconsole.domain.errors import UserError

FOLDER = Path(__file__).resolve().parent


def known() -> list[str]:
    """Revisions this program knows, oldest first."""
    return sorted(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current(conn: Connection) -> str | None:
    """Revision of a database; None for an empty one."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def state(conn: Connection, label: str) -> str:
    """``empty``, ``older`` or ``current``; UserError for a newer schema or a database that is not ours."""
    revision = current(conn)
    if revision is None:
        if inspect(conn).get_table_names():
            raise UserError(f"“{label}” is a database of another program.", "Choose another.")
        return "empty"
    revisions = known()
    if revision not in revisions:
        wanted = conn.execute(
            text("SELECT app_version FROM schema_steps WHERE revision = :revision"), {"revision": revision}
        ).scalar()
        raise UserError(
            f"“{label}” was made by a newer opsconsole (schema {revision}).",
            f"Install opsconsole {wanted} or newer." if wanted else "Install the newest opsconsole.",
        )
    return "current" if revision == revisions[-1] else "older"
