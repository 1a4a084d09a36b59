"""The queue of order exceptions as columns: read as a whole, worked out by arrays, in words where somebody looks."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from opsconsole.domain.instants import SECOND, day_start
from opsconsole.domain.listing import Coded, Later, Listing, TimesLeft, coded, parts
from opsconsole.domain.severity import SEVERITIES
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.services.business import Business, business
from opsconsole.services.calendars import Clocks
from opsconsole.services.exception_rows import NO_RANK, Reasons, left_of
from opsconsole.services.lists import filtered
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.services.order_exceptions_fields import DUE, fields
from opsconsole.services.splicing import ended, placed
from opsconsole.store import dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions, order_lines, orders, shipments

_e = exceptions.c
# What is shown of an exception's state: closed ones, and the two overlays.
STATES = ("active", "snoozed", "ignored", "closed", "all")

Instants = npt.NDArray[np.int64]
Stored = Mapping[str, Sequence[Any]]


def is_in(state: str, now: int) -> ColumnElement[bool]:
    """Exceptions shown under a state of ``STATES``; ``active`` ones are neither snoozed nor ignored."""
    snoozed = and_(_e.snoozed_until.is_not(None), _e.snoozed_until > now)
    ignored = and_(_e.ignored_until.is_not(None), _e.ignored_until > now)
    awake = and_(
        or_(_e.snoozed_until.is_(None), _e.snoozed_until <= now),
        or_(_e.ignored_until.is_(None), _e.ignored_until <= now),
    )
    return {
        "active": and_(ACTIVE, awake),
        "snoozed": and_(ACTIVE, snoozed),
        "ignored": and_(ACTIVE, ignored),
        "closed": _e.closed_at.is_not(None),
        "all": true(),
    }[state]


def list_exceptions(
    database: Database,
    now: int,
    *,
    state: str = "active",
    filters: Mapping[str, str] | None = None,
    ids: Iterable[int] | None = None,
) -> Listing:
    """The queue as of ``now``, the most urgent first; ids are exception ids.

    ``state`` is one of ``STATES``; ``filters`` map a field's key to the value wanted. Money is in minor units of the
    row's ``currency``; ``time_left`` is None for closed ones. With ``ids`` only those.
    """
    with database.read() as connection:
        company = business(connection, now)
        which = is_in(state, now)
        if ids is not None:
            with dialect.id_set(connection, ids) as wanted:
                which = and_(which, _e.id.in_(select(wanted.c.id)))
        read = _Read(connection, which, now)
        clocks = Clocks(connection, now)
        channels, sites, carriers = channel_names(connection), location_names(connection), vendor_names(connection)
    stored, left = _by_urgency(read.stored, clocks, now)
    told = _Told(stored, read, Reasons(sites, carriers, now, company.time_zone))
    columns = {**_columns(stored, read, company), **_of_orders(stored), **told.columns(), "time_left": left}
    known = fields(channels, sites, carriers, company.base_currency)
    for field in known:
        if field.key not in columns:
            columns[field.key] = _packed(stored[field.key]) if field.key in _REPEATED else stored[field.key]
    listing = Listing(
        known,
        columns,
        stored["id"],
        now,
        title="Order exceptions",
        time_zone=company.time_zone,
    )
    return filtered(listing, tuple((filters or {}).items()))


# --- what is stored ---------------------------------------------------------------------------------------------------

_COLUMNS = (
    *(_e.id, _e.rule, _e.subject_kind, _e.subject, _e.order_fk, _e.severity, _e.severity_reason, _e.state, _e.owner),
    *(_e.opened_at, _e.detected_at, _e.acknowledge_by, _e.due_at, _e.closed_at, _e.closed_by, _e.root_cause),
    *(_e.snoozed_until, _e.value_at_risk, _e.currency, _e.channel, _e.location, _e.evidence_json),
    *(_e.version, _e.tags, _e.waiting_on, _e.waiting_until),
)
_EVIDENCE = 200  # read in one go
# Columns of few values, kept as codes.
_REPEATED = frozenset(
    {"severity", "channel", "location", "owner", "state", "tags", "waiting_on", "closed_by", "root_cause"}
    | {"severity_reason", "currency", "subject_kind"}
)


class _Read:
    """What the database holds of the exceptions of a condition, of their orders, goods and parcels."""

    def __init__(self, connection: Connection, which: ColumnElement[bool], now: int) -> None:
        seen = and_(which, _e.detected_at <= now)
        names = [column.name for column in _COLUMNS]
        self.stored: Stored = dict(
            zip(names, dialect.read_columns(connection, select(*_COLUMNS).where(seen)), strict=True)
        )
        number, customer = (
            func.coalesce(orders.c.order_number, orders.c.order_id),
            func.coalesce(func.nullif(orders.c.customer_name, ""), orders.c.customer_id),
        )
        line, parcel = order_lines.c, shipments.c
        # By the orders' keys and not by the same condition again: PostgreSQL would read whole tables for that.
        with dialect.id_set(connection, (key for key in self.stored["order_fk"] if key is not None)) as ids:
            mine = select(ids.c.id)
            found = select(orders.c.id, number, customer, orders.c.carrier_key).where(orders.c.id.in_(mine))
            self._orders = dialect.read_columns(connection, found)
            self.goods = _Parts(connection, line.order_fk, line.sku, mine)
            self.parcels = _Parts(connection, parcel.order_fk, parcel.tracking_number, mine)
        self._places = {order_fk: place for place, order_fk in enumerate(self._orders[0])}

    def of_order(self, order_fk: Any, place: int) -> Any:
        """Number (1), customer (2) or carrier (3) of an order."""
        row = self._places.get(order_fk)
        return None if row is None else self._orders[place][row]


class _Parts:
    """The texts of the parts of orders, for the search: each once, in order."""

    def __init__(self, connection: Connection, order_fk: Any, text: Any, mine: Any) -> None:
        keys, texts = dialect.read_columns(
            connection, select(order_fk, text).where(order_fk.in_(mine), text.is_not(None))
        )
        self._texts: dict[int, str] = {}
        several: dict[int, set[str]] = {}
        for key, told in zip(keys, texts, strict=True):
            first = self._texts.setdefault(key, told)
            if first != told:
                several.setdefault(key, {first}).add(told)
        self._texts |= {key: ", ".join(sorted(told)) for key, told in several.items()}

    def of(self, order_fk: int | None) -> str | None:
        """Of one order; None where it has none."""
        return None if order_fk is None else self._texts.get(order_fk) or None


def _by_urgency(stored: Stored, clocks: Clocks, now: int) -> tuple[Stored, TimesLeft]:
    """The columns by the time left on each one's own clock, and that time; closed ones last."""
    left = left_of(clocks, now, stored)
    order = np.lexsort(urgency({**stored, "time_left": left, "type": stored["rule"]}, stored["id"]))
    places = order.tolist()
    sorted_ = {name: placed(column, places) for name, column in stored.items()}
    seconds, shares = np.asarray(left.seconds)[order], np.asarray(left.shares)[order]
    return sorted_, TimesLeft(seconds, shares, None if left.ended is None else ended(left)[order])


