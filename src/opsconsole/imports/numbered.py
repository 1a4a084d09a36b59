"""Records in numbered columns: ``Product Item 1 SKU``, ``Product Item 2 SKU``, ... as wide as the file happens to be.

A record spec that writes ``{n}`` in its columns is made once per number, from 1 as long as the file has any of them.
``{n}`` is replaced in texts as well, so that ``const = "{n}"`` is the number. `` ({n})`` is left out for the first: so
are repeated names told apart (``Amount``, ``Amount (2)``). A part of a sum or of a join with ``each = true`` is
repeated within its record instead: ``sum = [{ from = "Fee {n}", each = true }]`` adds up all fees.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from opsconsole.imports.aliases import in_the_files_words
from opsconsole.imports.columns import normalized
from opsconsole.imports.mapping import Expression, MappingSpec, RecordSpec
from opsconsole.imports.records import RecordKind

_MARK = "{n}"


def for_header(spec: MappingSpec, names: Collection[str]) -> MappingSpec:
    """The mapping for a file with these columns, under the names they have there."""
    spec = in_the_files_words(spec, names)
    if not any(_is_numbered(record) for record in spec.records):
        return spec
    known = {normalized(name) for name in names}
    spread = [_spread(record, known) for record in spec.records]
    records = tuple(made for record in spread for made in _numbered(record, known))
    return replace(spec, records=records)


def _is_numbered(record: RecordSpec) -> bool:
    return any(_MARK in name for names, _ in record.column_groups() for name in names)


def _numbered(record: RecordSpec, known: Collection[str]) -> list[RecordSpec]:
    if not _is_numbered(record):
        return [record]
    marked = {name for names, _ in record.column_groups() for name in names if _MARK in name}
    made: list[RecordSpec] = []
    while not made or any(normalized(_nth(name, len(made) + 1)) in known for name in marked):
        made.append(_nth(record, len(made) + 1))
    return made


def _spread(value: Any, known: Collection[str]) -> Any:
    """A value with the parts that are meant for each of the numbered columns repeated, all the way down."""
    if isinstance(value, tuple):
        parts: list[Any] = []
        for part in value:
            parts += _repeated(part, known) if isinstance(part, Expression) and part.each else [_spread(part, known)]
        return tuple(parts)
    if isinstance(value, Mapping):
        return {key: _spread(part, known) for key, part in value.items()}
    if isinstance(value, RecordSpec | Expression):
        return replace(value, **{own.name: _spread(getattr(value, own.name), known) for own in fields(value)})
    return value


def _repeated(part: Expression, known: Collection[str]) -> list[Expression]:
    made: list[Expression] = []
    while True:
        nth: Expression = replace(_nth(part, len(made) + 1), each=False)
        if not any(normalized(name) in known for name in nth.columns):
            return made
        made.append(nth)


def _nth(value: Any, number: int) -> Any:
    """A value with its numbers put in, all the way down."""
    if isinstance(value, str):
        return value.replace(f" ({_MARK})", "" if number == 1 else f" ({number})").replace(_MARK, str(number))
    if isinstance(value, RecordKind):
        return value
    if isinstance(value, tuple):
        return tuple(_nth(part, number) for part in value)
    if isinstance(value, Mapping):
        return {key: _nth(part, number) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{known.name: _nth(getattr(value, known.name), number) for known in fields(value)})
    return value
