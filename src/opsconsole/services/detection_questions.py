"""Asking a rule's statements: built once per shape, then asked again with the instants and orders of the moment."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from sqlalchemy import BigInteger, Connection, Select, Text, bindparam, select

from opsconsole.rules.later import Following
from opsconsole.rules.rule import Moment, Rule
from opsconsole.store import dialect
from opsconsole.store.prepared import Answer, Prepared
from opsconsole.store.schema import orders

_MOST = 500
_SPANS = 8
_FEW = 500  # of so many keys at most a server's kept plan, made for few, is a good one
_NEVER = 2**62
_ASKED, _SKUS = "asked_about", "asked_skus"


@dataclass(frozen=True)
class _Built:
    prepared: Prepared
    following: Following


class _MoreThanTimeError(Exception):
    """The statement depends on more than two instants: it is built anew each time."""


class _NotKept:
    """Stands where a statement that is kept must not look."""

    def __getattribute__(self, name: str) -> NoReturn:
        raise _MoreThanTimeError


_NOT_KEPT: Any = _NotKept()
_known: dict[Hashable, _Built | None] = {}


def rows_of(
    connection: Connection, rule: Rule, moment: Moment, among: Iterable[int] | None, skus: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """The rows a rule's SELECT gives at a moment, about orders, SKUs with who asks for them, or (None) all."""
    if skus is not None:
        return _rows_of_skus(connection, rule, moment, list(skus), among or ())
    if among is None:
        return _asked(connection, (rule.select,), lambda at, _: rule.select(at), moment).mappings()
    wanted = list(among)
    if not wanted:
        return []

    def build(at: Moment, _: Any) -> Select[Any]:
        ids = dialect.keys_given(connection, _ASKED, "id", BigInteger())
        return rule.select(replace(at, among=ids)).where(orders.c.id.in_(select(ids.c.id)))

    given = _keys(connection, _ASKED, wanted)
    return _asked(connection, (rule.select, "some"), build, moment, given=given).mappings()


def _rows_of_skus(
    connection: Connection, rule: Rule, moment: Moment, skus: Sequence[str], asking: Iterable[int]
) -> list[dict[str, Any]]:
    if not skus:
        return []

    def build(at: Moment, _: Any) -> Select[Any]:
        ids = dialect.keys_given(connection, _ASKED, "id", BigInteger())
        return rule.select(replace(at, among=ids, skus=dialect.keys_given(connection, _SKUS, "sku", Text())))

    given = _keys(connection, _ASKED, list(asking)) | _keys(connection, _SKUS, skus)
    return _asked(connection, (rule.select, "skus"), build, moment, given=given).mappings()


def skus_asked_for(
    connection: Connection, rule: Rule, moment: Moment, among: Sequence[int] | None
) -> set[tuple[int, str]]:
    """Some orders, or (None) all, with the SKUs they ask for at a moment."""
    wanted = rule.skus
    if wanted is None:
        return set()
    if among is None:
        answer = _asked(connection, (wanted,), lambda at, _: wanted(at), moment)
    else:

        def build(at: Moment, _: Any) -> Select[Any]:
            return wanted(replace(at, among=dialect.keys_given(connection, _ASKED, "id", BigInteger())))

        given = _keys(connection, _ASKED, among)
        answer = _asked(connection, (wanted, "some"), build, moment, given=given)
    return {(order, sku) for order, sku in answer.rows}


def orders_by_clock(connection: Connection, rule: Rule, moment: Moment, since: int) -> set[int]:
    """Orders for which the time between two instants can have made a rule's condition true."""
    clock = rule.clock
    if clock is None:
        return set()
    if rule.spans is None:
        return set(_asked(connection, (clock, "clock"), clock, moment, since).scalars())
    spans = rule.spans(moment, since)
    # So many that there are few shapes: what is too many are spans of nothing.
    spans += [(_NEVER, _NEVER - 1)] * (-len(spans) % _SPANS)
    named = [(f"first_{number}", f"last_{number}") for number in range(len(spans))]

    def build(at: Moment, then: Any) -> Select[Any]:
        bounds = [(bindparam(first, 0, BigInteger()), bindparam(last, 0, BigInteger())) for first, last in named]
        return clock(replace(at, spans=bounds), then)

    given = {name: at for names, span in zip(named, spans, strict=True) for name, at in zip(names, span, strict=True)}
    return set(_asked(connection, (clock, "clock", len(spans)), build, moment, since, given).scalars())


def neighbors_of(connection: Connection, rule: Rule, changed: Sequence[int]) -> set[int]:
    """Further orders whose condition depends on changed ones."""
    return set() if rule.neighbors is None else _of_changed(connection, rule.neighbors, changed)


def _of_changed(connection: Connection, select_: Callable[[Any], Select[Any]], changed: Sequence[int]) -> set[Any]:
    key = (select_, dialect.is_sqlite(connection))
    built = _known.get(key)
    if built is None:
        statement = select_(dialect.keys_given(connection, _ASKED, "id", BigInteger()))
        built = _Built(Prepared(connection, statement), Following(0, 0))
        _keep(key, built)
    given = _keys(connection, _ASKED, changed)
    return set(built.prepared.ask(connection, given, planned=True).scalars())


def _keys(connection: Connection, name: str, keys: Sequence[Any]) -> dict[str, Any]:
    """Keys as a statement's parameter; what is asked about many is planned each time from then on."""
    if len(keys) > _FEW:
        dialect.plan_each_time(connection)
    return {name: dialect.keys_value(connection, keys)}


def _asked(
    connection: Connection,
    key: tuple[Hashable, ...],
    build: Callable[[Moment, Any], Select[Any]],
    moment: Moment,
    since: int = 0,
    given: Mapping[str, Any] | None = None,
) -> Answer:
    """The answer to a statement; ``key`` names it, beside what of the moment it is built with."""
    values = tuple(sorted(moment.values.items()))
    shape = (*key, dialect.is_sqlite(connection), moment.settled, moment.channels, values)
    built = _known.get(shape)
    if built is None or not built.following.holds(moment.now, since):
        built = None if shape in _known and built is None else _built(connection, build, moment, since)
        _keep(shape, built)
    if built is None:
        answer = connection.execute(build(moment, since), given)
        return Answer(list(answer.keys()), answer.all())
    told = {**built.following.values(moment.now, since), **(given or {})}
    return built.prepared.ask(connection, told, planned=len(key) > 1)


def _built(
    connection: Connection, build: Callable[[Moment, Any], Select[Any]], moment: Moment, since: int
) -> _Built | None:
    following = Following(moment.now, since)
    more: dict[str, Any] = dict.fromkeys(("said", "formats", "learned", "clocks", "forwarders"), _NOT_KEPT)
    try:
        statement = build(replace(moment, now=following.now, **more), following.since)
        return _Built(Prepared(connection, statement), following)
    except (_MoreThanTimeError, TypeError):
        return None


def _keep(shape: Hashable, built: _Built | None) -> None:
    _known.pop(shape, None)
    if len(_known) >= _MOST:
        _known.pop(next(iter(_known)), None)
    _known[shape] = built
