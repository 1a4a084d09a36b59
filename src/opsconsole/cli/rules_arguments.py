"""What can be asked of the exception rules on the command line. Only the standard library."""

import argparse
from typing import Any


def add_rules(command: Any, common: argparse.ArgumentParser, parser_class: type[argparse.ArgumentParser]) -> None:
    """Add ``rules list|set|off|on|try|history``; ``common`` are the arguments of every command."""
    whole = command("rules", "the exception rules: list, set, off, on, try, history")
    actions = whole.add_subparsers(dest="rules_command", metavar="ACTION", required=True, parser_class=parser_class)

    def action(name: str, words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, parents=[common], help=words, description=words)
        return made

    action("list", "every rule with its values, what it found and how it ran")
    change = action("set", "set a threshold, severity or resolve_hours, for all or for some")
    change.add_argument("rule", metavar="CODE")
    change.add_argument("key", metavar="VALUE-KEY")
    change.add_argument("value", metavar="VALUE", help="a number, S1 to S4, or “default” to end what is set there")
    _reason(change)
    _place(change)
    for name, words in (("off", "switch a rule off"), ("on", "switch a rule on again")):
        switch = action(name, words)
        switch.add_argument("rule", metavar="CODE")
        _reason(switch)
        _place(switch)
    trial = action("try", "what another threshold would have done to the exceptions of the past")
    trial.add_argument("rule", metavar="CODE")
    trial.add_argument("key", metavar="VALUE-KEY")
    trial.add_argument("value", metavar="VALUE")
    trial.add_argument("--days", type=_days, default=90, metavar="N", help="how far to look back")
    trial.add_argument("--rows", action="store_true", help="print the exceptions behind the numbers too")
    _place(trial)
    history = action("history", "changes of the rules' values: who, when, why")
    history.add_argument("rule", metavar="CODE", nargs="?", default="")


def _reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, metavar="WORDS", help="why, for whoever asks later")


def _place(parser: argparse.ArgumentParser) -> None:
    for name in ("channel", "service", "location"):
        parser.add_argument(f"--{name}", default="", metavar="KEY", help=f"only for this {name}")


def _days(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 3650:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of days from 1 to 3650")
    return int(text)
