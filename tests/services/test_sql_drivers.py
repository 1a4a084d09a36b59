"""Databases that the tests have no server of: their addresses, their statements, what keeps them from being written."""

from pathlib import Path

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.sourcing import OFF, REQUIRE, VERIFY, SqlConnection, SqlFeed
from opsconsole.services.sql_drivers import DRIVERS, account_of, url_of
from opsconsole.services.sql_marks import begin_value, earlier, from_json, statement, to_json

MSSQL = SqlConnection("ERP", "mssql", "erp.example", None, "sales", "reader")
ORACLE = SqlConnection("ERP", "oracle", "erp.example", 1522, "SALES", "reader", OFF)


class Session:
    """A connection that only writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.connection = self
        self.dbapi_connection = self
        self.call_timeout = 0

    def exec_driver_sql(self, words: str) -> None:
        self.told.append(words)


def test_addresses_of_sql_server_and_oracle() -> None:
    assert str(url_of(MSSQL, "s@cret")) == "mssql+pymssql://reader:***@erp.example:1433/sales"
    assert DRIVERS["mssql"].arguments(MSSQL, "s@cret")["encryption"] == "request"
    assert str(url_of(ORACLE, "s@cret")) == "oracle+oracledb://reader:***@"
    dsn = DRIVERS["oracle"].arguments(ORACLE, "s@cret")["dsn"]
    assert dsn == "tcp://erp.example:1522/SALES?transport_connect_timeout=10"
    secured = SqlConnection("ERP", "oracle", "erp.example", None, "SALES", "reader", VERIFY)
    assert DRIVERS["oracle"].arguments(secured, "x")["dsn"].startswith("tcps://erp.example:1521/SALES?")
    assert account_of(ORACLE) == "oracle:reader@erp.example:1522/SALES"
    with pytest.raises(UserError, match="does not check certificates"):
        DRIVERS["mssql"].arguments(SqlConnection("E", "mssql", "h", None, "d", "u", VERIFY), "x")
    assert DRIVERS["mssql"].arguments(SqlConnection("E", "mssql", "h", None, "d", "u", REQUIRE), "x")


def test_sessions_are_made_read_only_where_the_database_can() -> None:
    session = Session()
    DRIVERS["oracle"].begin(session, 60)  # type: ignore[arg-type]
    assert (session.told, session.call_timeout) == (["SET TRANSACTION READ ONLY"], 60_000)
    assert "rolled back" in DRIVERS["mssql"].read_only_words


def test_what_came_since_is_asked_in_the_words_of_each_database() -> None:
    feed = SqlFeed("Sales", 1, "SELECT a, Changed FROM t;", mark_column="Changed")
    asked = statement(feed, MSSQL, 7)
    assert asked.words == (
        "SELECT * FROM (\nSELECT a, Changed FROM t\n) feed_rows\n"
        "WHERE feed_rows.[Changed] >= :since OR feed_rows.[Changed] IS NULL\nORDER BY feed_rows.[Changed]"
    )
    assert statement(feed, ORACLE, None).words.endswith('ORDER BY feed_rows."Changed"')
    nested = SqlFeed("Sales", 1, "WITH x AS (SELECT 1 AS a) SELECT a FROM x", mark_column="a")
    with pytest.raises(UserError, match="takes no WITH inside"):
        statement(nested, MSSQL, 7)


def test_a_mark_keeps_its_type() -> None:
    from datetime import UTC, date, datetime
    from decimal import Decimal

    local, aware = datetime.fromisoformat("2026-11-17T08:00"), datetime(2026, 11, 17, 8, 0, 0, 1, tzinfo=UTC)
    for mark in (7, Decimal("7.10"), 7.5, "a'b", b"\x00\xff", date(2026, 11, 17), local, aware):
        assert from_json(to_json(mark)) == mark
        assert type(from_json(to_json(mark))) is type(mark)
    with pytest.raises(UserError, match="holds bool"):
        to_json(True)
    assert earlier(datetime.fromisoformat("2026-11-17T00:10"), 30) == datetime.fromisoformat("2026-11-16T23:40")
    assert earlier("2026-11-17T00:10:00Z", 30) == "2026-11-16T23:40:00Z"
    assert (earlier("A17", 30), earlier(100, 30), earlier(date(2026, 11, 17), 1)) == ("A17", 70, date(2026, 11, 16))


def test_a_value_to_begin_with_is_typed_where_the_database_compares_texts() -> None:
    from datetime import datetime

    assert (begin_value("7", "sqlite"), begin_value("7", "postgresql")) == (7, "7")
    assert begin_value("2026-11-17", "oracle") == datetime.fromisoformat("2026-11-17T00:00")


def test_what_the_drivers_of_sql_server_and_oracle_refuse_is_said_in_words() -> None:
    """The errors are those that pymssql 2.4 and oracledb 26.1 raise where nothing listens and where no such host is."""
    from opsconsole.services.sql_faults import explained

    def error(module: str, *said: object) -> Exception:
        return type("OperationalError", (Exception,), {"__module__": f"{module}.exceptions"})(*said)

    gone = (
        b"DB-Lib error message 20009, severity 9:\nUnable to connect: TDS server is unavailable or does not exist (h)\n"
    )
    refused = explained(
        error("pymssql", (20009, gone + b"Net-Lib error during Connection refused (111)\n" + gone)), MSSQL
    )
    assert refused is not None
    assert refused.message == "erp.example refuses connections on port 1433."
    unknown = explained(error("pymssql", (20009, gone + gone)), MSSQL)
    assert unknown is not None
    assert (
        unknown.message
        == "“ERP” cannot be reached: Unable to connect: TDS server is unavailable or does not exist (h)."
    )
    closed = explained(
        error("oracledb", "DPY-6005: cannot connect to database. [Errno 111] Connection refused"), ORACLE
    )
    assert closed is not None
    assert closed.message == "erp.example refuses connections on port 1522."
    said = "DPY-6005: cannot connect to database (CONNECTION_ID=YM+/a==).\nDPY-4011: the database closed it\n"
    lost = explained(error("oracledb", f"{said}Help: https://docs.opsconsole.example/en/latest.html#dpy-4011"), ORACLE)
    assert lost is not None
    assert lost.message == (
        "“ERP” closed the connection: DPY-6005: cannot connect to database. DPY-4011: the database closed it."
    )


def test_a_file_that_holds_no_certificate_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    junk = tmp_path / "ca.pem"
    junk.write_text("nothing")
    one = SqlConnection("ERP", "postgresql", "erp.example", None, "sales", "reader", VERIFY, str(junk))
    with pytest.raises(UserError, match="holds no certificate"):
        DRIVERS["postgresql"].arguments(one, "x")
