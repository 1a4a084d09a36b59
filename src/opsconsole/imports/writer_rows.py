"""Writing a chunk of records of one kind: new rows in bulk, known ones merged and changed in bulk."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from sqlalchemy import BigInteger, Table, select

from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_merge import NOTHING_SAID, Known, Merged, Merger, fold
from opsconsole.imports.writer_repeats import Saying, repeated
from opsconsole.imports.writer_statuses import Noted, Said, note
from opsconsole.store import dialect

Key = tuple[Any, ...]
NOBODY = -1


@dataclass
class Rows:
    """A chunk ready to be written: ``keys[i]`` are the values of ``key_names``, ``data[j][i]`` that of ``names[j]``."""

    kind: str
    table: Table
    key_names: tuple[str, ...]
    names: tuple[str, ...]
    columns: tuple[str, ...]  # every column of the table that records of the kind can fill (none where nothing merges)
    keys: list[Key]
    data: list[Sequence[Any]]
    times: list[int]
    merges: bool = True  # whether a row with the same key can differ at all

    def values(self) -> Iterator[tuple[Any, ...]]:
        """Row by row the values of ``names``."""
        return zip(*self.data, strict=True) if self.data else repeat((), len(self.keys))


@dataclass
class Outcome:
    """Ids and keys of the rows that are new, and of those that changed.

    ``known`` are those that were there, changed or not; ``repeated`` the keys that several records of the chunk had.
    """

    inserted: dict[Key, int] = field(default_factory=dict)
    updated: dict[Key, int] = field(default_factory=dict)
    known: Mapping[Key, int] = field(default_factory=dict)
    repeated: Sequence[Key] = ()

    def changed_keys(self) -> list[Key]:
        """Keys of all rows that are new or changed."""
        return [*self.inserted, *self.updated]


@dataclass
class _Found:
    id: int
    version: int
    stub: str | None
    seen: str | None
    known: Known


def write_rows(batch: Batch, rows: Rows) -> Outcome:
    """Insert what is new, merge what is known; counts go to the batch."""
    outcome = Outcome(repeated=_fold(rows))
    names = rows.names if rows.merges else ()
    merger = Merger(rows.columns, names, batch.source_of, lambda batch_id: batch.fields_of(rows.kind, batch_id))
    found, known = _existing(batch, rows, merger)
    outcome.known = known
    if found:
        _merge(batch, rows, merger, found, outcome)
    fresh = [position for position, key in enumerate(rows.keys) if key not in known] if known else range(len(rows.keys))
    outcome.inserted.update(_insert(batch, rows, fresh))
    counts = batch.counts(rows.kind)
    counts.inserted += len(outcome.inserted)
    counts.updated += len(outcome.updated)
    counts.unchanged += len(rows.keys) - len(outcome.inserted) - len(outcome.updated)
    if batch.keep_ids:
        touched = outcome.inserted.keys() | outcome.updated.keys()
        same = [row_id for key, row_id in known.items() if key not in touched]
        batch.note_ids(rows.kind, outcome.inserted.values(), outcome.updated.values(), same)
    return outcome


def _merge(batch: Batch, rows: Rows, merger: Merger, found: Mapping[Key, "_Found"], outcome: Outcome) -> None:
    """Change the known rows where a record says something new."""
    changes: list[tuple[_Found, Merged]] = []
    statuses = _Statuses(rows)
    for key, values, at in zip(rows.keys, rows.values(), rows.times, strict=True):
        row = found.get(key)
        if row is None:
            continue
        if row.stub is not None:
            # A stub knows nothing: what its own file says is the whole row.
            changes.append((row, Merged(values, at, batch.id, None)))
            outcome.inserted[key] = row.id
            continue
        statuses.note(batch, row, values, at)
        merged = merger.merge(row.known, values if rows.merges else (), at, batch.id)
        if merged is not None:
            changes.append((row, merged))
            if merged.values is not None:
                outcome.updated[key] = row.id
    _update(batch, rows, changes, statuses.texts)


class _Statuses:
    """Which statuses files said of orders and when, noted beside the values: an older file counts here, too."""

    def __init__(self, rows: Rows) -> None:
        self.texts: dict[int, str | None] = {}
        self._noted: dict[tuple[Any, ...], Noted | None] = {}  # most orders say the same as others
        said = "status_seen_json" in rows.table.c and "status" in rows.names
        self._place = rows.names.index("status") if said else None
        self._known = rows.columns.index("status") if said else 0

    def note(self, batch: Batch, row: "_Found", values: Sequence[Any], at: int) -> None:
        """Take note of what a record says of a known order."""
        if self._place is None or values[self._place] is None:
            return
        known = row.known
        order = Said(known.values[self._known], known.source_time, known.field_sources_json, row.seen)
        asked = (*order, values[self._place], at)
        if asked not in self._noted:
            self._noted[asked] = note(order, values[self._place], at)
        noted = self._noted[asked]
        if noted is not None:
            self.texts[row.id] = noted.text
            if noted.moved:
                batch.touched.add(row.id)


def _fold(rows: Rows) -> Sequence[Key]:
    """Make every key occur once; returns those that did not."""
    if len(set(rows.keys)) == len(rows.keys):
        return ()
    places: dict[Key, list[int]] = defaultdict(list)
    for position, key in enumerate(rows.keys):
        places[key].append(position)
    every = list(rows.values())
    folded = [fold([every[p] for p in positions], [rows.times[p] for p in positions]) for positions in places.values()]
    rows.keys = list(places)
    rows.data = list(zip(*[values for values, _ in folded], strict=True))
    rows.times = [at for _, at in folded]
    return [key for key, positions in places.items() if len(positions) > 1]


def _existing(batch: Batch, rows: Rows, merger: Merger) -> tuple[dict[Key, _Found], dict[Key, int]]:
    """The known rows about which a record may say something, and the ids of all that are known."""
    table = rows.table
    keys = rows.keys
    if rows.key_names[0] == "order_fk":  # no row belongs to an order that is new, but those of this batch itself
        bare = batch.orders_without(rows.kind)
        keys = [key for key in keys if key[0] < bare]
    if not keys or batch.conn.execute(select(table.c.id).limit(1)).first() is None:
        return {}, {}
    ids = _repeated(batch, rows, keys, merger) if rows.merges else {}
    keys = [key for key in keys if key not in ids] if ids else keys
    return (_read(batch, rows, keys, merger, ids), ids) if keys else ({}, ids)


def _read(batch: Batch, rows: Rows, keys: Sequence[Key], merger: Merger, ids: dict[Key, int]) -> dict[Key, _Found]:
    """The rows with these keys about which a record may say something; the ids of all of them come to ``ids``."""
    table = rows.table
    wanted = dialect.key_set(
        batch.conn,
        {name: [key[index] for key in keys] for index, name in enumerate(rows.key_names)},
        {name: table.c[name].type for name in rows.key_names if isinstance(table.c[name].type, BigInteger)},
    )
    on = [wanted.c[name] == table.c[name] for name in rows.key_names]
    more = [table.c[name] for name in ("stub", "status_seen_json") if name in table.c]
    statement = select(
        table.c.id,
        table.c.version,
        table.c.source_time,
        table.c.batch_id,
        table.c.field_sources_json,
        *[table.c[name] for name in rows.key_names],
        *[table.c[name] for name in rows.columns],
        *more,
    ).select_from(wanted.join(table, _all(on)))
    first = 5 + len(rows.key_names)
    last = first + len(rows.columns)
    said = dict(zip(rows.keys, zip(rows.values(), rows.times, strict=True), strict=True))
    found: dict[Key, _Found] = {}
    for row in batch.conn.execute(statement).all():
        key, known = row[5:first], Known(row[first:last], *row[2:5])
        ids[key] = row[0]
        stub, seen = row[last:] if more else (None, None)
        values, at = said[key]
        if stub is None and seen is None and merger.repeats(known, values if rows.merges else (), at):
            continue
        if known.field_sources_json == NOTHING_SAID:
            known.batch_id, known.field_sources_json = NOBODY, None
        found[key] = _Found(row[0], row[1], stub, seen, known)
    return found


def _repeated(batch: Batch, rows: Rows, keys: Sequence[Key], merger: Merger) -> dict[Key, int]:
    """Ids of the known rows that the records with these keys repeat."""
    columns, times = dict(zip(rows.names, rows.data, strict=True)), rows.times
    if len(keys) < len(rows.keys):
        wanted = set(keys)
        places = [place for place, key in enumerate(rows.keys) if key in wanted]
        columns = {name: [values[place] for place in places] for name, values in columns.items()}
        times = [times[place] for place in places]
    found = repeated(batch, rows.table, rows.key_names, keys, Saying(columns, times), merger)
    return {keys[place]: row_id for place, row_id in found.items()}


def _all(conditions: Sequence[Any]) -> Any:
    together = conditions[0]
    for condition in conditions[1:]:
        together = together & condition
    return together


def _insert(batch: Batch, rows: Rows, fresh: Sequence[int]) -> dict[Key, int]:
    if not fresh:
        return {}
    ids = dialect.next_ids(batch.conn, rows.table, len(fresh))
    batch.kept.inserted(rows.table.name, ids)
    keys, data, times = rows.keys, rows.data, rows.times
    if len(fresh) < len(keys):
        keys, times = [keys[place] for place in fresh], [times[place] for place in fresh]
        data = [[values[place] for place in fresh] for values in data]
    columns: dict[str, Sequence[Any]] = {"id": ids}
    columns |= zip(rows.key_names, zip(*keys, strict=True), strict=True)
    columns |= zip(rows.names, data, strict=True)
    if rows.kind == "orders":
        columns |= batch.new_order_columns(columns, times, ids)
    columns |= {"source_time": times, "batch_id": [batch.id] * len(ids)}
    if "changed_at" in rows.table.c:
        columns["changed_at"] = [batch.now] * len(ids)
    dialect.bulk_insert(batch.conn, rows.table, columns)
    if rows.key_names[0] == "order_fk":
        batch.note_rows(rows.kind, max(columns["order_fk"]))
    return dict(zip(keys, ids, strict=True))


def _update(batch: Batch, rows: Rows, changes: Sequence[tuple[_Found, Merged]], seen: Mapping[int, str | None]) -> None:
    changed = [(row, merged) for row, merged in changes if merged.values is not None]
    stub = "stub" in rows.table.c
    columns: dict[str, list[Any]] = {
        name: [merged.values[index] for _, merged in changed if merged.values is not None]
        for index, name in enumerate(rows.names)
    }
    columns["version"] = [row.version + 1 for row, _ in changed]
    if stub:
        columns["stub"] = [None] * len(changed)
    confirmed = [(row, merged) for row, merged in changes if merged.values is None]
    rest = seen.keys() - {row.id for row, _ in changes}
    more = [name for name in ("stub", "status_seen_json") if name in rows.table.c]
    batch.kept.before(rows.table, [row.id for row, _ in changed], [*rows.names, *more])
    batch.kept.before(rows.table, [*(row.id for row, _ in confirmed), *rest], more)
    groups: tuple[tuple[list[tuple[_Found, Merged]], dict[str, list[Any]]], ...] = ((changed, columns), (confirmed, {}))
    for group, own in groups:
        if seen:
            own["status_seen_json"] = [seen.get(row.id, row.seen) for row, _ in group]
        _write(batch, rows.table, group, own)
    dialect.bulk_update(batch.conn, rows.table, list(rest), {"status_seen_json": [seen[row_id] for row_id in rest]})


def _write(batch: Batch, table: Table, changes: Sequence[tuple[_Found, Merged]], columns: dict[str, list[Any]]) -> None:
    origins: dict[str, Callable[[Merged], Any]] = {
        "source_time": lambda merged: merged.source_time,
        "batch_id": lambda merged: merged.batch_id,
        "field_sources_json": lambda merged: merged.field_sources_json,
    }
    for name, value in origins.items():
        columns[name] = [value(merged) for _, merged in changes]
    dialect.bulk_update(batch.conn, table, [row.id for row, _ in changes], columns)
