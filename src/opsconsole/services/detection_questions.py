"""Asking a rule's statements: built once per shape, then asked again with the instants and orders of the moment."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from sqlalchemy import BigInteger, Connection, Result, Select, Text, select

from opsconsole.rules.later import Following
from opsconsole.rules.rule import Moment, Rule
from opsconsole.store import dialect
from opsconsole.store.schema import orders

_MOST = 500
_ASKED = "asked_about"


@dataclass(frozen=True)
class _Built:
    statement: Select[Any]
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
    """The rows a rule's SELECT gives at a moment, about some orders, some SKUs or (None) all."""
    if skus is not None:
        return _rows_of_skus(connection, rule, moment, list(skus))
    if among is None:
        return _rows(_asked(connection, (rule.select,), lambda at, _: rule.select(at), moment))
    wanted = list(among)
    if not wanted:
        return []

    def build(at: Moment, _: Any) -> Select[Any]:
        ids = dialect.keys_given(connection, _ASKED, "id", BigInteger())
        return rule.select(replace(at, among=ids)).where(orders.c.id.in_(select(ids.c.id)))

    given = {_ASKED: dialect.keys_value(connection, wanted)}
    return _rows(_asked(connection, (rule.select, "some"), build, moment, given=given))


def _rows_of_skus(connection: Connection, rule: Rule, moment: Moment, skus: Sequence[str]) -> list[dict[str, Any]]:
    if not skus:
        return []

    def build(at: Moment, _: Any) -> Select[Any]:
        return rule.select(replace(at, skus=dialect.keys_given(connection, _ASKED, "sku", Text())))

    given = {_ASKED: dialect.keys_value(connection, skus)}
    return _rows(_asked(connection, (rule.select, "skus"), build, moment, given=given))


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

        given = {_ASKED: dialect.keys_value(connection, among)}
        answer = _asked(connection, (wanted, "some"), build, moment, given=given)
    return {(row["order_fk"], row["sku"]) for row in answer.mappings()}


def orders_by_clock(connection: Connection, rule: Rule, moment: Moment, since: int) -> set[int]:
    """Orders for which the time between two instants can have made a rule's condition true."""
    if rule.clock is None:
        return set()
    return set(_asked(connection, (rule.clock,), rule.clock, moment, since).scalars().all())


def neighbors_of(connection: Connection, rule: Rule, changed: Sequence[int]) -> set[int]:
    """Further orders whose condition depends on changed ones."""
    return set() if rule.neighbors is None else _of_changed(connection, rule.neighbors, changed)


def _of_changed(connection: Connection, select_: Callable[[Any], Select[Any]], changed: Sequence[int]) -> set[Any]:
    key = (select_, dialect.is_sqlite(connection))
    built = _known.get(key)
    if built is None:
        built = _Built(select_(dialect.keys_given(connection, _ASKED, "id", BigInteger())), Following(0, 0))
        _keep(key, built)
    return set(connection.execute(built.statement, {_ASKED: dialect.keys_value(connection, changed)}).scalars().all())


def _rows(answer: Result[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in answer.mappings().all()]


def _asked(
    connection: Connection,
    key: tuple[Hashable, ...],
    build: Callable[[Moment, Any], Select[Any]],
    moment: Moment,
    since: int = 0,
    given: Mapping[str, Any] | None = None,
) -> Result[Any]:
    """The answer to a statement; ``key`` names it, beside what of the moment it is built with."""
    values = tuple(sorted(moment.values.items()))
    shape = (*key, dialect.is_sqlite(connection), moment.settled, moment.channels, values)
    built = _known.get(shape)
    if built is None or not built.following.holds(moment.now, since):
        built = None if shape in _known and built is None else _built(build, moment, since)
        _keep(shape, built)
    if built is None:
        return connection.execute(build(moment, since), given)
    return connection.execute(built.statement, {**built.following.values(moment.now, since), **(given or {})})


def _built(build: Callable[[Moment, Any], Select[Any]], moment: Moment, since: int) -> _Built | None:
    following = Following(moment.now, since)
    more: dict[str, Any] = dict.fromkeys(("said", "formats", "learned", "clocks", "forwarders"), _NOT_KEPT)
    try:
        return _Built(build(replace(moment, now=following.now, **more), following.since), following)
    except (_MoreThanTimeError, TypeError):
        return None


def _keep(shape: Hashable, built: _Built | None) -> None:
    _known.pop(shape, None)
    if len(_known) >= _MOST:
        _known.pop(next(iter(_known)), None)
    _known[shape] = built
