import gc
from collections.abc import Iterator

import pytest

from opsconsole.desktop.memory import MANY, at_work


@pytest.fixture
def searched() -> Iterator[list[int]]:
    """How many objects Python's search for cycles looked at, each time that it began meanwhile."""
    sizes: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            sizes.append(sum(map(len, map(gc.get_objects, range(info["generation"] + 1)))))

    gc.collect()
    gc.callbacks.append(note)
    yield sizes
    gc.callbacks.remove(note)
    gc.unfreeze()


def test_what_a_long_work_leaves_is_not_searched_at_its_end(searched: list[int]) -> None:
    with at_work():
        kept = [[number] for number in range(3 * MANY)]
    more = [[number] for number in range(2_000)]  # enough to begin a search
    assert max(searched, default=0) < MANY
    assert (len(kept), len(more)) == (3 * MANY, 2_000)


def test_what_a_short_work_leaves_is_searched_as_ever(searched: list[int]) -> None:
    before = gc.get_freeze_count()
    with at_work():
        kept = [[number] for number in range(2_000)]
    more = [[number] for number in range(2_000)]
    assert searched
    assert gc.get_freeze_count() == before
    assert (len(kept), len(more)) == (2_000, 2_000)
