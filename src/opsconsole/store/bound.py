"""Columns as SQLite's driver takes them fastest.

The driver binds ``int``, ``float``, ``str`` and ``bytearray`` at once and looks for an adapter for everything else,
None and bool included, which is six times slower. So NULL goes as an empty ``bytearray``, which nothing else is, and
the statement turns it into NULL; a flag goes as 0 or 1.
"""

from collections.abc import Sequence
from typing import Any

_NULL = bytearray()
_NONE = type(None)


def is_empty(values: Sequence[Any]) -> bool:
    """Whether a column has no value at all."""
    return values.count(None) == len(values)


def bound(values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """The placeholder of a column and its values to bind."""
    kinds = set(map(type, values))
    if bool in kinds:
        values = [int(value) if value is True or value is False else value for value in values]
    if _NONE not in kinds:
        return "?", values
    return "nullif(?, x'')", [_NULL if value is None else value for value in values]
