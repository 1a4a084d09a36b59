"""The rows last seen, kept in the user's cache folder, so that a list stands before the database has answered.

Reading them needs neither NumPy nor SQLAlchemy. They are shown with the moment they were true for and replaced as a
whole when the real listing arrives; nothing is ever computed from them. One small file per database and tab, readable
by its user only.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from opsconsole.desktop.chips import Chip
from opsconsole.desktop.hashing import short_hash
from opsconsole.domain.field import ClauseValue, Cover, Field, Kind, NoValue, NumberState, TimeLeft, Total
from opsconsole.domain.listing import Listing

KEPT_ROWS = 60
_VERSION = 1
_FIELD_PARTS = tuple(Field.__slots__)
_TUPLES: dict[Kind, Any] = {Kind.TIME_LEFT: TimeLeft, Kind.COVER: Cover, Kind.CLAUSE: ClauseValue}


class FirstRows(NamedTuple):
    """A listing's first rows with what stands around them; ``total`` of the listing is the whole's."""

    listing: Listing
    totals: Mapping[str, tuple[str, str]] = {}
    chips: tuple[Chip, ...] = ()
    badge: int | None = None
    status: tuple[str, ...] = ()


def path_of(folder: Path, url: str, tab: str) -> Path:
    """File of a database's tab."""
    name = short_hash(url)
    return folder / "first_rows" / f"{name}-{tab}.json"


def keep(folder: Path, url: str, tab: str, rows: FirstRows) -> None:
    """Write the rows; a folder that cannot be written is not worth a message."""
    listing = rows.listing
    columns = {f.key: [_coded(value) for value in listing.columns[f.key][:KEPT_ROWS]] for f in listing.fields}
    entry = {
        "version": _VERSION,
        "fields": [{name: getattr(f, name) for name in _FIELD_PARTS} for f in listing.fields],
        "columns": columns,
        "ids": list(listing.ids[:KEPT_ROWS]),
        "as_of": listing.as_of,
        "time_zone": listing.time_zone,
        "total": listing.total,
        "totals": {key: list(pair) for key, pair in rows.totals.items()},
        "chips": [[c.key, c.label, c.count, c.shape, c.amount, c.currency] for c in rows.chips],
        "badge": rows.badge,
        "status": list(rows.status),
    }
    path = path_of(folder, url, tab)
    try:
        text = json.dumps(entry, separators=(",", ":"))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(".part")
        part.write_text(text, "utf-8")
        part.chmod(0o600)
        part.replace(path)
    except (OSError, TypeError):
        return


def read(folder: Path, url: str, tab: str) -> FirstRows | None:
    """The rows kept; ``None`` when there are none, or they are of another version or damaged."""
    try:
        entry = json.loads(path_of(folder, url, tab).read_text("utf-8"))
        if entry["version"] != _VERSION:
            return None
        return _decoded(entry)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def forget(folder: Path, url: str) -> None:
    """Drop what was kept of a database."""
    for path in (folder / "first_rows").glob(path_of(folder, url, "*").name):
        path.unlink(missing_ok=True)


def _decoded(entry: dict[str, Any]) -> FirstRows:
    fields = tuple(_field(known) for known in entry["fields"])
    columns = {f.key: [_value(f.kind, value) for value in entry["columns"][f.key]] for f in fields}
    listing = Listing(fields, columns, entry["ids"], entry["as_of"], time_zone=entry["time_zone"], total=entry["total"])
    totals = {key: (str(text), str(tone)) for key, (text, tone) in entry["totals"].items()}
    chips = tuple(Chip(*parts) for parts in entry["chips"])
    return FirstRows(listing, totals, chips, entry["badge"], tuple(entry["status"]))


def _field(known: dict[str, Any]) -> Field:
    labels = tuple((code, words) for code, words in known.pop("labels"))
    return Field(**{**known, "kind": Kind(known["kind"]), "total": Total(known["total"]), "labels": labels})


def _coded(value: Any) -> Any:
    if isinstance(value, NoValue):
        return {"state": value.state, "words": value.words}
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if hasattr(value, "item") else value


def _value(kind: Kind, value: Any) -> Any:
    if isinstance(value, dict):
        return NoValue(NumberState(value["state"]), value["words"])
    if isinstance(value, list):
        return _TUPLES[kind](*value) if kind in _TUPLES else tuple(value)
    return value
