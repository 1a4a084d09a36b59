"""Steps, picks and the warehouses' own records of ordinary orders, as the records an import would bring."""

from typing import TYPE_CHECKING, Any

import numpy as np

from opsconsole.imports.records import Records
from opsconsole.services.demo_company.arrays import NONE, Ints, optional
from opsconsole.services.demo_company.company import FBA, FIRST_DROP_SHIPPER, PLACES
from opsconsole.services.demo_company.planned_records import plan_of
from opsconsole.services.demo_company.steps import STEP_CODES

if TYPE_CHECKING:
    from opsconsole.services.demo_company.order_records import OrderRecords

_LOST = 41  # one in so many planned orders never reached the warehouse
_RELEASED, _PICKED = STEP_CODES.index("released"), STEP_CODES.index("picked")


class WarehouseRecords:
    """Makes the records of some orders at a time."""

    def __init__(self, records: "OrderRecords") -> None:
        self._records, self._world = records, records.world

    def of(self, rows: Ints, lines: Ints) -> list[Records]:
        """Records of these orders, whose lines are given too."""
        kept = rows[self._world.steps.kept[rows]]
        order = self._world.lines.order[lines]
        picked = lines[self._world.steps.at[order, _PICKED] != NONE]
        return [self._steps(kept), self._picks(picked), self._own(kept), self._waiting(rows)]

    def _places(self, rows: Ints) -> list[Any]:
        return [PLACES[number] for number in self._world.orders.place[rows].tolist()]

    def _steps(self, rows: Ints) -> Records:
        at = self._world.steps.at[rows]
        index, code = np.nonzero(at != NONE)
        of = rows[index]
        columns = {
            **self._records.keys(of),
            "code": [STEP_CODES[number] for number in code.tolist()],
            "location": self._places(of),
            "occurred_at": at[index, code].tolist(),
        }
        return Records("order_events", columns, [0] * len(of))

    def _picks(self, lines: Ints) -> Records:
        """Every line whole: what was missing was taken off the order before."""
        world = self._world
        order = world.lines.order[lines]
        pieces = (world.lines.quantity - world.quantities.cancelled)[lines].astype(float).tolist()
        at = world.steps.at[order, _PICKED]
        columns = {
            **self._records.keys(order),
            "pick_id": [f"P{number + 1}" for number in world.lines.number[lines].tolist()],
            "line_id": [str(number + 1) for number in world.lines.number[lines].tolist()],
            "sku": [world.catalog.sku[number] for number in world.lines.product[lines].tolist()],
            "location": self._places(order),
            "allocated_quantity": pieces,
            "picked_quantity": pieces,
            "damaged_quantity": [0.0] * len(lines),
            "reason": [None] * len(lines),
            "picker": [f"Station {number % 6 + 1}" for number in order.tolist()],
            "picked_at": at.tolist(),
        }
        return Records("picks", columns, [0] * len(lines))

    def _waiting(self, rows: Ints) -> Records:
        """Open orders with a plan that says nothing of the warehouse's record: it knows all but a few of them."""
        world = self._world
        own = (world.orders.place[rows] < FIRST_DROP_SHIPPER) & (world.orders.place[rows] != FBA)
        is_open = (world.facts.shipped_at[rows] == NONE) & (world.facts.cancelled_at[rows] == NONE)
        known = [row for row in rows[own & is_open & ~world.steps.kept[rows]].tolist() if self._arrived(row)]
        of = np.array(known, dtype=np.int64)
        columns = {**self._records.keys(of), "location": self._places(of), "status": ["processing"] * len(of)}
        return Records("warehouse_orders", columns, [0] * len(of))

    def _arrived(self, row: int) -> bool:
        plan = plan_of(self._world, row)
        told = plan is not None and any(kind == "warehouse_orders" for kind, _ in plan.extra)
        return plan is not None and not told and plan.trouble != "unrouted" and row % _LOST != 0

    def _own(self, rows: Ints) -> Records:
        """What the warehouse says: the same as the channel."""
        world = self._world
        count = len(world.orders)
        pieces, shipped = np.zeros(count), np.zeros(count)
        np.add.at(pieces, world.lines.order, world.lines.quantity)
        np.add.at(shipped, world.lines.order, world.quantities.shipped)
        released = world.steps.at[rows, _RELEASED]
        columns = {
            **self._records.keys(rows),
            "location": self._places(rows),
            "status": self._records.status(rows),
            "quantity": pieces[rows].tolist(),
            "shipped_quantity": shipped[rows].tolist(),
            "released_at": optional(released),
            "shipped_at": optional(world.facts.shipped_at[rows]),
            "cancelled_at": optional(world.facts.cancelled_at[rows]),
        }
        return Records("warehouse_orders", columns, [0] * len(rows))
