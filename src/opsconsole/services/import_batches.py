"""What an imported file leaves in the database beside its records: its batch, its rejects, its counts."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, update

from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.raw_lines import with_lines
from opsconsole.imports.records import KINDS
from opsconsole.imports.refused import MOST_ROWS
from opsconsole.imports.reject_store import RejectStore, in_order
from opsconsole.imports.rejects import RefusedRow, Reject, readable
from opsconsole.imports.tables import file_hash
from opsconsole.imports.writer import WriteResult
from opsconsole.services.import_report import FileReport, KindCounts, elapsed_instant
from opsconsole.services.import_runs import path_of
from opsconsole.store import dialect
from opsconsole.store.schema import batches, rejects

_MOST_REJECTS = 100_000  # kept of one file; the counts are always right
_CHUNK = 10_000


def newest_data(parsed: ParsedFile) -> int | None:
    """How new a feed's data are: its newest fact; a snapshot without times is as new as the file."""
    if parsed.newest_data_at is not None:
        return parsed.newest_data_at
    return parsed.source_time if any(KINDS[kind].snapshot for kind in parsed.counts()) else None


def begin_batch(
    conn: Connection,
    parsed: ParsedFile,
    report: FileReport,
    *,
    location: str,
    who: str,
    now: int,
    run_id: int | None = None,
    belongs_to: int | None = None,
) -> int:
    """Number of the batch that the file's records will carry; ``belongs_to`` is the import whose lines they correct."""
    batch_id = int(dialect.next_ids(conn, batches, 1)[0])
    values = {
        "id": batch_id,
        "file_name": report.name,
        "file_hash": file_hash(parsed.file) if belongs_to is None else None,
        "source": parsed.source,
        "source_label": parsed.label,
        "channel": report.channel or None,
        "location": location or None,
        "state": "running",
        "imported_by": who,
        "started_at": now,
        "source_time": parsed.source_time,
        "source_time_basis": parsed.basis,
        "newest_data_at": newest_data(parsed) if belongs_to is None else None,
        "belongs_to": belongs_to,
        "undo_kept": True,
        "run_id": run_id,
        "path": path_of(parsed.file) if belongs_to is None else None,
    }
    conn.execute(batches.insert().values(**values))
    return batch_id


def end_batch(conn: Connection, report: FileReport, now: int) -> None:
    """Counts and words of a batch that is written."""
    counts = {count.kind: vars(count) for count in report.counts}
    written = totals(report)
    conn.execute(
        update(batches)
        .where(batches.c.id == report.batch_id)
        .values(
            state=report.state,
            finished_at=elapsed_instant(now, report.seconds),
            records_read=written.pop("read"),
            **written,
            counts_json=json.dumps(counts, sort_keys=True),
            report_json=json.dumps({"words": report.words(), "unused": report.unused}, ensure_ascii=False),
        )
    )


def totals(report: FileReport) -> dict[str, int]:
    """The five counts over all record kinds."""
    return {what: report.total(what) for what in ("read", "inserted", "updated", "unchanged", "rejected")}


def count_records(parsed: ParsedFile, result: WriteResult, report: FileReport) -> None:
    """Put what the reader and the writer did into the report: counts per kind and both their rejects."""
    refused = _with_raw(parsed, result.rejects)
    by_kind = Counter(reject.kind for reject in refused)
    for kind, known in KINDS.items():
        read = parsed.records_read.get(kind, 0)
        if not read:
            continue
        rejected = parsed.records_rejected.get(kind, 0) + by_kind[kind]
        count = KindCounts(kind, known.label, read, rejected=rejected)
        written = result.counts.get(kind)
        if written is not None:
            count.inserted, count.updated, count.unchanged = written.inserted, written.updated, written.unchanged
        report.counts.append(count)
    report.rejects = parsed.rejects
    if refused or not parsed.rejects.ordered:
        found = in_order([parsed.rejects, refused], key=lambda reject: (reject.line, reject.field))
        report.rejects = RejectStore(reject for _, reject in found)


def _with_raw(parsed: ParsedFile, refused: RejectStore) -> RejectStore:
    """What the writer refused, with its lines, which are kept as far as there is room."""
    if not any(reject.line for reject in refused) or parsed.raw is None:
        return refused
    ordered = RejectStore(reject for _, reject in in_order([refused], key=lambda reject: reject.line))
    known = {row.line for row in parsed.refused}
    lines = (line for line, _ in groupby(ordered, key=lambda reject: reject.line) if line and line not in known)
    whole = set(islice(lines, max(0, MOST_ROWS - len(known))))
    told, cells = with_lines(ordered, parsed.raw, whole)
    part = max((row.part for row in parsed.refused), default=0)
    for number, (line, row) in enumerate(sorted(cells.items()), start=1):
        width = len(parsed.names)
        fitted = [readable(cell) for cell in row][:width] + [""] * (width - len(row))
        parsed.refused.append(RefusedRow(line, part + number, tuple(fitted)))
    return told


def keep_rejects(conn: Connection, batch_id: int, refused: Iterable[Reject]) -> None:
    """Keep what was refused with its batch."""
    kept = islice(refused, _MOST_REJECTS)
    while some := list(islice(kept, _CHUNK)):
        columns: dict[str, Sequence[Any]] = {
            "id": dialect.next_ids(conn, rejects, len(some)),
            "batch_id": [batch_id] * len(some),
            "record_kind": [reject.kind for reject in some],
            "line": [reject.line for reject in some],
            "field": [reject.field for reject in some],
            "found": [reject.found for reject in some],
            "expected": [reject.expected for reject in some],
            "raw": [reject.raw for reject in some],
            "columns_json": [
                json.dumps(reject.columns, ensure_ascii=False) if reject.columns else None for reject in some
            ],
        }
        dialect.bulk_insert(conn, rejects, columns)
