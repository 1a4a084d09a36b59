"""What can be asked on the command line. Only the standard library: ``--version`` and ``--help`` answer at once."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from opsconsole import __version__
from opsconsole.cli.exceptions_arguments import add_automation, add_changes, add_exceptions, add_notices
from opsconsole.cli.feeds_arguments import add_connections, add_feeds
from opsconsole.cli.imports_arguments import add_imports
from opsconsole.cli.incidents_arguments import add_incidents
from opsconsole.cli.mappings_arguments import add_mappings
from opsconsole.cli.rules_arguments import add_rules
from opsconsole.cli.settings_arguments import add_settings
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import from_iso

LISTS = (
    "orders",
    "shipments",
    "returns",
    "purchase_orders",
    "ship_notices",
    "supplier_invoices",
    "picks",
    "refunds",
    "disputes",
    "tickets",
    "claims",
    "charges",
    "marketplace_entries",
    "payouts",
    "reimbursements",
    "chargebacks",
    "incidents",
    "exceptions",
    "rules",
    "stock",
    "proposals",
    "stock_movements",
    "vendors",
    "scorecards",
    "breaches",
    "kpis",
    "imports",
    "rejects",
    "feed_pairs",
    "differences",
)
EXPORTS = ("exceptions", "stock", "vendors", "kpis", "review", "handover", "reconciliation")
PERIODS = ("day", "week", "month", "all")
THEMES = ("light", "dark")
# Tabs by the names that lists and workbooks have.
TAB_NAMES = {"exceptions": "order_exceptions", "stock": "stock_levels", "scorecards": "vendors"}
WINDOW_COMMANDS = ("window", "screenshot", "self-test")


class _Parser(argparse.ArgumentParser):
    """Mistakes become UserError: one line and exit code 2, like every other mistake of the user's."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[:1].upper()}{message[1:]}.", f"See “{self.prog} --help”.")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Arguments by name; ``command`` is ``window`` when none was given. Raises UserError for a mistake."""
    parsed = _parser().parse_args(list(arguments))
    defaults = {"command": None, "database": os.environ.get("OPSCONSOLE_DATABASE"), "as_of": None, "json": False}
    for name, value in {**defaults, "demo": False}.items():
        if getattr(parsed, name, None) is None:
            setattr(parsed, name, value)
    parsed.command = parsed.command or "window"
    return parsed


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--database", metavar="URL", help="a file, sqlite:///file or postgresql://... (or the "
                        "environment's OPSCONSOLE_DATABASE; else this user's own)")  # fmt: skip
    common.add_argument("--as-of", dest="as_of", metavar="ISO", type=_instant, help="the moment that is now")
    common.add_argument("--json", action="store_true", help="one JSON object instead of words")
    parser = _Parser(
        prog="opsconsole",
        parents=[common],
        description="Operations console: order exceptions, stock levels, vendor SLAs and KPIs. "
        "Without a command it opens the window.",
        epilog="Exit codes: 0 done, 1 a fault of the program, 2 a mistake in what was asked, 3 done in part (rejects, "
        "conflicts).",
    )
    parser.add_argument("--version", action="version", version=f"opsconsole {__version__}")
    parser.add_argument("--demo", action="store_true", help="open the window on the demo company")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def command(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, parents=[common], help=words, description=words)

    command("window", "open the window").add_argument("--demo", action="store_true", default=argparse.SUPPRESS)
    _data(command)
    _answers(command)
    _keeping(command)
    add_exceptions(command, _Parser, _instant)
    add_changes(command, _Parser, _instant)
    add_automation(command, _Parser, _instant)
    add_notices(command, _instant)
    add_incidents(command, _Parser, _instant)
    add_rules(command, common, _Parser)
    add_mappings(command, common, _Parser)
    add_imports(command, common, _Parser)
    add_settings(command, common, _Parser)
    add_connections(command, common, _Parser)
    add_feeds(command, common, _Parser)
    _window(command)
    return parser


