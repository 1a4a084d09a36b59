"""The queue after a few of its exceptions were changed: those are read again, and with them all of their orders."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from sqlalchemy import func, select

from opsconsole.domain.listing import Listing
from opsconsole.services.order_exceptions_queue import list_exceptions, urgency
from opsconsole.services.splicing import Reread, runs_of, spliced
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import exception_events, exceptions

_e = exceptions.c


def newest_event(database: Database) -> int:
    """Number of the newest event in the history of exceptions; 0 without any. What comes later has a higher one."""
    with database.read() as connection:
        return int(connection.execute(select(func.max(exception_events.c.id))).scalar() or 0)


def reread(
    database: Database, before: Listing, ids: Iterable[int], *, state: str = "active", since: int | None = None
) -> Reread | None:
    """What ``list_exceptions`` gives for the moment of a listing of it, of which only these ids were changed since.

    With ``since`` also those that anybody did something to after that event. What a row says of its order (whether it
    leads, how many others there are) hangs on the others of the order, so these are read again too. None where the
    whole has to be read: other columns, another zone, one that was closed after that moment, or more rows than there
    were.
    """
    changed = _with_others(database, {*ids, *(told_since(database, since) if since is not None else ())})
    if len(changed) > len(before):
        return None
    fresh = list_exceptions(database, before.as_of, state=state, ids=changed)
    closed = (at for at in fresh.columns["closed_at"] if at is not None)
    if fresh.fields != before.fields or fresh.time_zone != before.time_zone or any(at > before.as_of for at in closed):
        return None
    known = np.fromiter(before.ids, np.int64, len(before))
    left = np.flatnonzero(~np.isin(known, np.fromiter(changed, np.int64, len(changed))))
    both = np.concatenate((left, np.arange(len(fresh)) + len(before)))
    joined = (urgency(listing.columns, listing.ids) for listing in (before, fresh))
    keys = [np.concatenate(pair)[both] for pair in zip(*joined, strict=True)]
    places = both[np.lexsort(keys)]
    runs = runs_of(places)
    columns = {key: spliced(column, fresh.columns[key], places, runs) for key, column in before.columns.items()}
    ids_ = spliced(before.ids, fresh.ids, places, runs)
    return Reread(replace(fresh, columns=columns, ids=ids_, total=len(places)), fresh, places)


def told_since(database: Database, since: int) -> list[int]:
    """Exceptions to which anybody, or the rules, did something after that event."""
    told = exception_events.c
    with database.read() as connection:
        return list(connection.execute(select(told.exception_fk).where(told.id > since).distinct()).scalars())


def _with_others(database: Database, ids: set[int]) -> set[int]:
    """These exceptions, and the others of their orders."""
    with database.read() as connection:
        with dialect.id_set(connection, ids) as wanted:
            statement = select(_e.order_fk).where(_e.id.in_(select(wanted.c.id)), _e.order_fk.is_not(None))
            (orders,) = dialect.read_columns(connection, statement)
        with dialect.id_set(connection, orders) as wanted:
            statement = select(_e.id).where(_e.order_fk.in_(select(wanted.c.id)))
            (others,) = dialect.read_columns(connection, statement)
    return ids | set(others)
