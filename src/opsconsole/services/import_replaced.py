"""Lines of orders that a file tells anew without them: nothing of them is ordered any more.

Which order was told anew and when is kept, so that what was said of it before may also arrive afterwards.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from opsconsole.domain.wording import plural
from opsconsole.imports.parsed import LINE_OWNERS, ParsedFile, Replaced
from opsconsole.imports.records_kind import Records
from opsconsole.imports.writer_merge import NOTHING_SAID
from opsconsole.store.schema import batches, order_lines, orders, purchase_order_lines, purchase_orders, replaced_orders

# What a line comes to of which nothing is ordered any more.
_NOTHING: dict[str, dict[str, Any]] = {
    "purchase_order_lines": {"quantity": 0.0},
    "order_lines": {"quantity": 0.0, "amount": 0},
}
_TABLES = {
    "purchase_order_lines": (purchase_order_lines, purchase_orders, "purchase_order_fk"),
    "order_lines": (order_lines, orders, "order_fk"),
}
Owner = tuple[str, ...]


@dataclass
class _Line:
    """What a file says of a line: when at first, and when a quantity of it at last."""

    first: int
    quantity: int | None = None


def _told(groups: Iterable[Records], source_time: int, wanted: Container[Owner]) -> dict[Owner, dict[str, _Line]]:
    """What records of a kind say of the lines of some orders."""
    found: dict[Owner, dict[str, _Line]] = defaultdict(dict)
    for group in groups:
        names = LINE_OWNERS[group.kind]
        if "line_id" not in group.columns or any(name not in group.columns for name in names):
            continue
        owners = zip(*(group.columns[name] for name in names), strict=True)
        times = group.times or [None] * len(group)
        quantity = "quantity" in group.columns
        for owner, number, known in zip(owners, group.columns["line_id"], times, strict=True):
            if owner not in wanted:
                continue
            at = source_time if known is None else known
            line = found[owner].setdefault(number, _Line(at))
            line.first = min(line.first, at)
            if quantity:
                line.quantity = at if line.quantity is None else max(line.quantity, at)
    return found


def take_out_lines(conn: Connection, batch_id: int, parsed: ParsedFile) -> list[str]:
    """Add a record for every line that an order had and what replaces it lacks: its quantity is 0 from then on.

    The line stays, since answers and receipts may name it; such records are written, tried out and undone like all
    others. Returns what to say of it. Memory: a portion of the file, in which orders are whole, and what is replaced.
    """
    said: list[str] = []
    for kind in LINE_OWNERS:
        anew = {one.owner: one for one in parsed.replaced if one.kind == kind}
        before = _before(conn, kind) if parsed.counts().get(kind) else {}
        if not anew and not before:
            continue
        outs: list[_Out] = []
        for place, portion in enumerate(parsed.as_told()):
            groups = [group for group in portion if group.kind == kind]
            told = _told(groups, parsed.source_time, anew.keys() | before.keys())
            its = [out for owner, lines in told.items() for out in _outs(conn, kind, owner, lines, anew, before)]
            first = [_records(out, out.later) for out in reversed(its) if out.later]
            last = [_records(out, out.earlier) for out in its if out.earlier]
            if first or last:
                parsed.put_around(place, first, last)
            outs += its
        parsed.records_read[kind] = parsed.records_read.get(kind, 0) + sum(len(out.lines) for out in outs)
        said += [out.words for out in sorted(outs, key=lambda out: (not out.line, out.line, out.owner))]
        _keep(conn, batch_id, kind, {owner: one.at for owner, one in anew.items()})
    return said


@dataclass(frozen=True)
class _Out:
    """The order that loses lines, when it was told anew, and on which line of this file (0: in another).

    What is said of ``later`` lines later than that is written after it, so that it counts as newer.
    """

    kind: str
    owner: Owner
    at: int
    line: int
    earlier: Sequence[str]
    later: Sequence[str]

    @property
    def lines(self) -> list[str]:
        """All lines that it loses."""
        return sorted([*self.earlier, *self.later])

    @property
    def words(self) -> str:
        """What to say of it."""
        if self.line:
            told = f"Order {self.owner[-1]} replaces what was said of it before"
        else:
            told = f"Order {self.owner[-1]} was told anew in a file that is newer than what this one says of it"
        gone = self.lines
        numbers = f"{', '.join(gone[:5])}{', …' if len(gone) > 5 else ''}"
        return f"{told}: {plural(len(gone), 'line')} no longer in it ({numbers}), with a quantity of 0 now."


def _outs(
    conn: Connection,
    kind: str,
    owner: Owner,
    lines: Mapping[str, _Line],
    anew: Mapping[Owner, Replaced],
    before: Mapping[Owner, int],
) -> Iterator[_Out]:
    """What an order loses by this file and by one that came before; ``lines`` are what the file says of it."""
    one = anew.get(owner)
    known = _known(conn, kind, owner)
    if one is not None:
        yield from _out(_Out(kind, owner, one.at, one.line, (), ()), (known | lines.keys()) - one.lines, lines)
    if owner in before:
        kept = one.lines if one is not None and one.at >= before[owner] else frozenset()
        yield from _out(_Out(kind, owner, before[owner], 0, (), ()), lines.keys() - known - kept, lines)


def _out(out: _Out, gone: Iterable[str], lines: Mapping[str, _Line]) -> Iterator[_Out]:
    """With its lines, where there are any; one that the file orders later than that stays ordered."""
    left = sorted(line for line in gone if line not in lines or (lines[line].quantity or 0) <= out.at)
    later = [line for line in left if line in lines and lines[line].first > out.at]
    if left:
        yield replace(out, earlier=[line for line in left if line not in later], later=later)


def _records(out: _Out, gone: Sequence[str]) -> Records:
    values = {**dict(zip(LINE_OWNERS[out.kind], out.owner, strict=True)), **_NOTHING[out.kind]}
    columns = {name: [value] * len(gone) for name, value in values.items()}
    return Records(out.kind, {**columns, "line_id": list(gone)}, [out.line] * len(gone), [out.at] * len(gone))


def _before(conn: Connection, kind: str) -> dict[Owner, int]:
    """When orders were last told anew, by files whose import was not undone."""
    told = replaced_orders.c
    statement = (
        select(told.channel, told.number, func.max(told.told_at))
        .join_from(replaced_orders, batches, told.batch_id == batches.c.id)
        .where(told.record_kind == kind, batches.c.undone_at.is_(None))
        .group_by(told.channel, told.number)
    )
    size = len(LINE_OWNERS[kind])
    return {(row[0], row[1])[-size:]: row[2] for row in conn.execute(statement)}


def _keep(conn: Connection, batch_id: int, kind: str, anew: Mapping[Owner, int]) -> None:
    rows = [
        {"batch_id": batch_id, "record_kind": kind, "channel": "".join(owner[:-1]), "number": owner[-1], "told_at": at}
        for owner, at in anew.items()
    ]
    if rows:
        conn.execute(insert(replaced_orders), rows)


def left_without(conn: Connection, batch_id: int, newer: Mapping[int, str]) -> list[str]:
    """What undoing an import leaves of the orders that it told anew: lines that newer files brought with nothing.

    ``newer`` are files by the number of their import.
    """
    said = []
    for kind, (lines, owners, link) in _TABLES.items():
        told = replaced_orders.c
        names = LINE_OWNERS[kind]
        on = [owners.c[names[-1]] == told.number] + ([owners.c.channel == told.channel] if len(names) > 1 else [])
        statement = (
            select(told.number, lines.c.batch_id)
            .join_from(replaced_orders, owners, and_(*on))
            .join(lines, lines.c[link] == owners.c.id)
            .where(told.batch_id == batch_id, told.record_kind == kind, lines.c.quantity == 0)
            .distinct()
        )
        said += [
            f"Lines of order {number} that import {brought} ({newer[brought]}) brought afterwards stay at 0: undo that "
            "import too, and import its file again."
            for number, brought in sorted(map(tuple, conn.execute(statement)))
            if brought in newer
        ]
    return said


def _known(conn: Connection, kind: str, owner: Owner) -> Set[str]:
    """Lines that files have told; those that only others name, a receipt say, are none."""
    lines, order, link = _TABLES[kind]
    line = lines.c
    statement = select(line.line_id).join_from(lines, order, line[link] == order.c.id)
    conditions = [order.c[name] == value for name, value in zip(LINE_OWNERS[kind], owner, strict=True)]
    told = line.field_sources_json.is_(None) | (line.field_sources_json != NOTHING_SAID)
    return set(conn.execute(statement.where(told, *conditions)).scalars())
