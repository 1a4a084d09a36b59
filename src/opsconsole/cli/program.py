"""Running a command: arguments in, exit code out."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from opsconsole import __version__
from opsconsole.cli import arguments, output
from opsconsole.domain.errors import Cancelled, UserError

DONE, FAULT, MISTAKE, PARTLY = 0, 1, 2, 3
_INTERRUPTED = 130  # what shells report for Ctrl+C

Command = Callable[[argparse.Namespace], int]

# Modules are imported when their command runs, so that one command does not wait for the imports of another.
_COMMANDS = {
    "demo": "data.create_demo",
    "import": "data.import_files",
    "sources": "data.sources",
    "detect": "data.detect",
    "list": "answers.list_rows",
    "explain": "answers.explain",
    "export": "answers.export",
    "exceptions": "exceptions.run",
    "changes": "exceptions.changes",
    "automation": "automation.run",
    "connections": "connections.run",
    "feeds": "feeds.run",
    "notices": "exceptions.notices",
    "incidents": "incidents.run",
    "rules": "rules.rules",
    "mappings": "mappings.run",
    "imports": "imports.run",
    "settings": "settings.settings",
    "calendars": "settings.calendars",
    "cut-offs": "settings.cut_offs",
    "backup": "keeping.backup",
    "restore": "keeping.restore",
    "check": "keeping.check",
    "migrate": "keeping.migrate",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 done, 1 our fault, 2 the user's mistake, 3 partly done."""
    given = arguments.own_arguments() if argv is None else argv
    return guarded(lambda: run(arguments.parse(given)))


def run(parsed: argparse.Namespace) -> int:
    """Run the command of parsed arguments (not one of the window's)."""
    if parsed.command not in _COMMANDS:
        raise UserError(f"“{parsed.command}” needs the window.", "Start it with “opsconsole”.")
    module, name = _COMMANDS[parsed.command].split(".")
    command: Command = getattr(import_module(f"opsconsole.cli.{module}"), name)
    return command(parsed)


def guarded(work: Callable[[], int]) -> int:
    """Exit code of ``work``: mistakes as one line on stderr, faults with their traceback, nothing for Ctrl+C."""
    try:
        return work()
    except UserError as mistake:
        told(f"opsconsole: {' '.join(str(mistake).split())}")
        return MISTAKE
    except (KeyboardInterrupt, Cancelled):
        told("opsconsole: stopped; what had begun was taken back.")
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (| head): nothing is left to say, and closing must not say it either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception:
        told(f"opsconsole {__version__}: a fault of the program.\n{traceback.format_exc()}")
        return FAULT


def told(line: str) -> None:
    """A line on stderr, where there is one (a windowed program has none)."""
    if sys.stderr is not None:
        output.print_lines([line], sys.stderr)
