"""Why a list has no rows although files were imported, and what to do: one or two sentences for the place of the rows.

Files of the past are the usual reason: what is shown is about the moment that is looked at.
"""

from sqlalchemy import Connection, func, select

from opsconsole.domain import wording
from opsconsole.domain.periods import Period
from opsconsole.services.business import Business, business
from opsconsole.services.settings import settings_in_force
from opsconsole.services.vendors import scorecard_period, scorecard_span
from opsconsole.store.database import Database
from opsconsole.store.schema import detection_runs, exceptions, orders, rule_runs, sales_history, stock_levels, vendors

__all__ = ["no_exceptions", "no_kpis", "no_orders", "no_stock", "no_vendors"]


def no_exceptions(database: Database, now: int) -> str:
    """Why nothing is open: too early, too long ago, done, or nothing is wrong; empty while the rules never ran."""
    with database.read() as connection:
        company = business(connection, now)
        first = connection.execute(select(func.min(detection_runs.c.as_of))).scalar()
        older = connection.execute(select(func.sum(rule_runs.c.older_count))).scalar() or 0
        any_known = connection.execute(select(exceptions.c.id).limit(1)).first() is not None
        none = _no_orders(connection)
        days = settings_in_force(connection, now)["detection_horizon_days"]
    if first is None:
        return ""
    if first > now:
        when = wording.instant(first, company.time_zone, year_of=now)
        return (
            f"The rules first ran as of {when}: what was wrong before was not recorded. At “As of”, choose the live "
            "clock or a later moment."
        )
    if not older and any_known:
        return "Everything that the rules found is done, snoozed or ignored. “Show” leads to it."
    if not older and none:
        return none
    if not older:
        return "The rules found nothing wrong in the files imported so far."
    return (
        f"The rules found {wording.plural(int(older), 'case')} that began more than {wording.count(days)} days ago: "
        "those are counted under More, Rules, and not raised. To raise them, set “Detection horizon” in the settings "
        "to more days."
    )


def no_orders(database: Database) -> str:
    """Why there are no orders; empty where some are known."""
    with database.read() as connection:
        return _no_orders(connection)


def no_vendors(database: Database, now: int, period: Period | str | None = None) -> str:
    """Why no vendor has a scorecard in a period (as ``vendors.list_scorecards`` takes it)."""
    with database.read() as connection:
        company = business(connection, now)
        known = connection.execute(select(func.count()).select_from(vendors)).scalar() or 0
        if not known:
            return (
                "None of the files imported so far names a vendor. Order lines, purchase orders, shipments and "
                "freight bills with vendors do, or a list of them."
            )
        span = scorecard_span(scorecard_period(company, period))
        newest = _newest_order(connection, company, before=span[0].start)
    first, last = (wording.day(day, year_of=company.today) for day in (span[0].start, span[-1].end))
    were = (
        "1 vendor is known, and it had nothing" if known == 1 else f"{known:,} vendors are known, and none had anything"
    )
    return f"{were} that is scored from {first} to {last}. {newest}".rstrip()


def no_stock(database: Database, now: int) -> str:
    """Why there are no stock rows: no file told any."""
    with database.read() as connection:
        if connection.execute(select(stock_levels.c.id).limit(1)).first():
            return ""
    return (
        "None of the files imported so far tells what is in stock. Import an inventory report of a shop, a "
        "marketplace or a warehouse."
    )


def no_kpis(database: Database, now: int, period: Period) -> str:
    """Why no KPI has a value in a period; empty where orders are known of that time, or from after ``now`` only."""
    with database.read() as connection:
        return _no_orders(connection) or _newest_order(connection, business(connection, now), before=period.start)


def _no_orders(connection: Connection) -> str:
    if connection.execute(select(orders.c.id).limit(1)).first() is not None:
        return ""
    words = "No order is known yet: import a report of orders."
    if connection.execute(select(sales_history.c.id).limit(1)).first() is None:
        return words
    return f"{words} The sales history that was imported tells the demand for SKUs, and no orders."


def _newest_order(connection: Connection, company: Business, *, before: int) -> str:
    """Where the newest order leads, when it was placed before the local date ``before``."""
    placed = select(func.max(orders.c.placed_on)).where(orders.c.placed_on <= company.today)
    newest = connection.execute(placed).scalar()
    if newest is None or newest >= before:
        return ""
    day = wording.day(newest, year_of=company.today)
    return f"The newest order is of {day}: at “As of”, choose a moment near it."