def urgency(columns: Stored, ids: Sequence[int]) -> tuple[npt.NDArray[Any], ...]:
    """Keys of the queue's order, the last leads: by the time left on each one's own clock, closed ones last."""
    left: Any = columns["time_left"]
    over = ended(left)
    blocking = _blocking(columns["type"], columns["severity"], ids)
    return (*blocking[::-1], _numbers(columns["due_at"]), np.where(over, 0, left.seconds), over)


def _numbers(column: Sequence[Any]) -> Instants:
    return np.fromiter(column, np.int64, len(column))


def _blocking(
    types: Sequence[str], severities: Sequence[str], ids: Sequence[int]
) -> tuple[Instants, Instants, Instants]:
    """Sort keys of the exceptions of one order: the one that blocks what comes first on an order's way leads."""
    ranks = {code: rule.rank for code, rule in BY_CODE.items()}
    places = {severity: place for place, severity in enumerate(SEVERITIES)}
    return _ranked(types, ranks), _ranked(severities, places), _numbers(ids)


def _ranked(column: Sequence[str], ranks: Mapping[str, int]) -> Instants:
    if isinstance(column, Coded):
        known = [ranks.get(value, NO_RANK) for value in column.values]
        return np.array([*known, NO_RANK], np.int64)[np.asarray(column.codes, np.int64)]
    return _numbers([ranks.get(value, NO_RANK) for value in column])


# --- what follows from it ---------------------------------------------------------------------------------------------


