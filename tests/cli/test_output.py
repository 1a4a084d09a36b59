import json
from collections.abc import Iterator
from typing import Any

import pytest

from opsconsole.cli import output, program
from opsconsole.cli.values import as_json
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import ClauseValue, Cover, Field, Kind, NoValue, NumberState, TimeLeft
from opsconsole.domain.instants import from_iso
from opsconsole.domain.listing import Listing, from_rows

NOW = from_iso("2026-11-17T15:42:00Z")


def listing(*pairs: tuple[Field, Any], **more: Any) -> Listing:
    row = {"id": 7, **{field.key: value for field, value in pairs}}
    return from_rows([field for field, _ in pairs], [row], id_key="id", as_of=NOW, title="List", **more)


EVERY_KIND = listing(
    (Field("order", "Order", Kind.IDENTIFIER), "007"),
    (Field("value", "Value", Kind.MONEY, currency="currency"), 4831240),
    (Field("fee", "Fee", Kind.MONEY, currency="JPY"), -1250),
    (Field("currency", "Currency", hidden=True), "USD"),
    (Field("at", "At", Kind.INSTANT), NOW),
    (Field("on", "On", Kind.DATE), 20_774),
    (Field("share", "Share", Kind.PERCENT), 0.964),
    (Field("few", "Few", Kind.PERCENT), NoValue(NumberState.TOO_FEW, "n 9 of 30")),
    (Field("left", "Left", Kind.TIME_LEFT), TimeLeft(-3060, 0.0)),
    (Field("cover", "Cover", Kind.COVER), Cover(18.25, 21.0)),
    (Field("clause", "Clause", Kind.CLAUSE), ClauseValue(96.2, 97.0, 98.5, None, True, "%")),
    (Field("state", "State", Kind.STATE), "in_progress"),
    (Field("flag", "Flag", Kind.FLAG), True),
    (Field("trend", "Trend", Kind.TREND), (1.0, 2.0)),
    (Field("owner", "Owner", missing="Unassigned"), None),
    time_zone="America/New_York",
)


def test_scripts_get_one_object_with_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_listing(EVERY_KIND, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["as_of", "fields", "rows", "total"]
    assert (told["as_of"], told["total"]) == ("2026-11-17T15:42:00Z", 1)
    assert told["fields"][1] == {"key": "value", "label": "Value", "kind": "money", "currency": "currency"}
    row = told["rows"][0]
    assert (row["id"], row["order"]) == (7, "007")
    assert (row["value"], row["currency"], row["fee"]) == ("48312.40", "USD", "-1250")
    # 20,774 days after 1970-01-01: 56 years with 14 leap days make 20,454, and 320 more.
    assert (row["at"], row["on"]) == ("2026-11-17T15:42:00Z", "2026-11-17")
    assert (row["share"], row["few"], row["few_state"]) == (0.964, None, "too_few")
    assert (row["left"], row["cover"], row["state"], row["flag"]) == (-3060, 18.25, "in_progress", True)
    assert row["clause"]["value"] == 96.2
    assert row["owner"] is None


def test_what_comes_one_by_one_is_written_as_it_comes_and_looks_like_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [{"line": 2, "raw": 'a "b"\nc'}, {"line": 3, "of": {"x": [1, 2]}}, "é", []]
    seen: list[str] = []

    def one_by_one() -> Iterator[Any]:
        for line in lines:
            seen.append(capsys.readouterr().out)
            yield line

    told = {"files": [{"name": "a", "refused": lines, "total": 4}, {"refused": [], "more": lines}], "end": None}
    output.print_json(
        {
            "files": [
                {"name": "a", "refused": one_by_one(), "total": 4},
                {"refused": iter(()), "more": one_by_one()},
            ],
            "end": None,
        }
    )
    written = "".join(seen) + capsys.readouterr().out
    assert written == json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    assert '"line": 2' in seen[1]
    assert '"line": 3' in seen[2]


def test_a_currency_that_is_no_field_is_told_beside_the_amount() -> None:
    fields = (Field("value", "Value", Kind.MONEY, currency="code"),)
    told = as_json(Listing(fields, {"value": [105], "code": ["EUR"]}, [1], NOW))
    assert told["rows"] == [{"id": 1, "value": "1.05", "code": "EUR"}]


def test_people_get_words(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_listing(EVERY_KIND, as_json=False)
    text = capsys.readouterr().out
    for words in ("$48,312.40", "−¥1,250", "Tue 17 Nov, 10:42", "96.4%", "n 9 of 30", "51m over", "18.2", "96.2%"):
        assert words in text
    for words in ("In progress", "Yes", "▁█", "Unassigned", "1 row. As of Tue 17 Nov 2026, 10:42 (America/New_York)."):
        assert words in text
    assert "Currency" not in text


def test_columns_stand_under_their_headers(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(["Name", "Units"], [["表示", "5"], ["Kettle", "1,204"]], right=[False, True])
    assert capsys.readouterr().out.splitlines() == ["Name    Units", "表示        5", "Kettle  1,204"]


def test_a_cell_of_many_lines_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(["Note"], [["one\ntwo " + "x" * 100]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert len(lines[1]) == 60
    assert lines[1].endswith("…")


def test_exit_codes_tell_mistakes_from_faults(capsys: pytest.CaptureFixture[str]) -> None:
    def mistake() -> int:
        raise UserError("No such file.", "Look again.")

    def fault() -> int:
        raise ZeroDivisionError

    assert program.guarded(lambda: 3) == 3
    assert program.guarded(mistake) == 2
    assert capsys.readouterr().err == "opsconsole: No such file. Look again.\n"
    assert program.guarded(fault) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
