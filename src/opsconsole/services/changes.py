"""The list of named changes, and taking any of them back, also after a restart."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.wording import undone
from opsconsole.services import changes_log
from opsconsole.services.business import setting
from opsconsole.services.order_exceptions_actions_undo import take_back
from opsconsole.store.database import Database
from opsconsole.store.schema import changes

_INCIDENTS = "incidents"
_MAPPINGS = "mappings"
# Newest ones that are listed.
LIMIT = 500
_STATES = (("undoable", "Can be undone"), ("undone", "Undone"), ("final", "Cannot be undone"))
_FIELDS = (
    Field("number", "Number", Kind.IDENTIFIER, width=80, help="What to name when undoing it from the command line."),
    Field("at", "When", Kind.INSTANT, width=150),
    Field("who", "Who", width=150),
    Field("words", "What", stretch=True),
    Field("rows", "Rows", Kind.QUANTITY, width=70),
    Field("state", "State", Kind.STATUS, labels=_STATES, width=130),
    Field("undone_at", "Undone", Kind.INSTANT, missing="Not undone", hidden=True),
    Field("undone_by", "Undone by", missing="Nobody", hidden=True),
    Field("kind", "Kind", Kind.IDENTIFIER, hidden=True),
)


def list_changes(database: Database, now: int, *, who: str = "", automation: int | None = None) -> Listing:
    """Changes made up to ``now``, newest first; ids are what ``undo_change`` takes.

    ``who`` keeps those of one person, ``automation`` those of one rule.
    """
    c = changes.c
    found = select(c.id, c.at, c.who, c.words, c.row_count, c.kind, c.undone_at, c.undone_by, c.inverse_json.is_(None))
    found = found.where(c.at <= now).order_by(c.at.desc(), c.id.desc()).limit(LIMIT)
    if who:
        found = found.where(c.who == who)
    if automation is not None:
        found = found.where(c.automation_fk == automation)
    with database.read() as connection:
        rows = [_row(row) for row in connection.execute(found)]
        zone = str(setting(connection, "time_zone", now, "UTC"))
    return from_rows(_FIELDS, rows, id_key="id", as_of=now, title="Changes", time_zone=zone)


def _row(row: Any) -> Mapping[str, Any]:
    state = "undone" if row.undone_at is not None else "final" if row[-1] else "undoable"
    return {
        "id": row.id,
        "number": str(row.id),
        "at": row.at,
        "who": row.who,
        "words": row.words,
        "rows": row.row_count,
        "state": state,
        "undone_at": row.undone_at,
        "undone_by": row.undone_by,
        "kind": row.kind,
    }


def undo_change(database: Database, change_id: int, *, who: str, now: int) -> Change:
    """Take a listed change back. What somebody changed since then stays and comes back as conflicts.

    Raises UserError when there is no such change, it was undone already, or it cannot be undone.
    """
    with database.read() as connection:
        row = connection.execute(select(changes).where(changes.c.id == change_id)).first()
    if row is None:
        raise UserError(f"There is no change {change_id}.", "Look at the list of changes.")
    if row.undone_at is not None:
        raise UserError(f"“{row.words}” was undone already.", f"{row.undone_by} did it.")
    told = json.loads(row.inverse_json) if row.inverse_json else {}
    if told.get("of") == changes_log.EXCEPTIONS:
        return take_back(database, changes_log.from_json(told), change_id, who=who, now=now)
    if told.get("of") == _INCIDENTS:
        return _undo_of_incident(database, change_id, told, who=who, now=now)
    if told.get("of") == _MAPPINGS:
        return _undo_of_mapping(database, change_id, told, who=who, now=now)
    raise UserError(f"“{row.words}” cannot be undone.", "")


def _undo_of_incident(database: Database, change_id: int, told: Mapping[str, Any], *, who: str, now: int) -> Change:
    from opsconsole.services import incidents_actions

    with database.write() as connection:
        row = changes_log.find_done(connection, change_id)
        conflict = incidents_actions.take_back(connection, told, row.words, who=who, now=now)
        if conflict is not None:
            return Change("Nothing to change", conflicts=(conflict,))
        changes_log.mark_undone(connection, change_id, who=who, at=now)
    return Change(undone(row.words), (int(told["incident"]),))


def _undo_of_mapping(database: Database, change_id: int, told: Mapping[str, Any], *, who: str, now: int) -> Change:
    from opsconsole.services import mappings_changes

    with database.write() as connection:
        row = changes_log.find_done(connection, change_id)
        conflict = mappings_changes.take_back(connection, told, row.words, who=who, now=now)
        if conflict is not None:
            return Change("Nothing to change", conflicts=(conflict,))
        changes_log.mark_undone(connection, change_id, who=who, at=now)
    return Change(undone(row.words), (int(told["mapping"]),))
