"""Commands about imported files: imports undo."""

import argparse

from opsconsole.cli.data import detected
from opsconsole.cli.opened import moment, opened, progress, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE, PARTLY
from opsconsole.cli.values import as_json
from opsconsole.domain.wording import unmarked


def run(parsed: argparse.Namespace) -> int:
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
