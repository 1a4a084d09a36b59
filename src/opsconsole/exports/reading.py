"""Reading our own workbooks back, to see that they hold what was written."""

from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries


@dataclass(frozen=True, slots=True)
class Tables:
    """What a workbook holds: sheet names, rows per table's sheet, number of charts."""

    sheets: tuple[str, ...]
    rows: dict[str, int]
    charts: int


def read_tables(path: Path) -> Tables:
    """Open a workbook and count; ValueError when a table's header does not match its cells."""
    book = load_workbook(path)
    rows: dict[str, int] = {}
    for sheet in book.worksheets:
        for table in sheet.tables.values():
            left, top, right, bottom = range_boundaries(table.ref)
            header = [sheet.cell(top, column).value for column in range(left, right + 1)]
            if header != [column.name for column in table.tableColumns]:
                raise ValueError(f"the table on {sheet.title} does not match its header")
            rows[sheet.title] = bottom - top
    charts = sum(len(sheet._charts) for sheet in book.worksheets)
    book.close()
    return Tables(tuple(book.sheetnames), rows, charts)
