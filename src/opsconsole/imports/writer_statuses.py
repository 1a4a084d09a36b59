"""Since when an order has had its status: its own steps say it, else what files said at which time.

Per status the oldest and the newest source time at which a file said it are kept (``orders.status_seen_json``), so that
files in any order end in the same answer. NULL stands for one saying: the present status at its own source time.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

Seen = dict[str, list[int]]  # status -> oldest and newest source time


class Said(NamedTuple):
    """What is known of an order's status; named as the columns are."""

    status: str | None
    source_time: int
    field_sources_json: str | None
    status_seen_json: str | None


class Told(NamedTuple):
    """As ``Said``, with the batch that the row is known from."""

    status: str | None
    source_time: int
    batch_id: int
    field_sources_json: str | None
    status_seen_json: str | None


class Noted(NamedTuple):
    """What to keep after a file said a status, and whether the present status began at another time than thought."""

    text: str | None
    moved: bool


def note(order: Said, status: str, at: int) -> Noted | None:
    """Remember that a file said a status at a source time; None where that is no news."""
    if status == order.status and order.status_seen_json is None and at == _said_at(order):
        return None
    before = seen_of(order)
    after = dict(before)
    oldest, newest = before.get(status, (at, at))
    after[status] = [min(oldest, at), max(newest, at)]
    if after == before:
        return None
    return Noted(_text(after), since_seen(order.status, before) != since_seen(order.status, after))


def seen_of(row: Any) -> Seen:
    """What files said of an order's status so far."""
    if row.status_seen_json:
        found: Seen = json.loads(row.status_seen_json)
        return found
    if row.status is None:
        return {}
    at = _said_at(row)
    return {row.status: [at, at]}


def _said_at(row: Any) -> int:
    """Source time of an order's present status."""
    if row.field_sources_json and '"status"' in row.field_sources_json:
        own: Mapping[str, list[int]] = json.loads(row.field_sources_json)
        return own["status"][0] if "status" in own else int(row.source_time)
    return int(row.source_time)


def status_since(row: Any) -> int | None:
    """When an order's present status began, as far as files tell."""
    if row.status is None or row.status_seen_json is None:
        return None if row.status is None else _said_at(row)
    return since_seen(row.status, seen_of(row))


def _text(seen: Seen) -> str | None:
    only = next(iter(seen.values())) if len(seen) == 1 else None
    if only is not None and only[0] == only[1]:
        return None
    return json.dumps(seen, sort_keys=True, separators=(",", ":"))


def since_seen(status: str | None, seen: Seen) -> int | None:
    """First time a file said the status, but not before the last time one said another."""
    if status is None or status not in seen:
        return None
    others = [newest for other, (_, newest) in seen.items() if other != status]
    # Another word said later than this one's last was of a weaker source: it ended nothing.
    first, last = seen[status]
    return max([first, *(other for other in others if other <= last)])


def joined(one: Seen, other: Seen) -> Seen:
    """What two sets of files said."""
    found = {status: [*times] for status, times in one.items()}
    for status, (oldest, newest) in other.items():
        first, last = found.get(status, (oldest, newest))
        found[status] = [min(first, oldest), max(last, newest)]
    return found


def text_for(row: Any, seen: Seen) -> str | None:
    """What to keep beside an order for what files said of it; its present status was said at its own time at least."""
    if row.status is None:
        return None
    at = _said_at(row)
    every = joined(seen, {row.status: [at, at]})
    return None if every == {row.status: [at, at]} else json.dumps(every, sort_keys=True, separators=(",", ":"))
