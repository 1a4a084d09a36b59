"""Feeds and connections as a scheduler and a script use them."""

import io
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from opsconsole.cli import main
from opsconsole.services import sql_drivers, watched_folders_run

AS_OF = "2026-11-17T15:42:00Z"
Run = Callable[..., tuple[int, str, str]]
MAPPING = """
name = "Orders"
channel = "shop"

[[records]]
kind = "orders"

[records.fields]
order_id = { from = "Order" }
total = { from = "Total" }
currency = { const = "EUR" }
"""


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on an empty database with one saved mapping; no pause between two looks at a folder."""
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "orders.toml").write_text(MAPPING)
    monkeypatch.setenv("OPSCONSOLE_MAPPINGS", str(tmp_path / "mappings"))
    monkeypatch.setattr(watched_folders_run, "_BETWEEN_LOOKS_SECONDS", 0.0)

    def command(*given: str, at: str = AS_OF) -> tuple[int, str, str]:
        code = main([*given, "--database", sqlite_url, "--as-of", at])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def test_a_watched_folder_runs_when_it_is_due(run: Run, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    assert run("feeds", "add-folder", "Drop", str(drop), "--every", "15 min")[0] == 0
    (drop / "a.csv").write_text("Order,Total\n1,10.00\n")
    code, out, _ = run("feeds", "run", "--due")
    assert code == 0
    assert "Of 1 record, 1 order is new" in out
    assert run("feeds", "run")[1] == "Nothing is due.\n"
    (drop / "b.csv").write_text("What,Else\n1,2\n")
    (drop / "c.csv").write_text("Order,Total\n2,much\n3,1.00\n")
    code, out, _ = run("feeds", "run", "--json", at="2026-11-17T16:00:00Z")
    assert code == 3
    told = {one["name"]: one["outcome"] for one in json.loads(out)["runs"]}
    assert told == {"b.csv": "failed", "c.csv": "partly"}
    rows = json.loads(run("feeds", "list", "--json", at="2026-11-17T16:00:00Z")[1])["rows"]
    assert (rows[0]["state"], rows[0]["refused"], rows[0]["next_at"]) == ("retrying", 1, "2026-11-17T16:15:00Z")
    files = json.loads(run("feeds", "files", "Drop", "--json")[1])["rows"]
    assert {row["name"]: row["state"] for row in files} == {"a.csv": "done", "b.csv": "refused", "c.csv": "done"}
    drop.rename(tmp_path / "gone")
    code, out, _ = run("feeds", "run", "Drop", at="2026-11-17T16:01:00Z")
    assert code == 2
    assert "cannot be reached" in out


def test_a_query_is_tried_run_and_told(run: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "erp.db") as erp:
        erp.execute('CREATE TABLE sales ("Order" TEXT, "Total" TEXT, changed INTEGER)')
        erp.execute("INSERT INTO sales VALUES ('1', '10.00', 7)")
    erp.close()
    code, out, _ = run("connections", "add", "ERP", "--kind", "sqlite", "--name-there", str(tmp_path / "erp.db"))
    assert (code, out) == (0, "Connection “ERP” added.\n")
    assert run("connections", "test", "ERP")[1].endswith("The file is opened for reading only.\n")
    added = ("feeds", "add-query", "Sales", "--connection", "ERP", "--high-water", "changed", "--query")
    code, _, err = run(*added, "DELETE FROM sales")
    assert (code, "DELETE is no question" in err) == (2, True)
    assert run(*added, "SELECT * FROM sales", "--source", "mapping:Orders", "--every", "06:30")[0] == 0
    assert "1 order would be new" in run("feeds", "test", "Sales")[1]
    assert run("feeds", "run", "--due")[1] == "Nothing is due.\n"
    assert "1 order is new" in run("feeds", "run", "Sales")[1]
    assert "known already" in run("feeds", "run", "Sales", "--from-beginning")[1]
    runs = json.loads(run("feeds", "runs", "Sales", "--json")[1])
    assert [row["outcome"] for row in runs["rows"]] == ["done", "done"]
    assert run("connections", "remove", "ERP")[0] == 2
    assert run("feeds", "off", "Sales")[1] == "“Sales” switched off.\n"
    assert run("feeds", "run", "--all")[1] == "Nothing is due.\n"
    assert run("feeds", "remove", "Sales")[0] == 0
    assert run("connections", "remove", "ERP")[1] == "Connection “ERP” removed.\n"


def test_a_connection_that_does_not_answer_is_not_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    told = ("connections", "add", "WMS", "--kind", "mariadb", "--host", "wms.invalid", "--user", "reader")
    code, _, err = run(*told, "--name-there", "wms", "--password-stdin")
    assert (code, "There is no server called wms.invalid" in err) == (2, True)
    assert "secret" not in err
    assert json.loads(run("connections", "list", "--json")[1])["total"] == 0


@pytest.mark.parametrize(("kind", "driver"), [("mssql", "sqlserver"), ("oracle", "oracle")])
def test_a_driver_that_is_missing_is_named(run: Run, kind: str, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = replace(sql_drivers.DRIVERS[kind], module="not_there_at_all")
    monkeypatch.setitem(sql_drivers.DRIVERS, kind, absent)  # type: ignore[arg-type]
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    told = ("connections", "add", "ERP", "--kind", kind, "--host", "erp.example", "--user", "reader")
    code, _, err = run(*told, "--name-there", "erp", "--password-stdin")
    assert code == 2
    assert f"pip install “opsconsole[{driver}]”" in err


def test_a_time_of_day_is_kept_to_the_second_and_caught_up_once(run: Run, tmp_path: Path) -> None:
    assert run("settings", "set", "time_zone", "Europe/Berlin", at="2026-11-01T00:00:00Z")[0] == 0
    drop = tmp_path / "drop"
    drop.mkdir()
    friday = "2026-11-20T12:00:00Z"
    assert run("feeds", "add-folder", "Drop", str(drop), "--every", "Mon-Fri 06:30", at=friday)[0] == 0

    def looks(at: str) -> bool:
        return run("feeds", "run", "--due", at=at)[1] != "Nothing is due.\n"

    def next_at() -> str:
        (row,) = json.loads(run("feeds", "list", "--json", at=friday)[1])["rows"]
        return str(row["next_at"])

    assert next_at() == "2026-11-23T05:30:00Z", "06:30 of the business, not of UTC"
    assert not looks("2026-11-22T05:30:00Z"), "a Sunday"
    assert not looks("2026-11-23T05:29:59Z")
    assert looks("2026-11-23T05:30:00Z")
    assert not looks("2026-11-23T05:30:01Z")
    # Nobody was there on Tuesday and Wednesday.
    assert looks("2026-11-26T10:00:00Z")
    assert not looks("2026-11-26T10:00:15Z")
    assert next_at() == "2026-11-27T05:30:00Z"
