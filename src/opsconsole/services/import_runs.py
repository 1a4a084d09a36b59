"""Imports as a whole: the files that came in together, those of them that could not be read, and what they changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from opsconsole.domain.detection_report import DetectionReport
from opsconsole.domain.errors import UserError
from opsconsole.imports.files import open_table
from opsconsole.imports.rejects import readable
from opsconsole.imports.tables import FileOptions, InputFile, file_hash
from opsconsole.services.import_report import DISMISSED, NOT_RECOGNIZED, FileReport
from opsconsole.services.names import named
from opsconsole.services.order_exceptions import type_counts
from opsconsole.services.stock_levels import list_proposals
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import import_runs, unread_files

_MOST_LINES = 1_000_000  # counted of a file that is not imported


@dataclass(frozen=True, slots=True)
class Effect:
    """What an import changed; None where that was not recorded. ``values`` are at risk, by currency."""

    opened: int | None = None
    closed: int | None = None
    open: int | None = None
    values: tuple[tuple[str, int], ...] = ()
    reorder_new: int | None = None


def begin_run(conn: Connection, *, who: str, now: int) -> int:
    """Number of the import that the files which come in together carry."""
    made = conn.execute(import_runs.insert().values(started_at=now, imported_by=who))
    return int((made.inserted_primary_key or (0,))[0])


def keep_unread(conn: Connection, run_id: int, file: InputFile, report: FileReport, *, who: str, now: int) -> int:
    """Keep a file that was not imported with the reason; returns its number."""
    values = {
        "run_id": run_id,
        "file_name": file.name,
        "path": path_of(file),
        "file_hash": _hash_of(file),
        "state": report.state,
        "message": report.message or None,
        "hint": report.hint or None,
        "lines": _lines_of(file) if report.state == NOT_RECOGNIZED else None,
        "imported_by": who,
        "noticed_at": now,
    }
    made = conn.execute(unread_files.insert().values(**values))
    return int((made.inserted_primary_key or (0,))[0])


def dismiss_unread(database: Database, ids: Sequence[int], *, who: str, now: int) -> dict[int, str]:
    """Nothing is to be done about these files any more; returns what their states were, for ``restore_unread``."""
    named(who)
    table = unread_files
    with database.write() as conn:
        wanted = select(table.c.id, table.c.state).where(table.c.id.in_(list(ids)), table.c.state != DISMISSED)
        before = {int(row.id): str(row.state) for row in conn.execute(wanted)}
        conn.execute(update(table).where(table.c.id.in_(list(before))).values(state=DISMISSED))
        detail = {"files": sorted(before)}
        audit.record(conn, who=who, action="dismiss", subject="files not imported", detail=detail, at=now)
    return before


def restore_unread(database: Database, states: Mapping[int, str], *, who: str, now: int) -> None:
    """Files that were dismissed are as they were."""
    with database.write() as conn:
        for state in set(states.values()):
            ids = [row_id for row_id, former in states.items() if former == state]
            conn.execute(update(unread_files).where(unread_files.c.id.in_(ids)).values(state=state))
        detail = {"files": sorted(states)}
        audit.record(conn, who=who, action="dismiss undone", subject="files not imported", detail=detail, at=now)


def path_of(file: InputFile) -> str | None:
    """Where a file lies; none for one that is gone again: unpacked (its name has a slash), or rows of a query."""
    return None if "/" in file.name or file.table is not None else readable(str(file.path.resolve()))


def _hash_of(file: InputFile) -> str | None:
    try:
        return file_hash(file)
    except OSError:
        return None


def _lines_of(file: InputFile) -> int | None:
    """Rows under the header of a table that nobody knows."""
    try:
        count = 0
        for count, _ in enumerate(open_table(file, FileOptions()).rows()):
            if count >= _MOST_LINES:
                break
        return count
    except (OSError, UserError):
        return None


def note_effects(database: Database, run_id: int | None, report: DetectionReport, now: int) -> None:
    """Keep what the rules found after an import: opened, closed, and what is open now with its value at risk."""
    if run_id is None or report.scope == "busy":
        return
    open_now, values = open_and_at_risk(database, now)
    with database.write() as conn:
        conn.execute(
            update(import_runs)
            .where(import_runs.c.id == run_id)
            .values(
                opened=report.opened + report.reopened,
                closed=report.closed,
                open=open_now,
                open_values_json=json.dumps(values),
            )
        )


def open_and_at_risk(database: Database, now: int) -> tuple[int, list[tuple[str, int]]]:
    """How many exceptions are active, and their value at risk by currency, the business's own first."""
    totals: dict[str, int] = {}
    chips = type_counts(database, now)
    for chip in chips:
        for currency, amount in ((chip.currency, chip.value), *chip.others):
            totals[currency] = totals.get(currency, 0) + amount
    return sum(chip.count for chip in chips), list(totals.items())


def note_reorders(database: Database, run_id: int, now: int) -> int | None:
    """Keep which SKUs are to reorder after an import, and how many of them were not before; None the first time."""
    listing = list_proposals(database, now)
    keys = sorted(
        {
            f"{sku}|{place or ''}"
            for sku, place, proposal in zip(
                listing.columns["sku"], listing.columns["location"], listing.columns["proposal"], strict=True
            )
            if str(proposal).startswith("Buy")
        }
    )
    with database.write() as conn:
        before = conn.execute(
            select(import_runs.c.reorder_json)
            .where(import_runs.c.id < run_id, import_runs.c.reorder_json.is_not(None))
            .order_by(import_runs.c.id.desc())
            .limit(1)
        ).scalar()
        new = None if before is None else len(set(keys) - set(json.loads(before)))
        conn.execute(
            update(import_runs).where(import_runs.c.id == run_id).values(reorder_json=json.dumps(keys), reorder_new=new)
        )
    return new


def effect_of(conn: Connection, run_id: int | None) -> Effect:
    """What an import changed, as far as that is known."""
    row = conn.execute(select(import_runs).where(import_runs.c.id == run_id)).first() if run_id is not None else None
    if row is None:
        return Effect()
    values: Sequence[tuple[str, int]] = json.loads(row.open_values_json or "[]")
    return Effect(row.opened, row.closed, row.open, tuple((code, amount) for code, amount in values), row.reorder_new)


def unread_of(conn: Connection, run_id: int | None) -> int:
    """How many files of an import were not read."""
    if run_id is None:
        return 0
    statement = select(func.count()).select_from(unread_files).where(unread_files.c.run_id == run_id)
    return int(conn.execute(statement).scalar_one())
