"""What the command line prints: one JSON object, or aligned words."""

import json
import shutil
import sys
import unicodedata
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from opsconsole.cli import values
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, plain_values
from opsconsole.domain.wording import instant, plural, unmarked

_RIGHT = frozenset(
    {Kind.QUANTITY, Kind.MONEY, Kind.PERCENT, Kind.DURATION, Kind.TIME_LEFT, Kind.COVER, Kind.CLAUSE, Kind.DATE}
)
_GAP = "  "
_INDENT = 2
_LONGEST = 60  # characters of a cell, so that one long sentence does not push the rest off the screen


def print_json(told: Mapping[str, Any]) -> None:
    """One object, keys in their order, readable; iterators in it are lists that are written as they come."""
    mark = uuid.uuid4().hex
    later: list[Iterator[Any]] = []

    def default(value: Any) -> str:
        if not isinstance(value, Iterator):
            return str(value)
        later.append(value)
        return mark

    first, *parts = json.dumps(told, ensure_ascii=False, indent=_INDENT, default=default).split(f'"{mark}"')
    sys.stdout.write(first)
    before = first
    for items, part in zip(later, parts, strict=True):
        line = before.rpartition("\n")[2]
        _print_list(items, "\n" + " " * (len(line) - len(line.lstrip(" "))))
        sys.stdout.write(part)
        before = part
    sys.stdout.write("\n")


def _print_list(items: Iterator[Any], line_end: str) -> None:
    """A list item by item; ``line_end`` is what ends a line at its depth."""
    inside = line_end + " " * _INDENT
    between = "["
    for item in items:
        text = json.dumps(item, ensure_ascii=False, indent=_INDENT, default=str)
        sys.stdout.write(between + inside + text.replace("\n", inside))
        between = ","
    sys.stdout.write("[]" if between == "[" else f"{line_end}]")


def print_listing(listing: Listing, *, as_json: bool) -> None:
    """A listing as one JSON object, or as a table of the fields shown at first."""
    if as_json:
        print_json(values.as_json(listing))
        return
    fields = [field for field in listing.fields if not field.hidden]
    columns = {key: plain_values(column) for key, column in listing.columns.items()}
    rows = []
    for index in range(len(listing)):
        row = []
        for field in fields:
            currency = str(columns[field.currency][index] or "") if field.currency in columns else field.currency
            row.append(unmarked(values.in_words(field, columns[field.key][index], currency, listing)))
        rows.append(row)
    print_table([_header(field) for field in fields], rows, right=[field.kind in _RIGHT for field in fields])
    print_lines([""] * bool(rows) + [_foot(listing), *map(unmarked, listing.notes)])


def _header(field: Field) -> str:
    unit = field.unit if field.unit and field.unit not in field.label else ""
    return f"{field.label or field.key} ({unit})" if unit else field.label or field.key


def _foot(listing: Listing) -> str:
    counted = plural(len(listing), "row")
    if listing.total != len(listing):
        counted = f"{len(listing):,} of {plural(listing.total, 'row')}"
    return f"{counted}. As of {instant(listing.as_of, listing.time_zone, year_of=0)} ({listing.time_zone})."


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool] = ()) -> None:
    """Aligned columns, two spaces apart; on a terminal lines end at its edge, into a file they are whole."""
    if not header:
        return
    aligned = list(right) or [False] * len(header)
    cells = [[_one_line(cell) for cell in row] for row in rows]
    widths = [max([_width(title), *(_width(row[i]) for row in cells)]) for i, title in enumerate(header)]
    edge = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for row in [list(header), *cells]:
        line = _GAP.join(
            _padded(cell, width, right=flag) for cell, width, flag in zip(row, widths, aligned, strict=True)
        ).rstrip()
        sys.stdout.write((line[: edge - 1] + "…" if edge and _width(line) > edge else line) + "\n")


def print_lines(lines: Sequence[str], stream: TextIO | None = None) -> None:
    """Lines of words."""
    (stream or sys.stdout).write("".join(f"{line}\n" for line in lines))


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1].rstrip() + "…"


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _width(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining ones none (Unicode annex 11)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
