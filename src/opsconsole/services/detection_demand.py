"""Which SKUs orders asked for when the rules last looked: what they ask for no longer is looked at once more.

An order that is cancelled, or one whose line gets another SKU, leaves the queue of the SKU it asked for; only what was
remembered of it tells which one that was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from opsconsole.rules.rule import Moment, Rule
from opsconsole.services.detection_questions import skus_asked_for
from opsconsole.store import dialect
from opsconsole.store.schema import asked_skus, orders

Pairs = frozenset[tuple[int, str]]
_a = asked_skus.c


@dataclass(frozen=True)
class Demand:
    """Orders and the SKUs they ask for: as the last run saw them, and as they do now.

    ``asking`` are all orders that may ask for one of these SKUs.
    """

    before: Pairs
    now: Pairs
    asking: frozenset[int] = frozenset()

    @property
    def skus(self) -> list[str]:
        """All SKUs of both."""
        return sorted({sku for _, sku in self.before | self.now})


def demand_of(connection: Connection, rule: Rule, moment: Moment, among: Sequence[int] | None, *, gone: bool) -> Demand:
    """What some orders, or (None) all, ask for and asked for; with ``gone`` also orders that are there no longer."""
    remembered = select(_a.order_fk, _a.sku)
    if among is None:
        before = {(row.order_fk, row.sku) for row in connection.execute(remembered)}
        return Demand(frozenset(before), frozenset(skus_asked_for(connection, rule, moment, None)))
    before = set()
    if among:
        with dialect.id_set(connection, among) as ids:
            rows = connection.execute(remembered.where(_a.order_fk.in_(select(ids.c.id))))
            before = {(row.order_fk, row.sku) for row in rows}
    if gone:
        there = exists(select(orders.c.id).where(orders.c.id == _a.order_fk))
        before |= {(row.order_fk, row.sku) for row in connection.execute(remembered.where(~there))}
    now = skus_asked_for(connection, rule, moment, among) if among else set()
    asking = {order for order, _ in now}
    if before or now:
        with dialect.sku_set(connection, {sku for _, sku in before | now}) as skus:
            asking.update(connection.execute(select(_a.order_fk).where(_a.sku.in_(select(skus.c.sku)))).scalars())
    return Demand(frozenset(before), frozenset(now), frozenset(asking))


def remember(connection: Connection, demand: Demand) -> None:
    """Keep what orders ask for now, for the next run."""
    others = {order for order, _ in demand.before ^ demand.now}
    if not others:
        return
    with dialect.id_set(connection, others) as ids:
        connection.execute(asked_skus.delete().where(_a.order_fk.in_(select(ids.c.id))))
    pairs = sorted(pair for pair in demand.now if pair[0] in others)
    dialect.copy_rows(connection, asked_skus, ("order_fk", "sku"), pairs)
