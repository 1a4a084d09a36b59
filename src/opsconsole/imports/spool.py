"""Typed records of a long file, portion by portion, in a temporary file that nobody else sees."""

import marshal
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from opsconsole.domain.errors import UserError
from opsconsole.imports.coded import Coded
from opsconsole.imports.records import Records


class Spool:
    """Keeps portions until the whole file is read, since how new it is, is known only then."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by ``close``
        self._sizes: list[int] = []
        self.counts: Counter[str] = Counter()

    def add(self, portion: Sequence[Records]) -> None:
        """Append a portion; UserError where there is no room for it."""
        for records in portion:
            self.counts[records.kind] += len(records)
        try:
            content = marshal.dumps([_plain(records) for records in portion])
            self._file.write(content)
        except OSError as fault:
            raise UserError(
                f"The file cannot be read: there is no room in the folder {tempfile.gettempdir()}.",
                "Free some space there; nothing was changed.",
            ) from fault
        self._sizes.append(len(content))

    def __iter__(self) -> Iterator[list[Records]]:
        """Portion by portion."""
        self._file.seek(0)
        for size in self._sizes:
            yield [_records(*plain) for plain in marshal.loads(self._file.read(size))]

    def close(self) -> None:
        """The file goes."""
        self._file.close()


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
