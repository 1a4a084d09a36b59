"""How well a column fits a field, by its name and by its values, with the reason in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from opsconsole.imports.proposals.assignment import best_assignment
from opsconsole.imports.proposals.names import name_score
from opsconsole.imports.proposals.profile import Profile
from opsconsole.imports.records import RecordField, RecordKind, Type

ENOUGH = 0.45  # below that a match is chance

# What the database knows of a column's values: share of them that are SKUs of the item master, orders, ...
Known = Mapping[str, Mapping[str, float]]

# Fields that values alone can tell: the look, and how much it says.
_BY_VALUE: Mapping[str, tuple[str, float]] = {
    "email": ("email", 0.8),
    "tracking_number": ("tracking", 0.8),
    "currency": ("currency", 0.75),
    "country": ("country", 0.55),
}
_LOOKS_LIKE = {
    "email": "e-mail addresses",
    "tracking": "tracking numbers with a valid check digit",
    "currency": "currency codes",
    "country": "countries",
}
# Looks that a field of this name must have.
_MUST: Mapping[str, tuple[str, float]] = {
    "email": ("email", 0.6),
    "currency": ("currency", 0.6),
    "country": ("country", 0.4),
    "bill_country": ("country", 0.4),
    "origin_country": ("country", 0.4),
}
_KNOWN_AS = {
    "sku": ("sku", "SKUs of the item master"),
    "order_id": ("order_id", "orders of the database"),
    "order_number": ("order_number", "order numbers of the database"),
    "po_number": ("po_number", "purchase orders of the database"),
    "tracking_number": ("tracking_number", "parcels of the database"),
    "location": ("location", "locations of the database"),
    "vendor_key": ("vendor_key", "vendors of the database"),
    "carrier_key": ("vendor_key", "carriers of the database"),
    "supplier_key": ("vendor_key", "vendors of the database"),
    "customer_id": ("customer_id", "customers of the database"),
    "key": ("vendor_key", "vendors of the database"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """A column for a field: points from 0 to 1 and why."""

    column: Profile
    field: RecordField
    points: float
    reason: str


def match(column: Profile, kind: RecordKind, field: RecordField, known: Mapping[str, float]) -> Match:
    """How well a column fits a field of a kind."""
    by_name, name = name_score(column.name, kind.key, field.key)
    if not by_name and field.key not in _BY_VALUE and not known:
        return Match(column, field, 0.0, "")
    fits, looks = _fits(column, field)
    reasons = []
    points = by_name * (0.55 + 0.45 * fits) if fits else 0.0
    if points:
        reasons.append("its name" if by_name == 1 else f"its name is near “{name}”")
    value, told = _by_value(column, field, known) if fits else (0.0, "")
    if value:
        points = max(points, value) + 0.1 * min(points, value)
        reasons.append(told)
    elif points and looks:
        reasons.append(looks)
    return Match(column, field, min(points, 1.1), " and ".join(reasons))


def _by_value(column: Profile, field: RecordField, known: Mapping[str, float]) -> tuple[float, str]:
    best, told = 0.0, ""
    if field.key in _BY_VALUE:
        look, worth = _BY_VALUE[field.key]
        if column.look(look) > 0.9:
            best, told = worth * column.look(look), f"its values are {_LOOKS_LIKE[look]}"
    if field.key in _KNOWN_AS:
        what, words = _KNOWN_AS[field.key]
        share = known.get(what, 0.0)
        if share > 0.3 and 0.5 + 0.5 * share > best:
            best, told = 0.5 + 0.5 * share, f"{share:.0%} of its values are {words}"
    return best, told


def _fits(column: Profile, field: RecordField) -> tuple[float, str]:
    """How well the values are of the field's type, 0: not at all; and what they look like."""
    if not column.distinct:
        return 0.3, ""  # an empty column says nothing against its name
    if field.key in _MUST:
        look, least = _MUST[field.key]
        if column.look(look) < least:
            return 0.0, ""
        return column.look(look), f"its values are {_LOOKS_LIKE[look]}"
    return _OF_TYPE[field.type](column, field)


def _as_date(column: Profile, field: RecordField) -> tuple[float, str]:
    share = column.look("date")
    if share >= 0.5:
        return share, "its values are dates"
    if column.look("integer") > 0.95 and _serial(column):
        return 0.6, "its values are times in figures"
    return 0.0, ""


