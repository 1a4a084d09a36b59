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
    if len(filled) < _LEAST_LINES or _is_cut(filled):
        return text
    starts = column_starts(filled)
    return FixedText(text, starts) if len(starts) > 1 else text


def _is_cut(lines: list[str]) -> bool:
    """Whether a delimiter stands in most lines, and as often in each; words above a wide table may be many lines."""
    for delimiter in DELIMITERS:
        counts = [_QUOTED.sub("", line).count(delimiter) for line in lines]
        usual = max(set(counts), key=counts.count)
        if usual and counts.count(usual) >= 0.8 * len(lines):
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
    blank = [sum(line[at] == " " for line in table) >= 0.98 * len(table) for at in range(width)]
    starts = [at for at in range(width) if not blank[at] and (at == 0 or blank[at - 1])]
    return tuple(_without_words_of_headers(table, starts, width))


def _without_words_of_headers(table: list[str], starts: list[int], width: int) -> list[int]:
    """Places less those of words that stand in a header only: they belong to the word beside them.

    A blank between two words of a name that runs through all lines has no header over what follows it.
    """
    header = table[0]
    starts = [at for at in starts if at < 2 or header[at] != " " or not header[at:].strip() or not _one_gap(table, at)]
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


def _one_gap(table: list[str], start: int) -> bool:
    """Whether only one blank stands before a column in all lines."""
    return any(line[start - 2] != " " for line in table[1:])
