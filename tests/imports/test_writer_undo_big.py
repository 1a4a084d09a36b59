"""Undoing what files wrote. Expected states are those that the database itself had before the files came."""

import pytest
from generated_files import files
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select, text

from opsconsole.imports.records import KINDS
from opsconsole.services.import_undo import undo_import
from opsconsole.store import schema

SETTINGS = settings(
    max_examples=250,
    deadline=None,
    derandomize=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
HIDDEN = frozenset({"version", "changed_at"})
TABLES = [*KINDS, "channels", "locations", "stock_history", "snapshots"]


@pytest.fixture
def keeping(writing):
    """Writes files so that they can be undone."""
    writing.keeps = True
    return writing


@pytest.fixture
def wiped(keeping):
    """Empties the database."""

    def wipe():
        with keeping.database.write() as conn:
            for table in reversed(schema.metadata.sorted_tables):
                if table.name not in ("audit", "schema_steps"):
                    conn.execute(text(f'DELETE FROM "{table.name}"'))

    return wipe


def state(writing):
    """Everything that files say, with its origins."""
    with writing.database.read() as conn:
        found = {}
        for name in TABLES:
            rows = conn.execute(select(schema.metadata.tables[name])).mappings()
            kept = [{key: value for key, value in row.items() if key not in HIDDEN} for row in rows]
            found[name] = sorted(kept, key=lambda row: repr(list(row.values())))
    return found


def undo(writing, batch):
    return undo_import(writing.database, batch, who="Tester", now=writing.now)


@SETTINGS
@given(case=files())
def test_undoing_the_last_files_goes_back_through_the_states_before_them(keeping, wiped, case):
    made, order = case
    wiped()
    states = []
    for number in order:
        states.append((state(keeping), keeping(**made[number]), keeping.batch))
    for before, _, batch in reversed(states):
        undo(keeping, batch)
        after = state(keeping)
        for table in TABLES:
            assert after[table] == before[table], table
