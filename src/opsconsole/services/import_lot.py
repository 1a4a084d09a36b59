"""Records that several files of one lot name: a dry run tries each file alone, an import brings them one after another.

What an earlier file would bring is remembered by what identifies it and by a short hash of its content, so that a
later file that names it again counts as what it would be by then: changed, or unchanged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, select

from opsconsole.domain.wording import plural
from opsconsole.imports.records import KINDS, RecordKind
from opsconsole.imports.writer_batch import WrittenIds
from opsconsole.imports.writer_kinds import column_of, filled, key_of
from opsconsole.services.import_report import FileReport
from opsconsole.store import dialect
from opsconsole.store.schema import metadata, orders, purchase_order_lines, purchase_orders

_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Again:
    """A record that an earlier file of the lot names, too: which file, and whether that says the same."""

    file: str
    same: bool


@dataclass
class Lot:
    """The records that the files so far would bring, by kind and identity: file and hash of the content."""

    _told: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)

    def look(
        self, conn: Connection, report: FileReport, written: Mapping[str, WrittenIds]
    ) -> dict[str, dict[int, Again]]:
        """New records of a file that an earlier one brings, by kind and id; the report counts them as what they are."""
        found: dict[str, dict[int, Again]] = {}
        for key, ids in written.items():
            again = found.setdefault(key, {})
            for row_id, identity, content in _rows(conn, KINDS[key], ids.inserted):
                before = self._told.get((key, identity))
                if before is not None:
                    again[row_id] = Again(before[0], before[1] == content)
                self._told[key, identity] = report.name, content
        self._count(report, found)
        return {key: again for key, again in found.items() if again}

    def _count(self, report: FileReport, found: Mapping[str, Mapping[int, Again]]) -> None:
        changed: dict[str, int] = {}
        same: dict[str, int] = {}
        for count in report.counts:
            for again in found.get(count.kind, {}).values():
                of = same if again.same else changed
                of[again.file] = of.get(again.file, 0) + 1
                count.inserted -= 1
                count.unchanged += again.same
                count.updated += not again.same
        for of, words in ((changed, "changed"), (same, "unchanged")):
            for file, number in of.items():
                report.notes.append(
                    f"{plural(number, 'record')} {words} by then: {file} of this lot brings them first."
                )


def _rows(conn: Connection, kind: RecordKind, ids: list[int]) -> Iterator[tuple[int, int, int]]:
    """Id, hash of the identity and hash of the content of rows."""
    table = metadata.tables[kind.table]
    contents = [table.c[column_of(kind.key, name)] for name in filled(kind)]
    for chunk in dialect.chunks(ids, _CHUNK):
        with dialect.id_set(conn, chunk) as wanted:
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