def _packed(values: Sequence[Any]) -> Coded:
    return coded(values, lambda codes: np.array(codes, np.int32))


def _columns(stored: Stored, read: _Read, company: Business) -> dict[str, Sequence[Any]]:
    now, of = company.now, stored["order_fk"]
    until = (now if closed is None else closed for closed in stored["closed_at"])
    return {
        "type": _packed(stored["rule"]),
        "due": _due(stored, company),
        "base_value": company.worths(stored["value_at_risk"], stored["currency"]),
        "order": [read.of_order(order_fk, 1) for order_fk in of],
        "customer": [read.of_order(order_fk, 2) for order_fk in of],
        "age": [max(0, (end - start) // SECOND) for start, end in zip(stored["opened_at"], until, strict=True)],
    }


def _due(stored: Stored, company: Business) -> Coded:
    """When each is due: over, today, within 7 days, later; closed ones are closed."""
    tonight = day_start(company.today + 1, company.time_zone)
    week = day_start(company.today + 7, company.time_zone)
    codes = np.searchsorted(np.array((company.now, tonight, week)), _numbers(stored["due_at"]), side="right")
    keys = [key for key, _ in DUE]
    codes[[closed is not None for closed in stored["closed_at"]]] = keys.index("closed")
    return Coded(codes.astype(np.int32), keys)


def _of_orders(stored: Stored) -> dict[str, Sequence[Any]]:
    """Which exception leads its order (the blocking one), and how many others of the order it stands for."""
    order_fk = np.array([-1 if order_fk is None else order_fk for order_fk in stored["order_fk"]], np.int64)
    _, of_rows, counts = np.unique(order_fk, return_inverse=True, return_counts=True)
    of_rows = of_rows.reshape(-1)
    order = np.lexsort((*_blocking(stored["rule"], stored["severity"], stored["id"])[::-1], order_fk))
    first = np.ones(len(order), np.bool_)
    first[1:] = order_fk[order][1:] != order_fk[order][:-1]
    leads = np.zeros(len(order), np.bool_)
    leads[order[first]] = True
    leads |= order_fk < 0
    others = np.where(leads & (order_fk >= 0), counts[of_rows] - 1, 0) if len(order) else order
    return {
        "leads": leads.tolist(),
        "also": _packed([f"+{count} more" if count else None for count in others.tolist()]),
    }


# --- in words ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """What stands in the evidence: made for the rows that are looked at, and for all when somebody searches them."""

    stored: Stored
    read: _Read
    reasons: Reasons

    def columns(self) -> dict[str, Sequence[Any]]:
        """The columns that are told later."""
        count = len(self.stored["id"])
        return {
            key: Later(count, partial(self._one, make), partial(self._every, key)) for key, make in self._made.items()
        }

    @property
    def _made(self) -> dict[str, Callable[[int, Mapping[str, Any]], str | None]]:
        return {"evidence": self._evidence, "carrier": self._carrier, "sku": self._sku, "tracking": self._tracking}

    def _one(self, make: Callable[[int, Mapping[str, Any]], str | None], row: int) -> str | None:
        return make(row, json.loads(self.stored["evidence_json"][row]))

    def _every(self, key: str) -> list[str | None]:
        return self._all[key]

    @cached_property
    def _all(self) -> dict[str, list[str | None]]:
        """All of them in one pass, so that the evidence is read once."""
        made, row = self._made, 0
        columns: dict[str, list[str | None]] = {key: [] for key in made}
        for part in parts(self.stored["evidence_json"], _EVIDENCE):
            told = json.loads(f"[{','.join(part)}]")
            for key, make in made.items():
                columns[key] += [make(row + place, values) for place, values in enumerate(told)]
            row += len(told)
        return columns

    def _evidence(self, row: int, values: Mapping[str, Any]) -> str | None:
        return self.reasons.of(self.stored, row, values)

    def _carrier(self, row: int, values: Mapping[str, Any]) -> str | None:
        found: str | None = values.get("carrier") or self.read.of_order(self.stored["order_fk"][row], 3)
        return found

    def _sku(self, row: int, values: Mapping[str, Any]) -> str | None:
        return values.get("sku") or self.read.goods.of(self.stored["order_fk"][row])

    def _tracking(self, row: int, values: Mapping[str, Any]) -> str | None:
        return values.get("tracking") or self.read.parcels.of(self.stored["order_fk"][row])
