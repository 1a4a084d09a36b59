"""When an order must be shipped and delivered, and on whose word: platform, lines, channel, or assumed."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from opsconsole.domain.calendar import BusinessCalendar
from opsconsole.imports.writer_days import Days
from opsconsole.store import schema
from opsconsole.store.calendars import load_calendars

# Where neither the platform nor the channel promises anything: business days.
ASSUMED_SHIP_WITHIN = 2
ASSUMED_DELIVER_WITHIN = 5


class Promise(NamedTuple):
    """The last instant that keeps a promise, the local date it falls on, and its basis."""

    limit: int | None
    on_day: int | None
    basis: str | None


NONE = Promise(None, None, None)


@dataclass
class Channel:
    """What a channel account promises, in business days of its calendar."""

    time_zone: str = "UTC"
    ship_within: int | None = None
    deliver_within: int | None = None
    calendar: BusinessCalendar | None = None
    moved: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def business_days_after(self, day: int, count: int, zone: str) -> int:
        """The local date ``count`` open days after another; Monday to Friday where the channel has no calendar."""
        key = (zone, day, count)
        if key not in self.moved:
            calendar = self.calendar or BusinessCalendar(zone)
            self.moved[key] = calendar.add_business_days(day, count)
        return self.moved[key]


def load_channels(conn: Connection) -> dict[str, Channel]:
    """Channels by key."""
    calendars = load_calendars(conn)
    return {
        row["key"]: Channel(
            row["time_zone"], row["ship_within_days"], row["deliver_within_days"], calendars.get(row["calendar"])
        )
        for row in conn.execute(select(schema.channels)).mappings()
    }


def stated(limit: int | None, on_day: int | None, zone: str, days: Days, basis: str = "platform") -> Promise:
    """A promise that somebody stated: as an instant, or as a local date that is kept until its last microsecond."""
    if limit is not None:
        return Promise(limit, days.of(limit, zone) if on_day is None else on_day, basis)
    if on_day is not None:
        return Promise(days.end(on_day, zone), on_day, basis)
    return NONE


def ship_promise(
    order: Any, line_limit: int | None, placed_on: int | None, zone: str, channel: Channel, days: Days
) -> Promise:
    """Ship by: the platform's word, else the earliest of the lines, else the channel's promise, else assumed."""
    said = stated(order.stated_ship_by, order.stated_ship_by_on, zone, days)
    if said is not NONE:
        return said
    if line_limit is not None:
        return Promise(line_limit, days.of(line_limit, zone), "lines")
    if placed_on is None:
        return NONE
    within, basis = _within(channel.ship_within, ASSUMED_SHIP_WITHIN)
    on_day = channel.business_days_after(placed_on, within, zone)
    return Promise(days.end(on_day, zone), on_day, basis)


def delivery_promise(order: Any, ship: Promise, zone: str, channel: Channel, days: Days) -> Promise:
    """Deliver by: the platform's word, else business days after the ship-by date as the channel promises or assumed."""
    said = stated(order.stated_deliver_by, order.stated_deliver_by_on, zone, days)
    if said is not NONE:
        return said
    if ship.on_day is None:
        return NONE
    within, basis = _within(channel.deliver_within, ASSUMED_DELIVER_WITHIN)
    on_day = channel.business_days_after(ship.on_day, within, zone)
    return Promise(days.end(on_day, zone), on_day, basis)


def _within(promised: int | None, assumed: int) -> tuple[int, str]:
    return (assumed, "assumed") if promised is None else (promised, "channel")
