"""Undoing what files wrote. Expected states are those that the database itself had before the files came."""

import pytest
from generated_files import files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from opsconsole.imports.records import KINDS
from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_kinds import column_of, filled
from opsconsole.imports.writer_merge import NOTHING_SAID, Known, Merger
from opsconsole.services.import_undo import undo_import
from opsconsole.store import schema

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
FEW = settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=QUIET)
MANY = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=QUIET)
HIDDEN = frozenset({"version", "changed_at"})
TABLES = [*KINDS, "channels", "locations", "stock_history", "stock_reports", "snapshots"]
# Columns that a row cannot be without.
NEEDED = frozenset({"occurred_at", "code", "carrier_key", "needs_phone", "kind"})


@pytest.fixture
def keeping(writing):
    """Writes files so that they can be undone."""
    writing.keeps = True
    return writing


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


def go_back(writing, made, order):
    """Write files, undo the last one again and again: the states in between come back one after the other."""
    writing.wipe()
    states = []
    for number in order:
        before = state(writing)
        writing(**made[number])
        states.append((before, writing.batch))
    for before, batch in reversed(states):
        undo(writing, batch)
        after = state(writing)
        for table in TABLES:
            assert after[table] == before[table], table


def undo_in_any_order(writing, made, order, data):
    """Write files and undo them in another order: no value of a file in force changes, and in the end nothing is left.

    A row may go with the file that it came by; a newer file's values in it stay, and with them the row.
    """
    writing.wipe()
    batches = []
    for number in order:
        writing(**made[number])
        batches.append(writing.batch)
    left = set(batches)
    for undone in data.draw(st.permutations(batches)):
        before = told(writing)
        undo(writing, undone)
        left.remove(undone)
        after = told(writing)
        newer = {key: said for key, said in before.items() if said[1] > undone and said[1] in left}
        assert {key: after.get(key) for key in newer} == newer
        assert {number for (_, _, column), (_, number) in after.items() if column not in NEEDED} <= left
    assert {name: rows for name, rows in state(writing).items() if rows} == {}


def test_a_channel_that_others_used_by_then_goes_with_the_last_of_them(keeping):
    keeping(source="s", at=1, order_events=[{"order_id": "#3", "code": "x", "occurred_at": 90_000_000_000}])
    line = {"order_id": "#3", "channel": "b", "sku": "x", "title": "x", "line_id": "x", "quantity": 3.0}
    keeping(source="s", at=4, order_lines=[line])
    keeping(source="r", at=2, picks=[{"order_id": "#3", "sku": "x"}])
    for batch in (2, 3, 1):
        undo(keeping, batch)
    assert state(keeping)["channels"] == []


@pytest.mark.parametrize("order", [(1, 2, 3, 4), (2, 1, 4, 3), (3, 2, 4, 1)])
def test_a_row_that_took_over_an_earlier_one_is_undone_in_any_order(keeping, order):
    claim = {"order_id": "1", "tracking_number": "x"}
    keeping(source="s", at=1, claims=[claim])
    for at in (2, 3, 4):
        keeping(source="s", at=at, claims=[{**claim, "channel": "a"}])
    for batch in order:
        undo(keeping, batch)
    assert {name: rows for name, rows in state(keeping).items() if rows} == {}


def test_an_order_forgets_that_it_shipped_when_the_only_scans_are_undone(keeping):
    parcel = {"order_id": "2", "channel": "a", "shipment_id": "x", "tracking_number": "x"}
    keeping(source="s", at=1, shipments=[parcel])
    before = state(keeping)
    keeping(source="s", at=2, shipment_events=[{"tracking_number": "x", "occurred_at": 176_400_000_000}])
    assert state(keeping)["orders"][0]["shipped_at"] == 176_400_000_000
    undo(keeping, 2)
    assert state(keeping)["orders"] == before["orders"]


def test_a_sale_that_a_newer_file_tells_too_stays_when_the_older_one_is_undone(keeping):
    sale = {"channel": "x", "sold_at": 90_000_000_000, "quantity": 1.0}
    keeping(source="s", at=2, sales_history=[sale])
    result = keeping(source="s", at=3, sales_history=[sale, {**sale, "quantity": 2.0}])
    counts = result.counts["sales_history"]
    assert (counts.inserted, counts.updated, counts.unchanged) == (1, 0, 1)
    undo(keeping, 1)
    assert sorted(row["quantity"] for row in keeping.rows("sales_history", "quantity")) == [1.0, 2.0]
    undo(keeping, 2)
    assert {name: rows for name, rows in state(keeping).items() if rows} == {}


def test_what_went_over_to_a_row_of_a_newer_batch_is_undone_there(keeping):
    """The second batch is older data: the row keeps what the first one said, until that is undone."""
    keeping(source="r", at=3, fraud_decisions=[{"order_id": "1", "decision": "y", "reason": "new"}])
    of_order = {"channel": "a", "order_id": "1"}
    decision = {**of_order, "decision": "y", "reason": "old", "score": 2.0}
    keeping(source="r", at=1, orders=[{**of_order, "email": "y"}], fraud_decisions=[decision])
    assert keeping.rows("fraud_decisions", "reason", "score") == [{"reason": "new", "score": 2.0}]
    undo(keeping, 1)
    assert keeping.rows("fraud_decisions", "reason", "score") == [{"reason": "old", "score": 2.0}]
    undo(keeping, 2)
    assert {name: rows for name, rows in state(keeping).items() if rows} == {}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_purchase_order_named_by_a_receipt_and_then_by_itself_goes_with_both(keeping, order):
    keeping(source="s", at=1, receipts=[{"po_number": "y", "receipt_id": "x", "line_id": "x", "quantity": 1.0}])
    keeping(source="s", at=2, purchase_orders=[{"po_number": "y"}])
    for batch in order:
        undo(keeping, batch)
    assert {name: rows for name, rows in state(keeping).items() if rows} == {}


@FEW
@given(case=files())
def test_undoing_the_last_files_goes_back_through_the_states_before_them(keeping, case):
    go_back(keeping, *case)


@FEW
@given(case=files(), data=st.data())
def test_undoing_older_files_leaves_what_newer_ones_wrote_and_in_the_end_nothing(sqlite_writing, case, data):
    sqlite_writing.keeps = True
    undo_in_any_order(sqlite_writing, *case, data)


@pytest.mark.slow
@MANY
@given(case=files(), data=st.data())
def test_many_files_are_undone_in_any_order(keeping, case, data):
    go_back(keeping, *case)
    undo_in_any_order(keeping, *case, data)
