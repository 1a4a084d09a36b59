"""Refused lines as they are kept: all lines of the refused orders, how their file was read, what was typed in them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from opsconsole.domain.errors import UserError
from opsconsole.imports.mapping import MappingSpec, parse_mapping
from opsconsole.imports.opened import Opened, Reading
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.recognize import Candidate, Fit
from opsconsole.imports.source import Score, all_sources
from opsconsole.imports.tables import InputFile, KeptRows
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, reject_files, reject_rows, rejects

# A cell by its line and the number (from 0) or the name of its column.
Cells = Mapping[tuple[int, int | str], str]


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A refused line: its cells as read, and what was typed over them by column number."""

    id: int
    line: int
    part: int
    cells: tuple[str, ...]
    typed: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The lines of an import that are still refused."""

    batch: Row[Any]
    header: tuple[str, ...]
    reading: Mapping[str, Any]
    rows: tuple[KeptRow, ...]
    rows_refused: int

    @property
    def batch_id(self) -> int:
        """Number of the import."""
        return int(self.batch.id)

    @property
    def name(self) -> str:
        """Name of the file."""
        return str(self.batch.file_name)

    def column(self, named: int | str) -> int:
        """Number of a column; UserError when the file has none of that name."""
        if isinstance(named, int):
            if 0 <= named < max([len(self.header), *(len(row.cells) for row in self.rows)], default=0):
                return named
        elif named in self.header:
            return self.header.index(named)
        raise UserError(f"{self.name} has no column “{named}”.", f"Its columns are {', '.join(self.header[:12])}.")


def keep_refused(conn: Connection, batch_id: int, opened: Opened, parsed: ParsedFile) -> None:
    """Keep the lines of the refused orders with their batch."""
    if not parsed.refused:
        return
    candidate = opened.fit.candidate
    told = {
        "source": opened.key,
        "mapping": dict(candidate.raw) if isinstance(candidate, MappingSpec) else None,
        "header_line": parsed.header_line,
        "formats": parsed.formats,
        "decimals": parsed.decimals,
        **parsed.defaults,
    }
    others = {row.line for row in parsed.refused}
    others.difference_update(reject.line for reject in parsed.rejects)
    refused = parsed.rejects.count_lines() + len(others)
    row: dict[str, Any] = {"batch_id": batch_id, "rows_refused": refused}
    row["header_json"] = json.dumps(parsed.names, ensure_ascii=False)
    row["reading_json"] = json.dumps(told, ensure_ascii=False)
    conn.execute(reject_files.insert().values(**row))
    kept = sorted(parsed.refused, key=lambda one: one.line)
    columns: dict[str, Sequence[Any]] = {
        "id": dialect.next_ids(conn, reject_rows, len(kept)),
        "batch_id": [batch_id] * len(kept),
        "line": [one.line for one in kept],
        "part": [one.part for one in kept],
        "cells_json": [json.dumps(one.cells, ensure_ascii=False) for one in kept],
    }
    dialect.bulk_insert(conn, reject_rows, columns)


def kept_file(conn: Connection, batch_id: int) -> KeptFile:
    """What is still refused of an import; UserError when there is no such import or its lines were not kept."""
    batch = conn.execute(select(batches).where(batches.c.id == batch_id)).first()
    if batch is None:
        raise UserError(f"There is no import {batch_id}.", "Look at the list of imports.")
    if batch.undone_at is not None:
        raise UserError(
            f"Import {batch_id} ({batch.file_name}) was undone.", "Import the file again, and correct its lines then."
        )
    file = conn.execute(select(reject_files).where(reject_files.c.batch_id == batch_id)).first()
    if file is None:
        refused = conn.execute(select(rejects.c.id).where(rejects.c.batch_id == batch_id).limit(1)).first()
        raise UserError(
            f"Import {batch_id} ({batch.file_name}) has no lines to correct.",
            "It was imported before refused lines were kept: correct the file and import it again." if refused else "",
        )
    t = reject_rows.c
    statement = select(t.id, t.line, t.part, t.cells_json, t.typed_json).where(
        t.batch_id == batch_id, t.corrected_at.is_(None)
    )
    rows = conn.execute(statement.order_by(t.line)).all()
    return KeptFile(
        batch,
        tuple(json.loads(file.header_json)),
        json.loads(file.reading_json),
        tuple(KeptRow(*row[:3], tuple(json.loads(row[3])), _typed(row[4])) for row in rows),
        file.rows_refused,
    )


def _typed(text: str | None) -> dict[int, str]:
    return {int(column): said for column, said in json.loads(text or "{}").items()}


def candidate_of(file: KeptFile) -> Candidate:
    """The source or mapping that the file was read with."""
    key, raw = str(file.reading["source"]), file.reading["mapping"]
    if raw:
        return parse_mapping(raw, key.removeprefix("mapping:"))
    known = all_sources().get(key)
    if known is None:
        raise UserError(f"The source “{key}” of {file.name} is no longer known.", "Import the corrected file.")
    return known


def opened_again(file: KeptFile, cells: Mapping[int, Sequence[str]]) -> Opened:
    """The kept lines with other cells, ready to be read as their file was."""
    line = int(file.reading["header_line"])
    rows = tuple((row.line, list(cells.get(row.line, row.cells))) for row in file.rows)
    fit = Fit(candidate_of(file), Score(1.0, f"corrections of import {file.batch_id}"), line, file.header)
    source = InputFile(Path(file.name), file.name, int(file.batch.source_time or 0))
    return Opened(source, KeptRows((line, list(file.header)), rows), fit)


def reading_again(file: KeptFile, now: int) -> Reading:
    """What the reader was told, and what it had found out by itself over the whole file."""
    told = {name: str(file.reading.get(name) or "") for name in ("channel", "location", "currency", "time_zone")}
    return Reading(**told, formats=file.reading["formats"], decimals=file.reading["decimals"], now=now)


def corrected_cells(file: KeptFile, corrections: Cells) -> dict[int, list[str]]:
    """Cells by line with what was typed before and now; a line that was typed in is as wide as the header.

    UserError for a line that is not refused.
    """
    by_line = {row.line: dict(row.typed) for row in file.rows}
    for (line, column), text in corrections.items():
        if line not in by_line:
            raise UserError(f"Line {line:,} of {file.name} is not refused.", "Look at its refused lines again.")
        by_line[line][file.column(column)] = text
    found: dict[int, list[str]] = {}
    for row in file.rows:
        cells, typed = list(row.cells), by_line[row.line]
        for column, text in typed.items():
            cells += [""] * (column + 1 - len(cells))
            cells[column] = text
        found[row.line] = _fitted(cells, len(file.header)) if typed else cells
    return found


def _fitted(cells: list[str], width: int) -> list[str]:
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells + [""] * (width - len(cells))


def keep_typed(database: Database, batch_id: int, corrections: Cells, *, who: str, now: int) -> None:
    """Keep what was typed, until it is taken in; what is as in the file is forgotten."""
    with database.write() as conn:
        file = kept_file(conn, batch_id)
        store_typed(conn, file, corrections, who=who, now=now)


def store_typed(conn: Connection, file: KeptFile, corrections: Cells, *, who: str, now: int) -> None:
    """As ``keep_typed``, in a transaction that is open."""
    by_line = {row.line: row for row in file.rows}
    changed: dict[int, dict[int, str]] = {}
    for (line, named), text in corrections.items():
        row = by_line.get(line)
        if row is None:
            continue
        column = file.column(named)
        typed = changed.setdefault(row.id, dict(row.typed))
        if text == (row.cells[column] if column < len(row.cells) else ""):
            typed.pop(column, None)
        else:
            typed[column] = text
    ids = list(changed)
    columns: dict[str, Sequence[Any]] = {
        "typed_json": [_as_json(changed[row_id]) for row_id in ids],
        "typed_by": [who] * len(ids),
        "typed_at": [now] * len(ids),
    }
    dialect.bulk_update(conn, reject_rows, ids, columns)


def _as_json(typed: Mapping[int, str]) -> str | None:
    told = {str(column): text for column, text in sorted(typed.items())}
    return json.dumps(told, ensure_ascii=False) if told else None


def open_counts(conn: Connection, ids: Iterable[int] | None = None) -> dict[int, int]:
    """How many lines of each import are still refused."""
    statement = select(rejects.c.batch_id, func.count(func.distinct(rejects.c.line)))
    statement = statement.where(rejects.c.corrected_at.is_(None)).group_by(rejects.c.batch_id)
    if ids is not None:
        statement = statement.where(rejects.c.batch_id.in_(list(ids)))
    return {row[0]: row[1] for row in conn.execute(statement)}
