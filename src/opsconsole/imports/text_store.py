"""A long table of text on disk, in chunks whose columns can be read one by one."""

import marshal
from collections.abc import Collection, Iterator, Mapping

import numpy as np

from opsconsole.imports.columns import TextColumn, TextTable
from opsconsole.imports.scratch import Scratch


class TextStore:
    """Chunks of one table, each with all its columns."""

    def __init__(self) -> None:
        self._pieces = Scratch()
        self._chunks: list[dict[str, int]] = []  # number of the piece by column; lines and faults are under ""
        self.starts = [0]  # number of each chunk's first row, and of the row after the last

    def __len__(self) -> int:
        """How many chunks there are."""
        return len(self._chunks)

    @property
    def columns(self) -> Mapping[str, int]:
        """Its columns, by normalized name."""
        return {name: place for place, name in enumerate(self._chunks[0]) if name}

    def add(self, table: TextTable) -> None:
        """Append a chunk; UserError where there is no room for it."""
        numbers = {"": self._pieces.add(marshal.dumps((table.lines.tobytes(), table.faults)))}
        for name, column in table.columns.items():
            numbers[name] = self._pieces.add(_packed(column))
        self._chunks.append(numbers)
        self.starts.append(self.starts[-1] + len(table))

    def parts(self, name: str) -> Iterator[TextColumn]:
        """A column, chunk by chunk."""
        for numbers in self._chunks:
            yield _unpacked(self._pieces.read(numbers[name]))

    def chunk(self, place: int, names: Collection[str]) -> TextTable:
        """A chunk with some of its columns."""
        numbers = self._chunks[place]
        lines, faults = marshal.loads(self._pieces.read(numbers[""]))
        columns = {name: _unpacked(self._pieces.read(numbers[name])) for name in numbers if name in names}
        return TextTable(columns, np.frombuffer(lines, np.int64), faults)

    def close(self) -> None:
        """The file goes."""
        self._pieces.close()


def _packed(column: TextColumn) -> bytes:
    return marshal.dumps((column.codes.tobytes(), column.values))


def _unpacked(content: bytes) -> TextColumn:
    codes, values = marshal.loads(content)
    return TextColumn(np.frombuffer(codes, np.int32), values)