def _data(command: Any) -> None:
    demo = command("demo", "make the demo company's database")
    create = demo.add_subparsers(dest="demo_command", metavar="create", required=True, parser_class=_Parser)
    made = create.add_parser("create", help="make a database of the demo company", parents=[_json_only()])
    made.add_argument("target", metavar="DATABASE")
    made.add_argument("--orders", type=_positive, metavar="N", help="how many orders in two years")
    made.add_argument("--seed", type=int, default=None, metavar="N", help="the same seed makes the same company")
    made.add_argument("--as-of", dest="as_of", metavar="ISO", type=_instant, default=argparse.SUPPRESS)
    files = command("import", "read files of the platforms into the database")
    files.add_argument("files", nargs="+", metavar="FILE")
    how = files.add_mutually_exclusive_group()
    how.add_argument("--source", metavar="KEY", help="read the files as this source (see “opsconsole sources”)")
    how.add_argument("--mapping", metavar="FILE", help="read the files by a saved mapping (.toml)")
    files.add_argument("--channel", metavar="KEY", help="the shop or account that the orders belong to")
    files.add_argument(
        "--currency", metavar="CODE", help="the currency of the amounts, where neither the files nor the mapping say it"
    )
    files.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")
    sources = command("sources", "list the files that are recognized")
    sources.add_argument("--fields", action="store_true", help="list the record kinds and fields a mapping can fill")
    detect = command("detect", "run the exception rules now")
    detect.add_argument("--full", action="store_true", help="look at all orders, not only at what changed")


def _answers(command: Any) -> None:
    listing = command("list", "print a list")
    listing.add_argument("what", choices=LISTS, metavar="WHAT", help=", ".join(LISTS))
    listing.add_argument(
        "--filter", dest="filters", action="append", default=[], type=_filter, metavar="FIELD=VALUE",
        help="only rows with this value; of one field several may be named, VALUE may hold *",
    )  # fmt: skip
    listing.add_argument("--period", choices=PERIODS, help="kpis and scorecards: the length of a period")
    listing.add_argument("--by", metavar="DIMENSION", help="kpis: channel, location, carrier, vendor, region ...")
    explain = command("explain", "say what a KPI or an exception is made of")
    explain.add_argument("subject", metavar="KPI|EXCEPTION-ID")
    explain.add_argument("--period", choices=PERIODS, default="week", help="a KPI's newest period that is over")
    export = command("export", "write a workbook")
    export.add_argument("what", choices=EXPORTS, metavar="WHAT", help=", ".join(EXPORTS))
    export.add_argument("path", metavar="OUT.xlsx", help="handover: OUT.xlsx or OUT.pdf")
    export.add_argument("--period", choices=("week", "month"), default="week", help="the review's period")
    export.add_argument("--since", type=_instant, metavar="ISO", help="handover: from when (else: the current shift)")
    export.add_argument("--hours", type=_positive, metavar="N", help="handover: the last N hours")
    export.add_argument("--location", metavar="KEY", help="handover: of one site")
    export.add_argument("--paper", choices=("letter", "a4"), default="letter", help="handover: of the PDF")


def _keeping(command: Any) -> None:
    command("backup", "copy the database, whole and consistent").add_argument("path", metavar="FILE")
    restore = command("restore", "put a backup in the place of the database")
    restore.add_argument("path", metavar="FILE")
    command("check", "look for damage")
    command("migrate", "bring an older database to this version, after a backup")


def _window(command: Any) -> None:
    test = command("self-test", "try the installed program: window, import, detection, chart, workbook")
    test.add_argument("--report", metavar="FILE", help="write the result there too (.json or text)")
    shot = command("screenshot", "draw a tab without a screen")
    shot.add_argument("tab", metavar="TAB", type=lambda name: TAB_NAMES.get(name, name))
    shot.add_argument("path", metavar="OUT.png")
    shot.add_argument("--size", type=_size, default=(1366, 768), metavar="WxH")
    shot.add_argument("--theme", choices=THEMES, default="light")
    shot.add_argument("--scale", type=_scale, default=1.0, metavar="F")


def _json_only() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    return parser


def _instant(text: str) -> int:
    try:
        return from_iso(text)
    except UserError as fault:
        raise argparse.ArgumentTypeError(str(fault).rstrip(".")) from None


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number above zero")
    return int(text)


def _filter(text: str) -> tuple[str, str]:
    field, sign, value = text.partition("=")
    if not sign or not field.strip():
        raise argparse.ArgumentTypeError(f"“{text}” is not FIELD=VALUE")
    return field.strip(), value


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{3,5})[xX×](\d{3,5})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a size such as 1366x768")
    return int(found[1]), int(found[2])


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.5 <= value <= 4:
        raise argparse.ArgumentTypeError(f"“{text}” is not a scale from 0.5 to 4")
    return value


def asks_for_version(arguments: Sequence[str]) -> bool:
    """Whether nothing but the version is asked for: answered before the parser is built."""
    return list(arguments) in (["--version"], ["-V"])


def own_arguments() -> list[str]:
    """Arguments the program was started with."""
    return sys.argv[1:]
