import pytest
from sqlalchemy import select

from opsconsole.store import dialect, schema


def test_empty_values_and_flags_are_stored_as_such(database):
    table = schema.order_lines
    lines = {
        "id": [1, 2, 3],
        "order_fk": [1, 1, 1],
        "line_id": ["1", "2", "3"],
        "sku": ["", None, "x"],
        "quantity": [None, 0.0, 1.5],
        "requires_shipping": [True, None, False],
        "title": [None, None, None],
        "source_time": [1] * 3,
        "batch_id": [1] * 3,
    }
    order = {"id": [1], "channel": ["a"], "order_id": ["1"], "source_time": [1], "batch_id": [1], "changed_at": [1]}
    columns = (table.c.sku, table.c.quantity, table.c.requires_shipping, table.c.title)
    with database.write() as conn:
        dialect.bulk_insert(conn, schema.orders, order)
        dialect.bulk_insert(conn, table, lines)
        found = conn.execute(select(*columns).order_by(table.c.id)).all()
        assert found == [("", None, True, None), (None, 0.0, None, None), ("x", 1.5, False, None)]
        dialect.bulk_update(conn, table, [1, 3], {"sku": [None, ""], "requires_shipping": [None, True]})
        found = conn.execute(select(*columns).order_by(table.c.id)).all()
        assert found == [(None, None, None, None), (None, 0.0, None, None), ("", 1.5, True, None)]


@pytest.mark.parametrize("text", ["", "it's", "'; DROP TABLE orders; --", "x\x00y", "Zoë 🎁 ?:a", "long " * 100, "1"])
def test_a_column_that_says_the_same_in_every_row_is_stored_as_it_is(sqlite_database, text):
    table = schema.orders
    orders = {"id": [1, 2], "channel": ["a", "a"], "order_id": ["1", "2"], "note": [text, text], "total": [-5, -5]}
    more = {"risk_score": [1.5, 1.5], "source_time": [1, 1], "batch_id": [1, 1], "changed_at": [1, 1]}
    with sqlite_database.write() as conn:
        dialect.bulk_insert(conn, table, {**orders, **more})
        found = conn.execute(select(table.c.note, table.c.total, table.c.risk_score)).all()
    assert found == [(text, -5, 1.5)] * 2
