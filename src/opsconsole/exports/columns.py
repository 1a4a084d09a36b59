"""A listing's fields as a sheet's columns: what each kind of value becomes in a cell.

A cell is written as the XML behind its reference (`` s="3"><v>12</v></c>``), so that large sheets need no object per
cell. A field becomes one column, or several where a value has parts that a formula needs (a clause and its target).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from opsconsole.domain.field import ClauseValue, Field, Kind, Total
from opsconsole.domain.listing import Coded, Listing, plain_values
from opsconsole.domain.money import digits, to_decimal
from opsconsole.exports import bodies, formats
from opsconsole.exports.styles import Look, StyleBook
from opsconsole.exports.text import unique_header

Cells = Callable[[int, int], list[str]]

_SAMPLE = 400  # rows looked at for widths
_NARROWEST, _WIDEST = 7.0, 58.0
_RIGHT = frozenset(
    {
        Kind.QUANTITY,
        Kind.MONEY,
        Kind.PERCENT,
        Kind.DURATION,
        Kind.TIME_LEFT,
        Kind.COVER,
        Kind.CLAUSE,
        Kind.INSTANT,
        Kind.DATE,
    }
)
_CENTERED = frozenset({Kind.SEVERITY, Kind.GRADE})


@dataclass
class SheetColumn:
    """A column of a sheet: ``cells(start, stop)`` are the XML bodies of rows; ``values`` what totals are made of."""

    key: str
    header: str
    kind: Kind
    align: str
    cells: Cells
    values: Sequence[Any]
    width: float
    help: str = ""
    hidden: bool = False
    total: Total = Total.NONE
    total_words: str = ""
    total_format: str = formats.COUNT
    missing: str = ""
    divisor: float = 1.0  # raw value / divisor = number in the cell
    currencies: dict[str, Decimal] = field(default_factory=dict)  # sums of a money column that mixes several
    currency_letter: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def part(self, start: int, stop: int) -> "SheetColumn":
        """The column with the values of some rows only."""
        return self if stop - start == len(self.values) else replace(self, values=self.values[start:stop])

    @property
    def indent(self) -> int:
        """Left-aligned cells stand off the right-aligned ones before them."""
        return 1 if self.align == "left" else 0


def sheet_columns(listing: Listing, styles: StyleBook) -> list[SheetColumn]:
    """Columns of a listing's sheet, in the order of its fields, headers unique."""
    columns: list[SheetColumn] = []
    taken: set[str] = set()
    present = {known.key for known in listing.fields}
    for known in listing.fields:
        for column in _of_field(listing, known, styles, present):
            column.header = unique_header(column.header, taken)
            taken.add(column.header.lower())
            columns.append(column)
    return columns


def _of_field(listing: Listing, known: Field, styles: StyleBook, present: set[str]) -> list[SheetColumn]:
    values = listing.columns[known.key]
    if known.kind is Kind.MONEY:
        return _money(listing, known, values, styles, present)
    if known.kind is Kind.COVER:
        return _cover(known, values, styles, present)
    if known.kind is Kind.CLAUSE:
        return _clause(known, values, styles)
    if known.kind is Kind.QUANTITY and known.unit in listing.columns:
        return [_units(known, values, listing.columns[known.unit], styles)]
    return [_plain(listing, known, values, styles)]


def _plain(listing: Listing, known: Field, values: Sequence[Any], styles: StyleBook) -> SheetColumn:
    form = bodies.form_of(known, values)
    align = align_of(known.kind)
    indent = 1 if align == "left" else 0
    muted = styles.number(Look(align=align, role="text_muted", indent=indent))
    role = "text_muted" if known.kind is Kind.TREND else "text"
    look = styles.number(Look(form.number_format, align, role, indent=indent))
    marked = styles.number(Look(formats.TEXT, align, text_mark=True, indent=indent))
    whole = styles.number(Look(form.whole, align)) if form.whole else -1
    body = bodies.body_of(known, form, bodies.Looks(look, muted, marked, whole), listing.time_zone)
    column = _column(known, values, by_value(values, body, memo=form.repeats))
    column.divisor = form.divisor
    column.total_format = form.number_format if known.total in (Total.SUM, Total.MEDIAN) else formats.COUNT
    column.header += form.header_note
    column.width = _width(known, values, column.header, form.display)
    return column


