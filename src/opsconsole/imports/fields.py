"""Fields of well-formed delimited text, found with arrays instead of character by character.

A block of bytes is cut where a line feed stands outside quotes; separators outside quotes give every field's place.
Whatever is not plainly well-formed (a quote inside an unquoted field, a row of another width, a NUL) is not read here:
the caller reads it with the csv module, whose answer is the same but slower.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from opsconsole.imports import limits
from opsconsole.imports.words import Words

_BLOCK = limits.MEBIBYTE
_QUOTE, FEED, _RETURN = 34, 10, 13
# Encodings in which delimiters, quotes and line feeds are single bytes that occur nowhere else.
ENCODINGS = frozenset({"utf-8", "utf-8-sig", "cp1252", "latin-1", "ascii"})

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Records of a file: their bytes and the line the first begins on; ``whole`` unless the last may be cut off."""

    content: bytes
    line: int
    whole: bool = True

    def line_count(self) -> int:
        """Lines it spans."""
        return self.content.count(b"\n")


def blocks(stream: BinaryIO, line: int) -> Iterator[Block]:
    """Cut a stream that stands at the beginning of a record into blocks of whole records.

    A cut is right as long as everything before it is well-quoted; the caller stops at the first block that is not.
    """
    rest = b""
    while chunk := stream.read(_BLOCK):
        content = rest + chunk
        cut = _last_record_end(content)
        if cut == 0:
            rest = content
            if len(rest) > limits.MAX_LINE:
                yield Block(rest, line, whole=False)
                return
            continue
        block = Block(content[:cut], line)
        yield block
        line += block.line_count()
        rest = content[cut:]
    if rest:
        yield Block(rest, line)


def _last_record_end(content: bytes) -> int:
    marks = np.flatnonzero(np.frombuffer(content, np.uint8) == _QUOTE)
    feed = content.rfind(b"\n")
    while feed >= 0 and int(np.searchsorted(marks, feed)) % 2:
        # It stands inside quotes, and so does every other one back to the quote before it.
        feed = content.rfind(b"\n", 0, int(marks[int(np.searchsorted(marks, feed)) - 1]))
    return feed + 1


