"""Asking other databases for real: what comes back, what is refused, what happens when they hang or are not there."""

import os
import signal
import socket
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import OFF, VERIFY, SqlConnection
from opsconsole.imports.query_table import Spool
from opsconsole.services import sql_connections, sql_read
from opsconsole.services.sql_read import Question, ask

TYPES = {
    "postgresql": """SELECT 'caffè ☕' AS t, 12345678901234567890.1234567890::numeric AS n, 0.1::float8 AS f,
        TIMESTAMPTZ '2026-03-29 01:30:00.000001+02' AS at, TIMESTAMP '2026-03-29 02:30:00' AS local,
        DATE '2026-02-28' AS d, '\\x00ff'::bytea AS b, true AS yes, NULL AS no_value,
        '{"a": 1.10}'::jsonb AS j, 'infinity'::timestamptz AS never, INTERVAL '26:00:01' AS took""",
    "mariadb": """SELECT 'caffè ☕' AS t, CAST(12345678901234567890.1234567890 AS DECIMAL(40,10)) AS n, 1e-1 AS f,
        stamp AS at, TIMESTAMP '2026-03-29 02:30:00' AS local, DATE '2026-02-28' AS d, x'00ff' AS b, true AS yes,
        NULL AS no_value, '{"a": 1.10}' AS j, zero AS never, TIME '26:00:01' AS took FROM moments""",
    "sqlite": """SELECT 'caffè ☕' AS t, '12345678901234567890.1234567890' AS n, 0.1 AS f,
        '2026-03-28 23:30:00.000001+00:00' AS at, '2026-03-29 02:30:00' AS local, '2026-02-28' AS d, x'00ff' AS b,
        'true' AS yes, NULL AS no_value, '{"a": 1.10}' AS j, 'infinity' AS never, '26:00:01' AS took""",
}


def rows_of(other: Any, sql: str, tmp_path: Path, **values: Any) -> list[list[str]]:
    spools: list[Spool] = []

    def begin(names: list[str]) -> Any:
        spools.append(Spool(tmp_path, "Feed", names, "query"))
        return spools[0].add

    ask(other.connection, other.password, Question(sql, values), begin)
    made = spools[0].input_file(0)
    spools[0].close()
    assert made.table is not None
    return [row for _, row in made.table.rows()]


def test_every_value_comes_as_text_without_loss(other: Any, tmp_path: Path) -> None:
    if other.connection.kind == "mariadb":
        other.execute(
            "CREATE TABLE moments (stamp TIMESTAMP(6), zero DATETIME)",
            "SET SESSION time_zone = '+02:00'",
            "SET SESSION sql_mode = ''",
            "INSERT INTO moments VALUES ('2026-03-29 01:30:00.000001', '0000-00-00')",
        )
    names, row = rows_of(other, TYPES[other.connection.kind], tmp_path)
    found = dict(zip(names, row, strict=True))
    never = {"postgresql": "infinity", "mariadb": "0000-00-00 00:00:00", "sqlite": "infinity"}[other.connection.kind]
    assert found == {
        "t": "caffè ☕",
        "n": "12345678901234567890.1234567890",
        "f": "0.1",
        "at": "2026-03-28 23:30:00.000001+00:00",
        "local": "2026-03-29 02:30:00",
        "d": "2026-02-28",
        "b": "0x00ff",
        "yes": "1" if other.connection.kind == "mariadb" else "true",
        "no_value": "",
        "j": '{"a": 1.10}',
        "never": never,
        "took": "26:00:01",
    }


def test_line_breaks_quotes_percents_and_colons_come_through(other: Any, tmp_path: Path) -> None:
    sql = "SELECT 'a\nb, \"c\" 100% 12:30 :since' AS t, 5 % 3 AS rest -- what is :since?\n"
    assert rows_of(other, sql.strip(), tmp_path)[1] == ['a\nb, "c" 100% 12:30 :since', "2"]


