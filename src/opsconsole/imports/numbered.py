"""Records in numbered columns: ``Product Item 1 SKU``, ``Product Item 2 SKU``, ... as wide as the file happens to be.

A record spec that writes ``{n}`` in its columns is made once per number, from 1 as long as the file has any of them.
``{n}`` is replaced in texts as well, so that ``const = "{n}"`` is the number. `` ({n})`` is left out for the first: so
are repeated names told apart (``Amount``, ``Amount (2)``).
"""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from opsconsole.imports.columns import normalized
from opsconsole.imports.mapping import MappingSpec, RecordSpec
from opsconsole.imports.records import RecordKind

_MARK = "{n}"


def for_header(spec: MappingSpec, names: Collection[str]) -> MappingSpec:
    """The mapping for a file with these columns."""
    if not any(_is_numbered(record) for record in spec.records):
        return spec
    known = {normalized(name) for name in names}
    records = tuple(made for record in spec.records for made in _numbered(record, known))
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
