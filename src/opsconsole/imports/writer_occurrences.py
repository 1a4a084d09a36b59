"""How often the records of a file had the same content so far: eight bytes per record, whatever the content is."""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt


class Occurrences:
    """Counts by kind and content; only hashes are kept, among a million of which two hardly ever meet (1 in 10⁷)."""

    def __init__(self) -> None:
        self._known: dict[str, npt.NDArray[np.int64]] = {}

    def numbers(self, kind: str, contents: Sequence[Hashable]) -> list[int]:
        """The how-manieth of its content each record is, from 0; they are counted then."""
        known = self._known.get(kind, np.zeros(0, np.int64))
        hashes = np.fromiter(map(hash, contents), np.int64, len(contents))
        before = np.searchsorted(known, hashes, "right") - np.searchsorted(known, hashes, "left")
        here: dict[int, int] = {}
        numbers = []
        for content, earlier in zip(hashes.tolist(), before.tolist(), strict=True):
            number = here.get(content, earlier)
            here[content] = number + 1
            numbers.append(number)
        self._known[kind] = np.sort(np.concatenate([known, hashes]), kind="stable")
        return numbers
