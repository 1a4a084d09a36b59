"""What is done to saved mappings: save, rename, copy, delete and take back, take in a file, all of it undoable."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from opsconsole.domain.change import Change, Conflict
from opsconsole.domain.errors import UserError
from opsconsole.imports.mapping import parse_mapping
from opsconsole.imports.saved import content_of, mapping_text, to_toml
from opsconsole.services import changes_log
from opsconsole.services.mappings import SavedMapping, read_stored
from opsconsole.services.names import named
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, feeds, mappings

MAPPINGS = "mappings"  # whose changes these are in the list of changes
LONGEST_NAME = 80
_m = mappings.c


def checked(content: Mapping[str, Any]) -> tuple[str, str]:
    """Name and text of a mapping's content; UserError says what is wrong with it."""
    name = " ".join(str(content.get("name", "")).split())
    if not name:
        raise UserError("The mapping has no name.", "Give it one: imports are listed under it.")
    if len(name) > LONGEST_NAME:
        raise UserError("The name of the mapping is too long.", f"Write at most {LONGEST_NAME} characters.")
    parse_mapping({**content, "name": name}, f"“{name}”")
    return name, to_toml({**content, "name": name})


def save_mapping(
    database: Database, content: Mapping[str, Any], *, who: str, now: int, replaces: SavedMapping | None = None
) -> Change:
    """Keep a mapping (content as of TOML) in the database, as a new one or in the place of another.

    Raises UserError when it is not valid, its name is taken, or somebody changed the one it replaces meanwhile.
    """
    named(who)
    name, text = checked(content)
    old = replaces if replaces is not None and replaces.id and replaces.deleted_at is None else None
    with database.write() as connection:
        _free(connection, name, old.id if old else 0)
        values = {"name": name, "content": text, "changed_by": who, "changed_at": now}
        if old is None:
            made = connection.execute(insert(mappings).values(**values, version=1)).inserted_primary_key
            assert made is not None
            return _done(connection, int(made[0]), None, f"Mapping “{name}” saved", who, now)
        _set(connection, old, values)
        if name != old.name:
            _follow(connection, old.name, name)
        return _done(connection, old.id, old, f"Mapping “{name}” saved", who, now)


def rename_mapping(database: Database, one: SavedMapping, name: str, *, who: str, now: int) -> Change:
    """Give a mapping another name; what was imported with it goes with it."""
    return save_mapping(database, {**one.content, "name": name}, who=who, now=now, replaces=_of_database(one))


def copy_mapping(database: Database, one: SavedMapping, name: str, *, who: str, now: int) -> Change:
    """Save a mapping once more under another name, also one that is a file."""
    return save_mapping(database, {**one.content, "name": name}, who=who, now=now)


def delete_mapping(database: Database, one: SavedMapping, *, who: str, now: int) -> Change:
    """Take a mapping out of use; it stays listed as deleted and can be taken back."""
    named(who)
    with database.write() as connection:
        _set(connection, _of_database(one), {"deleted_at": now, "changed_by": who, "changed_at": now})
        return _done(connection, one.id, one, f"Mapping “{one.name}” deleted", who, now)


def restore_mapping(database: Database, one: SavedMapping, *, who: str, now: int) -> Change:
    """Use a deleted mapping again."""
    named(who)
    if one.deleted_at is None:
        raise UserError(f"“{one.name}” is not deleted.", "Nothing has to be done.")
    with database.write() as connection:
        _free(connection, one.name, one.id)
        _set(connection, one, {"deleted_at": None, "changed_by": who, "changed_at": now})
        return _done(connection, one.id, one, f"Mapping “{one.name}” taken back", who, now)


def read_mapping_file(path: Path | str) -> dict[str, Any]:
    """The content of a mapping file that somebody shared; UserError says what is wrong with it."""
    place = Path(path)
    content = content_of(mapping_text(place), place.name)
    content.setdefault("name", place.stem)
    parse_mapping(content, place.name)
    return content


def write_mapping_file(one: SavedMapping, path: Path | str) -> Path:
    """Write a mapping as a small file to share; the file is whole or not there."""
    place = Path(path)
    partial = place.with_name(f"{place.name}.part")
    try:
        partial.write_text(one.text, encoding="utf-8")
        partial.replace(place)
    except OSError as fault:
        partial.unlink(missing_ok=True)
        raise UserError(f"{place} cannot be written: {fault.strerror}.", "Choose another folder.") from None
    return place


def take_back(connection: Connection, told: Mapping[str, Any], words: str, *, who: str, now: int) -> Conflict | None:
    """Undo a listed change; a conflict where somebody changed the mapping since."""
    row = connection.execute(select(mappings).where(_m.id == int(told["mapping"])).with_for_update()).first()
    if row is None or row.version != told["version"]:
        who_did = row.changed_by if row is not None else ""
        return Conflict(int(told["mapping"]), f"The mapping of “{words}”", who_did, None, "was changed since")
    before = told["before"]
    values = {**before} if before is not None else {"deleted_at": now}
    if values.get("deleted_at") is None:
        _free(connection, str(values.get("name", row.name)), row.id)
    if before is not None and before["name"] != row.name:
        _follow(connection, row.name, before["name"])
    more = {"changed_by": who, "changed_at": now, "version": row.version + 1}
    connection.execute(update(mappings).where(_m.id == row.id).values(**values, **more))
    audit.record(connection, who=who, action="undo mapping", subject=row.name, detail={"undone": words}, at=now)
    return None


def _of_database(one: SavedMapping) -> SavedMapping:
    if not one.id:
        raise UserError(
            f"“{one.name}” is a file on this computer: {one.path}.", "Make a copy, which can be changed here."
        )
    return one


def _set(connection: Connection, one: SavedMapping, values: Mapping[str, Any]) -> None:
    done = connection.execute(
        update(mappings).where(_m.id == one.id, _m.version == one.version).values(**values, version=one.version + 1)
    )
    if done.rowcount != 1:
        by = connection.execute(select(_m.changed_by).where(_m.id == one.id)).scalar()
        raise UserError(
            f"{by or 'Somebody'} changed the mapping “{one.name}” meanwhile.", "Open it again, or save a copy."
        )


def _free(connection: Connection, name: str, own: int) -> None:
    taken = [one for one in read_stored(connection) if one.name.casefold() == name.casefold() and one.id != own]
    if taken:
        raise UserError(f"There is a mapping “{taken[0].name}” already.", "Choose another name, or edit that one.")


def _follow(connection: Connection, old: str, new: str) -> None:
    """Imports and feeds of a mapping go with its name."""
    for table in (batches, feeds):
        statement = update(table).where(table.c.source == f"mapping:{old}").values(source=f"mapping:{new}")
        connection.execute(statement)


def _done(connection: Connection, row_id: int, before: SavedMapping | None, words: str, who: str, now: int) -> Change:
    row = connection.execute(select(mappings).where(_m.id == row_id)).one()
    old = None
    if before is not None:
        old = {"name": before.name, "content": before.text, "deleted_at": before.deleted_at}
    inverse = {"of": MAPPINGS, "mapping": row_id, "before": old, "version": row.version}
    detail = {"mapping": row_id, "version": row.version, "content": row.content, "deleted": row.deleted_at is not None}
    audit.record(connection, who=who, action="mapping", subject=row.name, detail=detail, at=now)
    number = changes_log.record(connection, who=who, kind="mapping", words=words, at=now, row_count=1, inverse=inverse)
    return Change(words, (row_id,), id=number)
