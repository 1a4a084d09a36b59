"""Each vendor metric with an event in its part and one just not; expected counts are read off the examples."""

from collections.abc import Callable
from typing import Any

import pytest

from opsconsole.domain.instants import DAY, HOUR, day_of
from opsconsole.domain.vendors import VENDOR_KINDS
from opsconsole.rules.vendor_metrics import VENDOR_METRICS, daily_events, failing_events, metrics_of
from opsconsole.store import schema

ROW = {"source_time": 0, "batch_id": 1}
COUNTS = tuple[float, float, int]  # part, whole, failing events


class Rows:
    """Writes rows around a moment; instants are given relative to it."""

    def __init__(self, database: Any, now: int) -> None:
        self.database, self.now, self.count = database, now, 0
        self.today = day_of(now)
        self.add(schema.locations, key="harbor", label="Harbor", vendor_key="v")

    def add(self, table: Any, **values: Any) -> int:
        with self.database.write() as connection:
            known = {key: value for key, value in ROW.items() if key in table.c}
            return connection.execute(table.insert(), {**known, **values}).inserted_primary_key[0]

    def order(self, **values: Any) -> int:
        self.count += 1
        told = {"placed_at": -10 * DAY, "ship_by": -6 * DAY, "shipped_at": -7 * DAY, "deliver_by": -3 * DAY, **values}
        for name in ("placed_at", "ship_by", "shipped_at", "deliver_by", "cancelled_at"):
            if told.get(name) is not None:
                told[name] += self.now
                told[name.removesuffix("_at") + "_on"] = day_of(told[name])
        told.pop("cancelled_on", None)
        return self.add(schema.orders, channel="shop", order_id=str(self.count), changed_at=0, **told)

    def parcel(self, order: int | None = None, **values: Any) -> int:
        self.count += 1
        told = {"shipped_at": -7 * DAY, "carrier_key": "v", **values}
        for name in ("labeled_at", "shipped_at", "first_scan_at", "deliver_by", "delivered_at"):
            if told.get(name) is not None:
                told[name] += self.now
        for name, day in (("shipped_at", "shipped_on"), ("deliver_by", "deliver_by_on")):
            if told.get(name) is not None:
                told[day] = day_of(told[name])
        told.setdefault("order_fk", self.order() if order is None else order)
        return self.add(schema.shipments, shipment_id=str(self.count), **told)

    def line(self, order: int | None = None, **values: Any) -> int:
        self.count += 1
        for name in ("ship_by", "shipped_at"):
            if values.get(name) is not None:
                values[name] += self.now
        order = self.order() if order is None else order
        return self.add(
            schema.order_lines,
            order_fk=order,
            line_id=str(self.count),
            **{"vendor_key": "v", "quantity": 1.0, **values},
        )

    def purchase(self, *, status: str = "open", **values: Any) -> int:
        self.count += 1
        order = self.add(
            schema.purchase_orders, po_number=f"PO-{self.count}", vendor_key="v", location="harbor", status=status
        )
        told = {"quantity": 10.0, "promised_on": self.today - 5, **values}
        return self.add(schema.purchase_order_lines, purchase_order_fk=order, line_id="1", **told)

    def receipt(self, line: int, arrived_at: int, stocked_at: int | None, quantity: float = 5.0) -> None:
        self.count += 1
        self.add(
            schema.receipts, purchase_order_line_fk=line, receipt_id=str(self.count), quantity=quantity,
            arrived_at=self.now + arrived_at, arrived_on=day_of(self.now + arrived_at),
            stocked_at=None if stocked_at is None else self.now + stocked_at,
        )  # fmt: skip

    def bound(self, limit: float) -> dict[str, Any]:
        return {
            "now": self.now, "due_before": day_of(self.now + 1), "first_day": 0, "last_day": 40_000, "limit": limit,
        }  # fmt: skip

    def counts(self, kind: str, key: str) -> COUNTS:
        metric = VENDOR_METRICS[kind, key]
        with self.database.read() as connection:
            found = connection.execute(daily_events(metric), self.bound(metric.default.target)).mappings().all()
            events = connection.execute(failing_events(metric), self.bound(metric.default.target)).all()
        fails = sum(int(row["fails"]) for row in found)
        assert fails == len(events), "the ledger lists exactly the events that were counted as failing"
        assert {row["dimension_key"] for row in found} <= {"v"}
        return sum(float(row["m0_part"]) for row in found), sum(float(row["m0_whole"]) for row in found), fails


@pytest.fixture
def rows(database: Any, now: int) -> Rows:
    return Rows(database, now)


def _site(rows: Rows) -> COUNTS:
    rows.order(location="harbor", shipped_at=-6 * DAY)
    rows.order(location="harbor", shipped_at=-6 * DAY + 1)
    rows.order(location="harbor", shipped_at=None)
    rows.parcel(rows.order(), location="harbor")  # the order itself does not say from where
    rows.order(location="harbor", ship_by=1, shipped_at=None)  # not due
    rows.order(location="harbor", fulfilled_by="FBA", shipped_at=None)  # the marketplace's duty
    rows.order(shipped_at=None)  # from nowhere known
    return 2, 4, 2


def _dock(rows: Rows) -> COUNTS:
    line = rows.purchase()
    rows.receipt(line, -3 * DAY, -3 * DAY + 24 * HOUR)  # at the target
    rows.receipt(line, -3 * DAY, -3 * DAY + 25 * HOUR)
    rows.receipt(line, -10 * HOUR, None)  # still on the dock
    rows.receipt(line, -40 * DAY, None)  # never recorded
    return 24 + 25 + 10, 3, 1


