"""The totals row: formulas over the rows a filter leaves, each with the value it has when the file is written.

The stored value is what viewers show that do not calculate (mail previews, phones); spreadsheets recalculate it.
"""

import re
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from opsconsole.domain.field import Cover, Kind, NoValue, TimeLeft, Total
from opsconsole.domain.money import digits
from opsconsole.exports.columns import SheetColumn, values_of
from opsconsole.exports.formats import COUNT, worded
from opsconsole.exports.styles import Look, StyleBook
from opsconsole.exports.text import escaped

# Above these, formulas that look at every row one by one make a spreadsheet slow: counts then ignore filters, and
# different values (each compared with all others) are not counted.
_ROW_BY_ROW_LIMIT = 20_000
_DISTINCT_LIMIT = 5_000
_MOST_CURRENCIES = 3
# Functions of SUBTOTAL that leave hidden rows out.
_NUMBERS_VISIBLE, _COUNT_VISIBLE, _SUM_VISIBLE = 102, 103, 109
_NUMERIC = frozenset({Kind.QUANTITY, Kind.MONEY, Kind.PERCENT, Kind.DURATION, Kind.TIME_LEFT, Kind.COVER, Kind.CLAUSE})


class Span(NamedTuple):
    """Cells of one column of a table: letter, first and last row."""

    letter: str
    first: int
    last: int

    @property
    def ref(self) -> str:
        """``$H$8:$H$207``."""
        return f"${self.letter}${self.first}:${self.letter}${self.last}"

    @property
    def top(self) -> str:
        """``$H$8``."""
        return f"${self.letter}${self.first}"


class Formula(NamedTuple):
    """A formula without its ``=`` (``array``: entered as an array), and its value at the time of writing."""

    text: str
    value: float | str
    array: bool = False


def total_formula(column: SheetColumn, span: Span) -> Formula | None:
    """Formula of a column's total; ``None`` where it has none or a sum would mix currencies."""
    values = values_of(column.values, 0, len(column.values))
    if column.total is Total.SUM:
        return _sum(column, span, values)
    if column.total is Total.COUNT:
        return _count(column, span, values)
    if column.total is Total.MISSING:
        lacking = sum(not _present(value) for value in values)
        if column.kind in _NUMERIC:
            return _counting(span, f"NOT(ISNUMBER({span.ref}))", lacking, filled=bool(column.missing))
        return _counting(span, f'{span.ref}="{_quoted(column.missing)}"', lacking, filled=bool(column.missing))
    if column.total is Total.OVER:
        over = sum(isinstance(value, TimeLeft) and value.seconds < 0 for value in values)
        return _counting(span, f"ISNUMBER({span.ref})*({span.ref}<0)", over)
    if column.total is Total.MEDIAN:
        return _median(span, values, column.divisor)
    if column.total is Total.DISTINCT:
        return _distinct(column, span, values)
    return None


def total_cell(column: SheetColumn, formula: Formula | None, styles: StyleBook) -> str:
    """Body of a column's cell in the totals row; a column without a total of its own counts rows, or is empty."""
    shown = "General"
    if formula is not None:
        shown = _format(column) if column.total is not Total.NONE else worded(COUNT, "rows")
    look = styles.number(Look(shown, column.align, bold=True, fill="raised", line="line_strong", indent=column.indent))
    return formula_body(formula, look) if formula is not None else f' s="{look}"/>'


def formula_body(formula: Formula, look: int) -> str:
    """Body of a formula's cell."""
    opening = "<f>" if not formula.array else '<f t="array" ref="{cell}">'
    text = escaped(formula.text)
    if isinstance(formula.value, str):
        return f' s="{look}" t="str">{opening}{text}</f><v>{escaped(formula.value)}</v></c>'
    return f' s="{look}">{opening}{text}</f><v>{_plain(formula.value)}</v></c>'


def total_length(column: SheetColumn, formula: Formula | None) -> int:
    """Characters that a column's total takes."""
    if formula is None:
        return 0
    if isinstance(formula.value, str):
        return len(formula.value)
    if column.total is Total.NONE:
        return len(f"{formula.value:,.0f} rows")
    fraction = column.total in (Total.SUM, Total.MEDIAN) and "." in column.total_format
    words = re.sub(r'"([^"]*)"', r"\1", _format(column).split(";")[0]).replace("#,##0", "")
    return len(f"{formula.value:,.0f}") + len(words) + int(fraction)


