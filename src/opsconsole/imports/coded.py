"""A column of records as codes into its distinct values: a value is looked up when it is asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

_BLOCK = 10_000


class Coded(Sequence[Any]):
    """``values[codes[i]]`` is value i, code -1 is no value; a slice is a list of values.

    Four bytes per record and every distinct value once, instead of a list as long as the file.
    """

    __slots__ = ("_codes", "_values")

    def __init__(self, codes: npt.NDArray[np.int32], values: Sequence[object]) -> None:
        self._codes = codes
        self._values = [*values, None]  # code -1 is the last

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, place: int) -> Any: ...

    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return self._of(self._codes[place])
        return self._values[int(self._codes[place])]

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self._codes), _BLOCK):
            yield from self._of(self._codes[start : start + _BLOCK])

    def is_one(self) -> bool:
        """Whether it is the same value everywhere."""
        return bool(len(self._codes)) and bool((self._codes == self._codes[0]).all())

    def mapped(self, number_of: Callable[[Any], int]) -> npt.NDArray[np.int64]:
        """A number for every value, asked once for each distinct one."""
        return np.fromiter(map(number_of, self._values), np.int64, len(self._values))[self._codes]

    def parts(self) -> tuple[bytes, list[Any]]:
        """Its codes as bytes, and the distinct values."""
        return self._codes.tobytes(), self._values[:-1]

    def take(self, places: npt.NDArray[np.int64]) -> list[Any]:
        """Values at some places."""
        return self._of(self._codes[places])

    def distinct(self) -> list[Any]:
        """Values that occur."""
        used = np.zeros(len(self._values), np.bool_)
        used[self._codes] = True
        return [self._values[place] for place in np.flatnonzero(used).tolist()]

    def _of(self, codes: npt.NDArray[np.int32]) -> list[Any]:
        return list(map(self._values.__getitem__, codes.tolist()))
