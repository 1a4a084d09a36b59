"""How fresh each feed is: its newest data, and how far apart its imports usually are."""

import itertools
import statistics

from sqlalchemy import Connection, delete, func, select, update

from opsconsole.domain.instants import SECOND
from opsconsole.imports.parsed import BASIS_FILE, ParsedFile
from opsconsole.services.import_batches import newest_data
from opsconsole.store import dialect
from opsconsole.store.schema import batches, feeds

# Two distances make a habit; one may be the first load of a history.
_LEAST_ARRIVALS = 3
_RECENT = 60
# Files that were copied one after the other, or saved over the years, tell no habit.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 60, 100 * 86_400


def note_file(conn: Connection, parsed: ParsedFile, channel: str, now: int) -> None:
    """Bring the feed of a file that was written up to date, where the file tells how new its data are."""
    newest = newest_data(parsed)
    if newest is None:
        return
    name = parsed.label.removeprefix("Mapping: ")
    label = f"{name}, {channel}" if channel else name
    note_arrival(conn, source=parsed.source, channel=channel, label=label, newest_data_at=newest, now=now)


def note_arrival(conn: Connection, *, source: str, channel: str, label: str, newest_data_at: int, now: int) -> None:
    """Bring the feed's row up to date after a file; its batch must be written already."""
    known = conn.execute(
        select(feeds.c.newest_data_at, feeds.c.arrivals).where(feeds.c.source == source, feeds.c.channel == channel)
    ).first()
    before, arrivals = (known[0], known[1]) if known else (None, 0)
    row = {
        "source": source,
        "channel": channel,
        "label": label,
        "newest_data_at": max(newest_data_at, before or newest_data_at),
        "last_import_at": now,
        "usual_interval_seconds": usual_interval(conn, source, channel),
        "arrivals": arrivals + 1,
    }
    dialect.upsert(conn, feeds, [row], ["source", "channel"])


def confirm_arrival(conn: Connection, batch_id: int | None, *, at: int, now: int) -> None:
    """A batch's file was written again with the same content: a snapshot that tells no time is true as of then."""
    b = batches.c
    found = conn.execute(
        select(b.source, func.coalesce(b.channel, ""))
        .where(b.id == batch_id, b.source_time_basis == BASIS_FILE, b.newest_data_at.is_not(None))
        .where(b.undone_at.is_(None))
    ).first()
    if found is None:
        return
    newest = min(at, now)
    of = (feeds.c.source == found[0], feeds.c.channel == found[1], feeds.c.newest_data_at < newest)
    conn.execute(update(feeds).where(*of).values(newest_data_at=newest, last_import_at=now))


def usual_interval(conn: Connection, source: str, channel: str) -> int | None:
    """Median distance in seconds of the newest data of a feed's recent imports; None where there is no habit."""
    statement = (
        select(batches.c.newest_data_at)
        .where(
            batches.c.source == source,
            func.coalesce(batches.c.channel, "") == channel,
            batches.c.newest_data_at.is_not(None),
            batches.c.undone_at.is_(None),
        )
        .distinct()
        .order_by(batches.c.newest_data_at.desc())
        .limit(_RECENT)
    )
    newest = sorted(conn.execute(statement).scalars().all())
    if len(newest) < _LEAST_ARRIVALS:
        return None
    gaps = [later - earlier for earlier, later in itertools.pairwise(newest)]
    usual = int(statistics.median(gaps) / SECOND)
    return usual if _SHORTEST_SECONDS <= usual <= _LONGEST_SECONDS else None


def forget_arrival(conn: Connection, *, source: str, channel: str) -> None:
    """Work a feed's row out again from the batches in force, after one was undone."""
    of = (batches.c.source == source, func.coalesce(batches.c.channel, "") == channel)
    in_force = (batches.c.newest_data_at.is_not(None), batches.c.undone_at.is_(None))
    found = select(func.max(batches.c.newest_data_at), func.max(batches.c.started_at), func.count())
    newest, last, arrivals = conn.execute(found.where(*of, *in_force)).one()
    feed = (feeds.c.source == source, feeds.c.channel == channel)
    if newest is None:
        conn.execute(delete(feeds).where(*feed))
        return
    values = {"newest_data_at": newest, "last_import_at": last, "arrivals": arrivals}
    values["usual_interval_seconds"] = usual_interval(conn, source, channel)
    conn.execute(update(feeds).where(*feed).values(**values))
