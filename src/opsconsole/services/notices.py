"""What somebody has to be told: S1 exceptions that are new, and what falls due soon, since the last look.

Each is told once: an S1 when it was raised or became one after the last look, a due time when the look comes within the
warning time of it for the first time. Snoozed and ignored ones are left out. In quiet hours nothing is told; who keeps
the moment of the last look that told something is told the rest afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from opsconsole.domain import money, quiet_hours
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.instants import MINUTE
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.wording import duration, plural
from opsconsole.rules.order_exceptions import BY_CODE, LABELS
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.business import setting
from opsconsole.services.calendars import Clocks
from opsconsole.store.database import Database
from opsconsole.store.schema import exception_events, exceptions, orders

NEW, DUE = "new", "due"
WITHIN_MINUTES = 30
# What somebody who never looked is told of.
_FIRST_LOOK = 24 * 60 * MINUTE
_e = exceptions.c


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told: ``kind`` new (an S1) or due; money in minor units of ``currency``."""

    kind: str
    exception: int
    type: str
    severity: str
    order: str
    owner: str
    due_at: int
    value_at_risk: int | None
    currency: str
    words: str


@dataclass(frozen=True)
class Notices:
    """What is to be told as of a moment; ``urgent`` counts all open S1 and all that are overdue, for a badge."""

    as_of: int
    since: int
    told: tuple[Notice, ...]
    s1: int
    overdue: int
    urgent: int
    quiet: bool = False
    time_zone: str = "UTC"

    @property
    def new(self) -> tuple[Notice, ...]:
        """New S1 exceptions."""
        return tuple(one for one in self.told if one.kind == NEW)

    @property
    def due(self) -> tuple[Notice, ...]:
        """What falls due soon, or fell due since the last look."""
        return tuple(one for one in self.told if one.kind == DUE)

    @property
    def headline(self) -> str:
        """``2 new S1, 1 falls due``; empty when there is nothing to tell."""
        parts = [f"{len(self.new):,} new S1"] * bool(self.new)
        parts += [f"{len(self.due):,} {'falls' if len(self.due) == 1 else 'fall'} due"] * bool(self.due)
        return ", ".join(parts)

    @property
    def standing(self) -> str:
        """``3 S1 open, 5 overdue``: what the badge counts, in words."""
        return f"{self.s1:,} S1 open, {self.overdue:,} overdue"


def look(
    database: Database,
    now: int,
    *,
    since: int | None = None,
    within_minutes: int = WITHIN_MINUTES,
    quiet: str = "",
) -> Notices:
    """What is to be told since the last look at ``since`` (None: of the last day).

    ``quiet`` are quiet hours in the time zone of the business: then ``told`` is empty and ``quiet`` true.
    """
    last = now - _FIRST_LOOK if since is None else min(since, now)
    with database.read() as connection:
        zone = str(setting(connection, "time_zone", now, "UTC"))
        s1, overdue, urgent = _counts(connection, now)
        if quiet_hours.is_quiet(quiet, now, zone):
            return Notices(now, last, (), s1, overdue, urgent, quiet=True, time_zone=zone)
        clocks = Clocks(connection, now)
        new = [_notice(NEW, row, clocks) for row in _new(connection, last, now)]
        due = [_notice(DUE, row, clocks) for row in _due(connection, last, now, within_minutes * MINUTE)]
    return Notices(now, last, (*new, *due), s1, overdue, urgent, time_zone=zone)


def _awake(now: int) -> Any:
    return and_(
        ACTIVE,
        _e.detected_at <= now,
        or_(_e.snoozed_until.is_(None), _e.snoozed_until <= now),
        or_(_e.ignored_until.is_(None), _e.ignored_until <= now),
    )


def _counts(connection: Connection, now: int) -> tuple[int, int, int]:
    is_s1, is_over = _e.severity == "S1", _e.due_at <= now
    found = connection.execute(
        select(
            func.sum(case((is_s1, 1), else_=0)),
            func.sum(case((is_over, 1), else_=0)),
            func.sum(case((or_(is_s1, is_over), 1), else_=0)),
        ).where(_awake(now))
    ).one()
    return int(found[0] or 0), int(found[1] or 0), int(found[2] or 0)


_COLUMNS = (
    *(_e.id, _e.rule, _e.severity, _e.owner, _e.due_at, _e.value_at_risk, _e.currency, _e.subject),
    *(_e.channel, _e.location),
    func.coalesce(orders.c.order_number, orders.c.order_id).label("order"),
)


def _rows(connection: Connection, *where: Any) -> Sequence[Any]:
    found = select(*_COLUMNS).join_from(exceptions, orders, orders.c.id == _e.order_fk, isouter=True)
    return connection.execute(found.where(*where).order_by(_e.due_at, _e.id)).all()


def _new(connection: Connection, since: int, now: int) -> Sequence[Any]:
    """S1 that were raised, or became S1, after the last look."""
    h = exception_events.c
    stepped = exists(
        select(1).where(
            h.exception_fk == _e.id, h.action == "severity", h.at > since, h.at <= now, h.words.like("%to S1%")
        )
    )
    return _rows(connection, _awake(now), _e.severity == "S1", or_(_e.detected_at > since, stepped))


def _due(connection: Connection, since: int, now: int, within: int) -> Sequence[Any]:
    """Those whose due time the look comes near for the first time."""
    return _rows(connection, _awake(now), _e.due_at <= now + within, _e.due_at > min(since, now) + within)


def _notice(kind: str, row: Any, clocks: Clocks) -> Notice:
    rule = BY_CODE.get(row.rule)
    label = rule.label if rule else row.rule
    subject = row.order or row.subject
    left = clocks.left(
        row.due_at, working=rule is not None and rule.working, location=row.location, channel=row.channel
    )
    due = f"due in {duration(left)}" if left > 0 else f"{duration(left)} over"
    worth = f", {money.in_words(row.value_at_risk, row.currency or '')}" if row.value_at_risk else ""
    words = f"{label}, {subject}{worth}: {due}{'' if row.owner is None else f', {row.owner}'}"
    return Notice(
        kind,
        row.id,
        row.rule,
        row.severity,
        subject,
        row.owner or "",
        row.due_at,
        row.value_at_risk,
        row.currency or "",
        words,
    )


_FIELDS = (
    Field("kind", "Because", Kind.STATUS, labels=((NEW, "New S1"), (DUE, "Falls due"))),
    Field("severity", "Severity", Kind.SEVERITY),
    Field("type", "Type", Kind.STATUS, labels=LABELS),
    Field("order", "Order", Kind.IDENTIFIER),
    Field("due_at", "Due", Kind.INSTANT),
    Field("owner", "Owner", missing="Unassigned"),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", missing="Unknown"),
    Field("currency", "Currency", hidden=True),
    Field("words", "In words", hidden=True),
)


def listing(notices: Notices) -> Listing:
    """Notices as a listing; ids are those of the exceptions."""
    keys = [field.key for field in _FIELDS]
    rows = [{"id": one.exception, **{key: getattr(one, key) or None for key in keys}} for one in notices.told]
    said = "Quiet hours: nothing is told." if notices.quiet else f"{plural(notices.urgent, 'exception')} urgent now."
    return from_rows(
        _FIELDS, rows, id_key="id", as_of=notices.as_of, title="Notices", time_zone=notices.time_zone, notes=(said,)
    )
