"""Saved mappings: those of the database, which everybody who imports into it has, and files on this computer.

A mapping of the database comes before a file of the same name. What the window saves goes into the database; the folder
is for files that somebody put there.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import Connection, func, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.imports.mapping import MappingSpec, parse_mapping
from opsconsole.imports.saved import content_of, mapping_text
from opsconsole.services.business import setting
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, mappings

DATABASE, FILE, DELETED = "database", "file", "deleted"
_STATES = (("ready", "Ready"), ("broken", "Broken"), ("hidden", "Hidden by one of its name"), ("deleted", "Deleted"))
_PLACES = ((DATABASE, "Database"), (FILE, "File on this computer"))


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A saved mapping: its text and, unless it is broken (``fault``), what it says.

    ``key`` names it in lists: its number, or the path of its file. ``path`` is empty for one of the database.
    """

    key: str
    name: str
    text: str
    place: str = DATABASE
    content: dict[str, Any] = field(default_factory=dict)
    spec: MappingSpec | None = None
    fault: str = ""
    id: int = 0
    version: int = 0
    changed_by: str = ""
    changed_at: int = 0
    deleted_at: int | None = None
    path: str = ""

    @property
    def source(self) -> str:
        """The key under which its imports are recorded."""
        return f"mapping:{self.name}"


def mappings_folder() -> Path:
    """Where mapping files lie: ``OPSCONSOLE_MAPPINGS``, else beside the program's other settings."""
    told = os.environ.get("OPSCONSOLE_MAPPINGS")
    return Path(told) if told else platformdirs.user_config_path("opsconsole", appauthor=False) / "mappings"


def read_stored(connection: Connection, *, deleted: bool = False) -> list[SavedMapping]:
    """Mappings of the database by name; deleted ones only where asked."""
    statement = select(mappings).order_by(mappings.c.name, mappings.c.id)
    if not deleted:
        statement = statement.where(mappings.c.deleted_at.is_(None))
    found = []
    for row in connection.execute(statement):
        more = {"id": row.id, "version": row.version, "changed_by": row.changed_by, "changed_at": row.changed_at}
        found.append(_saved(str(row.id), row.name, row.content, DATABASE, deleted_at=row.deleted_at, **more))
    return found


def read_files(folder: Path | None = None) -> list[SavedMapping]:
    """Mappings of the folder by file name, also those that are broken."""
    place = folder or mappings_folder()
    found = []
    for path in sorted(place.glob("*.toml")) if place.is_dir() else []:
        try:
            text, changed = mapping_text(path), path.stat().st_mtime_ns // 1000
        except UserError as fault:
            found.append(SavedMapping(str(path), path.stem, "", FILE, fault=str(fault), path=str(path)))
            continue
        found.append(_saved(str(path), "", text, FILE, path=str(path), changed_at=changed))
    return found


def _saved(key: str, name: str, text: str, place: str, **more: Any) -> SavedMapping:
    """A mapping of its text; a broken one says what is wrong."""
    origin = name or Path(key).name
    try:
        content = content_of(text, origin)
    except UserError as fault:
        return SavedMapping(key, name or Path(key).stem, text, place, fault=str(fault), **more)
    told = name or str(content.get("name", "")) or Path(key).stem
    try:
        spec = parse_mapping({**content, "name": told}, origin)
    except UserError as fault:
        return SavedMapping(key, told, text, place, content, fault=str(fault), **more)
    return SavedMapping(key, told, text, place, content, spec, **more)


def usable(stored: Iterable[SavedMapping], files: Iterable[SavedMapping]) -> list[MappingSpec]:
    """What files can be read with: those of the database, then the files that none of its names hides."""
    found = {one.name: one.spec for one in stored if one.spec is not None}
    for one in files:
        if one.spec is not None:
            found.setdefault(one.name, one.spec)
    return list(found.values())


def saved_specs(database: Database | None, folder: Path | None = None) -> tuple[list[MappingSpec], list[str]]:
    """All mappings that can be used, and what is wrong with the others."""
    stored: list[SavedMapping] = []
    if database is not None:
        with database.read() as connection:
            stored = read_stored(connection)
    files = read_files(folder)
    return usable(stored, files), [one.fault for one in (*stored, *files) if one.fault]


