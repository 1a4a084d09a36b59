"""Columns as SQLite's driver takes them fastest.

The driver binds ``int``, ``float``, ``str`` and ``bytearray`` at once and looks for an adapter for everything else,
None and bool included, which is six times slower. So NULL goes as an empty ``bytearray``, which nothing else is, and
the statement turns it into NULL; a flag goes as 0 or 1.
"""

from collections.abc import Sequence
from typing import Any

_LONG = 200
_NULL = bytearray()
_NONE = type(None)


def is_empty(values: Sequence[Any]) -> bool:
    """Whether a column has no value at all."""
    return values.count(None) == len(values)


def same(values: Sequence[Any]) -> str | None:
    """The one value of a whole column as it stands in a statement, so that it need not be bound row by row.

    None where values differ, or where text and number would not come back as they are.
    """
    value = values[0]
    kind = type(value)
    if value != values[-1] or kind not in (int, str) or type(values[-1]) is not kind:
        return None
    if values.count(value) < len(values) or set(map(type, values)) != {kind}:
        return None
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return None if len(text) > _LONG or "\x00" in text else "'" + text.replace("'", "''") + "'"


def bound(values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """The placeholder of a column and its values to bind."""
    kinds = set(map(type, values))
    if bool in kinds:
        values = [int(value) if value is True or value is False else value for value in values]
    if _NONE not in kinds:
        return "?", values
    return "nullif(?, x'')", [_NULL if value is None else value for value in values]
