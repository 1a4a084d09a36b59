"""What the business has set: its time zone, base currency, and amounts in one currency by dated rates."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, bindparam, func, select

from opsconsole.domain import money
from opsconsole.domain.instants import day_of
from opsconsole.store.prepared import asked
from opsconsole.store.schema import order_lines, orders, payments, rates, settings

_NEWEST = 10_000
_RATES = select(rates.c.currency, rates.c.valid_on, rates.c.rate).order_by(rates.c.currency, rates.c.valid_on)
_SETTING = (
    select(settings.c.value_json)
    .where(settings.c.key == bindparam("key", "", Text()), settings.c.valid_from <= bindparam("now", 0, BigInteger()))
    .order_by(settings.c.valid_from.desc())
    .limit(1)
)


def setting(connection: Connection, key: str, now: int, default: Any = None) -> Any:
    """Value of a business setting in force at ``now``."""
    known = asked(connection, _SETTING, key=key, now=now).rows
    return default if not known else json.loads(known[0][0])


@dataclass(frozen=True)
class Business:
    """The business as of a moment; ``today`` is its local date, ``due_before`` the first date that is not over."""

    now: int
    time_zone: str
    base_currency: str
    rates: Mapping[str, tuple[Sequence[int], Sequence[float]]] = field(default_factory=dict)

    @cached_property
    def today(self) -> int:
        """Local date of the business."""
        return day_of(self.now, self.time_zone)

    @property
    def due_before(self) -> int:
        """First local date that is not over: the last microsecond of a day belongs to what is over."""
        return day_of(self.now + 1, self.time_zone)

    def in_base(self, minor: float, currency: str, day: int) -> float | None:
        """Minor units of the base currency at the rate of a local date; None where no rate is known."""
        if currency in (self.base_currency, ""):
            return minor
        days, values = self.rates.get(currency, ((), ()))
        position = bisect_right(days, day) - 1
        if position < 0:
            return None
        places = money.digits(self.base_currency) - money.digits(currency)
        return float(minor * values[position] * 10.0**places)

    def worth(self, minor: int, currency: str | None) -> int | None:
        """What an amount counts for in sums: in the base currency at today's rate, None where no rate is known.

        Each amount is rounded by itself, half to even, before anything is summed: so sums over the same amounts agree,
        however they are grouped, and with the rows that stand under them.
        """
        converted = self.in_base(minor, currency or "", self.today)
        return None if converted is None else round(converted)

    def worths(self, amounts: Iterable[int | None], currencies: Iterable[str | None]) -> list[int | None]:
        """``worth`` of many amounts, None where there is no amount."""
        own = (None, "", self.base_currency)
        return [
            amount if amount is None or currency in own else self.worth(amount, currency)
            for amount, currency in zip(amounts, currencies, strict=True)
        ]


def _usual_currency(connection: Connection) -> str | None:
    """The currency of most of the newest orders, else of their lines or payments, where amounts stand only there.

    All of a million would be counted in every question.
    """
    for table in (orders, order_lines, payments):
        newest = select(table.c.currency).order_by(table.c.id.desc()).limit(_NEWEST).subquery("newest")
        found = connection.execute(
            select(newest.c.currency)
            .where(newest.c.currency.is_not(None))
            .group_by(newest.c.currency)
            .order_by(func.count().desc(), newest.c.currency)
            .limit(1)
        ).scalar()
        if found is not None:
            return str(found)
    return None


def business(connection: Connection, now: int) -> Business:
    """The business as of ``now``; without a setting the base currency is the one of most of the newest orders."""
    base = setting(connection, "base_currency", now) or _usual_currency(connection)
    table: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
    for currency, day, rate in asked(connection, _RATES).rows:
        table[currency][0].append(day)
        table[currency][1].append(rate)
    return Business(now, setting(connection, "time_zone", now, "UTC"), base or "USD", dict(table))
