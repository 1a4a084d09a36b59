"""Commands about imported files: imports undo, imports rejects."""

import argparse

from opsconsole.cli.data import detected
from opsconsole.cli.opened import moment, opened, progress, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE, PARTLY
from opsconsole.cli.values import as_json
from opsconsole.domain.wording import unmarked


def run(parsed: argparse.Namespace) -> int:
    """``imports undo BATCH`` and ``imports rejects BATCH OUT.xlsx``."""
    return _undo(parsed) if parsed.deed == "undo" else _rejects(parsed)


def _rejects(parsed: argparse.Namespace) -> int:
    """The refused lines as a workbook; imported again, it brings in what is right then."""
    from opsconsole.services.import_rejects_workbook import export_rejects

    with opened(parsed, read_only=True) as database:
        path = export_rejects(database, parsed.batch, parsed.path, now=moment(parsed), progress=progress(parsed))
    if parsed.json:
        print_json({"batch": parsed.batch, "path": str(path)})
    else:
        print_lines([f"{path} holds the refused lines of import {parsed.batch}: correct them and import the workbook."])
    return DONE


def _undo(parsed: argparse.Namespace) -> int:
    """``imports undo BATCH [--dry-run]``: exit code 3 when something stays as newer files or people left it."""
    from opsconsole.services.import_undo import preview_undo, undo_import

    now = moment(parsed)
    with opened(parsed) as database:
        if parsed.dry_run:
            report = preview_undo(database, parsed.batch, now, progress(parsed))
        else:
            report = undo_import(database, parsed.batch, who=who(), now=now, progress=progress(parsed))
        found = "" if parsed.dry_run else detected(database, now)
    if parsed.json:
        print_json({**report.as_json(), "rows": as_json(report.rows)["rows"], "detection": found or None})
    else:
        print_lines([*map(unmarked, report.words()), *([f"Exceptions: {found}."] if found else [])])
        if parsed.dry_run and len(report.rows):
            print_listing(report.rows, as_json=False)
    return PARTLY if report.total("stays") + report.total("emptied") else DONE
