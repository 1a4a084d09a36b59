"""Rows into records of one kind: which rows, what values, which of them cannot be read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

import numpy as np

from opsconsole.imports.columns import Codes, Mask, Rows, TextColumn, Typed, constant, group_codes, key_columns
from opsconsole.imports.conditions import any_holds
from opsconsole.imports.evaluate import Evaluator
from opsconsole.imports.formats import find_column
from opsconsole.imports.mapping import TIMES_FIELD, Expression, RecordSpec, type_of
from opsconsole.imports.records import RecordKind, Type, group_fields
from opsconsole.imports.rejects import Rank
from opsconsole.imports.unnamed import unnamed


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be read, in the words of a reject."""

    kind: str
    row: int
    field: str
    found: str
    expected: str
    columns: tuple[str, ...] = ()  # normalized names of the columns that the field is read from
    rank: Rank = Rank.PLAIN


@dataclass
class Draft:
    """Records of one kind as far as they can be read; ``rows[i]`` is the table's row of record i."""

    kind: RecordKind
    rows: Rows
    columns: dict[str, Typed]
    times: Typed | None = None
    problems: list[Problem] = field(default_factory=list)
    groups: Codes | None = None  # of every row of the table, where several rows make one record (-1: of none)

    def group_keys(self, rows: Rows) -> list[tuple[object, ...]]:
        """Which order (or purchase order) some records are part of; their own row where they are part of none."""
        names = group_fields(self.kind)
        if not names or names[-1] not in self.columns:
            return [(self.kind.key, row) for row in rows.tolist()]
        nothing = [None] * len(rows)
        parts = [self.columns[name].objects(rows) if name in self.columns else nothing for name in names]
        return [(names[-1], *key) for key in zip(*parts, strict=True)]

    def rows_of(self, refused: Mapping[tuple[object, ...], Problem], bad_rows: Collection[int]) -> Rows:
        """Rows of the records that have a problem themselves or may be part of what is refused."""
        bad = np.array(sorted(bad_rows), dtype=np.int64)
        names = group_fields(self.kind)
        if not names or names[-1] not in self.columns:
            mine = np.array([key[1] for key in refused if key[0] == self.kind.key], dtype=np.int64)
            return np.intersect1d(self.rows, np.union1d(bad, mine))
        wanted = {key[-1] for key in refused if key[0] == names[-1]}
        found = self.columns[names[-1]].rows_with(wanted, self.rows)
        return np.union1d(found, np.intersect1d(self.rows, bad))


def draft(evaluator: Evaluator, spec: RecordSpec, defaults: Mapping[str, str]) -> Draft | None:
    """Records of a spec; None where the file lacks a column that the kind requires.

    ``defaults`` are values for fields that neither the spec nor the file gives: channel, location, currency, time_zone.
    """
    table = evaluator.table
    if spec.needs and find_column(table, spec.needs) is None:
        return None
    kept = ~any_holds(table, spec.skip_where)
    if spec.keep_where:
        kept &= any_holds(table, spec.keep_where)
    kept[: table.beside] = False
    rows, groups = _record_rows(evaluator, spec, kept)
    together = group_fields(spec.kind) or any(expression.rows != "first" for expression in spec.fields.values())
    made = Draft(spec.kind, rows, {}, groups=groups if together else None)
    for key in sorted(spec.fields, key=lambda name: name != "currency"):
        expression = spec.fields[key]
        if not evaluator.available(expression):
            continue
        of = type_of(spec, key)
        typed = evaluator.value(spec.kind, key, of, expression, kept)
        if groups is not None and expression.rows != "first":
            typed = _over_rows(typed, groups, rows, expression.rows)
        made.columns[key] = evaluator.finished(typed, of, made.columns.get("currency"), rounded=bool(expression.over))
    _fill(made, spec, defaults, len(table))
    required = {f.key for f in spec.kind.fields if f.required}
    if spec.kind.parent == "orders":
        required.discard("channel")  # the order is looked up over all channels then
    if required - set(made.columns):
        return None
    required |= {key for key, expression in spec.fields.items() if expression.required}
    _find_problems(made, evaluator, spec, required)
    made.times = made.columns.get(TIMES_FIELD)
    if TIMES_FIELD in made.columns and all(f.key != TIMES_FIELD for f in spec.kind.fields):
        del made.columns[TIMES_FIELD]
    return made


def _record_rows(evaluator: Evaluator, spec: RecordSpec, kept: Mask) -> tuple[Rows, Codes | None]:
    """Rows that stand for records, and for ``one_per`` the group of every row (-1: of none)."""
    rows = np.flatnonzero(kept)
    if not spec.one_per and not spec.one_per_field:
        return rows, None
    table = evaluator.table
    columns = key_columns(table, spec.one_per)
    told_by = spec.fields.get(spec.one_per_field)
    if told_by is not None and evaluator.available(told_by):
        columns.append(_as_column(evaluator, spec, spec.one_per_field, kept))
    found = group_codes(columns, len(table))
    if columns:
        alone = np.flatnonzero(unnamed(evaluator, spec))
        found[alone] = found.max(initial=-1) + 1 + np.arange(len(alone))
    groups = np.where(kept, found, -1).astype(np.int32)
    _, first = np.unique(groups[rows], return_index=True)
    return rows[np.sort(first)], groups


