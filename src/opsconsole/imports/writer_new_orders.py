"""Orders that a file brings for the first time: inserted with all that follows from the file, read back only in doubt.

What was worked out beforehand counts on the lines and payments of the file's own columns. Each of them that becomes a
row is counted as it is written; an order whose rows turn out to be others than those is worked out once more from what
is stored, as every order is that anything else touches.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import not_
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from opsconsole.imports.coded import Coded
from opsconsole.imports.records import Records
from opsconsole.imports.writer_new_facts import Columns, NewFacts, Parts
from opsconsole.store import schema

Places = npt.NDArray[np.int64]

# What makes more follow for an order than its file's own columns tell.
_PROMISES = ("stated_ship_by", "stated_ship_by_on", "stated_deliver_by", "stated_deliver_by_on")
_DATED = ("ship_by", "ship_by_on", "shipped_at")
_LINE = ("sku", "title", "quantity", "shipped_quantity", "cancelled_quantity", "amount", "unit_price")
_NO_ROWS = np.zeros(0, np.int64)


class _Children:
    """The rows of one record kind by the number of the order they name; none where the kind comes in several groups."""

    def __init__(self, kind: str, needed: str, records: Sequence[Records], numbers: Any) -> None:
        groups = [group for group in records if group.kind == kind and len(group)]
        self.columns = groups[0].columns if len(groups) == 1 else {}
        self._rows, self._owners = _NO_ROWS, _NO_ROWS
        self.written: list[Sequence[int]] = []
        self.counted: list[Places] = []
        if len(groups) == 1 and "order_id" in self.columns:
            orders = self.columns["order_id"]
            owners = _numbered(self.columns.get("channel"), orders, numbers)
            if needed:
                owners[list(map(not_, self.columns.get(needed) or [None] * len(orders)))] = -1
            self._rows = np.argsort(owners, kind="stable")
            self._owners = owners[self._rows]

    def of(self, numbers: Places) -> tuple[Places, Places]:
        """Places among ``numbers`` and rows, ascending by place; -1 has no rows."""
        first = np.searchsorted(self._owners, numbers)
        counts = np.where(numbers < 0, 0, np.searchsorted(self._owners, numbers, side="right") - first)
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        self.counted.append(counts)
        return np.repeat(np.arange(len(numbers)), counts), self._rows[np.repeat(first, counts) + within]

    def parts(self, numbers: Places, names: Sequence[str]) -> Parts:
        """The rows of some orders."""
        owners, rows = self.of(numbers)
        taken = {name: _taken(self.columns[name], rows) for name in names if name in self.columns}
        return Parts(owners, Columns(len(rows), taken))


def _numbered(channels: Sequence[Any] | None, orders: Sequence[Any], numbers: Mapping[Any, int]) -> Places:
    """The numbers of named orders."""
    if isinstance(orders, Coded) and (channels is None or (isinstance(channels, Coded) and channels.is_one())):
        channel = channels[0] if channels else None
        return orders.mapped(lambda order: numbers[channel, order])
    names = zip(channels or itertools.repeat(None, len(orders)), orders, strict=True)
    return np.fromiter(map(numbers.__getitem__, names), np.int64, len(orders))


def _taken(values: Sequence[Any], rows: Places) -> Sequence[Any]:
    return values.take(rows) if isinstance(values, Coded) else list(map(values.__getitem__, rows.tolist()))


class NewOrders:
    """What the records of one file say of orders that are not there yet; their numbers begin with ``first``."""

    def __init__(self, conn: Connection, records: Sequence[Records], first: int) -> None:
        self.first = first
        self._facts = NewFacts(conn)
        self._numbers: defaultdict[Any, int] = defaultdict(itertools.count().__next__)
        self._lines = _Children("order_lines", "", records, self._numbers)
        self._payments = _Children("payments", "payment_id", records, self._numbers)
        self._kinds = {"order_lines": self._lines, "payments": self._payments}
        self._customers = conn.execute(select(schema.customers.c.id).limit(1)).first() is not None
        self._ids: list[Sequence[int]] = []
        self.doubtful: set[int] = set()

    def columns(self, orders: Columns, times: Sequence[int], ids: Sequence[int]) -> dict[str, Sequence[Any]]:
        """Derived columns of orders about to be inserted under ``ids``."""
        keys = zip(orders.get("channel"), orders.get("order_id"), strict=True)
        numbers = np.fromiter(map(self._numbers.get, keys, itertools.repeat(-1)), np.int64, orders.size)
        lines = self._lines.parts(numbers, [*_LINE, *_DATED])
        payments = self._payments.parts(numbers, ["paid_at"])
        self._ids.append(ids)
        doubtful = _filled(orders, _PROMISES) + (_filled(orders, ["customer_id"]) if self._customers else [])
        doubtful += lines.owners[_filled(lines.columns, _DATED)].tolist()
        self.doubtful.update(ids[place] for place in doubtful)
        return self._facts.columns(orders, times, lines, payments)

    def wrote(self, kind: str, inserted: Sequence[int], others: Iterable[int]) -> None:
        """Take note of the orders whose rows of a kind were inserted, and of those with rows that were not new."""
        if kind in self._kinds:
            self._kinds[kind].written.append(inserted)
        else:
            self.doubtful.update(inserted)
        self.doubtful.update(others)

    def ids(self) -> list[int]:
        """All orders that were inserted with what follows for them."""
        return list(itertools.chain.from_iterable(self._ids))

    def unsettled(self) -> set[int]:
        """Those for which more follows than was worked out."""
        ids = np.array(self.ids(), dtype=np.int64)
        found = set(self.doubtful)
        for children in self._kinds.values():
            written = np.sort(np.fromiter(itertools.chain.from_iterable(children.written), np.int64))
            counts = np.searchsorted(written, ids, side="right") - np.searchsorted(written, ids)
            expected = np.concatenate(children.counted) if children.counted else counts
            found.update(ids[counts != expected].tolist())
        return found & set(ids.tolist())


def _filled(columns: Columns, names: Sequence[str]) -> list[int]:
    """Rows with a value in one of the columns."""
    there = [columns.by_name[name] for name in names if name in columns.by_name]
    return [place for values in there for place, value in enumerate(values) if value is not None]
