"""Typed records of a long file, portion by portion, in a temporary file that nobody else sees."""

import marshal
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from opsconsole.imports.coded import Coded
from opsconsole.imports.records import Records
from opsconsole.imports.scratch import Scratch


class Spool:
    """Keeps portions until the whole file is read, since how new it is, is known only then."""

    def __init__(self) -> None:
        self._pieces = Scratch()
        self._portions: list[list[int]] = []  # numbers of the pieces of each
        self.counts: Counter[str] = Counter()

    def add(self, portion: Sequence[Records]) -> None:
        """Append a portion; UserError where there is no room for it."""
        self._portions.append([self._piece(portion)])

    def put_around(self, place: int, first: Sequence[Records], last: Sequence[Records]) -> None:
        """Add records at the beginning and at the end of a portion."""
        self._portions[place] = [self._piece(first), *self._portions[place], self._piece(last)]

    def _piece(self, some: Sequence[Records]) -> int:
        for records in some:
            self.counts[records.kind] += len(records)
        return self._pieces.add(marshal.dumps([_plain(records) for records in some]))

    def __iter__(self) -> Iterator[list[Records]]:
        """Portion by portion."""
        for pieces in self._portions:
            yield [_records(*plain) for piece in pieces for plain in marshal.loads(self._pieces.read(piece))]

    def close(self) -> None:
        """The file goes."""
        self._pieces.close()


def _plain(records: Records) -> tuple[Any, ...]:
    columns: dict[str, Any] = {}
    for name, values in records.columns.items():
        columns[name] = values.parts() if isinstance(values, Coded) else list(values)
    times = None if records.times is None else list(records.times)
    return records.kind, columns, array("q", records.lines).tobytes(), times


def _records(kind: str, columns: Mapping[str, Any], lines: bytes, times: Sequence[int | None] | None) -> Records:
    found = {
        name: Coded(np.frombuffer(values[0], np.int32), values[1]) if isinstance(values, tuple) else values
        for name, values in columns.items()
    }
    numbers = array("q")
    numbers.frombytes(lines)
    return Records(kind, found, numbers, times)
