"""Since when orders have had their status, without a batch that others came after: what the others said, and no more.

Of each batch the row as it was before is kept; what it said of the status is the difference to the row after it. What
a batch said that was within what others had said already left no trace, and counts as said by them.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_statuses import Seen, Told, joined, seen_of, text_for
from opsconsole.imports.writer_undo_docs import Docs
from opsconsole.store import dialect, schema

Row = dict[str, Any]
_NAMES = ("status", "source_time", "batch_id", "field_sources_json", "status_seen_json")


class Sayings:
    """What files said of the status of some orders; made before the orders change, ``settle`` after it."""

    def __init__(self, batch: Batch, docs: Docs, ids: Collection[int]) -> None:
        self._batch = batch
        self._docs = docs
        self._ids = sorted(ids)
        self._last = self._rows() if self._ids else {}

    def settle(self) -> None:
        """Write what is left of the sayings without the batch that is undone and those that were undone before."""
        if not self._ids:
            return
        found = self._chains()
        changed: dict[int, str | None] = {}
        for row_id, row in self._rows().items():
            text = text_for(Told(**row), found.get(row_id, {}))
            if text != row["status_seen_json"]:
                changed[row_id] = text
        dialect.bulk_update(
            self._batch.conn, schema.orders, list(changed), {"status_seen_json": list(changed.values())}
        )
        self._batch.touched.update(self._ids)

    def _rows(self) -> dict[int, Row]:
        table = schema.orders
        with dialect.id_set(self._batch.conn, self._ids) as wanted:
            columns = [table.c[name] for name in ("id", *_NAMES)]
            rows = self._batch.conn.execute(
                select(*columns).select_from(wanted.join(table, table.c.id == wanted.c.id))
            ).mappings()
            return {row["id"]: {name: row[name] for name in _NAMES} for row in rows}

    def _chains(self) -> dict[int, Seen]:
        """Per order what the batches in force said, with what was said before the first that is looked at."""
        out = {self._docs.batch_id, *self._docs.undone}
        numbers = self._numbers(min(out))
        images = {number: self._docs.images(number, "orders", set(self._ids)) for number in numbers}
        return {
            row_id: self._chain(row_id, row, [(n, images[n].get(row_id)) for n in numbers], out)
            for row_id, row in self._last.items()
        }

    def _numbers(self, first: int) -> list[int]:
        """The batches from a first one on that changed or inserted orders, newest first."""
        t = schema.batch_undo
        statement = select(t.c.batch_id).where(t.c.batch_id >= first, t.c.table_name == "orders").distinct()
        return sorted(self._batch.conn.execute(statement).scalars(), reverse=True)

    def _chain(self, row_id: int, last: Row, steps: Sequence[tuple[int, Row | None]], out: Collection[int]) -> Seen:
        after, said = last, Seen()
        for number, image in steps:
            made = image is None and self._docs.inserted_by(number, "orders", row_id)
            if image is None and not made:
                continue
            before: Row = {**after, **image} if image is not None else dict.fromkeys(_NAMES)
            if number not in out:
                said = joined(said, _news(seen_of(Told(**_known(before))), seen_of(Told(**_known(after)))))
            after = before
            if made:
                return said
        return joined(said, seen_of(Told(**_known(after))))


def _known(row: Mapping[str, Any]) -> Row:
    return {name: row[name] for name in _NAMES}


def _news(before: Seen, after: Seen) -> Seen:
    """What was said between two states."""
    found = Seen()
    for status, (oldest, newest) in after.items():
        if status not in before:
            found[status] = [oldest, newest]
            continue
        first, last = before[status]
        # Times that lie closer than before are none of a file: an undoing took away what lay further out.
        times = [*([oldest] if oldest < first else []), *([newest] if newest > last else [])]
        if times:
            found[status] = [min(times), max(times)]
    return found
