"""Everything about one import for its panel: the counts of all its files, what that changed, what to do next."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, case, func, select

from opsconsole.domain.instants import SECOND
from opsconsole.domain.wording import plural
from opsconsole.services.freshness import age_words, list_feeds
from opsconsole.services.import_rejects_kept import open_counts
from opsconsole.services.import_report import DISMISSED, NOT_RECOGNIZED
from opsconsole.services.import_runs import Effect, effect_of, open_and_at_risk, unread_of
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, unread_files

COUNTS = ("read", "inserted", "updated", "unchanged", "rejected")
_MOST_STEPS = 3  # of each sort


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do: ``map`` a file's columns (``target`` its path), ``correct`` its lines (its batch), import a
    ``file`` again (its path) or a ``feed`` (its key).
    """

    kind: str
    words: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The import that a file came in with: ``files`` of it and how many were ``unread``, the five counts of all.

    ``words`` are what was said of the file itself; ``message`` says why it was not imported, where it was not.
    """

    run_id: int | None
    files: int
    unread: int
    counts: dict[str, int]
    took: int | None
    effect: Effect
    open_now: int
    values_now: tuple[tuple[str, int], ...]
    steps: tuple[NextStep, ...] = ()
    words: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    message: str = ""
    kinds: tuple[dict[str, Any], ...] = field(default_factory=tuple)


def import_page(database: Database, now: int, identity: int) -> ImportPage | None:
    """The page of a file by its identity in ``list_imports``; None when it is gone."""
    with database.read() as conn:
        row = _row_of(conn, identity)
        if row is None:
            return None
        run_id = row["run_id"]
        one = identity if run_id is None else None
        counts, took = _counts(conn, run_id, one)
        effect, unread = effect_of(conn, run_id), unread_of(conn, run_id)
        steps = [*_maps(conn, run_id), *_corrections(conn, run_id, one)]
    open_now, values = open_and_at_risk(database, now)
    report = json.loads(row.get("report_json") or "{}")
    return ImportPage(
        run_id,
        counts.pop("files") + unread,
        unread,
        counts,
        took,
        effect,
        open_now,
        tuple(values),
        (*steps, *_old_feeds(database, now)),
        tuple(report.get("words", ())),
        tuple(report.get("unused", ())),
        f"{row.get('message') or ''} {row.get('hint') or ''}".strip(),
        tuple(json.loads(row.get("counts_json") or "{}").values()),
    )


def _row_of(conn: Connection, identity: int) -> dict[str, Any] | None:
    table, row_id = (batches, identity) if identity > 0 else (unread_files, -identity)
    row = conn.execute(select(table).where(table.c.id == row_id)).mappings().first()
    return None if row is None else dict(row)


def _counts(conn: Connection, run_id: int | None, batch_id: int | None) -> tuple[dict[str, int], int | None]:
    """Sums over the files of an import (or of one file of none), and how many seconds it took."""
    table = batches.c
    sums = [func.coalesce(func.sum(column), 0) for column in (
        table.records_read, table.inserted, table.updated, table.unchanged, table.rejected
    )]  # fmt: skip
    statement = select(func.count(), *sums, func.min(table.started_at), func.max(table.finished_at))
    row = conn.execute(statement.where(table.id == batch_id if run_id is None else table.run_id == run_id)).one()
    counts = {"files": int(row[0]), **{name: int(value) for name, value in zip(COUNTS, row[1:6], strict=True)}}
    took = None if row[6] is None or row[7] is None else (row[7] - row[6]) // SECOND
    return counts, took


def _maps(conn: Connection, run_id: int | None) -> list[NextStep]:
    """Files of the import that nobody has imported since."""
    if run_id is None:
        return []
    table = unread_files.c
    # The same content was; of a file that was not there, the same path.
    same = case((table.file_hash.is_(None), batches.c.path == table.path), else_=batches.c.file_hash == table.file_hash)
    later = select(batches.c.id).where(same, batches.c.started_at >= table.noticed_at).exists()
    rows = conn.execute(
        select(table.file_name, table.path, table.state, table.message)
        .where(table.run_id == run_id, table.state != DISMISSED, ~later)
        .order_by(table.id)
    ).all()
    steps = []
    for row in rows[:_MOST_STEPS]:
        if row.state == NOT_RECOGNIZED:
            steps.append(NextStep("map", f"Map the columns of {row.file_name}", row.path or ""))
        else:
            steps.append(NextStep("file", f"Import {row.file_name} again", row.path or ""))
    return steps


def _corrections(conn: Connection, run_id: int | None, batch_id: int | None) -> list[NextStep]:
    """Files of the import with lines that nobody corrected yet."""
    table = batches.c
    of_import = table.id == batch_id if run_id is None else table.run_id == run_id
    rows = conn.execute(select(table.id, table.file_name).where(of_import, table.rejected > 0).order_by(table.id)).all()
    waiting = open_counts(conn, [row.id for row in rows]) if rows else {}
    return [
        NextStep("correct", f"Correct {plural(waiting[batch], 'line')} of {name}", str(batch))
        for batch, name in rows
        if waiting.get(batch)
    ][:_MOST_STEPS]


def _old_feeds(database: Database, now: int) -> Sequence[NextStep]:
    stale = [row for row in _feeds(database, now) if row["state"] == "stale"]
    stale.sort(key=lambda row: -row["age"])
    return [
        NextStep("feed", f"Import {row['label']} again: {age_words(row['age'])} old", row["id"])
        for row in stale[:_MOST_STEPS]
    ]


def _feeds(database: Database, now: int) -> list[dict[str, Any]]:
    listing = list_feeds(database, now)
    return [{"id": identity, **row} for identity, row in zip(listing.ids, listing.rows(), strict=True)]
