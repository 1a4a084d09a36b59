"""Text of a column made searchable: letters typed are found in a million rows within a frame or two."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from opsconsole.desktop.table.sortkeys import signed
from opsconsole.domain.field import Field
from opsconsole.domain.listing import Coded, Later, parts

if TYPE_CHECKING:
    from opsconsole.services.splicing import Reread

Mask = npt.NDArray[np.bool_]
_SAMPLE = 10_000
_NEWLINE = 10


class Haystack(Protocol):
    """Knows the rows whose text contains a word."""

    def contains(self, word: str) -> Mask:
        """Mask of rows; ``word`` is case-folded and has no white space."""


class FewWords:
    """Dictionary-encoded text: search the distinct words, then look the rows up."""

    def __init__(self, codes: npt.NDArray[Any], words: Sequence[str], missing: str = "") -> None:
        """``missing`` are the words of rows without a value (code -1)."""
        self._codes = codes
        self._words = [*(word.casefold() for word in words), missing.casefold()]

    def contains(self, word: str) -> Mask:
        """Rows whose word contains ``word``."""
        hit = np.fromiter((word in known for known in self._words), np.bool_, len(self._words))
        found: Mask = hit[self._codes]
        return found


class ManyWords:
    """Text that is different in every row, as one buffer of case-folded UTF-8 with a newline after each row.

    A word is found by comparing the whole buffer with its bytes one after another; rows are the ranges between the
    newlines. one byte per character and four per row, where Python strings take sixty.
    """

    def __init__(self, buffer: npt.NDArray[np.uint8], starts: npt.NDArray[np.int32]) -> None:
        self._buffer = buffer
        self._starts = starts

    def contains(self, word: str) -> Mask:
        """Rows whose text contains ``word``."""
        needle = word.encode()
        count = len(self._starts)
        size = len(self._buffer) - len(needle) + 1
        if size <= 0 or not count:
            return np.zeros(count, dtype=np.bool_)
        # The rarest byte is compared first in full; the others only where it fits, unless it fits nearly everywhere.
        hits = np.flatnonzero(self._buffer[:size] == needle[0])
        for offset in range(1, len(needle)):
            if not len(hits):
                break
            hits = hits[self._buffer[hits + offset] == needle[offset]]
        mask = np.zeros(count, dtype=np.bool_)
        mask[np.searchsorted(self._starts, hits, side="right") - 1] = True
        return mask


class Spliced:
    """Text of rows of several haystacks, one behind the other: ``places`` are the rows of theirs that are searched."""

    def __init__(self, pieces: Sequence[Haystack], count: int, places: npt.NDArray[np.int64]) -> None:
        self.pieces = pieces
        self.count = count
        self.places = places

    def contains(self, word: str) -> Mask:
        """Rows whose text contains ``word``."""
        found: Mask = np.concatenate([piece.contains(word) for piece in self.pieces])[self.places]
        return found


def spliced(known: Haystack, more: Haystack, count: int, reread: "Reread") -> Spliced:
    """Haystack of ``count`` rows that are known and those read again, in the order of ``places``."""
    if not isinstance(known, Spliced):
        known = Spliced([known], count, np.arange(count))
    fresh = len(reread.fresh)
    places = np.concatenate((known.places, np.arange(fresh) + known.count))[reread.places]
    return Spliced([*known.pieces, more], known.count + fresh, places)


def build(field: Field, column: Any) -> Haystack:
    """Haystack of a column: words of statuses, dictionary words, or one buffer."""
    if isinstance(column, Later):
        column = column.tolist()
    if isinstance(column, Coded):
        return FewWords(signed(column.codes), [_words(field, value) for value in column.values], field.missing)
    if isinstance(column, np.ndarray) and column.dtype.kind == "S":
        return _packed_bytes(column)
    if field.labels or _repeats(column):
        place: dict[Any, int] = {}
        codes = np.fromiter((place.setdefault(value, len(place)) for value in column), np.int32, len(column))
        return FewWords(codes, [_words(field, value) for value in place])
    return _packed([_words(field, value) for value in column])


def _words(field: Field, value: Any) -> str:
    if value is None:
        return field.missing
    return field.label_of(value) if field.labels else str(value)


def _repeats(column: Any) -> bool:
    sample = column[:_SAMPLE]
    return len(set(sample)) * 4 < len(sample)


def _packed(texts: Sequence[str]) -> ManyWords:
    folded = ("".join(text.replace("\n", " ") + "\n" for text in part).casefold().encode() for part in parts(texts))
    buffer = np.frombuffer(b"".join(folded), dtype=np.uint8)
    return ManyWords(buffer, _starts(buffer, len(texts)))


def _packed_bytes(column: npt.NDArray[Any]) -> ManyWords:
    width = column.dtype.itemsize
    grid = np.full((len(column), width + 1), _NEWLINE, dtype=np.uint8)
    grid[:, :width] = column.view(np.uint8).reshape(len(column), width)
    flat = grid.reshape(-1)
    flat = flat[flat != 0]
    upper = (flat >= ord("A")) & (flat <= ord("Z"))
    flat[upper] += 32
    return ManyWords(flat, _starts(flat, len(column)))


def _starts(buffer: npt.NDArray[np.uint8], rows: int) -> npt.NDArray[np.int32]:
    ends = np.flatnonzero(buffer == _NEWLINE)[:rows]
    starts = np.empty(rows, dtype=np.int32)
    if rows:
        starts[0] = 0
        starts[1:] = ends[:-1] + 1
    return starts
