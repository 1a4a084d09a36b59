"""The vocabulary that says how columns become record fields: the same for saved mappings and for built-in sources.

A field's value is described by a small table: where the text comes from (``from``, ``const``, ``first``, ``join``,
``sum``, ``product``, ``occurrence_of``, ``zone_of``, ``currency_of``, ``day_of``), what happens to it (``null``,
``strip_prefix``, ``strip_suffix``, ``lower``, ``extract``, ``slug``, ``map``, ``default``), how it is read
(``format``, ``time_zone``, ``decimal``, ``scale``, ``round``), what is done with it then (``less``, ``over``,
``plus_minutes``), and for which rows (``where``, ``within``, ``rows``, ``each``). Columns with ``{n}`` in their names
are numbered ones: see imports/numbered.py; columns that may have other names: see imports/aliases.py.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo

from opsconsole.domain.errors import UserError
from opsconsole.imports.columns import normalized
from opsconsole.imports.records import KINDS, RecordKind, Type
from opsconsole.imports.tables import FileOptions

TIMES_FIELD = "updated_at"  # any kind may have it: the instant a record was last changed at its source
_ROWS = ("first", "last", "sum", "min", "max", "count")


# What tells which rows belong together: a column, or several of which in each row the first that is filled counts.
Key = str | tuple[str, ...]


def _key_groups(keys: Iterable[Key], *, optional: bool) -> Iterator[tuple[tuple[str, ...], bool]]:
    for key in keys:
        for name in (key,) if isinstance(key, str) else key:
            yield (name,), optional or not isinstance(key, str)


@dataclass(frozen=True, slots=True)
class Condition:
    """A test on one column's text; all tests given must hold, and ``also`` too."""

    column: str
    equals: tuple[str, ...] = ()
    not_equals: tuple[str, ...] = ()
    startswith: tuple[str, ...] = ()
    endswith: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    matches: str = ""
    filled: bool | None = None
    also: "Condition | None" = None

    def columns(self) -> Iterator[str]:
        """Columns it looks at."""
        yield self.column
        if self.also:
            yield from self.also.columns()


