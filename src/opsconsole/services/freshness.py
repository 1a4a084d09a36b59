"""How old the data is: a feed is stale when its newest data, not its import, is older than twice its usual interval."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from opsconsole.domain import wording
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.instants import SECOND
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.rules.order_exceptions_records import SYNC_STALE
from opsconsole.services.business import business
from opsconsole.services.settings import settings_in_force
from opsconsole.store.database import Database
from opsconsole.store.schema import feeds

_STATES = (("fresh", "Fresh"), ("stale", "Stale"), ("unknown", "Interval not known yet"))


@dataclass(frozen=True, slots=True)
class FreshnessSummary:
    """``11 of 12 feeds fresh: Walmart orders 5 h old``; ``tone`` is empty or warn."""

    words: str
    tone: str
    fresh: int
    total: int


def list_feeds(database: Database, now: int) -> Listing:
    """One row per source and channel: its newest data, how old that is, and whether it is stale."""
    with database.read() as connection:
        company = business(connection, now)
        values = settings_in_force(connection, now)
        rows = connection.execute(select(feeds).order_by(feeds.c.label, feeds.c.channel)).all()
    intervals, arrivals = (float(values[f"rule.{SYNC_STALE.code}.{name}"]) for name in ("intervals", "arrivals"))
    told = [
        {
            "id": f"{row.source}|{row.channel}",
            "label": row.label,
            "channel": row.channel or None,
            "newest_data_at": row.newest_data_at,
            "age": None if row.newest_data_at is None else max(0, (now - row.newest_data_at) // SECOND),
            "usual_interval": row.usual_interval_seconds,
            "last_import_at": row.last_import_at,
            "arrivals": row.arrivals,
            "state": _state(row, now, intervals, arrivals),
        }
        for row in rows
    ]
    fields = (
        Field("label", "Feed", stretch=True, total=Total.COUNT, total_words="feeds"),
        Field("channel", "Channel", missing="None"),
        Field("state", "State", Kind.STATUS, labels=_STATES),
        Field("newest_data_at", "Newest data", Kind.INSTANT, missing="unknown"),
        Field("age", "Age", Kind.DURATION, missing="unknown"),
        Field("usual_interval", "Usual interval", Kind.DURATION, missing="not known yet"),
        Field("last_import_at", "Last import", Kind.INSTANT, missing="unknown"),
        Field("arrivals", "Files", Kind.QUANTITY),
    )
    return from_rows(
        fields, told, id_key="id", as_of=now, title="Feeds", time_zone=company.time_zone,
        notes=(f"Stale: the newest data is older than {wording.count(intervals)} × the usual interval.",),
    )  # fmt: skip


def summary(database: Database, now: int) -> FreshnessSummary:
    """What the status bar says; empty words without any feed."""
    listing = list_feeds(database, now)
    total = len(listing)
    stale = [row for row in listing.rows() if row["state"] == "stale"]
    unknown = sum(row["state"] == "unknown" for row in listing.rows())
    fresh = total - len(stale) - unknown
    if not total:
        return FreshnessSummary("", "", 0, 0)
    if not stale and unknown:
        known = f"{fresh} of {wording.plural(total, 'feed')} fresh, " if fresh else ""
        return FreshnessSummary(f"{known}{_too_few(unknown, total)}", "", fresh, total)
    if not stale:
        return FreshnessSummary(f"{_all(total)} fresh", "", fresh, total)
    oldest = max(stale, key=lambda row: row["age"])
    more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
    # Feeds without a usual interval are neither fresh nor late: counted here they would look late.
    known = wording.plural(total - unknown, "feed")
    words = f"{fresh} of {known} fresh: {oldest['label']} {age_words(oldest['age'])} old{more}"
    return FreshnessSummary(words, "warn", fresh, total)


def age_words(seconds: int) -> str:
    """``40 min``, ``5 h``, ``3 d``."""
    if seconds >= 2 * 86_400:
        return f"{seconds // 86_400} d"
    return f"{seconds // 3_600} h" if seconds >= 3_600 else f"{seconds // 60} min"


def _all(total: int) -> str:
    return "The only feed is" if total == 1 else f"All {total} feeds"


def _too_few(unknown: int, total: int) -> str:
    if unknown < total:
        return f"{unknown} not known yet"
    return f"{wording.plural(total, 'feed')}, usual interval not known yet"


def _state(row: Any, now: int, intervals: float, arrivals: float) -> str:
    if not row.usual_interval_seconds or row.newest_data_at is None or row.arrivals < arrivals:
        return "unknown"
    limit = row.usual_interval_seconds * intervals * SECOND
    return "stale" if now - row.newest_data_at > limit else "fresh"
