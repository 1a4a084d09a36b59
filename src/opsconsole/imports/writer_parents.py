"""Finding the rows that records belong to, and making the ones whose own file has not come yet."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Table, select

from opsconsole.imports.writer_batch import UNKNOWN_CHANNEL, Batch
from opsconsole.imports.writer_merge import NOTHING_SAID
from opsconsole.store import dialect, schema

Named = tuple[str | None, str]  # channel (None: the file does not say), order id or number

_ONE_ORDER = "an order of one channel only; name the channel of this file"


def find_orders(batch: Batch, kind: str, named: Sequence[Named], lines: Sequence[int]) -> list[int | None]:
    """Order ids of records that name an order; None where the name fits several orders (rejected).

    With a channel: the order id, else the order number within that channel. Without: both over all channels. What
    fits nothing becomes a stub.
    """
    quickly = list(map(batch.known_orders.get, named))
    if None not in quickly:
        return quickly
    wanted = dict.fromkeys(named)
    found = {name: batch.known_orders[name] for name in wanted if name in batch.known_orders}
    several: set[Named] = set()
    keyed = [name for name in wanted if name[0] is not None and name not in found]
    _by_key(batch, keyed, found)
    _by_number(batch, [name for name in keyed if name not in found], found, several)
    _anywhere(batch, [name for name in wanted if name[0] is None], found, several)
    _make_stubs(batch, [name for name in wanted if name not in found and name not in several], found)
    for name, line in zip(named, lines, strict=True):
        if name in several:
            batch.reject(kind, line, "order_id", name[1], _ONE_ORDER)
    return [found.get(name) for name in named]


def _by_key(batch: Batch, named: Collection[Named], found: dict[Named, int]) -> None:
    table = schema.orders
    if not named:
        return
    keys = dialect.key_set(
        batch.conn, {"channel": [channel for channel, _ in named], "order_id": [order for _, order in named]}
    )
    on = (table.c.channel == keys.c.channel) & (table.c.order_id == keys.c.order_id)
    statement = select(keys.c.channel, keys.c.order_id, table.c.id).select_from(keys.join(table, on))
    for channel, order, row_id in batch.conn.execute(statement):
        found[channel, order] = row_id


def _by_number(batch: Batch, named: Collection[Named], found: dict[Named, int], several: set[Named]) -> None:
    table = schema.orders
    if not named:
        return
    keys = dialect.key_set(
        batch.conn, {"channel": [channel for channel, _ in named], "number": [order for _, order in named]}
    )
    # A computed channel: SQLite would walk all orders of the channel for each number by the key's index.
    on = (table.c.order_number == keys.c.number) & (table.c.channel.concat("") == keys.c.channel)
    statement = select(keys.c.channel, keys.c.number, table.c.id).select_from(keys.join(table, on))
    fits: dict[Named, set[int]] = defaultdict(set)
    for channel, number, row_id in batch.conn.execute(statement):
        fits[channel, number].add(row_id)
    _choose(fits, found, several)


def _anywhere(batch: Batch, named: Collection[Named], found: dict[Named, int], several: set[Named]) -> None:
    """Orders that somebody described go before stubs; two of either are one too many."""
    table = schema.orders
    if not named:
        return
    described: dict[Named, set[int]] = defaultdict(set)
    stubs: dict[Named, set[int]] = defaultdict(set)
    keys = dialect.key_set(batch.conn, {"name": [order for _, order in named]})
    for column in (table.c.order_id, table.c.order_number):
        statement = select(keys.c.name, table.c.id, table.c.stub).select_from(keys.join(table, column == keys.c.name))
        for name, row_id, stub in batch.conn.execute(statement):
            (described if stub is None else stubs)[None, name].add(row_id)
    _choose(described, found, several)
    _choose({name: ids for name, ids in stubs.items() if name not in described}, found, several)


def _choose(fits: dict[Named, set[int]], found: dict[Named, int], several: set[Named]) -> None:
    for name, ids in fits.items():
        if len(ids) == 1:
            found[name] = next(iter(ids))
        else:
            several.add(name)


def _make_stubs(batch: Batch, named: Sequence[Named], found: dict[Named, int]) -> None:
    """Make the orders that only other records know, so that nothing waits for their own file."""
    if not named:
        return
    # The same order may be named with its channel and without it.
    guessed = batch.default_channel or UNKNOWN_CHANNEL
    places: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for channel, order in named:
        places[channel or guessed, order].append((channel, order))
    known: dict[Named, int] = {}
    _by_key(batch, list(places), known)
    new = [place for place in places if place not in known]
    batch.note_keys("channels", {channel for channel, _ in new})
    ids = dialect.next_ids(batch.conn, schema.orders, len(new))
    batch.note_new_orders(ids)
    kinds = ["guessed" if all(channel is None for channel, _ in places[place]) else "keyed" for place in new]
    columns: dict[str, Sequence[Any]] = {
        "id": ids,
        "channel": [channel for channel, _ in new],
        "order_id": [order for _, order in new],
        "stub": kinds,
        "source_time": [0] * len(new),
        "batch_id": [batch.id] * len(new),
        "field_sources_json": [NOTHING_SAID] * len(new),
        "changed_at": [batch.now] * len(new),
    }
    if new:
        batch.kept.inserted("orders", ids)
        dialect.bulk_insert(batch.conn, schema.orders, columns)
    known.update(zip(new, ids, strict=True))
    for place, names in places.items():
        for name in names:
            found[name] = known[place]
    batch.touched.update(ids)
    batch.written_orders.update(ids)


def find_purchase_orders(batch: Batch, numbers: Sequence[str]) -> list[int]:
    """Purchase order ids by number, made where missing."""
    found = _find_or_make(batch, schema.purchase_orders, {"po_number": list(dict.fromkeys(numbers))})
    return [found[(number,)] for number in numbers]


def find_purchase_order_lines(batch: Batch, numbers: Sequence[str], line_ids: Sequence[str]) -> list[int]:
    """Purchase order line ids by purchase order number and line id, made where missing."""
    orders = find_purchase_orders(batch, numbers)
    keys = list(dict.fromkeys(zip(orders, line_ids, strict=True)))
    columns: dict[str, list[Any]] = {
        "purchase_order_fk": [order for order, _ in keys],
        "line_id": [line for _, line in keys],
    }
    found = _find_or_make(batch, schema.purchase_order_lines, columns)
    return [found[key] for key in zip(orders, line_ids, strict=True)]


def _find_or_make(batch: Batch, table: Table, columns: dict[str, list[Any]]) -> dict[tuple[Any, ...], int]:
    names = list(columns)
    wanted = list(zip(*columns.values(), strict=True))
    if not wanted:
        return {}
    keys = dialect.key_set(batch.conn, columns, {name: table.c[name].type for name in names if name.endswith("_fk")})
    on = keys.c[names[0]] == table.c[names[0]]
    for name in names[1:]:
        on = on & (keys.c[name] == table.c[name])
    statement = select(*[keys.c[name] for name in names], table.c.id).select_from(keys.join(table, on))
    found = {tuple(row[:-1]): int(row[-1]) for row in batch.conn.execute(statement)}
    new = [key for key in wanted if key not in found]
    if new:
        ids = dialect.next_ids(batch.conn, table, len(new))
        batch.kept.inserted(table.name, ids)
        rows: dict[str, Sequence[Any]] = {
            "id": ids,
            **{name: [key[index] for key in new] for index, name in enumerate(names)},
            "source_time": [0] * len(new),
            "batch_id": [batch.id] * len(new),
            "field_sources_json": [NOTHING_SAID] * len(new),
        }
        dialect.bulk_insert(batch.conn, table, rows)
        found.update(zip(new, ids, strict=True))
    return found
