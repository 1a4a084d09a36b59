"""Opening databases: one writer, what readers see, and the world's faults in plain words."""

import threading

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2 as sqlite

from opsconsole.domain.errors import UserError
from opsconsole.store import database as store
from opsconsole.store import schema
from opsconsole.store.database import open_database, parse_url
from opsconsole.store.places import check_place, file_system_of, may_live


def keys(conn):
    return conn.execute(select(schema.channels.c.key)).scalars().all()


def add(conn, key):
    conn.execute(insert(schema.channels).values(key=key, label=key))


def test_a_reader_sees_one_state_while_others_write(database):
    with database.read() as reader:
        assert keys(reader) == []
        with database.write() as conn:
            add(conn, "a")
        assert keys(reader) == []
    with database.read() as reader:
        assert keys(reader) == ["a"]


def test_a_reader_cannot_write(database):
    with pytest.raises((UserError, DBAPIError), match=r"may not be written|read-only"), database.read() as conn:
        add(conn, "a")


def test_a_database_opened_for_reading_cannot_be_written(sqlite_url):
    database = open_database(sqlite_url, read_only=True)
    with pytest.raises(UserError, match="reading only"), database.write():
        pass
    database.close()


def test_a_write_inside_a_write_is_a_fault_of_ours(database):
    with database.write(), pytest.raises(RuntimeError), database.write():
        pass


def test_writers_of_a_process_wait_for_each_other(database):
    def write():
        for _ in range(5):
            with database.write() as conn:
                value = conn.execute(select(schema.targets.c.target)).scalar()
                conn.execute(text("UPDATE targets SET target = :value"), {"value": value + 1})

    with database.write() as conn:
        conn.execute(insert(schema.targets).values(kpi_key="x", valid_from=0, target=0.0))
    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as conn:
        assert conn.execute(select(schema.targets.c.target)).scalar() == 20.0


def test_sqlite_is_set_up_to_survive_a_crash(sqlite_database):
    with sqlite_database.write() as conn:
        settings = {name: conn.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
        settings["foreign_keys"] = conn.execute(text("PRAGMA foreign_keys")).scalar()
        settings["busy_timeout"] = conn.execute(text("PRAGMA busy_timeout")).scalar()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_closing_folds_the_log_into_the_file(sqlite_database):
    with sqlite_database.write() as conn:
        add(conn, "a")
    with sqlite_database.read() as conn:
        keys(conn)
    sqlite_database.close()
    assert not sqlite_database.path.with_name("ops.db-wal").exists()


def test_an_old_sqlite_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(sqlite, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(UserError, match=r"before 3\.51\.3 it can corrupt"):
        open_database(tmp_path / "a.db", create=True)


def test_a_missing_database_is_not_made_by_accident(tmp_path):
    with pytest.raises(UserError, match="There is no database"):
        open_database(tmp_path / "a.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff" * 1000)
    with pytest.raises(UserError, match=r"photo\.jpg.*is not a database of opsconsole"):
        open_database(path)


def test_another_program_that_writes_makes_us_say_busy(sqlite_database, monkeypatch):
    monkeypatch.setattr(store, "BUSY_SECONDS", 0)
    other = sqlite.connect(str(sqlite_database.path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UserError, match=r"busy: another program"), sqlite_database.write() as conn:
        add(conn, "a")
    other.close()


def test_a_full_disk_is_said_and_changes_nothing(sqlite_database):
    def fill():
        with sqlite_database.write() as conn:
            pages = conn.execute(text("PRAGMA page_count")).scalar()
            conn.execute(text(f"PRAGMA max_page_count = {pages}"))
            for number in range(1000):
                add(conn, f"{number:0500}")

    with pytest.raises(UserError, match="no room left"):
        fill()
    with sqlite_database.read() as conn:
        assert keys(conn) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://host/db", "does not work on mysql"),
        ("sqlite://", "in memory"),
        ("http//::bad://", "not the address"),
    ],
)
def test_other_addresses_are_refused(url, words):
    with pytest.raises(UserError, match=words):
        parse_url(url)


def test_a_server_that_cannot_be_reached_is_said_without_the_password(tmp_path):
    url = f"postgresql://ann:hunter2@/ops?host={tmp_path}"
    with pytest.raises(UserError, match="cannot be reached") as fault:
        open_database(url)
    assert "hunter2" not in str(fault.value)
    database = store.connect(url)
    assert "hunter2" not in database.url + database.label + repr(database)
    database.close()


@pytest.mark.postgresql
def test_a_missing_database_on_a_server_is_said(postgresql_url):
    with pytest.raises(UserError, match="no database of that name"):
        open_database(postgresql_url.replace("/ops_", "/nothing_"))


@pytest.mark.parametrize(
    "folder",
    [
        "OneDrive",
        "OneDrive - Contoso",
        "Dropbox",
        "Google Drive/My Drive",
        "Mobile Documents/com~apple~CloudDocs",
    ],
)
def test_a_folder_that_a_cloud_service_copies_is_refused(tmp_path, folder):
    place = tmp_path / folder
    place.mkdir(parents=True)
    with pytest.raises(UserError, match=r"a cloud service keeps in step.*PostgreSQL"):
        open_database(place / "ops.db", create=True)
    assert list(place.iterdir()) == []


def test_a_network_share_is_refused_and_the_folder_beside_it_is_not(tmp_path):
    mounts = tmp_path / "mounts"
    share = tmp_path / "the share"
    escaped = str(share).replace(" ", "\\040")
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\n//nas/ops {escaped} cifs rw 0 0\n/dev/sdb {escaped}/local xfs rw 0 0\n"
    )
    assert file_system_of(share / "a.db", mounts) == "cifs"
    with pytest.raises(UserError, match="network share"):
        check_place(share / "deep" / "ops.db", mounts)
    check_place(share / "local" / "ops.db", mounts)
    check_place(tmp_path / "ops.db", mounts)
    assert may_live(tmp_path / "ops.db")
