"""What the warehouses' systems tell of the orders of the last weeks: when each of their steps was done."""

from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import DAY, MINUTE
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import FBA, FIRST_DROP_SHIPPER
from opsconsole.services.demo_company.fulfillment import Fulfillment
from opsconsole.services.demo_company.orders import Orders

# Warehouse systems keep their steps about that long.
KEPT_DAYS = 35
STEP_CODES = ("allocated", "released", "picking", "picked", "packed")
# Minutes before an order leaves at which each step is done, and how much that varies.
_BEFORE = np.array([210, 150, 95, 70, 32])
_SPREAD = np.array([40, 28, 16, 12, 14])
_WHOLE = 300


@dataclass
class Steps:
    """``at``: instants of STEP_CODES (orders × steps), ``NONE`` where not done or not kept; ``kept``: known orders."""

    at: Ints
    kept: Flags

    def reached(self) -> Ints:
        """Number of steps done of each order."""
        return np.asarray((self.at != NONE).sum(axis=1), dtype=np.int64)


def take_steps(clock: Clock, random: np.random.Generator, orders: Orders, facts: Fulfillment) -> Steps:
    """Steps of orders: a few hours of work before the first parcel leaves, begun once the order is paid."""
    begin = np.maximum(np.where(facts.paid_at == NONE, orders.placed_at, facts.paid_at), orders.placed_at)
    # Trade customers pay later than their goods leave.
    begin = np.where(begin > facts.leaves_at, orders.placed_at, begin) + 2 * MINUTE
    before = (_BEFORE + random.integers(-_SPREAD, _SPREAD + 1, (len(orders), len(STEP_CODES)))) * MINUTE
    room = np.maximum(facts.leaves_at - begin, 10 * MINUTE)
    share = np.minimum(1.0, room / (_WHOLE * MINUTE))
    at = facts.leaves_at[:, None] - (before * share[:, None]).astype(np.int64)
    own = (orders.place < FIRST_DROP_SHIPPER) & (orders.place != FBA)
    # Of planned orders, those that have left; the steps of others stand in their plans.
    own &= orders.ordinary | (facts.shipped_at != NONE)
    is_open = (facts.shipped_at == NONE) & (facts.cancelled_at == NONE)
    kept = own & (is_open | (orders.placed_at > clock.as_of - KEPT_DAYS * DAY))
    ended = np.where(facts.cancelled_at == NONE, clock.as_of, np.minimum(facts.cancelled_at, begin))
    done = kept[:, None] & (at <= ended[:, None])
    return Steps(np.where(done, at, NONE), kept)
