import pytest
from sqlalchemy import func, select

from opsconsole.store import dialect, schema


def _channels(conn):
    return conn.execute(select(schema.channels.c.key).order_by(schema.channels.c.key)).scalars().all()


def test_rows_given_as_columns_are_inserted(database):
    with database.write() as conn:
        assert dialect.bulk_insert(conn, schema.channels, {"key": ["a", "b"], "label": ["A", "Ä\t\\\n"]}) == 2
    with database.read() as conn:
        rows = conn.execute(select(schema.channels.c.label, schema.channels.c.time_zone).order_by("label")).all()
        assert rows == [("A", "UTC"), ("Ä\t\\\n", "UTC")]


def test_a_failed_write_leaves_nothing_behind(database):
    def write_and_fail():
        with database.write() as conn:
            dialect.bulk_insert(conn, schema.channels, {"key": ["a"], "label": ["A"]})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.read() as conn:
        assert _channels(conn) == []


def test_thousands_of_ids_can_be_joined_and_looked_up(database):
    targets = schema.targets
    with database.write() as conn:
        days = list(range(5000))
        dialect.bulk_insert(conn, targets, {"kpi_key": ["x"] * 5000, "valid_from": days, "target": [0.5] * 5000})
    wanted = [*range(0, 9000, 3), 0]
    with database.read() as conn, dialect.id_set(conn, wanted) as ids:
        joined = select(func.count()).select_from(targets.join(ids, ids.c.id == targets.c.valid_from))
        assert conn.execute(joined).scalar() == 1667
        inside = select(func.count()).where(targets.c.valid_from.in_(select(ids.c.id)))
        assert conn.execute(inside).scalar() == 1667


def test_texts_of_any_characters_can_be_looked_up(database):
    texts = ['A"B', "C\\D", "{E,F}", "G'H", "NULL", "", " ", "Ü 漢"]
    with database.read() as conn, dialect.sku_set(conn, texts) as skus:
        assert sorted(conn.execute(select(skus.c.sku)).scalars()) == sorted(texts)
    with database.read() as conn, dialect.sku_set(conn, []) as skus:
        assert conn.execute(select(skus.c.sku)).all() == []


def test_rows_are_found_by_keys_of_several_columns(database):
    with database.write() as conn:
        rows = {"channel": ["a", "a", ""], "alias": ["1", "2", "1"], "sku": ["x", "y", "z"]}
        dialect.bulk_insert(conn, schema.sku_aliases, rows)
    table = schema.sku_aliases
    with database.read() as conn:
        keys = dialect.key_set(conn, {"channel": ["a", "", "b"], "alias": ["2", "1", "1"]})
        on = (keys.c.channel == table.c.channel) & (keys.c.alias == table.c.alias)
        found = conn.execute(select(table.c.sku).join(keys, on).order_by(table.c.sku)).scalars().all()
        assert found == ["y", "z"]


def test_many_rows_are_changed_by_id(database):
    table = schema.annotations
    with database.write() as conn:
        columns = {"on_day": [1, 2, 3], "label": ["a", "b", "c"], "kind": ["p"] * 3}
        dialect.bulk_insert(conn, table, columns)
        ids = conn.execute(select(table.c.id).order_by(table.c.on_day)).scalars().all()
        assert dialect.bulk_update(conn, table, ids[1:], {"label": ["B", "C"], "on_day": [20, 30]}) == 2
        assert dialect.bulk_update(conn, table, ids[:1], {"until_day": [9]}) == 1
    with database.read() as conn:
        rows = conn.execute(select(table.c.on_day, table.c.label, table.c.until_day).order_by(table.c.id)).all()
        assert rows == [(1, "a", 9), (20, "B", None), (30, "C", None)]


def test_many_rows_are_read_as_columns_and_none_as_empty_ones(database):
    targets = schema.targets
    count = 4_500
    with database.write() as conn:
        days = list(range(count))
        dialect.bulk_insert(conn, targets, {"kpi_key": ["x"] * count, "valid_from": days, "target": [0.5] * count})
    columns = (targets.c.kpi_key, targets.c.valid_from, targets.c.target)
    with database.read() as conn:
        read = dialect.read_columns(conn, select(*columns).order_by(targets.c.valid_from))
        none = dialect.read_columns(conn, select(*columns).where(targets.c.kpi_key == "y"))
        assert conn.execute(select(func.count()).select_from(targets)).scalar() == count
    assert read == [["x"] * count, days, [0.5] * count]
    assert none == [[], [], []]


def test_texts_begin_and_contain_whatever_the_letters(database):
    labels = ["SO-10", "SO-2", "so-3", "x SO-1", "100%", "100 pct", "naïve"]
    with database.write() as conn:
        keys = [str(number) for number in range(len(labels))]
        dialect.bulk_insert(conn, schema.channels, {"key": keys, "label": labels})
    label = schema.channels.c.label

    def found(condition):
        return set(conn.execute(select(label).where(condition)).scalars())

    with database.read() as conn:
        assert found(dialect.begins(conn, label, "SO-")) == {"SO-10", "SO-2"}
        assert found(dialect.begins(conn, label, "SO-1")) == {"SO-10"}
        assert found(dialect.contains(conn, label, "sO-1")) == {"SO-10", "x SO-1"}
        assert found(dialect.contains(conn, label, "0%")) == {"100%"}
        assert found(dialect.contains(conn, label, "aïv")) == {"naïve"}
