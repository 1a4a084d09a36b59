"""Sort keys of a column: numbers as they are, words as ranks, missing values last in both directions."""

from collections.abc import Callable, Iterable, Sequence
from heapq import merge
from typing import Any

import numpy as np
import numpy.typing as npt

from opsconsole.domain.field import Field, Kind, NoValue
from opsconsole.domain.listing import Coded, Later, TimesLeft, parts

Numbers = npt.NDArray[Any]  # float64, or an integer type as small as the column allows
Codes = npt.NDArray[Any]  # any signed integer type

_FEW = np.iinfo(np.int16).max  # ranks up to this are 16 bits, which NumPy also sorts fastest
WORDS = frozenset({Kind.TEXT, Kind.IDENTIFIER, Kind.SEVERITY, Kind.STATE, Kind.STATUS, Kind.GRADE, Kind.PROPOSAL})

_NUMBER_OF: dict[Kind, Callable[[Any], float]] = {
    Kind.TIME_LEFT: lambda raw: raw.seconds,
    Kind.COVER: lambda raw: float("inf") if raw.days is None else raw.days,
    Kind.CLAUSE: lambda raw: raw.value,
    Kind.TREND: lambda raw: raw[-1] if raw else float("nan"),
}


class SortKey:
    """Numbers that sort like the column: ``numbers`` with ``missing`` marked, or codes into ``values`` with ranks."""

    def __init__(
        self,
        numbers: Numbers | Callable[[], Numbers],
        missing: npt.NDArray[np.bool_] | None,
        codes: Codes | None = None,
        values: Sequence[Any] = (),
        column: Any = (),
    ) -> None:
        """``numbers`` may be what makes them: many words are only ranked when somebody sorts by them."""
        self._numbers = numbers
        self._missing = missing
        self._codes = codes
        self._values = values
        self._column = column

    @property
    def numbers(self) -> Numbers:
        """The numbers themselves; meaningless where ``missing`` is set."""
        if callable(self._numbers):
            self._numbers = self._numbers()
        return self._numbers

    @property
    def missing(self) -> npt.NDArray[np.bool_] | None:
        """Rows without a value; ``None``: none."""
        return self._missing

    def array(self, *, descending: bool) -> Numbers:
        """Array whose stable ascending sort is the order asked; missing values last."""
        keys: Numbers = -self.numbers if descending else self.numbers
        if self._missing is None:
            return keys
        kept: Numbers = keys.copy()
        kept[self._missing] = np.inf if keys.dtype.kind == "f" else np.iinfo(keys.dtype).max
        return kept

    def coded(self) -> tuple[Codes, Sequence[Any]]:
        """Codes (-1: missing) and their raw values, each value once, in sort order of their first appearance."""
        if self._codes is None and isinstance(self._column, np.ndarray):
            known, codes_of = np.unique(self._column, return_inverse=True)
            self._values, self._codes = known.tolist(), codes_of.astype(np.int32)
        elif self._codes is None:
            self._codes, self._values = _coded(self._column)
        assert self._codes is not None
        return self._codes, self._values

    def equal_to(self, values: Iterable[Any]) -> npt.NDArray[np.bool_]:
        """Rows whose raw value is one of ``values``; ``None`` means the missing ones."""
        codes, known = self.coded()
        wanted = set(values)
        keep = np.fromiter((value in wanted for value in known), np.bool_, len(known))
        return np.append(keep, None in wanted)[codes]


def build(field: Field, column: Any) -> SortKey:
    """Sort key of a column of a listing."""
    if isinstance(column, Later):
        column = column.tolist()
    if isinstance(column, TimesLeft):
        return _of_times(column)
    if isinstance(column, Coded):
        return _of_coded(field, column)
    if isinstance(column, np.ndarray) and column.dtype.kind in "iufb":
        return _of_array(column)
    if isinstance(column, np.ndarray) and column.dtype.kind == "S":
        return _of_bytes(column)
    if field.kind in WORDS:
        return _of_words(field, column)
    return _of_objects(field, column)


def _absent(value: Any) -> bool:
    return value is None or isinstance(value, NoValue)