class Fields:
    """The fields of a block: ``column(j)`` gives the bytes of one column, empty ones left out."""

    def __init__(self, block: Block, starts: Places, ends: Places, lines: Places) -> None:
        self._block = block
        self._content = block.content
        self._data = np.frombuffer(block.content, np.uint8)
        self._starts, self._ends = starts, ends
        self._words: Words | None = None
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    def first(self, count: int) -> "Fields":
        """The fields of the first records."""
        return Fields(self._block, self._starts[:count], self._ends[:count], self.lines[:count])

    def column(self, index: int) -> tuple[Places, list[bytes]]:
        """Records in which the field is not empty, and its bytes there, unquoted."""
        filled, starts, ends, quoted = self._places(index)
        return filled, self._texts(starts, ends, quoted)

    def texts(self, index: int) -> list[bytes]:
        """The bytes of one column in every record."""
        starts, ends = self._starts[:, index], self._ends[:, index]
        quoted = (ends > starts) & (self._data[np.minimum(starts, len(self._data) - 1)] == _QUOTE)
        return self._texts(starts + quoted, ends - quoted, quoted)

    def distinct(self, index: int) -> tuple[Places, list[bytes], Places] | None:
        """Like ``column``, each text once in order of appearance, and which of them each record has.

        None where one of the texts is long.
        """
        filled, starts, ends, quoted = self._places(index)
        if self._words is None:
            self._words = Words(self._content)
        alike = self._words.alike(starts, ends - starts)
        if alike is None:
            return None
        first, numbers = alike
        return filled, self._texts(starts[first], ends[first], quoted[first]), numbers

    def _places(self, index: int) -> tuple[Places, Places, Places, npt.NDArray[np.bool_]]:
        """Records in which a field is not empty, where its text begins and ends, and whether it is quoted."""
        starts, ends = self._starts[:, index], self._ends[:, index]
        filled = np.flatnonzero(ends > starts)
        starts, ends = starts[filled], ends[filled]
        quoted = self._data[starts] == _QUOTE
        return filled, starts + quoted, ends - quoted, quoted

    def _texts(self, starts: Places, ends: Places, quoted: npt.NDArray[np.bool_]) -> list[bytes]:
        content = self._content
        texts = [content[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        for position in np.flatnonzero(quoted).tolist():
            if b'""' in texts[position]:
                texts[position] = texts[position].replace(b'""', b'"')
        return texts

    def without_text(self, records: Places) -> bool:
        """Whether any of the records has no text in any field."""
        for record in records.tolist():
            start, end = int(self._starts[record, 0]), int(self._ends[record, -1])
            if not self._content[start:end].translate(None, b',;\t| "\r\n'):
                return True
        return False


def well_quoted(block: Block, delimiter: str) -> bool:
    """Whether a block holds whole records, and every quote of it opens or closes a field, or is doubled inside one."""
    if not block.whole:
        return False
    data = np.frombuffer(block.content, np.uint8)
    return _well_quoted(data, np.flatnonzero(data == _QUOTE), ord(delimiter))


def fields_of(block: Block, delimiter: str, width: int) -> Fields | None:
    """Places of the fields of a block; None where it is not plainly well-formed."""
    data = np.frombuffer(block.content, np.uint8)
    if not block.content or b"\x00" in block.content:
        return None
    sign = ord(delimiter)
    marks = np.flatnonzero(data == _QUOTE)
    at_delimiter, at_feed = data == sign, data == FEED
    feeds = np.flatnonzero(at_feed)
    lines_before = np.arange(len(feeds))
    separators = np.flatnonzero(at_delimiter | at_feed)
    if len(marks):
        if not _well_quoted(data, marks, sign):
            return None
        separators = separators[_outside(separators, marks)]
        outside = _outside(feeds, marks)
        feeds, lines_before = feeds[outside], lines_before[outside]
    if data[-1] != FEED:
        separators, feeds = np.append(separators, len(data)), np.append(feeds, len(data))
        lines_before = np.append(lines_before, block.line_count())
    if len(separators) != len(feeds) * width or not np.array_equal(separators[width - 1 :: width], feeds):
        return None
    ends = separators.reshape(-1, width)
    starts = np.empty_like(ends)
    starts.flat[0] = 0
    starts.flat[1:] = separators[:-1] + 1
    trimmed = _without_returns(data, starts, ends)
    if trimmed is None or int((trimmed - starts).max()) > limits.MAX_CELL:
        return None
    lines = np.r_[0, lines_before[:-1] + 1] + block.line
    return Fields(block, starts, trimmed, lines)


def _outside(places: Places, marks: Places) -> npt.NDArray[np.bool_]:
    """Which of some ascending places stand outside quotes, of which ``marks`` are the places."""
    between = np.diff(np.searchsorted(places, marks), prepend=0, append=len(places))
    return np.repeat(np.arange(len(marks) + 1) % 2 == 0, between)


def _well_quoted(data: npt.NDArray[np.uint8], marks: Places, sign: int) -> bool:
    if not len(marks):
        return True
    if len(marks) % 2:
        return False
    opening, closing = marks[::2], marks[1::2]
    before = data[np.maximum(opening - 1, 0)]
    good = (opening == 0) | (before == sign) | (before == FEED) | (before == _QUOTE)
    after = data[np.minimum(closing + 1, len(data) - 1)]
    last = closing == len(data) - 1
    good_after = last | (after == sign) | (after == FEED) | (after == _RETURN) | (after == _QUOTE)
    if not (good.all() and good_after.all()):
        return False
    # A quote straight after another one continues the field only if that one closed it: "a""b", never "" at its start.
    doubled = np.flatnonzero((opening > 0) & (before == _QUOTE))
    return bool((opening[doubled] - 1 == closing[doubled - 1]).all()) if len(doubled) else True


def _without_returns(data: npt.NDArray[np.uint8], starts: Places, ends: Places) -> Places | None:
    """Ends without the carriage return before a line feed; None where carriage returns stand anywhere else outside."""
    last = ends[:, -1]
    returned = (last > starts[:, -1]) & (data[np.maximum(last - 1, 0)] == _RETURN)
    ends = ends.copy()
    ends[:, -1] -= returned
    if np.count_nonzero(data == _RETURN) == int(returned.sum()):
        return ends
    return None