def serial_format(column: Profile) -> str:
    """``excel``, ``unix`` or ``unix_ms`` where all figures of a column lie in the range of this century's moments."""
    figures = [float(text) for text in column.counts if text.replace(".", "", 1).isdigit()]
    if not figures or len(figures) < 0.9 * len(column.counts):
        return ""
    low, high = min(figures), max(figures)
    ranges = {"excel": (25_569, 73_051), "unix": (946_684_800, 4_102_444_800), "unix_ms": (9.4e11, 4.2e12)}
    return next((name for name, (least, most) in ranges.items() if least <= low and high <= most), "")


def _serial(column: Profile) -> bool:
    return bool(serial_format(column))


def _as_number(column: Profile, field: RecordField) -> tuple[float, str]:
    share = column.look("number")
    if share < 0.75 or column.look("date") > 0.8:
        return 0.0, ""
    if field.type is Type.INTEGER and column.look("integer") < 0.9:
        return 0.0, ""
    if field.type in (Type.MONEY, Type.PRICE_E4):
        if column.look("unit") > 0.5:
            return 0.0, ""
        if column.look("money") > 0.5:
            return 1.0, "its values are amounts of money"
        return (share if column.look("fraction") > 0.05 else 0.7 * share), "its values are numbers"
    if column.look("money") > 0.5:
        return 0.0, ""
    return share, "its values are numbers"


def _as_flag(column: Profile, field: RecordField) -> tuple[float, str]:
    return (1.0, "its values are yes and no") if column.look("flag") > 0.95 and column.distinct <= 3 else (0.0, "")


def _as_status(column: Profile, field: RecordField) -> tuple[float, str]:
    few = column.distinct <= 60
    if not few or column.look("number") > 0.5 or column.look("date") > 0.3 or column.length > 40:
        return 0.0, ""
    if column.look("status") > 0.5:
        return 1.0, "its values are words of status"
    return 0.9, f"it has {column.distinct} different {'value' if column.distinct == 1 else 'values'}"


def _as_identifier(column: Profile, field: RecordField) -> tuple[float, str]:
    if column.look("negative") > 0.1 or column.look("long") > 0.3 or column.look("time") > 0.5:
        return 0.0, ""
    if column.look("date") > 0.8 and column.look("integer") < 0.9:
        return 0.0, ""
    if field.key.endswith("_id") and column.look("words") > 0.6:
        return 0.2, ""
    if column.look("fraction") > 0.5 and column.look("integer") < 0.5 and column.look("numbered") > 0.9:
        return 0.2, ""
    return 1.0, ("its values are all different" if column.unique else "")


def _as_text(column: Profile, field: RecordField) -> tuple[float, str]:
    if column.look("date") > 0.8:
        return 0.0, ""
    if column.look("number") > 0.9 and field.key not in ("phone", "address1", "address2", "note", "comment", "tags"):
        return 0.15, ""
    if field.key == "province" and column.look("status") > 0.5:
        return 0.2, ""  # "state" is a name of both
    if field.key == "phone" and column.look("phone") < 0.5:
        return 0.2, ""
    return 1.0, ""


_OF_TYPE = {
    Type.INSTANT: _as_date,
    Type.DAY: _as_date,
    Type.NUMBER: _as_number,
    Type.INTEGER: _as_number,
    Type.MONEY: _as_number,
    Type.PRICE_E4: _as_number,
    Type.FLAG: _as_flag,
    Type.STATUS: _as_status,
    Type.IDENTIFIER: _as_identifier,
    Type.TEXT: _as_text,
}


def matches(columns: Sequence[Profile], kind: RecordKind, known: Known) -> list[Match]:
    """The best matches of a kind's fields over all columns together, in the order of the columns."""
    fields = [field for field in kind.fields if field.key != "channel"]
    told = [[match(column, kind, field, known.get(column.name, {})) for column in columns] for field in fields]
    points = np.array([[one.points if one.points >= ENOUGH else 0.0 for one in row] for row in told])
    if not points.size:
        return []
    # A field that identifies the record, or is needed, goes before one that could do without the column.
    for at, field in enumerate(fields):
        if field.key in kind.identity or field.required:
            points[at] *= 1.05
    # Squared, so that one sure match goes before two doubtful ones.
    found = [told[row][column] for row, column in best_assignment(points**2)]
    order = {column.name: number for number, column in enumerate(columns)}
    return sorted(found, key=lambda one: order[one.column.name])
