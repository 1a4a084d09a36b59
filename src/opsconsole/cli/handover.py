"""The hand-over on the command line: a workbook, or pages as a PDF, by the name's ending."""

import argparse
from pathlib import Path

from opsconsole.cli.opened import moment, opened, progress
from opsconsole.domain.errors import UserError


def export(parsed: argparse.Namespace) -> Path:
    """``export handover OUT.xlsx|OUT.pdf``: what was written."""
    from opsconsole.services import handover, handover_listings

    path = Path(parsed.path)
    asked = {"location": parsed.location, "hours": parsed.hours, "since": parsed.since}
    with opened(parsed, read_only=True) as database:
        now = moment(parsed)
        if path.suffix.lower() != ".pdf":
            return handover_listings.export_handover(database, path, now, **asked, progress=progress(parsed))
        if not path.parent.is_dir():
            raise UserError(f"The folder {path.parent} does not exist.", "Make it first or name another one.")
        told = handover.hand_over(database, now, **asked, progress=progress(parsed))
    from opsconsole.desktop.pages.handover_print import print_alone

    return print_alone(told, path, parsed.paper)
