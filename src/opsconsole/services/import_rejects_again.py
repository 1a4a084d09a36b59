"""Lines that a later import refuses again: each waits once, with the newest import, and with what was typed in it.

The older one is told as refused again, and waits as before when the later import is undone. A line that was corrected
before is not asked for again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select, true, update

from opsconsole.store import dialect
from opsconsole.store.schema import batches, reject_files, reject_rows, rejects

AGAIN = "again"  # of rejects.closed_as


def settle_again(conn: Connection, batch_id: int, *, who: str, now: int) -> list[str]:
    """Close the lines of older imports that this one refused again, and those of this one that were corrected before.

    Older imports are those of the same source, channel and place that were not undone; entries of several lines are
    the same where every line of the older one was refused again. Returns sentences, the values in bold marks.
    """
    batch = conn.execute(select(batches).where(batches.c.id == batch_id)).one()
    if conn.execute(select(rejects.c.id).where(rejects.c.batch_id == batch_id).limit(1)).first() is None:
        return []
    older = older_imports(batch)
    mine = kept_lines(conn, select(batches.c.id).where(batches.c.id == batch_id))
    corrected = _corrected_before(conn, mine, older)
    again = _kept_again(conn, mine, older, batch_id, who, now)
    again.add(_not_kept_again(conn, older, batch_id, who, now))
    said = []
    if corrected.lines:
        said.append(f"{_lines(corrected)} corrected before ({_imports(corrected)}).")
    if again.lines:
        rest = "it waits" if again.lines == 1 else "they wait"
        said.append(f"{_lines(again)} refused before ({_imports(again)}): {rest} once, with this import.")
    return said


def reopen(conn: Connection, batch_id: int, *, who: str, now: int) -> None:
    """Lines that a batch brought in or refused again wait once more, since it was undone, each with one import."""
    changed = 0
    values = {"corrected_at": None, "corrected_by": None, "corrected_batch": None}
    for table, more in ((reject_rows, {}), (rejects, {"closed_as": None})):
        here = update(table).where(table.c.corrected_batch == batch_id)
        changed += conn.execute(here.values(**values, **more)).rowcount
    if not changed:
        return
    b = batches.c
    newer = (b.id > batch_id, b.belongs_to.is_(None), b.undone_at.is_(None), b.rejected > 0)
    for one in conn.execute(select(b.id).where(*newer).order_by(b.id)).scalars().all():
        settle_again(conn, one, who=who, now=now)


def waits_now(conn: Connection, batch_id: int) -> dict[int, tuple[int, int]]:
    """Where lines of an import that were refused again wait now: import and line, by the line of this one."""
    t, b = reject_rows.c, batches.c
    imports = select(b.id).where(b.belongs_to.is_(None))
    moved: dict[int, list[Row[Any]]] = {}
    for row in kept_lines(conn, select(b.id).where(b.id == batch_id), t.corrected_batch.in_(imports)):
        moved.setdefault(row.corrected_batch, []).append(row)
    found: dict[int, tuple[int, int]] = {}
    for later, rows in moved.items():
        there = {_line(row): row for row in kept_lines(conn, select(b.id).where(b.id == later), true())}
        further = waits_now(conn, later)
        for row in rows:
            same = there.get(_line(row))
            if same is not None and same.corrected_at is None:
                found[row.line] = (later, same.line)
            elif same is not None and same.line in further:
                found[row.line] = further[same.line]
    return found


@dataclass
class _Found:
    """How many lines, and the imports that they were refused in before."""

    lines: int = 0
    imports: set[int] = field(default_factory=set)

    def add(self, other: "_Found") -> None:
        self.lines += other.lines
        self.imports |= other.imports


def _lines(found: _Found) -> str:
    return f"**{found.lines:,}** of its refused lines {'was' if found.lines == 1 else 'were'}"


def _imports(found: _Found) -> str:
    numbers = [str(number) for number in sorted(found.imports)]
    told = ", ".join([*numbers[:3], *(["…"] if len(numbers) > 3 else [])])
    return f"import {told}" if len(numbers) == 1 else f"imports {told}"


def older_imports(batch: Row[Any]) -> Select[Any]:
    """Numbers of the imports before it of the same source, channel and place."""
    b = batches.c
    same = [b[name].is_not_distinct_from(getattr(batch, name)) for name in ("source", "channel", "location")]
    return select(b.id).where(*same, b.id < batch.id, b.belongs_to.is_(None), b.undone_at.is_(None))


def kept_lines(conn: Connection, of: Select[Any], *where: Any) -> list[Row[Any]]:
    """Lines of some imports that were kept, by their numbers; those that wait unless something else is asked."""
    t = reject_rows.c
    wanted = (t.id, t.batch_id, t.line, t.part, t.cells_json, t.typed_json, t.typed_by, t.typed_at)
    settled = (t.corrected_at, t.corrected_by, t.corrected_batch)
    statement: Select[Any] = select(*wanted, *settled, reject_files.c.header_json).join_from(
        reject_rows, reject_files, t.batch_id == reject_files.c.batch_id
    )
    asked = where or (t.corrected_at.is_(None),)
    return list(conn.execute(statement.where(t.batch_id.in_(of), *asked).order_by(t.id)).all())


Line = tuple[str, str]


def _line(row: Row[Any]) -> Line:
    """What makes a line the same one: the columns of its file, and its cells."""
    return row.header_json, row.cells_json


def _whole(rows: Iterable[Row[Any]], known: Mapping[Line, Any]) -> list[Row[Any]]:
    """The rows of the entries of which every line is known."""
    entries: dict[tuple[int, int], list[Row[Any]]] = {}
    for row in rows:
        entries.setdefault((row.batch_id, row.part), []).append(row)
    return [row for its in entries.values() if all(_line(row) in known for row in its) for row in its]


def _corrected_before(conn: Connection, mine: Sequence[Row[Any]], older: Select[Any]) -> _Found:
    """Close the lines of this import that were refused before and came in with corrections that were not undone."""
    t, b = reject_rows.c, batches.c
    corrections = select(b.id).where(b.belongs_to.in_(older), b.undone_at.is_(None))
    there = conn.execute(corrections.limit(1)).first() is not None
    rows = kept_lines(conn, older, t.corrected_batch.in_(corrections)) if mine and there else ()
    known = {_line(row): row for row in rows}
    closed = _whole(mine, known)
    together: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in closed:
        one = known[_line(row)]
        together.setdefault((one.corrected_at, one.corrected_by, one.corrected_batch), []).append(row)
    for settled, its in together.items():
        names = ("corrected_at", "corrected_by", "corrected_batch")
        close_lines(conn, its, dict(zip(names, settled, strict=True)), None)
    return _Found(len(closed), {known[_line(row)].batch_id for row in closed})


def _kept_again(
    conn: Connection, mine: Sequence[Row[Any]], older: Select[Any], batch_id: int, who: str, now: int
) -> _Found:
    """Close the kept lines of older imports that this one refused, too, and take along what was typed in them."""
    waiting = select(rejects.c.batch_id).where(rejects.c.corrected_at.is_(None), rejects.c.batch_id.in_(older))
    known = {_line(row): row for row in mine}
    closed = _whole(kept_lines(conn, waiting), known) if mine else []
    close_lines(conn, closed, {"corrected_at": now, "corrected_by": who, "corrected_batch": batch_id}, AGAIN)
    typed = {known[_line(row)].id: row for row in closed if row.typed_json}
    names = ("typed_json", "typed_by", "typed_at")
    columns = {name: [getattr(row, name) for row in typed.values()] for name in names}
    dialect.bulk_update(conn, reject_rows, list(typed), columns)
    return _Found(len({_line(row) for row in closed}), {row.batch_id for row in closed})


def close_lines(conn: Connection, rows: Sequence[Row[Any]], values: Mapping[str, Any], closed_as: str | None) -> None:
    """Lines no longer wait, nor does what is wrong with them."""
    columns = {name: [value] * len(rows) for name, value in values.items()}
    dialect.bulk_update(conn, reject_rows, [row.id for row in rows], columns)
    lines: dict[int, list[int]] = {}
    for row in rows:
        lines.setdefault(row.batch_id, []).append(row.line)
    for batch_id, its in lines.items():
        for chunk in dialect.chunks(its, 500):
            here = (rejects.c.batch_id == batch_id, rejects.c.line.in_(chunk), rejects.c.corrected_at.is_(None))
            conn.execute(update(rejects).where(*here).values(**values, closed_as=closed_as))


def _not_kept_again(conn: Connection, older: Select[Any], batch_id: int, who: str, now: int) -> _Found:
    """The same for lines of older imports of which only the reason was kept: they are known by how they were read."""
    r, t = rejects.c, reject_rows.c
    kept = and_(t.batch_id == r.batch_id, t.line == r.line)
    wanted = (r.id, r.batch_id, r.raw, r.record_kind, r.field, r.found, r.expected)
    statement: Select[Any] = select(*wanted).select_from(rejects.outerjoin(reject_rows, kept))
    statement = statement.where(r.batch_id.in_(older), r.corrected_at.is_(None), t.id.is_(None))
    rows = conn.execute(statement).all()
    if not rows:
        return _Found()
    known = set(_marks(conn.execute(select(*wanted).where(r.batch_id == batch_id))))
    marks = list(_marks(rows))
    closed = [(row, mark) for row, mark in zip(rows, marks, strict=True) if mark in known]
    values: dict[str, Any] = {"corrected_at": now, "corrected_by": who, "corrected_batch": batch_id, "closed_as": AGAIN}
    columns = {name: [value] * len(closed) for name, value in values.items()}
    dialect.bulk_update(conn, rejects, [row.id for row, _ in closed], columns)
    return _Found(len({mark for _, mark in closed}), {row.batch_id for row, _ in closed})


def _marks(rows: Iterable[Row[Any]]) -> Iterator[bytes]:
    """What makes a line the same: itself as it was read, else what is wrong; a few bytes, there may be very many."""
    for row in rows:
        told = (row.raw,) if row.raw else (row.record_kind, row.field, row.found, row.expected)
        yield blake2b(repr(told).encode(), digest_size=16).digest()
