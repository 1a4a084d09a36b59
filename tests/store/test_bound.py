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
