"""Which short texts of a block are alike, told by arrays: eight bytes are one whole number."""

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]

_MOST_WORDS = 4
_MIX = np.uint64(0x9E3779B97F4A7C15)  # any odd number; equal mixtures are compared in full
_MASKS = np.array([(1 << 8 * length) - 1 for length in range(9)], dtype="<u8")


class Words:
    """The bytes of a block, eight at a time from any place; a block without NUL."""

    def __init__(self, content: bytes) -> None:
        padded = content + bytes(8)
        self._words = np.ndarray((len(content) + 1,), "<u8", padded, strides=(1,))

    def alike(self, starts: Places, lengths: Places) -> tuple[Places, Places] | None:
        """Places of the first of equal texts, ascending, and for every text which of those it equals.

        None where a text is longer than 32 bytes.
        """
        count = -(-int(lengths.max(initial=0)) // 8)
        if count > _MOST_WORDS:
            return None
        words = [self._word(starts, lengths, 8 * number) for number in range(count)]
        if not words:
            return np.zeros(min(1, len(starts)), np.int64), np.zeros(len(starts), np.int64)
        mixed = words[0]
        for word in words[1:]:
            mixed = mixed * _MIX ^ word
        if (mixed == mixed[0]).all():
            first, numbers = np.zeros(1, np.int64), np.zeros(len(mixed), np.int64)
        else:
            _, first, numbers = np.unique(mixed, return_index=True, return_inverse=True)
        if len(words) > 1 and not all(np.array_equal(word[first][numbers], word) for word in words):
            return None  # different texts with equal mixtures
        order = np.argsort(first)
        ranks = np.empty_like(order)
        ranks[order] = np.arange(len(order))
        return first[order], ranks[numbers]

    def _word(self, starts: Places, lengths: Places, offset: int) -> npt.NDArray[np.uint64]:
        places = np.minimum(starts + offset, len(self._words) - 1)
        return np.asarray(self._words[places] & _MASKS[np.clip(lengths - offset, 0, 8)])
