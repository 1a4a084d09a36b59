"""What the passing of time does to exceptions that people set aside: who waited long enough is looked at again."""

from typing import Any

from sqlalchemy import Row, select

from opsconsole.domain.wording import instant
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.business import setting
from opsconsole.services.detection_life import SYSTEM
from opsconsole.services.order_exceptions_actions import NOT_WAITING
from opsconsole.services.order_exceptions_actions_write import By, Deed, Sets, do_in
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions


def end_waits(database: Database, now: int) -> tuple[int, ...]:
    """Set those whose wait is over back to in progress, with the reason in their history; returns their ids."""
    e = exceptions.c
    over = (ACTIVE, e.state == "waiting", e.waiting_until <= now)
    with database.read() as connection:
        zone = str(setting(connection, "time_zone", now, "UTC"))
        ids = connection.execute(select(e.id).where(*over)).scalars().all()
    if not ids:
        return ()

    def sets(row: Row[Any]) -> Sets | None:
        if row.state != "waiting" or row.waiting_until is None or row.waiting_until > now:
            return None
        return {"state": "in_progress", **NOT_WAITING}

    def said(row: Row[Any]) -> str:
        on = f" on {row.waiting_on}" if row.waiting_on else ""
        return f"Waited{on} until {instant(row.waiting_until, zone, year_of=now)}: back in progress"

    with database.write() as connection:
        deed = Deed("in_progress", "Back in progress:", sets, said, needs_active=False)
        return do_in(connection, ids, deed, By(SYSTEM, now, logged=False)).ids
