"""The formats of a file's date and number columns: decided once, over whole columns, before any value is read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from opsconsole.domain.errors import UserError
from opsconsole.imports import convert, numbers
from opsconsole.imports.columns import Mask, TextColumn, TextTable, normalized
from opsconsole.imports.date_words import in_letters
from opsconsole.imports.dates import ISO, AmbiguousDates, Parsed, choose, parse
from opsconsole.imports.iso_dates import NO_OFFSET
from opsconsole.imports.mapping import Expression, RecordSpec, type_of
from opsconsole.imports.records import Type


@dataclass
class Formats:
    """Date format and decimal sign by normalized column name; ``notes`` say what a reader should know of them."""

    dates: dict[str, str] = field(default_factory=dict)
    decimals: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _local_times: bool = False
    _parsed: dict[tuple[object, ...], Parsed] = field(default_factory=dict)

    def parsed(self, column: str, expression: Expression, texts: list[str], pattern: str, zone: str) -> Parsed:
        """The distinct texts of a column, as an expression prepares them, read as dates; each reading is kept."""
        taken = (expression.strip_prefix, expression.strip_suffix, expression.null, expression.lower, expression.slug)
        key = (column, *taken, expression.extract, pattern, zone)
        if key not in self._parsed:
            self._parsed[key] = self.read(texts, pattern, zone)
        return self._parsed[key]

    def read(self, texts: list[str], pattern: str, zone: str) -> Parsed:
        """Texts read as dates."""
        read = parse(texts, pattern, zone)
        self._local_times |= bool((read.good & read.has_time & (read.offsets == NO_OFFSET)).any())
        return read

    def has_local_times(self) -> bool:
        """Whether times of day were read that do not say their offset."""
        return self._local_times

    def decided(self) -> "Formats":
        """What was decided, without what was read to decide it."""
        return Formats(self.dates, self.decimals, list(self.notes), self._local_times)


class Columns(Protocol):
    """A table's columns of text, each in one or several parts."""

    @property
    def columns(self) -> Mapping[str, object]:
        """By normalized name."""

    def parts(self, name: str) -> Iterator[TextColumn]:
        """The parts of a column."""

    def __len__(self) -> int:
        """How many rows or parts there are."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    table: Columns
    column: str
    expression: Expression
    type: Type

    def parts(self) -> Iterator[list[str]]:
        """The column's distinct texts as the expression prepares them, part by part."""
        return (convert.prepared_column(part, self.expression) for part in self.table.parts(self.column))

    def texts(self) -> list[str]:
        """Those of the whole column."""
        if isinstance(self.table, TextTable):
            return next(self.parts())
        return list(dict.fromkeys(text for part in self.parts() for text in part))

    def read(self, texts: list[str], pattern: str, zone: str, formats: Formats) -> Parsed:
        """Texts of a part as dates; where it is the only one, they are needed again."""
        if isinstance(self.table, TextTable):
            return formats.parsed(self.column, self.expression, texts, pattern, zone)
        return formats.read(texts, pattern, zone)


def find_column(table: Columns | Mapping[str, object], names: Sequence[str]) -> str | None:
    """Normalized name of the first of some alternative columns that is there."""
    columns = table if isinstance(table, Mapping) else table.columns
    return next((normalized(name) for name in names if normalized(name) in columns), None)


def _leaves(table: Columns, specs: Sequence[RecordSpec]) -> Iterator[_Leaf]:
    for spec in specs:
        for key, expression in spec.fields.items():
            yield from _leaves_of(table, expression, type_of(spec, key))


def _leaves_of(table: Columns, expression: Expression, of: Type, *, joined: bool = False) -> Iterator[_Leaf]:
    """Columns that are read as dates or numbers; ``joined`` parts are text, whatever comes of them, but for days."""
    names = expression.columns
    if expression.zone_of or expression.day_of:
        names, of = (expression.zone_of or expression.day_of,), Type.INSTANT
    column = find_column(table, names)
    read = of in convert.DATE_TYPES | convert.NUMBER_TYPES and (not joined or expression.day_of)
    if column is not None and read:
        yield _Leaf(table, column, expression, of)
    for part in expression.parts():
        yield from _leaves_of(table, part, of, joined=joined or bool(expression.join))