@dataclass(frozen=True, slots=True)
class Expression:
    """How one value is made. ``columns`` are names of one column, the first that the file has counts."""

    columns: tuple[str, ...] = ()
    const: str | None = None
    first: tuple["Expression", ...] = ()  # the first that has a value in this row
    join: tuple["Expression", ...] = ()
    separator: str = " "
    sum: tuple["Expression", ...] = ()
    less: tuple["Expression", ...] = ()  # subtracted from the sum
    product: tuple["Expression", ...] = ()
    over: tuple["Expression", ...] = ()  # the sum or product is divided by these, amounts to their currency's places
    plus_minutes: str = ""  # a column with minutes that are added to an instant; without minutes there is none
    occurrence_of: tuple[str, ...] = ()  # the first filled text and, from its second time on, its number: "MUG (2)"
    zone_of: str = ""  # the time zone with the offset that this column's times carry
    currency_of: str = ""  # the currency that this column's amounts carry
    day_of: str = ""  # the day in UTC that this column tells, 20261109, be it with a time of day or without
    null: tuple[str, ...] = ()
    strip_prefix: str = ""
    strip_suffix: str = ""
    lower: bool = False
    extract: str = ""  # a regular expression: its first group, else all it matches; no match is no value
    slug: bool = False
    map: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    formats: tuple[str, ...] = ()
    time_zone: str = ""
    decimal: str = ""
    scale: str = ""
    round: int | None = None
    where: tuple[Condition, ...] = ()
    within: tuple[Key, ...] = ()  # the first value among the rows with the same texts there
    rows: str = "first"  # which value stands for several rows of one record
    required: bool = False
    optional: bool = False  # the column may be missing from the file
    each: bool = False  # a part whose column has {n}: it stands there once per such column of the file

    def parts(self) -> Iterator["Expression"]:
        """Expressions inside this one."""
        for group in (self.first, self.join, self.sum, self.less, self.product, self.over):
            yield from group

    def column_groups(self) -> Iterator[tuple[tuple[str, ...], bool]]:
        """Alternative names of each column needed, and whether the file may lack it."""
        if self.columns:
            yield self.columns, self.optional
        for name in (self.zone_of, self.currency_of, self.day_of, self.plus_minutes):
            if name:
                yield (name,), self.optional
        for name in self.occurrence_of:
            yield (name,), self.optional
        yield from _key_groups(self.within, optional=self.optional)
        for condition in self.where:
            for name in condition.columns():
                yield (name,), self.optional
        for part in self.parts():
            for names, optional in part.column_groups():
                yield names, optional or self.optional


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """How rows become records of one kind.

    ``one_per`` keys: rows with equal texts there are one record; with ``one_per_field`` only where that field is equal,
    too. ``skip_where`` any of these, ``keep_where`` none of these: the row is no such record. ``needs`` columns: a file
    that has none of them has no such records.
    """

    kind: RecordKind
    fields: Mapping[str, Expression]
    one_per: tuple[Key, ...] = ()
    one_per_field: str = ""
    skip_where: tuple[Condition, ...] = ()
    keep_where: tuple[Condition, ...] = ()
    needs: tuple[str, ...] = ()

    def column_groups(self) -> Iterator[tuple[tuple[str, ...], bool]]:
        """As of Expression, for all fields and conditions; all may be missing from a file that lacks the records."""
        lacking = bool(self.needs)
        yield from _key_groups(self.one_per, optional=lacking)
        for name in self.needs:
            yield (name,), lacking
        for condition in (*self.skip_where, *self.keep_where):
            for name in condition.columns():
                yield (name,), True
        for expression in self.fields.values():
            yield from ((names, optional or lacking) for names, optional in expression.column_groups())


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """A whole mapping: what the file is like and the records in it.

    ``channel``, ``location``, ``currency`` and ``time_zone`` hold where no field says otherwise; ``decimal`` where no
    column proves otherwise. ``header`` is the header it was made for, if it is to be recognized by exactly that.
    ``aliases``: other names that a file may have for a column. ``split``: a column whose cells hold lists, and what
    separates their parts; each part is a row then, with the other cells repeated.
    ``raw`` is the content it was parsed from.
    """

    name: str
    records: tuple[RecordSpec, ...]
    file: FileOptions = field(default_factory=FileOptions)
    channel: str = ""
    location: str = ""
    currency: str = ""
    time_zone: str = ""
    decimal: str = ""
    header: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    split: tuple[str, str] | tuple[()] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def column_groups(self) -> list[tuple[tuple[str, ...], bool]]:
        """Alternative names of each column needed and whether the file may lack it, without repeats."""
        found: dict[tuple[str, ...], bool] = {(normalized(name),): True for name in self.split[:1]}
        for record in self.records:
            for names, optional in record.column_groups():
                key = tuple(normalized(name) for name in names)
                found[key] = found.get(key, True) and optional
        return list(found.items())


_RENAMED = {"from": "columns", "format": "formats"}
_LISTS = {"from", "format", "null", "occurrence_of"}
_PARTS = {"first", "join", "sum", "less", "product", "over"}
_ORIGINS = (
    *("columns", "const", "first", "join", "sum", "product", "occurrence_of"),
    *("zone_of", "currency_of", "day_of"),
)
_EXPRESSION_KEYS = {f.name for f in fields(Expression)} - set(_RENAMED.values()) | set(_RENAMED)
_CONDITION_KEYS = {f.name for f in fields(Condition)}
_FILE_KEYS = {"encoding", "delimiter", "header_row", "sheet", "column_starts", "row_types"}
_TOP_KEYS = {"name", "file", "records", "channel", "location", "aliases", "split"}
_FILE_DEFAULTS = {"currency", "time_zone", "decimal", "header"}


