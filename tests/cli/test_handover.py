"""The hand-over as a scheduler writes it at the end of a shift."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtWidgets import QApplication
from sqlalchemy import insert

from opsconsole.cli import main
from opsconsole.domain.instants import HOUR
from opsconsole.store.schema import exceptions, locations

AS_OF = "2026-11-17T15:42:00Z"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(sqlite_url: str, open_url: Callable[[str], Any], now: int, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``export handover`` on a database with 40 open exceptions, 3 of them raised in the last 8 hours."""
    database = open_url(sqlite_url)
    with database.write() as connection:
        connection.execute(insert(locations).values(key="reno", label="Reno 1"))
        row = {
            "rule": "LATE_SHIPMENT", "subject_kind": "order", "severity": "S1", "state": "open", "evidence_json": "{}",
            "acknowledge_by": now, "due_at": now - HOUR, "currency": "USD", "value_at_risk": 1250, "location": "reno",
            "opened_at": now - HOUR,
        }  # fmt: skip
        rows = [
            {**row, "subject": f"shop/{n}", "owner": f"Desk {n}", "detected_at": now - (HOUR if n < 3 else 99 * HOUR)}
            for n in range(40)
        ]
        connection.execute(insert(exceptions), rows)
    database.close()

    def command(*given: str) -> tuple[int, str, str]:
        code = main(["export", "handover", *given, "--database", sqlite_url, "--as-of", AS_OF])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def test_the_workbook_has_a_cover_and_a_sheet_per_figure(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "shift.xlsx"
    code, out, _ = run(str(path), "--hours", "8", "--json")
    assert code == 0
    assert json.loads(out)["path"] == str(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:4] == ["Hand-over", "The worst", "By owner", "Open now"]
    cover = book["Hand-over"]
    counts = {row[1].value: row[2].value for row in cover.iter_rows(min_row=1, max_row=30) if row[1].value}
    assert (counts["Open now"], counts["Overdue"], counts["Opened"], counts["Closed by people"]) == (40, 40, 3, 0)
    links = {cell.value: cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink}
    assert links["Opened"] == "'Opened'!A1"
    assert "Late shipment" in {cell.value for row in book["Opened"].iter_rows() for cell in row}


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(("paper", "size"), [("letter", (612, 792)), ("a4", (595, 842))])
def test_the_pages_have_the_size_of_the_paper(run: Run, tmp_path: Path, paper: str, size: tuple[int, int]) -> None:
    assert isinstance(QApplication.instance(), QApplication)
    path = tmp_path / "shift.pdf"
    code, out, err = run(str(path), "--since", "2026-11-17T00:00:00Z", "--location", "reno", "--paper", paper)
    assert (code, err) == (0, "")
    assert str(path) in out
    made = path.read_bytes()
    assert made.startswith(b"%PDF-")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", made)
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {size}
    # Ten of the worst and forty owners do not go on one page.
    assert len(re.findall(rb"/Type /Page\b", made)) >= 2
    assert list(tmp_path.glob(".*part")) == []


def test_mistakes_are_told_in_one_line(run: Run, tmp_path: Path) -> None:
    for given, words in (
        ((str(tmp_path / "a.xlsx"), "--location", "mars"), "no site “mars”"),
        ((str(tmp_path / "no" / "a.pdf"),), "does not exist"),
        ((str(tmp_path / "a.xlsx"), "--since", "2027-01-01"), "in the future"),
    ):
        code, _, err = run(*given)
        assert code == 2
        assert words in err
