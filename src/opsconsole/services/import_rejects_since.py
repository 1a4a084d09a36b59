"""Refused lines whose record a later import brings whole: they no longer wait, and are told as having come in with it.

An entry is known by what identifies the records that were at fault, where plain columns of the file tell that; whatever
is not known so waits on. It waits again when the later import is undone.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from opsconsole.domain.wording import plural
from opsconsole.imports.columns import normalized
from opsconsole.imports.mapping import Expression, MappingSpec, RecordSpec
from opsconsole.imports.parsed import LINE_OWNERS, ParsedFile
from opsconsole.services.import_rejects_again import close_lines, kept_lines, older_imports
from opsconsole.store.schema import batches, rejects

SINCE = "since"  # of rejects.closed_as
# Both files are of the same channel and the same site.
_SAME_ANYWAY = frozenset({"channel", "location"})

Entry = tuple[int, int]  # import and part
Identity = tuple[str, tuple[str, ...], tuple[str, ...]]  # kind, fields and their values


def settle_since(
    conn: Connection, batch_id: int, spec: MappingSpec, parsed: ParsedFile, *, who: str, now: int
) -> list[str]:
    """Close the lines of older imports whose records this one brings; sentences, the values in bold marks.

    Memory: what identifies the lines that wait, and a portion of the file.
    """
    batch = conn.execute(select(batches).where(batches.c.id == batch_id)).one()
    r = rejects.c
    waiting: Select[Any] = select(r.batch_id).where(r.corrected_at.is_(None), r.batch_id.in_(older_imports(batch)))
    header = json.dumps(parsed.names, ensure_ascii=False)
    rows = [row for row in kept_lines(conn, waiting) if row.header_json == header]
    wanted = _identities(conn, rows, waiting, _named(spec), parsed.names)
    missing = {identity for its in wanted.values() for identity in its}
    for identity in _brought(parsed, frozenset(missing)):
        missing.discard(identity)
    entries = {entry for entry, its in wanted.items() if not its & missing}
    closed = [row for row in rows if (row.batch_id, row.part) in entries]
    close_lines(conn, closed, {"corrected_at": now, "corrected_by": who, "corrected_batch": batch_id}, SINCE)
    if not closed:
        return []
    numbers = sorted({row.batch_id for row in closed})
    of = f"import{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:3]))}{', …' if numbers[3:] else ''}"
    verb = "is" if len(closed) == 1 else "are"
    return [f"**{plural(len(closed), 'line')}** that {of} refused {verb} in with this one."]


def _named(spec: MappingSpec) -> dict[str, tuple[str, dict[str, tuple[str, ...]]]]:
    """Per kind: the kind to look for and the columns, by field, that tell which of it; kinds that cannot be told lack.

    A line of an order comes in with its order, whole.
    """
    found = {}
    for record in spec.records:
        kind = record.kind
        known = _plain(record, kind.identity) if not kind.occurrence else None
        if known:
            found[kind.key] = (kind.key, known)
        elif kind.key in LINE_OWNERS and (owner := _plain(record, kind.parent_identity)):
            found[kind.key] = (kind.parent, owner)
    return found


def _plain(record: RecordSpec, identity: Sequence[str]) -> dict[str, tuple[str, ...]] | None:
    """Columns by field, where each is a text as it stands in one column."""
    found: dict[str, tuple[str, ...]] = {}
    for name in identity:
        expression = record.fields.get(name)
        if expression is not None and expression.columns:
            bare = replace(expression, required=False, optional=False, null=())
            if bare != Expression(columns=expression.columns):
                return None
            found[name] = expression.columns
        elif name not in _SAME_ANYWAY:
            return None
    return found


def _identities(
    conn: Connection,
    rows: Sequence[Row[Any]],
    waiting: Select[Any],
    named: Mapping[str, tuple[str, Mapping[str, Sequence[str]]]],
    names: Sequence[str],
) -> dict[Entry, set[Identity]]:
    """What identifies the records at fault, by entry; without the entries of which that is not known."""
    if not rows:
        return {}
    place = {normalized(name): number for number, name in reversed([*enumerate(names)])}
    lines = {(row.batch_id, row.line): row for row in rows}
    found: dict[Entry, set[Identity]] = {}
    unknown: set[Entry] = set()
    r = rejects.c
    faults = select(r.batch_id, r.line, r.record_kind).where(r.batch_id.in_(waiting), r.corrected_at.is_(None))
    for batch_id, line, kind in conn.execute(faults):
        row = lines.get((batch_id, line))
        if row is None:
            continue
        identity = _identity(row, named.get(kind), place)
        if identity is None:
            unknown.add((batch_id, row.part))
        else:
            found.setdefault((batch_id, row.part), set()).add(identity)
    return {entry: its for entry, its in found.items() if entry not in unknown}


def _identity(
    row: Row[Any], how: tuple[str, Mapping[str, Sequence[str]]] | None, place: Mapping[str, int]
) -> Identity | None:
    """What identifies the record of a line; None where that is not known."""
    kind, fields = how or ("", {})
    cells = json.loads(row.cells_json)
    names, values = tuple(sorted(fields)), []
    for name in names:
        at = next((place[normalized(column)] for column in fields[name] if normalized(column) in place), len(cells))
        values.append(cells[at].strip() if at < len(cells) else "")
    return (kind, names, tuple(values)) if values and all(values) else None


def _brought(parsed: ParsedFile, wanted: Set[Identity]) -> Iterator[Identity]:
    """Records that a file brings, by what identifies those that are wanted."""
    heads = {(kind, names) for kind, names, _ in wanted}
    for portion in parsed.portions() if wanted else ():
        for group in portion:
            for kind, names in heads:
                if kind == group.kind and all(name in group.columns for name in names):
                    told = zip(*(map(str, group.columns[name]) for name in names), strict=True)
                    yield from ((kind, names, values) for values in told)
