"""What a batch keeps so that it can be undone: numbers of the rows it inserted, and rows as they were before it.

One packed piece per chunk and table, read by sets of ids: nothing is done row by row. Pieces (``what``):

    inserted   ``first``, ``last``: ranges of ids
    changed    ``id`` and the columns that are about to change, with their origins
    deleted    all columns of rows that are about to go
    keyed      rows of tables without an id, by their key; ``there`` is false where there was none
    made       ``key``: channels or locations that nobody had described
"""

import base64
import itertools
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, Text, select

from opsconsole.store import dialect, schema

INSERTED, CHANGED, DELETED, KEYED, MADE = "inserted", "changed", "deleted", "keyed", "made"
ORIGINS = ("source_time", "batch_id", "field_sources_json")
_ROWS = 20_000

Columns = Mapping[str, Sequence[Any]]


class Kept:
    """Keeps what one batch is about to overwrite."""

    def __init__(self, conn: Connection, batch_id: int) -> None:
        self._conn = conn
        self._batch_id = batch_id

    def inserted(self, table: str, ids: Sequence[int]) -> None:
        """Rows that are new."""
        ranges = ranges_of(ids)
        if ranges:
            self._keep(table, INSERTED, {"first": [r[0] for r in ranges], "last": [r[1] for r in ranges]})

    def before(self, table: Table, ids: Sequence[int], columns: Iterable[str]) -> None:
        """Columns (and the origins) of rows that are about to change."""
        names = dict.fromkeys([*columns, *(name for name in ORIGINS if name in table.c)])
        self._rows(table, CHANGED, ids, list(names))

    def deleted(self, table: Table, ids: Sequence[int]) -> None:
        """Rows that are about to go."""
        self._rows(table, DELETED, ids, [column.name for column in table.c if column.name != "id"])

    def keyed(self, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows without an id that are about to be written, as they are."""
        for chunk in dialect.chunks(rows, _ROWS):
            types = {name: BigInteger() for name in key if not isinstance(table.c[name].type, Text)}
            keys = dialect.key_set(self._conn, {name: [row[name] for row in chunk] for name in key}, types)
            on = table.c[key[0]] == keys.c[key[0]]
            for name in key[1:]:
                on = on & (table.c[name] == keys.c[name])
            others = [column for column in table.c if column.name not in key]
            statement = select(*[keys.c[name] for name in key], table.c[key[0]].is_not(None), *others)
            found = self._conn.execute(statement.select_from(keys.outerjoin(table, on))).all()
            self._keep(table.name, KEYED, _columns([*key, "there", *(column.name for column in others)], found))

    def made(self, table: str, keys: Sequence[str]) -> None:
        """Channels or locations that are new."""
        if keys:
            self._keep(table, MADE, {"key": list(keys)})

    def _rows(self, table: Table, what: str, ids: Sequence[int], names: Sequence[str]) -> None:
        for chunk in dialect.chunks(list(ids), _ROWS):
            with dialect.id_set(self._conn, chunk) as wanted:
                statement = (
                    select(table.c.id, *[table.c[name] for name in names])
                    .select_from(wanted.join(table, table.c.id == wanted.c.id))
                    .order_by(table.c.id)
                )
                found = self._conn.execute(statement).all()
            if found:
                self._keep(table.name, what, _columns(["id", *names], found))

    def _keep(self, table: str, what: str, columns: Columns) -> None:
        row = {"batch_id": self._batch_id, "table_name": table, "what": what, "content": packed(columns)}
        self._conn.execute(schema.batch_undo.insert().values(**row))


class Forgotten(Kept):
    """Keeps nothing: for writes that nobody will take back."""

    def _rows(self, table: Table, what: str, ids: Sequence[int], names: Sequence[str]) -> None:
        return None

    def keyed(self, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Nothing is kept."""

    def _keep(self, table: str, what: str, columns: Columns) -> None:
        return None


def _columns(names: Sequence[str], rows: Sequence[Any]) -> Columns:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in names}


def packed(columns: Columns) -> str:
    """Columns of plain values as short text."""
    text = json.dumps(columns, separators=(",", ":"), ensure_ascii=False)
    return base64.b85encode(zlib.compress(text.encode(), 1)).decode()


def unpacked(content: str) -> dict[str, list[Any]]:
    """The columns that ``packed`` packed."""
    found: dict[str, list[Any]] = json.loads(zlib.decompress(base64.b85decode(content)))
    return found


def ranges_of(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending, closed ranges that hold exactly these ids."""
    if not ids:
        return []
    if ids[-1] - ids[0] + 1 == len(ids):
        return [(ids[0], ids[-1])]
    ordered = sorted(ids)
    breaks = [place for place, (one, two) in enumerate(itertools.pairwise(ordered), 1) if two - one != 1]
    starts, ends = [0, *breaks], [*breaks, len(ordered)]
    return [(ordered[start], ordered[end - 1]) for start, end in zip(starts, ends, strict=True)]
