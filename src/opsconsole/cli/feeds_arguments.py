"""What can be asked of connections, SQL feeds and watched folders on the command line. Only the standard library."""

import argparse
from typing import Any

from opsconsole.domain.sourcing import KINDS, TLS

_PASSWORD = "read the password from the first line of standard input (else: the keyring, else it is asked for)"


def add_connections(command: Any, common: argparse.ArgumentParser, parser_class: type[argparse.ArgumentParser]) -> None:
    """Add ``connections list|add|test|password|remove``; ``common`` are those of every command."""
    whole = command("connections", "other databases of the business (ERP, WMS) that feeds may read")
    actions = whole.add_subparsers(dest="deed", metavar="ACTION", required=True, parser_class=parser_class)
    _action(actions, common, "list", "print the connections")
    add = _action(actions, common, "add", "add a connection, or change the one of its name; it is tried first")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--kind", required=True, choices=tuple(KINDS), help=", ".join(KINDS), metavar="KIND")
    add.add_argument("--host", default="", metavar="SERVER")
    add.add_argument("--port", type=int, default=None, metavar="N", help="else the usual one of its kind")
    add.add_argument("--name-there", dest="base", required=True, metavar="DATABASE",
                     help="name of the database; Oracle: the service; SQLite: the file")  # fmt: skip
    add.add_argument("--user", default="", metavar="ACCOUNT", help="best one that may only read")
    add.add_argument(
        "--tls", choices=[key for key, _ in TLS], default="prefer", help="prefer, require, verify-full, off"
    )
    add.add_argument("--ca-file", dest="ca_file", default="", metavar="FILE", help="authority's certificate, in PEM")
    add.add_argument("--untried", action="store_true", help="keep it also when it does not answer")
    for name, words in (
        ("test", "connect and say what is wrong"),
        ("password", "keep its password in this computer's keyring"),
        ("remove", "take a connection away that no feed uses"),
    ):
        _action(actions, common, name, words).add_argument("name", metavar="NAME")
    for name in ("add", "test", "password"):
        actions.choices[name].add_argument("--password-stdin", action="store_true", help=_PASSWORD)


def add_feeds(command: Any, common: argparse.ArgumentParser, parser_class: type[argparse.ArgumentParser]) -> None:
    """Add ``feeds list|add-query|add-folder|test|run|runs|files|on|off|remove``."""
    whole = command("feeds", "SQL feeds and watched folders: what brings data by itself")
    actions = whole.add_subparsers(dest="deed", metavar="ACTION", required=True, parser_class=parser_class)
    _action(actions, common, "list", "print the feeds with their state, last and next run")
    query = _action(actions, common, "add-query", "add a feed of a query, or change the one of its name")
    query.add_argument("name", metavar="NAME")
    query.add_argument("--connection", required=True, metavar="NAME", help="see “opsconsole connections”")
    asked = query.add_mutually_exclusive_group(required=True)
    asked.add_argument("--query", metavar="SQL", help="one SELECT; :since is the highest value read so far")
    asked.add_argument("--query-file", dest="query_file", metavar="FILE", help="a file with it")
    query.add_argument("--high-water", dest="mark_column", default="", metavar="COLUMN",
                       help="read on from its highest value")  # fmt: skip
    query.add_argument("--begin-with", dest="begin_with", default="", metavar="VALUE", help="of the first run")
    query.add_argument("--overlap", type=int, default=0, metavar="N", help="minutes (or numbers) to read again")
    query.add_argument("--limit", type=int, default=600, metavar="SECONDS", help="the query may take that long")
    folder = _action(actions, common, "add-folder", "watch a folder of this computer, or change the entry of its name")
    folder.add_argument("name", metavar="NAME")
    folder.add_argument("path", metavar="FOLDER")
    folder.add_argument("--pattern", default="", metavar="GLOB", help="as in “orders*.csv; *.xlsx”; else every table")
    folder.add_argument("--recursive", action="store_true", help="folders inside too")
    for made in (query, folder):
        made.add_argument("--source", default="", metavar="KEY|mapping:NAME", help="else recognized by its columns")
        made.add_argument("--channel", default="", metavar="KEY")
        made.add_argument("--location", default="", metavar="KEY")
        made.add_argument("--every", dest="schedule", default="", metavar="WHEN",
                          help="“every 15 minutes”, “Mon-Fri 06:30, 14:00”; else by hand")  # fmt: skip
    _run(actions, common)
    for name, words in (
        ("files", "print the files of a watched folder that were taken or refused"),
        ("on", "let a feed run by itself"),
        ("off", "let a feed run only by hand"),
        ("remove", "take a feed away; what it brought stays"),
    ):
        _action(actions, common, name, words).add_argument("name", metavar="NAME")


def _run(actions: Any, common: argparse.ArgumentParser) -> None:
    test = _action(actions, common, "test", "say what a run would change, and change nothing")
    test.add_argument("name", metavar="NAME")
    run = _action(
        actions, common, "run",
        "run feeds: those that are due, all, or one; exit code 0 all well, 2 all failed, 3 in part. For a scheduler",
    )  # fmt: skip
    which = run.add_mutually_exclusive_group()
    which.add_argument("name", nargs="?", metavar="NAME")
    which.add_argument("--due", action="store_true", help="those whose time has come (the default)")
    which.add_argument("--all", action="store_true", help="every one that is on")
    run.add_argument("--from-beginning", dest="from_beginning", action="store_true",
                     help="a query's rows all over again, whatever the mark")  # fmt: skip
    for one in (test, run):
        one.add_argument("--password-stdin", action="store_true", help=_PASSWORD)
    _action(actions, common, "runs", "print what runs did, newest first").add_argument(
        "name", nargs="?", metavar="NAME", help="of one feed"
    )


def _action(actions: Any, common: argparse.ArgumentParser, name: str, words: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = actions.add_parser(name, parents=[common], help=words, description=words)
    return made
