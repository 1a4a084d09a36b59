"""Lists about imports: what was imported, what was refused, which sources there are and what they can fill."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.instants import SECOND, to_datetime
from opsconsole.domain.instants import now as this_moment
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.wording import field_words, plural
from opsconsole.imports.field_help import FIELD_HELP
from opsconsole.imports.records import KINDS
from opsconsole.imports.source import all_sources
from opsconsole.services.business import business
from opsconsole.services.import_rejects_again import AGAIN
from opsconsole.services.import_rejects_kept import open_counts
from opsconsole.services.import_rejects_since import SINCE
from opsconsole.services.import_report import CANCELLED, NOT_RECOGNIZED, REFUSED, STATES, UNDONE, in_a_row
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, reject_rows, rejects, unread_files

NOT_KNOWN = "Unknown"
MAP_COLUMNS, IMPORT_AGAIN, IMPORTED_SINCE = "Map its columns", "Import it again", "Imported since"
STEPS = {NOT_RECOGNIZED: MAP_COLUMNS, REFUSED: IMPORT_AGAIN, CANCELLED: IMPORT_AGAIN}

_IMPORTS = (
    Field("batch", "Batch", Kind.IDENTIFIER, hidden=True),
    Field("file", "File", stretch=True, ends_matter=True, total=Total.COUNT, total_words="files"),
    Field("label", "Recognized as", missing=NOT_KNOWN, total=Total.COUNT, total_words="recognized"),
    Field("fills", "Fills", missing="Nothing", width=180),
    Field("channel", "Channel", Kind.IDENTIFIER, missing="None", hidden=True),
    Field("state", "State", Kind.STATUS, labels=STATES, wide_only=True),
    Field("read", "Read", Kind.QUANTITY, total=Total.SUM),
    Field("inserted", "Inserted", Kind.QUANTITY, total=Total.SUM),
    Field("updated", "Updated", Kind.QUANTITY, total=Total.SUM, spare=True),
    Field("unchanged", "Unchanged", Kind.QUANTITY, total=Total.SUM, spare=True),
    Field("rejected", "Rejected", Kind.QUANTITY, total=Total.SUM),
    Field(
        "to_correct",
        "To correct",
        Kind.QUANTITY,
        wide_only=True,
        total=Total.SUM,
        help="Lines that are still refused; one that was refused again waits with the newest import.",
    ),
    Field("imported_at", "Imported", Kind.INSTANT, wide_only=True),
    Field("day", "Day", missing="Unknown", hidden=True),
    Field("took", "Took", Kind.DURATION, missing="Unknown", hidden=True),
    Field("imported_by", "By", missing="Unknown", hidden=True),
    Field("source_time", "Data as of", Kind.INSTANT, missing="Unknown", hidden=True),
    Field("basis", "As of by", missing="Unknown", hidden=True, help="Where the time of its data was taken from."),
    Field("source", "Source", Kind.IDENTIFIER, hidden=True),
    Field("belongs_to", "Belongs to import", Kind.IDENTIFIER, missing="None", hidden=True),
    Field("undone_at", "Undone", Kind.INSTANT, missing="Not undone", hidden=True),
    Field("undone_by", "Undone by", missing="Nobody", hidden=True),
    Field("can_undo", "Can be undone", Kind.FLAG, hidden=True),
    Field("run", "Import", Kind.IDENTIFIER, missing="None", hidden=True),
    Field("path", "Path", missing="Unknown", hidden=True, ends_matter=True),
    Field("message", "Why not", missing="None", hidden=True),
)


def list_imports(database: Database, now: int) -> Listing:
    """Every file that came in, newest first; ids are batches, negative ones files that were not imported."""
    with database.read() as conn:
        zone = business(conn, now).time_zone
        shown = [column for column in batches.c if column.key != "report_json"]
        read = conn.execute(select(*shown).where(batches.c.started_at <= now)).mappings().all()
        unread = conn.execute(select(unread_files).where(unread_files.c.noticed_at <= now)).mappings().all()
        mended = _mended(conn, now)
        refused = open_counts(conn)
    rows = [*(_read_row(row, refused) for row in read), *(_unread_row(row, mended) for row in unread)]
    rows.sort(key=lambda row: (-row["imported_at"], -(row["id"] if row["id"] > 0 else 1 << 60)))
    for row in rows:
        row["day"] = to_datetime(row["imported_at"], zone).date().isoformat()
    return from_rows(_IMPORTS, rows, id_key="id", as_of=now, title="Imports", time_zone=zone)


def mark_of_imports(database: Database) -> tuple[int, ...]:
    """Numbers that are others whenever a file was imported, corrected or undone."""
    b = batches.c
    newest = (func.count(), func.max(b.id), func.max(b.finished_at), func.max(b.undone_at))
    with database.read() as connection:
        return tuple(int(value or 0) for value in connection.execute(select(*newest)).one())


def _read_row(row: Mapping[Any, Any], refused: Mapping[int, int]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "batch": str(row["id"]),
        "file": row["file_name"],
        "label": row["source_label"],
        "fills": _fills(row["counts_json"]) if row["undone_at"] is None else dict(STATES)[UNDONE],
        "channel": row["channel"],
        "state": row["state"],
        "read": row["records_read"],
        **{what: row[what] for what in ("inserted", "updated", "unchanged", "rejected")},
        "to_correct": 0 if row["undone_at"] is not None else refused.get(row["id"], 0),
        "imported_at": row["started_at"],
        "took": None if row["finished_at"] is None else (row["finished_at"] - row["started_at"]) // SECOND,
        "imported_by": row["imported_by"] or None,
        "source_time": row["source_time"],
        "basis": row["source_time_basis"],
        "source": row["source"],
        "belongs_to": None if row["belongs_to"] is None else str(row["belongs_to"]),
        "undone_at": row["undone_at"],
        "undone_by": row["undone_by"] or None,
        "can_undo": bool(row["undo_kept"]) and row["undone_at"] is None,
        "run": None if row["run_id"] is None else str(row["run_id"]),
        "path": row["path"],
        "message": None,
    }


def _unread_row(row: Mapping[Any, Any], mended: Mapping[str, int]) -> dict[str, Any]:
    """A file that was not imported; where it was since, nothing is to be done any more."""
    at = row["noticed_at"]
    later = mended.get(row["file_hash"] or row["path"] or "", at - 1) >= at
    step = STEPS.get(row["state"], "") if not later else IMPORTED_SINCE
    lines = "" if row["lines"] is None else f"{plural(row['lines'], 'line')}, nothing written. "
    return {
        "id": -row["id"],
        "can_undo": False,
        "file": row["file_name"],
        "fills": step or None,
        "state": row["state"],
        "imported_at": at,
        "imported_by": row["imported_by"] or None,
        "run": str(row["run_id"]),
        "path": row["path"],
        "message": f"{lines}{row['message'] or ''} {row['hint'] or ''}".strip() or None,
    }


def _mended(conn: Connection, now: int) -> dict[str, int]:
    """When each content was imported that once could not be; of a file that was gone, when its path was."""
    found: dict[str, int] = {}
    gone = unread_files.c.file_hash.is_(None)
    for told, unread, which in (
        (batches.c.file_hash, unread_files.c.file_hash, ~gone),
        (batches.c.path, unread_files.c.path, gone),
    ):
        wanted = select(unread).where(unread.is_not(None), which).distinct()
        statement = select(told, func.max(batches.c.started_at)).group_by(told)
        rows = conn.execute(statement.where(told.in_(wanted), batches.c.started_at <= now))
        found |= {row[0]: row[1] for row in rows}
    return found


def _fills(counts_json: str | None) -> str | None:
    labels = [KINDS[kind].label for kind in json.loads(counts_json or "{}") if kind in KINDS]
    return in_a_row(kind.label for kind in KINDS.values() if kind.label in labels) or None


_REJECT_STATES = (
    ("open", "To correct"),
    ("corrected", "Corrected"),
    (AGAIN, "Refused again"),
    (SINCE, "Came in since"),
)
_REJECTS = (
    Field("file", "File", ends_matter=True),
    Field("line", "Line", Kind.QUANTITY),
    Field("field", "Field", Kind.STATUS, missing="Whole line"),
    Field("found", "Found", missing="(empty)"),
    Field("expected", "Expected"),
    Field("raw", "Line as read", stretch=True, missing="Unknown"),
    Field("kind", "Kind", hidden=True),
    Field("state", "State", Kind.STATUS, labels=_REJECT_STATES),
    Field("batch", "Batch", Kind.IDENTIFIER),
    Field("imported_at", "Imported", Kind.INSTANT, hidden=True),
    Field("columns", "Columns", missing="Unknown", hidden=True, help="The file's columns that the field is read from."),
    Field("kept", "Can be corrected", Kind.FLAG, hidden=True),
    Field("corrected_at", "Settled", Kind.INSTANT, missing="Not settled", hidden=True),
    Field("corrected_by", "Settled by", missing="Nobody", hidden=True),
    Field("corrected_batch", "Settled with import", Kind.IDENTIFIER, missing="Not settled", hidden=True),
)


def list_rejects(database: Database, now: int, batch_id: int | None = None) -> Listing:
    """Refused lines, of one batch or of all, newest import first, in the order of the file."""
    kept = (reject_rows.c.batch_id == rejects.c.batch_id) & (reject_rows.c.line == rejects.c.line)
    statement = (
        select(rejects, batches.c.file_name, batches.c.started_at, reject_rows.c.line.label("kept_line"))
        .select_from(rejects.join(batches, batches.c.id == rejects.c.batch_id).outerjoin(reject_rows, kept))
        .where(batches.c.started_at <= now)
        .order_by(rejects.c.batch_id.desc(), rejects.c.line, rejects.c.id)
    )
    if batch_id is not None:
        statement = statement.where(rejects.c.batch_id == batch_id)
    with database.read() as conn:
        found = conn.execute(statement).mappings().all()
    rows = [
        {
            "id": row["id"],
            "file": row["file_name"],
            "line": row["line"],
            "field": row["field"] or None,
            "found": row["found"] or None,
            "expected": row["expected"],
            "raw": row["raw"] or None,
            "kind": KINDS[row["record_kind"]].label if row["record_kind"] in KINDS else row["record_kind"],
            "batch": str(row["batch_id"]),
            "imported_at": row["started_at"],
            "state": "open" if row["corrected_at"] is None else row["closed_as"] or "corrected",
            "columns": ", ".join(json.loads(row["columns_json"] or "[]")) or None,
            "kept": row["kept_line"] is not None,
            "corrected_at": row["corrected_at"],
            "corrected_by": row["corrected_by"] or None,
            "corrected_batch": None if row["corrected_batch"] is None else str(row["corrected_batch"]),
        }
        for row in found
    ]
    labels = tuple((key, field_words(key)) for key in sorted({str(row["field"] or "") for row in rows} - {""}))
    fields = [replace(field, labels=labels) if field.key == "field" else field for field in _REJECTS]
    return from_rows(fields, rows, id_key="id", as_of=now, title="Rejected lines")


_SOURCES = (
    Field("key", "Source", Kind.IDENTIFIER),
    Field("label", "Recognizes"),
    Field("fills", "Fills", stretch=True),
    Field("columns", "Columns known", Kind.QUANTITY),
    Field("needs_channel", "Needs a channel", Kind.FLAG),
    Field("inferred", "Layout inferred from", missing="Not inferred"),
)


def list_sources() -> Listing:
    """The built-in sources."""
    rows = [
        {
            "key": source.key,
            "label": source.label,
            "fills": ", ".join(dict.fromkeys(record.kind.label for record in source.spec.records)),
            "columns": len(source.known_columns()),
            "needs_channel": source.needs_channel,
            "inferred": source.inferred_layouts or None,
        }
        for source in all_sources().values()
    ]
    return from_rows(_SOURCES, rows, id_key="key", as_of=this_moment(), title="Sources")


_SOURCE_FIELDS = (
    Field("kind", "Record kind", Kind.IDENTIFIER),
    Field("field", "Field", Kind.IDENTIFIER),
    Field("type", "Type"),
    Field("required", "Needed", Kind.FLAG),
    Field("identity", "Identifies", Kind.FLAG),
    Field("help", "Meaning", stretch=True, missing=""),
)


def list_source_fields() -> Listing:
    """Every record kind a file can fill, with its fields: what a mapping may name."""
    rows = [
        {
            "id": f"{kind.key}.{known.key}",
            "kind": kind.key,
            "field": known.key,
            "type": str(known.type),
            "required": known.required,
            "identity": known.key in kind.identity,
            "help": FIELD_HELP.get(f"{kind.key}.{known.key}", known.help) or None,
        }
        for kind in KINDS.values()
        for known in kind.fields
    ]
    return from_rows(_SOURCE_FIELDS, rows, id_key="id", as_of=this_moment(), title="Fields", group_by="kind")
