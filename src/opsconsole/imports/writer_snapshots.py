"""Snapshots of stock: what a newer one leaves out left the list, and each day keeps what its last one said."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_days import Days
from opsconsole.store import dialect, schema


class Snapshot:
    """One file's snapshot of stock, gathered chunk by chunk."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._days = Days()
        self._zones: dict[str, str] = {}
        self._locations: set[str] = set()

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
        dialect.upsert_newer(batch.conn, table, list(rows.values()), ["sku", "location", "on_day"], "source_time")

    def _load_zones(self, locations: set[str]) -> dict[str, str]:
        table = schema.locations
        statement = select(table.c.key, table.c.time_zone).where(table.c.key.in_(locations))
        known = {row[0]: row[1] for row in self._batch.conn.execute(statement)}
        return {location: known.get(location) or "UTC" for location in locations}

    def finish(self) -> None:
        """Note the snapshot per location and list exactly what the newest one of this feed lists."""
        batch, stock = self._batch, schema.stock_levels
        source, channel = self._feed()
        rows = [
            {"source": source, "channel": channel, "location": location, "source_time": batch.source_time}
            for location in sorted(self._locations)
        ]
        key = ["source", "channel", "location"]
        dialect.upsert_newer(batch.conn, schema.snapshots, rows, key, "source_time")
        batches, newest = schema.batches, schema.snapshots
        feed = select(batches.c.id).where(batches.c.source == source, func.coalesce(batches.c.channel, "") == channel)
        for location in sorted(self._locations):
            time = batch.conn.execute(
                select(newest.c.source_time).where(
                    newest.c.source == source, newest.c.channel == channel, newest.c.location == location
                )
            ).scalar_one()
            current = stock.c.source_time >= time
            wrong = or_(and_(current, stock.c.listed.is_(False)), and_(~current, stock.c.listed.is_(True)))
            mine = or_(stock.c.batch_id.in_(feed), stock.c.batch_id == batch.id)
            batch.conn.execute(
                update(stock).where(stock.c.location == location, mine, wrong).values(listed=~stock.c.listed)
            )

    def _feed(self) -> tuple[str, str]:
        batches = schema.batches
        row = self._batch.conn.execute(
            select(batches.c.source, batches.c.channel).where(batches.c.id == self._batch.id)
        ).first()
        return (row[0], row[1] or "") if row else (self._batch.source_of(self._batch.id), "")


def _available(said: float | None, on_hand: float | None, allocated: float | None, held: float | None) -> float | None:
    """Available = on hand − allocated − held where the file does not say it."""
    if said is not None or on_hand is None:
        return said
    return on_hand - (allocated or 0.0) - (held or 0.0)
