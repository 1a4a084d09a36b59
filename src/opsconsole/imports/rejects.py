"""What was refused of a file, and why."""

import csv
import dataclasses
import io
import re
from collections.abc import Collection, Iterable
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


def worth_telling(its: Collection[Reject]) -> Iterable[Reject]:
    """What of several faults of a line is told."""
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
