"""Folders whose files are imported by themselves: kept, looked into, and which of their files are to be taken.

Each entry belongs to one computer: only that one looks. Files are read and remembered by their content, never moved,
renamed or deleted.
"""

import fnmatch
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from opsconsole.domain import schedule, wording
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.sourcing import WatchedFolder, folder_problems, raise_first, skipped
from opsconsole.imports.files import SUFFIXES
from opsconsole.services.business import setting
from opsconsole.services.feed_runs import workstation
from opsconsole.services.feed_sources import candidate_of, feed_row
from opsconsole.services.names import named
from opsconsole.services.sql_feeds import free_name
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import feed_runs, watched_files, watched_folders
from opsconsole.store.versioned import update_versioned

TAKEN, REFUSED = "done", "refused"
_STATES = ((TAKEN, "Imported"), (REFUSED, "Refused"))
MOST_FILES = 20_000
_FIELDS = (
    Field("name", "File", stretch=True),
    Field("state", "State", Kind.STATUS, labels=_STATES, width=100),
    Field("words", "What happened", width=280),
    Field("at", "When", Kind.INSTANT, width=140),
    Field("next_at", "Next try", Kind.INSTANT, missing="None", width=140),
    Field("batch", "Import", Kind.IDENTIFIER, missing="None", width=80),
    Field("size", "Bytes", Kind.QUANTITY, width=100, hidden=True),
    Field("modified_at", "File's date", Kind.INSTANT, hidden=True),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it lies there: its name inside the folder, size in bytes, and its own date."""

    name: str
    path: Path
    size: int
    modified_at: int


def find_folder(database: Database, which: int | str) -> WatchedFolder:
    """A folder by id or name; UserError when there is none."""
    with database.read() as conn:
        return read_folder(conn, which)


def read_folder(conn: Connection, which: int | str) -> WatchedFolder:
    """A folder by id or name; UserError when there is none."""
    return folder_of(feed_row(conn, watched_folders, which, "watched folder"))


def folder_of(row: Row[Any]) -> WatchedFolder:
    """A folder of its row."""
    return WatchedFolder(
        row.name, row.workstation, row.path, row.pattern, bool(row.recursive), row.source,
        row.channel, row.location, row.schedule, bool(row.enabled), row.id, row.version,
    )  # fmt: skip


def _values(folder: WatchedFolder) -> dict[str, Any]:
    return {
        "name": folder.name.strip(),
        "workstation": folder.workstation,
        "path": str(Path(folder.path.strip()).expanduser()),
        "pattern": folder.pattern.strip(),
        "recursive": folder.recursive,
        "source": folder.source,
        "channel": folder.channel.strip(),
        "location": folder.location.strip(),
        "schedule": schedule.parse(folder.schedule).text,
        "enabled": folder.enabled,
    }


def save_folder(
    database: Database, folder: WatchedFolder, *, who: str, now: int, mappings: Path | None = None
) -> Change:
    """Watch a folder (``id`` 0), or save an entry as it should be; without a computer it belongs to this one.

    UserError when something is wrong or somebody changed it meanwhile. ``mappings`` holds saved mappings.
    """
    named(who)
    folder = replace(folder, workstation=folder.workstation or workstation())
    raise_first(folder_problems(folder))
    if folder.workstation == workstation():
        _check_path(Path(folder.path.strip()).expanduser())
    candidate_of(database, folder.source, mappings)
    values = _values(folder)
    with database.write() as conn:
        free_name(conn, values["name"], watched_folders.name, folder.id)
        when = schedule.parse(folder.schedule)
        # What lies there already is taken at the next look, not after a whole interval.
        due = (now if when.minutes else when.next_after(now, _zone(conn, now))) if folder.enabled else None
        more = {"changed_by": who, "changed_at": now, "next_at": due, "failures": 0}
        if folder.id:
            if not update_versioned(conn, watched_folders, folder.id, folder.version, {**values, **more}):
                raise UserError(f"Somebody changed “{folder.name}” meanwhile.", "Look at it again.")
            made = folder.id
            # What was refused may be readable as it is now.
            again = watched_files.c.folder_fk == made, watched_files.c.state == REFUSED
            conn.execute(update(watched_files).where(*again).values(next_at=now, failures=0))
        else:
            done = conn.execute(insert(watched_folders).values(**values, **more))
            made = int((done.inserted_primary_key or (0,))[0])
        done_words = "changed" if folder.id else "added"
        audit.record(
            conn, who=who, action=f"watched folder {done_words}", subject=values["name"], detail=values, at=now
        )
    return Change(f"Watched folder “{values['name']}” {'saved' if folder.id else 'added'}", (made,))


def _check_path(path: Path) -> None:
    if not path.is_absolute():
        raise UserError(f"“{path}” is no whole path.", "Write it from the drive or the root on.", "path")
    if not path.is_dir():
        raise UserError(
            f"There is no folder {path} on this computer.", "Look at its name, or connect the drive.", "path"
        )


def _zone(conn: Connection, now: int) -> str:
    return str(setting(conn, "time_zone", now, "UTC"))


def remove_folder(database: Database, folder: WatchedFolder, *, who: str, now: int) -> Change:
    """Watch a folder no longer; its files and what they brought stay."""
    named(who)
    with database.write() as conn:
        conn.execute(delete(feed_runs).where(feed_runs.c.folder_fk == folder.id))
        conn.execute(delete(watched_files).where(watched_files.c.folder_fk == folder.id))
        if conn.execute(delete(watched_folders).where(watched_folders.c.id == folder.id)).rowcount != 1:
            raise UserError(f"“{folder.name}” is no longer there.", "Load the list again.")
        detail = _values(folder)
        audit.record(conn, who=who, action="watched folder removed", subject=folder.name, detail=detail, at=now)
    return Change(f"“{folder.name}” is watched no longer; its files and what they brought stay", (folder.id,))


# --- what lies there --------------------------------------------------------------------------------------------------


def look(folder: WatchedFolder) -> list[Seen]:
    """Its files that are tables, oldest first; UserError when it cannot be reached."""
    root = Path(folder.path)
    if not root.is_dir():
        raise UserError(
            f"The folder {root} cannot be reached.", "Look whether the drive is connected and the folder still there."
        )
    found = [seen for seen in _walk(root, folder) if seen.size]
    if len(found) > MOST_FILES:
        raise UserError(f"{root} holds more than {MOST_FILES:,} files.", "Watch a smaller folder, or name a pattern.")
    return sorted(found, key=lambda seen: (seen.modified_at, seen.name))


def _walk(root: Path, folder: WatchedFolder) -> Iterator[Seen]:
    faults: list[OSError] = []
    for place, folders, names in os.walk(root, onerror=faults.append):
        if faults:
            break
        folders[:] = sorted(name for name in folders if not skipped(name)) if folder.recursive else []
        for name in names:
            path = Path(place) / name
            if skipped(name) or not _fits(path.relative_to(root).as_posix(), folder.patterns):
                continue
            try:
                facts = path.stat()
            except OSError:
                continue  # gone since it was listed, or not ours to read: the next look tells
            yield Seen(path.relative_to(root).as_posix(), path, facts.st_size, facts.st_mtime_ns // 1000)
    if faults:
        raise UserError(f"The folder {root} cannot be read: {faults[0].strerror}.", "Look at the right to read it.")


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name fits one of the patterns, letter case aside; without any, whether it is a table or an archive."""
    lowered = name.lower()
    if not patterns:
        return lowered.removesuffix(".gz").endswith((*SUFFIXES, ".zip"))
    own = lowered.rsplit("/", 1)[-1]
    return any(fnmatch.fnmatchcase(lowered if "/" in one else own, one.lower()) for one in patterns)


def known_files(conn: Connection, folder_id: int) -> Mapping[str, Row[Any]]:
    """What is remembered of a folder's files, by name."""
    rows = conn.execute(select(watched_files).where(watched_files.c.folder_fk == folder_id))
    return {row.name: row for row in rows}


def unchanged(seen: Seen, known: Row[Any] | None) -> bool:
    """Whether a file lies there as it was when it was last looked at, by size and date."""
    return known is not None and (known.size, known.modified_at) == (seen.size, seen.modified_at)


def stable(before: list[Seen], after: list[Seen]) -> tuple[list[Seen], list[Seen]]:
    """Of two looks a moment apart: files that nobody writes to, and those that still grow."""
    first = {seen.name: (seen.size, seen.modified_at) for seen in before}
    still = [seen for seen in after if first.get(seen.name) == (seen.size, seen.modified_at)]
    names = {seen.name for seen in still}
    return still, [seen for seen in after if seen.name not in names]


def list_files(database: Database, folder_id: int, now: int) -> Listing:
    """Files of a folder that were taken or refused, newest first."""
    f = watched_files.c
    with database.read() as conn:
        found = conn.execute(select(watched_files).where(f.folder_fk == folder_id).order_by(f.at.desc(), f.id.desc()))
        rows = [
            {
                "id": row.id,
                "name": row.name,
                "state": row.state,
                "words": row.words,
                "at": row.at,
                "next_at": row.next_at,
                "batch": None if row.batch_id is None else str(row.batch_id),
                "size": row.size,
                "modified_at": row.modified_at,
            }
            for row in found
        ]
    title = f"Files, {wording.plural(len(rows), 'file')}"
    return from_rows(_FIELDS, rows, id_key="id", as_of=now, title=title, time_zone=database.time_zone)