def _units(known: Field, values: Sequence[Any], units: Sequence[Any], styles: StyleBook) -> SheetColumn:
    """Numbers whose unit stands in another column of their row: fraction, seconds, a currency or another word."""
    muted = styles.number(Look(align="right", role="text_muted"))
    by_unit: dict[Any, Callable[[Any], str]] = {}
    for unit in {*values_of(units, 0, len(units)), None}:
        number_format, divisor = bodies.unit_form(unit or "")
        look = styles.number(Look(number_format, "right"))
        by_unit[unit] = bodies.number_body(known, look, muted, part=bodies.divided(divisor))
    column = _column(known, values, by_pair(values, units, by_unit))
    column.total, column.width = Total.NONE, 14
    return column


def _money(
    listing: Listing, known: Field, values: Sequence[Any], styles: StyleBook, present: set[str]
) -> list[SheetColumn]:
    codes, only = currencies_of(listing, known)
    found = {only} if codes is None else set(values_of(codes, 0, len(listing))) - {None, ""}
    muted = styles.number(Look(align="right", role="text_muted"))
    if codes is None or len(found) <= 1:
        only = only or next(iter(found), "")
        body = bodies.money_body(known, only, styles.number(Look(formats.money(only), "right")), muted)
        column = _column(known, values, by_value(values, body, memo=False))
        column.divisor, column.total_format = 10.0 ** digits(only), formats.money(only)
    else:
        by_code = {
            code: bodies.money_body(known, code or "", styles.number(Look(formats.money(code or ""), "right")), muted)
            for code in [*sorted(found), None, ""]
        }
        column = _column(known, values, by_pair(values, codes, by_code))
        column.currencies = _sums(values, codes)
        column.extra["currency"] = known.currency
    column.width = _width(known, values, column.header, lambda v: len(f"{v / 100:,.2f}") + 3)
    columns = [column]
    if codes is not None and known.currency not in present:
        present.add(known.currency)
        extra = Field(known.currency, "Currency", hidden=len(found) <= 1)
        columns.append(_plain(listing, extra, codes, styles))
    return columns


def _sums(values: Sequence[Any], codes: Sequence[Any]) -> dict[str, Decimal]:
    sums: dict[str, int] = {}
    for value, code in zip(values_of(values, 0, len(values)), values_of(codes, 0, len(codes)), strict=True):
        if code and isinstance(value, (int, float)) and value == value:
            sums[code] = sums.get(code, 0) + int(value)
    return {code: to_decimal(amount, code) for code, amount in sorted(sums.items(), key=lambda pair: -pair[1])}


def _cover(known: Field, values: Sequence[Any], styles: StyleBook, present: set[str]) -> list[SheetColumn]:
    look = styles.number(Look(formats.number(1), "right"))
    muted = styles.number(Look(align="right", role="text_muted"))
    body = bodies.number_body(known, look, muted, part=lambda cover: cover.days, words=known.missing or "No demand")
    days = _column(known, values, by_value(values, body, memo=False))
    days.total_format = formats.number(1)
    days.width = _width(known, values, days.header, lambda v: 7)
    lead = bodies.number_body(known, look, muted, part=lambda cover: cover.lead_time, words="")
    lead_time = _column(
        Field(f"{known.key}_lead_time", "Lead time, days", Kind.QUANTITY), values, by_value(values, lead, memo=False)
    )
    lead_time.hidden = "lead_time" in present
    lead_time.width, lead_time.help = 10, "The mark that days of cover is judged against."
    days.extra["lead_time"] = lead_time.key
    return [days, lead_time]


