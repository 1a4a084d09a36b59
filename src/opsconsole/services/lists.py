"""Every list by its name: what the command line prints and what goes into a workbook are the same listings."""

import fnmatch
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from opsconsole.domain import wording
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind, NoValue
from opsconsole.domain.instants import day_to_date, to_iso
from opsconsole.domain.listing import Listing, plain_values
from opsconsole.domain.money import to_decimal
from opsconsole.domain.statuses import EXCEPTION_STATES
from opsconsole.store.database import Database

Filters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Options:
    """What a list may be asked for; lists that know nothing of an option refuse it."""

    filters: Filters = ()
    period: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a list comes from: the service's module and function, and the options it understands."""

    module: str
    function: str
    period: bool = False
    by: bool = False
    only: str = ""  # the field that must say something in a row


SOURCES: dict[str, _Source] = {
    "orders": _Source("orders", "list_orders"),
    "shipments": _Source("orders", "list_shipments"),
    "returns": _Source("orders", "list_returns"),
    "purchase_orders": _Source("orders", "list_purchase_orders"),
    "ship_notices": _Source("purchasing_documents", "list_ship_notices"),
    "supplier_invoices": _Source("purchasing_documents", "list_supplier_invoices"),
    "picks": _Source("orders_around", "list_picks"),
    "refunds": _Source("orders_around", "list_refunds"),
    "disputes": _Source("orders_around", "list_disputes"),
    "tickets": _Source("orders_around", "list_tickets"),
    "claims": _Source("orders_around", "list_claims"),
    "charges": _Source("orders_around", "list_charges"),
    "marketplace_entries": _Source("orders_around", "list_marketplace_entries"),
    "payouts": _Source("marketplaces", "list_payouts"),
    "reimbursements": _Source("orders_around", "list_reimbursements"),
    "chargebacks": _Source("fraud", "list_chargebacks"),
    "incidents": _Source("incidents", "list_incidents"),
    "exceptions": _Source("order_exceptions", "list_exceptions"),
    "rules": _Source("exception_rules", "list_rules"),
    "stock": _Source("stock_levels", "list_stock"),
    "proposals": _Source("stock_levels", "list_stock", only="proposal"),
    "stock_movements": _Source("stock_movements", "list_stock_movements"),
    "vendors": _Source("vendors", "list_vendors"),
    "scorecards": _Source("vendors", "list_scorecards", period=True),
    "breaches": _Source("vendors", "list_breaches", period=True),
    "kpis": _Source("kpis", "list_kpis", period=True, by=True),
    "imports": _Source("import_lists", "list_imports"),
    "rejects": _Source("import_lists", "list_rejects"),
    "feed_pairs": _Source("reconciliation", "list_feed_pairs"),
    "differences": _Source("reconciliation", "list_differences"),
}


def list_named(database: Database, name: str, now: int, options: Options | None = None) -> Listing:
    """The list of a name as of ``now``, filtered; UserError for a name, option or field it does not have."""
    options = options or Options()
    source = SOURCES.get(name)
    if source is None:
        raise UserError(f"There is no list “{name}”.", f"Choose one of {', '.join(SOURCES)}.")
    more: dict[str, Any] = {}
    for option, given, known in (("period", options.period, source.period), ("by", options.by, source.by)):
        if given is not None and not known:
            raise UserError(f"The list of {name.replace('_', ' ')} has no “--{option}”.", "Leave it out.")
        if given is not None:
            more[option] = given
    filters = options.filters
    if name == "exceptions":
        more["state"], filters = _state_asked(filters)
    make: Callable[..., Listing] = getattr(import_module(f"opsconsole.services.{source.module}"), source.function)
    listing = make(database, now, **more)
    if source.only:
        listing = _having(listing, source.only, name)
    return filtered(listing, filters)


def _having(listing: Listing, key: str, name: str) -> Listing:
    column = plain_values(listing.columns[key])
    nothing = (None, "", listing.field(key).missing or "None")
    kept = [index for index, value in enumerate(column) if value not in nothing and not isinstance(value, NoValue)]
    return replace(listing.where(kept), title=name.capitalize(), total=len(kept))


def _state_asked(filters: Filters) -> tuple[str, Filters]:
    """Which exceptions to read, and the filters left: ``active`` unless a filter on the state asks for others."""
    asked = {value.strip().lower() for field, value in filters if field == "state"}
    rest = tuple(pair for pair in filters if pair[0] != "state")
    if len(asked) == 1 and asked <= {"active", "snoozed", "ignored", "all"}:
        return asked.pop(), rest
    active = {code for code, status in EXCEPTION_STATES.items() if "active" in status.groups}
    return ("all" if asked - active else "active"), filters


def filtered(listing: Listing, filters: Filters) -> Listing:
    """Rows that have one of the values named for each field; a value may hold ``*``; empty asks for no value.

    A value is met as it is stored, as it is printed by ``--json``, or in words; upper and lower case are the same.
    """
    wanted: dict[str, list[str]] = {}
    for key, value in filters:
        wanted.setdefault(_known_key(listing, key), []).append(value.strip().lower())
    if not wanted:
        return listing
    kept = list(range(len(listing)))
    for key, values in wanted.items():
        column = plain_values(listing.columns[key])
        codes = listing.columns.get(listing.field(key).currency)
        told: dict[Any, bool] = {}
        rows = []
        for index in kept:
            pair = column[index], None if codes is None else codes[index]
            if pair not in told:
                told[pair] = _meets(listing.field(key), *pair, values)
            if told[pair]:
                rows.append(index)
        kept = rows
    words = ", ".join(f"{listing.field(key).label or key} {' or '.join(v)}" for key, v in wanted.items())
    return replace(listing.where(kept), notes=(f"Filtered: {words}.", *listing.notes))


def _known_key(listing: Listing, key: str) -> str:
    keys = {field.key.lower(): field.key for field in listing.fields}
    if key.lower() not in keys:
        raise UserError(f"This list has no field “{key}”.", f"It has {', '.join(keys.values())}.")
    return keys[key.lower()]


def _meets(field: Field, value: Any, currency: str | None, wanted: Sequence[str]) -> bool:
    words = _words(field, value, currency or field.currency)
    return any(word == want or ("*" in want and fnmatch.fnmatchcase(word, want)) for want in wanted for word in words)


def _words(field: Field, value: Any, currency: str) -> set[str]:
    if value is None or value == "":
        return {"", field.missing.lower()}
    if isinstance(value, NoValue):
        return {"", value.words.lower(), str(value.state)}
    words = {str(value).lower()}
    if field.kind is Kind.MONEY:
        amount = to_decimal(int(value), currency)
        words = {str(amount), f"{amount.normalize():f}"}
    elif field.kind is Kind.DATE:
        words = {day_to_date(value).isoformat()}
    elif field.kind is Kind.INSTANT:
        words = {to_iso(value).lower(), to_iso(value)[:10]}
    elif field.kind in (Kind.FLAG, Kind.STATE, Kind.STATUS):
        words.add(wording.code(field, value).lower())
    return words
