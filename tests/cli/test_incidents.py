"""Incidents as a script opens, asks and closes them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert

from opsconsole.cli import main
from opsconsole.domain.instants import HOUR
from opsconsole.store.schema import exceptions, locations

AS_OF = "2026-11-17T15:42:00Z"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(sqlite_url: str, open_url: Callable[[str], Any], now: int, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``incidents`` on a database with one late shipment; exit code, what it printed, what it complained of."""
    database = open_url(sqlite_url)
    with database.write() as connection:
        connection.execute(insert(locations).values(key="reno", label="Reno 1"))
        row = {
            "rule": "LATE_SHIPMENT", "subject_kind": "order", "subject": "shop/1", "severity": "S1", "state": "open",
            "opened_at": now - HOUR, "detected_at": now - HOUR, "acknowledge_by": now, "due_at": now, "currency": "USD",
            "value_at_risk": 1250, "location": "reno", "evidence_json": "{}",
        }  # fmt: skip
        connection.execute(insert(exceptions), row)
    database.close()

    def command(*given: str) -> tuple[int, str, str]:
        code = main(["incidents", *given, "--database", sqlite_url, "--as-of", AS_OF])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def test_an_incident_is_opened_worked_and_closed(run: Run) -> None:
    code, out, _ = run("open", "warehouse_outage", "--location", "reno", "--starts", "2026-11-17T12:00:00Z")
    assert (code, out) == (
        0,
        "Opened the incident “Warehouse outage, Reno 1” with 1 exception. It is number 1.\n",
    )
    told = json.loads(run("show", "1", "--json")[1])
    assert (told["state"], told["responsible"], told["excuses"]) == ("open", "vendor", False)
    figures = {figure["key"]: figure["value"] for figure in told["figures"]}
    assert (figures["exceptions"], figures["value_at_risk"], figures["credits"]) == (1, "12.50", None)
    assert json.loads(run("show", "1", "--rows", "exceptions", "--json")[1])["rows"][0]["order"] == "shop/1"
    assert run("tick", "1", "2")[0] == 0
    assert run("detach", "1", "#1")[0] == 0
    assert run("attach", "1", "#1")[1] == "Attached 1 exception to “Warehouse outage, Reno 1”.\n"
    assert run("close", "1", "Power is back.", "--ended", "2026-11-17T15:00:00Z")[0] == 0
    assert json.loads(run("list", "--state", "closed", "--json")[1])["rows"][0]["number"] == "1"
    assert "[x] 2." in run("show", "1")[1]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("open", "flood", "--location", "reno"), "no kind of incident"),
        (("open", "carrier_failure"), "about nothing"),
        (("show", "7"), "There is no incident 7"),
        (("close", "7", "over"), "There is no incident 7"),
        (("show", "1", "--rows", "weather"), "There is no incident 1"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(run: Run, given: tuple[str, ...], words: str) -> None:
    code, out, err = run(*given)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
