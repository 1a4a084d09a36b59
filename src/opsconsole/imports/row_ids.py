"""Very many row ids, eight bytes each: a set of a million integers takes ten times that."""

from array import array
from collections.abc import Collection, Iterable, Iterator

import numpy as np
import numpy.typing as npt

_STEP = 50_000


class RowIds:
    """Ids to be gone through in order, in steps; each once, however often it was added."""

    def __init__(self) -> None:
        self._added = array("q")
        self._known: npt.NDArray[np.int64] | None = None

    def __bool__(self) -> bool:
        return bool(self._added)

    def update(self, *ids: Iterable[int]) -> None:
        """Add ids."""
        self._known = None
        for some in ids:
            self._added.extend(some)

    def remove(self, ids: Collection[int]) -> None:
        """Take ids out, as far as they are there."""
        gone = np.fromiter(ids, np.int64, len(ids))
        if len(gone):
            mine = self._ordered()
            self._known = None
            self._added = array("q", mine[~np.isin(mine, gone)].tobytes())

    def among(self, ids: Collection[int]) -> set[int]:
        """Those of some ids that are in it."""
        asked = np.fromiter(ids, np.int64, len(ids))
        return set(asked[np.isin(asked, self._ordered())].tolist())

    def steps(self) -> Iterator[list[int]]:
        """All of them, ascending, some at a time."""
        ordered = self._ordered()
        for start in range(0, len(ordered), _STEP):
            yield ordered[start : start + _STEP].tolist()

    def _ordered(self) -> npt.NDArray[np.int64]:
        if self._known is None:
            self._known = np.unique(np.array(self._added, np.int64))
        return self._known