def find_mapping(database: Database, which: int | str, folder: Path | None = None) -> SavedMapping:
    """A mapping by name, number or path of its file; UserError when there is none."""
    with database.read() as connection:
        known = [*read_stored(connection, deleted=True), *read_files(folder)]
    alive = [one for one in known if one.deleted_at is None]
    found = next((one for one in (*alive, *known) if str(which) in (one.key, one.name)), None)
    if found is None:
        names = ", ".join(one.name for one in alive) or "none"
        raise UserError(f"There is no mapping “{which}”.", f"Mappings: {names}.")
    return found


_FIELDS = (
    Field("name", "Mapping", width=210),
    Field("fills", "Fills", stretch=True, missing="Nothing"),
    Field("state", "State", Kind.STATUS, labels=_STATES, width=100),
    Field("files", "Files read", Kind.QUANTITY, width=90),
    Field("used_at", "Last used", Kind.INSTANT, missing="Not used yet", width=130),
    Field("place", "Kept in", Kind.STATUS, labels=_PLACES, width=140),
    Field("channel", "Channel", Kind.IDENTIFIER, missing="Asked", hidden=True),
    Field("columns", "Columns read", Kind.QUANTITY, width=110, hidden=True),
    Field("changed_at", "Changed", Kind.INSTANT, missing="Unknown", width=150, hidden=True),
    Field("changed_by", "By", missing="Unknown", hidden=True),
    Field("fault", "What is wrong", missing="Nothing", hidden=True),
)


def list_mappings(database: Database, now: int, folder: Path | None = None) -> Listing:
    """Every saved mapping, deleted ones of the database too; ids are what ``find_mapping`` takes."""
    with database.read() as connection:
        stored = read_stored(connection, deleted=True)
        b = batches.c
        used = {
            row[0]: (row[1], row[2])
            for row in connection.execute(
                select(b.source, func.count(), func.max(b.started_at))
                .where(b.source.startswith("mapping:"), b.started_at <= now)
                .group_by(b.source)
            )
        }
        zone = str(setting(connection, "time_zone", now, "UTC"))
    names = {one.name for one in stored if one.deleted_at is None}
    rows = []
    for one in sorted(
        (*stored, *read_files(folder)), key=lambda one: (one.deleted_at is not None, one.name.casefold())
    ):
        files, used_at = used.get(one.source, (0, None)) if one.deleted_at is None else (0, None)
        rows.append(
            {
                "id": one.key,
                "name": one.name,
                "fills": fills(one),
                "columns": 0 if one.spec is None else len(one.spec.column_groups()),
                "state": _state(one, names),
                "place": one.place,
                "channel": str(one.content.get("channel", "")) or None,
                "files": files,
                "used_at": used_at,
                "changed_at": one.changed_at or None,
                "changed_by": one.changed_by or None,
                "fault": one.fault or None,
            }
        )
    return from_rows(_FIELDS, rows, id_key="id", as_of=now, title="Mappings", time_zone=zone)


def _state(one: SavedMapping, names: set[str]) -> str:
    if one.deleted_at is not None:
        return "deleted"
    if one.fault:
        return "broken"
    return "hidden" if one.place == FILE and one.name in names else "ready"


def fills(one: SavedMapping) -> str | None:
    """Kinds of records in words: ``Orders, order lines``."""
    if one.spec is None:
        return None
    labels = list(dict.fromkeys(record.kind.label for record in one.spec.records))
    return ", ".join([*labels[:1], *(label.lower() for label in labels[1:])])


def files_read_with(database: Database, one: SavedMapping, now: int) -> tuple[tuple[int, str, int, int, int], ...]:
    """The newest files read with a mapping: batch, file, when, records read, rejected."""
    b = batches.c
    statement = (
        select(b.id, b.file_name, b.started_at, b.records_read, b.rejected)
        .where(b.source == one.source, b.started_at <= now)
        .order_by(b.started_at.desc(), b.id.desc())
        .limit(8)
    )
    with database.read() as connection:
        return tuple((row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(statement))