def parse_mapping(raw: Mapping[str, Any], origin: str) -> MappingSpec:
    """A mapping from its TOML content; UserError says where it is wrong. ``origin`` names it in messages."""
    _known(raw, _TOP_KEYS, origin)
    file = raw.get("file", {})
    _known(file, _FILE_KEYS | _FILE_DEFAULTS, f"{origin}, [file]")
    options = FileOptions(**{key: _file_value(key, value, origin) for key, value in file.items() if key in _FILE_KEYS})
    defaults = {key: file[key] for key in ("currency", "time_zone", "decimal") if key in file}
    _check_zone(defaults.get("time_zone", ""), origin)
    _check_decimal(defaults.get("decimal", ""), origin)
    records = raw.get("records", [])
    if not isinstance(records, Sequence) or not records:
        raise UserError(f"{origin} fills no records.", "It needs at least one [[records]] with a kind and fields.")
    return MappingSpec(
        name=str(raw.get("name", "")) or origin,
        records=parse_records(records, origin),
        file=options,
        channel=str(raw.get("channel", "")),
        location=str(raw.get("location", "")),
        header=tuple(file.get("header", ())),
        split=_split(raw.get("split", {}), origin),
        aliases={str(name): _texts(others) for name, others in raw.get("aliases", {}).items()},
        raw=raw,
        **defaults,
    )


def _split(raw: Any, origin: str) -> tuple[str, str] | tuple[()]:
    _known(raw, {"column", "by"}, f"{origin}, split")
    if not raw:
        return ()
    if not raw.get("column") or not raw.get("by"):
        raise UserError(
            f"{origin}: split needs a column and what separates its parts.", 'As { column = "A", by = "|" }.'
        )
    return str(raw["column"]), str(raw["by"])


def _file_value(key: str, value: Any, origin: str) -> Any:
    if key == "column_starts":
        starts = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
        if not starts or any(not isinstance(at, int) or at < 1 for at in starts) or sorted(set(starts)) != [*starts]:
            raise UserError(f"{origin}: column_starts = {value!r} is no list of places.", "Write it as [1, 12, 30].")
        return starts
    if key == "row_types":
        return _texts(value)
    wanted: type = int if key == "header_row" else str
    if not isinstance(value, wanted) or isinstance(value, bool):
        kind = "a number" if wanted is int else "a text"
        raise UserError(f"{origin}: {key} = {value!r} is not {kind}.", f"Write {kind}.")
    return value


def parse_records(raw: Sequence[Mapping[str, Any]], origin: str) -> tuple[RecordSpec, ...]:
    """Record specs from their tables; UserError says where they are wrong."""
    return tuple(_record(table, f"{origin}, records {number}") for number, table in enumerate(raw, start=1))


def _record(table: Mapping[str, Any], origin: str) -> RecordSpec:
    _known(table, {"kind", "fields", "one_per", "one_per_field", "skip_where", "keep_where", "needs"}, origin)
    kind = KINDS.get(str(table.get("kind", "")))
    if kind is None:
        raise UserError(f"{origin}: there is no record kind “{table.get('kind', '')}”.", f"Kinds: {', '.join(KINDS)}.")
    known = {f.key for f in kind.fields} | {TIMES_FIELD}
    expressions = {}
    for key, value in table.get("fields", {}).items():
        if key not in known:
            raise UserError(f"{origin}: {kind.key} have no field “{key}”.", f"Fields: {', '.join(sorted(known))}.")
        expressions[key] = parse_expression(value, f"{origin}, field {key}")
    if not expressions:
        raise UserError(f"{origin}: no fields are given.", "Name at least one under [records.fields].")
    together = str(table.get("one_per_field", ""))
    if together and together not in expressions:
        raise UserError(f"{origin}: one_per_field names “{together}”, which is not filled.", "Name a field it fills.")
    return RecordSpec(
        kind,
        expressions,
        one_per=_keys(table.get("one_per", ())),
        one_per_field=together,
        skip_where=_conditions(table.get("skip_where", ()), origin),
        keep_where=_conditions(table.get("keep_where", ()), origin),
        needs=_texts(table.get("needs", ())),
    )


