"""Undoing an import: seen before it is done, done in one transaction as a batch of its own, in the log of changes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from opsconsole.domain import wording
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, to_iso
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress
from opsconsole.imports.records import KINDS
from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_undo import Undone, undo_batch
from opsconsole.services import changes_log
from opsconsole.services.import_feeds import forget_arrival
from opsconsole.services.import_rejects_again import reopen
from opsconsole.services.import_replaced import left_without
from opsconsole.services.import_report import DONE, UNDONE
from opsconsole.services.import_undo_rows import EMPTIED, REMOVED, RESTORED, STAYS, listed
from opsconsole.services.names import named
from opsconsole.services.settings import settings_in_force
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import batch_fields, batch_undo, batches

UNDO = "undo"
_MOST_BATCHES = 200  # whose former values are kept


@dataclass(frozen=True, slots=True)
class KindUndone:
    """Rows of one kind by what becomes of them."""

    kind: str
    label: str
    removed: int = 0
    restored: int = 0
    emptied: int = 0
    stays: int = 0


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undoing an import does or did. ``batch_id`` is the import, ``undo_batch`` the batch of the undoing.

    ``rows`` lists single rows, of each kind and sort the first few hundred; ``counts`` are always right.
    """

    as_of: int
    batch_id: int
    file: str
    dry_run: bool
    counts: tuple[KindUndone, ...]
    rows: Listing
    undo_batch: int | None = None
    notes: tuple[str, ...] = ()

    def total(self, what: str) -> int:
        """Sum over the kinds of removed, restored, emptied or stays."""
        return sum(getattr(count, what) for count in self.counts)

    def headline(self) -> str:
        """One sentence."""
        done = "would be undone" if self.dry_run else "was undone"
        parts = [
            f"**{total:,}** {'row' if total == 1 else 'rows'} {verb}"
            for what, verb in (
                (REMOVED, "removed"),
                (RESTORED, "put back as they were"),
                (EMPTIED, "emptied, since something hangs on them"),
                (STAYS, "left as newer files wrote them"),
            )
            if (total := self.total(what))
        ]
        told = f": {', '.join(parts)}." if parts else "; it had changed nothing that is still there."
        return f"Import {self.batch_id} (**{self.file}**) {done}{told}"

    def words(self) -> list[str]:
        """Sentences, the values in bold marks."""
        lines = [self.headline()]
        for count in self.counts:
            told = [
                f"{getattr(count, what):,} {verb}"
                for what, verb in ((REMOVED, "removed"), (RESTORED, "put back"), (EMPTIED, "emptied"), (STAYS, "stay"))
                if getattr(count, what)
            ]
            lines.append(f"{count.label}: {', '.join(told)}.")
        return [*lines, *self.notes]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        counts = [
            {"kind": c.kind, REMOVED: c.removed, RESTORED: c.restored, EMPTIED: c.emptied, STAYS: c.stays}
            for c in self.counts
        ]
        return {
            "as_of": to_iso(self.as_of),
            "dry_run": self.dry_run,
            "batch": self.batch_id,
            "file": self.file,
            "undo_batch": self.undo_batch,
            **{what: self.total(what) for what in (REMOVED, RESTORED, EMPTIED, STAYS)},
            "kinds": counts,
            "notes": list(self.notes),
        }


class _NothingWritten(Exception):  # noqa: N818 - ends a preview's transaction
    """Rolls a preview back."""


def preview_undo(database: Database, batch_id: int, now: int, progress: Progress | None = None) -> UndoReport:
    """What undoing an import would do; writes nothing. UserError when it cannot be undone."""
    report: UndoReport | None = None
    try:
        with database.write(progress) as conn:
            report = _undo(database, conn, batch_id, "", now, progress, dry_run=True)
            raise _NothingWritten
    except _NothingWritten:
        assert report is not None
        return report


def undo_import(
    database: Database, batch_id: int, *, who: str, now: int, progress: Progress | None = None
) -> UndoReport:
    """Take an import back: values it wrote last are as they were, rows only it knew are gone.

    What newer imports or people wrote stays and is listed; an order on which other files' rows or exceptions hang stays
    as a name. Importing the file again brings everything back. UserError when there is no such import, it was undone,
    or what was there before is no longer kept. Cancelled through ``progress`` leaves everything as it was.
    """
    named(who)
    with database.write(progress) as conn:
        return _undo(database, conn, batch_id, who, now, progress, dry_run=False)


def _undo(
    database: Database,
    conn: Connection,
    batch_id: int,
    who: str,
    now: int,
    progress: Progress | None,
    *,
    dry_run: bool,
) -> UndoReport:
    dialect.hold_lock(conn, "import")
    row = _undoable(conn, batch_id, now)
    newer, undone = _others(conn, row)
    undo_id = _begin(conn, row, who, now)
    batch = Batch(conn, undo_id, row.source_time or now, now, row.channel or "", progress)
    result = undo_batch(batch, batch_id, [one.id for one in newer], undone)
    _tell_kinds(conn, batch_id, undo_id)
    values = {"state": UNDONE, "undone_at": now, "undone_by": who, "undone_batch": undo_id}
    conn.execute(update(batches).where(batches.c.id == batch_id).values(**values))
    if row.newest_data_at is not None:
        forget_arrival(conn, source=row.source, channel=row.channel or "")
    reopen(conn, batch_id, who=who, now=now)
    with database.read() as outside:
        rows = listed(conn, outside, result, {one.id: one.file_name for one in newer}, now)
    report = UndoReport(
        now,
        batch_id,
        row.file_name,
        dry_run,
        _counts(result),
        rows,
        None if dry_run else undo_id,
        (*_notes(row, newer), *left_without(conn, batch_id, {one.id: one.file_name for one in newer})),
    )
    if not dry_run:
        _end(conn, report, who)
        thin(conn, now)
    return report


