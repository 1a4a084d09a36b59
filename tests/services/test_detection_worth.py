"""The edge of the top tenth is the same wherever one begins to look for it."""

import random

import pytest

from opsconsole.services.detection_severity import _edge

RATES = {"USD": 1.0, "EUR": 1.17, "JPY": 0.0066}


class Amounts:
    """Amounts of a currency in a list, in place of the database's."""

    def __init__(self, amounts, rate):
        self.worth = sorted(amount * rate for amount in amounts)

    def largest(self, count):
        return self.worth[::-1][:count]

    def count_above(self, near):
        return len([one for one in self.worth if one > near])

    def above(self, near, count):
        return [one for one in self.worth if one > near][:count]

    def not_above(self, near, count):
        return [one for one in self.worth[::-1] if one <= near][:count]


@pytest.mark.parametrize("seed", range(20))
def test_the_edge_is_the_value_after_the_tenth(seed):
    choose = random.Random(seed)
    every = {code: [choose.randrange(1, 300) * 100 for _ in range(choose.randrange(1, 60))] for code in RATES}
    parts = [Amounts(amounts, RATES[code]) for code, amounts in every.items()]
    worth = sorted((one for part in parts for one in part.worth), reverse=True)
    place = len(worth) // 10
    for near in (None, 0.0, 1.0, worth[0], worth[-1], worth[place], worth[place] + 0.5, 1e9, choose.choice(worth)):
        assert _edge(parts, place, near) == worth[place]