def _clause(known: Field, values: Sequence[Any], styles: StyleBook) -> list[SheetColumn]:
    muted = styles.number(Look(align="right", role="text_muted"))
    units = {value.unit for value in values_of(values, 0, len(values)) if isinstance(value, ClauseValue)}
    columns = []
    for part, words in (("value", ""), ("target", " target"), ("floor", " floor")):
        role = "text_muted" if words else "text"
        looks = {unit: styles.number(Look(bodies.clause_format(known, unit), "right", role)) for unit in units}
        body = bodies.clause_body(known, part, looks, muted)
        shown = Field(
            known.key + words.replace(" ", "_"), known.label + words, known.kind, known.unit, hidden=bool(words)
        )
        column = _column(shown, values, by_value(values, body, memo=False))
        column.width = 11
        column.help = known.help if not words else f"{words.strip().capitalize()} of the clause in force."
        columns.append(column)
    columns[0].hidden, columns[0].extra = known.hidden, {"target": columns[1].key, "floor": columns[2].key}
    columns[0].width = _width(known, values, known.label, lambda v: 8)
    return columns


def _column(known: Field, values: Sequence[Any], cells: Cells) -> SheetColumn:
    return SheetColumn(
        known.key,
        known.label or known.key,
        known.kind,
        align_of(known.kind),
        cells,
        values,
        width=12,
        help=known.help,
        hidden=known.hidden,
        total=known.total,
        total_words=known.total_words,
        missing=known.missing,
    )


def align_of(kind: Kind) -> str:
    """Alignment of a kind's cells and header."""
    return "right" if kind in _RIGHT else "center" if kind in _CENTERED else "left"


def currencies_of(listing: Listing, known: Field) -> tuple[Sequence[Any] | None, str]:
    """The column of currency codes of a money field, or ``None`` and the one code of all rows."""
    if known.currency in listing.columns:
        return listing.columns[known.currency], ""
    return None, known.currency if len(known.currency) == 3 and known.currency.isupper() else ""


def values_of(column: Sequence[Any], start: int, stop: int) -> list[Any]:
    """Rows ``start`` to ``stop`` of a column as Python values."""
    return plain_values(column[start:stop])


def by_value(column: Sequence[Any], body: Callable[[Any], str], *, memo: bool) -> Cells:
    """Cells of a column; with ``memo`` (or a dictionary-encoded column) each different value is rendered once."""
    if isinstance(column, Coded):
        table = [*(body(value) for value in values_of(column.values, 0, len(column.values))), body(None)]
        return lambda start, stop: [table[code if code >= 0 else -1] for code in values_of(column.codes, start, stop)]
    if not memo:
        return lambda start, stop: [body(value) for value in values_of(column, start, stop)]
    known: dict[Any, str] = {}

    def cells(start: int, stop: int) -> list[str]:
        part = values_of(column, start, stop)
        if len(known) > 50_000:  # all different: remembering costs more than it saves
            known.clear()
        for value in set(part) - known.keys():
            known[value] = body(value)
        return [known[value] for value in part]

    return cells


def by_pair(column: Sequence[Any], codes: Sequence[Any], by_code: dict[Any, Callable[[Any], str]]) -> Cells:
    """Cells of a column whose rendering depends on another one: money and its currency."""

    def cells(start: int, stop: int) -> list[str]:
        pairs = zip(values_of(column, start, stop), values_of(codes, start, stop), strict=True)
        return [by_code[code](value) for value, code in pairs]

    return cells


def _width(known: Field, values: Sequence[Any], header: str, display: Callable[[Any], int]) -> float:
    if known.width:
        # Widths of fields are pixels at 100 %; a character of the workbook's font is 7 of them.
        return max(_NARROWEST, min(_WIDEST, known.width / 7))
    sample = [v for v in values_of(values, 0, min(len(values), _SAMPLE)) if v is not None]
    longest = max((_length(value, display) for value in sample), default=0)
    filter_button = 3
    longest_word = max((len(word) for word in header.split()), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest * 1.08 + 3, longest_word + filter_button + 1)))


def _length(value: Any, display: Callable[[Any], int]) -> int:
    words = getattr(value, "words", None)
    return len(words) if words is not None else display(value)
