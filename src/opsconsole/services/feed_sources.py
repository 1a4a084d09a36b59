"""Feeds by their name, and what their rows are: a built-in source, a saved mapping, or recognized by their header."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from opsconsole.domain.errors import UserError
from opsconsole.imports.mapping import MappingSpec
from opsconsole.imports.recognize import Candidate
from opsconsole.imports.source import Source
from opsconsole.services.import_recognition import candidates, named_candidate
from opsconsole.store.database import Database


def feed_row(conn: Connection, table: Table, which: int | str, words: str) -> Row[Any]:
    """The row of a feed by id or name; UserError when there is none. ``words`` say what kind of feed it is."""
    by = table.c.id == which if isinstance(which, int) else table.c.name == which
    row = conn.execute(select(table).where(by)).first()
    if row is None:
        raise UserError(f"There is no {words} “{which}”.", "Look at the list of feeds.")
    return row


def candidate_of(database: Database, source: str, folder: Path | None = None) -> Candidate | None:
    """How rows of a source (a key, or ``mapping:NAME``) are read; None for an empty one: recognized by their header.

    UserError when what it names is not there. ``folder`` holds mapping files.
    """
    return named_candidate(database, source, None, folder) if source else None


def choices(database: Database, folder: Path | None = None) -> list[tuple[str, str]]:
    """What a feed's rows can be, as pairs of key and words: recognized, saved mappings, built-in sources."""
    known, _ = candidates(database, folder)
    mappings = [(f"mapping:{one.name}", f"Mapping: {one.name}") for one in known if isinstance(one, MappingSpec)]
    sources = [(one.key, one.label) for one in known if isinstance(one, Source)]
    return [("", "Recognized by its columns"), *mappings, *sorted(sources, key=lambda one: one[1])]
