"""What was refused of a file, and why."""

import re
from dataclasses import dataclass

# What no database and no workbook takes: halves of characters (bytes that were no text), and NUL.
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")


def readable(text: str) -> str:
    """The text with what cannot be stored (bytes that are no text, NUL) shown by its number, as in Python."""
    return _UNSTORABLE.sub(lambda found: f"\\x{ord(found.group()) & 0xFF:02x}", text)


@dataclass(frozen=True, slots=True)
class Reject:
    """A line (0 = none in particular) whose ``field`` holds ``found`` instead of ``expected``; ``raw`` is the line."""

    kind: str
    line: int
    field: str
    found: str
    expected: str
    raw: str = ""
