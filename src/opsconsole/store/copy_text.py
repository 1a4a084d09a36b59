"""Rows in the text format of PostgreSQL's COPY, column by column: several times faster than row by row in Python."""

from collections.abc import Iterator, Sequence
from typing import Any

_BLOCK = 4096
_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_blocks(columns: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Blocks of lines for ``COPY ... FROM STDIN``, from columns of equal length."""
    for start in range(0, len(columns[0]) if columns else 0, _BLOCK):
        written = [_written(column[start : start + _BLOCK]) for column in columns]
        yield "\n".join(map("\t".join, zip(*written, strict=True))) + "\n"


def _written(values: Sequence[Any]) -> list[str]:
    kinds = set(map(type, values))
    if kinds == {int}:
        return list(map(str, values))
    if kinds <= {str, type(None)}:
        together = "".join(filter(None, values))
        if not any(sign in together for sign in "\\\t\n\r"):
            return [_NULL if value is None else value for value in values]
    return [_one(value) for value in values]


def _one(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)
