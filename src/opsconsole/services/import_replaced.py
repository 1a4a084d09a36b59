"""Lines of orders that a file tells anew without them: nothing of them is ordered any more.

Which order was told anew and when is kept, so that what was said of it before may also arrive afterwards.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from opsconsole.domain.wording import plural
from opsconsole.imports.parsed import LINE_OWNERS, ParsedFile
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


@dataclass
class _Told:
    """What a file says of the lines of a kind, by order."""

    lines: dict[Owner, dict[str, _Line]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, group: Records, source_time: int) -> None:
        names = LINE_OWNERS[group.kind]
        if "line_id" not in group.columns or any(name not in group.columns for name in names):
            return
        owners = zip(*(group.columns[name] for name in names), strict=True)
        times = group.times or [None] * len(group)
        for owner, number, known in zip(owners, group.columns["line_id"], times, strict=True):
            at = source_time if known is None else known
            line = self.lines[owner].setdefault(number, _Line(at))
            line.first = min(line.first, at)
            if "quantity" in group.columns:
                line.quantity = at if line.quantity is None else max(line.quantity, at)


def take_out_lines(conn: Connection, batch_id: int, parsed: ParsedFile) -> list[str]:
    """Add a record for every line that an order had and what replaces it lacks: its quantity is 0 from then on.

    The line stays, since answers and receipts may name it; such records are written, tried out and undone like all
    others. Returns what to say of it. A file that is read in portions tells no such orders and is not looked at.
    """
    said = []
    for kind in LINE_OWNERS:
        anew = [one for one in parsed.replaced if one.kind == kind]
        groups = [group for group in parsed.records if group.kind == kind]
        before = _before(conn, kind) if groups else {}
        if not anew and not before:
            continue
        told = _Told()
        for group in groups:
            told.add(group, parsed.source_time)
        for one in anew:
            lines = told.lines[one.owner]
            gone = (_known(conn, kind, one.owner) | lines.keys()) - one.lines
            said += _take_out(parsed, _Out(kind, one.owner, one.at, one.line), gone, lines)
        for owner in told.lines.keys() & before.keys():
            lines = told.lines[owner]
            new = lines.keys() - _known(conn, kind, owner)
            kept = {line for one in anew if one.owner == owner and one.at >= before[owner] for line in one.lines}
            said += _take_out(parsed, _Out(kind, owner, before[owner], 0), new - kept, lines)
        _keep(conn, batch_id, kind, {one.owner: one.at for one in anew})
    return said


@dataclass(frozen=True)
class _Out:
    """The order that loses lines, when it was told anew, and on which line of this file (0: in another)."""

    kind: str
    owner: Owner
    at: int
    line: int


def _take_out(parsed: ParsedFile, out: _Out, gone: Iterable[str], lines: Mapping[str, _Line]) -> list[str]:
    """Add records of the lines; one that the file orders later than that stays ordered."""
    left = sorted(line for line in gone if line not in lines or (lines[line].quantity or 0) <= out.at)
    # What is said of a line later than that is written after it, so that it counts as newer.
    later = [line for line in left if line in lines and lines[line].first > out.at]
    earlier = [line for line in left if line not in later]
    if later:
        parsed.records.insert(0, _records(out, later))
    if earlier:
        parsed.records.append(_records(out, earlier))
    if not left:
        return []
    parsed.records_read[out.kind] = parsed.records_read.get(out.kind, 0) + len(left)
    if out.line:
        told = f"Order {out.owner[-1]} replaces what was said of it before"
    else:
        told = f"Order {out.owner[-1]} was told anew in a file that is newer than what this one says of it"
    numbers = f"{', '.join(left[:5])}{', …' if len(left) > 5 else ''}"
    return [f"{told}: {plural(len(left), 'line')} no longer in it ({numbers}), with a quantity of 0 now."]


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
