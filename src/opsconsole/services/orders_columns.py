"""Rows of a SELECT as columns, quickly; texts with few distinct values as dictionary codes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select

from opsconsole.domain.listing import Coded

_PART = 2_000
_MANY, _SAMPLE, _FEW = 1_000, 500, 10_000


def fetch(connection: Connection, statement: Select[Any]) -> dict[str, list[Any]]:
    """Columns of the result by label as the driver has them (SQLite: flags as 0 and 1); empty lists without rows."""
    result = connection.execute(statement)
    names = list(result.keys())
    columns: list[list[Any]] = [[] for _ in names]
    cursor: Any = result.cursor
    # In parts: a hundred thousand rows at once keep the garbage collector busier than the database.
    while rows := cursor.fetchmany(_PART):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    result.close()
    return dict(zip(names, columns, strict=True))


def coded(column: Sequence[Any]) -> Sequence[Any]:
    """A long column of few distinct values as codes, anything else as it is."""
    if len(column) < _MANY or len(set(column[:_SAMPLE])) > _SAMPLE // 2:
        return column
    values = set(column)
    if len(values) > _FEW or len(values) * 10 > len(column):
        return column
    values.discard(None)
    known = list(values)
    place = {value: code for code, value in enumerate(known)}
    place[None] = -1
    codes: Any = np.fromiter(map(place.__getitem__, column), np.int32, len(column))
    return Coded(codes, known)
