"""The demo company's orders, and all that belongs to them, as the records an import would bring."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsconsole.domain.instants import MINUTE
from opsconsole.imports.records import Records
from opsconsole.services.demo_company.addresses import addresses, bill
from opsconsole.services.demo_company.aftermath_records import AftermathRecords
from opsconsole.services.demo_company.aftersales import COMMENTS, DISPOSITIONS, REASONS, STAGES
from opsconsole.services.demo_company.arrays import NONE, Flags, Ints, optional
from opsconsole.services.demo_company.company import (
    CARRIERS,
    CHANNEL,
    CHANNELS,
    FIRST_DROP_SHIPPER,
    PLACES,
)
from opsconsole.services.demo_company.fulfillment import CUSTOMER, SELLER
from opsconsole.services.demo_company.identifiers import order_ids, order_numbers
from opsconsole.services.demo_company.planned_records import PlannedRecords, service_of
from opsconsole.services.demo_company.shipments import HUBS, SCAN_CODES, SCAN_WORDS
from opsconsole.services.demo_company.steps import STEP_CODES
from opsconsole.services.demo_company.warehouse_records import WarehouseRecords
from opsconsole.services.demo_company.world import World

_ABOUT_CUSTOMERS = ("name", "email", "phone", "city", "province", "postcode", "country")
_RETURN_MOMENTS = (
    *("requested_at", "authorized_at", "shipped_at", "received_at", "inspected_at", "dispositioned_at", "refunded_at"),
)
_CUSTOMS_NUMBER = "845120034RM0001"
_SITE_CITIES = ("Sparks, NV", "Columbus, OH", "Savannah, GA", "Lexington, KY", "Madison, WI", "Portland, ME")
_CANCEL_WORDS = {SELLER: "out of stock", CUSTOMER: "customer changed mind"}
_CANCELLED_BY = {SELLER: "seller", CUSTOMER: "customer"}
Values = list[Any]


class OrderRecords:
    """Turns orders of a world into records, some at a time; texts are made only for these."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids = order_ids(world.orders.channel)
        self.numbers = order_numbers(len(world.orders))
        count = len(world.orders)
        self._first_line = world.lines.first_of(count)
        self._first_parcel = np.searchsorted(world.shipments.order, np.arange(count + 1))
        self._first_scan = np.searchsorted(world.scans.shipment, np.arange(len(world.shipments.order) + 1))
        self._first_return = np.searchsorted(world.lines.order[world.returns.line], np.arange(count + 1))
        self._first_answer = np.searchsorted(world.answers.order, np.arange(count + 1))
        self._refunded = np.zeros(count, dtype=np.int64)
        np.add.at(self._refunded, world.lines.order[world.returns.line], world.returns.refunded)
        self._ordered_once = _first_orders(world)
        self._refunded_at = _refunded_at(world)
        cancelled = world.facts.cancelled_at != NONE
        # Paid before they were cancelled; what planned ones get back their plans say.
        self.paid_back: Flags = cancelled & (world.facts.paid_at != NONE) & world.orders.ordinary
        self._refunded[cancelled & (world.facts.paid_at != NONE)] = world.money.total[
            cancelled & (world.facts.paid_at != NONE)
        ]
        self._planned = PlannedRecords(world, self.ids)
        self._unknown = self._planned.unknown()
        self._warehouse, self._aftermath = WarehouseRecords(self), AftermathRecords(self)

    def of(self, rows: Ints) -> list[Records]:
        """Records of these orders (ascending numbers of one channel), parents first."""
        lines = _spans(self._first_line, rows)
        parcels = _spans(self._first_parcel, rows)
        scans = _spans(self._first_scan, parcels)
        returns = _spans(self._first_return, rows)
        answers = _spans(self._first_answer, rows)
        return [
            self._customers(rows),
            self._orders(rows),
            self._lines(lines),
            self._payments(rows),
            self._shipments(parcels),
            self._scans(scans),
            self._returns(returns),
            self._answers(answers),
            *self._warehouse.of(rows, lines),
            *self._aftermath.of(rows, parcels, returns),
            *self._planned.extras(rows),
        ]

    def keys(self, rows: Ints) -> dict[str, Values]:
        """Channel and order id of orders."""
        channel = self.world.orders.channel[rows].tolist()
        return {
            "channel": [CHANNELS[number].key for number in channel],
            "order_id": [self.ids[row] for row in rows.tolist()],
        }

    def currency(self, rows: Ints) -> Values:
        """Currencies of orders."""
        return [CHANNELS[number].currency for number in self.world.orders.channel[rows].tolist()]

    # --- customers and orders -----------------------------------------------------------------------------------------

    def _customers(self, rows: Ints) -> Records:
        """Customers whose first order is among these."""
        world = self.world
        fresh = rows[self._ordered_once[rows]]
        persons = world.orders.customer[fresh]
        text = world.people.columns(persons)
        channel = [CHANNELS[number].key for number in world.people.channel[persons].tolist()]
        return _records(
            "customers",
            channel=channel,
            customer_id=text["id"],
            **{key: self._known(key, text[key], persons) for key in _ABOUT_CUSTOMERS},
        )

    def _known(self, key: str, texts: list[str], persons: Ints) -> Values:
        """Texts of customers, without what nobody knows of them."""
        unknown = self._unknown.get(key, set())
        return [None if person in unknown else text for person, text in zip(persons.tolist(), texts, strict=True)]

    def _orders(self, rows: Ints) -> Records:
        world, money = self.world, self.world.money
        text = world.people.columns(world.orders.customer[rows])
        address = addresses(world, rows, text)
        payment = self._payment(rows)
        cancelled_by = world.facts.cancelled_by[rows].tolist()
        columns: dict[str, Values] = {
            **self.keys(rows),
            "order_number": [self.numbers[row] for row in rows.tolist()],
            "customer_id": text["id"],
            "customer_name": text["name"],
            "email": text["email"],
            "phone": text["phone"],
            "status": self.status(rows),
            **payment,
            **self._fulfillment(rows),
            "currency": self.currency(rows),
            **{key: getattr(money, key)[rows].tolist() for key in ("subtotal", "tax", "shipping", "discount", "total")},
            "refunded": self._refunded[rows].tolist(),
            "refunded_at": optional(self._refunded_at[rows]),
            "placed_at": world.orders.placed_at[rows].tolist(),
            "paid_at": optional(world.facts.paid_at[rows]),
            "cancelled_at": optional(world.facts.cancelled_at[rows]),
            "cancelled_by": [_CANCELLED_BY.get(code) for code in cancelled_by],
            "cancel_reason": [_CANCEL_WORDS.get(code) for code in cancelled_by],
            **self._promises(rows),
            "ship_name": text["name"],
            **address,
            **bill(text),
            **self._papers(rows),
            "risk_level": ["low"] * len(rows),
            "risk_score": [None] * len(rows),
            **{name: [None] * len(rows) for name in ("hold_reason", "held_at", "hold_until", "cancel_requested_at")},
        }
        self._planned.orders(columns, rows)
        return _records("orders", **columns)

    def _papers(self, rows: Ints) -> dict[str, Values]:
        """Across the border goods travel with the seller's number, duty paid."""
        abroad = [CHANNELS[number].key == "shopify-ca" for number in self.world.orders.channel[rows].tolist()]
        return {
            "customs_number": [_CUSTOMS_NUMBER if crosses else None for crosses in abroad],
            "duty_status": ["paid" if crosses else None for crosses in abroad],
        }

    def status(self, rows: Ints) -> Values:
        """What the channels say of orders; of open ones, how far the warehouse is."""
        facts = self.world.facts
        names = ["processing", "pending", "partially_shipped", "shipped", "delivered", "cancelled", *STEP_CODES]
        reached = self.world.steps.reached()[rows]
        code = np.where(facts.paid_at[rows] == NONE, 1, 0)
        code = np.where(self._on_terms(rows), 0, code)
        code = np.where(reached > 0, reached + 5, code)
        code = np.where(facts.first_shipped_at[rows] != NONE, 2, code)
        code = np.where(facts.shipped_at[rows] != NONE, 3, code)
        code = np.where(facts.delivered_at[rows] != NONE, 4, code)
        code = np.where(facts.cancelled_at[rows] != NONE, 5, code)
        return [names[number] for number in code.tolist()]

    def _on_terms(self, rows: Ints) -> Flags:
        return np.asarray(self.world.orders.channel[rows] == CHANNEL["wholesale"])

    def _payment(self, rows: Ints) -> dict[str, Values]:
        world = self.world
        names = ["paid", "pending", "voided", "refunded", "partially_refunded"]
        unpaid = world.facts.paid_at[rows] == NONE
        cancelled = world.facts.cancelled_at[rows] != NONE
        refunded = self._refunded[rows]
        code = np.where(refunded > 0, np.where(refunded >= world.money.total[rows], 3, 4), 0)
        code = np.where(cancelled, np.where(unpaid, 2, 3), np.where(unpaid, 1, code))
        status = [names[number] for number in code.tolist()]
        method = [
            CHANNELS[channel].methods[row * 7 % len(CHANNELS[channel].methods)]
            for channel, row in zip(world.orders.channel[rows].tolist(), rows.tolist(), strict=True)
        ]
        terms: Values = ["Net 30" if trade else None for trade in self._on_terms(rows).tolist()]
        plan = world.orders.plan[rows]
        for at in np.flatnonzero(plan >= 0).tolist():
            planned = world.orders.plans[int(plan[at])]
            if planned.payment != "paid":
                status[at] = planned.payment
            method[at] = planned.method or method[at]
            terms[at] = planned.terms or terms[at]
        return {"payment_status": status, "payment_method": method, "payment_terms": terms}

    def _fulfillment(self, rows: Ints) -> dict[str, Values]:
        world = self.world
        place, carrier = world.orders.place[rows].tolist(), world.facts.carrier[rows].tolist()
        by = ["Own warehouse", "3PL", "3PL", "Marketplace", "Drop-shipper", "Drop-shipper"]
        return {
            "fulfilled_by": [by[number] for number in place],
            "location": [PLACES[number] if number < FIRST_DROP_SHIPPER else None for number in place],
            "service": [service_of(number, row) for number, row in zip(carrier, rows.tolist(), strict=True)],
        }

    def _promises(self, rows: Ints) -> dict[str, Values]:
        """What marketplaces state: an instant where they have a cut-off, else a local date; shops state nothing."""
        orders = self.world.orders
        states = np.array([spec.states_promises for spec in CHANNELS])[orders.channel[rows]]
        hours = np.array([spec.cut_off > 0 for spec in CHANNELS])[orders.channel[rows]]
        return {
            "ship_by": optional(np.where(states & hours, orders.promises.ship_by[rows], NONE)),
            "ship_by_on": optional(np.where(states & ~hours, orders.promises.ship_by_on[rows], NONE)),
            "deliver_by_on": optional(np.where(states, orders.promises.deliver_by_on[rows], NONE)),
        }

    # --- parts of orders ----------------------------------------------------------------------------------------------

    def _lines(self, at: Ints) -> Records:
        world, lines, quantities = self.world, self.world.lines, self.world.quantities
        order, product = lines.order[at], lines.product[at].tolist()
        sku: Values = [world.catalog.sku[number] for number in product]
        title: Values = [world.catalog.title[number] for number in product]
        for place, row in enumerate(at.tolist()):
            if row in lines.texts:
                sku[place], title[place] = lines.texts[row]
        site = world.orders.place[order].tolist()
        gone = world.facts.cancelled_at[order] != NONE
        waiting = np.array([plan.short_item >= 0 for plan in world.orders.plans] + [False])[world.orders.plan[order]]
        waiting &= lines.number[at] == 0
        status = np.where(gone, 1, np.where(quantities.shipped[at] > 0, 2, np.where(waiting, 3, 0)))
        columns: dict[str, Values] = dict(
            **self.keys(order),
            line_id=[str(number + 1) for number in lines.number[at].tolist()],
            sku=sku,
            title=title,
            quantity=lines.quantity[at].astype(float).tolist(),
            shipped_quantity=quantities.shipped[at].astype(float).tolist(),
            allocated_quantity=world.stock.line_allocated[at].astype(float).tolist(),
            cancelled_quantity=np.where(gone, lines.quantity[at], quantities.cancelled[at]).astype(float).tolist(),
            currency=self.currency(order),
            unit_price=lines.unit_price[at].tolist(),
            amount=lines.amount[at].tolist(),
            requires_shipping=[True] * len(at),
            status=[(None, "cancelled", "shipped", "backordered")[code] for code in status.tolist()],
            location=[PLACES[number] if number < FIRST_DROP_SHIPPER else None for number in site],
            vendor_key=[PLACES[number] if number >= FIRST_DROP_SHIPPER else None for number in site],
            backordered_quantity=np.where(waiting, lines.quantity[at], 0).astype(float).tolist(),
            # The next delivery is on its way.
            expected_on=optional(np.where(waiting, world.clock.today + 6, NONE)),
            pegged_po=[None] * len(at),
            pegged_line=[None] * len(at),
        )
        self._planned.lines(columns, at)
        return _records("order_lines", **columns)

    def _payments(self, rows: Ints) -> Records:
        payment = self._payment(rows)
        paid_at = self.world.facts.paid_at[rows]
        return _records(
            "payments",
            **self.keys(rows),
            payment_id=["1"] * len(rows),
            method=payment["payment_method"],
            status=payment["payment_status"],
            currency=self.currency(rows),
            amount=self.world.money.total[rows].tolist(),
            paid_at=optional(paid_at),
        )

    def _shipments(self, at: Ints) -> Records:
        parcels, orders = self.world.shipments, self.world.orders
        order, carrier = parcels.order[at], parcels.carrier[at].tolist()
        site = orders.place[order].tolist()
        status = np.where(parcels.delivered_at[at] != NONE, 2, np.where(parcels.first_scan_at[at] != NONE, 1, 0))
        status = np.where(parcels.voided[at], 3, status)
        names = ("shipped", "in_transit", "delivered", "voided")
        columns: dict[str, Values] = dict(
            **self.keys(order),
            shipment_id=[f"{'V' if number < 0 else number + 1}" for number in parcels.number[at].tolist()],
            carrier_key=[CARRIERS[number].key if number >= 0 else None for number in carrier],
            service=[service_of(number, row) for number, row in zip(carrier, order.tolist(), strict=True)],
            tracking_number=[parcels.tracking[row] for row in at.tolist()],
            location=[PLACES[number] if number < FIRST_DROP_SHIPPER else None for number in site],
            status=[names[code] for code in status.tolist()],
            voided=parcels.voided[at].tolist(),
            quantity=parcels.quantity[at].astype(float).tolist(),
            weight_grams=parcels.grams[at].astype(float).tolist(),
            currency=["USD"] * len(at),
            cost=parcels.cost[at].tolist(),
            labeled_at=parcels.labeled_at[at].tolist(),
            **{
                key: optional(getattr(parcels, key)[at])
                for key in ("shipped_at", "delivered_at", "first_scan_at", "last_scan_at")
            },
            # The item master is right within a few percent.
            expected_weight_grams=(parcels.grams[at] * (100 + at % 9 - 4) // 100).astype(float).tolist(),
            label_error=[None] * len(at),
            label_failed_at=[None] * len(at),
        )
        self._planned.parcels(columns, at)
        return _records("shipments", **columns)

    def _scans(self, at: Ints) -> Records:
        scans, parcels = self.world.scans, self.world.shipments
        parcel, kind, hub = scans.shipment[at].tolist(), scans.kind[at].tolist(), scans.hub[at].tolist()
        site = self.world.orders.place[parcels.order[scans.shipment[at]]].tolist()
        return _records(
            "shipment_events",
            tracking_number=[parcels.tracking[number] for number in parcel],
            code=[SCAN_CODES[number] for number in kind],
            description=[SCAN_WORDS[number] for number in kind],
            place=[
                HUBS[number] if number >= 0 else (_SITE_CITIES[where] if code < 2 else None)
                for number, where, code in zip(hub, site, kind, strict=True)
            ],
            occurred_at=scans.at[at].tolist(),
        )

    def _returns(self, at: Ints) -> Records:
        returns, lines = self.world.returns, self.world.lines
        line = returns.line[at]
        order = lines.order[line]
        stage = returns.stage[at].tolist()
        return _records(
            "returns",
            **self.keys(order),
            return_id=[f"RMA-{10_001 + row}" for row in at.tolist()],
            sku=[self.world.catalog.sku[number] for number in lines.product[line].tolist()],
            stage=[STAGES[min(code, len(STAGES) - 1)] for code in stage],
            reason=[REASONS[code] for code in returns.reason[at].tolist()],
            disposition=[
                DISPOSITIONS[code] if reached >= STAGES.index("dispositioned") else None
                for code, reached in zip(returns.disposition[at].tolist(), stage, strict=True)
            ],
            quantity=returns.quantity[at].astype(float).tolist(),
            currency=self.currency(order),
            refunded=returns.refunded[at].tolist(),
            **{key: optional(getattr(returns, key)[at]) for key in _RETURN_MOMENTS},
        )

    def _answers(self, at: Ints) -> Records:
        answers = self.world.answers
        score, comment = answers.score[at].tolist(), answers.comment[at].tolist()
        return _records(
            "reviews",
            **self.keys(answers.order[at]),
            review_id=[f"RV-{10_001 + row}" for row in at.tolist()],
            score=[float(points) for points in score],
            score_max=[5.0] * len(at),
            comment=[
                COMMENTS[points][code % len(COMMENTS[points])] if code >= 0 else None
                for points, code in zip(score, comment, strict=True)
            ],
            asked_at=answers.asked_at[at].tolist(),
            answered_at=answers.answered_at[at].tolist(),
        )


def _records(kind: str, /, **columns: Values) -> Records:
    count = len(next(iter(columns.values())))
    return Records(kind, columns, [0] * count)


def _spans(starts: NDArray[np.int64], rows: Ints) -> Ints:
    """All indexes of the children of these rows, whose children stand together in the rows' order."""
    first, counts = starts[rows], starts[rows + 1] - starts[rows]
    offsets = np.repeat(first - np.r_[0, np.cumsum(counts)[:-1]], counts)
    return (offsets + np.arange(int(counts.sum()))).astype(np.int64)


def _first_orders(world: World) -> Flags:
    """Orders that are their customer's first."""
    first = np.zeros(len(world.orders), dtype=np.bool_)
    _, index = np.unique(world.orders.customer, return_index=True)
    first[index] = True
    return first


def _refunded_at(world: World) -> Ints:
    """When money was last given back, per order."""
    newest = np.full(len(world.orders), NONE, dtype=np.int64)
    np.maximum.at(newest, world.lines.order[world.returns.line], world.returns.refunded_at)
    gone = (world.facts.cancelled_at != NONE) & (world.facts.paid_at != NONE)
    return np.where(gone, world.facts.cancelled_at + 3 * MINUTE, newest)
