"""Tests on the texts of a row: which rows are records, and which values count."""

import re
from collections.abc import Sequence

import numpy as np

from opsconsole.imports.columns import Mask, TextTable, normalized
from opsconsole.imports.mapping import Condition


def holds(table: TextTable, condition: Condition) -> Mask:
    """Rows in which a condition holds. A column the file lacks is empty in every row. Letter case does not matter."""
    column = table.columns.get(normalized(condition.column))
    if column is None:
        mask = np.full(len(table), _text_holds("", condition))
    else:
        texts = map(str.strip, column.values)
        if condition == Condition(condition.column, filled=condition.filled, also=condition.also):
            held = np.fromiter(map(bool, texts), np.bool_, len(column.values)) == condition.filled
        else:
            held = np.array([_text_holds(text, condition) for text in texts], dtype=bool)
        mask = held[column.codes]
    if condition.also is not None:
        mask = mask & holds(table, condition.also)
    return mask


def any_holds(table: TextTable, conditions: Sequence[Condition]) -> Mask:
    """Rows in which at least one of the conditions holds."""
    mask = np.zeros(len(table), dtype=bool)
    for condition in conditions:
        mask |= holds(table, condition)
    return mask


def _text_holds(text: str, condition: Condition) -> bool:
    folded = text.casefold()

    def among(wanted: Sequence[str]) -> bool:
        return any(folded == word.casefold() for word in wanted)

    return (
        (not condition.equals or among(condition.equals))
        and not (condition.not_equals and among(condition.not_equals))
        and (not condition.startswith or folded.startswith(tuple(w.casefold() for w in condition.startswith)))
        and (not condition.endswith or folded.endswith(tuple(w.casefold() for w in condition.endswith)))
        and (not condition.contains or any(w.casefold() in folded for w in condition.contains))
        and (not condition.matches or re.search(condition.matches, text) is not None)
        and (condition.filled is None or condition.filled == bool(text))
    )
