"""Words in a column of a platform's that are not known, a shop's own say: which, how often, what becomes of them."""

from collections.abc import Mapping

import numpy as np

from opsconsole.imports.columns import TextTable, normalized
from opsconsole.imports.recognize import Candidate
from opsconsole.imports.rejects import readable
from opsconsole.imports.source import Source

_SHOWN = 8


def own_counts(candidate: Candidate, table: TextTable) -> dict[str, int]:
    """How often each word stands there that the source does not know."""
    if not isinstance(candidate, Source) or not candidate.own_words:
        return {}
    name, known, _ = candidate.own_words
    names = map(normalized, (name, *candidate.aliases.get(name, ())))
    column = next((table.columns[one] for one in names if one in table.columns), None)
    if column is None:
        return {}
    counts = np.bincount(column.codes, minlength=len(column.values)).tolist()
    usual = {word.casefold() for word in known}
    found: dict[str, int] = {}
    for text, count in zip(column.values, counts, strict=True):
        word = readable(text.strip())
        if count and word and word.casefold() not in usual:
            found[word] = found.get(word, 0) + count
    return found


def own_notes(candidate: Candidate, own: Mapping[str, int]) -> list[str]:
    """What to say of them."""
    if not own or not isinstance(candidate, Source) or not candidate.own_words:
        return []
    often = sorted(own.items(), key=lambda pair: -pair[1])
    shown = ", ".join(f"“{word}” ({count:,})" for word, count in often[:_SHOWN])
    more = f" and {len(often) - _SHOWN:,} more" if len(often) > _SHOWN else ""
    name, _, said = candidate.own_words
    return [f"Words in “{name}” that are not the platform's own, as far as is known: {shown}{more}. {said}"]
