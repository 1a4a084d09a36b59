"""Totals of the rows shown, by what each field's ``total`` asks."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.order import Order
from opsconsole.domain.field import Cover, Field, Kind, NoValue, Total
from opsconsole.domain.wording import singular

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def totals(order: Order, mask: Mask | None, formats: Formats) -> Mapping[str, tuple[str, str]]:
    """Text and tone per field key for the rows of a mask (``None``: all); fields without a total are absent.

    A text may have several lines: the same in ever fewer words, of which the first that fits is shown.
    """
    # In the listing's own order, not the sort's: columns are then read from front to back.
    rows = np.arange(len(order.listing)) if mask is None else np.flatnonzero(mask)
    result: dict[str, tuple[str, str]] = {}
    for field in order.listing.fields:
        if field.total != Total.NONE:
            text, tone = _total(order, field, rows, formats)
            if text:
                result[field.key] = (text, tone)
    return result


def _total(order: Order, field: Field, rows: Rows, formats: Formats) -> tuple[str, str]:
    column = order.listing.columns[field.key]
    if field.total == Total.SUM:
        return _in_words(field, _sum(order, field, rows, formats)), ""
    if field.total == Total.MEDIAN:
        return _median(field, column, rows, formats), ""
    number = _number(order, field, rows)
    words = _in_words(field, formats.count(number), one=number == 1)
    if field.total == Total.OVER:
        return (words, "bad") if number else ("", "")
    if field.total == Total.MISSING and not number:
        return "", ""
    return words, ""


def _in_words(field: Field, figure: str, *, one: bool = False) -> str:
    if not figure or not field.total_words:
        return figure
    if one and "{}" not in field.total_words:
        return f"{figure} {singular(field.total_words)}"
    around = field.total_words if "{}" in field.total_words else f"{{}} {field.total_words}"
    return "\n".join(around.format(line) for line in figure.split("\n"))


def _number(order: Order, field: Field, rows: Rows) -> int:
    key = order.key(field.key)
    missing = None if key.missing is None else key.missing[rows]
    if field.total == Total.OVER:
        over = key.numbers[rows] < 0
        return int((over if missing is None else over & ~missing).sum())
    if field.total == Total.DISTINCT:
        codes, values = key.coded()
        present = np.bincount(codes[rows].astype(np.int32) + 1, minlength=len(values) + 1) > 0
        return int(present[1:].sum())
    absent = 0 if missing is None else int(missing.sum())
    return absent if field.total == Total.MISSING else len(rows) - absent


def _values(column: Any, rows: Rows) -> npt.NDArray[Any]:
    """Numbers of some rows without the missing ones; whole numbers stay whole."""
    if isinstance(column, np.ndarray):
        picked: npt.NDArray[Any] = column[rows]
        return picked[~np.isnan(picked)] if picked.dtype.kind == "f" else picked
    numbers = [_figure(column[row]) for row in rows]
    present = [number for number in numbers if number is not None]
    whole = all(isinstance(number, int) for number in present)
    return np.array(present, dtype=np.int64 if whole else np.float64)


def _figure(raw: Any) -> float | int | None:
    if raw is None or isinstance(raw, NoValue):
        return None
    if isinstance(raw, Cover):
        return raw.days
    return raw if isinstance(raw, (int, float)) else None


def _sum(order: Order, field: Field, rows: Rows, formats: Formats) -> str:
    listing = order.listing
    column = listing.columns[field.key]
    if field.kind != Kind.MONEY:
        total = _values(column, rows).sum()
        figure = formats.count(total.item(), field.decimals)
        return formats.duration(total) if field.kind == Kind.DURATION else figure
    if field.currency not in listing.columns:
        return "\n".join(formats.moneys(int(_values(column, rows).sum()), field.currency))
    sums = sorted(_per_currency(order, field, rows).items(), key=lambda pair: -pair[1])
    full = " + ".join(formats.money(amount, code) for code, amount in sums)
    # Large or several amounts seldom fit under one column: shorter words to choose from, a line each.
    if len(sums) < 2:
        return "\n".join(formats.moneys(sums[0][1], sums[0][0])) if sums else ""
    whole = [formats.money(amount, code, whole=True) for code, amount in sums]
    return "\n".join((full, " + ".join(whole), f"{whole[0]} + {len(sums) - 1} more"))


def _per_currency(order: Order, field: Field, rows: Rows) -> dict[str, int]:
    """Amounts by currency: in the one of the field that ``total_of`` names; without a rate in their own."""
    numbers, there = _numbers(order, field.key, rows)
    sums: dict[str, int] = {}
    if order.knows(field.total_of):
        base, converted = _numbers(order, field.total_of, rows)
        counted = there & converted
        if counted.any():
            sums[order.field(field.total_of).currency] = round(base[counted].sum().item())
        there &= ~converted
    if there.any():
        codes, values = order.key(field.currency).coded()
        mine = codes[rows][there].astype(np.int64) + 1
        amounts = np.bincount(mine, weights=numbers[there], minlength=len(values) + 1)
        for number in np.unique(mine).tolist():
            code = str(values[number - 1]) if number else ""
            sums[code] = sums.get(code, 0) + round(amounts[number].item())
    return sums


def _numbers(order: Order, key: str, rows: Rows) -> tuple[npt.NDArray[Any], Mask]:
    """Numbers of some rows, and which of them there are; whole up to 2**53."""
    known = order.key(key)
    missing = np.zeros(len(rows), np.bool_) if known.missing is None else known.missing[rows]
    return known.numbers[rows], ~missing


def _median(field: Field, column: Any, rows: Rows, formats: Formats) -> str:
    values = _values(column, rows)
    if not len(values):
        return ""
    figure = float(np.median(values))
    if field.kind == Kind.PERCENT:
        return f"median {formats.percent(figure, 1 if field.decimals is None else field.decimals)}"
    if field.kind == Kind.DURATION:
        return f"median {formats.duration(figure)}"
    return f"median {formats.count(figure, 1 if field.decimals is None else field.decimals)}"
