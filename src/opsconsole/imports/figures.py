"""Sums and products of columns of decimals, worked out for all rows at once as whole numbers."""

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

import numpy as np
import numpy.typing as npt

from opsconsole.imports.columns import Typed
from opsconsole.imports.mapping import Expression
from opsconsole.imports.plain_figures import PlainFigures

_LARGEST = float(1 << 62)
_MOST_PLACES, _MOST_DIGITS = 9, 18

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class _Figures:
    """One column as whole numbers times a power of ten, 0 where it has no value; ``largest`` as a float."""

    def __init__(self, numbers: Numbers, there: Mask, places: int, largest: float) -> None:
        self.numbers, self.there, self.places, self.largest = numbers, there, places, largest

    def at(self, places: int) -> Numbers:
        """Its numbers with more places."""
        return self.numbers * np.int64(10 ** (places - self.places))

    def largest_at(self, places: int) -> float:
        """The largest of them."""
        return self.largest * 10.0 ** (places - self.places)


def worked_out(expression: Expression, more: Sequence[Typed], less: Sequence[Typed], rows: Mask) -> Typed | None:
    """The product of ``more``, or its sum less that of ``less``; None where it needs decimals.

    A product has a value where all its factors have one, a sum where any part has; only ``rows`` have one at all.
    """
    parts = [_figures(typed) for typed in (*more, *less)]
    if any(part is None for part in parts):
        return None
    known = cast("list[_Figures]", parts)
    found = _product(known[: len(more)]) if expression.product else _sum(known[: len(more)], known[len(more) :])
    if found is None:
        return None
    numbers, there, places = found
    there = there & rows
    distinct, inverse = np.unique(numbers[there], return_inverse=True)
    codes = np.full(len(rows), -1, np.int32)
    codes[there] = inverse
    return Typed(codes, PlainFigures(distinct, np.ones(len(distinct), np.bool_), places))


def _figures(typed: Typed) -> _Figures | None:
    if isinstance(typed.values, PlainFigures):
        plain = typed.values
        numbers, there = np.append(plain.numbers, np.int64(0)), np.append(plain.there, False)
        return _Figures(numbers[typed.codes], there[typed.codes], plain.places, plain.largest())
    decimals = cast("Sequence[Decimal | None]", typed.values)
    places = 0
    for value in decimals:
        if value is not None:
            exponent = value.as_tuple().exponent
            if not isinstance(exponent, int) or exponent < -_MOST_PLACES or value.adjusted() > _MOST_DIGITS:
                return None
            places = max(places, -exponent)
    whole = [0 if value is None else int(value.scaleb(places)) for value in decimals]
    largest = float(max(map(abs, whole), default=0))
    if largest >= _LARGEST:
        return None
    table = np.array([*whole, 0], dtype=np.int64)
    there = np.array([*(value is not None for value in decimals), False], dtype=np.bool_)
    return _Figures(table[typed.codes], there[typed.codes], places, largest)


def _product(factors: Sequence[_Figures]) -> tuple[Numbers, Mask, int] | None:
    numbers, there = factors[0].numbers, factors[0].there
    largest = max(1.0, factors[0].largest)
    for factor in factors[1:]:
        largest *= max(1.0, factor.largest)
        if largest >= _LARGEST:
            return None
        numbers, there = numbers * factor.numbers, there & factor.there
    return numbers, there, sum(factor.places for factor in factors)


def _sum(added: Sequence[_Figures], less: Sequence[_Figures]) -> tuple[Numbers, Mask, int] | None:
    parts = [*added, *less]
    places = max(part.places for part in parts)
    if sum(part.largest_at(places) for part in parts) >= _LARGEST:
        return None
    total = np.zeros(len(parts[0].numbers), np.int64)
    for part in added:
        total = total + part.at(places)
    for part in less:
        total = total - part.at(places)
    return total, np.logical_or.reduce([part.there for part in parts]), places
