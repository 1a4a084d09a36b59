"""What was refused of a file, and why."""

import csv
import dataclasses
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

_RAW_LENGTH = 2_000
# What no database and no workbook takes: halves of characters (bytes that were no text), and NUL.
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")


def readable(text: str) -> str:
    """The text with what cannot be stored (bytes that are no text, NUL) shown by its number, as in Python."""
    return _UNSTORABLE.sub(lambda found: f"\\x{ord(found.group()) & 0xFF:02x}", text)


class Rank(IntEnum):
    """What else on a line makes a fault not worth telling."""

    PLAIN = 0  # nothing
    DERIVED = 1  # worked out from several columns: told only where no column by itself is at fault
    WAITING = 2  # only another line of the order is at fault: told only where the line itself has none


@dataclass(frozen=True, slots=True)
class Reject:
    """A line (0 = none in particular) whose ``field`` holds ``found`` instead of ``expected``; ``raw`` is the line.

    ``columns`` are the names of the file's columns that the field is read from.
    """

    kind: str
    line: int
    field: str
    found: str
    expected: str
    raw: str = ""
    columns: tuple[str, ...] = ()
    rank: Rank = dataclasses.field(default=Rank.PLAIN, compare=False)


def told_once(apart: Iterable[Sequence[Reject]], kinds: Sequence[str]) -> list[Reject]:
    """What was found at fault by itself in several readings of a file, as one reading of it tells it, by lines.

    ``kinds`` is the order in which record kinds are read.
    """
    lines: dict[int, list[Sequence[Reject]]] = {}
    for rejects in apart:
        by_line: dict[int, list[Reject]] = {}
        for reject in rejects:
            by_line.setdefault(reject.line, []).append(reject)
        for line, its in by_line.items():
            lines.setdefault(line, []).append(its)
    place = {kind: number for number, kind in enumerate(kinds)}
    found: list[Reject] = []
    for _, groups in sorted(lines.items()):
        if len(groups) == 1:
            found += groups[0]
            continue
        its = sorted((one for group in groups for one in group), key=lambda one: place.get(one.kind, len(place)))
        found += sorted(_worth_telling(its), key=lambda one: one.field)
    return found


def _worth_telling(its: Collection[Reject]) -> Iterable[Reject]:
    ranks = {one.rank for one in its}
    gone = {Rank.DERIVED} if Rank.PLAIN in ranks else set()
    gone |= {Rank.WAITING} if ranks != {Rank.WAITING} else set()
    told = {(one.found, one.expected if not one.found else ""): one for one in reversed([*its]) if one.rank not in gone}
    return told.values()


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A line of an order that was refused, as it was read; lines of one order have the same ``part``."""

    line: int
    part: int
    cells: tuple[str, ...]


def as_line(row: Iterable[str]) -> str:
    """Cells as one line of text, cut where it is very long."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    line = text.getvalue()
    return line if len(line) <= _RAW_LENGTH else f"{line[:_RAW_LENGTH]}…"
