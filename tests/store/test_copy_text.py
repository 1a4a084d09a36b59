"""Any value arrives in PostgreSQL as it was."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from opsconsole.store import dialect, schema

TABLE = schema.annotations
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
rows = st.tuples(
    st.integers(-(2**31), 2**31 - 1), words, words | st.none(), st.booleans(), st.none() | st.integers(0, 9)
)


@pytest.fixture
def connection(database):
    with database.write() as conn:
        yield conn


@given(written=st.lists(rows, min_size=1, max_size=20))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
def test_values_of_every_kind_come_back(connection, written):
    connection.execute(delete(TABLE))
    names = ("on_day", "label", "kpi_key", "rebases", "until_day")
    columns = dict(zip(names, zip(*written, strict=True), strict=True))
    assert dialect.bulk_insert(connection, TABLE, {**columns, "kind": ["x"] * len(written)}) == len(written)
    read = connection.execute(select(*[TABLE.c[name] for name in names]).order_by(TABLE.c.id)).all()
    assert [tuple(row) for row in read] == written
