"""Since when an order has had its status: its own steps say it, else what files said at which time.

Per status the oldest and the newest source time at which a file said it are kept (``orders.status_seen_json``), so that
files in any order end in the same answer. NULL stands for one saying: the present status at its own source time.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_rows import Rows
from opsconsole.store import dialect, schema

Seen = dict[str, list[int]]  # status -> oldest and newest source time


def note_statuses(batch: Batch, rows: Rows) -> None:
    """Remember which statuses a file's orders have; call it before they are written. Each key must occur once."""
    if "status" not in rows.names:
        return
    place = rows.names.index("status")
    said = {
        key: (values[place], at)
        for key, values, at in zip(rows.keys, rows.values, rows.times, strict=True)
        if values[place] is not None
    }
    new: list[tuple[int, str | None]] = []
    for row in _known(batch, list(said)):
        before = seen_of(row)
        status, at = said[row.channel, row.order_id]
        after = dict(before)
        oldest, newest = before.get(status, (at, at))
        after[status] = [min(oldest, at), max(newest, at)]
        if after == before:
            continue
        new.append((row.id, _text(after)))
        if since_seen(row.status, before) != since_seen(row.status, after):
            batch.touched.add(row.id)
    columns = {"status_seen_json": [text for _, text in new]}
    dialect.bulk_update(batch.conn, schema.orders, [row_id for row_id, _ in new], columns)


def _known(batch: Batch, keys: list[tuple[Any, ...]]) -> list[Any]:
    orders = schema.orders
    if not keys or batch.conn.execute(select(orders.c.id).limit(1)).first() is None:
        return []
    wanted = dialect.key_set(batch.conn, {"channel": [key[0] for key in keys], "order_id": [key[1] for key in keys]})
    on = (orders.c.channel == wanted.c.channel) & (orders.c.order_id == wanted.c.order_id)
    names = ("id", "channel", "order_id", "status", "source_time", "field_sources_json", "status_seen_json")
    statement = select(*[orders.c[name] for name in names]).select_from(wanted.join(orders, on))
    return list(batch.conn.execute(statement.where(orders.c.stub.is_(None))).all())


def seen_of(row: Any) -> Seen:
    """What files said of an order's status so far."""
    if row.status_seen_json:
        found: Seen = json.loads(row.status_seen_json)
        return found
    if row.status is None:
        return {}
    own: Mapping[str, list[int]] = json.loads(row.field_sources_json) if row.field_sources_json else {}
    at = own["status"][0] if "status" in own else row.source_time
    return {row.status: [at, at]}


def _text(seen: Seen) -> str | None:
    only = next(iter(seen.values())) if len(seen) == 1 else None
    if only is not None and only[0] == only[1]:
        return None
    return json.dumps(seen, sort_keys=True, separators=(",", ":"))


def since_seen(status: str | None, seen: Seen) -> int | None:
    """First time a file said the status, but not before the last time one said another."""
    if status is None or status not in seen:
        return None
    others = [newest for other, (_, newest) in seen.items() if other != status]
    # Another word said later than this one's last was of a weaker source: it ended nothing.
    first, last = seen[status]
    return max([first, *(other for other in others if other <= last)])
