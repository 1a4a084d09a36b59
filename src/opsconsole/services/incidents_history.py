"""What was done to an incident: kept in the audit trail and, with what takes it back, in the list of changes."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.pages import HistoryEvent
from opsconsole.services import changes_log
from opsconsole.store import audit
from opsconsole.store.schema import audit as trail

INCIDENTS = "incidents"


def record(
    connection: Connection,
    incident: int,
    code: str,
    said: str,
    *,
    who: str,
    now: int,
    rows: int,
    inverse: Mapping[str, Any] | None = None,
) -> int | None:
    """Write a deed inside the connection's transaction; returns its number in the list of changes.

    ``inverse`` is what ``incidents_actions.take_back`` needs; None: the deed is a taking back itself.
    """
    audit.record(
        connection, who=who, action=f"incident {code}", subject=_subject(incident), detail={"said": said}, at=now
    )
    if inverse is None:
        return None
    told = {"of": INCIDENTS, "incident": incident, **inverse}
    return changes_log.record(
        connection, who=who, kind=f"incident {code}", words=said, at=now, row_count=rows, inverse=told
    )


def history(connection: Connection, incident: int, now: int) -> tuple[HistoryEvent, ...]:
    """What was done to an incident up to ``now``, newest first."""
    rows = connection.execute(
        select(trail.c.at, trail.c.who, trail.c.action, trail.c.detail_json)
        .where(trail.c.subject == _subject(incident), trail.c.at <= now)
        .order_by(trail.c.at.desc(), trail.c.id.desc())
    ).all()
    return tuple(
        HistoryEvent(row.at, row.who, str(json.loads(row.detail_json).get("said", row.action)), row.action)
        for row in rows
    )


def last_deed(connection: Connection, incident: int, now: int) -> HistoryEvent | None:
    """The newest of them."""
    found = history(connection, incident, now)
    return found[0] if found else None


def _subject(incident: int) -> str:
    return f"incident {incident}"
