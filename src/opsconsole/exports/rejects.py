"""Refused lines as a workbook to be corrected and dropped back: all cells as text, the bad ones marked."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole.domain.progress import Progress
from opsconsole.domain.reject_sheet import BEYOND, HIDDEN_SHEET, LINE, MARK, WRONG, RejectSheet, SheetRow
from opsconsole.domain.wording import plural
from opsconsole.exports.package import Row, Streamed
from opsconsole.exports.styles import Look, StyleBook
from opsconsole.exports.text import element, one_line
from opsconsole.exports.workbook import Workbook

_HEADER = 5
_TEXT = "@"  # what is typed stays what was typed: no dates, no lost zeros
_WIDEST, _NARROWEST = 42.0, 9.0


def write_rejects(sheet: RejectSheet, path: Path, progress: Progress | None = None) -> Path:
    """Write the workbook; UserError for the target's faults."""
    book = Workbook(f"Rejected lines of {sheet.file}", sheet.as_of)
    worksheet = book.add_sheet("Rejected lines")
    headers = _headers(sheet)
    order = _wrong_first(sheet, headers)
    names = [LINE, WRONG, *(headers[number] for number in order)]
    columns = [_lines, _wrong, *map(_cell, order)]
    book.add_rows(worksheet, _streamed(sheet, names, columns, book.styles))
    _set_up(worksheet, sheet, names, columns)
    hidden = book.add_sheet(HIDDEN_SHEET)
    for row in ((MARK, "1"), ("import", str(sheet.batch_id)), ("key", sheet.key), ("file", one_line(sheet.file))):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    book.define(DefinedName("opsconsole_rejects", attr_text=f"{HIDDEN_SHEET}!$B$2"))
    return book.save(path, progress)


def _headers(sheet: RejectSheet) -> list[str]:
    width = max([len(sheet.columns), *(len(row.cells) for row in sheet.rows)])
    beyond = [BEYOND] * (width - len(sheet.columns))
    return [*(one_line(name) for name in sheet.columns), *beyond]


def _wrong_first(sheet: RejectSheet, headers: list[str]) -> list[int]:
    """Numbers of the columns, those to correct leading: of 79 columns nobody finds the two that have red cells.

    Columns that share a name stay in their order, by which alone they are told apart when they come back.
    """
    letters = ["".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold())) for name in headers]
    alike = Counter(letters)
    wrong = {number for row in sheet.rows for number in row.faults if letters[number] and alike[letters[number]] == 1}
    return sorted(range(len(headers)), key=lambda number: number not in wrong)


_Cell = Callable[[SheetRow], tuple[str, str]]  # a text and the color role that marks it


def _lines(row: SheetRow) -> tuple[str, str]:
    return str(row.line), "raised"


def _wrong(row: SheetRow) -> tuple[str, str]:
    return row.wrong, "raised"


def _cell(number: int) -> _Cell:
    def text(row: SheetRow) -> tuple[str, str]:
        return (row.cells[number] if number < len(row.cells) else ""), "bad_bg" if number in row.faults else ""

    return text


def _streamed(sheet: RejectSheet, names: list[str], columns: list[_Cell], styles: StyleBook) -> Streamed:
    first = _HEADER + 1
    return Streamed(
        [*_head(sheet, styles), (_HEADER, 30.0, [_header(name, styles) for name in names])],
        [_bodies(sheet.rows, column, styles) for column in columns],
        first,
        0,
        len(sheet.rows),
        f"A1:{get_column_letter(len(names))}{_HEADER + max(1, len(sheet.rows))}",
        [f"A{first}:{get_column_letter(len(names))}{_HEADER + max(1, len(sheet.rows))}"],
    )


def _bodies(rows: tuple[SheetRow, ...], column: _Cell, styles: StyleBook) -> Callable[[int, int], list[str]]:
    # Styles are numbered before the workbook is written.
    looks = {role: styles.number(_look(role)) for role in ("", "raised", "bad_bg")}

    def cells(start: int, stop: int) -> list[str]:
        found = []
        for row in rows[start:stop]:
            text, role = column(row)
            content, _ = element(text)
            found.append(f' s="{looks[role]}" t="inlineStr"><is>{content}</is></c>')
        return found

    return cells


def _look(role: str) -> Look:
    color = {"bad_bg": "bad", "raised": "text_muted"}.get(role, "text")
    return Look(_TEXT, role=color, fill=role, bold=role == "bad_bg", text_mark=True, line="line")


def _header(name: str, styles: StyleBook) -> str:
    style = styles.number(Look(_TEXT, "left", "text_muted", True, "raised", line="line_strong", header=True))
    return f' s="{style}" t="inlineStr"><is>{element(name)[0]}</is></c>'


def _head(sheet: RejectSheet, styles: StyleBook) -> list[Row]:
    more = f" {plural(sheet.more, 'more line')} were refused: correct the file itself for those." if sheet.more else ""
    lines = [
        (
            f"Rejected lines of {sheet.file} (import {sheet.batch_id}, {sheet.label})",
            Look(size=16, bold=True, line=""),
            24.0,
        ),
        (
            "Correct the red cells, save, and drop this workbook on the window, or: opsconsole import FILE. What is "
            f"right then comes in.{more}",
            Look(role="text_muted", line=""),
            16.0,
        ),
        (
            "Leave the column “Line” and the header as they are. Rows may be sorted; rows you delete stay refused. All "
            "lines of an order stand here: one bad line keeps its whole order out.",
            Look(role="text_muted", line=""),
            16.0,
        ),
    ]
    rows: list[Row] = []
    for number, (text, look, height) in enumerate(lines, 1):
        body = f' s="{styles.number(look)}" t="inlineStr"><is>{element(one_line(text))[0]}</is></c>'
        rows.append((number, height, [body]))
    return rows


def _set_up(worksheet: Worksheet, sheet: RejectSheet, names: list[str], columns: list[_Cell]) -> None:
    shown = sheet.rows[:200]
    for number, (name, texts) in enumerate(zip(names, columns, strict=True)):
        longest = max([len(name) * 0.9, *(len(texts(row)[0]) for row in shown)])
        width = min(60.0 if number == 1 else _WIDEST, max(_NARROWEST, longest * 1.1 + 2))
        worksheet.column_dimensions[get_column_letter(number + 1)].width = round(width, 1)
    worksheet.sheet_format.defaultRowHeight, worksheet.sheet_format.customHeight = 18.0, True
    worksheet.sheet_view.showGridLines = False
    worksheet.freeze_panes = f"C{_HEADER + 1}"
    last = _HEADER + max(1, len(sheet.rows))
    worksheet.auto_filter.ref = f"A{_HEADER}:{get_column_letter(len(names))}{last}"
