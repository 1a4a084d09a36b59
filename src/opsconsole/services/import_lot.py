"""Records that several files of one lot name: a dry run tries each file alone, an import brings them one after another.

What an earlier file would bring is remembered by what identifies it and by a short hash of its content, so that a
later file that names it again counts as what it would be by then: changed, or unchanged.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, FromClause, Table, select

from opsconsole.domain.wording import plural
from opsconsole.imports.records import KINDS, RecordKind
from opsconsole.imports.writer_batch import WrittenIds
from opsconsole.imports.writer_kinds import column_of, filled, key_of
from opsconsole.services.import_report import FileReport
from opsconsole.store import dialect
from opsconsole.store.schema import metadata, orders, purchase_order_lines, purchase_orders

_CHUNK = 20_000
_ROW = np.dtype([("id", np.int64), ("identity", np.int64), ("content", np.int64)])

Hashes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Again:
    """A record that an earlier file of the lot names, too: which file, and whether that says the same."""

    file: str
    same: bool


@dataclass
class _Told:
    """Records of one kind by the hash of their identity, ascending: the hash of their content and the file's number."""

    identities: Hashes = field(default_factory=lambda: np.zeros(0, np.int64))
    contents: Hashes = field(default_factory=lambda: np.zeros(0, np.int64))
    files: Hashes = field(default_factory=lambda: np.zeros(0, np.int64))

    def find(self, identities: Hashes) -> Hashes:
        """The place of each; -1 where no file told it."""
        places = np.searchsorted(self.identities, identities)
        places[places == len(self.identities)] = 0
        there = self.identities[places] == identities if len(self.identities) else np.zeros(len(identities), np.bool_)
        return np.where(there, places, -1)

    def add(self, identities: Hashes, contents: Hashes, file: int) -> None:
        """What a file tells; it takes the place of what was told before."""
        every = np.concatenate([identities[::-1], self.identities])
        self.identities, first = np.unique(every, return_index=True)
        self.contents = np.concatenate([contents[::-1], self.contents])[first]
        self.files = np.concatenate([np.full(len(identities), file), self.files])[first]


@dataclass
class Lot:
    """The records that the files so far would bring: some numbers each, by kind."""

    _told: dict[str, _Told] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)

    def look(
        self, conn: Connection, report: FileReport, written: Mapping[str, WrittenIds], most: int
    ) -> dict[str, dict[int, Again]]:
        """New records of a file that an earlier one brings, by kind and id: those among the first ``most``.

        The report counts all of them as what they are.
        """
        self._names.append(report.name)
        found: dict[str, dict[int, Again]] = {}
        counted: dict[Again, int] = {}
        for key, ids in written.items():
            told = self._told.setdefault(key, _Told())
            rows = np.fromiter(_rows(conn, KINDS[key], ids.inserted), _ROW)
            places = told.find(rows["identity"])
            again = np.flatnonzero(places >= 0)
            files, before = told.files[places[again]], told.contents[places[again]]
            listed = set(ids.inserted[:most])
            same = before == rows["content"][again]
            for row_id, file, alike in zip(rows["id"][again].tolist(), files.tolist(), same.tolist(), strict=True):
                one = Again(self._names[file], alike)
                counted[one] = counted.get(one, 0) + 1
                if row_id in listed:
                    found.setdefault(key, {})[row_id] = one
            _count(report, key, len(again), int(same.sum()))
            told.add(rows["identity"], rows["content"], len(self._names) - 1)
        for one, number in sorted(counted.items(), key=lambda pair: pair[0].same):
            words = "unchanged" if one.same else "changed"
            report.notes.append(
                f"{plural(number, 'record')} {words} by then: {one.file} of this lot brings them first."
            )
        return found


def _count(report: FileReport, kind: str, again: int, same: int) -> None:
    for count in report.counts:
        if count.kind == kind:
            count.inserted -= again
            count.unchanged += same
            count.updated += again - same


def _rows(conn: Connection, kind: RecordKind, ids: "array[int]") -> Iterator[tuple[int, int, int]]:
    """Id, hash of the identity and hash of the content of rows."""
    table = metadata.tables[kind.table]
    contents = [table.c[column_of(kind.key, name)] for name in filled(kind)]
    for start in range(0, len(ids), _CHUNK):
        with dialect.id_set(conn, ids[start : start + _CHUNK].tolist()) as wanted:
            source, identity = _identified(wanted.join(table, table.c.id == wanted.c.id), table, kind)
            statement = select(table.c.id, *identity, *contents).select_from(source)
            for row in conn.execute(statement):
                place = 1 + len(identity)
                yield row[0], hash(tuple(row[1:place])), hash(tuple(row[place:]))


def _identified(source: FromClause, table: Table, kind: RecordKind) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """The columns that identify a record whatever the ids of what it belongs to are."""
    columns: list[ColumnElement[Any]] = []
    for name in key_of(kind.key):
        if name == "order_fk":
            source = source.outerjoin(orders, orders.c.id == table.c.order_fk)
            columns += [orders.c.channel, orders.c.order_id]
        elif name == "purchase_order_fk":
            source = source.outerjoin(purchase_orders, purchase_orders.c.id == table.c.purchase_order_fk)
            columns.append(purchase_orders.c.po_number)
        elif name == "purchase_order_line_fk":
            lines = purchase_order_lines
            source = source.outerjoin(lines, lines.c.id == table.c.purchase_order_line_fk)
            source = source.outerjoin(purchase_orders, purchase_orders.c.id == lines.c.purchase_order_fk)
            columns += [purchase_orders.c.po_number, lines.c.line_id]
        else:
            columns.append(table.c[name])
    return source, columns
