"""Statements that are compiled once answer as any other, and a server keeps what it prepared for them."""

from sqlalchemy import BigInteger, bindparam, insert, select, text

from opsconsole.store import prepared
from opsconsole.store.schema import stock_levels

_LISTED = select(stock_levels.c.sku, stock_levels.c.listed, (stock_levels.c.on_hand > 5).label("many")).where(
    stock_levels.c.sku.in_(("A", "B%", "C")), stock_levels.c.batch_id == bindparam("batch", 0, BigInteger())
)


def test_values_are_those_that_any_statement_gives(database):
    rows = [
        {"sku": sku, "location": "reno", "on_hand": on_hand, "listed": listed, "source_time": 1, "batch_id": batch}
        for sku, on_hand, listed, batch in (("A", 9.0, True, 7), ("B%", 1.0, False, 7), ("C", None, True, 8))
    ]
    with database.write() as connection:
        connection.execute(insert(stock_levels), rows)
    with database.read() as connection:
        for batch in (7, 8, 9):
            known = connection.execute(_LISTED, {"batch": batch}).mappings().all()
            told = prepared.asked(connection, _LISTED, batch=batch)
            assert told.mappings() == [dict(row) for row in known]
            assert told.scalars() == [row["sku"] for row in known]


def test_a_server_keeps_what_it_prepared_from_one_reading_to_the_next(postgresql_url, open_url):
    database = open_url(postgresql_url)
    for _ in range(2):
        with database.read() as connection:
            prepared.asked(connection, _LISTED, batch=7)
    with database.read() as connection:
        kept = connection.execute(text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    assert len([words for words in kept if "stock_levels" in words]) == 1