def parse_expression(raw: Any, origin: str) -> Expression:
    """An expression from a table, or from a text: the name of a column."""
    if isinstance(raw, str):
        return Expression(columns=(raw,))
    if not isinstance(raw, Mapping):
        raise UserError(f"{origin} is neither a column nor a table.", 'Write { from = "Column" }.')
    _known(raw, _EXPRESSION_KEYS, origin)
    values: dict[str, Any] = {}
    for key, value in raw.items():
        name = _RENAMED.get(str(key), str(key))
        if key in _LISTS:
            values[name] = _texts(value)
        elif key == "within":
            values[name] = _keys(value)
        elif key in _PARTS:
            values[name] = tuple(parse_expression(part, f"{origin}, {key}") for part in value)
        elif key == "map":
            values[name] = tuple((normalized(str(found)), str(meant)) for found, meant in value.items())
        elif key == "where":
            values[name] = _conditions(value, origin)
        elif key in ("const", "default", "scale"):
            values[name] = _constant(value)
        else:
            values[name] = value
    expression = Expression(**values)
    _check_expression(expression, origin)
    return expression


def _check_expression(expression: Expression, origin: str) -> None:
    given = [name for name in _ORIGINS if getattr(expression, name) not in ((), "", None)]
    if len(given) != 1:
        words = "none of them" if not given else " and ".join(given).replace("columns", "from")
        raise UserError(f"{origin} needs one of from, const, first, join, sum, product …; it has {words}.", "Keep one.")
    if expression.rows not in _ROWS:
        raise UserError(f"{origin}: rows = “{expression.rows}” is unknown.", f"Use one of {', '.join(_ROWS)}.")
    if expression.over and not (expression.sum or expression.product):
        raise UserError(f"{origin}: over divides a sum or a product; there is none.", "Give one of them.")
    _check_pattern(expression.extract, origin)
    _check_zone(expression.time_zone, origin)
    _check_decimal(expression.decimal, origin)
    for pattern in expression.formats:
        if any(part not in ("iso", "excel", "unix", "unix_ms") and "%" not in part for part in pattern.split("|")):
            raise UserError(f"{origin}: “{pattern}” is no date format.", 'Write "iso" or one like "%d/%m/%Y %H:%M".')


def _check_pattern(pattern: str, origin: str) -> None:
    try:
        re.compile(pattern)
    except re.error as fault:
        raise UserError(f"{origin}: “{pattern}” is no pattern: {fault}.", "Write a regular expression.") from None


def _check_zone(zone: str, origin: str) -> None:
    if zone:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise UserError(f"{origin}: there is no time zone “{zone}”.", "Write it as Europe/Berlin.") from None


def _check_decimal(sign: str, origin: str) -> None:
    if sign not in ("", ".", ","):
        raise UserError(f"{origin}: decimal = “{sign}” is unknown.", 'Use "." or ",".')


def _conditions(raw: Any, origin: str) -> tuple[Condition, ...]:
    tables = [raw] if isinstance(raw, Mapping) else list(raw)
    return tuple(_condition(table, origin) for table in tables)


def _condition(table: Mapping[str, Any], origin: str) -> Condition:
    _known(table, _CONDITION_KEYS, f"{origin}, condition")
    if "column" not in table or len(table) < 2:
        raise UserError(
            f"{origin}: a condition needs a column and a test.", 'As in { column = "Type", equals = ["A"] }.'
        )
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key == "also":
            values[key] = _condition(value, origin)
        elif key in ("column", "matches", "filled"):
            values[key] = value
        else:
            values[key] = _texts(value)
    _check_pattern(values.get("matches", ""), origin)
    return Condition(**values)


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(part) for part in value)


def _keys(value: Any) -> tuple[Key, ...]:
    return (value,) if isinstance(value, str) else tuple(k if isinstance(k, str) else _texts(k) for k in value)


def _constant(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _known(table: Any, keys: set[str], origin: str) -> None:
    if not isinstance(table, Mapping):
        raise UserError(f"{origin} is not a table.", "See the mappings that are already saved for the form.")
    unknown = sorted(set(table) - keys)
    if unknown:
        raise UserError(f"{origin}: “{unknown[0]}” is not known here.", f"Known: {', '.join(sorted(keys))}.")


def type_of(spec: RecordSpec, key: str) -> Type:
    """Type of a field of a record spec."""
    known = [f for f in spec.kind.fields if f.key == key]
    return known[0].type if known else Type.INSTANT
