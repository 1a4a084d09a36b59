"""Applying schema steps with Alembic."""

from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from opsconsole import __version__
from opsconsole.domain import instants
from opsconsole.store import dialect, migrations, schema


def upgrade(conn: Connection, target: str = "") -> list[str]:
    """Apply the missing steps up to ``target`` (the newest) inside the connection's transaction.

    Returns their sentences. On PostgreSQL one client at a time does so; the others then find nothing left to do.
    """
    dialect.hold_lock(conn, "migrate")
    script = ScriptDirectory(str(migrations.FOLDER), version_locations=[str(migrations.FOLDER / "versions")])
    wanted = target or script.get_current_head() or ""
    before = migrations.current(conn)

    def missing(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs(wanted, revision)

    with EnvironmentContext(Config(), script, fn=missing) as environment:
        environment.configure(connection=conn, target_metadata=schema.metadata, transactional_ddl=True)
        environment.run_migrations()
    done = [step for step in script.iterate_revisions(wanted, before or "base") if step.revision != before]
    at = instants.now()
    rows = [
        {"revision": step.revision, "sentence": step.doc, "app_version": __version__, "applied_at": at}
        for step in reversed(done)
    ]
    dialect.upsert(conn, schema.schema_steps, rows, ["revision"])
    return [str(row["sentence"]) for row in rows]
