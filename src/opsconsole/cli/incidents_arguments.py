"""What can be asked about incidents on the command line. Only the standard library."""

import argparse
from collections.abc import Callable
from typing import Any

Instant = Callable[[str], int]


def add_incidents(command: Any, parser_class: type[argparse.ArgumentParser], instant: Instant) -> None:
    """Add ``incidents open|list|show|attach|detach|tick|close|reopen``; ``instant`` reads ISO 8601."""
    whole = command("incidents", "what hits many orders at once: open, list, show, attach, detach, tick, close, reopen")
    deeds = whole.add_subparsers(dest="deed", metavar="DEED", required=True, parser_class=parser_class)
    same = _same_for_all(instant)

    def deed(name: str, words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = deeds.add_parser(name, help=words, description=words, parents=[same])
        return made

    opened = deed("open", "open one and attach what it causes")
    opened.add_argument("kind", metavar="KIND", help="warehouse_outage, carrier_failure or integration_down")
    for name, words in (("location", "site"), ("carrier", "carrier"), ("channel", "channel"), ("source", "feed")):
        opened.add_argument(f"--{name}", metavar="KEY", help=f"the {words} it is about")
    opened.add_argument("--title", default="", metavar="WORDS")
    opened.add_argument("--responsible", default="", metavar="PARTY", help="vendor, us or force_majeure")
    opened.add_argument("--excuses", choices=("yes", "no"), help="whether it excuses SLA events (else: by whose fault)")
    opened.add_argument("--types", metavar="CODE,CODE", help="types of exceptions that attach (else: the kind's)")
    opened.add_argument("--starts", type=instant, metavar="ISO", help="when it began (else: now)")
    listed = deed("list", "print the incidents")
    listed.add_argument("--state", choices=("open", "closed", "all"), default="all")
    shown = deed("show", "say everything about one, or print the rows behind one of its figures")
    shown.add_argument("incident", type=int, metavar="NUMBER")
    shown.add_argument(
        "--rows", metavar="FIGURE", help="exceptions, orders, value_at_risk, order_value, refunds, credits"
    )
    for name in ("attach", "detach"):
        linked = deed(name, f"{name} exceptions by hand")
        linked.add_argument("incident", type=int, metavar="NUMBER")
        linked.add_argument("names", nargs="+", metavar="ORDER|EXCEPTION", help="by number; of an order all are meant")
    ticked = deed("tick", "tick a step of the playbook")
    ticked.add_argument("incident", type=int, metavar="NUMBER")
    ticked.add_argument("step", type=int, metavar="STEP")
    ticked.add_argument("--undo", action="store_true", help="take the tick back")
    closed = deed("close", "close one with a summary")
    closed.add_argument("incident", type=int, metavar="NUMBER")
    closed.add_argument("summary", metavar="SUMMARY")
    closed.add_argument("--ended", type=instant, metavar="ISO", help="when it ended (else: now)")
    deed("reopen", "open one again").add_argument("incident", type=int, metavar="NUMBER")


def _same_for_all(instant: Instant) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--database", metavar="URL")
    parser.add_argument("--as-of", dest="as_of", metavar="ISO", type=instant)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    return parser
