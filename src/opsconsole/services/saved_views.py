"""Saved views: the filters, grouping and sort of a tab under a name, one's own or shared with everybody."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select

from opsconsole.domain.errors import UserError
from opsconsole.services.names import named
from opsconsole.store import audit, versioned
from opsconsole.store.database import Database
from opsconsole.store.schema import saved_views

_v = saved_views.c
EVERYBODY = ""
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class StoredView:
    """A saved view; ``owner`` is empty when it is shared, ``view`` is what the screen wrote into it."""

    id: int
    tab: str
    name: str
    owner: str
    view: Mapping[str, Any] = field(default_factory=dict)
    changed_at: int = 0
    version: int = 1

    @property
    def shared(self) -> bool:
        """Whether everybody sees it."""
        return self.owner == EVERYBODY


def list_views(database: Database, tab: str, who: str) -> tuple[StoredView, ...]:
    """Views of a tab that somebody sees: the shared ones and one's own, by name."""
    with database.read() as connection:
        rows = connection.execute(
            select(saved_views).where(_v.tab == tab, or_(_v.owner == EVERYBODY, _v.owner == who))
        ).all()
    made = [made for row in rows if (made := _stored(row)) is not None]
    return tuple(sorted(made, key=lambda view: (view.name.casefold(), view.owner)))


def save_view(
    database: Database, tab: str, name: str, view: Mapping[str, Any], *, who: str, now: int, shared: bool = False
) -> StoredView:
    """Keep a view under a name; one's own (or the shared one) of this name is replaced."""
    name = _checked(name)
    owner = EVERYBODY if shared else named(who)
    text = json.dumps(dict(view), sort_keys=True, ensure_ascii=False)
    with database.write() as connection:
        known = connection.execute(select(saved_views).where(_here(tab, name, owner))).first()
        if known is None:
            values = {"tab": tab, "name": name, "owner": owner, "view_json": text, "changed_at": now, "version": 1}
            connection.execute(insert(saved_views).values(**values))
        else:
            versioned.update_versioned(
                connection, saved_views, known.id, known.version, {"view_json": text, "changed_at": now}
            )
        _record(connection, "save view", tab, name, {"shared": shared, "view": dict(view)}, who=who, now=now)
        return _only(connection, tab, name, owner)


def rename_view(database: Database, view: StoredView, name: str, *, who: str, now: int) -> StoredView:
    """Give a view another name; UserError when the name is taken or somebody changed the view meanwhile."""
    name = _checked(name)
    return _change(database, view, {"name": name}, {"from": view.name}, "rename view", who=who, now=now)


def share_view(database: Database, view: StoredView, *, shared: bool, who: str, now: int) -> StoredView:
    """Show a view to everybody, or keep it to oneself again."""
    owner = EVERYBODY if shared else named(who)
    action = "share view" if shared else "unshare view"
    return _change(database, view, {"owner": owner}, {"shared": shared}, action, who=who, now=now)


def delete_view(database: Database, view: StoredView, *, who: str, now: int) -> None:
    """Remove a view; the same view can be saved again (``save_view``) to take it back."""
    with database.write() as connection:
        gone = connection.execute(delete(saved_views).where(_v.id == view.id, _v.version == view.version))
        if gone.rowcount != 1:
            raise _changed_meanwhile(view)
        detail = {"shared": view.shared, "view": dict(view.view)}
        _record(connection, "delete view", view.tab, view.name, detail, who=who, now=now)


def _change(
    database: Database,
    view: StoredView,
    values: Mapping[str, Any],
    detail: Mapping[str, Any],
    action: str,
    *,
    who: str,
    now: int,
) -> StoredView:
    name, owner = values.get("name", view.name), values.get("owner", view.owner)
    with database.write() as connection:
        taken = connection.execute(select(_v.id).where(_here(view.tab, name, owner), _v.id != view.id)).first()
        if taken is not None:
            whose = "a shared view" if owner == EVERYBODY else "a view of yours"
            raise UserError(f"There is {whose} called “{name}” already.", "Choose another name.")
        if not versioned.update_versioned(
            connection, saved_views, view.id, view.version, {**values, "changed_at": now}
        ):
            raise _changed_meanwhile(view)
        _record(connection, action, view.tab, name, detail, who=who, now=now)
        return _only(connection, view.tab, name, owner)


def _here(tab: str, name: str, owner: str) -> Any:
    return (_v.tab == tab) & (_v.name == name) & (_v.owner == owner)


def _only(connection: Connection, tab: str, name: str, owner: str) -> StoredView:
    stored = _stored(connection.execute(select(saved_views).where(_here(tab, name, owner))).one())
    assert stored is not None
    return stored


def _stored(row: Row[Any]) -> StoredView | None:
    """The view of a row; None for one whose text is no view (written by something newer)."""
    try:
        view = json.loads(row.view_json)
    except ValueError:
        return None
    if not isinstance(view, dict):
        return None
    return StoredView(row.id, row.tab, row.name, row.owner, view, row.changed_at, row.version)


def _checked(name: str) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise UserError("The view has no name.", "Write one.")
    if len(clean) > LONGEST_NAME:
        raise UserError("The name of the view is too long.", f"Write at most {LONGEST_NAME} characters.")
    return clean


def _changed_meanwhile(view: StoredView) -> UserError:
    return UserError(f"Somebody changed the view “{view.name}” meanwhile.", "Reload (F5) and look at it again.")


def _record(
    connection: Connection, action: str, tab: str, name: str, detail: Mapping[str, Any], *, who: str, now: int
) -> None:
    audit.record(connection, who=who, action=action, subject=f"{tab}: {name}", detail=detail, at=now)
