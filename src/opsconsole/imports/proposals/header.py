"""Which row of an unknown table is its header: below titles and blank lines, above a line that describes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from opsconsole.imports import dates, numbers
from opsconsole.imports.proposals.names import words_of
from opsconsole.imports.proposals.words import KNOWN
from opsconsole.imports.tables import NumberedRow

_LOOKED_AT = 40
_ALL_NAMES = frozenset(words_of(name) for told in KNOWN.values() for name in told)


@dataclass(frozen=True, slots=True)
class HeaderChoice:
    """The line of the header, why, and the row under it where that only describes the columns."""

    line: int
    row: tuple[str, ...]
    reason: str
    description: tuple[str, ...] = ()


def find_header(rows: Sequence[NumberedRow], line: int = 0) -> HeaderChoice:
    """The header among the first rows, or the row at ``line`` where somebody chose it; ``rows`` are not empty."""
    looked_at = list(rows[:_LOOKED_AT])
    widths = [sum(1 for cell in row if cell.strip()) for _, row in looked_at]
    if line:
        at = next((number for number, (place, _) in enumerate(looked_at) if place >= line), len(looked_at) - 1)
        reason = "you chose it"
    else:
        points = [_points(row, width, max(widths)) for (_, row), width in zip(looked_at, widths, strict=True)]
        at = max(range(len(points)), key=lambda number: (points[number], -number))
        reason = _reason(looked_at, at)
    place, row = looked_at[at]
    return HeaderChoice(place, tuple(row), reason, _description(looked_at, at))


def _points(row: Sequence[str], width: int, widest: int) -> float:
    """How much a row looks like names of columns: wide, worded, each cell once, known names.

    A header fills nearly all of its cells, the rows below it maybe a few of theirs: width counts most.
    """
    cells = [cell.strip() for cell in row if cell.strip()]
    if not cells:
        return 0.0
    worded = sum(not _is_value(cell) for cell in cells) / len(cells)
    once = len({cell.casefold() for cell in cells}) / len(cells)
    known = sum(words_of(cell) in _ALL_NAMES for cell in cells) / len(cells)
    long = sum(len(cell) > 40 for cell in cells) / len(cells)
    return 2.0 * width / widest + worded + 0.5 * once + 1.5 * known - long


def _is_value(cell: str) -> bool:
    return (
        cell[:1].isdigit()
        or numbers.body_of(cell, money=True) is not None
        or bool(dates.candidates(cell))
        or "@" in cell
    )


def _reason(rows: Sequence[NumberedRow], at: int) -> str:
    known = sum(words_of(cell) in _ALL_NAMES for cell in rows[at][1] if cell.strip())
    above = (
        f", {at} line{'s' if at > 1 else ''} above it {'are' if at > 1 else 'is'} no part of the table" if at else ""
    )
    return f"{known} of its names are known{above}" if known else f"it is the first row of names{above}"


def _description(rows: Sequence[NumberedRow], at: int) -> tuple[str, ...]:
    """The row under the header, if it holds only words where the rows below hold figures and dates."""
    below = [row for _, row in rows[at + 1 :]]
    if len(below) < 3:
        return ()
    first, rest = below[0], below[1:12]
    typed = [
        place
        for place in range(len(first))
        if sum(place < len(row) and _is_value(row[place].strip()) for row in rest) >= 0.8 * len(rest)
    ]
    words = [cell for cell in first if cell.strip()]
    if len(typed) >= 2 and words and not any(_is_value(first[place].strip()) for place in typed):
        return tuple(first) if all(first[place].strip() for place in typed) else ()
    return ()
