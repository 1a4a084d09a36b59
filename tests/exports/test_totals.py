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

EXPECTED = {
    "severity": 25,  # rows
    "order": 7,  # different ones of 1000 + i % 7
    "age": statistics.median(range(1, 26)) / 24,
    "time_left": 5,  # 0 … 4 are below zero
    "value": sum(1000 * i + 5 for i in range(25)) / 100,
    "units": sum(range(25)),
    "cover": statistics.median(2.5 * i for i in range(25) if i % 4),
    "owner": sum(i % 3 == 0 for i in range(25)),
}


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
def test_a_spreadsheet_calculates_the_same_totals(placed: tuple[Path, ListingSheet], tmp_path: Path) -> None:
    path, where = placed
    bare = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as copy:
        for member in source.infolist():
            content = source.read(member)
            if member.filename.startswith("xl/worksheets/"):
                content = _without_values(content)
            copy.writestr(member, content)
    assert totals(bare, where, values=True)["value"] is None
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(tmp_path / "o"),
    ]
    subprocess.run([*command, str(bare)], check=True, capture_output=True, timeout=120)
    calculated = totals(tmp_path / "o" / "bare.xlsx", where, values=True)
    assert {key: calculated[key] for key in EXPECTED} == pytest.approx(EXPECTED)


def _without_values(xml: bytes) -> bytes:
    return re.sub(rb"</f><v>[^<]*</v>", b"</f>", xml)
