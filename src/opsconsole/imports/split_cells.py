"""Lists in one cell as rows: articles of an order that stand in one cell become a row each, other cells repeated."""

import numpy as np

from opsconsole.imports.columns import TextColumn, TextTable, normalized


def split_cells(table: TextTable, name: str, separator: str) -> TextTable:
    """The table with a row per part of a column's texts; blank parts are none, a blank text is one blank part."""
    column = table.columns.get(normalized(name))
    if column is None:
        return table
    parts = [[part.strip() for part in text.split(separator) if part.strip()] or [""] for text in column.values]
    counts = np.array([len(found) for found in parts], dtype=np.int64)[column.codes]
    rows = np.repeat(np.arange(len(table)), counts)
    known = {"": 0}
    numbers = [[known.setdefault(part, len(known)) for part in found] for found in parts]
    codes = np.fromiter((n for code in column.codes.tolist() for n in numbers[code]), np.int32, len(rows))
    columns = {key: TextColumn(other.codes[rows], other.values) for key, other in table.columns.items()}
    columns[normalized(name)] = TextColumn(codes, list(known))
    faults = {new: table.faults[old] for new, old in enumerate(rows.tolist()) if old in table.faults}
    return TextTable(columns, table.lines[rows], faults)