def _delivery(rows: Rows) -> COUNTS:
    rows.parcel(deliver_by=-2 * DAY, delivered_at=-2 * DAY)
    rows.parcel(deliver_by=-2 * DAY, delivered_at=-2 * DAY + 1)
    rows.parcel(deliver_by=-2 * DAY)  # never arrived
    rows.parcel(delivered_at=-3 * DAY)  # promised by the order
    rows.parcel(shipped_at=-5 * DAY, delivered_at=-2 * DAY)  # handed over after ship-by: ours
    rows.parcel(deliver_by=-2 * DAY, voided=True)
    rows.parcel(deliver_by=-2 * DAY, shipped_at=None)
    return 2, 4, 2


def _scan(rows: Rows) -> COUNTS:
    rows.parcel(first_scan_at=-6 * DAY)
    rows.parcel(first_scan_at=-6 * DAY + 1)
    rows.parcel()  # never scanned
    rows.parcel(shipped_at=-23 * HOUR)  # may still be scanned in time
    return 1, 3, 2


def _pickup(rows: Rows) -> COUNTS:
    rows.parcel(labeled_at=-8 * DAY, shipped_at=-7 * DAY)
    rows.parcel(labeled_at=-8 * DAY, shipped_at=-7 * DAY + 1)
    rows.parcel(labeled_at=-8 * DAY, shipped_at=None)
    rows.parcel(labeled_at=-5 * HOUR, shipped_at=None)
    return 1, 3, 2


def _otif(rows: Rows) -> COUNTS:
    in_two_parts = rows.purchase(completed_on=rows.today - 5, received_quantity=10.0)
    rows.receipt(in_two_parts, -8 * DAY, None)
    rows.receipt(in_two_parts, -5 * DAY, None)
    rows.purchase(completed_on=rows.today - 5, received_quantity=14.0)  # more than ordered is one line on time
    rows.purchase(completed_on=rows.today - 4, received_quantity=10.0)  # a day late
    rows.purchase(received_quantity=9.0)  # short
    rows.purchase(completed_on=rows.today - 9, earliest_on=rows.today - 8)  # before its window
    rows.purchase(promised_on=rows.today)  # today is not over
    rows.purchase(status="cancelled")
    rows.purchase(quantity=0.0)  # nothing ordered divides nothing
    return 2, 5, 3


def _rejects(rows: Rows) -> COUNTS:
    rows.purchase(received_quantity=90.0, rejected_quantity=0.0, completed_on=rows.today - 5)
    rows.purchase(received_quantity=10.0, rejected_quantity=2.0, completed_on=rows.today - 5)
    rows.purchase(received_quantity=5.0, rejected_quantity=50.0, completed_on=rows.today - 5)  # at most what came
    rows.purchase(received_quantity=0.0, rejected_quantity=0.0)
    return 7, 105, 2


def _drop_ship(rows: Rows) -> COUNTS:
    rows.line(rows.order(shipped_at=-6 * DAY), ship_by=-6 * DAY)
    rows.line(rows.order(shipped_at=-6 * DAY), ship_by=-6 * DAY - 1)
    rows.line(rows.order(shipped_at=None), ship_by=-DAY)  # overdue
    rows.line(rows.order(shipped_at=None), ship_by=1)
    rows.line(rows.order(shipped_at=None, status="cancelled"), ship_by=-DAY)
    return 1, 3, 2


def _cancels(rows: Rows) -> COUNTS:
    rows.line(rows.order(status="cancelled", cancelled_by="seller", shipped_at=None))
    rows.line(rows.order(status="cancelled", cancelled_by="customer", shipped_at=None))
    rows.line(rows.order(), status="cancelled")
    rows.line()
    return 2, 3, 2


EXAMPLES: dict[tuple[str, str], Callable[[Rows], COUNTS]] = {
    ("3pl", "on_time_ship"): _site,
    ("3pl", "dock_to_stock"): _dock,
    ("parcel_carrier", "on_time_delivery"): _delivery,
    ("parcel_carrier", "first_scan"): _scan,
    ("ltl_carrier", "on_time_delivery"): _delivery,
    ("ltl_carrier", "on_time_pickup"): _pickup,
    ("supplier", "otif"): _otif,
    ("supplier", "reject_rate"): _rejects,
    ("drop_shipper", "ship_within_sla"): _drop_ship,
    ("drop_shipper", "cancel_rate"): _cancels,
}


def test_every_metric_has_its_example_and_every_kind_two_metrics():
    assert set(EXAMPLES) == set(VENDOR_METRICS)
    assert all(len(metrics_of(kind)) >= 2 for kind in VENDOR_KINDS)


@pytest.mark.parametrize("metric", EXAMPLES, ids="-".join)
def test_a_metric_counts_its_example_and_just_not_the_other(rows: Rows, metric: tuple[str, str]):
    part, whole, fails = EXAMPLES[metric](rows)
    found = rows.counts(*metric)
    assert found == (pytest.approx(part), whole, fails)


def test_a_carrier_whose_scans_are_not_in_the_data_is_not_blamed(rows: Rows):
    rows.parcel()
    assert rows.counts("parcel_carrier", "first_scan") == (0, 0, 0)


def test_a_brand_in_the_vendor_column_is_no_drop_shipper(rows: Rows):
    rows.add(schema.vendors, key="v", kind="supplier")
    rows.line(rows.order(shipped_at=None), ship_by=-DAY)
    assert rows.counts("drop_shipper", "ship_within_sla") == (0, 0, 0)
