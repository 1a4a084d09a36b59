"""Records that say word for word what is known, and from the same time: told by sets, before rows are read back.

Columns that say the same in all records of a chunk are compared by the database; only the others come back.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, and_, select, true

from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_merge import Merger
from opsconsole.store import dialect

Key = tuple[Any, ...]
# Records that are asked about first: where none of them repeats anything, the others hardly do.
_FIRST = 200


def repeated(
    batch: Batch, table: Table, key_names: Sequence[str], keys: Sequence[Key], said: "Saying", merger: Merger
) -> dict[int, int]:
    """Ids of the known rows that records repeat, by place in ``keys``."""
    found = _repeated(batch, table, key_names, keys[:_FIRST], said.of(0, _FIRST), merger)
    if not found or len(keys) <= _FIRST:
        return found
    rest = _repeated(batch, table, key_names, keys[_FIRST:], said.of(_FIRST, len(keys)), merger)
    return found | {place + _FIRST: row_id for place, row_id in rest.items()}


class Saying:
    """What records say: ``columns`` by name, and from which times."""

    def __init__(self, columns: dict[str, Sequence[Any]], times: Sequence[int]) -> None:
        self.columns, self.times = columns, times

    def of(self, first: int, last: int) -> "Saying":
        """What some of them say."""
        return Saying({name: values[first:last] for name, values in self.columns.items()}, self.times[first:last])


def _repeated(
    batch: Batch, table: Table, key_names: Sequence[str], keys: Sequence[Key], said: Saying, merger: Merger
) -> dict[int, int]:
    columns = {**said.columns, "source_time": said.times}
    same = {name: values[0] for name, values in columns.items() if values.count(values[0]) == len(values)}
    others = [name for name in columns if name not in same]
    named: dict[str, Sequence[Any]] = {"place": range(len(keys))}
    named |= {name: [key[index] for key in keys] for index, name in enumerate(key_names)}
    types = {name: table.c[name].type for name in key_names if isinstance(table.c[name].type, BigInteger)}
    wanted = dialect.key_set(batch.conn, named, {"place": BigInteger(), **types})
    on = and_(*[wanted.c[name] == table.c[name] for name in key_names])
    alike: list[ColumnElement[bool]] = [table.c[name].is_not_distinct_from(value) for name, value in same.items()]
    alike += [table.c[name].is_(None) for name in ("field_sources_json", "stub", "status_seen_json") if name in table.c]
    # Not a condition: it would lead the database to other indexes than that of the key.
    asked = (wanted.c.place, table.c.id, table.c.batch_id, and_(true(), *alike), *[table.c[name] for name in others])
    statement = select(*asked).select_from(wanted.join(table, on))
    mine = list(zip(*[columns[name] for name in others], strict=True)) if others else [()] * len(keys)
    covered: dict[int, bool] = {}
    found: dict[int, int] = {}
    for row in batch.conn.execute(statement).all():
        place, row_id, batch_id, as_said = row[:4]
        if as_said and row[4:] == mine[place]:
            if batch_id not in covered:
                covered[batch_id] = merger.covers(batch_id)
            if covered[batch_id]:
                found[place] = row_id
    return found
