"""Text whose columns stand at fixed places, as reports of older systems print them; places are found or told."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from opsconsole.imports.sniff import DELIMITERS, DelimitedText
from opsconsole.imports.tables import FileOptions, NumberedRow, Table

_LINES_LOOKED_AT = 400
_LEAST_LINES = 4
_WIDE = 4  # delimiters in a line; text has fewer of one kind
_BLANK = 0.98  # share of lines in which a place between columns is blank
_HEADER_WITHIN = 12  # lines
_MANY = 4  # columns between blanks that no table cut by a delimiter has by chance
_QUOTED = re.compile(r'"[^"\n]*"')
_RULE = re.compile(r"^[\s\-=_+|]*$")  # a line drawn under the header


@dataclass(frozen=True, slots=True)
class FixedText:
    """A text of fixed columns; ``starts`` are their places from 0."""

    text: DelimitedText
    starts: tuple[int, ...]
    ragged: bool = False

    @property
    def description(self) -> str:
        """``utf-8, fixed columns``."""
        return f"{self.text.encoding.removesuffix('-sig')}, fixed columns"

    def rows(self) -> Iterator[NumberedRow]:
        """Lines cut at the places, blanks around the cells taken away; ruled and empty lines are no rows."""
        ends = (*self.starts[1:], None)
        for number, line in self.text.plain_lines():
            if not _RULE.match(line):
                yield number, [line[start:end].strip() for start, end in zip(self.starts, ends, strict=True)]


def or_fixed(text: DelimitedText, options: FileOptions) -> Table:
    """The text as fixed columns where that is told, or where no delimiter cuts it and columns of blanks run through."""
    if options.column_starts:
        return FixedText(text, tuple(place - 1 for place in options.column_starts))
    if options.delimiter:
        return text
    lines = [line for _, line in itertools.islice(text.plain_lines(), _LINES_LOOKED_AT)]
    filled = [line for line in lines if line.strip() and not _RULE.match(line)]
    if len(filled) < _LEAST_LINES:
        return text
    starts = column_starts(filled)
    cut = len(starts) < 2 or _is_cut(filled, len(starts))
    return text if cut else FixedText(text, starts)


def _is_cut(lines: list[str], columns: int) -> bool:
    """Whether a delimiter stands in most lines, and as often in each; words above a wide table may be many lines.

    One that cuts into fewer than the ``columns`` between blanks, and never the header, is a comma in a name.
    """
    header = next(line for line in lines if len(line) > 0.5 * max(map(len, lines)))
    for delimiter in DELIMITERS:
        counts = [_QUOTED.sub("", line).count(delimiter) for line in lines]
        usual = max(set(counts), key=counts.count)
        in_a_name = columns >= _MANY and columns > usual + 1 and delimiter not in header
        if usual and counts.count(usual) >= 0.8 * len(lines) and not in_a_name:
            return True
        wide = [count for count in counts if count >= _WIDE]
        if wide and wide.count(max(set(wide), key=wide.count)) >= 0.4 * len(lines):
            return True
    return False


def column_starts(lines: list[str]) -> tuple[int, ...]:
    """Places, from 0, where a column begins: after two blanks at least, or one that runs through every line.

    A preamble may be of any form: the lines as long as the longest ones count.
    """
    width = max(len(line) for line in lines)
    table = [line.ljust(width) for line in lines if len(line) > 0.5 * width]
    if len(table) < _LEAST_LINES:
        return ()
    blank = [_mostly_blank(table, at) for at in range(width)]
    starts = [at for at in range(width) if not blank[at] and (at == 0 or blank[at - 1])]
    return tuple(_roomy(table, _without_words_of_headers(table, starts, width), width))


def _without_words_of_headers(table: list[str], starts: list[int], width: int) -> list[int]:
    """Places less those of words that stand in a header only: they belong to the word beside them.

    A blank between two words of a name that runs through all lines has no header over what follows it.
    """
    header = _header(table, starts)
    starts = [
        at for at in starts
        if at < 2 or _begins(header, at) or not header[at:].strip() or not _one_gap(table, at)
    ]  # fmt: skip
    kept = list(starts)
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else width
        filled = [line for line in table if line[start:end].strip()]
        if len(filled) > max(1, 0.05 * len(table)):
            continue
        line = filled[0] if filled else ""
        before = len(line[:start]) - len(line[:start].rstrip())
        after = len(line[:end]) - len(line[:end].rstrip())
        joined = start if at and (before < after or end == width) else end
        if joined in kept:
            kept.remove(joined)
    return kept


def _header(table: list[str], starts: list[int]) -> str:
    """Of the first lines without a figure the one that has words at the most places; titles above have few."""
    named = [line for line in table[:_HEADER_WITHIN] if not re.search(r"\d", line)]
    return max(named, key=lambda line: sum(line[at] != " " for at in starts), default=table[0])


def _begins(header: str, start: int) -> bool:
    """Whether a word of the header begins at a place."""
    return header[start] != " " and header[start - 1] == " "


def _roomy(table: list[str], starts: list[int], width: int) -> list[int]:
    """Places moved into the blanks before them: to where words of the header and the longest numbers begin.

    Where values end at one place, as numbers do, as far as there is room: a longer one further down is not cut.
    """
    header = _header(table, starts)
    values = table[table.index(header) + 1 :] or table
    moved: list[int] = []
    for number, start in enumerate(starts):
        least = moved[-1] + 1 if moved else 0
        end = starts[number + 1] if number + 1 < len(starts) else width
        place = gap = start
        while gap > least and all(line[gap - 1] == " " or " " not in line[gap - 1 : start + 1] for line in values):
            gap -= 1  # blank, or in a number that is longer than most
        while place > gap and (header[place - 1] != " " or (place - 2 >= gap and header[place - 2] != " ")):
            place -= 1
        if _ends_alike(values, start, end, before=place < start):
            while place > gap and header[place - 1] == " ":
                place -= 1
        moved.append(place)
    return moved


def _mostly_blank(lines: list[str], at: int) -> bool:
    """Whether a place is blank in all lines but few, as a longer number or words below the table are."""
    return sum(line[at] == " " for line in lines) >= _BLANK * len(lines)


def _ends_alike(values: list[str], start: int, end: int, *, before: bool) -> bool:
    """Whether values stand to the right; of those that are all of a length the header, which begins ``before``."""
    cells = [line[start:end] for line in values if line[start:end].strip()]
    begins = {len(cell) - len(cell.lstrip()) for cell in cells}
    ends = [len(cell.rstrip()) for cell in cells]
    alike = bool(ends) and ends.count(max(set(ends), key=ends.count)) >= 0.9 * len(ends)
    return alike and (len(begins) > 1 or before)


def _one_gap(table: list[str], start: int) -> bool:
    """Whether a word ends one blank before a column, in more lines than the header and those above it."""
    ended = sum(line[start - 2] != " " for line in table)
    return ended > max(2, 0.02 * len(table))
