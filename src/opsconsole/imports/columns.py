"""Columns of text, dictionary-encoded: every distinct text once, and one code per row.

What is true of a column (its date format, its decimal sign) is decided over its distinct texts, and each of them is
converted once, however many rows carry it.
"""

import itertools
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import cast

import numpy as np
import numpy.typing as npt

from opsconsole.imports.coded import Coded
from opsconsole.imports.fields import Fields

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
_FEW, _ENOUGH = 0.3, 200  # share of distinct texts up to which a column repeats itself; rows to tell that from
EMPTY = 0  # the code of the empty text in every text column


@lru_cache(maxsize=4096)
def normalized(name: str) -> str:
    """A column name as it is compared: letter case, spacing, a byte order mark and the form of quotes do not matter."""
    text = unicodedata.normalize("NFKC", name).replace("\ufeff", "").replace("’", "'").strip().strip("'\"")
    return " ".join(text.casefold().split())


def unique_names(header: Sequence[str]) -> list[str]:
    """Column names, a repeated one numbered: ``Amount``, ``Amount (2)``; a nameless column stays nameless."""
    seen: dict[str, int] = {}
    names = []
    for name in header:
        clean = " ".join(name.replace("\ufeff", "").split())
        count = seen[normalized(clean)] = seen.get(normalized(clean), 0) + 1
        names.append(f"{clean} ({count})" if count > 1 and clean else clean)
    return names


@dataclass(frozen=True, slots=True)
class TextColumn:
    """``values[codes[i]]`` is row i's text; code 0 is the empty text."""

    codes: Codes
    values: list[str]
    prepared: dict[object, list[str]] = field(default_factory=dict, compare=False, repr=False)  # see convert

    def at(self, row: int) -> str:
        """Text of a row."""
        return self.values[int(self.codes[row])]

    def take(self, rows: Rows) -> "TextColumn":
        """Some rows, with the texts that they have."""
        codes = self.codes[rows]
        used = np.zeros(len(self.values), np.bool_)
        used[codes] = True
        used[EMPTY] = True
        kept = np.flatnonzero(used)
        new = np.cumsum(used, dtype=np.int32) - np.int32(1)
        return TextColumn(new[codes], list(map(self.values.__getitem__, kept.tolist())))


class Encoder:
    """Builds one text column piece by piece; with an ``encoding`` it keeps bytes and decodes them at the end."""

    def __init__(self, encoding: str = "") -> None:
        # A counter as the factory gives a new text the next code without a Python call.
        self._codes: defaultdict[str | bytes, int] = defaultdict(itertools.count().__next__)
        self._codes[b"" if encoding else ""]
        self._encoding = encoding
        self._parts: list[Codes] = []
        self._few = True  # whether its texts repeat so often that it pays to look for those that are alike

    def add(self, texts: Iterable[str], count: int) -> None:
        """Append ``count`` texts."""
        if self._encoding:
            self.add_bytes((text.encode(self._encoding, "surrogateescape") for text in texts), count)
        else:
            self._parts.append(np.fromiter(map(self._codes.__getitem__, texts), dtype=np.int32, count=count))

    def add_bytes(self, texts: Iterable[bytes], count: int) -> None:
        """Append ``count`` texts as bytes."""
        self._parts.append(np.fromiter(map(self._codes.__getitem__, texts), dtype=np.int32, count=count))

    def add_sparse(self, rows: Rows, texts: Sequence[bytes], count: int) -> None:
        """Append ``count`` rows that are empty but for some, whose texts are given as bytes."""
        codes = np.zeros(count, np.int32)
        codes[rows] = np.fromiter(map(self._codes.__getitem__, texts), dtype=np.int32, count=len(texts))
        self._parts.append(codes)

    def add_column(self, fields: Fields, index: int) -> None:
        """Append a column of fields."""
        found = fields.distinct(index) if self._few else None
        if found is None:
            self.add_sparse(*fields.column(index), len(fields))
            return
        rows, texts, numbers = found
        self._few = len(texts) <= _FEW * len(rows) or len(rows) < _ENOUGH
        known = np.fromiter(map(self._codes.__getitem__, texts), np.int32, len(texts))
        codes = np.zeros(len(fields), np.int32)
        codes[rows] = known[numbers]
        self._parts.append(codes)

    def add_text_column(self, column: TextColumn) -> None:
        """Append a column of text; not with an encoding."""
        known = np.fromiter(map(self._codes.__getitem__, column.values), np.int32, len(column.values))
        self._parts.append(known[column.codes])

    def column(self) -> TextColumn:
        """The whole column; the encoder is empty afterwards, so that its texts are not held twice."""
        codes = np.concatenate(self._parts) if self._parts else np.zeros(0, np.int32)
        encoding = self._encoding
        texts = list(self._codes)
        values = _decoded(cast("list[bytes]", texts), encoding) if encoding else cast("list[str]", texts)
        self._codes.clear()
        self._parts.clear()
        return TextColumn(codes, values)


