"""Since when an order has its status, after files were undone in any order: as if they had never come."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.services.import_undo import undo_import

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
STATUSES = ("pending", "processing", "picking", "shipped")


@pytest.fixture
def keeping(sqlite_writing):
    sqlite_writing.keeps = True
    return sqlite_writing


def bring(writing, at, said):
    """A file of a time that says statuses of some orders; ``total`` makes each of them news."""
    rows = [{"channel": "shop", "order_id": order, "status": status, "total": at, "currency": "USD"}
            for order, status in said.items()]  # fmt: skip
    writing(at=at, orders=rows)
    return writing.batch


def known(writing):
    rows = writing.rows("orders", "order_id", "status", "status_since", "status_seen_json", "total")
    return {row.pop("order_id"): row for row in rows}


def test_undoing_the_middle_one_of_three_files_forgets_only_what_it_said(keeping):
    """Processing at 10, picking at 20, processing at 30: since 30; without the one in the middle since 10."""
    batches = [
        bring(keeping, at, {"1": status}) for at, status in ((10, "processing"), (20, "picking"), (30, "processing"))
    ]
    assert known(keeping)["1"]["status_since"] == 20
    undo_import(keeping.database, batches[1], who="Tester", now=keeping.now)
    assert known(keeping)["1"]["status_since"] == 10


FILES = st.lists(
    st.dictionaries(st.sampled_from(("1", "2")), st.sampled_from(STATUSES), min_size=1), min_size=2, max_size=6
)


def undo_some(keeping, files, data):
    keeping.wipe()
    batches = [bring(keeping, 10 * number, said) for number, said in enumerate(files, start=1)]
    gone = data.draw(st.lists(st.sampled_from(range(len(files))), unique=True, max_size=len(files) - 1))
    for place in gone:
        undo_import(keeping.database, batches[place], who="Tester", now=keeping.now)
    undone = known(keeping)
    keeping.wipe()
    for place, said in enumerate(files):
        if place not in gone:
            bring(keeping, 10 * (place + 1), said)
    assert undone == known(keeping)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=QUIET)
@given(files=FILES, data=st.data())
def test_undoing_files_in_any_order_is_as_if_they_had_not_come(keeping, files, data):
    undo_some(keeping, files, data)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=QUIET)
@given(files=FILES, data=st.data())
def test_many_files_are_undone_in_any_order_as_if_they_had_not_come(keeping, files, data):
    undo_some(keeping, files, data)
