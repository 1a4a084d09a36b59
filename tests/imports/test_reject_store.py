"""Rejects on disk: the same as a list of them, whatever the number."""

import random

import pytest

from opsconsole.imports import reject_store
from opsconsole.imports.raw_lines import with_lines
from opsconsole.imports.reject_store import RejectStore, in_order, told_once
from opsconsole.imports.rejects import Rank, Reject


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(reject_store, "_MEMORY", 7)
    monkeypatch.setattr(reject_store, "_PIECE", 3)
    monkeypatch.setattr(reject_store, "_RUN", 14)


def some(dice, number):
    """Rejects of few lines and fields."""
    fields, kinds = ("", "sku", "total"), ("orders", "order_lines")
    return [
        Reject(dice.choice(kinds), dice.randrange(30), dice.choice(fields), str(one), "a value", f"raw {one}",
               ("Sku", "Größe"), dice.choice(list(Rank)))
        for one in range(number)
    ]  # fmt: skip


def place_of(reject):
    """By line and field."""
    return reject.line, reject.field


@pytest.mark.parametrize("number", [0, 1, 6, 7, 8, 50])
def test_a_store_is_the_sequence_that_was_put_into_it(number):
    found = some(random.Random(number), number)
    store = RejectStore(found)
    assert store == found
    assert [one.rank for one in store] == [one.rank for one in found]
    assert bool(store) == bool(found)
    assert [store[place] for place in range(-number, number)] == found * 2
    for part in (slice(2), slice(3, 40), slice(-5, None), slice(None, None, -1), slice(9, 2, -3), slice(60, 70)):
        assert store[part] == found[part]
    assert store.count_lines() == len({one.line for one in found})
    assert store.example == min((one for one in found if one.field), key=lambda one: one.line, default=None)
    with pytest.raises(IndexError):
        store[number]


@pytest.mark.parametrize("seed", range(5))
def test_runs_come_in_order_and_equals_as_they_came(seed):
    dice = random.Random(seed)
    apart = [some(dice, dice.randrange(60)) for _ in range(4)]
    found = list(in_order(apart, place_of))
    every = [(number, reject) for number, one in enumerate(apart) for reject in one]
    assert found == sorted(every, key=lambda one: place_of(one[1]))
    assert RejectStore(reject for _, reject in found).ordered


def test_what_two_readings_say_of_a_line_is_told_as_by_one():
    plain = Reject("order_lines", 3, "quantity", "two", "a number")
    waiting = Reject("orders", 3, "", "", "the whole order: its line 5 was refused", rank=Rank.WAITING)
    alone = Reject("orders", 2, "total", "x", "an amount")
    assert told_once([RejectStore([waiting, alone]), RejectStore([plain])], ["orders", "order_lines"]) == [alone, plain]


class _Rows:
    """Every line of a file of forty."""

    def each(self, lines):
        """All, whatever is asked for."""
        return iter([(line, [str(line), "x,y"]) for line in range(1, 41)])


def test_lines_are_put_beside_their_rejects_and_cells_of_others_are_kept():
    rejects = [Reject("orders", line, "sku", "", "a value") for line in (0, 4, 4, 9, 50)]
    told, cells = with_lines(rejects, _Rows(), [2, 9, 30])
    assert [(one.line, one.raw) for one in told] == [(0, ""), (4, '4,"x,y"'), (4, '4,"x,y"'), (9, '9,"x,y"'), (50, "")]
    assert cells == {line: [str(line), "x,y"] for line in (2, 9, 30)}
