"""Work that nobody waits for yet rests between its parts; what is waited for does not."""

import pytest

from opsconsole.domain import progress as module
from opsconsole.domain.listing import in_order, let_go, parts
from opsconsole.domain.progress import Progress, aside


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []
    monkeypatch.setattr(module.time, "sleep", made.append)
    return made


def test_parts_of_work_that_is_waited_for_follow_each_other(rests: list[float]) -> None:
    assert [list(part) for part in parts(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert rests == []


def test_parts_of_work_aside_leave_the_others_their_turns_until_it_is_waited_for(rests: list[float]) -> None:
    progress = Progress()
    with aside(progress):
        for number, _ in enumerate(parts(range(6), 2)):
            if number == 1:
                progress.cancel()
    assert len(rests) == 1
    assert 0 <= rests[0] <= 0.02
    list(parts(range(4), 2))
    assert len(rests) == 1


def test_what_is_put_in_order_or_let_go_in_parts_ends_as_in_one_go() -> None:
    values = [number * 7_919 % 9_001 for number in range(9_500)]
    assert list(in_order(values)) == sorted(values)
    assert list(in_order([])) == []
    let_go(values)
    assert values == []
