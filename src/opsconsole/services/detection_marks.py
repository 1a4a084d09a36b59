"""What a run remembers for the next: how the tables beside the orders looked, which data was there."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Connection, Select, Table, bindparam, func, select

from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.rule import Need, Rule
from opsconsole.store import dialect
from opsconsole.store.prepared import asked
from opsconsole.store.schema import (
    batch_fields,
    batches,
    contract_terms,
    locations,
    metadata,
    orders,
    products,
    sku_aliases,
    stock_levels,
    stock_reports,
    vendors,
)

if TYPE_CHECKING:
    from opsconsole.services.detection_scope import Scope

_place, _vendor, _term = locations.c, vendors.c, contract_terms.c
_PLACES = (
    select(_place.key, _place.kind, _place.country).order_by(_place.key),
    select(_vendor.key, _vendor.kind).order_by(_vendor.key),
    select(_term.vendor_key, _term.term, _term.value, _term.valid_from, _term.valid_to).order_by(*_term),
)
_as_of = func.coalesce(stock_levels.c.counted_at, stock_levels.c.source_time)
_COUNTS: dict[str, Any] = {
    "products": select(func.count(), func.max(products.c.batch_id)).select_from(products),
    "stock_levels": select(
        func.count(),
        func.max(stock_levels.c.batch_id),
        func.max(stock_levels.c.source_time),
        func.count().filter(_as_of <= bindparam("now", 0, BigInteger())),
    ).select_from(stock_levels),
    "stock_reports": select(func.count(), func.max(stock_reports.c.batch_id)).select_from(stock_reports),
}
_fields = batch_fields.c
_IMPORTED = select(_fields.record_kind, func.count(), func.max(_fields.batch_id)).group_by(_fields.record_kind)
_SAID = select(_fields.batch_id, _fields.record_kind, _fields.fields_json).where(
    _fields.record_kind.in_(("orders", "shipments", "customers"))
)
_FINISHED = (
    select(batches.c.channel, func.max(batches.c.finished_at))
    .where(batches.c.finished_at.is_not(None))
    .group_by(batches.c.channel)
)
_ROWS = {name: select(table) for name, table in metadata.tables.items()}

# --- marks ------------------------------------------------------------------------------------------------------------


def table_marks(connection: Connection, now: int) -> dict[str, str]:
    """A few numbers per table that change when its content does."""
    told: dict[str, dict[str, Any]] = {"stock_levels": {"now": now}}
    answers = {name: asked(connection, query, **told.get(name, {})).rows[0] for name, query in _COUNTS.items()}
    marks = {name: repr(tuple(row)) for name, row in answers.items()}
    marks["sku_aliases"] = _content(connection, sku_aliases)
    others = {name for rule in RULES for name in (*rule.watches, *rule.recheck) if name in metadata.tables} - {*marks}
    others -= {"orders"}
    imported = {name for name in others if "batch_id" in metadata.tables[name].c}
    marks |= {name: _content(connection, metadata.tables[name]) for name in others - imported}
    return marks | _import_marks(connection, imported)


def places_mark(connection: Connection) -> str:
    """The same for the same kinds of places and vendors, and the same contracts: all rules depend on them."""
    rows = [tuple(row) for statement in _PLACES for row in asked(connection, statement).rows]
    return hashlib.blake2b(repr(rows).encode(), digest_size=8).hexdigest()


def _content(connection: Connection, table: Any) -> str:
    """The same for the same rows of a small table."""
    rows = sorted(repr(tuple(row)) for row in asked(connection, _ROWS[table.name]).rows)
    return hashlib.blake2b(repr(rows).encode(), digest_size=8).hexdigest()


def _import_marks(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """Of large tables: how many batches brought rows of them, and the newest."""
    known = {row[0]: repr(tuple(row[1:])) for row in asked(connection, _IMPORTED).rows}
    return {name: known.get(name, "") for name in sorted(names)}


def newest_imports(connection: Connection) -> dict[str, int]:
    """When the newest import of each channel was finished; ``""`` for those that name none."""
    newest: dict[str, int] = {}
    for channel, finished in asked(connection, _FINISHED).rows:
        newest[channel or ""] = max(finished, newest.get(channel or "", 0))
    return newest


def fields_said(connection: Connection) -> dict[tuple[int, str], frozenset[str]]:
    """Per batch and record kind the fields its files had."""
    return {(batch, kind): frozenset(json.loads(told)) for batch, kind, told in asked(connection, _SAID).rows}


# --- data that is there -----------------------------------------------------------------------------------------------


def channels_that_tell(connection: Connection, scope: "Scope", rule: Rule) -> tuple[str, frozenset[str] | None]:
    """What is missing for the rule in words (empty: nothing), and the channels whose files tell what it needs."""
    telling: frozenset[str] | None = None
    for number, need in enumerate(rule.needs):
        known = _telling(connection, scope, rule, need, f"{rule.code}.{number}")
        if not known:
            return need.words, None
        if need.by_channel:
            telling = frozenset(known) if telling is None else telling & frozenset(known)
    return "", telling


def _telling(connection: Connection, scope: "Scope", rule: Rule, need: Need, key: str) -> list[str]:
    """Channels that tell (``*``: not by channel); what told once is not asked again."""
    known: list[str] = list(scope.before.get("needs", {}).get(key, ()))
    if scope.full or scope.moved or not rule.scoped:
        every = _channels(connection, scope) if need.by_channel else ["*"]
        for channel in [channel for channel in every if channel not in known]:
            probe = need.probe()
            if need.by_channel:
                probe = probe.where(orders.c.channel == channel)
            if _finds(connection, scope, probe):
                known.append(channel)
    scope.needs[key] = sorted(known)
    return known


def _finds(connection: Connection, scope: "Scope", probe: Select[Any]) -> bool:
    """Whether a probe finds a row; where orders changed, what it did not find before is looked for in these."""
    wanted = probe.whereclause is not None
    of_order = [table.c.id if table is orders else table.c.get("order_fk") for table in probe.get_final_froms()
                if isinstance(table, Table)]  # fmt: skip
    if scope.full or scope.candidates is None or not wanted or len(of_order) != 1 or of_order[0] is None:
        return connection.execute(probe.limit(1)).first() is not None
    if not scope.candidates:
        return False
    with dialect.id_set(connection, scope.candidates) as ids:
        return connection.execute(probe.where(of_order[0].in_(select(ids.c.id))).limit(1)).first() is not None


def _channels(connection: Connection, scope: "Scope") -> Sequence[str]:
    """Channels of orders, by jumping from one to the next in the index; looked up once a run."""
    if scope.channels is not None:
        return scope.channels
    first = select(func.min(orders.c.channel).label("channel")).cte("known", recursive=True)
    following = select(func.min(orders.c.channel)).where(orders.c.channel > first.c.channel).scalar_subquery()
    known = first.union_all(select(following).where(first.c.channel.is_not(None)))
    scope.channels = list(connection.execute(select(known.c.channel).where(known.c.channel.is_not(None))).scalars())
    return scope.channels
