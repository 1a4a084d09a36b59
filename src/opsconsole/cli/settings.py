"""Commands about settings, calendars and cut-offs."""

import argparse
from collections.abc import Callable
from typing import Any

from opsconsole.cli.opened import moment, opened, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE
from opsconsole.domain.change import Change
from opsconsole.domain.instants import to_iso
from opsconsole.domain.listing import Listing
from opsconsole.store.database import Database


def settings(parsed: argparse.Namespace) -> int:
    """``settings list|set|default``."""
    from opsconsole.services import settings as service
    from opsconsole.services import settings_text

    if parsed.settings_command == "list":
        return _listed(parsed, service.list_settings)
    text = parsed.value.replace("\\n", "\n") if parsed.settings_command == "set" else ""
    value = settings_text.value_of(settings_text.setting_named(parsed.key), text)
    return _changed(parsed, lambda database, by: service.change_setting(database, parsed.key, value, **by))


def calendars(parsed: argparse.Namespace) -> int:
    """``calendars list|places|set|close|open|assign|remove``."""
    from opsconsole.services import calendars_changes as service
    from opsconsole.services.calendars_words import days_of, hours_of

    what = parsed.calendars_command
    if what in ("list", "places"):
        return _listed(parsed, service.list_calendars if what == "list" else service.list_places)
    if what == "set":
        given = {"time_zone": parsed.time_zone, "country": parsed.country, "subdivision": parsed.subdivision}
        hours = hours_of(parsed.hours)
        return _changed(
            parsed, lambda database, by: service.set_calendar(database, parsed.key, hours=hours, **given, **by)
        )
    if what in ("close", "open"):
        days: dict[str, Any] = {what: days_of(parsed.days)}
        return _changed(parsed, lambda database, by: service.set_own_days(database, parsed.key, **days, **by))
    if what == "assign":
        kind, place, key = parsed.kind, parsed.place, parsed.key
        return _changed(parsed, lambda database, by: service.assign_calendar(database, kind, place, key, **by))
    return _changed(parsed, lambda database, by: service.remove_calendar(database, parsed.key, **by))


def cut_offs(parsed: argparse.Namespace) -> int:
    """``cut-offs list|set|end``."""
    from opsconsole.services import cut_offs as service
    from opsconsole.services.calendars_words import WEEKDAYS, day_of_iso, minute_of

    if parsed.cut_offs_command == "list":
        return _listed(parsed, lambda database, now: service.list_cut_offs(database, now, ended=parsed.ended))
    if parsed.cut_offs_command == "end":
        return _changed(parsed, lambda database, by: service.end_cut_off(database, parsed.number, **by))
    given: dict[str, Any] = {
        "cut_off_minute": minute_of(parsed.time),
        "pickup_minute": minute_of(parsed.pickup) if parsed.pickup else None,
        "carrier": parsed.carrier,
        "service": parsed.service,
        "weekday": WEEKDAYS.index(parsed.weekday) if parsed.weekday else None,
        "valid_from": day_of_iso(parsed.valid_from) if parsed.valid_from else None,
    }
    return _changed(parsed, lambda database, by: service.set_cut_off(database, parsed.location, **given, **by))


def _listed(parsed: argparse.Namespace, read: Callable[[Database, int], Listing]) -> int:
    with opened(parsed, read_only=True) as database:
        listing = read(database, moment(parsed))
    print_listing(listing, as_json=parsed.json)
    return DONE


def _changed(parsed: argparse.Namespace, write: Callable[[Database, dict[str, Any]], Change]) -> int:
    now = moment(parsed)
    with opened(parsed) as database:
        change = write(database, {"who": who(), "now": now})
    if parsed.json:
        print_json({"as_of": to_iso(now), "words": change.words})
    else:
        print_lines([f"{change.words}."])
    return DONE
