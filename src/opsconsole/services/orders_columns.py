"""Rows of a SELECT as columns, quickly; texts with few distinct values as dictionary codes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select

from opsconsole.domain.listing import Coded

_MANY = 1_000


def fetch(connection: Connection, statement: Select[Any]) -> dict[str, list[Any]]:
    """Columns of the result by label; empty lists when there are no rows."""
    result = connection.execute(statement)
    names = list(result.keys())
    rows = result.all()
    if not rows:
        return {name: [] for name in names}
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def coded(column: Sequence[Any]) -> Sequence[Any]:
    """A long column of few distinct values as codes, anything else as it is."""
    if len(column) < _MANY:
        return column
    place: dict[Any, int] = {}
    codes: Any = np.fromiter(
        (-1 if value is None else place.setdefault(value, len(place)) for value in column), np.int32, len(column)
    )
    return Coded(codes, list(place)) if len(place) * 10 <= len(column) else column
