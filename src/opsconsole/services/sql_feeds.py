"""Queries against other databases whose results are imported: kept, looked at, previewed."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from opsconsole.domain import schedule
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import SqlConnection, SqlFeed, feed_problems, raise_first
from opsconsole.imports.convert import slug
from opsconsole.imports.query_table import Spool, text_of
from opsconsole.imports.tables import InputFile
from opsconsole.services.business import setting
from opsconsole.services.credentials import Passwords
from opsconsole.services.feed_sources import candidate_of, feed_row
from opsconsole.services.names import named
from opsconsole.services.sql_connections import password_of, read_connection
from opsconsole.services.sql_marks import MarkWatch, begin_value, earlier, from_json, statement
from opsconsole.services.sql_read import Question, ask
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import feed_runs, sql_feeds, watched_folders
from opsconsole.store.versioned import update_versioned

PREVIEW_ROWS = 50
SAMPLE_ROWS = 5_000
_PREVIEW_SECONDS = 60


def find_feed(database: Database, which: int | str) -> SqlFeed:
    """A feed by id or name; UserError when there is none."""
    with database.read() as conn:
        return read_feed(conn, which)


def read_feed(conn: Connection, which: int | str) -> SqlFeed:
    """A feed by id or name; UserError when there is none."""
    return feed_of(feed_row(conn, sql_feeds, which, "SQL feed"))


def feed_of(row: Row[Any]) -> SqlFeed:
    """A feed of its row."""
    return SqlFeed(
        row.name, row.connection_fk, row.query, row.source, row.channel, row.location,
        row.mark_column, row.begin_with, row.overlap, row.time_limit_seconds, row.schedule, bool(row.enabled), row.id,
        row.version,
    )  # fmt: skip


def _values(feed: SqlFeed) -> dict[str, Any]:
    return {
        "name": feed.name.strip(),
        "connection_fk": feed.connection_id,
        "query": feed.query.strip(),
        "source": feed.source,
        "channel": feed.channel.strip(),
        "location": feed.location.strip(),
        "mark_column": feed.mark_column.strip(),
        "begin_with": feed.begin_with.strip(),
        "overlap": feed.overlap,
        "time_limit_seconds": feed.time_limit_seconds,
        "schedule": schedule.parse(feed.schedule).text,
        "enabled": feed.enabled,
    }


def save_feed(database: Database, feed: SqlFeed, *, who: str, now: int, folder: Path | None = None) -> Change:
    """Add a feed (``id`` 0) or save it as it should be; it runs next as its schedule says.

    A feed begins anew where its query, its connection or its high-water column changed: rows that it asks for now may
    lie before its mark.
    UserError when something is wrong or somebody changed it meanwhile. ``folder`` holds saved mappings.
    """
    named(who)
    candidate_of(database, feed.source, folder)
    with database.write() as conn:
        one = read_connection(conn, feed.connection_id) if feed.connection_id else None
        raise_first(feed_problems(feed, one.kind if one else ""))
        values = _values(feed)
        free_name(conn, values["name"], sql_feeds.name, feed.id)
        when = schedule.parse(feed.schedule)
        due = when.next_after(now, str(setting(conn, "time_zone", now, "UTC"))) if feed.enabled else None
        more = {"changed_by": who, "changed_at": now, "next_at": due, "failures": 0, "last_hash": None}
        begins = ""
        if feed.id:
            anew, begins = _anew(conn, feed.id, values)
            more |= anew
            if not update_versioned(conn, sql_feeds, feed.id, feed.version, {**values, **more}):
                raise UserError(f"Somebody changed “{feed.name}” meanwhile.", "Look at it again.")
            made = feed.id
        else:
            made = int((conn.execute(insert(sql_feeds).values(**values, **more)).inserted_primary_key or (0,))[0])
        done = "changed" if feed.id else "added"
        audit.record(conn, who=who, action=f"SQL feed {done}", subject=values["name"], detail=values, at=now)
    return Change(f"SQL feed “{values['name']}” {'saved' if feed.id else 'added'}{begins}", (made,))


def _anew(conn: Connection, feed_id: int, values: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The mark goes where what it marks is another thing now; what to say of that."""
    before = _values(read_feed(conn, feed_id))
    marked = conn.execute(select(sql_feeds.c.mark_json).where(sql_feeds.c.id == feed_id)).scalar() is not None
    if not marked or all(before[name] == values[name] for name in ("connection_fk", "query", "mark_column")):
        return {}, ""
    return {"mark_json": None}, "; its next run begins anew, since it asks for something else now"


def free_name(conn: Connection, name: str, table: str, own: int) -> None:
    """UserError when another feed or watched folder has the name: they are run by it."""
    for known in (sql_feeds, watched_folders):
        taken = select(known.c.id).where(known.c.name == name)
        if known.name == table:
            taken = taken.where(known.c.id != own)
        if conn.execute(taken).first() is not None:
            raise UserError(f"“{name}” is there already.", "Choose another name.")


