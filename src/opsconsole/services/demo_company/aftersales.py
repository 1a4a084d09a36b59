"""After delivery: what customers send back, and what they say."""

from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints, choose
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.fulfillment import Fulfillment
from opsconsole.services.demo_company.lines import Lines, Money
from opsconsole.services.demo_company.orders import Orders

_RETURN_SHARE, _RETURN_SHARE_LATE = 0.070, 0.100
REASONS = ("Changed mind", "Not as described", "Damaged in transit", "Wrong item", "Defective", "Arrived too late")
_REASON_WEIGHTS = np.array([0.36, 0.22, 0.14, 0.09, 0.13, 0.06])
DISPOSITIONS = ("resell", "refurbish", "liquidate", "destroy", "vendor return")
_DISPOSITION_WEIGHTS = np.array([0.66, 0.09, 0.10, 0.09, 0.06])
STAGES = ("requested", "authorized", "in_transit", "received", "inspected", "dispositioned", "refunded")

_ANSWER_SHARE = 0.19
_SCORES = np.array([0.028, 0.030, 0.070, 0.240, 0.632])
_SCORES_LATE = np.array([0.20, 0.17, 0.20, 0.23, 0.20])
COMMENTS = {
    1: ("Arrived broken and nobody answered.", "Never again, a week late."),
    2: ("Took far too long.", "Not the color in the picture."),
    3: ("Fine, but the box was dented.", "Good product, slow delivery."),
    4: ("Nice quality, would order again.", "Quick and well packed."),
    5: (
        "Exactly what I wanted.",
        "Beautiful, and here in two days.",
        "Great value.",
        "Looks even better on the table.",
    ),
}


@dataclass
class Returns:
    """Returned lines as vectors; ``stage`` numbers STAGES."""

    line: Ints
    quantity: Ints
    refunded: Ints
    requested_at: Ints
    authorized_at: Ints
    shipped_at: Ints
    received_at: Ints
    inspected_at: Ints
    dispositioned_at: Ints
    refunded_at: Ints
    stage: Ints
    reason: Ints
    disposition: Ints


@dataclass
class Answers:
    """Satisfaction answers as vectors; scores 1 … 5."""

    order: Ints
    score: Ints
    asked_at: Ints
    answered_at: Ints
    comment: Ints


def _late(orders: Orders, facts: Fulfillment) -> Flags:
    return np.asarray((facts.delivered_at != NONE) & (facts.delivered_at > orders.promises.deliver_by))


def _happened(values: Ints, now: int) -> Ints:
    return np.where(values > now, NONE, values)


def send_back(
    clock: Clock, random: np.random.Generator, orders: Orders, lines: Lines, money: Money, facts: Fulfillment
) -> Returns:
    """Lines that come back within weeks of delivery, with what has happened to them so far."""
    delivered = facts.delivered_at[lines.order]
    share = np.where(_late(orders, facts), _RETURN_SHARE_LATE, _RETURN_SHARE)[lines.order]
    requested = delivered + random.integers(1, 21 * 24, len(delivered)) * HOUR
    # The whole delivered history keeps its draws; only what has been asked for by now is a return.
    back = (delivered != NONE) & (random.random(len(delivered)) < share) & (requested <= clock.as_of)
    back &= orders.ordinary[lines.order]
    line = np.flatnonzero(back)
    count = len(line)
    requested = requested[line]
    received = requested + random.integers(4 * 24, 11 * 24, count) * HOUR
    refunded_at = received + random.integers(16, 45, count) * HOUR
    quantity = np.where(random.random(count) < 0.8, lines.quantity[line], 1)
    order = lines.order[line]
    paid_share = 1 - money.discount[order] / np.maximum(money.subtotal[order], 1)
    refunded = np.rint(lines.unit_price[line] * quantity * paid_share).astype(np.int64)
    now = clock.as_of
    moments = (requested + 8 * HOUR, requested + 2 * DAY, received, received + 10 * HOUR, refunded_at - 3 * HOUR)
    steps = np.stack([*moments, refunded_at])
    authorized, sent, arrived, inspected, decided = (_happened(moment, now) for moment in moments)
    return Returns(
        line=line,
        quantity=quantity,
        refunded=np.where(refunded_at > now, 0, refunded),
        requested_at=requested,
        authorized_at=authorized,
        shipped_at=sent,
        received_at=arrived,
        inspected_at=inspected,
        dispositioned_at=decided,
        refunded_at=_happened(refunded_at, now),
        stage=(steps <= now).sum(axis=0).astype(np.int64),
        reason=choose(random, _REASON_WEIGHTS, count),
        disposition=choose(random, _DISPOSITION_WEIGHTS, count),
    )


def answer(clock: Clock, random: np.random.Generator, orders: Orders, facts: Fulfillment) -> Answers:
    """Answers to the question that goes out two days after delivery; late deliveries are remembered."""
    draw = random.random(len(orders))
    asked = np.where(facts.delivered_at == NONE, clock.as_of, facts.delivered_at) + 2 * DAY
    answered = asked + random.integers(20, 6 * 24 * 60, len(orders)) * MINUTE
    order = np.flatnonzero((facts.delivered_at != NONE) & (draw < _ANSWER_SHARE) & (answered <= clock.as_of))
    late = _late(orders, facts)[order]
    score = np.where(late, choose(random, _SCORES_LATE, len(order)), choose(random, _SCORES, len(order))) + 1
    comment = np.where(random.random(len(order)) < 0.35, random.integers(0, 4, len(order)), -1)
    return Answers(order, score, asked[order], answered[order], comment.astype(np.int64))
