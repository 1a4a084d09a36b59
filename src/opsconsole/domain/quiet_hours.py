"""Hours in which nobody is to be called: ``22:00-07:00``, also over midnight; empty for none."""

import re

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import MINUTE, day_of, to_datetime

_SPAN = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")


def check(text: str) -> str:
    """The hours as they are kept, ``22:00-07:00`` or empty; UserError for anything else."""
    if not text.strip():
        return ""
    found = _SPAN.fullmatch(text)
    if found is None or max(int(found[1]), int(found[3])) > 23 or max(int(found[2]), int(found[4])) > 59:
        raise UserError(f"“{text}” is no span of a day.", "Write quiet hours as 22:00-07:00.")
    return f"{int(found[1]):02}:{found[2]}-{int(found[3]):02}:{found[4]}"


def is_quiet(text: str, now: int, zone: str) -> bool:
    """Whether ``now`` lies in the hours in a time zone; equal ends are the whole day."""
    if not text:
        return False
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in check(text).split("-"))
    local = to_datetime(now, zone)
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start < end else minute >= start or minute < end


def ends_at(text: str, now: int, zone: str) -> int:
    """The instant from which one may call again; ``now`` where it is not quiet."""
    moment = now
    while is_quiet(text, moment, zone) and day_of(moment, zone) <= day_of(now, zone) + 1:
        moment += MINUTE - moment % MINUTE
    return moment
