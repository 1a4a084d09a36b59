"""Undoing a batch: rows and values as they were before it, as far as nobody has written them since.

A value is put back where the batch is its last writer; what it inserted goes unless others hang on it. Rows that no
newer batch touched are put back as they were, whole columns at a time; the rest value by value. What follows from the
rows (promises, links, listings) is worked out again.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Table, Text, and_, delete, select, tuple_, update

from opsconsole.imports.records import KINDS
from opsconsole.imports.writer import follow
from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_kept import CHANGED, DELETED, INSERTED, KEYED, ORIGINS
from opsconsole.imports.writer_kinds import key_of
from opsconsole.imports.writer_mentions import MENTIONING, naming
from opsconsole.imports.writer_merge import NOTHING_SAID
from opsconsole.imports.writer_snapshots import list_again
from opsconsole.imports.writer_undo_docs import Doc, Docs
from opsconsole.imports.writer_undo_rows import forget_names, note, remove, sweep_stubs
from opsconsole.imports.writer_undo_statuses import Sayings
from opsconsole.imports.writer_undo_values import Values, speaks_of
from opsconsole.store import dialect, schema

_NO_VALUES = frozenset({"id", *ORIGINS, "stub", "status_seen_json", "order_fk"})


@dataclass
class Undone:
    """Ids by table: rows deleted, kept as a mere name, put back, and left to the newer batch that wrote them."""

    removed: dict[str, list[int]] = field(default_factory=dict)
    emptied: dict[str, list[int]] = field(default_factory=dict)
    restored: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    stays: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))


def undo_batch(batch: Batch, undone_id: int, newer: Sequence[int], undone: Collection[int]) -> Undone:
    """Take a batch back inside the transaction of ``batch`` (the batch of the undoing itself).

    ``newer`` are the batches after it that are in force, in their order; ``undone`` those that were taken back before
    and whose rows are still kept.
    """
    return _Undoing(batch, Docs(batch.conn, undone_id, newer, undone)).run()


class _Undoing:
    def __init__(self, batch: Batch, docs: Docs) -> None:
        self._batch = batch
        self._docs = docs
        self._conn = batch.conn
        self._result = Undone()
        self._orders: dict[int, int] = {}  # numbers of orders that were deleted -> those they have now
        self._removable: dict[str, list[int]] = defaultdict(list)
        self._stubs: dict[str, set[int]] = defaultdict(set)  # names again, on which nothing may hang any more

    def run(self) -> Undone:
        """Everything, in the order that keeps every row hanging on another."""
        places = self._keyed()
        for table in self._known(DELETED):
            self._put_back(table)
        for table in self._known(CHANGED):
            self._change_back(table)
        for table in schema.metadata.sorted_tables:
            if table.name in KINDS:
                self._take_out(table)
        for table in self._known(INSERTED):
            self._take_away(table)
        gone = {name: ids for name, ids in self._removable.items() if ids}
        self._result.removed, self._result.emptied = remove(self._batch, gone)
        self._stubs["orders"].update(self._orders.values())
        sweep_stubs(self._batch, self._stubs)
        if "orders" in gone:
            for name in MENTIONING:
                self._batch.mentions[name].update(naming(self._batch, schema.metadata.tables[name]))
        follow(self._batch, adopt=bool(self._docs.newer))
        list_again(self._batch, places)
        for name in ("channels", "locations"):
            made = self._docs.made(name)
            forgotten = set(forget_names(self._batch, name, made))
            self._docs.hand_on(name, [key for key in made if key not in forgotten])
        return self._result

    def _known(self, what: str) -> list[Table]:
        """Tables in which the batch did something, parents first."""
        wanted = set(self._docs.tables(what))
        return [table for table in schema.metadata.sorted_tables if table.name in wanted]

    # --- rows that the batch deleted: stubs that had found their order ------------------------------------------------

    def _put_back(self, table: Table) -> None:
        for doc in self._docs.docs(table.name, DELETED):
            for place, row_id in enumerate(doc["id"]):
                row = {name: values[place] for name, values in doc.items()}
                if not self._docs.is_own(table.name, row_id):
                    self._put_back_one(table, row, lost=speaks_of(doc, place, self._docs.undone))

    def _put_back_one(self, table: Table, row: dict[str, Any], *, lost: bool) -> None:
        """One row, under its number where that is free; one that only an undone batch knew stays away."""
        if table is not schema.orders:
            row["order_fk"] = self._orders.get(row["order_fk"], row["order_fk"])
            if lost:
                return
        old, key = row["id"], list(key_of(table.name))
        same = [table.c[name] == row[name] for name in key]
        there = self._conn.execute(select(table.c.id).where(*same)).scalar()
        if there is None:
            if self._conn.execute(select(table.c.id).where(table.c.id == old)).first() is not None:
                row["id"] = dialect.next_ids(self._conn, table, 1)[0]
            if "shipment_fk" in row:
                row["shipment_fk"] = None
            self._conn.execute(table.insert().values(**row))
            there = row["id"]
            note(self._batch, table, [there])
        if table is schema.orders:
            self._orders[old] = there
            self._batch.note_keys("channels", {row["channel"]})

    # --- rows that the batch changed ----------------------------------------------------------------------------------

    def _change_back(self, table: Table) -> None:
        touched, newly = self._docs.touched(table.name), self._docs.newly(table.name)
        images: dict[int, dict[str, Any]] = {}
        restored: set[int] = set()
        for doc in self._docs.docs(table.name, CHANGED, newest_first=True):
            self._batch.step(len(doc["id"]), "Putting rows back")
            plain = []
            for place, row_id in enumerate(doc["id"]):
                if row_id in newly or self._docs.is_own(table.name, row_id):
                    continue
                if row_id in touched or speaks_of(doc, place, self._docs.undone):
                    image = {name: values[place] for name, values in doc.items() if name != "id"}
                    images[row_id] = {**images.get(row_id, {}), **image}
                else:
                    plain.append(place)
            self._write_back(table, doc, plain)
            if doc.keys() - _NO_VALUES:
                restored.update(doc["id"][place] for place in plain)
        self._result.restored[table.name] += sorted(restored)
        if images:
            self._settle(table, images)

    def _take_out(self, table: Table) -> None:
        """Values that went over to other rows since: a newer batch found the order of the row that had them."""
        for newer in self._docs.newer:
            deleted = self._docs.docs(table.name, DELETED, of=newer)
            if any(speaks_of(doc, place, {self._docs.batch_id}) for doc in deleted for place in range(len(doc["id"]))):
                found = self._docs.images(newer, table.name)
                images = {row_id: {k: v for k, v in row.items() if k != "order_fk"} for row_id, row in found.items()}
                self._settle(table, images)

    def _write_back(self, table: Table, doc: Doc, places: Sequence[int]) -> None:
        if not places:
            return
        ids = [doc["id"][place] for place in places]
        note(self._batch, table, ids)
        columns = {name: [values[place] for place in places] for name, values in doc.items() if name != "id"}
        if "order_fk" in columns:
            columns["order_fk"] = [self._orders.get(order, order) for order in columns["order_fk"]]
        # What was there before may hold what a batch said that was undone since.
        sayings = Sayings(self._batch, self._docs, ids if table is schema.orders and self._docs.undone else ())
        dialect.bulk_update(self._conn, table, ids, columns)
        sayings.settle()
        if doc.keys() - _NO_VALUES:
            self._newer_version(table, ids)
        note(self._batch, table, ids)

    def _newer_version(self, table: Table, ids: Sequence[int]) -> None:
        with dialect.id_set(self._conn, ids) as wanted:
            of = table.c.id.in_(select(wanted.c.id))
            self._conn.execute(update(table).where(of).values(version=table.c.version + 1))

    def _settle(self, table: Table, images: Mapping[int, Mapping[str, Any]]) -> None:
        """Rows that others have written since: value by value."""
        if table.name not in KINDS:
            return
        moved = {row_id: image["order_fk"] for row_id, image in images.items() if "order_fk" in image}
        self._move_back(table, moved)
        sayings = Sayings(self._batch, self._docs, images if table is schema.orders else ())
        settled = Values(self._batch, self._docs, table).settle(
            list(images), {row_id: dict(image) for row_id, image in images.items()}
        )
        self._write_settled(table, settled.changed)
        stubs = [i for i in settled.emptied if images[i].get("field_sources_json") == NOTHING_SAID]
        for row_id in stubs:
            values = {**dict.fromkeys(Values(self._batch, self._docs, table).columns), **_origins(images[row_id])}
            if "stub" in table.c:
                values |= {"stub": images[row_id].get("stub"), "status_seen_json": None}
            self._conn.execute(update(table).where(table.c.id == row_id).values(**values))
        note(self._batch, table, stubs)
        self._stubs[table.name].update(stubs)
        sayings.settle()
        self._removable[table.name] += [row_id for row_id in settled.emptied if row_id not in stubs]
        touched = self._docs.touched(table.name)
        self._result.restored[table.name] += [*settled.changed, *stubs]
        self._result.stays[table.name].update({i: touched[i] for i in settled.kept if i in touched})

    def _move_back(self, table: Table, moved: Mapping[int, int]) -> None:
        """Hang rows on the stubs they came from, unless a newer batch moved them too."""
        again = {
            row_id
            for newer in self._docs.newer
            for row_id, image in self._docs.images(newer, table.name, moved.keys()).items()
            if "order_fk" in image
        }
        ids = [row_id for row_id in moved if row_id not in again]
        to = {i: self._orders.get(moved[i], moved[i]) for i in ids}
        there = set(self._conn.execute(select(schema.orders.c.id).where(schema.orders.c.id.in_(to.values()))).scalars())
        ids = [i for i in ids if to[i] in there]
        note(self._batch, table, ids)
        dialect.bulk_update(self._conn, table, ids, {"order_fk": [to[i] for i in ids]})
        note(self._batch, table, ids)

    def _write_settled(self, table: Table, changed: Mapping[int, Mapping[str, Any]]) -> None:
        if not changed:
            return
        ids = list(changed)
        note(self._batch, table, ids)
        names = list(next(iter(changed.values())))
        dialect.bulk_update(self._conn, table, ids, {name: [changed[i][name] for i in ids] for name in names})
        self._newer_version(table, ids)
        note(self._batch, table, ids)

    # --- rows that the batch inserted ---------------------------------------------------------------------------------

    def _take_away(self, table: Table) -> None:
        touched = self._docs.touched(table.name)
        own = self._docs.inserted(table.name)
        self._batch.step(len(own), "Taking rows away")
        self._removable[table.name] += [row_id for row_id in own if row_id not in touched]
        shared = [row_id for row_id in own if row_id in touched]
        if not shared or table.name not in KINDS:
            return
        sayings = Sayings(self._batch, self._docs, shared if table is schema.orders else ())
        settled = Values(self._batch, self._docs, table).settle(shared, {})
        self._write_settled(table, settled.changed)
        sayings.settle()
        self._removable[table.name] += settled.emptied
        self._result.stays[table.name].update({i: touched[i] for i in (*settled.changed, *settled.kept)})

    # --- snapshots ----------------------------------------------------------------------------------------------------

    def _keyed(self) -> set[tuple[str, str]]:
        """Each day's stock and the newest snapshots as they were; returns the places to list again."""
        places: set[tuple[str, str]] = set()
        for name in self._docs.tables(KEYED):
            table = schema.metadata.tables[name]
            for doc in self._docs.docs(name, KEYED, newest_first=True):
                self._key_back(table, doc)
                if table is schema.snapshots:
                    of = zip(doc["location"], doc["channel"], strict=True)
                    places |= {("stock_levels", place) if place else ("listings", channel) for place, channel in of}
        return places

    def _key_back(self, table: Table, doc: Doc) -> None:
        """Rows by key: as before where the batch wrote what is there."""
        key = [column.name for column in table.primary_key]
        mine = self._mine(table, doc, key)
        back, gone = [], []
        for place in range(len(doc["there"])):
            if tuple(doc[name][place] for name in key) not in mine:
                continue
            row = {name: values[place] for name, values in doc.items()}
            before = self._before_undone(table, row, key)
            if before is None:
                gone.append(row)
            else:
                back.append({name: value for name, value in before.items() if name != "there"})
        dialect.upsert(self._conn, table, back, key)
        keys = dialect.key_set(self._conn, {name: [row[name] for row in gone] for name in key}, _types(table, key))
        those = tuple_(*[table.c[name] for name in key]).in_(select(*[keys.c[name] for name in key]))
        self._conn.execute(delete(table).where(those))

    def _mine(self, table: Table, doc: Doc, key: Sequence[str]) -> set[tuple[Any, ...]]:
        """Keys of a piece whose rows the batch wrote last."""
        keys = dialect.key_set(self._conn, {name: doc[name] for name in key}, _types(table, key))
        on = and_(*[table.c[name] == keys.c[name] for name in key])
        statement = select(*[table.c[name] for name in key]).select_from(keys.join(table, on))
        found = self._conn.execute(statement.where(table.c.batch_id == self._docs.batch_id)).all()
        return {tuple(row) for row in found}

    def _before_undone(self, table: Table, row: dict[str, Any], key: Sequence[str]) -> dict[str, Any] | None:
        """What was there before a batch, and before those that were undone since."""
        while row["there"] and row["batch_id"] in self._docs.undone:
            earlier = self._docs.keyed(row["batch_id"], table.name, {name: row[name] for name in key})
            if earlier is None:
                break
            row = earlier
        return row if row["there"] else None


def _types(table: Table, key: Sequence[str]) -> dict[str, Any]:
    return {name: BigInteger() for name in key if not isinstance(table.c[name].type, Text)}


def _origins(image: Mapping[str, Any]) -> dict[str, Any]:
    return {name: image[name] for name in ORIGINS}
