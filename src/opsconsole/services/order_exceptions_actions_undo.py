"""Taking changes of exceptions back: by the change just made, or by its row in the log after a restart."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from opsconsole.domain import tags
from opsconsole.domain.change import Change, Inverse
from opsconsole.domain.errors import UserError
from opsconsole.domain.wording import undone
from opsconsole.services import changes_log
from opsconsole.services.names import named
from opsconsole.services.order_exceptions_actions import tick_runbook
from opsconsole.services.order_exceptions_actions_write import By, Deed, Sets, do_in
from opsconsole.store.database import Database


def undo(database: Database, change: Change, *, who: str, now: int) -> Change:
    """Take a change back; values that somebody changed since then are left and come back as conflicts."""
    if change.inverse is None:
        raise UserError(f"“{change.words}” cannot be undone.", "")
    return take_back(database, change.inverse, change.id, who=who, now=now)


def take_back(database: Database, inverse: Inverse, change_id: int | None, *, who: str, now: int) -> Change:
    """Put back what a change left, and say so in the log of changes; UserError when it was taken back before."""
    named(who)
    if inverse.ticks:
        return _untick(database, inverse, change_id, who=who, now=now)
    ids = list(dict.fromkeys([*inverse.rows, *inverse.events]))
    said = undone(inverse.words)
    before = {row_id: values for row_id, (values, _) in inverse.rows.items()}
    left = {row_id: values for row_id, (_, values) in inverse.rows.items()}

    def sets(row: Row[Any]) -> Sets:
        return _back(row, before.get(row.id, {}), left.get(row.id, {}))

    with database.write() as connection:
        named_ = "" if change_id is None else undone(changes_log.find_done(connection, change_id).words)
        deed = Deed(
            "undone",
            "Undone for",
            sets,
            said,
            needs_active=False,
            left={row_id: left.get(row_id, {}) for row_id in ids},
            withdraws=inverse.events,
            logged_as=named_,
        )
        change = do_in(connection, ids, deed, By(who, now))
        if change_id is not None and change.ids:
            changes_log.mark_undone(connection, change_id, who=who, at=now)
    return change


def _back(row: Row[Any], before: Mapping[str, Any], left: Mapping[str, Any]) -> Sets:
    """Values to put back; tags are taken back one by one."""
    values = dict(before)
    if "tags" in values:
        then, now = tags.split(before["tags"]), tags.split(left["tags"])
        values["tags"] = tags.changed(
            row.tags, [one for one in then if one not in now], [one for one in now if one not in then]
        )
    return values


def _untick(database: Database, inverse: Inverse, change_id: int | None, *, who: str, now: int) -> Change:
    with database.write() as connection:
        if change_id is not None:
            changes_log.find_done(connection, change_id)
            changes_log.mark_undone(connection, change_id, who=who, at=now)
    exception_id, step, before = inverse.ticks[0]
    change = tick_runbook(database, exception_id, step, done=before, who=who, now=now)
    return replace(change, words=undone(inverse.words))
