"""Which rows of a file belong together: told by links, numbers that rows with the same content share.

A record that stands for several rows, an order whose lines are refused together, a value that other rows of a group
tell, a record that repeats another: each of these is decided among rows that are linked, whatever the other rows are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from opsconsole.imports import convert
from opsconsole.imports.columns import Mask, Rows, TextTable, group_codes, has_keys, key_columns, normalized
from opsconsole.imports.conditions import any_holds
from opsconsole.imports.evaluate import Evaluator
from opsconsole.imports.formats import find_column
from opsconsole.imports.mapping import Expression, Key, RecordSpec, type_of
from opsconsole.imports.records import KINDS
from opsconsole.imports.unnamed import all_parts, group_field, told_by_row, unnamed

Hashes = npt.NDArray[np.int64]
UNLINKED = 0
_EVERY_ROW = 1

# Makes the typed values of a table's text fields.
Evaluate = Callable[[TextTable], Evaluator]


@dataclass(frozen=True, slots=True)
class Link:
    """Rows of a table that have the same number belong together; ``space`` are links that share their numbers.

    ``named``: rows that name no order stand alone.
    """

    space: object
    keys: tuple[Key, ...] = ()  # the texts of these columns
    value: str = ""  # or the value of this field; of neither: all rows belong together
    spec: RecordSpec | None = field(default=None, compare=False)  # only rows that are its records
    number: int = -1  # of the spec
    named: bool = False

    def numbers(self, table: TextTable, evaluate: Evaluate) -> Hashes:
        """The number of each row, 0 where it is linked to no other."""
        if self.value:
            found = self._values(table, evaluate)
        elif self.keys:
            found = _by_texts(table, self.keys)
        else:
            found = np.full(len(table), _EVERY_ROW, np.int64)
        if self.named and self.spec is not None:
            found = np.where(unnamed(evaluate(table), self.spec), UNLINKED, found)
        return found if self.spec is None else np.where(kept_rows(table, self.spec), found, UNLINKED)

    def _values(self, table: TextTable, evaluate: Evaluate) -> Hashes:
        spec = self.spec
        assert spec is not None
        of, expression = type_of(spec, self.value), spec.fields[self.value]
        typed = evaluate(table).value(spec.kind, self.value, of, expression, np.ones(len(table), np.bool_))
        # What needs the value and lacks it is refused by itself; else rows without one may be the same record.
        without = UNLINKED if spec.kind.field(self.value).required else hash(None)
        numbers = np.fromiter((*map(hash, typed.values), without), np.int64, len(typed.values) + 1)
        return numbers[typed.codes]  # code -1, no value, is the last


def _by_texts(table: TextTable, keys: Sequence[Key]) -> Hashes:
    columns = key_columns(table, keys)
    groups = group_codes(columns, len(table))
    _, first = np.unique(groups, return_index=True)
    texts = zip(*[[column.at(row).strip() for row in first.tolist()] for column in columns], strict=True)
    numbers = np.fromiter(map(hash, texts), np.int64, len(first))
    return numbers[groups] if len(groups) else np.zeros(0, np.int64)


def kept_rows(table: TextTable, spec: RecordSpec) -> Mask:
    """Rows that are records of a spec."""
    kept = ~any_holds(table, spec.skip_where)
    return kept & any_holds(table, spec.keep_where) if spec.keep_where else kept


@dataclass(frozen=True, slots=True)
class Told:
    """A column's value that the first row of a group tells for all of them."""

    keys: tuple[Key, ...]
    column: str
    expression: Expression

    def filled(self, table: TextTable) -> Mask:
        """Rows that tell it."""
        column = table.columns[self.column]
        texts = convert.prepared_column(column, self.expression)
        filled = np.fromiter(map(bool, texts), np.bool_, len(texts))[column.codes]
        return filled & any_holds(table, self.expression.where) if self.expression.where else filled


@dataclass
class Section:
    """Record specs that are read together, apart from the others of a file.

    ``first``: of the rows with the same number there only the first is a record. ``told``: values that groups of rows
    tell, by the keys of the group; None where more than one row of a group may have a say.
    """

    specs: list[RecordSpec] = field(default_factory=list)
    links: dict[Link, None] = field(default_factory=dict)
    first: Link | None = None
    told: dict[tuple[Key, ...], list[Told] | None] = field(default_factory=dict)

    def columns(self) -> set[str]:
        """Normalized names of the columns that they are read from."""
        return {normalized(name) for spec in self.specs for names, _ in spec.column_groups() for name in names}


