import pytest
from sqlalchemy import text

from opsconsole.store import dialect, indexes, schema


@pytest.fixture
def growing(monkeypatch):
    """Few rows are many."""
    monkeypatch.setattr(indexes, "_MANY", 2)


def index_names(database):
    with database.read() as conn:
        found = conn.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")).all()
        assert conn.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    return found


def orders(first, count):
    numbers = range(first, first + count)
    told = {"order_id": [str(number) for number in numbers], "placed_at": list(numbers)}
    same = dict.fromkeys(("source_time", "batch_id", "changed_at"), [1] * count)
    return {"id": list(numbers), "channel": ["a"] * count, **told, **same}


def test_a_table_that_grows_many_times_over_has_all_its_indexes_at_the_end(sqlite_database, growing):
    before = index_names(sqlite_database)
    with sqlite_database.write() as conn, indexes.built_at_the_end(conn, [(schema.orders, 5)]):
        there = "SELECT count(*) FROM sqlite_master WHERE name = 'ix_orders_placed_at'"
        assert conn.execute(text(there)).scalar_one() == 0
        dialect.bulk_insert(conn, schema.orders, orders(1, 5))
    assert index_names(sqlite_database) == before


def test_indexes_stay_where_a_table_has_more_rows_than_come(sqlite_database, growing):
    with sqlite_database.write() as conn:
        dialect.bulk_insert(conn, schema.orders, orders(1, 9))
        with indexes.built_at_the_end(conn, [(schema.orders, 5)]):
            there = "SELECT count(*) FROM sqlite_master WHERE name = 'ix_orders_placed_at'"
            assert conn.execute(text(there)).scalar_one() == 1


def test_a_write_that_fails_leaves_the_indexes_as_they_were(sqlite_database, growing):
    before = index_names(sqlite_database)
    with (
        pytest.raises(ZeroDivisionError),
        sqlite_database.write() as conn,
        indexes.built_at_the_end(conn, [(schema.orders, 5)]),
    ):
        raise ZeroDivisionError
    assert index_names(sqlite_database) == before


def test_a_second_row_of_one_key_is_refused_all_the_while(sqlite_database, growing):
    def write_twice():
        with sqlite_database.write() as conn, indexes.built_at_the_end(conn, [(schema.orders, 5)]):
            dialect.bulk_insert(conn, schema.orders, orders(1, 5))
            dialect.bulk_insert(conn, schema.orders, orders(1, 5) | {"id": [6, 7, 8, 9, 10]})

    with pytest.raises(Exception, match="UNIQUE"):
        write_twice()


@pytest.mark.postgresql
def test_postgresql_counts_a_table_that_grew_anew(postgresql_url, open_url, growing):
    """The server's own row estimate, which leads it to an index or away from it."""
    database = open_url(postgresql_url)
    estimate = text("SELECT reltuples FROM pg_class WHERE oid = 'orders'::regclass")
    with database.write() as conn, indexes.built_at_the_end(conn, [(schema.orders, 50)]):
        dialect.bulk_insert(conn, schema.orders, orders(1, 50))
    with database.read() as conn:
        assert conn.execute(estimate).scalar_one() == 50
    with database.write() as conn, indexes.built_at_the_end(conn, [(schema.orders, 3)]):
        dialect.bulk_insert(conn, schema.orders, orders(51, 3))
    with database.read() as conn:
        assert conn.execute(estimate).scalar_one() == 50
