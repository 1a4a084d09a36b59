"""Rows that are no records: descriptions under the header, totals, footers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from opsconsole.imports.columns import TextTable, normalized
from opsconsole.imports.proposals.names import words_of
from opsconsole.imports.proposals.words import TOTALS

_MARKS = frozenset({"void", "voided", "deleted", "test", "storno", "storniert"})
_YES = frozenset({"yes", "y", "true", "1", "x", "void", "voided", "deleted", "ja", "oui", "si", "sim"})
_NO = frozenset({"no", "n", "false", "0", "nein", "non", "nao", "-"})
_MAIN_LINE, _MAIN = frozenset({"*", "main line", "mainline"}), frozenset({"t", "true", "yes"})
_MOST = 0.02  # of all rows: more of a kind are no footers


@dataclass(frozen=True, slots=True)
class Skip:
    """A condition of rows to skip, in words, and how many rows it is about."""

    condition: Mapping[str, Any]
    words: str
    rows: int


def rows_to_skip(
    table: TextTable, names: Sequence[str], needed: Sequence[str], description: Sequence[str]
) -> list[Skip]:
    """Conditions for a table whose columns are ``names``; ``needed`` are columns that every record fills."""
    found: list[Skip] = []
    if description:
        at = max(range(min(len(description), len(names))), key=lambda place: len(description[place]))
        found.append(
            Skip({"column": names[at], "equals": [description[at].strip()]}, "the line that describes the columns", 1)
        )
    if not len(table):
        return found
    filled = np.zeros(len(table), np.int64)
    for name in names:
        column = table.columns.get(normalized(name))
        if column is not None:
            filled += np.array([bool(text.strip()) for text in column.values])[column.codes]
    skipped = np.zeros(len(table), np.bool_)
    for name in names[:3]:
        column = table.columns.get(normalized(name))
        if column is None:
            continue
        words = [text for text in column.values if text.strip().casefold() in TOTALS]
        if words:
            rows = np.isin(column.codes, [column.values.index(text) for text in words])
            skipped |= rows
            told = sorted({text.strip() for text in words})
            found.append(Skip({"column": name, "equals": told}, f"rows of {', '.join(told)}", int(rows.sum())))
    found += _sums_in_words(table, names, filled, skipped)
    found += _footers(table, names, needed, filled, skipped)
    return found


def _sums_in_words(table: TextTable, names: Sequence[str], filled: Any, skipped: Any) -> list[Skip]:
    """Rows with little in them whose first cell begins with a word of sums: ``TOTAL LINES``; they become skipped."""
    sparse = (filled <= 0.5 * float(np.median(filled))) & ~skipped
    column = table.columns.get(normalized(names[0])) if names else None
    if column is None or not sparse.any():
        return []
    found = []
    for word in sorted({word for text in column.values for word in text.strip().split(" ")[:1]}):
        if word.casefold().rstrip(":") not in TOTALS:
            continue
        begins = f"{word} ".casefold()
        rows = np.array([text.strip().casefold().startswith(begins) for text in column.values])[column.codes] & ~skipped
        if rows.any() and not (rows & ~sparse).any():
            skipped |= rows
            words = f"rows that begin with {word}"
            found.append(Skip({"column": names[0], "startswith": [f"{word} "]}, words, int(rows.sum())))
    return found


def main_lines(table: TextTable, names: Sequence[str]) -> list[Skip]:
    """Rows of the documents themselves among those of their lines, as NetSuite's searches have them: they say the money
    of all the lines once more.

    Its column is called ``*`` or Main Line; where every row is such a row, nothing is doubled.
    """
    found: list[Skip] = []
    for name in names:
        column = table.columns.get(normalized(name))
        if column is None or normalized(name) not in _MAIN_LINE:
            continue
        there = {column.values[code].strip() for code in np.unique(column.codes).tolist()}
        marks = sorted(text for text in there if text == "*" or text.casefold() in _MAIN)
        if marks and there - set(marks):
            rows = np.isin(column.codes, [at for at, text in enumerate(column.values) if text.strip() in marks])
            words = "rows of the documents themselves, whose lines say their money again"
            found.append(Skip({"column": name, "equals": marks}, words, int(rows.sum())))
    return found


def taken_back(table: TextTable, names: Sequence[str], used: Collection[str]) -> list[Skip]:
    """Rows that a column marks as void, deleted or a test, where no field is filled by that column."""
    found: list[Skip] = []
    for name in names:
        column = table.columns.get(normalized(name))
        if name in used or column is None or not set(words_of(name)) & _MARKS:
            continue
        spoken = {text.strip().casefold() for text in column.values} - {""}
        marks = sorted({text.strip() for text in column.values if text.strip().casefold() in _YES})
        if marks and spoken <= _YES | _NO:
            rows = np.isin(column.codes, [at for at, text in enumerate(column.values) if text.strip() in marks])
            found.append(Skip({"column": name, "equals": marks}, f"rows marked in {name}", int(rows.sum())))
    return found


def _footers(table: TextTable, names: Sequence[str], needed: Sequence[str], filled: Any, skipped: Any) -> list[Skip]:
    """Rows with next to nothing in them, told by a needed column that is empty there and only there."""
    sparse = (filled <= 2) & ~skipped
    usual = float(np.median(filled))
    if usual < 4 or not sparse.any() or sparse.sum() > max(5, _MOST * len(table)):
        return []
    for name in needed:
        column = table.columns.get(normalized(name))
        if column is None:
            continue
        empty = np.array([not text.strip() for text in column.values])[column.codes]
        if empty.any() and not (empty & ~sparse & ~skipped).any() and (sparse & ~empty).sum() == 0:
            words = f"rows without {name}, as in notes at the end"
            return [Skip({"column": name, "filled": False}, words, int((empty & sparse).sum()))]
    return []
