"""Columns of plain figures (``1``, ``12.50``, ``-3.99``) as whole numbers: read and brought to minor units at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import overload

import numpy as np
import numpy.typing as npt

_WIDEST = 16  # characters: whole numbers of that many digits are exact as floats, too
_EXACT = 1 << 53
_MOST_ODD = 0.05
_MOST = float(1 << 62)
_ZERO, _NINE, _POINT, _MINUS = 48, 57, 46, 45

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class PlainFigures(Sequence[Decimal | None]):
    """Figure i is ``numbers[i]`` with ``places`` decimal places, None where it is not ``there``."""

    __slots__ = ("numbers", "places", "there")

    def __init__(self, numbers: Numbers, there: Mask, places: int) -> None:
        self.numbers, self.there, self.places = numbers, there, places

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Decimal | None: ...

    @overload
    def __getitem__(self, place: slice) -> list[Decimal | None]: ...

    def __getitem__(self, place: int | slice) -> Decimal | list[Decimal | None] | None:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        return Decimal(int(self.numbers[place])).scaleb(-self.places) if self.there[place] else None

    def and_none(self, count: int) -> "PlainFigures":
        """These and some that are not there."""
        numbers = np.append(self.numbers, np.zeros(count, np.int64))
        return PlainFigures(numbers, np.append(self.there, np.zeros(count, np.bool_)), self.places)

    def largest(self) -> float:
        """The largest of the whole numbers."""
        return float(np.abs(self.numbers).max(initial=0))

    def minor(self, places: int) -> list[object] | None:
        """In units of so many places; None where that is not exact for one of them."""
        more = places - self.places
        if more >= 0:
            if self.largest() * 10.0**more >= _MOST:
                return None
            return self._objects(self.numbers * np.int64(10**more))
        whole, rest = np.divmod(self.numbers, np.int64(10**-more))
        return None if rest.any() else self._objects(whole)

    def floats(self) -> list[object] | None:
        """As floats; None where one is too large to be exact."""
        return self._objects(self.numbers / 10.0**self.places) if self.largest() < _EXACT else None

    def _objects(self, values: npt.NDArray[np.generic]) -> list[object]:
        found: list[object] = values.tolist()
        for place in np.flatnonzero(~self.there).tolist():
            found[place] = None
        return found


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a column's texts: ``odd`` are the places of those that are no plain figures.

    ``pointed`` is the place of the first with a decimal point, -1 where none has one.
    """

    figures: PlainFigures
    odd: Sequence[int]
    pointed: int


def read(texts: Sequence[str]) -> Read | None:
    """Figures with a decimal point, none where a text is empty or odd; None where many are odd or one is very long."""
    try:
        packed = np.array(texts, dtype=f"S{_WIDEST + 1}") if len(texts) else np.zeros(0, f"S{_WIDEST + 1}")
    except UnicodeEncodeError:
        return None
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    width = int(lengths.max(initial=0))
    if not 0 < width <= _WIDEST:
        return None
    signs = packed.view(np.uint8).reshape(len(texts), _WIDEST + 1)[:, :width]
    digits, points = (signs >= _ZERO) & (signs <= _NINE), signs == _POINT
    negative = signs[:, 0] == _MINUS
    whole, point_count = digits.sum(axis=1), points.sum(axis=1)
    pointed = point_count > 0
    after = np.where(pointed, lengths - 1 - points.argmax(axis=1), 0)
    good = (whole + point_count + negative == lengths) & (point_count < 2)
    good &= (lengths == 0) | ((whole > after) & (~pointed | (after > 0)))
    odd = np.flatnonzero(~good)
    if len(odd) > _MOST_ODD * len(texts):
        return None
    figures = _figures(signs, digits, np.where(good, after, 0), negative, good & (lengths > 0))
    pointed &= good
    if figures is None:
        return None
    return Read(figures, odd.tolist(), int(pointed.argmax()) if pointed.any() else -1)


def _figures(
    signs: npt.NDArray[np.uint8], digits: Mask, after: Numbers, negative: Mask, there: Mask
) -> PlainFigures | None:
    places = int(after.max(initial=0))
    numbers = np.zeros(len(signs), np.int64)
    for place in range(signs.shape[1]):
        numbers = np.where(digits[:, place], numbers * 10 + (signs[:, place].astype(np.int64) - _ZERO), numbers)
    numbers[~there] = 0
    more = places - after
    if (numbers * np.power(10.0, more)).max(initial=0.0) >= _EXACT:
        return None
    numbers *= np.power(np.int64(10), more)
    return PlainFigures(np.where(negative, -numbers, numbers), there, places)
