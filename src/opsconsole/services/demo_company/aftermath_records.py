"""What follows ordinary orders: refunds, claims against carriers, carriers' bills, tickets, orders to drop-shippers."""

from typing import TYPE_CHECKING, Any

import numpy as np

from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.imports.records import Records
from opsconsole.services.demo_company.aftersales import REASONS
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints, optional
from opsconsole.services.demo_company.company import CARRIERS, FBA, FIRST_DROP_SHIPPER, PLACES
from opsconsole.services.demo_company.planned_records import service_of
from opsconsole.services.demo_company.steps import KEPT_DAYS
from opsconsole.services.demo_company.trouble_aftersales import HELPDESK
from opsconsole.services.demo_company.trouble_records import DISPUTE_WINDOW_DAYS

if TYPE_CHECKING:
    from opsconsole.services.demo_company.order_records import OrderRecords

_DAMAGED = REASONS.index("Damaged in transit")
_SUBJECTS = ("Where is my order?", "Can I still change the color?", "Do you ship to a PO box?", "Thank you!")
# A draw of an order's own, from its number: no dice, so that what is added here moves nothing else.
_MIXER = 2_654_435_761


def _draw(rows: Ints, salt: int) -> Ints:
    """A number from 0 to 9,999 of each order's own."""
    return np.asarray((rows + salt * 7919) * _MIXER % 2**32 // 429_497, dtype=np.int64)


class AftermathRecords:
    """Makes the records of some orders at a time."""

    def __init__(self, records: "OrderRecords") -> None:
        self._records, self._world = records, records.world
        world = self._world
        self._recent = world.orders.placed_at > world.clock.as_of - KEPT_DAYS * DAY
        self._claimed = self._owed()

    def _owed(self) -> Flags:
        """Orders that a carrier delivered late, or broke."""
        world = self._world
        facts, promises = world.facts, world.orders.promises
        owed = (facts.delivered_at != NONE) & (facts.delivered_at > promises.deliver_by)
        broken = world.returns.reason == _DAMAGED
        owed[world.lines.order[world.returns.line[broken]]] = True
        return np.asarray(owed & (facts.carrier >= 0) & world.orders.ordinary & (world.orders.place != FBA))

    def of(self, rows: Ints, parcels: Ints, returns: Ints) -> list[Records]:
        """Records of these orders, with their parcels and returns."""
        return [
            self._refunds_of_cancelled(rows),
            self._refunds_of_returns(returns),
            self._claims(rows[self._claimed[rows]]),
            self._bills(parcels),
            self._tickets(rows),
            self._purchases(rows),
        ]

    def _refunds_of_cancelled(self, rows: Ints) -> Records:
        world = self._world
        back = rows[self._records.paid_back[rows]]
        return _records(
            "refunds",
            **self._records.keys(back),
            refund_id=["C1"] * len(back),
            currency=self._records.currency(back),
            amount=world.money.total[back].tolist(),
            reason=["Order cancelled"] * len(back),
            refunded_at=(world.facts.cancelled_at[back] + 3 * MINUTE).tolist(),
        )

    def _refunds_of_returns(self, at: Ints) -> Records:
        world, returns = self._world, self._world.returns
        done = at[returns.refunded[at] > 0]
        line = returns.line[done]
        order = world.lines.order[line]
        return _records(
            "refunds",
            **self._records.keys(order),
            refund_id=[f"R{row + 1}" for row in done.tolist()],
            return_id=[f"RMA-{10_001 + row}" for row in done.tolist()],
            sku=[world.catalog.sku[number] for number in world.lines.product[line].tolist()],
            currency=self._records.currency(order),
            amount=returns.refunded[done].tolist(),
            reason=[REASONS[code] for code in returns.reason[done].tolist()],
            refunded_at=returns.refunded_at[done].tolist(),
        )

    def _claims(self, rows: Ints) -> Records:
        """Filed within days, settled after weeks; those of parcels handed over late were denied."""
        world = self._world
        facts, promises = world.facts, world.orders.promises
        filed = np.minimum(facts.delivered_at[rows] + (20 + _draw(rows, 3) % 60) * HOUR, world.clock.as_of - HOUR)
        settled = filed + (6 + _draw(rows, 4) % 20) * DAY
        late = facts.delivered_at[rows] > promises.deliver_by[rows]
        ours = facts.shipped_at[rows] > promises.ship_by[rows]
        over = settled <= world.clock.as_of
        status = np.where(over, np.where(ours, 2, 1), 0)
        amount = 430 + _draw(rows, 5) % 900
        return _records(
            "claims",
            **self._records.keys(rows),
            claim_id=["CL-1"] * len(rows),
            vendor_key=[CARRIERS[number].key for number in facts.carrier[rows].tolist()],
            reason=["late" if is_late else "damaged" for is_late in late.tolist()],
            status=[("filed", "paid", "denied")[code] for code in status.tolist()],
            currency=["USD"] * len(rows),
            amount=amount.tolist(),
            paid_amount=np.where(status == 1, amount, 0).tolist(),
            filed_at=filed.tolist(),
            settled_at=optional(np.where(over, settled, NONE)),
        )

    def _bills(self, parcels: Ints) -> Records:
        """What carriers billed for the parcels of the last weeks: as agreed, or a few percent beside."""
        world, all_parcels = self._world, self._world.shipments
        order = all_parcels.order[parcels]
        billed_at = all_parcels.shipped_at[parcels] + (3 + _draw(order, 6) % 3) * DAY
        known = self._recent[order] & world.orders.ordinary[order] & ~all_parcels.voided[parcels]
        known &= (all_parcels.carrier[parcels] >= 0) & (all_parcels.shipped_at[parcels] != NONE)
        known &= billed_at <= world.clock.as_of
        parcels, order, billed_at = parcels[known], order[known], billed_at[known]
        cost, carrier = all_parcels.cost[parcels], all_parcels.carrier[parcels].tolist()
        beside = np.where(_draw(order, 7) < 1500, cost * (_draw(order, 8) % 7 - 3) // 100, 0)
        return _records(
            "freight_charges",
            vendor_key=[CARRIERS[number].key for number in carrier],
            charge_id=[f"F-{row + 100_001}" for row in parcels.tolist()],
            invoice_number=[f"INV-{at // (7 * DAY)}" for at in billed_at.tolist()],
            tracking_number=[all_parcels.tracking[row] for row in parcels.tolist()],
            kind=["freight"] * len(parcels),
            service=[service_of(number, row) for number, row in zip(carrier, order.tolist(), strict=True)],
            currency=["USD"] * len(parcels),
            amount=(cost + beside).tolist(),
            expected_amount=cost.tolist(),
            billed_weight_grams=all_parcels.grams[parcels].astype(float).tolist(),
            billed_at=billed_at.tolist(),
            dispute_by=(billed_at + DISPUTE_WINDOW_DAYS * DAY).tolist(),
            status=["accepted" if gone else "open" for gone in (billed_at < world.clock.as_of - 12 * DAY).tolist()],
        )

    def _tickets(self, rows: Ints) -> Records:
        """Questions of every fiftieth customer, answered within hours."""
        world = self._world
        asked = world.orders.placed_at[rows] + (10 + _draw(rows, 9) % 120) * HOUR
        chosen = self._recent[rows] & world.orders.ordinary[rows] & (_draw(rows, 10) < 200)
        chosen &= asked < world.clock.as_of - 30 * HOUR
        rows, asked = rows[chosen], asked[chosen]
        answered = asked + (40 + _draw(rows, 11) % 600) * MINUTE
        keys = self._records.keys(rows)
        return _records(
            "tickets",
            helpdesk=[HELPDESK] * len(rows),
            ticket_id=[f"{48_001 + row}" for row in rows.tolist()],
            **keys,
            subject=[_SUBJECTS[row % len(_SUBJECTS)] for row in rows.tolist()],
            status=["solved"] * len(rows),
            priority=["normal"] * len(rows),
            kind=["question"] * len(rows),
            requester=world.people.columns(world.orders.customer[rows])["name"],
            assignee=["Order desk"] * len(rows),
            opened_at=asked.tolist(),
            last_customer_at=asked.tolist(),
            last_reply_at=answered.tolist(),
            reply_due_at=(asked + DAY).tolist(),
            solved_at=answered.tolist(),
        )

    def _purchases(self, rows: Ints) -> Records:
        """Orders to drop-shippers of the last weeks: sent within the hour, acknowledged within the day."""
        world = self._world
        chosen = self._recent[rows] & world.orders.ordinary[rows] & (world.orders.place[rows] >= FIRST_DROP_SHIPPER)
        rows = rows[chosen]
        sent = np.minimum(
            world.orders.placed_at[rows] + (5 + _draw(rows, 12) % 50) * MINUTE, world.clock.as_of - MINUTE
        )
        answered = sent + (2 + _draw(rows, 13) % 19) * HOUR
        answered = np.where(answered > world.clock.as_of, NONE, answered)
        gone = world.facts.shipped_at[rows] != NONE
        status = np.where(
            world.facts.cancelled_at[rows] != NONE, 3, np.where(gone, 2, np.where(answered == NONE, 0, 1))
        )
        return _records(
            "purchase_orders",
            po_number=[f"DS-{row + 10_001}" for row in rows.tolist()],
            vendor_key=[PLACES[number] for number in world.orders.place[rows].tolist()],
            status=[("open", "acknowledged", "received", "cancelled")[code] for code in status.tolist()],
            currency=["USD"] * len(rows),
            ordered_at=sent.tolist(),
            acknowledged_at=optional(answered),
        )


def _records(kind: str, /, **columns: list[Any]) -> Records:
    return Records(kind, columns, [0] * len(next(iter(columns.values()))))
