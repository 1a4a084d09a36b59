"""Commands that bring data in: demo create, import, sources, detect."""

import argparse
from pathlib import Path
from typing import Any

from opsconsole.cli import values
from opsconsole.cli.opened import moment, opened, progress, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import to_iso
from opsconsole.domain.wording import plural, unmarked
from opsconsole.store.database import Database


def import_files(parsed: argparse.Namespace) -> int:
    """``import FILE...``: into the database, then the rules; exit code 3 when lines were refused."""
    from opsconsole.services import imports
    from opsconsole.services.import_report import as_json

    now = moment(parsed)
    _all_there(parsed.files)
    with opened(parsed, create=not parsed.dry_run) as database:
        report = imports.import_files(
            database,
            parsed.files,
            channel=parsed.channel,
            currency=parsed.currency,
            source=parsed.source,
            mapping=parsed.mapping,
            dry_run=parsed.dry_run,
            who=who(),
            now=now,
            progress=progress(parsed),
        )
        written = any(file.written for file in report.files)
        found = detected(database, now, report.run_id) if written and not report.cancelled else ""
    if parsed.json:
        print_json({**as_json(report), "detection": found or None})
    else:
        print_lines([*map(unmarked, report.words()), *([f"Exceptions: {found}."] if found else [])])
    return report.exit_code


def _all_there(paths: list[str]) -> None:
    missing = [path for path in paths if not Path(path).exists()]
    if missing:
        raise UserError(f"There is no file {', '.join(missing)}.", "Nothing was imported.")


def detected(database: Database, now: int, run_id: int | None = None) -> str:
    """What the rules found in the new data; an import stays when they cannot run as of its moment."""
    from opsconsole.services.clockwork import turn
    from opsconsole.services.import_runs import note_effects

    try:
        found = turn(database, now, who=who())
    except UserError as refusal:
        return str(refusal).rstrip(".")
    note_effects(database, run_id, found.report, now)
    return found.words


def sources(parsed: argparse.Namespace) -> int:
    """``sources [--fields]``: what is recognized, or what a mapping can fill."""
    from opsconsole.services import imports

    print_listing(imports.list_source_fields() if parsed.fields else imports.list_sources(), as_json=parsed.json)
    return DONE


def detect(parsed: argparse.Namespace) -> int:
    """``detect``: run the rules now, and automation on what they open."""
    from opsconsole.services.clockwork import turn

    now = moment(parsed)
    with opened(parsed) as database:
        done = turn(database, now, full=parsed.full, who=who(), progress=progress(parsed))
    report = done.report
    if parsed.json:
        print_json(
            {
                "as_of": to_iso(report.as_of),
                "scope": report.scope,
                "opened": report.opened,
                "closed": report.closed,
                "reopened": report.reopened,
                "no_longer_waiting": len(done.woken),
                "automated": len(done.acted.touched),
                "milliseconds": report.milliseconds,
                "rules": [
                    {"key": rule.code, "state": rule.state, "open": rule.open, "older": rule.older,
                     "reason": rule.reason or None}
                    for rule in report.rules
                ],
            }
        )  # fmt: skip
        return DONE
    silent = [f"{rule.label}: {rule.reason}." for rule in report.rules if rule.state == "no_data"]
    print_lines([f"{done.words} ({plural(report.milliseconds, 'ms', 'ms')}).", *silent])
    return DONE


def create_demo(parsed: argparse.Namespace) -> int:
    """``demo create DATABASE``: the demo company, by default up to now."""
    from opsconsole.services.demo_company.create import create_demo as create

    given: dict[str, Any] = {"orders": parsed.orders, "seed": parsed.seed, "as_of": parsed.as_of}
    report = create(
        parsed.target, progress=progress(parsed), **{key: value for key, value in given.items() if value is not None}
    )
    if parsed.json:
        told = {key: value for key, value in values.plain(report).items() if key != "truth"}
        print_json({**told, "as_of": to_iso(report.as_of)})
    else:
        print_lines(list(map(unmarked, report.words())))
    return DONE
