"""Snapshots of stock and listings: what a newer one leaves out left the list; stock also keeps each day's last one."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, func, or_, select, update

from opsconsole.imports.source import sells
from opsconsole.imports.writer_batch import Batch, Snapshot
from opsconsole.imports.writer_days import Days
from opsconsole.store import dialect, schema


class StockSnapshot:
    """One file's snapshot of stock, gathered chunk by chunk."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._days = Days()
        self._zones: dict[str, str] = {}
        self._locations: set[str] = set()
        self._source, self._channel = _feed(batch)
        self._told_by = "channel" if self._channel or sells(self._source) else "warehouse"

    def add(self, columns: dict[str, Sequence[Any]]) -> None:
        """Take note of the locations a chunk covers and keep its numbers for the day."""
        batch, table = self._batch, schema.stock_history
        new = set(columns["location"]) - self._locations
        self._locations |= new
        self._zones |= self._load_zones(new)
        size = len(columns["sku"])
        empty: list[Any] = [None] * size
        on_hand, held = columns.get("on_hand", empty), columns.get("held", empty)
        allocated, available = columns.get("allocated", empty), columns.get("available", empty)
        rows = {
            (sku, location): {
                "sku": sku,
                "location": location,
                "on_day": self._days.of(batch.source_time, self._zones[location]),
                "on_hand": on_hand[place],
                "available": _available(available[place], on_hand[place], allocated[place], held[place]),
                "source_time": batch.source_time,
                "batch_id": batch.id,
            }
            for place, (sku, location) in enumerate(zip(columns["sku"], columns["location"], strict=True))
        }
        key = ["sku", "location", "on_day"]
        batch.kept.keyed(table, key, list(rows.values()))
        dialect.upsert_newer(batch.conn, table, list(rows.values()), key, "source_time")
        self._report(list(rows.values()))

    def _report(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep what this feed says beside what others say of the same SKU and location."""
        of_feed = {"source": self._source, "channel": self._channel, "told_by": self._told_by}
        said = [{**of_feed, **{name: value for name, value in row.items() if name != "on_day"}} for row in rows]
        key = ["source", "channel", "sku", "location"]
        self._batch.kept.keyed(schema.stock_reports, key, said)
        dialect.upsert_newer(self._batch.conn, schema.stock_reports, said, key, "source_time")

    def _load_zones(self, locations: set[str]) -> dict[str, str]:
        table = schema.locations
        statement = select(table.c.key, table.c.time_zone).where(table.c.key.in_(locations))
        known = {row[0]: row[1] for row in self._batch.conn.execute(statement)}
        return {location: known.get(location) or "UTC" for location in locations}

    def finish(self) -> None:
        """List exactly what the newest snapshot of this feed lists at each location."""
        _list_newest(self._batch, schema.stock_levels, "location", self._locations)


class ListingSnapshot:
    """One file's snapshot of what channels offer."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._channels: set[str] = set()

    def add(self, columns: dict[str, Sequence[Any]]) -> None:
        """Take note of the channels a chunk covers."""
        self._channels |= set(columns["channel"])

    def finish(self) -> None:
        """List exactly what the newest snapshot of this feed lists on each channel."""
        _list_newest(self._batch, schema.listings, "channel", self._channels)


def _list_newest(batch: Batch, table: Table, scope: str, scopes: set[str]) -> None:
    """Note the snapshot per location or channel, and list the feed's rows that its newest snapshot has."""
    source, channel = _feed(batch)
    key = ["source", "channel", "location"]
    for place in sorted(scopes):
        of = {"channel": channel, "location": place} if scope == "location" else {"channel": place, "location": ""}
        row = {"source": source, **of, "source_time": batch.source_time, "batch_id": batch.id}
        batch.kept.keyed(schema.snapshots, key, [row])
        dialect.upsert_newer(batch.conn, schema.snapshots, [row], key, "source_time")
        _list(batch, table, scope, place, (source, channel))


def _list(batch: Batch, table: Table, scope: str, place: str, feed: tuple[str, str]) -> None:
    """List those rows of a feed at a location or on a channel that its newest snapshot of it has."""
    batches, newest = schema.batches, schema.snapshots
    source, channel = feed
    of = (channel, place) if scope == "location" else (place, "")
    time = batch.conn.execute(
        select(newest.c.source_time).where(
            newest.c.source == source, newest.c.channel == of[0], newest.c.location == of[1]
        )
    ).scalar()
    if time is None:
        return
    theirs = select(batches.c.id).where(batches.c.source == source, func.coalesce(batches.c.channel, "") == channel)
    current = table.c.source_time >= time
    wrong = or_(and_(current, table.c.listed.is_(False)), and_(~current, table.c.listed.is_(True)))
    mine = or_(table.c.batch_id.in_(theirs), table.c.batch_id == batch.id)
    batch.conn.execute(update(table).where(table.c[scope] == place, mine, wrong).values(listed=~table.c.listed))


def list_again(batch: Batch, places: Collection[tuple[str, str]]) -> None:
    """List what the newest snapshots have, after snapshots were taken back; ``places`` are (table, place)."""
    batches = schema.batches
    for name, place in sorted(places):
        table = schema.metadata.tables[name]
        scope = "location" if name == "stock_levels" else "channel"
        statement = (
            select(batches.c.source, func.coalesce(batches.c.channel, ""))
            .select_from(table.join(batches, batches.c.id == table.c.batch_id))
            .where(table.c[scope] == place)
            .distinct()
        )
        for source, channel in batch.conn.execute(statement).all():
            _list(batch, table, scope, place, (source, channel))


def _feed(batch: Batch) -> tuple[str, str]:
    batches = schema.batches
    row = batch.conn.execute(select(batches.c.source, batches.c.channel).where(batches.c.id == batch.id)).first()
    return (row[0], row[1] or "") if row else (batch.source_of(batch.id), "")


SNAPSHOTS: Mapping[str, Callable[[Batch], Snapshot]] = {
    "stock_levels": StockSnapshot,
    "listings": ListingSnapshot,
}


def _available(said: float | None, on_hand: float | None, allocated: float | None, held: float | None) -> float | None:
    """Available = on hand − allocated − held where the file does not say it."""
    if said is not None or on_hand is None:
        return said
    return on_hand - (allocated or 0.0) - (held or 0.0)