def rows_formula(span: Span, rows: int) -> Formula:
    """How many rows the filter leaves, counted in a column without empty cells."""
    return Formula(f"SUBTOTAL({_COUNT_VISIBLE},{span.ref})", rows)


def _format(column: SheetColumn) -> str:
    if column.total in (Total.SUM, Total.MEDIAN):
        words = column.total_words or ("median {}" if column.total is Total.MEDIAN else "")
        return worded(column.total_format, words)
    default = {Total.OVER: "over", Total.MISSING: column.missing.lower()}.get(column.total, "")
    return worded(COUNT, column.total_words or default)


def _sum(column: SheetColumn, span: Span, values: Sequence[Any]) -> Formula | None:
    if not column.currencies:
        return Formula(f"SUBTOTAL({_SUM_VISIBLE},{span.ref})", sum(_numbers(values)) / column.divisor)
    if len(column.currencies) > _MOST_CURRENCIES or span.last - span.first + 1 > _ROW_BY_ROW_LIMIT:
        return Formula(f'"{len(column.currencies)} currencies"', f"{len(column.currencies)} currencies")
    # Without a rate, sums stay per currency.
    codes = Span(column.currency_letter, span.first, span.last)
    parts, words = [], []
    for code, amount in column.currencies.items():
        places = "." + "0" * digits(code) if digits(code) else ""
        amounts = f'SUMPRODUCT({_visible(codes)}*({codes.ref}="{_quoted(code)}"),{span.ref})'
        parts.append(f'TEXT({amounts},"#,##0{places}")&" {_quoted(code)}"')
        words.append(f"{amount:,.{digits(code)}f} {code}")
    return Formula('&" + "&'.join(parts), " + ".join(words))


def _count(column: SheetColumn, span: Span, values: Sequence[Any]) -> Formula:
    present = sum(map(_present, values))
    if column.kind in _NUMERIC:
        return Formula(f"SUBTOTAL({_NUMBERS_VISIBLE},{span.ref})", present)
    if not column.missing:
        return Formula(f"SUBTOTAL({_COUNT_VISIBLE},{span.ref})", present)
    return _counting(span, f'{span.ref}<>"{_quoted(column.missing)}"', present)


def _counting(span: Span, condition: str, value: int, *, filled: bool = True) -> Formula:
    rows = span.last - span.first + 1
    if rows > _ROW_BY_ROW_LIMIT or not filled:
        return Formula(f"SUMPRODUCT(--({condition}))", value)
    return Formula(f"SUMPRODUCT({_visible(span)}*({condition}))", value)


def _visible(span: Span) -> str:
    # SUBTOTAL over one cell each: 1 where the filter shows the row and the cell is not empty.
    return f"SUBTOTAL({_COUNT_VISIBLE},OFFSET({span.top},ROW({span.ref})-ROW({span.top}),0))"


def _median(span: Span, values: Sequence[Any], divisor: float) -> Formula | None:
    numbers = list(_numbers(values))
    if not numbers:
        return None
    # AGGREGATE 12 = MEDIAN, 5 = without hidden rows; there since Excel 2010. Nothing shown has no median.
    return Formula(f'IFERROR(_xlfn.AGGREGATE(12,5,{span.ref}),"–")', statistics.median(numbers) / divisor)


def _distinct(column: SheetColumn, span: Span, values: Sequence[Any]) -> Formula | None:
    distinct = len({value for value in values if _present(value)})
    if span.last - span.first + 1 > _DISTINCT_LIMIT or not distinct:
        return None
    counted_cells = _visible(span)
    if column.missing:
        counted_cells += f'*({span.ref}<>"{_quoted(column.missing)}")'
    position = f"ROW({span.ref})-ROW({span.top})+1"
    first_of_kind = f"IF({counted_cells},MATCH({span.ref},{span.ref},0))"
    return Formula(f"SUM(--(FREQUENCY({first_of_kind},{position})>0))", distinct, array=True)


def _numbers(values: Sequence[Any]) -> Sequence[float]:
    parts = [
        value.days if isinstance(value, Cover) else value.seconds if isinstance(value, TimeLeft) else value
        for value in values
    ]
    return [part for part in parts if isinstance(part, (int, float)) and not isinstance(part, bool) and part == part]


def _present(value: Any) -> bool:
    return value is not None and value != "" and not isinstance(value, NoValue) and value == value


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def has_gaps(column: SheetColumn) -> bool:
    """Whether some cells of the column are empty, so that counting its cells does not count rows."""
    return column.kind in (Kind.TREND,) or (
        not column.missing and any(not _present(value) for value in values_of(column.values, 0, len(column.values)))
    )
