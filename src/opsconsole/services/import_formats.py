"""Date formats that somebody told for a source's columns: used again where the dates can be read in two ways."""

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from opsconsole.domain.progress import Progress
from opsconsole.imports.columns import normalized
from opsconsole.imports.date_words import in_letters
from opsconsole.imports.dates import AmbiguousDates
from opsconsole.imports.opened import Opened, Reading
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.reader import read_opened
from opsconsole.services.business import setting
from opsconsole.services.import_report import Doubt
from opsconsole.store import dialect
from opsconsole.store.schema import settings


def remembered_formats(conn: Connection, source: str, now: int) -> dict[str, str]:
    """Formats by normalized column, as they were told the last time."""
    return dict(setting(conn, _key(source), now, {}))


def remember_formats(conn: Connection, source: str, formats: Mapping[str, str], *, who: str, now: int) -> None:
    """Keep what was told for a source."""
    before = remembered_formats(conn, source, now)
    after = {**before, **{normalized(column): pattern for column, pattern in formats.items()}}
    if after == before:
        return
    row = {
        "key": _key(source),
        "valid_from": now,
        "value_json": json.dumps(after, sort_keys=True, ensure_ascii=False),
        "changed_by": who,
        "changed_at": now,
    }
    dialect.upsert(conn, settings, [row], ["key", "valid_from"])


def read_with_formats(
    opened: Opened, reading: Reading, known: Mapping[str, str], progress: Progress | None
) -> tuple[ParsedFile, list[Doubt]]:
    """Read a file; dates that can be read in two ways are read as they were the last time, and the report says so.

    Dates that prove their format are read by that: what was told is no more than an answer to a doubt. Close what is
    returned.
    """
    formats = dict(reading.formats or {})
    notes: list[str] = []
    doubts: list[Doubt] = []
    while True:
        try:
            parsed = read_opened(opened, replace(reading, formats=formats), progress, in_portions=True)
        except AmbiguousDates as doubt:
            pattern = known.get(normalized(doubt.column), "")
            if pattern not in doubt.formats or doubt.column in formats:
                raise
            formats[doubt.column] = pattern
            column = next(
                (name for name in opened.fit.names if normalized(name) == normalized(doubt.column)), doubt.column
            )
            notes.append(f"“{column}” was read as {in_letters(pattern)}, as you said the last time.")
            doubts.append(Doubt(doubt.column, doubt.example, doubt.readings))
            continue
        parsed.notes += notes
        return parsed, doubts


def _key(source: str) -> str:
    return f"import.formats.{source}"
