"""What can be asked about the queue's life on the command line: exceptions, changes, automation, notices."""

import argparse
from collections.abc import Callable
from typing import Any

Instant = Callable[[str], int]


class _Made:
    """Makes the deeds of a command; all take --database, --as-of and --json behind their name too."""

    def __init__(self, whole: Any, dest: str, parser_class: type[argparse.ArgumentParser], instant: Instant) -> None:
        self._deeds = whole.add_subparsers(dest=dest, metavar="DEED", required=True, parser_class=parser_class)
        self._same = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
        self._same.add_argument("--database", metavar="URL")
        self._same.add_argument("--as-of", dest="as_of", metavar="ISO", type=instant)
        self._same.add_argument("--json", action="store_true", help="one JSON object instead of words")

    def deed(self, name: str, words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = self._deeds.add_parser(
            name, help=words, description=words, parents=[self._same]
        )
        return made


def add_exceptions(command: Any, parser_class: type[argparse.ArgumentParser], instant: Instant) -> None:
    """Add ``exceptions DEED ID...``; ``instant`` reads ISO 8601."""
    whole = command("exceptions", "work the queue: acknowledge, assign, start, wait, snooze, ignore, resolve, ...")
    made = _Made(whole, "deed", parser_class, instant)

    def deed(name: str, words: str) -> argparse.ArgumentParser:
        parser = made.deed(name, words)
        parser.add_argument("ids", nargs="+", type=int, metavar="ID", help="as “list exceptions” prints them")
        parser.add_argument("--request", default="", metavar="KEY", help="a repeated call with this key does nothing")
        return parser

    deed("acknowledge", "say that somebody has seen them")
    deed("start", "say that somebody works on them")
    deed("reopen", "take them back into the queue")
    deed("assign", "give them to somebody").add_argument("--to", default="", metavar="NAME", help="empty: nobody")
    waits = deed("wait", "set them to waiting until somebody answers")
    waits.add_argument("--on", default="", metavar="NAME", help="on whom")
    _until(waits, instant)
    _until(deed("snooze", "hide them for a time; the clocks run on"), instant)
    ignored = deed("ignore", "do not show them for the same cause until a moment")
    ignored.add_argument("--reason", required=True, metavar="WORDS")
    _until(ignored, instant)
    resolved = deed("resolve", "close them with a root cause")
    resolved.add_argument("--cause", required=True, metavar="KEY", help="a root cause, as in carrier_delay")
    resolved.add_argument("--note", default="", metavar="WORDS", help="what was done")
    deed("note", "write a note into their history").add_argument("--text", required=True, metavar="WORDS")
    tagged = deed("tag", "add tags and take others away")
    tagged.add_argument("--add", action="append", default=[], metavar="TAG")
    tagged.add_argument("--remove", action="append", default=[], metavar="TAG")


def _until(parser: argparse.ArgumentParser, instant: Instant) -> None:
    ends = parser.add_mutually_exclusive_group()
    ends.add_argument("--until", type=instant, metavar="ISO")
    ends.add_argument("--hours", type=float, metavar="N", help="from now")


def add_changes(command: Any, parser_class: type[argparse.ArgumentParser], instant: Instant) -> None:
    """Add ``changes list|undo``."""
    made = _Made(command("changes", "what was done, and undoing it by its number"), "deed", parser_class, instant)
    made.deed("list", "print the changes, newest first").add_argument("--who", default="", metavar="NAME")
    made.deed("undo", "take one back").add_argument("change", type=int, metavar="NUMBER")


def add_automation(command: Any, parser_class: type[argparse.ArgumentParser], instant: Instant) -> None:
    """Add ``automation list|add|off|on|move|run|try``."""
    whole = command("automation", "rules that assign, tag, snooze and note what opens")
    made = _Made(whole, "deed", parser_class, instant)
    made.deed("list", "print the rules in the order in which they act")
    _rule(made.deed("add", "add a rule; it acts on what opens from now on"))
    for name, words in (("off", "switch a rule off"), ("on", "switch a rule on")):
        made.deed(name, words).add_argument("name", metavar="NAME|NUMBER")
    moved = made.deed("move", "let a rule act earlier or later")
    moved.add_argument("name", metavar="NAME|NUMBER")
    moved.add_argument("where", choices=("up", "down"))
    made.deed("run", "let all rules act on the whole queue now, once per exception and opening")
    tried = made.deed("try", "say what the rules would do on today's queue; nothing is written")
    tried.add_argument("name", nargs="?", metavar="NAME|NUMBER", help="only this rule, also when it is off")


def _rule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    for name, words in (("type", "CODE"), ("severity", "S1..S4"), ("channel", "KEY"), ("location", "KEY")):
        parser.add_argument(f"--{name}", action="append", default=[], metavar=words, help="may be repeated")
    parser.add_argument("--value-from", metavar="AMOUNT", help="value at risk in the base currency")
    parser.add_argument("--value-to", metavar="AMOUNT")
    parser.add_argument("--assign", default="", metavar="NAME", help="to whom (with a rota: when nobody is on duty)")
    parser.add_argument("--rota", default="", metavar="LINES", help="“Ann: Mon-Fri 08:00-16:00; Bo: outside hours”")
    parser.add_argument("--root-cause", default="", metavar="KEY")
    parser.add_argument("--snooze-hours", type=float, default=0, metavar="N")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG")
    parser.add_argument("--note", default="", metavar="WORDS")
    parser.add_argument("--dry-run", action="store_true", help="say what it would do on today's queue; save nothing")


def add_notices(command: Any, instant: Instant) -> None:
    """Add ``notices``."""
    told = command("notices", "new S1 exceptions and what falls due; exit code 4 when there is something to tell")
    told.add_argument("--since", type=instant, metavar="ISO", help="the last look (else: a day ago)")
    told.add_argument("--within", type=int, default=30, metavar="MINUTES", help="falls due within (else: 30)")
    told.add_argument("--quiet", default="", metavar="HH:MM-HH:MM", help="quiet hours: nothing is told")
