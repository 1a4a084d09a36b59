"""Totals are formulas; the values stored with them are worked out here once more from the rows."""

import re
import shutil
import statistics
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.exports.sheet import ListingSheet
from opsconsole.exports.workbook import Workbook

Make = Callable[..., Listing]


def expected(first: int) -> dict[str, float]:
    """Totals of rows ``first`` to 24, from what the rows were made of."""
    shown = range(first, 25)
    return {
        "severity": len(shown),  # counts rows
        "order": len({1000 + i % 7 for i in shown}),
        "age": statistics.median(i + 1 for i in shown) / 24,
        "time_left": sum(i < 5 for i in shown),
        "value": sum(1000 * i + 5 for i in shown) / 100,
        "units": sum(shown),
        "cover": statistics.median(2.5 * i for i in shown if i % 4),
        "owner": sum(i % 3 == 0 for i in shown),
    }


EXPECTED = expected(0)


@pytest.fixture
def placed(make_listing: Make, tmp_path: Path) -> tuple[Path, ListingSheet]:
    book = Workbook("x", 0)
    where = book.add_listing(make_listing(25))[0]
    return book.save(tmp_path / "a.xlsx"), where


def totals(path: Path, where: ListingSheet, *, values: bool) -> dict[str, Any]:
    sheet = openpyxl.load_workbook(path, data_only=values)[where.name]
    found = {key: sheet[f"{letter}{where.header_row - 1}"].value for key, letter in where.letters.items()}
    # A time span's number is days.
    return {key: v / timedelta(days=1) if isinstance(v, timedelta) else v for key, v in found.items()}


def test_every_total_is_a_formula(placed: tuple[Path, ListingSheet]) -> None:
    formulas = totals(*placed, values=False)
    for key in EXPECTED:
        text = getattr(formulas[key], "text", formulas[key])
        assert str(text).startswith("="), key
    assert all(value is None for key, value in formulas.items() if key not in EXPECTED)


def test_viewers_that_do_not_calculate_show_the_right_totals(placed: tuple[Path, ListingSheet]) -> None:
    stored = totals(*placed, values=True)
    assert {key: stored[key] for key in EXPECTED} == pytest.approx(EXPECTED)


def test_mixed_currencies_are_not_added(tmp_path: Path) -> None:
    fields = (Field("value", "Value", Kind.MONEY, currency="code", total=Total.SUM), Field("code", "Currency"))
    rows = [{"id": i, "value": 100 * i, "code": "USD" if i % 2 else "JPY"} for i in range(1, 5)]
    book = Workbook("x", 0)
    where = book.add_listing(from_rows(fields, rows, id_key="id", as_of=0, title="Money"))[0]
    path = book.save(tmp_path / "a.xlsx")
    assert totals(path, where, values=True)["value"] == "600 JPY + 4.00 USD"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("hidden", [0, 4])
def test_a_spreadsheet_calculates_the_totals_of_the_rows_it_shows(
    placed: tuple[Path, ListingSheet], tmp_path: Path, hidden: int
) -> None:
    path, where = placed
    bare = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as copy:
        for member in source.infolist():
            content = source.read(member)
            if member.filename.startswith("xl/worksheets/"):
                content = re.sub(rb"</f><v>[^<]*</v>", b"</f>", content)
                for row in range(where.first_row, where.first_row + hidden):
                    content = content.replace(f'<row r="{row}"'.encode(), f'<row r="{row}" hidden="1"'.encode())
            copy.writestr(member, content)
    assert totals(bare, where, values=True)["value"] is None
    calculated = totals(_recalculated(bare, tmp_path), where, values=True)
    told = expected(hidden)
    assert {key: calculated[key] for key in told} == pytest.approx(told)


def _recalculated(path: Path, folder: Path) -> Path:
    home = f"-env:UserInstallation={(folder / 'home').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run([*command, str(folder / "o"), str(path)], check=True, capture_output=True, timeout=120)
    return folder / "o" / path.name
