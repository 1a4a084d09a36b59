"""Settings, calendars and cut-offs on the command line: the words of the window, the same refusals."""

import json

import pytest
from sqlalchemy import insert

from opsconsole.cli.program import main
from opsconsole.store.database import open_database
from opsconsole.store.schema import locations


@pytest.fixture
def ask(sqlite_url, capsys):
    """Runs a command and returns exit code, output and error output."""

    def run(*words):
        code = main([*words, "--database", sqlite_url, "--as-of", "2026-11-17T15:42:00Z"])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_calendar_is_made_listed_and_closed(ask):
    made = ask("calendars", "set", "reno", "--hours", "Mon-Fri 6-22", "--time-zone", "America/Los_Angeles")
    assert made[:2] == (0, "Calendar reno made: Mon–Fri 6:00–22:00.\n")
    assert ask("calendars", "close", "reno", "2026-12-24 to 2026-12-26")[1] == "Calendar reno: 3 own closed days.\n"
    (row,) = json.loads(ask("calendars", "list", "--json")[1])["rows"]
    assert (row["hours"], row["own_days"], row["next_closed_on"]) == ("Mon–Fri 6:00–22:00", 3, "2026-12-24")
    code, _, said = ask("calendars", "set", "reno", "--hours", "always", "--time-zone", "UTC")
    assert (code, "“always” is not understood" in said) == (2, True)


def test_a_cut_off_is_set_and_ended(ask, sqlite_url):
    database = open_database(sqlite_url)
    with database.write() as connection:
        connection.execute(insert(locations).values(key="reno", label="Reno 1"))
    database.close()
    assert "Cut-off of every carrier at reno: 16:30" in ask("cut-offs", "set", "reno", "16:30", "--pickup", "17:15")[1]
    (row,) = json.loads(ask("cut-offs", "list", "--json")[1])["rows"]
    assert (row["cut_off"], row["pickup"]) == ("16:30", "17:15")
    assert ask("cut-offs", "end", str(row["id"]))[0] == 0
    assert json.loads(ask("cut-offs", "list", "--json")[1])["total"] == 0


def test_a_setting_is_changed_and_set_back(ask):
    assert ask("settings", "set", "detection_horizon_days", "60")[1] == "Detection horizon set to 60.\n"
    values = {row["key"]: row["value"] for row in json.loads(ask("settings", "list", "--json")[1])["rows"]}
    assert values["detection_horizon_days"] == "60"
    assert ask("settings", "default", "detection_horizon_days")[1] == "Detection horizon set to 90.\n"
    code, _, said = ask("settings", "set", "detection_horizon_days", "soon")
    assert (code, "“soon” is not a number" in said) == (2, True)
