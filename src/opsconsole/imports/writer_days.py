"""Local dates of many instants, by time zone; an offset is looked up once per quarter of an hour."""

from datetime import timedelta

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, MINUTE, day_end, to_datetime

# Clocks have only ever changed on a quarter of an hour (UTC) since zones are whole quarters.
_QUARTER = 15 * MINUTE


class Days:
    """Local dates and their ends; remembers what it has looked up."""

    def __init__(self) -> None:
        self._offsets: dict[tuple[str, int], int] = {}
        self._ends: dict[tuple[str, int], int] = {}

    def of(self, instant: int | None, zone: str) -> int | None:
        """Local date of an instant; None for None. UserError for a time zone that does not exist."""
        if instant is None:
            return None
        quarter = instant // _QUARTER
        offset = self._offsets.get((zone, quarter))
        if offset is None:
            offset = self._offsets[zone, quarter] = _offset(quarter * _QUARTER, zone)
        return (instant + offset) // DAY

    def end(self, day: int, zone: str) -> int:
        """Last microsecond of a local date."""
        found = self._ends.get((zone, day))
        if found is None:
            found = self._ends[zone, day] = day_end(day, zone)
        return found


def _offset(instant: int, zone: str) -> int:
    try:
        offset = to_datetime(instant, zone).utcoffset() or timedelta(0)
    except (KeyError, ValueError, OSError):
        raise UserError(f"“{zone}” is not a time zone.", "Write it as Europe/Berlin or America/New_York.") from None
    return offset // timedelta(microseconds=1)
