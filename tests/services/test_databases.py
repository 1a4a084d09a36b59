"""Backups that can be trusted, restoring, checking, describing."""

import pytest
from sqlalchemy import insert, text
from sqlcipher3 import dbapi2 as sqlite

from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.progress import Progress
from opsconsole.services import databases
from opsconsole.store import audit, migrations, schema
from opsconsole.store import places as store_places
from opsconsole.store.database import open_database

ORDER = {"channel": "shop", "order_id": "1", "placed_at": 7, "total": 5}


@pytest.fixture
def filled(writing):
    """A database with an order, a line that can be required to ship, and a row in its history."""
    line = {"channel": "shop", "order_id": "1", "sku": "A", "quantity": 1.5, "requires_shipping": True}
    writing(orders=[ORDER], order_lines=[line], stock_levels=[{"sku": "A", "location": "L"}])
    with writing.database.write() as conn:
        audit.record(conn, who="Ann", action="import", subject="batch 1", detail={}, at=1)
    return writing


def contents(database):
    with database.read() as conn:
        return {
            table.name: sorted(map(repr, conn.execute(table.select()).all()))
            for table in schema.metadata.sorted_tables
            if table.name != "schema_steps"
        }


def test_a_backup_of_either_kind_is_one_whole_file_with_everything(filled, tmp_path):
    path = databases.backup(filled.database, tmp_path / "copies" / "a.db")
    assert [file.name for file in path.parent.iterdir()] == ["a.db"]
    copy = open_database(path, read_only=True)
    assert contents(copy) == contents(filled.database)
    assert databases.check(copy) == []
    copy.close()


def test_a_backup_restores_into_a_new_file(filled, tmp_path):
    path = databases.backup(filled.database, tmp_path / "a.db")
    databases.restore(path, tmp_path / "new" / "ops.db")
    restored = open_database(tmp_path / "new" / "ops.db")
    assert contents(restored) == contents(filled.database)
    restored.close()


def test_restoring_replaces_the_data_and_keeps_a_copy_of_it(sqlite_writing, tmp_path):
    database = sqlite_writing.database
    path = databases.backup(database, tmp_path / "empty.db")
    sqlite_writing(orders=[ORDER])
    with database.read() as reader:
        reader.execute(text("SELECT 1"))
    databases.restore(path, database.path)
    assert sqlite_writing.rows("orders") == []
    (kept,) = (tmp_path / "backups").iterdir()
    assert kept.name.endswith("-restore.db")


def test_a_log_left_beside_a_file_does_not_become_other_data(sqlite_writing, tmp_path):
    database = sqlite_writing.database
    path = databases.backup(database, tmp_path / "empty.db")
    sqlite_writing(orders=[ORDER])
    holder = sqlite.connect(str(database.path))
    holder.execute("SELECT count(*) FROM orders").fetchall()
    assert database.path.with_name("ops.db-wal").stat().st_size > 0
    databases.restore(path, database.path)
    holder.close()
    database.close()
    assert sqlite_writing.rows("orders") == []


@pytest.mark.postgresql
def test_a_shared_database_restores_only_into_an_empty_one(filled, tmp_path, postgresql_url, open_url):
    path = databases.backup(filled.database, tmp_path / "a.db")
    if filled.database.dialect == "sqlite":
        databases.restore(path, postgresql_url)
        restored = open_url(postgresql_url)
        assert contents(restored) == contents(filled.database)
        with restored.write() as conn:
            made = conn.execute(
                insert(schema.orders).values(channel="shop", order_id="2", changed_at=0, source_time=0, batch_id=0)
            )
            assert made.inserted_primary_key[0] == 2
    else:
        with pytest.raises(UserError, match="not empty"):
            databases.restore(path, filled.database._writer.url.render_as_string(hide_password=False))


def test_a_damaged_backup_is_refused_and_the_data_stay(sqlite_writing, tmp_path):
    sqlite_writing(orders=[ORDER])
    path = databases.backup(sqlite_writing.database, tmp_path / "a.db")
    content = bytearray(path.read_bytes())
    content[4096:40960] = b"\x5a" * (40960 - 4096)
    path.write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        databases.restore(path, sqlite_writing.database.path)
    assert len(sqlite_writing.rows("orders")) == 1


def test_something_else_is_not_restored(sqlite_writing, tmp_path):
    other = tmp_path / "other.db"
    connection = sqlite.connect(str(other))
    connection.execute("CREATE TABLE notes (a)")
    connection.close()
    with pytest.raises(UserError, match="another program"):
        databases.restore(other, sqlite_writing.database.path)
    with pytest.raises(UserError, match="no backup"):
        databases.restore(tmp_path / "nowhere.db", sqlite_writing.database.path)


def test_a_cancelled_backup_leaves_the_old_one(sqlite_database, tmp_path):
    path = databases.backup(sqlite_database, tmp_path / "a.db")
    before = path.read_bytes()
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        databases.backup(sqlite_database, path, progress)
    assert path.read_bytes() == before
    assert not path.with_name("a.db.part").exists()


def test_a_backup_may_lie_on_a_share_where_a_live_database_may_not(sqlite_writing, tmp_path, monkeypatch):
    sqlite_writing(orders=[ORDER])
    share = tmp_path / "Dropbox"
    path = databases.backup(sqlite_writing.database, share / "a.db")
    databases.restore(path, tmp_path / "back.db")
    restored = open_database(tmp_path / "back.db")
    assert contents(restored) == contents(sqlite_writing.database)
    restored.close()
    assert not store_places.may_live(path)


def test_a_backup_that_cannot_be_written_is_said(sqlite_database, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        databases.backup(sqlite_database, blocked / "a.db")


def test_kept_copies_are_thinned_to_the_newest_and_one_a_day(sqlite_database, now):
    day = 86_400_000_000
    for number in range(6):
        for hour in range(4):
            databases.keep_backup(sqlite_database, "quit", now - number * day + hour * 3_600_000_000)
    kept = sorted(path.name[4:19] for path in (sqlite_database.path.parent / "backups").iterdir())
    assert kept == [
        *("20261112-184200", "20261113-184200", "20261114-184200"),
        *("20261115-174200", "20261115-184200"),
        *("20261116-154200", "20261116-164200", "20261116-174200", "20261116-184200"),
        *("20261117-154200", "20261117-164200", "20261117-174200", "20261117-184200"),
    ]


def test_damage_and_a_forged_history_are_found(filled):
    assert databases.check(filled.database) == []
    if filled.database.dialect != "sqlite":
        return
    with filled.database.write() as conn:
        conn.execute(text("DROP TRIGGER audit_no_update"))
        conn.execute(text("UPDATE audit SET who = 'Eve'"))
    connection = sqlite.connect(str(filled.database.path))
    connection.execute("DELETE FROM orders")
    connection.commit()
    connection.close()
    problems = databases.check(filled.database)
    assert any("order_lines" in problem and "orders" in problem for problem in problems)
    assert any("was changed after it was written" in problem for problem in problems)


def test_a_database_is_described_in_figures(filled):
    described = databases.describe(filled.database)
    assert described.counts["orders"] == described.counts["stock_levels"] == 1
    assert described.newest_order_at == 7
    assert described.size > 0
    assert described.dialect == filled.database.dialect
    assert described.schema == migrations.known()[-1]


def test_the_own_database_lies_in_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert databases.default_database_url().endswith(".db")
