"""What a screen says of one feed or connection: what it is, how far it has read, its runs, its refused files."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from opsconsole.domain import schedule
from opsconsole.domain.errors import UserError
from opsconsole.domain.listing import Listing
from opsconsole.domain.sourcing import SqlConnection, SqlFeed, WatchedFolder
from opsconsole.services.credentials import Passwords
from opsconsole.services.feed_runs import list_runs
from opsconsole.services.feed_sources import choices
from opsconsole.services.names import channel_names, location_names, pairs
from opsconsole.services.sourcing import QUERY, Known, find, list_sourcing, said_of
from opsconsole.services.sql_connections import find_connection, password_of
from opsconsole.services.sql_drivers import DRIVERS, account_of, driver_of
from opsconsole.services.sql_feeds import find_feed, stored_mark
from opsconsole.services.sql_marks import words_of
from opsconsole.services.watched_folders import find_folder, list_files
from opsconsole.store.database import Database
from opsconsole.store.schema import sql_connections, sql_feeds

_SHOWN_RUNS = 12


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One feed: ``feed`` or ``folder`` is set; ``mark`` in words; runs (at, outcome, words, next try), newest first.

    ``refused`` are files (name, words, next try). ``connection`` is what a query asks, ``account`` the name of its
    password in the keyring, ``not_ready`` why it cannot run on this computer. ``failing``: its last run failed, not
    only a file of it.
    """

    known: Known
    state: str
    place: str
    schedule: str
    last_at: int | None
    last_words: str
    next_at: int | None
    source: str
    runs: tuple[tuple[int, str, str, int | None], ...]
    feed: SqlFeed | None = None
    folder: WatchedFolder | None = None
    mark: str = ""
    refused: tuple[tuple[str, str, int | None], ...] = ()
    connection: SqlConnection | None = None
    account: str = ""
    not_ready: str = ""
    failing: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionPage:
    """One connection: the feeds that use it, whether its password is known here, what keeps it from being written.

    ``account`` is the password's name in the keyring, empty where none is needed.
    """

    connection: SqlConnection
    account: str
    feeds: tuple[tuple[str, str], ...]
    password_known: bool
    read_only_words: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What the forms of feeds offer, as pairs of key and words."""

    connections: tuple[SqlConnection, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
    locations: tuple[tuple[str, str], ...] = ()


def feed_page(database: Database, key: str, now: int, passwords: Passwords) -> FeedPage:
    """Everything about a feed of either kind by its key (``query:3``); UserError when it is gone."""
    known = find(database, key)
    listing = list_sourcing(database, now)
    row = listing.row(list(listing.ids).index(known.key))
    query = known.kind == QUERY
    feed = find_feed(database, known.id) if query else None
    folder = None if query else find_folder(database, known.id)
    runs = list_runs(database, now, feed=known.id if query else None, folder=None if query else known.id)
    told = tuple((one["at"], one["outcome"], _said(one), one["next_at"]) for one in _rows(runs))
    files = () if folder is None else tuple(_refused(list_files(database, known.id, now)))
    source = (feed or folder or SqlFeed("")).source
    one = None if feed is None else find_connection(database, feed.connection_id)
    return FeedPage(
        known, row["state"], row["place"], schedule.parse((feed or folder or SqlFeed("")).schedule).words,
        row["last_at"], row["words"] or "", row["next_at"], dict(choices(database)).get(source, source), told, feed,
        folder, words_of(stored_mark(database, known.id)) if query else "", files,
        one, "" if one is None else account_of(one), "" if one is None else _not_ready(one, passwords),
        _failing(database, known),
    )  # fmt: skip


def _failing(database: Database, known: Known) -> bool:
    with database.read() as conn:
        return bool(conn.execute(select(known.table.c.failures).where(known.table.c.id == known.id)).scalar())


def _not_ready(one: SqlConnection, passwords: Passwords) -> str:
    try:
        driver_of(one)
        password_of(one, passwords)
    except UserError as fault:
        return str(fault)
    return ""


def _said(run: dict[str, Any]) -> str:
    """What a run did; which file it was, where it is about one."""
    return str(run["words"]) if run["what"] in ("Query", "Folder", "Run") else said_of(run["what"], run["words"])


def _rows(listing: Listing) -> list[dict[str, Any]]:
    return [dict(row) for row in listing.rows()][:_SHOWN_RUNS]


def _refused(listing: Listing) -> list[tuple[str, str, int | None]]:
    return [(row["name"], row["words"], row["next_at"]) for row in listing.rows() if row["state"] == "refused"]


def connection_page(database: Database, connection_id: int, passwords: Passwords) -> ConnectionPage:
    """Everything about a connection; UserError when it is gone."""
    one = find_connection(database, connection_id)
    with database.read() as conn:
        rows = conn.execute(
            select(sql_feeds.c.id, sql_feeds.c.name)
            .where(sql_feeds.c.connection_fk == connection_id)
            .order_by(sql_feeds.c.name)
        )
        feeds = tuple((f"{QUERY}:{row.id}", row.name) for row in rows)
    account = account_of(one)
    known = not account or passwords.get(account) is not None
    return ConnectionPage(one, account, feeds, known, DRIVERS[one.kind].read_only_words)


def form_choices(database: Database) -> Choices:
    """What the forms offer."""
    with database.read() as conn:
        ids = conn.execute(select(sql_connections.c.id).order_by(sql_connections.c.name)).scalars().all()
        channels, locations = pairs(channel_names(conn)), pairs(location_names(conn))
    found = tuple(find_connection(database, one) for one in ids)
    return Choices(found, tuple(choices(database)), channels, locations)