def _of_array(column: npt.NDArray[Any]) -> SortKey:
    numbers = column.astype(np.int32) if column.dtype.kind == "b" or column.dtype.itemsize < 4 else column
    if numbers.dtype.kind == "u":
        numbers = numbers.astype(np.int64)
    missing = np.isnan(numbers) if numbers.dtype.kind == "f" else None
    return SortKey(numbers, missing, column=column)


def _of_times(column: TimesLeft) -> SortKey:
    missing = None if column.ended is None else np.asarray(column.ended)
    return SortKey(np.asarray(column.seconds), missing, column=column)


def _of_coded(field: Field, column: Coded) -> SortKey:
    codes = signed(column.codes)
    ranks = np.append(_ranks(field, column.values), 0)
    ranks = ranks.astype(np.int16 if len(ranks) < _FEW else np.int32)
    missing = codes < 0
    return SortKey(ranks[codes], missing if missing.any() else None, codes, column.values, column)


def signed(codes: Any) -> Codes:
    """Codes as an array that can hold -1, as small as it came."""
    array = np.asarray(codes)
    return array if array.dtype.kind == "i" else array.astype(np.int32)


def _of_bytes(column: npt.NDArray[Any]) -> SortKey:
    """Words as bytes (large listings): ranks by sorting the array itself, upper and lower case alike."""
    lowered = np.char.lower(column)
    order = np.argsort(lowered, kind="stable")
    ordered = lowered[order]
    steps = np.concatenate(([False], ordered[1:] != ordered[:-1]))
    numbers = np.empty(len(column), dtype=np.int32)
    numbers[order] = np.cumsum(steps, dtype=np.int32)
    return SortKey(numbers, None, column=column)


def _of_words(field: Field, column: Sequence[Any]) -> SortKey:
    codes, values = _coded(column)
    texts = [str(value) for value in values]

    def numbers() -> Numbers:
        place: dict[str, int] = {}
        of_values = np.fromiter((place.setdefault(text, len(place)) for text in [*texts, ""]), np.int32)
        return _ranks(field, list(place))[of_values][codes]

    missing: npt.NDArray[np.bool_] = np.fromiter((not text for text in [*texts, ""]), np.bool_)[codes]
    return SortKey(numbers, missing if missing.any() else None, codes, values, column)


def _coded(column: Sequence[Any]) -> tuple[Codes, list[Any]]:
    """Codes of the values of a column, and the values in the order they appear; -1 where there is none."""
    place: dict[Any, int] = {}
    values: list[Any] = []
    codes: list[int] = []
    for part in parts(column):
        for value in dict.fromkeys(part):
            if value not in place:
                place[value] = -1 if _absent(value) else len(values)
                values += [] if _absent(value) else [value]
        codes += map(place.__getitem__, part)
    return np.array(codes, np.int32), values


def _of_objects(field: Field, column: Sequence[Any]) -> SortKey:
    number_of = _NUMBER_OF.get(field.kind)
    numbers = None if number_of is not None else _plain_numbers(column)
    if numbers is None:
        values = (np.nan if _absent(value) else (number_of or float)(value) for value in column)
        numbers = np.fromiter(values, np.float64, len(column))
    missing = np.isnan(numbers)
    return SortKey(numbers, missing if missing.any() else None, column=column)


def _plain_numbers(column: Sequence[Any]) -> npt.NDArray[np.float64] | None:
    """A column of numbers and None; None where it holds anything else."""
    try:
        return np.concatenate([np.array(part, np.float64) for part in parts(column)] or [np.empty(0)])
    except TypeError:
        return None


def _ranks(field: Field, values: Sequence[Any]) -> npt.NDArray[np.int32]:
    """Rank of each distinct value: statuses in the order of their labels' declaration, words by their letters."""
    declared = {code: place for place, (code, _) in enumerate(field.labels)}

    def by(index: int) -> tuple[Any, ...]:
        value = values[index]
        if value in declared:
            return (0, declared[value], "")
        if isinstance(value, (int, float)):
            return (1, value, "")
        return (1, 0, str(value).casefold())

    # Sorting many words in one go would keep the window's thread waiting: runs of them, merged.
    runs = [sorted((by(index), index) for index in run) for run in parts(range(len(values)))]
    order = np.fromiter((index for _, index in merge(*runs)), np.int64, len(values))
    ranks = np.empty(len(values), dtype=np.int32)
    ranks[order] = np.arange(len(values), dtype=np.int32)
    return ranks
