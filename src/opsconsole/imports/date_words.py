"""Formats of dates as people write them."""

import re

import pandas as pd

from opsconsole.imports.dates import ISO, NUMERIC_FORMATS

_LETTERS = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%b": "Mon", "%B": "Month", "%H": "HH", "%I": "HH",
            "%M": "MM", "%S": "SS", "%f": "fff", "%p": "AM", "%z": "+zone", "%Z": "zone"}  # fmt: skip


def in_letters(pattern: str) -> str:
    """A format as people write it: ``%m-%d-%y`` is MM-DD-YY."""
    names = {ISO: "YYYY-MM-DD", "excel": "days of a spreadsheet", "unix": "seconds of Unix", "unix_ms": "Unix ms"}
    if pattern in names:
        return names[pattern]
    return " or ".join(
        re.sub(r"%[a-zA-Z]", lambda m: _LETTERS.get(m.group(), m.group()), p) for p in pattern.split("|")
    )


def sample(pattern: str) -> str:
    """An example of a format, for "expected": ``a date like 31/12/2026``."""
    if "|" in pattern:
        return " or ".join(sample(part) for part in pattern.split("|"))
    if pattern in NUMERIC_FORMATS:
        return f"a number of {pattern} time"
    shown = pd.Timestamp(2026, 12, 31, 17, 30).strftime("%Y-%m-%d %H:%M:%S" if pattern == ISO else pattern)
    return f"a date like {shown}".strip()
