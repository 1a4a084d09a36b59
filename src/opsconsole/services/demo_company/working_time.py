"""Clocks that run in opening hours, for many instants at once; sites open the same hours on every working day."""

import numpy as np

from opsconsole.domain.instants import SECOND
from opsconsole.services.demo_company.arrays import Ints
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import FIRST_DROP_SHIPPER, LOCATIONS, PLACE_ZONES

# Opening hours of each location on a working day, local time.
HOURS = {"reno": (6, 18), "columbus": (7, 19), "harbor": (7, 17), "fba": (6, 22)}


class WorkingHours:
    """Adds working time at each place; drop-shippers have no site of ours, so the first site's hours count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        days = np.arange(clock.first_day - 60, clock.today + 120, dtype=np.int64)
        self._workdays = days[clock.is_workday(days)]

    def add(self, start: Ints, spans: Ints, place: Ints) -> Ints:
        """Instants at which ``spans`` (microseconds, more than zero) of working time have passed."""
        result = np.zeros_like(start)
        site = np.where(place < FIRST_DROP_SHIPPER, place, 0)
        for number, location in enumerate(LOCATIONS):
            mine = site == number
            if mine.any():
                result[mine] = self._add(start[mine], spans[mine], PLACE_ZONES[number], *HOURS[location.key])
        return result

    def _add(self, start: Ints, spans: Ints, zone_name: str, opens: int, closes: int) -> Ints:
        zone = self._clock.zone(zone_name)
        length = (closes - opens) * 3600 * SECOND
        worked = self._worked(start, zone_name, opens, closes) + spans
        # A clock that runs out exactly at closing time does so that day, not at the next opening.
        last = (worked - 1) // length
        begun = zone.at(self._workdays[last], np.full(len(last), opens * 3600, dtype=np.int64))
        return np.asarray(begun + worked - last * length)

    def worked(self, instants: Ints, place: Ints) -> Ints:
        """Working time (microseconds) of each place up to instants, from the first day of the tables."""
        result = np.zeros_like(instants)
        site = np.where(place < FIRST_DROP_SHIPPER, place, 0)
        for number, location in enumerate(LOCATIONS):
            mine = site == number
            if mine.any():
                result[mine] = self._worked(instants[mine], PLACE_ZONES[number], *HOURS[location.key])
        return result

    def _worked(self, instants: Ints, zone_name: str, opens: int, closes: int) -> Ints:
        zone, length = self._clock.zone(zone_name), (closes - opens) * 3600 * SECOND
        day = zone.day_of(instants)
        opening = zone.at(day, np.full(len(day), opens * 3600, dtype=np.int64))
        index = np.searchsorted(self._workdays, day)
        today = np.where(self._workdays[index] == day, np.clip(instants - opening, 0, length), 0)
        return np.asarray(index * length + today)

    def back(self, end: int, span: int, place: int) -> int:
        """The instant from which ``span`` (microseconds) of working time have passed at ``end``."""
        site = place if place < FIRST_DROP_SHIPPER else 0
        opens, closes = HOURS[LOCATIONS[site].key]
        zone, length = self._clock.zone(PLACE_ZONES[site]), (closes - opens) * 3600 * SECOND
        worked = int(self._worked(np.array([end]), PLACE_ZONES[site], opens, closes)[0]) - span
        begun = zone.at(self._workdays[[worked // length]], np.array([opens * 3600]))
        return int(begun[0]) + worked % length
