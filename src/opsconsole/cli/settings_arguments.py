"""What can be asked of settings, calendars and cut-offs on the command line. Only the standard library."""

import argparse
from typing import Any


def add_settings(command: Any, common: argparse.ArgumentParser, parser_class: type[argparse.ArgumentParser]) -> None:
    """Add ``settings``, ``calendars`` and ``cut-offs``; ``common`` are the arguments of every command."""

    def group(name: str, words: str) -> Any:
        whole = command(name, words)
        return whole.add_subparsers(
            dest=f"{name.replace('-', '_')}_command", metavar="ACTION", required=True, parser_class=parser_class
        )

    def action(of: Any, name: str, words: str, *positional: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = of.add_parser(name, parents=[common], help=words, description=words)
        for one in positional:
            made.add_argument(one, metavar=one.upper())
        return made

    of = group("settings", "settings of the business: list, set, default")
    action(of, "list", "every setting in force")
    action(of, "set", "change a setting from now on; several lines are separated by \\n", "key", "value")
    action(of, "default", "back to what ships with the program", "key")
    _add_calendars(group("calendars", "opening hours and closed days of places"), action)
    _add_cut_offs(group("cut-offs", "until when orders still leave the same day"), action)


def _add_calendars(of: Any, action: Any) -> None:
    action(of, "list", "every calendar")
    action(of, "places", "locations and channels with the calendar each has")
    made = action(of, "set", "make or change a calendar", "key")
    made.add_argument("--hours", required=True, metavar="WORDS", help="as in “Mon-Fri 9:00-17:00, Sat 9:00-12:00”")
    made.add_argument("--time-zone", required=True, metavar="ZONE", help="as in America/New_York")
    made.add_argument("--country", metavar="CODE", help="whose public holidays are closed, as in US")
    made.add_argument("--subdivision", metavar="CODE", help="and those of a state or province, as in NV")
    action(of, "close", "close on days, as in “2026-12-24, 2026-12-28 to 2026-12-31”", "key", "days")
    action(of, "open", "open again on own days", "key", "days")
    given = action(of, "assign", "give a location or channel a calendar")
    given.add_argument("kind", choices=("location", "channel"))
    given.add_argument("place", metavar="PLACE")
    given.add_argument("key", metavar="KEY", nargs="?", help="without: the business's own")
    action(of, "remove", "remove a calendar that no place has", "key")


def _add_cut_offs(of: Any, action: Any) -> None:
    listed = action(of, "list", "cut-offs in force or to come")
    listed.add_argument("--ended", action="store_true", help="those that are over, too")
    made = action(of, "set", "set a cut-off from a day on", "location", "time")
    made.add_argument("--carrier", default="", metavar="KEY")
    made.add_argument("--service", default="", metavar="NAME")
    made.add_argument("--weekday", choices=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
    made.add_argument("--pickup", metavar="TIME", help="when the carrier comes, as in 17:15")
    made.add_argument("--from", dest="valid_from", metavar="DAY", help="as in 2026-12-01; without: today")
    ended = action(of, "end", "end a cut-off with yesterday")
    ended.add_argument("number", type=int, metavar="NUMBER", help="as “cut-offs list --json” tells it")
