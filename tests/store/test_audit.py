"""The audit trail is append-only and shows what was changed behind its back."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from opsconsole.store import audit


def fill(database, writer="ann@desk", count=3):
    for number in range(count):
        with database.write() as conn:
            detail = {"number": number, "words": "Ä “quoted”", "none": None}
            audit.record(conn, who="Ann", action="note", subject="exception 1", detail=detail, at=number, writer=writer)


def test_chains_of_several_writers_hold(database):
    fill(database)
    fill(database, "bob@dock", 2)
    fill(database, count=1)
    with database.read() as conn:
        assert audit.verify(conn) == []
        rows = conn.execute(text("SELECT writer, number FROM audit ORDER BY writer, number")).all()
        assert rows == [("ann@desk", n) for n in (1, 2, 3, 4)] + [("bob@dock", 1), ("bob@dock", 2)]


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'Eve'", "DELETE FROM audit WHERE number = 2"])
def test_rows_cannot_be_changed_or_removed(database, statement):
    fill(database)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as conn:
        conn.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET who = 'Eve' WHERE number = 2", "row 2 of ann@desk was changed"),
        ("DELETE FROM audit WHERE number = 2", "row 3 of ann@desk follows row 1"),
        ("UPDATE audit SET previous_hash = hash WHERE number = 3", "row 3 of ann@desk does not continue"),
    ],
)
def test_what_is_done_without_the_triggers_shows(sqlite_database, statement, words):
    fill(sqlite_database)
    with sqlite_database.write() as conn:
        conn.execute(text("DROP TRIGGER audit_no_update"))
        conn.execute(text("DROP TRIGGER audit_no_delete"))
        conn.execute(text(statement))
    with sqlite_database.read() as conn:
        assert any(words in problem for problem in audit.verify(conn))


def test_a_write_that_fails_leaves_no_trace_in_the_trail(database):
    def write_and_fail():
        with database.write() as conn:
            audit.record(conn, who="Ann", action="note", subject="x", detail={}, at=0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    fill(database, audit.this_writer(), 1)
    with database.read() as conn:
        assert audit.verify(conn) == []
