"""Reading what batches kept: which rows one inserted, changed and deleted, and which of those newer ones touched."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.imports.writer_kept import CHANGED, DELETED, INSERTED, KEYED, MADE, Kept, unpacked
from opsconsole.store import schema

Doc = dict[str, list[Any]]


class Ranges:
    """A set of ids as ranges."""

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self._ranges = sorted(ranges)
        self._firsts = [first for first, _ in self._ranges]

    def __contains__(self, row_id: int) -> bool:
        place = bisect_right(self._firsts, row_id) - 1
        return place >= 0 and row_id <= self._ranges[place][1]

    def __iter__(self) -> Iterator[int]:
        for first, last in self._ranges:
            yield from range(first, last + 1)

    def __bool__(self) -> bool:
        return bool(self._ranges)


class Docs:
    """What one batch kept, beside what ``newer`` batches (in force) and ``undone`` ones did."""

    def __init__(self, conn: Connection, batch_id: int, newer: Sequence[int], undone: Collection[int]) -> None:
        self._conn = conn
        self.batch_id = batch_id
        self.newer = tuple(newer)
        self.undone = frozenset(undone)
        self._ranges: dict[tuple[str, tuple[int, ...]], Ranges] = {}
        self._touched: dict[str, dict[int, int]] = {}

    def tables(self, what: str) -> list[str]:
        """Tables of which the batch kept something, in the order in which it wrote them."""
        table = schema.batch_undo
        statement = select(table.c.table_name).where(table.c.batch_id == self.batch_id, table.c.what == what)
        return list(dict.fromkeys(self._conn.execute(statement.order_by(table.c.id)).scalars()))

    def docs(self, table: str, what: str, *, newest_first: bool = False, of: int | None = None) -> Iterator[Doc]:
        """The batch's pieces, or those of another one, one at a time."""
        return self._docs((self.batch_id if of is None else of,), table, what, newest_first=newest_first)

    def _docs(self, batches: Sequence[int], table: str, what: str, *, newest_first: bool = False) -> Iterator[Doc]:
        t = schema.batch_undo
        statement = select(t.c.id).where(t.c.batch_id.in_(batches), t.c.table_name == table, t.c.what == what)
        ids = self._conn.execute(statement.order_by(t.c.id.desc() if newest_first else t.c.id)).scalars().all()
        for row_id in ids:
            yield unpacked(self._conn.execute(select(t.c.content).where(t.c.id == row_id)).scalar_one())

    def inserted(self, table: str) -> list[int]:
        """Ids that the batch inserted, less those that a newer batch has inserted again since."""
        again = self.newly(table)
        return [row_id for row_id in self._inserted_by((self.batch_id,), table) if row_id not in again]

    def is_own(self, table: str, row_id: int) -> bool:
        """Whether the batch inserted a row."""
        return row_id in self._inserted_by((self.batch_id,), table) and row_id not in self.newly(table)

    def newly(self, table: str) -> Ranges:
        """Ids that newer batches inserted."""
        return self._inserted_by(self.newer, table)

    def inserted_by(self, batch_id: int, table: str, row_id: int) -> bool:
        """Whether another batch inserted a row."""
        return row_id in self._inserted_by((batch_id,), table)

    def _inserted_by(self, batches: tuple[int, ...], table: str) -> Ranges:
        key = (table, batches)
        if key not in self._ranges:
            found = [
                pair
                for doc in self._docs(batches, table, INSERTED)
                for pair in zip(doc["first"], doc["last"], strict=True)
            ]
            self._ranges[key] = Ranges(found)
        return self._ranges[key]

    def touched(self, table: str) -> dict[int, int]:
        """Rows that newer batches changed or deleted, with the newest of these batches."""
        if table not in self._touched:
            self._touched[table] = {
                row_id: batch_id
                for batch_id in self.newer
                for what in (CHANGED, DELETED)
                for doc in self._docs((batch_id,), table, what)
                for row_id in doc["id"]
            }
        return self._touched[table]

    def made(self, table: str) -> list[str]:
        """Channels or locations that this batch or one undone before it made."""
        batches = (self.batch_id, *self.undone)
        return list(dict.fromkeys(key for doc in self._docs(batches, table, MADE) for key in doc["key"]))

    def hand_on(self, table: str, keys: Sequence[str]) -> None:
        """Names that others still use go when the last of those is undone: the newest batch in force keeps them."""
        b = schema.batches.c
        in_force = select(b.id).where(b.undo_kept, b.undone_at.is_(None), b.id != self.batch_id)
        heir = self._conn.execute(in_force.order_by(b.id.desc()).limit(1)).scalar()
        if heir is not None:
            Kept(self._conn, heir).made(table, keys)

    def images(self, batch_id: int, table: str, wanted: Collection[int] | None = None) -> dict[int, dict[str, Any]]:
        """Rows as they were before a batch, as far as it changed them; those that it inserted were not there before.

        Without ``wanted`` all that it changed, those that it inserted as they were at first.
        """
        found: dict[int, dict[str, Any]] = {}
        own = self._inserted_by((batch_id,), table)
        for doc in self._docs((batch_id,), table, CHANGED):
            for place, row_id in enumerate(doc["id"]):
                if wanted is None or (row_id in wanted and row_id not in own):
                    row = {name: values[place] for name, values in doc.items() if name != "id"}
                    found[row_id] = {**row, **found.get(row_id, {})}
        return found

    def keyed(self, batch_id: int, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """A row without an id as it was before a batch; None where the batch did not write it."""
        for doc in self._docs((batch_id,), table, KEYED):
            for place in range(len(doc["there"])):
                if all(doc[name][place] == value for name, value in key.items()):
                    return {name: values[place] for name, values in doc.items()}
        return None
