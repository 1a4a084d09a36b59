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
        self.counts: Counter[str] = Counter()

    def add(self, portion: Sequence[Records]) -> None:
        """Append a portion; UserError where there is no room for it."""
        for records in portion:
            self.counts[records.kind] += len(records)
        self._pieces.add(marshal.dumps([_plain(records) for records in portion]))

    def __iter__(self) -> Iterator[list[Records]]:
        """Portion by portion."""
        for number in range(len(self._pieces)):
            yield [_records(*plain) for plain in marshal.loads(self._pieces.read(number))]

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
