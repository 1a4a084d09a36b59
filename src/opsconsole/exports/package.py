"""Rows streamed into a workbook that openpyxl has laid out.

openpyxl writes everything around the rows (styles, tables, conditional formatting, charts, print set-up) for sheets
without rows; the rows are put into the package as text. Measured on 200,000 rows of 14 columns, an object per cell
takes more than ten times as long.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

CHUNK = 4_000  # rows per piece of XML
_LEVEL = 3  # of deflate: 6 makes the file 8 % smaller and takes twice as long
_STAMP = (1980, 1, 1, 0, 0, 0)  # same listing, same bytes

Row = tuple[int, float | None, list[str]]  # number, height in points, cell bodies from column A on


@dataclass
class Streamed:
    """What a sheet gets besides what openpyxl wrote: rows above the table, the table's columns, text columns."""

    head: list[Row] = field(default_factory=list)
    columns: list[Callable[[int, int], list[str]]] = field(default_factory=list)
    first_row: int = 1
    start: int = 0
    stop: int = 0
    dimension: str = "A1"
    text_ranges: list[str] = field(default_factory=list)
    on_rows: Callable[[int], None] = lambda rows: None


def save(book: Workbook, streamed: dict[str, Streamed], file: BinaryIO) -> None:
    """Write the workbook to ``file`` with the rows of its streamed sheets (by sheet name)."""
    laid_out = io.BytesIO()
    book.save(laid_out)
    paths = {f"xl/worksheets/sheet{number}.xml": sheet.title for number, sheet in enumerate(book.worksheets, 1)}
    with (
        zipfile.ZipFile(laid_out) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as target,
    ):
        for member in source.infolist():
            content = source.read(member)
            rows = streamed.get(paths.get(member.filename, ""))
            info = zipfile.ZipInfo(member.filename, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            with target.open(info, "w", force_zip64=rows is not None) as out:
                for piece in [content] if rows is None else _with_rows(content.decode("utf-8"), rows):
                    out.write(piece)


def _with_rows(xml: str, rows: Streamed) -> Iterator[bytes]:
    before, _, after = _split(xml)
    yield _sized(before, rows.dimension).encode() + b"<sheetData>"
    for number, height, cells in rows.head:
        yield _row(number, height, cells).encode()
    yield from _body(rows)
    yield b"</sheetData>" + _with_ignored_errors(after, rows.text_ranges).encode()


def _split(xml: str) -> tuple[str, str, str]:
    for mark in ("<sheetData/>", "<sheetData />", "<sheetData></sheetData>"):
        if mark in xml:
            return xml.partition(mark)
    raise ValueError("a streamed sheet has cells of its own")


def _sized(before: str, dimension: str) -> str:
    start = before.index("<dimension")
    end = before.index(">", start) + 1
    return f'{before[:start]}<dimension ref="{dimension}"/>{before[end:]}'


def _row(number: int, height: float | None, cells: Iterable[str]) -> str:
    tall = f' ht="{height}" customHeight="1"' if height else ""
    parts = []
    for column, body in enumerate(cells, 1):
        if body:
            cell = f"{get_column_letter(column)}{number}"
            parts.append(f'<c r="{cell}"{body.replace("{cell}", cell, 1)}')
    return f'<row r="{number}"{tall}>{"".join(parts)}</row>'


def _body(rows: Streamed) -> Iterator[bytes]:
    letters = [get_column_letter(number) for number in range(1, len(rows.columns) + 1)]
    # One format call per row is the whole cost: <row r="8"><c r="A8" s=…</c><c r="B8"…
    template = '<row r="%s">' + "".join(f'<c r="{letter}%s%s' for letter in letters) + "</row>"
    for start in range(rows.start, rows.stop, CHUNK):
        stop = min(start + CHUNK, rows.stop)
        numbers = [
            f'{number}"' for number in range(rows.first_row + start - rows.start, rows.first_row + stop - rows.start)
        ]
        bare = [number[:-1] for number in numbers]
        parts: list[list[str]] = [bare]
        for cells in rows.columns:
            parts += [numbers, cells(start, stop)]
        yield "".join([template % row for row in zip(*parts, strict=True)]).encode()
        rows.on_rows(stop - start)


def _with_ignored_errors(after: str, ranges: list[str]) -> str:
    """Tell Excel that identifiers made of digits are meant to be text (no green corners); after printing set-up."""
    if not ranges:
        return after
    errors = "".join(f'<ignoredError sqref="{ref}" numberStoredAsText="1"/>' for ref in ranges)
    places = [
        place for tag in ("<drawing", "<legacyDrawing", "<tableParts", "</worksheet") if (place := after.find(tag)) >= 0
    ]
    return f"{after[: min(places)]}<ignoredErrors>{errors}</ignoredErrors>{after[min(places) :]}"