def _undoable(conn: Connection, batch_id: int, now: int) -> Row[Any]:
    row = conn.execute(select(batches).where(batches.c.id == batch_id).with_for_update()).first()
    if row is None:
        raise UserError(f"There is no import {batch_id}.", "Look at the list of imports.")
    if row.source == UNDO:
        raise UserError(
            f"Batch {batch_id} is the undoing of import {row.belongs_to}.",
            "To bring the data back, import the file again.",
        )
    if row.undone_at is not None:
        raise UserError(
            f"Import {batch_id} ({row.file_name}) was undone already.",
            f"{row.undone_by or 'Somebody'} did it at {wording.instant(row.undone_at, year_of=0)} UTC.",
        )
    if not row.undo_kept:
        days = wording.count(float(settings_in_force(conn, now)["import_undo_days"]))
        raise UserError(
            f"Import {batch_id} ({row.file_name}) can no longer be undone.",
            f"What was there before an import is kept for {days} days, for the newest {_MOST_BATCHES} imports.",
        )
    return row


def _others(conn: Connection, row: Row[Any]) -> tuple[Sequence[Row[Any]], list[int]]:
    """Newer batches that are in force, and those that were undone and whose former values are still kept."""
    found = conn.execute(
        select(batches).where(batches.c.id != row.id, batches.c.undo_kept).order_by(batches.c.id)
    ).all()
    newer = [one for one in found if one.id > row.id and one.undone_at is None]
    return newer, [one.id for one in found if one.undone_at is not None]


def _begin(conn: Connection, row: Row[Any], who: str, now: int) -> int:
    undo_id = int(dialect.next_ids(conn, batches, 1)[0])
    values = {
        "id": undo_id,
        "file_name": row.file_name,
        "source": UNDO,
        "source_label": f"Undo of import {row.id}",
        "channel": row.channel,
        "location": row.location,
        "state": DONE,
        "imported_by": who,
        "started_at": now,
        "finished_at": now,
        "belongs_to": row.id,
    }
    conn.execute(insert(batches).values(**values))
    return undo_id


def _tell_kinds(conn: Connection, batch_id: int, undo_id: int) -> None:
    """Note that records of the same kinds changed once more: the rules look at them by the newest batch that did."""
    t = batch_fields.c
    kinds = conn.execute(select(t.record_kind).where(t.batch_id == batch_id)).scalars().all()
    if kinds:
        rows = [{"batch_id": undo_id, "record_kind": kind, "fields_json": "[]"} for kind in kinds]
        conn.execute(insert(batch_fields), rows)


def _end(conn: Connection, report: UndoReport, who: str) -> None:
    """Counts and words of the batch of the undoing, the audit trail, and the log of changes."""
    changed = report.total(REMOVED) + report.total(RESTORED) + report.total(EMPTIED)
    words = json.dumps({"words": report.words()}, ensure_ascii=False)
    conn.execute(
        update(batches)
        .where(batches.c.id == report.undo_batch)
        .values(updated=changed, unchanged=report.total(STAYS), report_json=words)
    )
    detail = {key: value for key, value in report.as_json().items() if key not in ("as_of", "dry_run", "notes")}
    subject = f"batch {report.batch_id}"
    audit.record(conn, who=who, action="import_undo", subject=subject, detail=detail, at=report.as_of)
    changes_log.record(
        conn,
        who=who,
        kind="import_undo",
        words=f"Undo import of {report.file}",
        at=report.as_of,
        row_count=changed,
    )


def _counts(undone: Undone) -> tuple[KindUndone, ...]:
    by_sort = (undone.removed, undone.restored, undone.emptied, undone.stays)
    numbers = {name: [len(found.get(name, ())) for found in by_sort] for name in KINDS}
    return tuple(KindUndone(name, KINDS[name].label, *counts) for name, counts in numbers.items() if any(counts))


def _notes(row: Row[Any], newer: Sequence[Row[Any]]) -> tuple[str, ...]:
    again = [str(one.id) for one in newer if one.file_hash and one.file_hash == row.file_hash]
    if not again:
        return ()
    return (f"The same file was imported again as import {', '.join(again)}, which found nothing new to write.",)


def thin(conn: Connection, now: int) -> None:
    """Forget what was there before old imports.

    What an undone import overwrote is needed as long as one of those stays that were imported before it was undone.
    """
    days = float(settings_in_force(conn, now)["import_undo_days"])
    b = batches.c
    found = conn.execute(
        select(b.id, b.started_at, b.undone_batch).where(batches.c.undo_kept).order_by(b.id.desc())
    ).all()
    fresh = {row.id for row in found[:_MOST_BATCHES] if row.undone_batch is None and row.started_at >= now - days * DAY}
    needed = {
        row.id for row in found if row.undone_batch is not None and any(row.id < i < row.undone_batch for i in fresh)
    }
    old = [row.id for row in found if row.id not in fresh | needed]
    if old:
        conn.execute(batch_undo.delete().where(batch_undo.c.batch_id.in_(old)))
        conn.execute(update(batches).where(b.id.in_(old)).values(undo_kept=False))
