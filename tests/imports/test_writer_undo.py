"""Undoing what files wrote. Expected states are those that the database itself had before the files came."""

import pytest
from generated_files import files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from opsconsole.imports.records import KINDS
from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_kinds import column_of, filled
from opsconsole.imports.writer_merge import NOTHING_SAID, Known, Merger
from opsconsole.services.import_undo import undo_import
from opsconsole.store import schema

SETTINGS = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
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


def told(writing):
    """Each value that files said, with the batch that said it: (table, what identifies the row, column) -> both."""
    found = {}
    with writing.database.read() as conn:
        batch = Batch(conn, 0, 0, writing.now, "", None)
        for name in KINDS:
            table = schema.metadata.tables[name]
            columns = tuple(column_of(name, known) for known in filled(KINDS[name]))
            merger = Merger(columns, columns, batch.source_of, lambda number, kind=name: batch.fields_of(kind, number))
            for row in conn.execute(select(table)).mappings():
                if row["field_sources_json"] == NOTHING_SAID:
                    continue
                origin = (row["source_time"], row["batch_id"], row["field_sources_json"])
                for column, (_, number) in merger.origins(Known(tuple(row[c] for c in columns), *origin)).items():
                    found[name, row["id"], column] = (row[column], number)
    return found


@SETTINGS
@given(case=files(), data=st.data())
def test_undoing_older_files_leaves_what_newer_ones_wrote_and_in_the_end_nothing(keeping, wiped, case, data):
    made, order = case
    wiped()
    batches = []
    for number in order:
        keeping(**made[number])
        batches.append(keeping.batch)
    left = set(batches)
    for undone in data.draw(st.permutations(batches)):
        before = told(keeping)
        undo(keeping, undone)
        left.remove(undone)
        after = told(keeping)
        for key, (value, number) in before.items():
            if number > undone and number in left and key in after:
                assert after[key] == (value, number), key
        assert {number for (name, _, column), (_, number) in after.items() if column not in NEEDED} <= left
    assert {name: rows for name, rows in state(keeping).items() if rows} == {}


NEEDED = frozenset({"occurred_at", "code", "carrier_key", "needs_phone", "kind"})
