"""When orders come in: two years of growth, seasons, weekdays, promotions and hours of the day."""

from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import HOUR, MINUTE, day_to_date
from opsconsole.services.demo_company.arrays import Floats, Ints, choose, choose_by_row
from opsconsole.services.demo_company.clock import HOME_ZONE, Clock
from opsconsole.services.demo_company.company import CHANNEL, CHANNELS

_GROWTH_A_YEAR = 0.24
_WEEKDAY = np.array([1.10, 1.04, 1.00, 0.98, 0.97, 0.93, 1.02])  # Monday first
_MONTH = np.array([0.90, 0.88, 0.92, 0.93, 0.96, 0.94, 0.95, 0.96, 0.98, 1.03, 1.28, 1.42])
# Orders per hour of the local day: quiet nights, a lunch hump, an evening peak.
_HOUR = np.array(
    [
        1.2,
        0.7,
        0.5,
        0.4,
        0.5,
        0.9,
        1.8,
        3.0,
        4.2,
        5.2,
        5.8,
        6.1,
        6.3,
        5.9,
        5.6,
        5.5,
        5.6,
        5.9,
        6.6,
        7.5,
        8.1,
        7.6,
        5.4,
        2.9,
    ]
)
_RECENT_PROMOTION, _PRIME_DAYS = 1.85, 1.9
_EVERY_CHANNEL_AFTER = 260  # days
STALE_FEED_HOURS = 5  # the Walmart feed is that late, so no order of it can be newer


def _year_end(day: int) -> float:
    """Factor of the days around Thanksgiving and Christmas."""
    date = day_to_date(day)
    if date.month == 11 and date.weekday() in (4, 0) and 23 <= date.day - (1 if date.weekday() == 4 else 4) + 1 <= 29:
        return 2.4
    if date.month == 12:
        return 1.25 if date.day <= 15 else (0.85 if date.day <= 22 else 0.55)
    return 1.0


def _is_prime(day: int) -> bool:
    date = day_to_date(day)
    return date.month == 7 and date.day in (14, 15)


def day_weights(clock: Clock) -> tuple[Ints, Floats]:
    """Days of trade and the expected share of orders on each; today counts as far as it has gone."""
    days = np.arange(clock.first_day, clock.today + 1, dtype=np.int64)
    dates = [day_to_date(day) for day in days.tolist()]
    months = np.array([_MONTH[date.month - 1] for date in dates])
    weights = (1 + _GROWTH_A_YEAR) ** ((days - clock.first_day) / 365) * months * _WEEKDAY[clock.weekday(days)]
    weights *= np.array([_year_end(day) for day in days.tolist()])
    weights *= np.where([_is_prime(day) for day in days.tolist()], _PRIME_DAYS, 1.0)
    start, end = clock.promotion
    weights *= np.where((days >= start) & (days <= end), _RECENT_PROMOTION, 1.0)
    midnight = clock.zone(HOME_ZONE).starts[clock.today - clock.zone(HOME_ZONE).first_day]
    hours_gone = int((clock.as_of - midnight) // HOUR)
    weights[-1] *= _HOUR[:hours_gone].sum() / _HOUR.sum()
    return days, weights


def _channel_weights(clock: Clock, days: Ints) -> Floats:
    """Share of each channel on each day: the marketplace leaps on its days, trade customers rest on weekends."""
    shares = np.tile([channel.share for channel in CHANNELS], (len(days), 1))
    age = (days - clock.first_day) / 730
    shares[:, CHANNEL["shopify"]] *= 0.9 + 0.2 * age
    shares[:, CHANNEL["shopify-ca"]] *= np.where(age < 0.3, 0.0, 0.6 + 0.8 * age)
    shares[:, CHANNEL["wholesale"]] *= np.where(clock.weekday(days) < 5, 1.35, 0.05)
    prime = np.array([_is_prime(day) for day in days.tolist()])
    shares[:, CHANNEL["amazon"]] *= np.where(prime, 2.6, 1.0)
    start, end = clock.promotion
    shares[:, CHANNEL["shopify"]] *= np.where((days >= start) & (days <= end), 1.5, 1.0)
    return shares


@dataclass
class Placed:
    """Orders as they come in: channel number, instant and local day, oldest first."""

    channel: Ints
    at: Ints
    on: Ints


def place_orders(clock: Clock, random: np.random.Generator, count: int) -> Placed:
    """``count`` orders over the two years up to ``as_of``."""
    days, weights = day_weights(clock)
    index = choose(random, weights, count)
    day = days[index]
    channel = choose_by_row(random, _channel_weights(clock, days)[index])
    # However small the company, every channel has had an order long ago.
    known = np.arange(min(len(CHANNELS), count))
    channel[known], day[known] = known, clock.first_day + _EVERY_CHANNEL_AFTER + 7 * known
    second = choose(random, _HOUR, count) * 3600 + random.integers(0, 3600, count)
    at = np.zeros(count, dtype=np.int64)
    for number, spec in enumerate(CHANNELS):
        mine = channel == number
        zone = clock.zone(spec.zone)
        at[mine] = zone.at(day[mine], second[mine])
        newest = clock.as_of - (STALE_FEED_HOURS * HOUR if spec.key == "walmart" else 4 * MINUTE)
        ahead = mine & (at > newest)
        while ahead.any():  # what the day has not seen yet was ordered a day earlier
            day[ahead] -= 1
            at[ahead] = zone.at(day[ahead], second[ahead])
            ahead = mine & (at > newest)
    return Placed(channel, at, day)
