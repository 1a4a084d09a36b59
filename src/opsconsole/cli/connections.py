"""Connections to other databases on the command line: list, add, test, password, remove."""

import argparse
import getpass
import sys
from dataclasses import replace

from opsconsole.cli.opened import moment, opened, progress, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import to_iso
from opsconsole.domain.sourcing import SqlConnection, connection_problems, raise_first
from opsconsole.services import sql_connections
from opsconsole.services.credentials import Passwords
from opsconsole.services.sql_drivers import account_of
from opsconsole.store.database import Database


def run(parsed: argparse.Namespace) -> int:
    """``connections ACTION``: the exit code."""
    return {"list": _list, "add": _add, "test": _test, "password": _password, "remove": _remove}[parsed.deed](parsed)


def password_for(parsed: argparse.Namespace, one: SqlConnection, passwords: Passwords) -> str:
    """The password of a connection: from standard input where asked so, the keyring, or a person at the terminal."""
    if not account_of(one):
        return ""
    if parsed.password_stdin:
        typed = sys.stdin.readline().rstrip("\r\n")
        passwords.set(account_of(one), typed)
        return typed
    known = passwords.get(account_of(one))
    if known is not None:
        return known
    if not sys.stdin.isatty():
        return sql_connections.password_of(one, passwords)
    typed = getpass.getpass(f"Password of {one.user} for {one.name}: ")
    passwords.set(account_of(one), typed)
    return typed


def _list(parsed: argparse.Namespace) -> int:
    with opened(parsed, read_only=True) as database:
        print_listing(sql_connections.list_connections(database, moment(parsed)), as_json=parsed.json)
    return DONE


def _add(parsed: argparse.Namespace) -> int:
    one = SqlConnection(
        parsed.name, parsed.kind, parsed.host, parsed.port, parsed.base, parsed.user, parsed.tls, parsed.ca_file
    )
    raise_first(connection_problems(one))
    with opened(parsed) as database:
        if not parsed.untried:
            password = password_for(parsed, one, Passwords())
            sql_connections.try_connection(one, password, progress(parsed))
        known = _known(database, parsed.name)
        if known is not None:
            one = replace(one, id=known.id, version=known.version)
        change = sql_connections.save_connection(database, one, who=who(), now=moment(parsed))
    return _tell(parsed, f"{change.words}.")


def _known(database: Database, name: str) -> SqlConnection | None:
    try:
        return sql_connections.find_connection(database, name)
    except UserError:
        return None


def _test(parsed: argparse.Namespace) -> int:
    with opened(parsed, read_only=True) as database:
        one = sql_connections.find_connection(database, parsed.name)
    answer = sql_connections.try_connection(one, password_for(parsed, one, Passwords()), progress(parsed))
    return _tell(parsed, f"{answer.words} {answer.read_only_words}")


def _password(parsed: argparse.Namespace) -> int:
    with opened(parsed, read_only=True) as database:
        one = sql_connections.find_connection(database, parsed.name)
    if not account_of(one):
        raise UserError(f"“{one.name}” is a file: it needs no password.")
    typed = sys.stdin.readline().rstrip("\r\n") if parsed.password_stdin else getpass.getpass("Password: ")
    if not sql_connections.keep_password(one, typed, Passwords()):
        raise UserError("This computer has no keyring: nothing was kept.", "The password is asked for at each start.")
    return _tell(parsed, f"The password of {one.user} for “{one.name}” is in the keyring.")


def _remove(parsed: argparse.Namespace) -> int:
    with opened(parsed) as database:
        one = sql_connections.find_connection(database, parsed.name)
        change = sql_connections.remove_connection(database, one, Passwords(), who=who(), now=moment(parsed))
    return _tell(parsed, f"{change.words}.")


def _tell(parsed: argparse.Namespace, words: str) -> int:
    if parsed.json:
        print_json({"as_of": to_iso(moment(parsed)), "words": words})
    else:
        print_lines([words])
    return DONE