def _as_column(evaluator: Evaluator, spec: RecordSpec, key: str, kept: Mask) -> TextColumn:
    """A field's values as a column, to tell rows apart by them."""
    typed = evaluator.value(spec.kind, key, type_of(spec, key), spec.fields[key], kept)
    texts = list(dict.fromkeys(["", *map(str, typed.values)]))  # those of a column are distinct
    number = {text: place for place, text in enumerate(texts)}
    places = np.array([0, *(number[str(value)] for value in typed.values)], np.int32)
    return TextColumn(places[typed.codes + 1], texts)


def _over_rows(typed: Typed, groups: Codes, chosen: Rows, how: str) -> Typed:
    """One value for all rows of a record, put where the record's row is; a bad one among them stays bad."""
    rows = np.flatnonzero((groups >= 0) & (typed.codes >= 0))
    together: dict[int, list[object]] = {}
    bad: dict[int, str] = {}
    for group, code in zip(groups[rows].tolist(), typed.codes[rows].tolist(), strict=True):
        if code in typed.bad:
            bad[group] = typed.bad[code]
        together.setdefault(group, []).append(typed.values[code])
    codes = np.full(len(groups), -1, np.int32)
    values: list[object] = []
    faults: dict[int, str] = {}
    for row, group in zip(chosen.tolist(), groups[chosen].tolist(), strict=True):
        if group not in together:
            continue
        codes[row] = len(values)
        if group in bad:
            faults[len(values)] = bad[group]
            values.append(None)
        else:
            values.append(_reduced(together[group], how))
    return Typed(codes, values, faults)


def _reduced(values: list[object], how: str) -> object:
    if how == "count":
        return Decimal(len(values))
    if how == "last":
        return values[-1]
    figures = cast("list[Decimal]", values)
    if how == "sum":
        return sum(figures, Decimal(0))
    return min(figures) if how == "min" else max(figures)


def _fill(made: Draft, spec: RecordSpec, defaults: Mapping[str, str], count: int) -> None:
    """What no column says: the channel the file belongs to, its location, its currency, the zone its times are in."""
    known = {f.key: f for f in spec.kind.fields}
    has_money = any(type_of(spec, key) in (Type.MONEY, Type.PRICE_E4) for key in spec.fields)
    wanted = {
        "channel": "channel" in known,
        "location": "location" in known and known["location"].required,
        "currency": "currency" in known and has_money,
        "time_zone": "time_zone" in known and "placed_at" in spec.fields,
    }
    for key, want in wanted.items():
        if not want or not defaults.get(key):
            continue
        if key not in made.columns:
            made.columns[key] = constant(defaults[key], count)
        elif key == "channel" or _of_amounts(spec.fields[key]):
            made.columns[key] = _or_else(made.columns[key], defaults[key])


def _of_amounts(expression: Expression) -> bool:
    """Whether it is the currency that amounts carry: those without one are in the file's."""
    return bool(expression.currency_of) or any(map(_of_amounts, expression.parts()))


def _or_else(typed: Typed, default: object) -> Typed:
    """A default where there is no value."""
    if not (typed.codes < 0).any():
        return typed
    return Typed(
        np.where(typed.codes < 0, np.int32(len(typed.values)), typed.codes), [*typed.values, default], typed.bad
    )


def _find_problems(made: Draft, evaluator: Evaluator, spec: RecordSpec, required: Iterable[str]) -> None:
    table = evaluator.table
    needed = set(required)
    for key, typed in made.columns.items():
        expression = spec.fields.get(key)
        columns = found_columns(evaluator, expression)
        for row in typed.bad_rows(made.rows).tolist():
            expected = typed.bad[int(typed.codes[row])]
            found = found_text(evaluator, expression, row)
            derived = expression is not None and next(expression.parts(), None) is not None
            rank = Rank.DERIVED if derived else Rank.PLAIN
            made.problems.append(Problem(made.kind.key, row, key, found, expected, columns, rank))
        if key in needed:
            label = key.replace("_", " ")
            for row in made.rows[typed.codes[made.rows] < 0].tolist():
                found = found_text(evaluator, expression, row)
                expected = f"a value: the {label} is needed"
                made.problems.append(Problem(made.kind.key, row, key, found, expected, columns))
    if table.faults:
        for row in np.intersect1d(made.rows, list(table.faults)).tolist():
            found, expected = table.faults[row]
            made.problems.append(Problem(made.kind.key, row, "", found, expected))


def found_columns(evaluator: Evaluator, expression: Expression | None) -> tuple[str, ...]:
    """Normalized names of the file's columns that a value comes from."""
    if expression is None:
        return ()
    wanted = [expression.columns, (expression.zone_of,), *((name,) for name in expression.occurrence_of)]
    columns = [find_column(evaluator.table, [n for n in names if n]) for names in wanted]
    of_parts = [column for part in expression.parts() for column in found_columns(evaluator, part)]
    return tuple(dict.fromkeys([*(column for column in columns if column is not None), *of_parts]))


def found_text(evaluator: Evaluator, expression: Expression | None, row: int) -> str:
    """What the file says where a value comes from."""
    if expression is None:
        return ""
    names = [expression.columns, (expression.zone_of,), *((name,) for name in expression.occurrence_of)]
    texts = []
    for name in names:
        column = find_column(evaluator.table, [n for n in name if n])
        if column is not None:
            texts.append(evaluator.table.columns[column].at(row).strip())
    texts += [found_text(evaluator, part, row) for part in expression.parts()]
    return " | ".join(text for text in texts if text)
