"""Working the queue by commands, as a scheduler would. One order late since 14:42, as of 15:42 UTC."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from opsconsole.cli import main
from opsconsole.domain.instants import DAY, HOUR

Run = Callable[..., tuple[int, Any, str]]
AS_OF = "2026-11-17T15:42:00Z"


@pytest.fixture
def run(writing: Any, database_url: str, now: int, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as JSON on the test's database; exit code, what it printed, what it complained of."""
    order = {"channel": "shop", "order_id": "77", "status": "processing", "payment_status": "paid", "currency": "USD"}
    order |= {"total": 41260, "placed_at": now - 3 * DAY, "ship_by": now - HOUR}
    writing(at=now - HOUR, orders=[order])

    def command(*given: str, as_of: str = AS_OF) -> tuple[int, Any, str]:
        code = main([*given, "--json", "--database", database_url, "--as-of", as_of])
        told = capsys.readouterr()
        return code, json.loads(told.out) if told.out else None, told.err

    return command


@pytest.fixture
def late(run: Run) -> str:
    assert run("detect")[0] == 0
    rows = run("list", "exceptions", "--filter", "type=LATE_SHIPMENT")[1]["rows"]
    return str(rows[0]["id"])


def queue(run: Run) -> dict[str, Any]:
    return {row["type"]: row for row in run("list", "exceptions")[1]["rows"]}


@pytest.mark.parametrize(
    ("deed", "more"),
    [
        ("acknowledge", []),
        ("start", []),
        ("assign", ["--to", "Bo"]),
        ("wait", ["--on", "UPS", "--hours", "4"]),
        ("snooze", ["--until", "2026-11-18T09:00:00Z"]),
        ("ignore", ["--reason", "known", "--hours", "24"]),
        ("resolve", ["--cause", "weather", "--note", "Snow"]),
        ("note", ["--text", "Called"]),
        ("tag", ["--add", "vip"]),
    ],
)
def test_each_deed_is_done_listed_and_undone(run: Run, late: str, deed: str, more: list[str]) -> None:
    code, told, _ = run("exceptions", deed, late, *more)
    assert (code, told["ids"], told["conflicts"]) == (0, [int(late)], [])
    (change,) = run("changes", "list")[1]["rows"]
    assert (change["number"], change["state"]) == (str(told["change"]), "undoable")
    code, undone, _ = run("changes", "undo", change["number"])
    assert (code, undone["ids"]) == (0, [int(late)])
    assert run("changes", "undo", change["number"])[0] == 2


def test_a_closed_one_is_refused_and_said_why(run: Run, late: str) -> None:
    run("exceptions", "resolve", late, "--cause", "weather")
    code, told, _ = run("exceptions", "acknowledge", late)
    assert code == 3
    assert told["conflicts"][0]["words"] == "Resolved: weather or force majeure"
    assert run("exceptions", "reopen", late)[0] == 0


def test_a_repeated_request_is_done_once(run: Run, late: str) -> None:
    first = run("exceptions", "note", late, "--text", "Called", "--request", "job-7")[1]
    again = run("exceptions", "note", late, "--text", "Called", "--request", "job-7")[1]
    assert again["change"] == first["change"]
    assert len(run("changes", "list")[1]["rows"]) == 1


@pytest.mark.parametrize(
    "given",
    [
        ["exceptions", "snooze", "1"],
        ["exceptions", "resolve", "1", "--cause", "luck"],
        ["exceptions", "acknowledge", "999"],
        ["changes", "undo", "999"],
        ["automation", "off", "Nobody"],
        ["automation", "add", "Empty"],
        ["notices", "--quiet", "night"],
    ],
)
def test_mistakes_are_told_in_one_line(run: Run, late: str, given: list[str]) -> None:
    code, told, complaint = run(*given)
    assert (code, told) == (2, None)
    assert complaint.count("\n") == 1


def test_automation_is_tried_added_run_and_switched_off(run: Run, late: str) -> None:
    given = ["automation", "add", "Docks", "--type", "LATE_SHIPMENT", "--value-from", "400"]
    given += ["--rota", "Ann: Mon-Fri 08:00-15:00; Bo: daily", "--tag", "dock"]
    tried = run(*given, "--dry-run")[1]["rows"]
    assert [(row["automation"], row["does"]) for row in tried] == [("Docks", "Assigned to Bo, tagged dock")]
    assert run("automation", "list")[1]["rows"] == []
    assert run(*given)[0] == 0
    assert [row["name"] for row in run("automation", "list")[1]["rows"]] == ["Docks"]
    assert len(run("automation", "try", "Docks")[1]["rows"]) == 1
    done = run("automation", "run")[1]
    assert (done["acted"], queue(run)["LATE_SHIPMENT"]["owner"]) == (1, "Bo")
    assert run("automation", "run")[1]["acted"] == 0
    run("changes", "undo", str(done["changes"][0]["change"]))
    assert queue(run)["LATE_SHIPMENT"]["owner"] is None
    assert run("automation", "off", "Docks")[0] == 0
    assert run("automation", "list")[1]["rows"][0]["enabled"] is False
    assert run("automation", "on", "1")[0] == 0


def test_notices_say_by_their_exit_code_whether_there_is_something(run: Run, late: str) -> None:
    code, told, _ = run("notices", "--since", "2026-11-17T15:00:00Z")
    assert code == 4
    assert "LATE_SHIPMENT" in [row["type"] for row in told["rows"]]
    assert told["s1"] >= 1
    code, told, _ = run("notices", "--since", AS_OF)
    assert (code, told["rows"], told["headline"]) == (0, [], None)
    code, told, _ = run("notices", "--since", AS_OF, "--within", "59", as_of="2026-11-17T15:43:00Z")
    assert code == 4
    assert [row["kind"] for row in told["rows"] if row["type"] == "LATE_SHIPMENT"] == ["due"]
    code, told, _ = run("notices", "--since", "2026-11-17T15:00:00Z", "--quiet", "15:00-16:00")
    assert (code, told["quiet"]) == (0, True)


def test_words_say_what_a_person_reads(run: Run, late: str, database_url: str, capsys: Any) -> None:
    common = ["--database", database_url, "--as-of", AS_OF]
    assert main(["exceptions", "assign", late, "--to", "Bo", *common]) == 0
    assert capsys.readouterr().out == "Assigned to Bo: 1 exception (change 1).\n"
    assert main(["exceptions", "assign", late, "--to", "Cy", *common]) == 0
    capsys.readouterr()
    assert main(["changes", "undo", "1", *common]) == 3
    out = capsys.readouterr().out
    assert "changed it on Tue 17 Nov, 15:42: Assigned to Cy." in out
    assert "Owner: was Bo, is Cy, wanted Unassigned" in out