def remove_feed(database: Database, feed: SqlFeed, *, who: str, now: int) -> Change:
    """Take a feed away; what it imported stays."""
    named(who)
    with database.write() as conn:
        conn.execute(delete(feed_runs).where(feed_runs.c.feed_fk == feed.id))
        if conn.execute(delete(sql_feeds).where(sql_feeds.c.id == feed.id)).rowcount != 1:
            raise UserError(f"“{feed.name}” is no longer there.", "Load the list again.")
        audit.record(conn, who=who, action="SQL feed removed", subject=feed.name, detail=_values(feed), at=now)
    return Change(f"SQL feed “{feed.name}” removed; what it imported stays", (feed.id,))


def stored_mark(database: Database, feed_id: int) -> str | None:
    """A feed's mark as it is stored; None before its first run."""
    with database.read() as conn:
        found: str | None = conn.execute(select(sql_feeds.c.mark_json).where(sql_feeds.c.id == feed_id)).scalar()
    return found


def since_of(feed: SqlFeed, kind: str, mark_json: str | None) -> Any:
    """The value from which a feed reads on: its mark less the overlap, else the value it begins with, else None."""
    mark = from_json(mark_json)
    if mark is not None:
        return earlier(mark, feed.overlap)
    return begin_value(feed.begin_with, kind) if feed.begin_with.strip() else None


@dataclass(frozen=True, slots=True)
class Spooled:
    """A query's result in a file: how many rows, and what its high-water column says.

    ``whole``: there are no more; else it is the first part, in the order of the high-water column.
    """

    file: InputFile
    count: int
    watch: MarkWatch | None
    whole: bool = True


def read_into(
    folder: Path,
    feed: SqlFeed,
    one: SqlConnection,
    password: str,
    since: Any,
    now: int,
    progress: Progress | None = None,
    *,
    most: int = 0,
    seconds: int = 0,
    part: int = 0,
) -> Spooled:
    """Ask a feed's query and keep the rows in a file of ``folder``; UserError in words, Cancelled when cancelled.

    ``most``: any rows, this many at most. ``part``: the first so many in the order of the high-water column, where the
    query can be asked in that order; else all.
    """
    # A look at the first rows need not wait until all are in order.
    asked = statement(replace(feed, mark_column="") if most else feed, one, since)
    watch = MarkWatch(feed.mark_column, now, asked.in_order) if feed.mark_column else None
    part = part if asked.in_order else 0
    question = Question(asked.words, asked.values, seconds or feed.time_limit_seconds, most or part)
    spools: list[Spool] = []

    def begin(names: list[str]) -> Any:
        if watch is not None:
            watch.begin(names, feed.name)
        spools.append(Spool(folder, feed.name, names, f"query of {one.name}"))

        def take(rows: Any) -> None:
            spools[0].add(rows)
            if watch is not None:
                watch.take(rows)

        return take

    try:
        count = ask(one, password, question, begin, progress)
        return Spooled(spools[0].input_file(now), count, watch, whole=not part or count < part)
    finally:
        for spool in spools:
            spool.close()


def preview(
    database: Database, feed: SqlFeed, passwords: Passwords, now: int, progress: Progress | None = None
) -> Listing:
    """The first rows of a query as it is typed, as they would be read; nothing is written anywhere.

    UserError says what is wrong with the query, the connection or the high-water column.
    """
    with database.read() as conn:
        one = read_connection(conn, feed.connection_id)
    feed = replace(feed, name=feed.name.strip() or "The query")
    raise_first({k: v for k, v in feed_problems(feed, one.kind).items() if k in ("query", "mark_column", "begin_with")})
    password = password_of(one, passwords)
    with tempfile.TemporaryDirectory(prefix="opsconsole-") as folder:
        since = since_of(feed, one.kind, None)
        made = read_into(
            Path(folder), feed, one, password, since, now, progress, most=PREVIEW_ROWS, seconds=_PREVIEW_SECONDS
        )
        assert made.file.table is not None
        rows = [row for _, row in made.file.table.rows()]
    return _as_listing(rows, now)


def write_sample(
    database: Database, feed_id: int, passwords: Passwords, now: int, folder: Path, progress: Progress | None = None
) -> Path:
    """Write the first rows of a feed's query as a CSV file into a folder, for a mapping to be made of them."""
    with database.read() as conn:
        feed = read_feed(conn, feed_id)
        one = read_connection(conn, feed.connection_id)
    password = password_of(one, passwords)
    target = folder / f"{slug(feed.name) or 'query'}.csv"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="opsconsole-", dir=folder) as place:
        since = since_of(feed, one.kind, None)
        made = read_into(Path(place), feed, one, password, since, now, progress, most=SAMPLE_ROWS)
        if not made.count:
            raise UserError(f"The query of “{feed.name}” has no rows.", "Map it when there are some.")
        made.file.path.replace(target)
    return target


def _as_listing(rows: list[list[str]], now: int) -> Listing:
    fields = [Field(f"c{place}", name or f"Column {place + 1}") for place, name in enumerate(rows[0])]
    told = [
        {"row": number, **{field.key: text_of(cell) for field, cell in zip(fields, row, strict=True)}}
        for number, row in enumerate(rows[1:], 1)
    ]
    return from_rows(tuple(fields), told, id_key="row", as_of=now, title="First rows")
