"""Expressions over columns of text: typed values for every row, computed once per distinct text."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import repeat
from operator import is_
from typing import cast

import numpy as np

from opsconsole.domain.instants import DAY, MINUTE, to_datetime
from opsconsole.imports import convert, date_words, dates, figures, numbers
from opsconsole.imports.columns import (
    EMPTY,
    Codes,
    Mask,
    TextColumn,
    TextTable,
    Typed,
    constant,
    first_filled,
    group_codes,
    has_keys,
    key_columns,
    normalized,
    occurrence_numbers,
)
from opsconsole.imports.conditions import any_holds
from opsconsole.imports.currencies import currency_in
from opsconsole.imports.formats import Formats, find_column
from opsconsole.imports.iso_dates import NO_OFFSET
from opsconsole.imports.mapping import Expression, Key
from opsconsole.imports.plain_figures import PlainFigures
from opsconsole.imports.records import PROMISES, RecordKind, Type


@dataclass
class Evaluator:
    """Values of expressions over a table. ``zone`` reads times without an offset, ``currency`` amounts without one."""

    table: TextTable
    formats: Formats
    zone: str
    currency: str
    _groups: dict[tuple[Key, ...], Codes] = field(default_factory=dict)
    _read_before: dict[tuple[object, ...], Typed] = field(default_factory=dict)

    def available(self, expression: Expression) -> bool:
        """Whether the file has what the expression needs; alternatives in ``first`` need only one."""
        if expression.within and not has_keys(self.table, expression.within):
            return False
        if expression.first:
            return any(self.available(part) for part in expression.first)
        if expression.join or expression.sum or expression.product or expression.less:
            factors, added = (*expression.product, *expression.over), (*expression.join, *expression.sum)
            return (
                all(map(self.available, factors))
                and all(part.optional or self.available(part) for part in (*added, *expression.less))
                and (not added or any(map(self.available, added)))
            )
        if expression.plus_minutes and find_column(self.table, (expression.plus_minutes,)) is None:
            return False
        if expression.columns:
            return find_column(self.table, expression.columns) is not None
        if expression.zone_of:
            return True
        if expression.day_of:
            return find_column(self.table, (expression.day_of,)) is not None
        if expression.currency_of:
            return find_column(self.table, (expression.currency_of,)) is not None
        if expression.occurrence_of:
            return any(normalized(name) in self.table.columns for name in expression.occurrence_of)
        return True

    def value(self, kind: RecordKind, key: str, of: Type, expression: Expression, kept: Mask) -> Typed:
        """Values of one field of a record kind in every row; ``kept`` are the rows that are records at all.

        Numbers come as ``Decimal``; ``finished`` makes amounts of them once their currency is known.
        """
        if expression.occurrence_of:
            result = self._occurrences(expression, kept)
        elif expression.first:
            result = self._first([self.value(kind, key, of, part, kept) for part in self._usable(expression.first)])
        elif expression.join:
            result = self._join(expression, kind, key, of, kept)
        elif expression.sum or expression.product:
            result = self._arithmetic(expression, kind, key, of, kept)
        elif expression.zone_of:
            result = self._zones(expression)
        elif expression.day_of:
            result = self._days(expression)
        elif expression.currency_of:
            result = self._currencies(expression, kind, key, of)
        elif expression.const is not None:
            result = self._texts(
                TextColumn(np.ones(len(self.table), np.int32), ["", expression.const]), kind, key, of, expression
            )
        else:
            result = self._column(cast("str", find_column(self.table, expression.columns)), kind, key, of, expression)
        if expression.plus_minutes:
            result = self._later(result, expression.plus_minutes, kind, kept)
        if expression.where:
            mask = any_holds(self.table, expression.where)
            result = Typed(np.where(mask, result.codes, np.int32(-1)), result.values, result.bad)
        if expression.within and not expression.occurrence_of:
            result = self._within(result, expression.within)
        return result

    def _later(self, instants: Typed, column: str, kind: RecordKind, kept: Mask) -> Typed:
        """Instants plus the minutes in a column."""
        minutes = self.value(kind, "", Type.NUMBER, Expression(columns=(column,)), kept)

        def combine(values: list[object]) -> object | None:
            at, more = values
            return None if at is None or more is None else cast("int", at) + round(cast("Decimal", more) * MINUTE)

        return Typed(*self._combined([instants, minutes], combine))

    def _usable(self, parts: Sequence[Expression]) -> list[Expression]:
        return [part for part in parts if self.available(part)]

    def _column(self, name: str, kind: RecordKind, key: str, of: Type, expression: Expression) -> Typed:
        """A column of the file; names and identifiers that several record kinds take from it are read once."""
        column = self.table.columns[name]
        if of not in (Type.TEXT, Type.IDENTIFIER) or key in convert.TEXTS_OF_THEIR_OWN:
            return self._texts(column, kind, key, of, expression)
        asked = (name, of, replace(expression, where=(), within=(), rows="first", required=False, optional=False))
        if asked not in self._read_before:
            self._read_before[asked] = self._texts(column, kind, key, of, expression)
        return self._read_before[asked]

    def _texts(self, column: TextColumn, kind: RecordKind, key: str, of: Type, expression: Expression) -> Typed:
        """Leaf: a column's distinct texts prepared, translated and read as the type."""
        texts = convert.prepared_column(column, expression)
        meant, unknown = convert.mapped(texts, expression)
        values, bad = self._read(meant, kind, key, of, expression)
        bad.update(unknown)
        return Typed(_without_none(column.codes, values, bad), values, bad)

    def _read(self, texts: list[str], kind: RecordKind, key: str, of: Type, expression: Expression) -> convert.Values:
        if of in convert.TEXT_TYPES:
            return convert.to_texts(texts, kind, key, of)
        if of is Type.FLAG:
            return convert.to_flags(texts)
        column = find_column(self.table, expression.columns) or ""
        if of in convert.DATE_TYPES:
            pattern = self.formats.dates.get(column, expression.formats[0] if expression.formats else dates.ISO)
            return self._dates(texts, column, pattern, key, of, expression)
        sign = self.formats.decimals.get(column, expression.decimal or ".")
        found, bad = numbers.parse_all(texts, sign, money=of in convert.MONEY_TYPES)
        if not convert.changes(expression):
            return found, bad
        scaled = [None if n is None else convert.scaled(n, expression) for n in found]
        return cast("list[object]", scaled), bad

    def _dates(
        self, texts: list[str], column: str, pattern: str, key: str, of: Type, expression: Expression
    ) -> convert.Values:
        zone = expression.time_zone or self.zone
        parsed = self._parsed(column, expression, texts, pattern, zone)
        numbers_ = parsed.days if of is Type.DAY else parsed.instants
        if of is Type.INSTANT and key in PROMISES:  # a promise for a day is kept up to its last microsecond
            numbers_ = np.where(parsed.has_time, numbers_, numbers_ + DAY - 1)
        good = parsed.good.tolist()
        values: list[object] = [n if ok else None for n, ok in zip(numbers_.tolist(), good, strict=True)]
        bad = (at for at, text in enumerate(texts) if text and not good[at])
        return values, dict.fromkeys(bad, date_words.sample(pattern))

    def _parsed(self, column: str, expression: Expression, texts: list[str], pattern: str, zone: str) -> dates.Parsed:
        if not column or expression.map or expression.default is not None:  # not the column's own texts
            return dates.parse(texts, pattern, zone)
        return self.formats.parsed(column, expression, texts, pattern, zone)

    def _zones(self, expression: Expression) -> Typed:
        name = find_column(self.table, (expression.zone_of,))
        if name is None:
            return constant(self.zone, len(self.table))
        column = self.table.columns[name]
        texts = convert.prepared_column(column, expression)
        zone = expression.time_zone or self.zone
        parsed = self._parsed(name, expression, texts, self.formats.dates.get(name, dates.ISO), zone)
        known: dict[int, str] = {}
        zones: list[object] = []
        for offset, instant, good in zip(
            parsed.offsets.tolist(), parsed.instants.tolist(), parsed.good.tolist(), strict=True
        ):
            if not good:
                zones.append(None)
            elif offset == NO_OFFSET:
                zones.append(expression.time_zone or self.zone)
            else:
                if offset not in known or offset % 60:
                    known[offset] = convert.zone_name(offset, instant)
                zones.append(known[offset])
        none = np.array([zone is None for zone in zones])
        return Typed(np.where(none[column.codes], np.int32(-1), column.codes), zones)

    def _days(self, expression: Expression) -> Typed:
        """The days in UTC that a column tells, as texts that are the same in whatever form and zone it tells them."""
        name = cast("str", find_column(self.table, (expression.day_of,)))
        column = self.table.columns[name]
        texts = convert.prepared(column.values, expression)
        parsed = self._parsed(name, expression, texts, self.formats.dates.get(name, dates.ISO), self.zone)
        days = np.where(parsed.has_time, parsed.instants // DAY, parsed.days)
        values = [f"{to_datetime(day * DAY):%Y%m%d}" for day in days.tolist()]
        return Typed(np.where(parsed.good[column.codes], column.codes, np.int32(-1)), values)

    def _currencies(self, expression: Expression, kind: RecordKind, key: str, of: Type) -> Typed:
        """The currencies that a column's amounts carry."""
        column = self.table.columns[cast("str", find_column(self.table, (expression.currency_of,)))]
        found = [currency_in(text, self.currency) or "" for text in convert.prepared_column(column, expression)]
        return self._texts(TextColumn(column.codes, found), kind, key, of, replace(expression, null=()))

    def _first(self, parts: Sequence[Typed]) -> Typed:
        codes, values, bad = parts[0].codes, list(parts[0].values), dict(parts[0].bad)
        for part in parts[1:]:
            offset = len(values)
            codes = np.where((codes < 0) & (part.codes >= 0), part.codes + np.int32(offset), codes)
            values += part.values
            bad |= {offset + at: expected for at, expected in part.bad.items()}
        return Typed(codes, values, bad)

    def _combined(
        self, parts: Sequence[Typed], combine: Callable[[list[object]], object | None]
    ) -> tuple[Codes, list[object], dict[int, str]]:
        """One value per distinct combination of the parts' values; a bad part makes a bad combination."""
        count = len(parts[0].codes)
        if not count:
            return np.zeros(0, np.int32), [], {}
        combined = np.zeros(count, np.int64)
        for part in parts:
            combined = combined * (len(part.values) + 1) + part.codes + 1
            _, first, combined = np.unique(combined, return_index=True, return_inverse=True)
        values: list[object] = []
        bad: dict[int, str] = {}
        for at, row in enumerate(first.tolist()):
            codes = [int(part.codes[row]) for part in parts]
            faults = [part.bad[code] for part, code in zip(parts, codes, strict=True) if code in part.bad]
            if faults:
                bad[at] = faults[0]
            values.append(
                None if faults else combine([None if c < 0 else p.values[c] for p, c in zip(parts, codes, strict=True)])
            )
        none = np.array([value is None and at not in bad for at, value in enumerate(values)])
        codes_ = combined.astype(np.int32)
        return np.where(none[codes_], np.int32(-1), codes_), values, bad

    def _join(self, expression: Expression, kind: RecordKind, key: str, of: Type, kept: Mask) -> Typed:
        parts = [self.value(kind, "", Type.TEXT, part, kept) for part in self._usable(expression.join)]
        codes, texts, bad = self._combined(
            parts, lambda values: expression.separator.join(str(v) for v in values if v is not None) or None
        )
        column = TextColumn(np.where(codes < 0, EMPTY, codes + np.int32(1)), ["", *(str(text or "") for text in texts)])
        result = self._texts(column, kind, key, of, expression)
        return Typed(result.codes, result.values, result.bad | {at + 1: expected for at, expected in bad.items()})

    def _arithmetic(self, expression: Expression, kind: RecordKind, key: str, of: Type, kept: Mask) -> Typed:
        more = [self.value(kind, key, of, part, kept) for part in expression.product or self._usable(expression.sum)]
        less = [self.value(kind, key, of, part, kept) for part in self._usable(expression.less)]
        over = [self.value(kind, key, of, part, kept) for part in expression.over]

        def combine(values: list[object]) -> object | None:
            return _calculated(cast("list[Decimal | None]", values), len(more), len(less), expression)

        parts = [*more, *less, *over]
        faulty = np.zeros(len(self.table), np.bool_)
        for part in parts:
            if part.bad:
                faulty |= np.isin(part.codes, list(part.bad))
        whole = None if over else figures.worked_out(expression, more, less, ~faulty)
        if whole is None:
            return Typed(*self._combined(parts, combine))
        values = whole.values
        if convert.changes(expression):
            values = [convert.scaled(cast("Decimal", value), expression) for value in values]
        if not faulty.any():
            return Typed(whole.codes, values)
        rest = self._combined([Typed(part.codes[faulty], part.values, part.bad) for part in parts], combine)
        return _with_others(Typed(whole.codes, values), faulty, Typed(*rest))

    def _group(self, keys: Sequence[Key]) -> Codes:
        asked = tuple(keys)
        if asked not in self._groups:
            self._groups[asked] = group_codes(key_columns(self.table, asked), len(self.table))
        return self._groups[asked]

    def _occurrences(self, expression: Expression, kept: Mask) -> Typed:
        """``MUG``, ``MUG (2)``: the first filled text, numbered from its second time within the group on."""
        rows = np.flatnonzero(kept)
        base = first_filled(key_columns(self.table, expression.occurrence_of), len(self.table))
        within = key_columns(self.table, expression.within)
        group = group_codes([base, *within], len(self.table))[rows]
        numbers_ = occurrence_numbers(group)
        most = np.int64(numbers_.max(initial=0)) + 1
        distinct, inverse = np.unique(base.codes[rows] * most + numbers_, return_inverse=True)
        texts: list[object] = []
        for code, number in zip(*(part.tolist() for part in np.divmod(distinct, most)), strict=True):
            text = base.values[code] or "line"
            texts.append(text if number == 1 else f"{text} ({number})")
        codes = np.full(len(self.table), -1, np.int32)
        codes[rows] = inverse.reshape(-1)
        return Typed(codes, texts)

    def _within(self, result: Typed, keys: Sequence[Key]) -> Typed:
        groups = self._group(keys)
        filled = np.flatnonzero(result.codes >= 0)
        numbers_, first = np.unique(groups[filled], return_index=True)
        lookup = np.full(int(groups.max(initial=-1)) + 1, -1, np.int32)
        lookup[numbers_] = result.codes[filled[first]]
        return Typed(lookup[groups], result.values, result.bad)

    def finished(self, typed: Typed, of: Type, currencies: Typed | None, *, rounded: bool = False) -> Typed:
        """Numbers as the field's type; amounts in minor units of each row's currency, to which ``rounded`` ones go."""
        if of not in convert.NUMBER_TYPES:
            return typed
        if of not in convert.MONEY_TYPES or currencies is None:
            return self._one_currency(typed, of, self.currency, rounded=rounded)
        used = {str(currencies.values[c]) for c in np.unique(currencies.codes) if c >= 0 and c not in currencies.bad}
        if len(used) <= 1:
            return self._one_currency(typed, of, next(iter(used), self.currency), rounded=rounded)
        by_row = Typed(currencies.codes, [str(v or self.currency) for v in currencies.values])

        def combine(values: list[object]) -> object | None:
            number, currency = values
            return None if number is None else (number, currency or self.currency)

        codes, pairs, bad = self._combined([typed, by_row], combine)
        return _amounts(Typed(codes, pairs, bad), of, rounded=rounded)

    def _one_currency(self, typed: Typed, of: Type, currency: str, *, rounded: bool) -> Typed:
        """Numbers as the field's type where all amounts are of one currency."""
        plain = typed.values
        if isinstance(plain, PlainFigures):
            values = plain.floats() if of is Type.NUMBER else plain.minor(convert.places_of(of, currency))
            if values is not None:
                return Typed(typed.codes, values, typed.bad)
        return _amounts(self._priced(typed, currency), of, rounded=rounded)

    def _priced(self, typed: Typed, currency: str) -> Typed:
        pairs: list[object] = [None if number is None else (number, currency) for number in typed.values]
        return Typed(typed.codes, pairs, typed.bad)


def _without_none(codes: Codes, values: Sequence[object], bad: dict[int, str]) -> Codes:
    """Codes, -1 where the value is none and not bad."""
    if isinstance(values, PlainFigures):
        none = ~values.there
    else:
        none = np.fromiter(map(is_, values, repeat(None)), np.bool_, len(values))
    none[list(bad)] = False
    return np.where(none[codes], np.int32(-1), codes) if none.any() else codes


def _amounts(pairs: Typed, of: Type, *, rounded: bool) -> Typed:
    values: list[object] = []
    bad = dict(pairs.bad)
    for at, pair in enumerate(pairs.values):
        if pair is None:
            values.append(None)
            continue
        number, currency = cast("tuple[Decimal, str]", pair)
        value, expected = convert.to_number(number, of, currency, rounded=rounded)
        values.append(value)
        if expected:
            bad[at] = expected
    return Typed(pairs.codes, values, bad)


def _calculated(values: Sequence[Decimal | None], more: int, less: int, expression: Expression) -> Decimal | None:
    """One sum or product of ``more`` values, less ``less`` values, over the rest."""
    added, divisors = values[:more], values[more + less :]
    if expression.product:
        if None in added:
            return None
        total = math.prod(cast("Sequence[Decimal]", added), start=Decimal(1))
    else:
        if all(figure is None for figure in values[: more + less]):
            return None
        total = sum((f for f in added if f is not None), Decimal(0))
        total -= sum((f for f in values[more : more + less] if f is not None), Decimal(0))
    if not all(divisors):
        return None
    return convert.scaled(total / math.prod(cast("Sequence[Decimal]", divisors), start=Decimal(1)), expression)


def _with_others(typed: Typed, rows: Mask, others: Typed) -> Typed:
    """A column whose values in some rows are others."""
    offset = len(typed.values)
    codes = typed.codes.copy()
    codes[rows] = np.where(others.codes < 0, np.int32(-1), others.codes + np.int32(offset))
    bad = {offset + at: text for at, text in others.bad.items()}
    if isinstance(typed.values, PlainFigures) and len(bad) == len(others.values):
        return Typed(codes, typed.values.and_none(len(bad)), bad)
    return Typed(codes, [*typed.values, *others.values], {offset + at: text for at, text in others.bad.items()})