def sections(specs: Sequence[RecordSpec], table: TextTable, evaluate: Evaluate) -> list[Section]:
    """The sections of a file with the columns of ``table``, its first rows; all specs fill records there.

    They come in the order in which one reading of the file settles them: by their record kinds.
    """
    evaluator = evaluate(table)
    order = list(KINDS)
    found: dict[object, Section] = {}
    for number, spec in enumerate(specs):
        spec = replace(spec, fields={key: e for key, e in spec.fields.items() if evaluator.available(e)})
        one = Section([specs[number]])
        group = group_field(spec)
        _link_records(one, spec, number, table, evaluate)
        for expression in spec.fields.values():
            _link_values(one, spec, number, expression, table)
        apart = (number,) if one.first is not None or one.links else ()
        mine = found.setdefault(group or apart, Section())
        mine.specs += one.specs
        mine.links |= one.links
        mine.first = one.first
        for keys, told in one.told.items():
            before = mine.told.get(keys, [])
            mine.told[keys] = None if told is None or before is None else [*before, *told]
    return sorted(found.values(), key=lambda one: min(order.index(spec.kind.key) for spec in one.specs))


def _link_records(one: Section, spec: RecordSpec, number: int, table: TextTable, evaluate: Evaluate) -> None:
    """Link the rows of a record, of what is refused together and of what may be the same record."""
    group = group_field(spec)
    if group:
        link = Link(group, value=group, spec=spec, number=number) if told_by_row(spec, group) else Link(group)
        one.links[link] = None
    elif not spec.kind.occurrence:
        one.links |= _by_identity(spec, number, table, evaluate)
    if spec.one_per_field and not spec.one_per:
        plain = spec.one_per_field in spec.fields and told_by_row(spec, spec.one_per_field)
        value = spec.one_per_field if plain else ""
        one.links[Link((number, "one per"), value=value, spec=spec, number=number)] = None
    if not spec.one_per or not has_keys(table, spec.one_per):
        return
    link = Link((number, "one per"), spec.one_per, spec=spec, number=number, named=True)
    if not group and not spec.one_per_field and all(expression.rows == "first" for expression in spec.fields.values()):
        one.first = link
    else:
        one.links[link] = None


def _by_identity(spec: RecordSpec, number: int, table: TextTable, evaluate: Evaluate) -> dict[Link, None]:
    """The identifying field that tells most records apart; no link where the file has none at all."""
    there = [name for name in spec.kind.identity if name in spec.fields]
    if not there:
        return {}
    plain = [name for name in there if told_by_row(spec, name)]
    # Rows without the value may be the same record as well, unless each of them is refused.
    needed = [name for name in plain if spec.kind.field(name).required]
    links = [Link((number, name), value=name, spec=spec, number=number) for name in needed or plain]
    if not links:
        return {Link((number, "identity")): None}
    return {max(links, key=lambda link: len(np.unique(link.numbers(table, evaluate)))): None}


def _link_values(one: Section, spec: RecordSpec, number: int, expression: Expression, table: TextTable) -> None:
    """Link the rows that tell a value together."""
    for part in all_parts(expression):
        if part.occurrence_of:
            keys = (part.occurrence_of, *part.within)
            one.links[Link(("occurrence", keys), keys, spec=spec, number=number)] = None
        elif part.within and has_keys(table, part.within):
            column = find_column(table, part.columns)
            alone = column is not None and not (part.map or part.default is not None or part.plus_minutes)
            before = one.told.setdefault(part.within, [])
            if column is None or not alone:
                one.told[part.within] = None
            elif before is not None:
                before.append(Told(part.within, column, part))


def within(keys: tuple[Key, ...]) -> Link:
    """What links the rows of a group that tells values."""
    return Link(("within", keys), keys)


def distinct(numbers: Hashes) -> Rows:
    """The first row of each number, in the order of the rows."""
    linked = np.flatnonzero(numbers != UNLINKED)
    _, first = np.unique(numbers[linked], return_index=True)
    return np.sort(linked[first])