def test_a_write_behind_a_select_is_refused_by_the_database_itself(other: Any, tmp_path: Path) -> None:
    kind = other.connection.kind
    other.execute("CREATE TABLE t (a INT)")
    sql = "SELECT bump()"
    if kind == "postgresql":
        other.execute("CREATE FUNCTION bump() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING a'")
    elif kind == "mariadb":
        other.execute("CREATE FUNCTION bump() RETURNS INT BEGIN INSERT INTO t VALUES (1); RETURN 1; END")
    else:
        sql = "INSERT INTO t VALUES (1)"  # as if the look at the text had missed it
    with pytest.raises(UserError, match="only read"):
        rows_of(other, sql, tmp_path)
    assert rows_of(other, "SELECT count(*) AS n FROM t", tmp_path)[1] == ["0"]


def test_a_mistake_in_the_query_is_told_in_the_databases_words(other: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not understand the query") as caught:
        rows_of(other, "SELECT nonsense FROM nowhere", tmp_path)
    # The name that is wrong, and no excerpt of the query that a pointer below it would be needed for.
    assert "nowhere" in caught.value.message
    assert "LINE" not in caught.value.message


def test_many_rows_come_in_chunks_and_in_bounded_memory(other: Any, tmp_path: Path) -> None:
    series = {
        "postgresql": "SELECT n FROM generate_series(1, 20000) n",
        "mariadb": "SELECT seq AS n FROM seq_1_to_20000",
        "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000) SELECT n FROM s",
    }
    sizes: list[int] = []
    question = Question(series[other.connection.kind])
    taken = ask(other.connection, other.password, question, lambda names: lambda rows: sizes.append(len(rows)))
    assert taken == sum(sizes) == 20_000
    assert max(sizes) <= 2_000
    question = Question(series[other.connection.kind], most=30)
    sizes.clear()
    assert ask(other.connection, other.password, question, lambda names: lambda rows: sizes.append(len(rows))) == 30
    assert sum(sizes) == 30


SLOW = {
    "postgresql": "SELECT pg_sleep(60)",
    "mariadb": "SELECT sleep(60)",
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT max(n) FROM s",
}


def test_the_first_of_many_rows_are_read_without_a_fault_in_the_log(
    other: Any, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) "
    query = f"{numbers}SELECT a.i FROM n a CROSS JOIN n b"
    found: list[Any] = []
    assert ask(other.connection, other.password, Question(query, most=50), lambda names: found.extend) == 50
    assert (len(found), caplog.records) == (50, [])


def test_a_query_that_hangs_can_be_cancelled(other: Any) -> None:
    progress = Progress(lambda done, total, text: asked.set())
    asked = threading.Event()

    def cancel() -> None:
        asked.wait(20)
        progress.cancel()

    threading.Thread(target=cancel, daemon=True).start()
    with pytest.raises(Cancelled):
        ask(other.connection, other.password, Question(SLOW[other.connection.kind]), lambda names: print, progress)
    left = [thread for thread in threading.enumerate() if thread.name == "query ERP"]
    assert left == []


def test_a_query_that_is_cancelled_while_it_still_connects_is_never_asked(
    other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    connecting, stopped = threading.Event(), threading.Event()
    connect = Engine.connect

    def slowly(engine: Engine) -> Any:
        connecting.set()
        stopped.wait(20)
        return connect(engine)

    monkeypatch.setattr(Engine, "connect", slowly)
    stop = sql_read._Reader.stop

    def stop_then_connect(reader: Any) -> None:
        threading.Timer(0.3, stopped.set).start()
        stop(reader)

    monkeypatch.setattr(sql_read._Reader, "stop", stop_then_connect)
    progress = Progress(lambda done, total, text: connecting.is_set() and progress.cancel())
    with pytest.raises(Cancelled):
        ask(other.connection, other.password, Question(SLOW[other.connection.kind]), lambda names: print, progress)
    assert [thread for thread in threading.enumerate() if thread.name == "query ERP"] == []


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_query_is_stopped_at_its_time_limit(kind: str, request: pytest.FixtureRequest) -> None:
    other = request.getfixturevalue(f"other_{kind}")
    with pytest.raises(UserError, match="took longer than 1s"):
        ask(other.connection, other.password, Question(SLOW[kind], seconds=1), lambda names: lambda rows: None)


# --- what a connection test says --------------------------------------------------------------------------------------


def said(one: SqlConnection, password: str = "x") -> str:
    with pytest.raises(UserError) as told:
        sql_connections.try_connection(one, password)
    return str(told.value)


def test_a_good_connection_says_so_and_what_keeps_it_from_writing(other: Any) -> None:
    answer = sql_connections.try_connection(other.connection, other.password)
    assert answer.words.endswith("answers.")
    assert "read" in answer.read_only_words


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_what_is_wrong_with_the_network_is_told(kind: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    closed = SqlConnection("ERP", kind, "127.0.0.1", port, "erp", "reader")
    assert f"127.0.0.1 refuses connections on port {port}." in said(closed)
    assert "There is no server called erp.invalid." in said(replace(closed, host="erp.invalid"))


@pytest.mark.mariadb
def test_what_mariadb_refuses_is_told(other_mariadb: Any, mariadb_server: Any, tmp_path: Path) -> None:
    one, password = other_mariadb.connection, other_mariadb.password
    assert "does not let" in said(one, "wrong")
    assert "no database “elsewhere”" in said(replace(one, database="elsewhere"), password)
    strange = replace(one, tls=VERIFY)
    assert "_ssl.c" not in said(strange, password)
    assert "certificate is not one that this computer trusts" in said(strange, password)
    trusted = replace(one, tls=VERIFY, ca_file=mariadb_server.ca_file)
    assert sql_connections.try_connection(trusted, password).words
    assert "certificate" in said(replace(trusted, host="127.0.0.1"), password)
    assert "There is no file" in said(replace(one, tls=VERIFY, ca_file=str(tmp_path / "none.pem")), password)
    assert sql_connections.try_connection(replace(one, tls=OFF), password).words


@pytest.mark.postgresql
def test_what_postgresql_refuses_is_told(other_postgresql: Any) -> None:
    one, password = other_postgresql.connection, other_postgresql.password
    assert "no database “elsewhere”" in said(replace(one, database="elsewhere"), password)
    assert "does not let nobody_here in" in said(replace(one, user="nobody_here"), password)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    one = SqlConnection("ERP", "sqlite", database=str(tmp_path / "none.db"))
    assert "There is no file" in said(one)
    (tmp_path / "none.db").write_text("Order,Total\n1,2\n" * 200)
    assert "not a database" in said(one)


@pytest.mark.mariadb
def test_a_server_that_is_frozen_is_given_up(other_mariadb: Any, mariadb_server: Any) -> None:
    """Nothing comes and nothing is closed: only the client's own watch ends it."""
    found = [path for path in Path("/proc").iterdir() if path.name.isdigit() and _listens(path, mariadb_server.socket)]
    (server,) = [int(path.name) for path in found]
    taken = threading.Event()
    progress = Progress()

    def begin(names: list[str]) -> Any:
        os.kill(server, signal.SIGSTOP)
        taken.set()
        progress.cancel()
        return lambda rows: None

    sql = "SELECT seq, repeat('x', 1000) AS x FROM seq_1_to_200000"
    try:
        with pytest.raises(Cancelled):
            ask(other_mariadb.connection, other_mariadb.password, Question(sql), begin, progress)
    finally:
        os.kill(server, signal.SIGCONT)
    assert taken.is_set()


def _listens(process: Path, place: str) -> bool:
    try:
        return f"--socket={place}".encode() in (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
