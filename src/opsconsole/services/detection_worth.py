"""What the active exceptions of one currency are worth, largest or smallest first, a few at a time."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Select, func, select

from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.store.schema import exceptions

_value = exceptions.c.value_at_risk


class Worth:
    """Amounts of a currency; ``convert`` tells what one is worth, the more the larger it is."""

    def __init__(self, connection: Connection, currency: str | None, convert: Callable[[int], float]) -> None:
        self._connection = connection
        self._convert = convert
        of_currency = exceptions.c.currency.is_(None) if currency is None else exceptions.c.currency == currency
        self._where = (ACTIVE, of_currency, _value.is_not(None))

    def largest(self, count: int) -> list[float]:
        """So many, the largest first."""
        return self._asked(select(_value).where(*self._where).order_by(_value.desc()).limit(count))

    def count_above(self, worth: float) -> int:
        """How many are worth more."""
        more = select(func.count()).select_from(exceptions).where(*self._where, _value >= self._first_above(worth))
        return int(self._connection.execute(more).scalar() or 0)

    def above(self, worth: float, count: int) -> list[float]:
        """So many of those worth more, the smallest first."""
        more = select(_value).where(*self._where, _value >= self._first_above(worth))
        return self._asked(more.order_by(_value).limit(count))

    def not_above(self, worth: float, count: int) -> list[float]:
        """So many of those worth that or less, the largest first."""
        less = select(_value).where(*self._where, _value < self._first_above(worth))
        return self._asked(less.order_by(_value.desc()).limit(count))

    def _asked(self, statement: Select[Any]) -> list[float]:
        return [float(self._convert(amount)) for amount in self._connection.execute(statement).scalars()]

    def _first_above(self, worth: float) -> int:
        """The smallest amount that is worth more."""
        high = 1
        while self._convert(high) <= worth:
            high *= 2
        return bisect_right(range(high + 1), worth, key=self._convert)
