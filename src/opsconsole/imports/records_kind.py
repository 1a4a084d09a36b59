"""What a record kind and its fields are.

Typed values of a field: text and identifier ``str``; integer ``int``; number ``float``; money ``int`` minor units of
the record's ``currency``; instant ``int`` microseconds UTC; day ``int`` days since 1970-01-01; flag ``bool``; ``None``
is "the file has this field and it is empty here" for optional fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from opsconsole.imports.field_help import FIELD_HELP


class Type(StrEnum):
    """Type of a record field's values."""

    TEXT = "text"
    IDENTIFIER = "identifier"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PRICE_E4 = "price_e4"  # 1/10,000 of the currency's unit
    INSTANT = "instant"
    DAY = "day"
    FLAG = "flag"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field of a record kind; ``required`` fields reject the record when empty."""

    key: str
    type: Type
    required: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record.

    ``identity`` are the fields that make a record the same record in another file. ``parent`` is the kind it belongs
    to, found by the fields in ``parent_identity``: a parent that is not there yet is made as a stub, filled when its
    own file comes. ``occurrence`` kinds have no key of their own: identity is the content and its occurrence number.
    ``snapshot`` kinds describe everything there is at one moment: rows that a newer snapshot leaves out "left the
    list".
    """

    key: str
    label: str
    table: str
    fields: tuple[RecordField, ...]
    identity: tuple[str, ...]
    parent: str = ""
    parent_identity: tuple[str, ...] = ()
    occurrence: bool = False
    snapshot: bool = False

    def field(self, key: str) -> RecordField:
        """Field by key; KeyError when the kind has none."""
        for known in self.fields:
            if known.key == key:
                return known
        raise KeyError(key)


@dataclass
class Records:
    """Columns of typed values of one kind; ``lines[i]`` is the file's line of record i (0 = not from a file).

    Only fields the source provides have a column: a missing column leaves what the database knows as it is. ``times``
    holds each record's own last-updated instant where the source has one (else the file's source time counts).
    """

    kind: str
    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int] = field(default_factory=list)
    times: Sequence[int | None] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def rows(self) -> list[dict[str, Any]]:
        """Records as dicts."""
        keys = list(self.columns)
        return [dict(zip(keys, values, strict=True)) for values in zip(*self.columns.values(), strict=True)]


def fields(*, required: str = "", **by_type: str) -> tuple[RecordField, ...]:
    """Fields of a kind: per type their keys, separated by blanks; ``required`` names those a record cannot lack."""
    needed = set(required.split())
    return tuple(
        RecordField(key, Type(name), key in needed, FIELD_HELP.get(key, ""))
        for name, keys in by_type.items()
        for key in keys.split()
    )
