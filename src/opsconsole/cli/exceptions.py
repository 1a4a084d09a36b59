"""Working the queue from the command line: exceptions DEED ID..., changes list and undo, notices."""

import argparse
from collections.abc import Callable
from typing import Any

from opsconsole.cli import values
from opsconsole.cli.opened import moment, opened, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE, PARTLY
from opsconsole.domain.change import Change, Conflict, Difference
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import HOUR, to_iso
from opsconsole.domain.listing import Listing
from opsconsole.domain.wording import instant

# Exit code of ``notices`` when there is something to tell, so that a scheduler need not read the answer.
SOMETHING = 4


def run(parsed: argparse.Namespace) -> int:
    """``exceptions DEED ID...``; exit code 3 when some were refused."""
    from opsconsole.services import order_exceptions as service

    deeds: dict[str, Callable[[int], dict[str, Any]]] = {
        "acknowledge": lambda now: {},
        "start": lambda now: {},
        "reopen": lambda now: {},
        "assign": lambda now: {"owner": parsed.to},
        "wait": lambda now: {"on": parsed.on, "until": _until(parsed, now)},
        "snooze": lambda now: {"until": _needed_until(parsed, now)},
        "ignore": lambda now: {"reason": parsed.reason, "until": _needed_until(parsed, now)},
        "resolve": lambda now: {"root_cause": parsed.cause, "note": parsed.note},
        "note": lambda now: {"text": parsed.text},
        "tag": lambda now: {"add": parsed.add, "remove": parsed.remove},
    }
    now = moment(parsed)
    more = deeds[parsed.deed](now)
    act = getattr(service, "add_note" if parsed.deed == "note" else parsed.deed)
    with opened(parsed) as database:
        change: Change = act(database, parsed.ids, who=who(), now=now, request=parsed.request, **more)
        zone = database.time_zone
    return tell(parsed, change, now, zone)


def _until(parsed: argparse.Namespace, now: int) -> int | None:
    if parsed.hours is not None:
        return now + int(parsed.hours * HOUR)
    return None if parsed.until is None else int(parsed.until)


def _needed_until(parsed: argparse.Namespace, now: int) -> int:
    until = _until(parsed, now)
    if until is None:
        raise UserError("It is not said until when.", "Add --until 2026-11-18T09:00Z or --hours 4.")
    return until


def tell(parsed: argparse.Namespace, change: Change, now: int, zone: str) -> int:
    """Print what a change did and what it left; exit code 3 when something was left."""
    if parsed.json:
        told = {"as_of": to_iso(now), "words": change.words, "change": change.id, "ids": list(change.ids)}
        print_json({**told, "conflicts": [_as_json(conflict) for conflict in change.conflicts]})
    else:
        number = f" (change {change.id})" if change.id is not None else ""
        lines = [line for conflict in change.conflicts for line in _as_lines(conflict, now, zone)]
        print_lines([f"{change.words}{number}.", *lines])
    return DONE if change.complete else PARTLY


def _as_json(conflict: Conflict) -> dict[str, Any]:
    return {
        "id": conflict.id,
        "subject": conflict.subject,
        "who": conflict.who or None,
        "at": None if conflict.at is None else to_iso(conflict.at),
        "words": conflict.words or None,
        "differences": [
            {"field": one.field.key, **{name: values.json_value(one.field, getattr(one, name)) for name in _THREE}}
            for one in conflict.differences
        ],
    }


_THREE = ("seen", "there", "wanted")


def _as_lines(conflict: Conflict, now: int, zone: str) -> list[str]:
    when = f" on {instant(conflict.at, zone, year_of=now)}" if conflict.at is not None else ""
    said = f": {conflict.words}" if conflict.words else ""
    lines = [f"Left {conflict.id} ({conflict.name}): {conflict.who or 'somebody'} changed it{when}{said}."]
    return lines + [f"  {_in_words(one, now, zone)}" for one in conflict.differences]


def _in_words(one: Difference, now: int, zone: str) -> str:
    frame = Listing((), {}, (), now, time_zone=zone)
    seen, there, wanted = (values.in_words(one.field, getattr(one, name), "", frame) for name in _THREE)
    return f"{one.field.label}: was {seen}, is {there}, wanted {wanted}"


def changes(parsed: argparse.Namespace) -> int:
    """``changes list`` and ``changes undo NUMBER``."""
    from opsconsole.services import changes as service

    now = moment(parsed)
    if parsed.deed == "list":
        with opened(parsed, read_only=True) as database:
            listing = service.list_changes(database, now, who=parsed.who)
        print_listing(listing, as_json=parsed.json)
        return DONE
    with opened(parsed) as database:
        change = service.undo_change(database, parsed.change, who=who(), now=now)
        zone = database.time_zone
    return tell(parsed, change, now, zone)


def notices(parsed: argparse.Namespace) -> int:
    """``notices``: what is new and what falls due since the last look; exit code 4 when there is something."""
    from opsconsole.services import notices as service

    hours = _quiet(parsed.quiet)
    with opened(parsed, read_only=True) as database:
        found = service.look(
            database, moment(parsed), since=parsed.since, within_minutes=max(0, parsed.within), quiet=hours
        )
    if parsed.json:
        counts = {"s1": found.s1, "overdue": found.overdue, "urgent": found.urgent}
        head = {"since": to_iso(found.since), "quiet": found.quiet, "headline": found.headline or None, **counts}
        print_json({**values.as_json(service.listing(found)), **head})
    else:
        quiet = "Quiet hours: nothing is told." if found.quiet else "Nothing new."
        lines = [one.words for one in found.told]
        print_lines([f"{found.headline}." if found.headline else quiet, *lines, f"{found.standing}."])
    return SOMETHING if found.told else DONE


def _quiet(text: str) -> str:
    from opsconsole.domain.quiet_hours import check

    return check(text)
