"""The whole demo company in memory: everything that happened, before anything is written."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from opsconsole.domain.progress import Progress
from opsconsole.services.demo_company.aftersales import Answers, Returns, answer, send_back
from opsconsole.services.demo_company.catalog import Catalog, load_catalog
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import PLACE
from opsconsole.services.demo_company.fulfillment import Fulfillment, fulfill
from opsconsole.services.demo_company.lines import Lines, Money, make_lines, make_money
from opsconsole.services.demo_company.near_miss import near_misses, troubles
from opsconsole.services.demo_company.orders import Orders, make_orders
from opsconsole.services.demo_company.people import People
from opsconsole.services.demo_company.plan import Planner, with_time, with_twins
from opsconsole.services.demo_company.purchasing import Purchases, po_numbers, purchase
from opsconsole.services.demo_company.shipments import (
    Quantities,
    Scans,
    Shipments,
    make_scans,
    make_shipments,
    split_quantities,
)
from opsconsole.services.demo_company.steps import Steps, take_steps
from opsconsole.services.demo_company.stock import Stock, make_stock

# What planned orders wait for: sold-out items, then one that has exactly what is ordered.
SHORT = (
    ("KT-4410-BLK", "reno"),
    ("HB-2205-S", "columbus"),
    ("MG-0107-WHT", "reno"),
    ("FT-8801", "harbor"),
    ("TL-5150-NVY", "columbus"),
    ("TM-0480-BLK", "harbor"),
    ("CN-0450-CDR", "reno"),
    ("BT-0750-WHT", "columbus"),
    ("TL-5150-GRY", "reno"),
)


@dataclass
class World:
    """Everything of one run; all vectors refer to ``orders`` by number, oldest order 0."""

    clock: Clock
    seed: int
    catalog: Catalog
    orders: Orders
    people: People
    lines: Lines
    money: Money
    facts: Fulfillment
    quantities: Quantities
    shipments: Shipments
    scans: Scans
    returns: Returns
    answers: Answers
    stock: Stock
    purchases: Purchases
    steps: Steps

    @cached_property
    def pegs(self) -> dict[int, tuple[str, str]]:
        """Purchase order and line that lines of planned orders wait for, by order number."""
        numbers = po_numbers(self.purchases)
        return {
            order: (numbers[int(self.purchases.of[line])], str(int(self.purchases.line_number[line])))
            for order, line in self.purchases.pegged.items()
        }

    @cached_property
    def over_offered(self) -> list[int]:
        """Products of which the first channel offers more than its site has: the fullest shelves, the first by one."""
        there = np.where(self.stock.place == 0, self.stock.available, -1)
        return [int(self.stock.product[item]) for item in np.argsort(-there, kind="stable")[:3].tolist()]


def make_world(clock: Clock, orders: int, seed: int, progress: Progress | None = None) -> World:
    """Generates the company; the same clock, size and seed give the same world to the last byte."""
    # Every stage throws its own dice: a change in one does not reshuffle the others.
    dice = [np.random.default_rng([seed, stage]) for stage in range(11)]
    say = (progress or Progress()).step
    say(0, 0, "Imagining two years of orders")
    catalog = load_catalog()
    planner = Planner(clock, orders, dice[0])
    plans = with_time(planner, with_twins([*troubles(planner), *near_misses(planner)]))
    made, people = make_orders(clock, dice[1], orders, plans)
    short = [(catalog.sku.index(sku), PLACE[place]) for sku, place in SHORT]
    lines = make_lines(clock, dice[2], catalog, made, short)
    money = make_money(clock, made, lines)
    say(0, 0, "Shipping and delivering them")
    several = np.bincount(lines.order, minlength=orders) > 1
    facts = fulfill(clock, dice[3], made, several)
    quantities = split_quantities(dice[4], lines, made, facts)
    shipments = make_shipments(clock, dice[5], catalog, made, lines, quantities, facts)
    scans = make_scans(clock, dice[6], shipments)
    say(0, 0, "Counting the stock")
    stock = make_stock(clock, dice[8], catalog, made, lines, quantities, facts, short)
    return World(
        clock=clock,
        seed=seed,
        catalog=catalog,
        orders=made,
        people=people,
        lines=lines,
        money=money,
        facts=facts,
        quantities=quantities,
        shipments=shipments,
        scans=scans,
        returns=send_back(clock, dice[7], made, lines, money, facts),
        answers=answer(clock, dice[7], made, facts),
        stock=stock,
        purchases=purchase(clock, dice[9], catalog, made, lines, stock),
        steps=take_steps(clock, dice[10], made, facts),
    )
