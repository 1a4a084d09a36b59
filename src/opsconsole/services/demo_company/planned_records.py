"""What planned orders say of themselves beside the ordinary: values that replace others, and records of their own."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from opsconsole.imports.records import Records
from opsconsole.services.demo_company.arrays import Ints
from opsconsole.services.demo_company.company import CARRIERS, CHANNELS, FIRST_DROP_SHIPPER, PLACES
from opsconsole.services.demo_company.plan import Of, Plan, plan_number
from opsconsole.services.demo_company.tracking import STYLES
from opsconsole.services.demo_company.world import World

Columns = dict[str, list[Any]]
# Numbers of labels that are not used yet.
_LABEL_SERIALS = 8_000_000
# Kinds whose records name their order by its key.
_KEYED = frozenset(
    {"payments", "shipments", "order_events", "picks", "warehouse_orders", "refunds", "disputes", "claims", "returns",
     "fraud_decisions"}
)  # fmt: skip


class PlannedRecords:
    """Changes and additions of the planned orders of a world; ``ids`` are all orders' ids."""

    def __init__(self, world: World, ids: list[str]) -> None:
        self._world, self._ids = world, ids
        self._first_line = world.lines.first_of(len(world.orders))
        self._first_parcel = np.searchsorted(world.shipments.order, np.arange(len(world.orders) + 1))
        self._pegs = world.pegs

    def orders(self, columns: Columns, rows: Ints) -> None:
        """Replace what plans say otherwise of their orders."""
        for at, row in enumerate(rows.tolist()):
            plan = plan_of(self._world, row)
            if plan is None:
                continue
            if plan.trouble == "unrouted":
                columns["location"][at] = columns["fulfilled_by"][at] = None
            self._replace(columns, at, plan.order, row)

    def lines(self, columns: Columns, lines: Ints) -> None:
        """Replace what plans say otherwise of their orders' first lines; nobody has routed some."""
        order = self._world.lines.order[lines].tolist()
        for at, row in enumerate(order):
            plan = plan_of(self._world, row)
            if plan is None:
                continue
            if plan.trouble == "unrouted":
                columns["location"][at] = None
            if self._world.lines.number[lines[at]] == 0:
                self._replace(columns, at, plan.line, row)
                if row in self._pegs:
                    columns["pegged_po"][at], columns["pegged_line"][at] = self._pegs[row]

    def parcels(self, columns: Columns, parcels: Ints) -> None:
        """Replace what plans say otherwise of their orders' first parcels."""
        for at, parcel in enumerate(parcels.tolist()):
            row = int(self._world.shipments.order[parcel])
            plan = plan_of(self._world, row)
            if plan is not None and self._world.shipments.number[parcel] == 0:
                self._replace(columns, at, plan.parcel, row)

    def unknown(self) -> dict[str, set[int]]:
        """Customers of whom plans know no mail address or no phone, by field."""
        unknown: dict[str, set[int]] = {"email": set(), "phone": set()}
        world = self._world
        for row, plan in zip(world.orders.of_plans().tolist(), world.orders.plans, strict=True):
            for key, persons_without in unknown.items():
                if key in plan.order and plan.order[key] is None:
                    persons_without.add(int(world.orders.customer[row]))
        return unknown

    def extras(self, rows: Ints) -> list[Records]:
        """Records of their own of these orders, by kind."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in rows.tolist():
            plan = plan_of(self._world, row)
            if plan is None:
                continue
            for kind, values in plan.extra:
                keys = {"channel": self._channel(row), "order_id": self._ids[row]} if kind in _KEYED else {}
                told = {key: self._value(value, row) for key, value in values.items()}
                found.setdefault(kind, []).append({**keys, **told})
        return [records for kind, known in found.items() for records in _alike(kind, known)]

    # --- values of a planned order ------------------------------------------------------------------------------------

    def _replace(self, columns: Columns, at: int, values: Mapping[str, Any], row: int) -> None:
        for key, value in values.items():
            columns[key][at] = self._value(value, row)

    def _value(self, value: Any, row: int) -> Any:
        if isinstance(value, str) and "{n}" in value:
            return value.replace("{n}", str(plan_number(int(self._world.orders.plan[row]))))
        if not isinstance(value, Of):
            return value
        found = getattr(self, f"_{value.value}")(row)
        if value.times == 1.0 and not value.plus:
            return found
        return type(found)(round(found * value.times) + value.plus)

    def _channel(self, row: int) -> str:
        return CHANNELS[int(self._world.orders.channel[row])].key

    def _order_id(self, row: int) -> str:
        return self._ids[row]

    def _currency(self, row: int) -> str:
        return CHANNELS[int(self._world.orders.channel[row])].currency

    def _customer(self, row: int) -> str:
        return str(self._world.people.columns(self._world.orders.customer[[row]])["name"][0])

    def _location(self, row: int) -> str | None:
        place = int(self._world.orders.place[row])
        return PLACES[place] if place < FIRST_DROP_SHIPPER else None

    def _vendor(self, row: int) -> str:
        return PLACES[int(self._world.orders.place[row])]

    def _total(self, row: int) -> int:
        return int(self._world.money.total[row])

    def _sku(self, row: int) -> str:
        return self._world.catalog.sku[int(self._world.lines.product[self._first_line[row]])]

    def _quantity(self, row: int) -> float:
        return float(self._world.lines.quantity[self._first_line[row]])

    def _pieces(self, row: int) -> float:
        return float(self._world.lines.quantity[self._first_line[row] : self._first_line[row + 1]].sum())

    def _unit_price(self, row: int) -> int:
        line = int(self._first_line[row])
        share = 1 - int(self._world.money.discount[row]) / max(int(self._world.money.subtotal[row]), 1)
        return round(int(self._world.lines.unit_price[line]) * share)

    def _parcel(self, row: int) -> int:
        first, last = int(self._first_parcel[row]), int(self._first_parcel[row + 1])
        return next((at for at in range(first, last) if not self._world.shipments.voided[at]), -1)

    def _tracking(self, row: int) -> str | None:
        parcel = self._parcel(row)
        if parcel >= 0:
            return self._world.shipments.tracking[parcel]
        style = CARRIERS[int(self._world.facts.carrier[row])].style
        return STYLES[style](np.array([_LABEL_SERIALS + row]))[0]

    def _carrier(self, row: int) -> str | None:
        carrier = int(self._world.facts.carrier[row])
        return CARRIERS[carrier].key if carrier >= 0 else None

    def _service(self, row: int) -> str:
        return service_of(int(self._world.facts.carrier[row]), row)

    def _grams(self, row: int) -> float:
        parcel = self._parcel(row)
        if parcel >= 0:
            return float(self._world.shipments.grams[parcel])
        lines = slice(int(self._first_line[row]), int(self._first_line[row + 1]))
        world = self._world
        return float((world.lines.quantity[lines] * world.catalog.grams[world.lines.product[lines]]).sum() + 140)

    def _cost(self, row: int) -> int:
        return int(self._world.shipments.cost[self._parcel(row)])


def plan_of(world: World, row: int) -> Plan | None:
    """What is planned with an order; most are ordinary."""
    number = int(world.orders.plan[row])
    return world.orders.plans[number] if number >= 0 else None


def service_of(carrier: int, row: int) -> str:
    """The service by which an order goes: most by their carrier's first, usual one."""
    if carrier < 0:
        return "Prime"
    services = CARRIERS[carrier].services
    return services[0] if row % 4 else services[-1]


def _alike(kind: str, rows: Iterable[dict[str, Any]]) -> list[Records]:
    """Records of one kind, those with the same fields together: a field that is not named is not known."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(sorted(row)), []).append(row)
    return [
        Records(kind, {name: [row[name] for row in group] for name in names}, [0] * len(group))
        for names, group in sorted(groups.items())
    ]
