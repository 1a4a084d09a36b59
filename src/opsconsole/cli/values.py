"""A listing's values for scripts (JSON) and for people (words), one place per kind."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from opsconsole.domain import money, wording
from opsconsole.domain.field import ClauseValue, Cover, Field, Kind, NoValue, TimeLeft
from opsconsole.domain.instants import day_of, day_to_date, to_iso
from opsconsole.domain.listing import Listing, plain_values


def as_json(listing: Listing) -> dict[str, Any]:
    """The object that ``--json`` prints: as_of, fields, rows, total."""
    columns = {key: plain_values(column) for key, column in listing.columns.items()}
    shown = [f.key for f in listing.fields]
    codes = {f.currency for f in listing.fields if f.kind is Kind.MONEY and f.currency in columns} - set(shown)
    rows = []
    for index in range(len(listing)):
        row: dict[str, Any] = {"id": _scalar(listing.ids[index])} if "id" not in shown else {}
        for field in listing.fields:
            raw = columns[field.key][index]
            row[field.key] = json_value(field, raw, _currency(field, columns, index))
            if isinstance(raw, NoValue):
                row[f"{field.key}_state"] = str(raw.state)
            if field.kind is Kind.CLAUSE and field.labels and listing.group_by in columns:
                row[f"{field.key}_label"] = field.label_of(columns[listing.group_by][index])
        row.update({key: columns[key][index] for key in codes})
        rows.append(row)
    described = [_field_json(field) for field in listing.fields]
    return {"as_of": to_iso(listing.as_of), "fields": described, "rows": rows, "total": len(listing)}


def _field_json(field: Field) -> dict[str, Any]:
    told = {"key": field.key, "label": field.label, "kind": str(field.kind)}
    if field.unit:
        told["unit"] = field.unit
    if field.kind is Kind.MONEY and field.currency:
        told["currency"] = field.currency
    return told


def _currency(field: Field, columns: dict[str, list[Any]], index: int) -> str:
    if field.currency in columns:
        return str(columns[field.currency][index] or "")
    return field.currency


def _scalar(value: Any) -> Any:
    item = getattr(value, "item", None)
    return item() if item is not None else value


def json_value(field: Field, raw: Any, currency: str = "") -> Any:
    """A raw value as JSON: money as decimal string, instants ISO 8601 UTC, dates ISO, no value as null."""
    if raw is None or isinstance(raw, NoValue) or raw != raw:
        return None
    kind = field.kind
    if kind is Kind.MONEY:
        return str(money.to_decimal(int(raw), currency))
    if kind is Kind.INSTANT:
        return to_iso(int(raw))
    if kind is Kind.DATE:
        return day_to_date(int(raw)).isoformat()
    if isinstance(raw, TimeLeft):
        return raw.seconds
    if isinstance(raw, Cover):
        return raw.days
    if isinstance(raw, ClauseValue):
        return raw._asdict()
    return list(raw) if isinstance(raw, tuple) else raw


def in_words(field: Field, raw: Any, currency: str, listing: Listing) -> str:
    """A raw value as a person reads it, US English."""
    if raw is None or raw == "" or raw != raw:
        return field.missing
    if isinstance(raw, NoValue):
        return raw.words
    kind = field.kind
    if kind is Kind.MONEY:
        return money.in_words(int(raw), currency)
    if kind is Kind.INSTANT:
        return wording.instant(int(raw), listing.time_zone, year_of=listing.as_of)
    if kind is Kind.DATE:
        return wording.day(int(raw), year_of=day_of(listing.as_of, listing.time_zone))
    if kind is Kind.PERCENT:
        return wording.percent(raw, 1 if field.decimals is None else field.decimals)
    if kind is Kind.DURATION:
        return wording.duration(raw)
    if kind is Kind.QUANTITY:
        return wording.count(raw) if field.decimals is None else f"{raw:,.{field.decimals}f}"
    return _other_words(field, raw)


def _other_words(field: Field, raw: Any) -> str:
    if isinstance(raw, TimeLeft):
        return wording.time_left(raw.seconds)
    if isinstance(raw, Cover):
        return field.missing or "no demand" if raw.days is None else f"{raw.days:,.1f}"
    if isinstance(raw, ClauseValue):
        return f"{raw.value:,.1f}{'' if raw.unit == '%' else ' '}{raw.unit}"
    return wording.code(field, raw)


def plain(value: Any) -> Any:
    """A value of dataclasses and tuples as JSON takes it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {known.name: plain(getattr(value, known.name)) for known in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(entry) for entry in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
