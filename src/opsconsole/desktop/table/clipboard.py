"""Rows as cells for the clipboard: tab-separated text and an HTML table, with headers."""

import html
from typing import Any

from PySide6.QtCore import QMimeData

from opsconsole.desktop.table.cells import Cell, aligned_right
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.model import ListingModel
from opsconsole.domain import money
from opsconsole.domain.field import ClauseValue, Cover, Field, Kind
from opsconsole.domain.instants import day_to_date, to_datetime

# A spreadsheet reads a pasted cell that begins with one of these as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def copy_rows(model: ListingModel, rows: list[int], columns: list[int]) -> QMimeData:
    """Cells of some rows and columns with their headers; numbers and dates as a spreadsheet reads them."""
    fields = [model.fields[column] for column in columns]
    table = [[field.label for field in fields]]
    for row in rows:
        cells = model.cells(row)
        table.append([_plain(model.fields[c], model.raw(row, c), cells[c], model.formats) for c in columns])
    data = QMimeData()
    data.setText("\n".join("\t".join(line) for line in table) + "\n")
    data.setHtml(_as_html(fields, table))
    return data


def _as_html(fields: list[Field], table: list[list[str]]) -> str:
    lines = []
    for number, line in enumerate(table):
        tag = "th" if number == 0 else "td"
        cells = "".join(
            f'<{tag} align="{"right" if aligned_right(field) else "left"}">{html.escape(text)}</{tag}>'
            for field, text in zip(fields, line, strict=True)
        )
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _plain(field: Field, raw: Any, cell: Cell, formats: Formats) -> str:
    number = _number(field, raw)
    if number is not None:
        text = repr(number) if isinstance(number, float) else str(number)
        return text.replace(".", formats.locale.decimalPoint())
    if raw is not None and field.kind == Kind.INSTANT:
        return f"{to_datetime(raw, formats.zone):%Y-%m-%d %H:%M}"
    if raw is not None and field.kind == Kind.DATE:
        return day_to_date(raw).isoformat()
    text = cell.text.replace("\t", " ").replace("\n", " ").replace("\r", " ")
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _number(field: Field, raw: Any) -> float | int | None:
    if isinstance(raw, ClauseValue):
        return raw.value
    if isinstance(raw, Cover):
        return raw.days
    if field.kind in (Kind.QUANTITY, Kind.PERCENT) and isinstance(raw, (int, float)):
        return raw
    if field.kind == Kind.MONEY and isinstance(raw, int) and len(field.currency) == 3 and field.currency.isupper():
        return float(money.to_decimal(raw, field.currency))
    return None
