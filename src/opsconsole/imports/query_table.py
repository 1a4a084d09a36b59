"""The result of a query as a table of text: the columns' names as its header, each value as text without loss.

The rows go through a file of one's own, so that the query is asked once however often the table is read, and memory
stays bounded whatever comes back.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from opsconsole.domain.errors import UserError
from opsconsole.imports import limits
from opsconsole.imports.tables import InputFile, NumberedRow

_ENCODING = "utf-8"
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class QueryTable:
    """Rows of a query's result, kept in a file; its header is line 1, its first row line 2."""

    path: Path
    description: str
    ragged: bool = False

    def rows(self) -> Iterator[NumberedRow]:
        """All rows with their numbers."""
        with self.path.open(encoding=_ENCODING, errors="surrogateescape", newline="") as stream:
            yield from enumerate(csv.reader(stream), start=1)


class Spool:
    """Writes a query's result into a file of a folder; ``close`` it, then ``input_file`` is what an import takes."""

    def __init__(self, folder: Path, name: str, names: Sequence[str], description: str) -> None:
        self.count = 0
        self._name, self._names, self._description = name, list(names), description
        self._path = folder / "result.csv"
        self._stream = self._path.open("w", encoding=_ENCODING, errors="surrogateescape", newline="")
        self._writer = csv.writer(self._stream)
        self._write([self._names])

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows; UserError where a value or the whole is larger than any table."""
        texts = [[text_of(value) for value in row] for row in rows]
        for number, row in enumerate(texts, self.count + 1):
            for name, text in zip(self._names, row, strict=True):
                if len(text) > limits.MAX_CELL:
                    what = f"row {number:,} has more than a million characters in {name}"
                    raise UserError(f"{self._name} is refused: {what}.", "Leave the column out of the query.")
        self.count += len(texts)
        if self.count > limits.MAX_RECORDS:
            raise _too_many(self._name)
        self._write(texts)

    def _write(self, rows: Iterable[Sequence[str]]) -> None:
        try:
            self._writer.writerows(rows)
            if self._stream.tell() > limits.MAX_UNPACKED:
                raise _too_many(self._name)
        except OSError as fault:
            raise UserError(
                f"The rows of {self._name} cannot be kept in {self._path.parent}: {fault.strerror}.",
                "Free some space; nothing was imported.",
            ) from None

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def input_file(self, read_at: int) -> InputFile:
        """What an import takes; ``read_at`` is the instant that the rows are as of."""
        self._stream.flush()
        return InputFile(self._path, self._name, read_at, QueryTable(self._path, self._description))


def _too_many(name: str) -> UserError:
    return UserError(
        f"{name} is refused: it has more than {limits.MAX_RECORDS:,} rows or 8 GB.",
        "Read it in parts: give a high-water column and a value to begin with.",
    )


def text_of(value: Any) -> str:
    """A value of a database as text: nothing is rounded, NULL is empty, bytes are ``0x…``, times are ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _less_usual(value)


def _less_usual(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if value == value and abs(value) != float("inf") else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _elapsed(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"0x{bytes(value).hex()}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=text_of)
    if hasattr(value, "read"):  # a large object that is fetched when asked
        return text_of(value.read())
    return str(value)


def _elapsed(value: timedelta) -> str:
    """``36:05:09.5``: hours, minutes, seconds, as databases write a time that may be longer than a day."""
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    minutes, seconds = divmod(value.days * _DAY + value.seconds, 60)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{fraction}"
