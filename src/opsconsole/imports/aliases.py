"""Other names of columns: translated headers, and those of older and newer exports, by the name a mapping uses.

A mapping names each column once; ``aliases`` say what else it may be called. For a file that has only such another
name the mapping is rewritten with it, so that whatever is told of the column is told in the file's own words.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any

from opsconsole.imports.columns import normalized
from opsconsole.imports.mapping import Condition, Expression, MappingSpec, RecordSpec

_NAMES = frozenset({"columns", "occurrence_of", "within", "one_per", "needs"})
_NAME = frozenset({"zone_of", "currency_of", "day_of", "plus_minutes", "column"})


def in_the_files_words(spec: MappingSpec, names: Collection[str]) -> MappingSpec:
    """The mapping with the names that a file of these columns has; a column's own name goes before its others."""
    if not spec.aliases:
        return spec
    known = {normalized(name) for name in names}
    words: dict[str, str] = {}
    for name, others in spec.aliases.items():
        if normalized(name) not in known:
            words.update({normalized(name): other for other in reversed(others) if normalized(other) in known})
    if not words:
        return spec
    split = (words.get(normalized(spec.split[0]), spec.split[0]), spec.split[1]) if spec.split else ()
    return replace(spec, records=tuple(_renamed(record, words) for record in spec.records), split=split)


def _renamed(value: Any, words: Mapping[str, str]) -> Any:
    """A value with its columns renamed, all the way down."""
    if isinstance(value, tuple):
        return tuple(_renamed(part, words) for part in value)
    if isinstance(value, Mapping):
        return {key: _renamed(part, words) for key, part in value.items()}
    if isinstance(value, RecordSpec | Expression | Condition):
        return replace(value, **{own.name: _part(own.name, getattr(value, own.name), words) for own in fields(value)})
    return value


def _part(key: str, value: Any, words: Mapping[str, str]) -> Any:
    if key in _NAMES:
        return tuple(_part(key, k, words) if isinstance(k, tuple) else words.get(normalized(k), k) for k in value)
    if key in _NAME:
        return words.get(normalized(value), value)
    return _renamed(value, words)