def decide(
    table: Columns,
    specs: Sequence[RecordSpec],
    *,
    zone: str = "UTC",
    decimal: str = "",
    stated: Mapping[str, str] | None = None,
    signs: Mapping[str, str] | None = None,
    flexible: bool = False,
) -> Formats:
    """Formats of all date and number columns that the specs use.

    ``zone`` is that of times without an offset. ``stated`` are formats the user gave for columns, ``signs`` decimal
    signs that are known already; ``decimal`` is the file's sign where the mapping tells it. ``flexible`` (built-in
    sources): a column that is wholly in another format than the platform writes, because a spreadsheet saved it, is
    read in that one. Raises UserError where a column is ambiguous or mixed.
    """
    formats = Formats()
    told = {normalized(name): pattern for name, pattern in (stated or {}).items()}
    doubts: list[AmbiguousDates] = []
    doubtful: dict[str, str] = {}
    for leaf in _leaves(table, specs):
        if leaf.type in convert.DATE_TYPES and leaf.column not in formats.dates:
            try:
                formats.dates[leaf.column] = told.get(leaf.column) or _date_format(leaf, formats, zone, flexible)
            except AmbiguousDates as doubt:
                doubts.append(doubt)
        elif leaf.type in convert.NUMBER_TYPES and leaf.column not in formats.decimals:
            known = (signs or {}).get(leaf.column)
            formats.decimals[leaf.column] = known or _decimal(leaf, decimal, doubtful, formats, flexible)
    for question in doubts:
        formats.dates[normalized(question.column)] = _settled(question, formats)
    _settle_numbers(formats, doubtful)
    return formats


def _date_format(leaf: _Leaf, formats: Formats, zone: str, flexible: bool) -> str:
    wanted = leaf.expression.formats
    if len(wanted) == 1 and not flexible:
        return wanted[0]
    zone = leaf.expression.time_zone or zone
    for pattern in wanted or (ISO,):
        if all(leaf.read(texts, pattern, zone, formats).good[_counting(leaf, texts)].all() for texts in leaf.parts()):
            return pattern
    every = leaf.texts()
    texts = [text for text, counts in zip(every, _counting(leaf, every).tolist(), strict=True) if counts]
    choice = choose(texts, leaf.column, wanted)
    if choice is None:
        return wanted[0] if wanted else ISO
    if wanted and choice.format not in wanted:
        formats.notes.append(
            f"“{leaf.column}” is not in the platform's own form; it was read as {in_letters(choice.format)}."
        )
    return choice.format


def _counting(leaf: _Leaf, texts: Sequence[str]) -> Mask:
    """The texts that are to be dates: neither empty nor words that the expression translates."""
    known = dict(leaf.expression.map)
    return np.array([bool(text) and not (known and normalized(text) in known) for text in texts], dtype=bool)


def _settled(doubt: AmbiguousDates, formats: Formats) -> str:
    """The reading of an ambiguous column that another column of the same file proves."""
    proven = {_date_part(pattern) for pattern in formats.dates.values()}
    fitting = [pattern for pattern in doubt.formats if _date_part(pattern) in proven]
    if len(fitting) != 1:
        raise doubt
    formats.notes.append(
        f"“{doubt.column}” was read as {in_letters(fitting[0])}, as another column of the file proves."
    )
    return fitting[0]


def _date_part(pattern: str) -> str:
    return re.split(r"[ T,]*%[HI]", pattern)[0]


def _decimal(leaf: _Leaf, stated: str, doubtful: dict[str, str], formats: Formats, flexible: bool) -> str:
    wanted = leaf.expression.decimal or stated
    if wanted and not flexible:
        return wanted
    choice = _chosen(leaf)
    if choice.sign:
        if wanted and choice.sign != wanted:
            formats.notes.append(
                f"“{leaf.column}” is written with a decimal {'comma' if choice.sign == ',' else 'point'}."
            )
        return choice.sign
    if choice.doubtful and not wanted:
        doubtful[leaf.column] = choice.doubtful
    return wanted


def _chosen(leaf: _Leaf) -> numbers.DecimalChoice:
    """The decimal sign of a column; where its parts do not all say the same, that of the whole."""
    choices: list[numbers.DecimalChoice] = []
    money = leaf.type in convert.MONEY_TYPES
    for texts in leaf.parts():
        try:
            choices.append(numbers.choose_decimal(texts, leaf.column, money=money))
        except UserError:
            if isinstance(leaf.table, TextTable):
                raise
            return numbers.choose_decimal(leaf.texts(), leaf.column, money=money)
    proven = [choice for choice in choices if choice.sign]
    if len(choices) > 1 and (len({choice.sign for choice in proven}) > 1 or any(choice.mixed for choice in proven)):
        return numbers.choose_decimal(leaf.texts(), leaf.column, money=money)
    if proven:
        return proven[0]
    doubtful = next((choice.doubtful for choice in choices if choice.doubtful), "")
    return numbers.DecimalChoice("", doubtful=doubtful)


def _settle_numbers(formats: Formats, doubtful: Mapping[str, str]) -> None:
    proven = {sign for sign in formats.decimals.values() if sign}
    for column, sign in list(formats.decimals.items()):
        if sign:
            continue
        if column in doubtful and len(proven) != 1:
            text = doubtful[column]
            raise UserError(
                f"The numbers of the column “{column}” can be read in two ways: {text}.",
                'Say in a mapping which sign is the decimal one: decimal = "." or decimal = ",".',
            )
        formats.decimals[column] = next(iter(proven)) if len(proven) == 1 else "."