def _decoded(texts: list[bytes], encoding: str) -> list[str]:
    """Texts of bytes as text: all at once where none of them holds a line feed."""
    together = b"\n".join(texts)
    if together.count(b"\n") == len(texts) - 1:
        return together.decode(encoding, "surrogateescape").split("\n")
    return [text.decode(encoding, "surrogateescape") for text in texts]


@dataclass
class TextTable:
    """The columns of a file that are needed, by normalized name, and the line each row begins on.

    The first ``beside`` rows are no records here: what they say counts for other rows.
    """

    columns: dict[str, TextColumn]
    lines: npt.NDArray[np.int64]
    faults: dict[int, tuple[str, str]] = field(default_factory=dict)  # row → (found, expected): broken rows
    beside: int = 0
    first_filled: dict[tuple[str, ...], TextColumn] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.lines)

    def parts(self, name: str) -> Iterator[TextColumn]:
        """A column, in one piece."""
        yield self.columns[name]

    def take(self, rows: Rows) -> "TextTable":
        """Some rows, in ascending order, with the texts that they have."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        faults = {}
        if self.faults:
            faults = {new: self.faults[old] for new, old in enumerate(rows.tolist()) if old in self.faults}
        return TextTable(columns, self.lines[rows], faults)


def joined(tables: Sequence[TextTable]) -> TextTable:
    """Tables with the same columns, one below the other."""
    if len(tables) == 1:
        return tables[0]
    columns = {}
    for name in tables[0].columns:
        encoder = Encoder()
        for table in tables:
            encoder.add_text_column(table.columns[name])
        columns[name] = encoder.column()
    faults: dict[int, tuple[str, str]] = {}
    start = 0
    for table in tables:
        faults |= {start + row: fault for row, fault in table.faults.items()}
        start += len(table)
    return TextTable(columns, np.concatenate([table.lines for table in tables]), faults)


class TableBuilder:
    """Collects the needed columns of rows; broken rows are padded and remembered as faults.

    ``spare`` empty cells at the end are no fault where most rows have that many; in a single row they tell that its
    cells were shifted.
    """

    def __init__(
        self, names: Sequence[str], needed: Iterable[str], *, ragged: bool, encoding: str = "", spare: int = 0
    ) -> None:
        wanted = set(needed)
        self.width = len(names)
        self._spare = spare
        self._ragged = ragged
        self._header = [name.strip() for name in names]
        self._encoders = {
            normalized(name): (index, Encoder(encoding))
            for index, name in enumerate(names)
            if normalized(name) in wanted
        }
        self._lines: list[Rows] = []
        self._faults: dict[int, tuple[str, str]] = {}
        self.count = 0

    def add(self, lines: Sequence[int], rows: Sequence[list[str]]) -> None:
        """Append rows of text with their lines; rows without any text are no rows."""
        if any(len(row) != self.width for row in rows) or any(self._idle(row[0]) for row in rows):
            lines, rows = self._mended(lines, rows)
        for index, encoder in self._encoders.values():
            encoder.add(map(itemgetter(index), rows), len(rows))
        self._lines.append(np.asarray(lines, dtype=np.int64))
        self.count += len(rows)

    def add_fields(self, fields: Fields) -> bool:
        """Append rows given as fields; False, and nothing is appended, where rows must be looked at one by one."""
        filled, texts = fields.column(0)
        said = list(map(bytes.strip, texts))
        blank = np.ones(len(fields), dtype=bool)
        blank[filled] = ~np.fromiter(map(bool, said), np.bool_, len(said))
        if fields.without_text(np.flatnonzero(blank)) or self._header[0].encode() in said:
            return False
        for index, encoder in self._encoders.values():
            if index:
                encoder.add_column(fields, index)
            else:
                encoder.add_sparse(filled, texts, len(fields))
        self._lines.append(fields.lines)
        self.count += len(fields)
        return True

    def _idle(self, first: str) -> bool:
        text = first.strip()
        return not text or text == self._header[0]

    def _mended(self, lines: Sequence[int], rows: Sequence[list[str]]) -> tuple[list[int], list[list[str]]]:
        kept_lines: list[int] = []
        kept_rows: list[list[str]] = []
        for line, row in zip(lines, rows, strict=True):
            if not any(map(str.strip, row)) or (self._idle(row[0]) and unique_names(row) == self._header):
                continue  # padding, or the header once more
            if len(row) != self.width:
                row = self._fitted(row, self.count + len(kept_rows))
            kept_lines.append(line)
            kept_rows.append(row)
        return kept_lines, kept_rows

    def _fitted(self, row: list[str], number: int) -> list[str]:
        extra = row[self.width :]
        if self._ragged and (len(row) not in (self.width, self.width + self._spare) or any(map(str.strip, extra))):
            self._faults[number] = (f"{len(row)} fields", f"{self.width} fields, as in the header")
        return row[: self.width] + [""] * (self.width - len(row))

    def table(self) -> TextTable:
        """Everything collected."""
        lines = np.concatenate(self._lines) if self._lines else np.zeros(0, np.int64)
        columns = {name: encoder.column() for name, (_, encoder) in self._encoders.items()}
        return TextTable(columns, lines, self._faults)


@dataclass(frozen=True, slots=True)
class Typed:
    """Typed values per row: code -1 is no value; ``bad`` tells for a code what was expected instead."""

    codes: Codes
    values: Sequence[object]
    bad: dict[int, str] = field(default_factory=dict)

    def objects(self, rows: Rows) -> list[object]:
        """Values of some rows; no value is None."""
        table = [*self.values, None]  # code -1 is the last
        return list(map(table.__getitem__, self.codes[rows].tolist()))

    def canonical(self, rows: Rows) -> Codes:
        """Codes of some rows, equal where the values are equal."""
        numbers: defaultdict[object, int] = defaultdict(itertools.count().__next__)
        table = np.fromiter(map(numbers.__getitem__, (*self.values, None)), np.int32, len(self.values) + 1)
        return table[self.codes[rows]]

    def rows_with(self, wanted: Set[object], rows: Rows) -> Rows:
        """Those of the rows that have one of the values."""
        among = np.fromiter(map(wanted.__contains__, (*self.values, None)), np.bool_, len(self.values) + 1)
        return rows[among[self.codes[rows]]]

    def coded(self, rows: Rows) -> Coded:
        """The column of some rows."""
        return Coded(self.codes[rows], self.values)

    def bad_rows(self, rows: Rows) -> Rows:
        """Those of the rows whose text could not be read."""
        if not self.bad:
            return rows[:0]
        return rows[np.isin(self.codes[rows], list(self.bad))]


def converted(column: TextColumn, convert: Callable[[list[str]], tuple[list[object], dict[int, str]]]) -> Typed:
    """Each distinct text converted once; empty texts become no value.

    ``convert`` gets the distinct texts and gives their values, and for positions it could not read what it expected.
    """
    values, bad = convert(column.values)
    none = np.array([value is None and position not in bad for position, value in enumerate(values)], dtype=bool)
    codes = column.codes
    if none.any():
        codes = np.where(none[codes], np.int32(-1), codes)
    return Typed(codes, values, bad)


def constant(value: object, count: int) -> Typed:
    """The same value in every row."""
    return Typed(np.zeros(count, np.int32), [value])


def group_codes(columns: Sequence[TextColumn], count: int) -> Codes:
    """One number per row, equal for rows with equal texts in all the columns, in order of first appearance."""
    combined = np.zeros(count, dtype=np.int64)
    for column in columns:
        codes = _by_text(column)
        combined = combined * (int(codes.max(initial=0)) + 1) + codes
        _, combined = np.unique(combined, return_inverse=True)
    _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int32)
    order[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return order[inverse]


def first_filled(columns: Sequence[TextColumn], count: int) -> TextColumn:
    """Of several columns, in every row the first text that is not blank."""
    codes = np.zeros(count, np.int32)
    texts = [""]
    for column in columns:
        filled = np.array([bool(text.strip()) for text in column.values])[column.codes]
        codes = np.where((codes == 0) & filled, column.codes + np.int32(len(texts)), codes)
        texts += [text.strip() for text in column.values]
    return TextColumn(codes, texts)


def key_columns(table: TextTable, keys: Iterable[str | tuple[str, ...]]) -> list[TextColumn]:
    """The columns that tell which rows belong together, as far as they are there; of alternatives the first filled."""
    found: list[TextColumn] = []
    for key in keys:
        there = _there(table, key)
        if len(there) > 1 and there not in table.first_filled:
            table.first_filled[there] = first_filled([table.columns[name] for name in there], len(table))
        found += [table.first_filled[there] if len(there) > 1 else table.columns[name] for name in there[:1]]
    return found


def has_keys(table: TextTable, keys: Iterable[str | tuple[str, ...]]) -> bool:
    """Whether any of the columns is there that tell which rows belong together."""
    return any(_there(table, key) for key in keys)


def _there(table: TextTable, key: str | tuple[str, ...]) -> tuple[str, ...]:
    names = (key,) if isinstance(key, str) else key
    return tuple(name for name in map(normalized, names) if name in table.columns)


def _by_text(column: TextColumn) -> Codes:
    """Codes that are equal where the texts are, blanks around them aside."""
    texts = list(map(str.strip, column.values))
    if texts == column.values:
        return column.codes
    known = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    if len(known) == len(texts):
        return column.codes
    return np.fromiter(map(known.__getitem__, texts), np.int32, len(texts))[column.codes]


def occurrence_numbers(groups: Codes) -> Codes:
    """For each row the how-manieth of its group it is, from 1."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.int64)
    lengths = np.diff(np.r_[starts, len(ordered)])
    numbers = np.empty(len(groups), dtype=np.int32)
    numbers[order] = np.arange(len(groups)) - np.repeat(starts, lengths) + 1
    return numbers
