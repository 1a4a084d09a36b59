"""Commands that keep a database well: backup, restore, check, migrate."""

import argparse
from pathlib import Path

from opsconsole.cli.opened import opened, url_of
from opsconsole.cli.output import print_json, print_lines
from opsconsole.cli.program import DONE, MISTAKE
from opsconsole.services import databases


def backup(parsed: argparse.Namespace) -> int:
    """``backup FILE``: a whole and consistent copy, checked before it takes its name."""
    path = databases.backup_of(url_of(parsed), Path(parsed.path))
    return _done(parsed, {"path": str(path)}, f"Backup written to {path}.")


def restore(parsed: argparse.Namespace) -> int:
    """``restore FILE``: the backup's data in the place of the database's."""
    databases.restore(Path(parsed.path), url_of(parsed))
    return _done(parsed, {"path": str(parsed.path)}, f"Restored from {parsed.path}.")


def check(parsed: argparse.Namespace) -> int:
    """``check``: damage and broken history; exit code 2 when something is found."""
    with opened(parsed, read_only=True) as database:
        problems = databases.check(database)
    if parsed.json:
        print_json({"problems": list(problems)})
    else:
        print_lines(problems or ["No damage found."])
    return MISTAKE if problems else DONE


def migrate(parsed: argparse.Namespace) -> int:
    """``migrate``: an older database to this version's schema, after a backup."""
    told = databases.migrate(url_of(parsed))
    return _done(parsed, {"migrated": told}, str(told))


def _done(parsed: argparse.Namespace, told: dict[str, object], words: str) -> int:
    if parsed.json:
        print_json(told)
    else:
        print_lines([words])
    return DONE
