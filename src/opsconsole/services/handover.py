"""The hand-over of a shift: what came, what went, what is over time, who has what, and the ten worst.

Every figure has its definition and its rows: both follow from the same condition in ``handover_figures``.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.handover import HandOver, Span, Worst
from opsconsole.domain.instants import HOUR, day_of
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.severity import SEVERITIES
from opsconsole.domain.wording import instant, plural
from opsconsole.rules.order_exceptions import BY_CODE, LABELS
from opsconsole.services.business import Business, business, setting
from opsconsole.services.calendars import Clocks
from opsconsole.services.exception_rows import as_listing, e, read_rows
from opsconsole.services.handover_figures import KEYS, condition, definition, label_of, read_figures
from opsconsole.services.incidents import list_incidents
from opsconsole.services.names import location_names
from opsconsole.services.order_exceptions_page import exception_page
from opsconsole.store.database import Database
from opsconsole.store.schema import automation_deeds, automation_rules, calendars, exceptions, orders

WORST = 10
HOURS = (8, 12, 24)
_DAYS_BACK = 14


def span_of(
    database: Database, now: int, *, location: str | None = None, hours: int | None = None, since: int | None = None
) -> Span:
    """The span that ends now: since an instant, the last hours, or else the current shift of the site's calendar.

    The current shift begins where the newest opening span of the calendar began (the site's, else the default one);
    without calendars it is the last 8 hours. UserError for an unknown site or a beginning in the future.
    """
    with database.read() as connection:
        return _span(connection, now, location, hours, since)


def _span(connection: Connection, now: int, location: str | None, hours: int | None, since: int | None) -> Span:
    zone = business(connection, now).time_zone
    sites = location_names(connection)
    if location and location not in sites:
        raise UserError(f"There is no site “{location}”.", "Look at the sites of the list of exceptions.")
    if since is not None:
        if since >= now:
            raise UserError("A hand-over cannot begin in the future.", "Name an earlier moment.")
        return Span(since, now, f"Since {instant(since, zone, year_of=now)}")
    if hours is None:
        begun = _shift_begun(connection, now, location)
        if begun is not None:
            whose = f" of {sites.get(location, location)}" if location else ""
            return Span(begun, now, f"Shift{whose} since {instant(begun, zone, year_of=now)}")
    length = hours or HOURS[0]
    return Span(now - length * HOUR, now, f"The last {plural(length, 'hour')}")


def _shift_begun(connection: Connection, now: int, location: str | None) -> int | None:
    if connection.execute(select(calendars.c.key).limit(1)).first() is None:
        return None
    calendar = Clocks(connection, now).of(location, None).calendar
    today = day_of(now, calendar.time_zone)
    for day in range(today, today - _DAYS_BACK, -1):
        begun = [opens for opens, _ in calendar.spans(day) if opens < now]
        if begun:
            return max(begun)
    return None


def sites(database: Database) -> list[tuple[str, str]]:
    """Keys and names of the sites a hand-over can be about, by name."""
    with database.read() as connection:
        found = [(str(key), label or str(key)) for key, label in location_names(connection).items() if key]
    return sorted(found, key=lambda pair: pair[1].lower())


def hand_over(
    database: Database,
    now: int,
    *,
    location: str | None = None,
    hours: int | None = None,
    since: int | None = None,
    progress: Progress | None = None,
) -> HandOver:
    """The summary of a span (see ``span_of``) as of ``now``, of all sites or one."""
    steps = progress or Progress()
    steps.step(0, 3, "Counting")
    with database.read() as connection:
        span = _span(connection, now, location, hours, since)
        company = business(connection, now)
        found = read_figures(connection, company, span, location)
        automation = _automation(connection, company, span, location)
        worst = _worst(connection, company, location)
        site = location_names(connection).get(location, location) if location else ""
        name = setting(connection, "company_name", now) or ""
    steps.step(1, 3, "Reading the worst")
    pages = tuple(_told(database, now, identity) for identity in worst)
    steps.step(2, 3, "Reading incidents")
    incidents = list_incidents(database, now, state="open")
    return HandOver(
        span=span,
        site=site or "",
        company=name,
        currency=company.base_currency,
        figures=found.figures(len(automation), len(incidents)),
        worst=pages,
        owners=found.owners,
        incidents=incidents,
        automation=automation,
        as_of=now,
        time_zone=company.time_zone,
    )


def handover_rows(database: Database, now: int, key: str, span: Span, location: str | None = None) -> Listing:
    """The rows behind a figure of the hand-over; ids are exception ids (of incidents: incident ids)."""
    if key == "incidents":
        return list_incidents(database, now, state="open")
    with database.read() as connection:
        company = business(connection, now)
        if key == "automation":
            return _automation(connection, company, span, location)
        if key == "worst":
            ids = _worst(connection, company, location)
            by_id = {row.id: row for row in read_rows(connection, e.id.in_(ids), now)}
            rows: Sequence[Row[Any]] = [by_id[one] for one in ids]
            return as_listing(connection, rows, now, f"The {WORST} worst", notes=(WORST_DEFINITION,))
        if key not in KEYS:
            raise UserError(f"There is no figure “{key}”.", f"Choose one of {', '.join(KEYS)}.")
        rows = read_rows(connection, condition(key, span, location), now)
        return as_listing(connection, rows, now, label_of(key), notes=(definition(key), span.words))


WORST_DEFINITION = (
    "Of what is open, neither snoozed nor ignored: the most severe first, of these what is over time, of these the "
    "most value at risk."
)


def _worst(connection: Connection, company: Business, location: str | None) -> list[int]:
    """Ids of the worst: within a currency the database finds them, between currencies their worth decides."""
    which = condition("open_now", Span(0, company.now, ""), location)
    late = case((e.due_at < company.now, 0), else_=1)
    columns: Select[Any] = select(e.id, e.severity, e.due_at, e.value_at_risk, e.currency).where(which)
    rows: list[Row[Any]] = []
    for currency in connection.execute(select(e.currency).where(which).distinct()).scalars().all():
        mine = e.currency.is_(None) if currency is None else e.currency == currency
        by_worth = func.coalesce(e.value_at_risk, 0).desc()
        rows += connection.execute(
            columns.where(mine).order_by(e.severity, late, by_worth, e.due_at, e.id).limit(WORST)
        ).all()

    def rank(row: Row[Any]) -> tuple[int, bool, float, int, int]:
        worth = company.in_base(row.value_at_risk or 0, row.currency or "", company.today) or 0.0
        return SEVERITIES.index(row.severity), row.due_at >= company.now, -worth, row.due_at, row.id

    return [row.id for row in sorted(rows, key=rank)[:WORST]]


def _told(database: Database, now: int, identity: int) -> Worst:
    page = exception_page(database, now, identity)
    step = next((step.words for step in page.runbook if step.done_at is None), "")
    return Worst(
        page.id,
        page.severity,
        page.title,
        page.order or page.subject,
        # The money stands beside it, and the runbook, which knows what was done already, says what is next.
        " ".join(sentence for sentence in page.why if not sentence.startswith(("Next", "Value at risk"))),
        step or "All steps are done: resolve it with its root cause",
        page.owner,
        page.time_left,
        page.value_at_risk,
        page.currency,
    )


_AUTOMATION_FIELDS = (
    Field("at", "When", Kind.INSTANT, width=130),
    Field("rule", "Automation", width=180, total=Total.COUNT, total_words="deeds"),
    Field("words", "What it did", stretch=True),
    Field("type", "Type", Kind.STATUS, labels=LABELS, width=140),
    Field("order", "Order", Kind.IDENTIFIER, missing="None", width=100, total=Total.DISTINCT, total_words="orders"),
)


def _automation(connection: Connection, company: Business, span: Span, location: str | None) -> Listing:
    d = automation_deeds.c
    statement: Select[Any] = (
        select(d.exception_fk, d.at, d.words, automation_rules.c.name, e.rule, e.subject, orders.c.order_number)
        .join_from(automation_deeds, automation_rules, automation_rules.c.id == d.automation_fk)
        .join(exceptions, e.id == d.exception_fk)
        .join(orders, orders.c.id == e.order_fk, isouter=True)
        .where(d.at > span.since, d.at <= span.until)
        .order_by(d.at.desc(), d.id.desc())
    )
    if location:
        statement = statement.where(e.location == location)
    told = [
        {
            "id": row.exception_fk,
            "at": row.at,
            "rule": row.name,
            "words": row.words,
            "type": row.rule if row.rule in BY_CODE else None,
            "order": row.order_number or row.subject,
        }
        for row in connection.execute(statement)
    ]
    return from_rows(
        _AUTOMATION_FIELDS,
        told,
        id_key="id",
        as_of=company.now,
        title="What automation did",
        time_zone=company.time_zone,
        notes=(definition("automation"), span.words),
    )
