"""A statement that is compiled once and asked many times: what building and compiling cost is paid once a process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select

from opsconsole.store import dialect

Processor = Callable[[Any], Any]
_kept: dict[tuple[Select[Any], bool], "Prepared"] = {}


def asked(conn: Connection, statement: Select[Any], *, planned: bool = True, **given: Any) -> "Answer":
    """What a statement that stands in a module, and so is always the same one, answers."""
    key = (statement, dialect.is_sqlite(conn))
    if key not in _kept:
        _kept[key] = Prepared(conn, statement)
    return _kept[key].ask(conn, given, planned=planned)


@dataclass(frozen=True)
class Answer:
    """Rows with the names of their columns."""

    keys: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def mappings(self) -> list[dict[str, Any]]:
        """Rows as dicts."""
        return [dict(zip(self.keys, row, strict=True)) for row in self.rows]

    def scalars(self) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows]


class Prepared:
    """A SELECT compiled for one kind of database; ``given`` are its named parameters that differ each time."""

    def __init__(self, conn: Connection, statement: Select[Any]) -> None:
        self._dialect = dialect.untranslated(conn)
        expanded = statement.compile(dialect=self._dialect).construct_expanded_state()
        self._words = expanded.statement
        self._names = expanded.positiontup or ()
        self._processors: Mapping[str, Processor] = expanded.processors
        self._fixed = self._bound(expanded.parameters)
        self._types = [column.type for column in statement.selected_columns]
        self._keys: Sequence[str] | None = None
        self._after: list[tuple[int, Processor]] = []

    def ask(self, conn: Connection, given: Mapping[str, Any], *, planned: bool = False) -> Answer:
        """What it answers; ``planned``: a server keeps its plan from the first time on."""
        if not conn.in_transaction():
            conn.begin()
        parameters = {**self._fixed, **self._bound(given)}
        bound = [parameters[name] for name in self._names]
        cursor = dialect.ask_driver(conn, self._words, bound, planned=planned)
        try:
            if self._keys is None:
                self._look_at(cursor.description)
            return Answer(self._keys or (), self._converted(cursor.fetchall()))
        finally:
            cursor.close()

    def _bound(self, given: Mapping[str, Any]) -> dict[str, Any]:
        known = self._processors
        return {name: known[name](value) if name in known else value for name, value in given.items()}

    def _look_at(self, description: Sequence[Any]) -> None:
        made = [
            kind.dialect_impl(self._dialect).result_processor(self._dialect, told[1])
            for kind, told in zip(self._types, description, strict=False)
        ]
        self._after = [(place, processor) for place, processor in enumerate(made) if processor is not None]
        self._keys = [told[0] for told in description]

    def _converted(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        if not self._after:
            return rows
        found = [list(row) for row in rows]
        for place, processor in self._after:
            for row in found:
                row[place] = processor(row[place])
        return found
