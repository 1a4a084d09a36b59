"""What undoing an import does to single rows, as a list: the database inside its transaction beside the one outside."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.imports.records import KINDS
from opsconsole.imports.writer_undo import Undone
from opsconsole.services.import_samples import differences, subject
from opsconsole.store import dialect, schema

# Rows of a kind that are listed of each sort; the counts are always right.
LIMIT = 200
REMOVED, EMPTIED, RESTORED, STAYS = "removed", "emptied", "restored", "stays"
SORTS = (
    (REMOVED, "Removed"),
    (RESTORED, "Put back"),
    (EMPTIED, "Emptied, kept as a name"),
    (STAYS, "Stays"),
)
_FIELDS = (
    Field("what", "What happens", Kind.STATUS, labels=SORTS, width=170),
    Field("kind", "Kind", width=130),
    Field("subject", "Row", stretch=True),
    Field("field", "Field", missing=""),
    Field("now", "Now", missing=""),
    Field("then", "Then", missing=""),
    Field("why", "Why", stretch=True, missing=""),
)
_HELD = "something that other files or people know hangs on it"


def listed(inside: Connection, outside: Connection, undone: Undone, files: Mapping[int, str], now: int) -> Listing:
    """Rows that are removed, put back or stay; ``files`` names the newer batches."""
    rows: list[dict[str, Any]] = []
    for name in KINDS:
        rows += _plain(outside, name, REMOVED, undone.removed.get(name, []))
        rows += _restored(inside, outside, name, undone.restored.get(name, []))
        rows += _plain(outside, name, EMPTIED, undone.emptied.get(name, []), _HELD)
        for row in _stays(outside, name, undone.stays.get(name, {}), files):
            rows.append(row)
    for number, row in enumerate(rows):
        row["id"] = number
    return from_rows(_FIELDS, rows, id_key="id", as_of=now, title="What undoing changes")


def _rows(conn: Connection, name: str, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    table = schema.metadata.tables[name]
    with dialect.id_set(conn, ids) as wanted:
        found = conn.execute(select(table).where(table.c.id.in_(select(wanted.c.id))).order_by(table.c.id))
        yield from [dict(row) for row in found.mappings()]


def _plain(conn: Connection, name: str, what: str, ids: Sequence[int], why: str | None = None) -> list[dict[str, Any]]:
    kind = KINDS[name]
    found = _rows(conn, name, ids[:LIMIT])
    return [{"what": what, "kind": kind.label, "subject": subject(conn, kind, row), "why": why} for row in found]


def _restored(inside: Connection, outside: Connection, name: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    kind = KINDS[name]
    chosen = list(ids[:LIMIT])
    before = {row["id"]: row for row in _rows(outside, name, chosen)}
    found = []
    for row in _rows(inside, name, chosen):
        if row["id"] in before:
            for told in differences(inside, kind, before[row["id"]], row):
                values = {"subject": told.subject, "field": told.field, "now": told.old, "then": told.new}
                found.append({"what": RESTORED, "kind": kind.label, **values})
    return found


def _stays(conn: Connection, name: str, stays: Mapping[int, int], files: Mapping[int, str]) -> list[dict[str, Any]]:
    kind = KINDS[name]
    found = []
    for row in _rows(conn, name, list(islice(stays, LIMIT))):
        newer = stays[row["id"]]
        why = f"import {newer} ({files.get(newer, 'a newer file')}) wrote it since"
        found.append({"what": STAYS, "kind": kind.label, "subject": subject(conn, kind, row), "why": why})
    return found
