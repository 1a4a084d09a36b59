"""A source: one platform's export, how it is recognized and what its columns mean; one file each in ``sources/``."""

import importlib
import pkgutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from opsconsole.imports import sources
from opsconsole.imports.columns import normalized
from opsconsole.imports.mapping import MappingSpec, parse_records
from opsconsole.imports.tables import FileOptions


@dataclass(frozen=True, slots=True)
class Score:
    """How well a header fits: 0 not at all, up to 1 where every column is known; ``reason`` in words.

    ``inferred``: what the layout that fits was worked out from, where it was never seen.
    """

    points: float
    reason: str = ""
    inferred: str = ""


NO_FIT = Score(0.0)
# Platforms that sell: what their files say of stock is the channel's word, what others say the warehouse's.
SELLING = frozenset({"shopify", "amazon", "woocommerce", "magento", "ebay", "etsy", "walmart", "bigcommerce"})
# Platforms that write cells between tabs as they are.
UNQUOTED = FileOptions(quoted=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """A known layout: ``all_of`` must be there and a column with ``any_prefix``, none of ``none_of`` or ``no_prefix``.

    ``columns`` are all the names the layout is known to have, and all that begin with one of ``prefixes``; the more of
    the file's are among them, the better. ``inferred`` as of Source, where only this one of its layouts is.
    """

    label: str
    columns: tuple[str, ...]
    all_of: tuple[str, ...] = ()
    any_prefix: str = ""
    none_of: tuple[str, ...] = ()
    no_prefix: str = ""
    prefixes: tuple[str, ...] = ()
    inferred: str = ""

    def score(self, header: Collection[str]) -> Score:
        """Fit of a header given as normalized names."""
        names = {name for name in header if name}
        if not names or any(normalized(name) not in names for name in self.all_of):
            return NO_FIT
        if any(normalized(name) in names for name in self.none_of):
            return NO_FIT
        prefix = self.any_prefix.casefold()
        if prefix and not any(name.startswith(prefix) for name in names):
            return NO_FIT
        if self.no_prefix and any(name.startswith(self.no_prefix.casefold()) for name in names):
            return NO_FIT
        layout = {normalized(name) for name in self.columns}
        known = {name for name in names if name in layout or self.begins(name)}
        # A file with hundreds of columns of its own beside all of the layout's is that layout too.
        points = max(len(known) / len(names), 0.9 * len(known & layout) / len(layout))
        return Score(points, f"{len(known)} of its {len(names)} columns are those of {self.label}", self.inferred)

    def begins(self, name: str) -> bool:
        """Whether a normalized name is one of the many that the layout has by their beginning."""
        return bool(self.prefixes) and name.startswith(tuple(prefix.casefold() for prefix in self.prefixes))


@dataclass(frozen=True, slots=True)
class Source:
    """A built-in source. ``records`` are written in the vocabulary of saved mappings (imports/mapping.py).

    ``platform`` is the kind of channel it belongs to. ``needs_channel`` is false where the file tells by itself which
    orders it means. ``inferred``: where no genuine file and no documentation of the layout was at hand, what it was
    worked out from, in words that end a sentence ("two programs that read it"); the report of every import says so.
    ``lacks`` is a sentence about what such files do not tell, for the report as well; ``aliases`` are other names of
    columns, translated ones say (imports/aliases.py); ``split`` as of a mapping. ``location`` is the stock it tells of
    where nothing else says it, as in ``FBA {channel}``. ``currency_said`` is a pattern whose group is the currency,
    looked for above the header; ``currency_of`` a column of sites and their currencies, where nothing is said there.
    ``own_words``: a column that shops may extend with words of their own, the words that
    are known, and what becomes of the others. ``on_request``: only read where somebody names it, since another source
    reads the same files.
    """

    key: str
    label: str
    platform: str
    signatures: tuple[Signature, ...]
    records: tuple[Mapping[str, Any], ...]
    file: FileOptions = field(default_factory=FileOptions)
    decimal: str = "."
    needs_channel: bool = True
    inferred: str = ""
    lacks: str = ""
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    location: str = ""
    currency_said: str = ""
    currency_of: tuple[str, Mapping[str, str]] | tuple[()] = ()
    on_request: bool = False
    own_words: tuple[str, tuple[str, ...], str] | tuple[()] = ()
    split: tuple[str, str] | tuple[()] = ()

    @property
    def spec(self) -> MappingSpec:
        """What its columns mean."""
        return _spec(self.key)

    def recognizes(self, header: Collection[str]) -> Score:
        """The best fit of a header (normalized names) to one of its layouts."""
        if self.on_request:
            return NO_FIT
        return max((signature.score(header) for signature in self.signatures), key=lambda score: score.points)

    @property
    def inferred_layouts(self) -> str:
        """What it, or some of its layouts, were worked out from; empty where all are known."""
        parts = dict.fromkeys(f"{one.label}: {one.inferred}" for one in self.signatures if one.inferred)
        return self.inferred or "; ".join(parts)

    def knows(self, name: str) -> bool:
        """Whether a normalized name is a column that its layouts may have."""
        return name in self.known_columns() or any(signature.begins(name) for signature in self.signatures)

    def known_columns(self) -> set[str]:
        """Normalized names of all columns of its layouts."""
        named = {normalized(name) for signature in self.signatures for name in signature.columns}
        return named | {normalized(name) for others in self.aliases.values() for name in others}


@cache
def all_sources() -> Mapping[str, Source]:
    """Every built-in source by key, found in the folder ``sources``."""
    found: list[Source] = []
    for module in pkgutil.iter_modules(sources.__path__):
        found.append(importlib.import_module(f"{sources.__name__}.{module.name}").SOURCE)
    return {source.key: source for source in sorted(found, key=lambda source: source.key)}


def sells(key: str) -> bool:
    """Whether the source of this key is a selling platform's; a saved mapping's is none."""
    source = all_sources().get(key)
    return source is not None and source.platform in SELLING


@cache
def _spec(key: str) -> MappingSpec:
    source = all_sources()[key]
    return MappingSpec(
        name=source.label,
        records=parse_records(source.records, key),
        file=source.file,
        decimal=source.decimal,
        aliases=source.aliases,
        split=source.split,
    )


def columns(text: str) -> tuple[str, ...]:
    """Column names out of a text with one or several names per line, separated by bars."""
    return tuple(name.strip() for name in text.replace("\n", "|").split("|") if name.strip())


def header_names(header: Sequence[str]) -> set[str]:
    """Normalized names of a header row."""
    return {normalized(name) for name in header} - {""}
