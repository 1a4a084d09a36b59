"""Each KPI with a row it counts in its part and one it just does not; expected counts are read off the examples."""

from collections.abc import Callable
from typing import Any

import pytest

from opsconsole.domain.instants import DAY, HOUR, MINUTE, day_of
from opsconsole.rules import measure
from opsconsole.rules.kpis import DIMENSIONS, KPIS, Kpi
from opsconsole.store import schema

ROW = {"source_time": 0, "batch_id": 1}
INSTANTS = ("placed_at", "ship_by", "shipped_at", "deliver_by", "delivered_at")


class Rows:
    """Writes rows around a moment; instants are given relative to it."""

    def __init__(self, database: Any, now: int) -> None:
        self.database, self.now, self.count = database, now, 0

    def add(self, table: Any, **values: Any) -> int:
        with self.database.write() as connection:
            known = {key: value for key, value in ROW.items() if key in table.c}
            return connection.execute(table.insert(), {**known, **values}).inserted_primary_key[0]

    def order(self, **changed: Any) -> int:
        """An order placed 10 days ago, shipped and delivered on time, unless ``changed`` says otherwise."""
        self.count += 1
        values: dict[str, Any] = {
            "placed_at": -10 * DAY, "ship_by": -6 * DAY, "shipped_at": -7 * DAY, "deliver_by": -3 * DAY,
            "delivered_at": -4 * DAY, "status": "delivered", "channel": "shop", "currency": "USD", "total": 10_000,
        }  # fmt: skip
        values |= changed
        for name in INSTANTS:
            if values[name] is not None:
                values[name] += self.now
                values[name.removesuffix("_at") + "_on"] = day_of(values[name])
        if values.get("cancelled_at") is not None:
            values["cancelled_at"] += self.now
        return self.add(schema.orders, order_id=str(self.count), changed_at=0, **values)

    def line(self, order: int, **values: Any) -> int:
        self.count += 1
        for name in ("ship_by", "shipped_at"):
            if values.get(name) is not None:
                values[name] += self.now
        return self.add(schema.order_lines, order_fk=order, line_id=str(self.count), **values)

    def sums(self, kpi: Kpi, by: str | None = None) -> dict[Any, measure.Measure]:
        """Measure per group over all days."""
        bound = {"now": self.now, "due_before": day_of(self.now + 1), "first_day": 0, "last_day": 40_000}
        with self.database.read() as connection:
            rows = connection.execute(measure.daily_sums([kpi.counting], by), bound).mappings().all()
        found: dict[Any, measure.Measure] = {}
        for row in rows:
            one = measure.Measure(float(row["m0_part"]), float(row["m0_whole"]), int(row["m0_cases"]))
            group = row.get("dimension_key")
            found[group] = found.get(group, measure.Measure()) + one
        return {group: total for group, total in found.items() if total.cases}

    def total(self, key: str) -> tuple[float, float]:
        found = self.sums(KPIS[key]).get(None, measure.Measure())
        return found.part, found.whole

    def reasons(self, key: str) -> dict[str, int]:
        with self.database.read() as connection:
            statement = measure.exclusion_counts(KPIS[key].counting)
            rows = connection.execute(statement, {"now": self.now, "due_before": day_of(self.now + 1)})
            return {reason: int(cases) for reason, cases in rows}


@pytest.fixture
def rows(database: Any, now: int) -> Rows:
    return Rows(database, now)


def _ship(rows: Rows) -> tuple[float, float]:
    rows.order(shipped_at=-6 * DAY)  # at the limit itself
    rows.order(shipped_at=-6 * DAY + 1)  # a microsecond late
    rows.order(shipped_at=None, delivered_at=None, status="processing")  # not shipped at all
    return 1, 3


def _deliver(rows: Rows) -> tuple[float, float]:
    rows.order(delivered_at=-3 * DAY)
    rows.order(delivered_at=-3 * DAY + 1)
    rows.order(delivered_at=None, status="shipped")
    return 1, 3


def _in_full(rows: Rows) -> tuple[float, float]:
    rows.line(rows.order(quantity_ordered=2.0, quantity_shipped=2.0), quantity=2.0, shipped_quantity=2.0)
    rows.line(rows.order(quantity_ordered=2.0, quantity_shipped=1.0), quantity=2.0, shipped_quantity=1.0)
    rows.line(rows.order(), quantity=2.0, shipped_quantity=2.0, cancelled_quantity=1.0)
    return 1, 3


def _otif(rows: Rows) -> tuple[float, float]:
    rows.line(rows.order(), quantity=2.0, shipped_quantity=2.0)
    rows.line(rows.order(delivered_at=-2 * DAY), quantity=2.0, shipped_quantity=2.0)  # in full, late
    rows.line(rows.order(), quantity=2.0, shipped_quantity=1.0)  # on time, short
    return 1, 3


def _cycle(rows: Rows) -> tuple[float, float]:
    rows.order()
    rows.order(delivered_at=None, status="shipped")
    return 1, 1


def _late_of_delivered(rows: Rows) -> tuple[float, float]:
    rows.order(delivered_at=-3 * DAY + 1)
    rows.order(delivered_at=-3 * DAY)
    rows.order(delivered_at=None, status="shipped")
    return 1, 2


def _late_handover(rows: Rows) -> tuple[float, float]:
    order = rows.order(shipped_at=-6 * DAY)
    rows.line(order, vendor_key="lakeside", ship_by=-6 * DAY - 1)
    rows.line(order, vendor_key="lakeside", ship_by=-6 * DAY)
    rows.line(order, ship_by=-9 * DAY)  # shipped by ourselves
    return 1, 2


def _cancelled(by: str | None) -> Callable[[Rows], tuple[float, float]]:
    def make(rows: Rows) -> tuple[float, float]:
        rows.order(status="cancelled", cancelled_by=by, delivered_at=None, shipped_at=None)
        rows.order(status="cancelled", cancelled_by=by, cancelled_at=1, delivered_at=None)  # a microsecond from now
        rows.order()
        return 1, 3

    return make


def _returns(rows: Rows) -> tuple[float, float]:
    sent = rows.order(quantity_ordered=4.0, quantity_shipped=4.0)
    rows.order(quantity_ordered=6.0, quantity_shipped=6.0)
    rows.add(schema.returns, order_fk=sent, return_id="1", quantity=1.0, requested_at=rows.now)
    rows.add(schema.returns, order_fk=sent, return_id="2", quantity=2.0, requested_at=rows.now + 1)
    return 1, 10


def _revenue(rows: Rows) -> tuple[float, float]:
    rows.order(total=11_000, tax=1_000)
    rows.order(total=5_000, payment_status="voided")
    rows.order(total=7_000, status="cancelled")
    return 10_000, 1


def _net(rows: Rows) -> tuple[float, float]:
    rows.order(total=11_000, tax=1_000, refunded=2_500)
    return 7_500, 1


def _exceptions(rows: Rows) -> tuple[float, float]:
    for opened_at in (rows.now, rows.now + 1):
        order = rows.order()
        rows.add(
            schema.exceptions, rule="LATE_SHIPMENT", subject_kind="order", subject=str(order), order_fk=order,
            severity="S1", state="open", opened_at=opened_at, detected_at=opened_at, acknowledge_by=0, due_at=0,
            evidence_json="{}",
        )  # fmt: skip
    return 1, 2


def _answers(rows: Rows, scores: tuple[tuple[float, float | None], ...]) -> None:
    order = rows.order()
    for number, (score, of) in enumerate(scores):
        rows.add(
            schema.reviews, order_fk=order, review_id=str(number), score=score, score_max=of,
            answered_at=rows.now - DAY, answered_on=day_of(rows.now - DAY),
        )  # fmt: skip


def _csat(rows: Rows) -> tuple[float, float]:
    _answers(rows, ((4, None), (3, 5), (8, 10), (7, 10)))
    return 2, 4


def _csat_score(rows: Rows) -> tuple[float, float]:
    _answers(rows, ((4, 5), (8, 10), (1, 5)))
    return 9, 3


EXAMPLES: dict[str, Callable[[Rows], tuple[float, float]]] = {
    "on_time_shipment": _ship,
    "on_time_delivery": _deliver,
    "in_full": _in_full,
    "otif": _otif,
    "order_cycle_time": _cycle,
    "order_cycle_time_p90": _cycle,
    "late_of_delivered": _late_of_delivered,
    "late_handover": _late_handover,
    "cancellation_rate": _cancelled("buyer"),
    "cancellation_rate_seller": _cancelled("seller"),
    "cancellation_rate_customer": _cancelled("customer"),
    "cancellation_rate_unknown": _cancelled(None),
    "return_rate": _returns,
    "revenue": _revenue,
    "revenue_net": _net,
    "aov": _revenue,
    "exception_rate": _exceptions,
    "csat": _csat,
    "csat_score": _csat_score,
}


def test_every_kpi_has_its_example():
    assert set(EXAMPLES) == set(KPIS)


@pytest.mark.parametrize("key", EXAMPLES)
def test_a_kpi_counts_its_example_and_just_not_the_other(rows: Rows, key: str):
    expected = EXAMPLES[key](rows)
    assert rows.total(key) == expected


@pytest.mark.parametrize("key", [key for key in EXAMPLES if key != "late_handover"])
@pytest.mark.parametrize("by", DIMENSIONS)
def test_groups_add_up_to_the_whole(rows: Rows, key: str, by: str):
    expected = EXAMPLES[key](rows)
    groups = rows.sums(KPIS[key], by)
    total = sum(groups.values(), measure.Measure())
    assert (total.part, total.whole) == expected


def test_orders_that_are_not_due_or_were_cancelled_in_time_are_excluded_with_the_reason(rows: Rows):
    rows.order(deliver_by=1, delivered_at=None, status="shipped")
    rows.order(status="cancelled", delivered_at=None)
    rows.order(status="unavailable", delivered_at=None)
    assert rows.reasons("on_time_delivery") == {"not_due": 1, "cancelled": 1, "unavailable": 1}
    assert rows.total("on_time_delivery") == (0, 0)


def test_an_order_cancelled_after_its_promise_was_broken_still_counts_as_late(rows: Rows):
    rows.order(status="cancelled", cancelled_at=-3 * DAY + HOUR, delivered_at=None)
    rows.order(status="cancelled", cancelled_at=-3 * DAY - HOUR, delivered_at=None)
    assert rows.total("on_time_delivery") == (0, 1)


def test_impossible_histories_are_told_and_kept_out_of_the_cycle_time(rows: Rows):
    rows.order(delivered_at=-11 * DAY)
    rows.order(delivered_at=None)
    rows.order(status="cancelled")
    assert rows.total("order_cycle_time") == (0, 0)
    assert rows.reasons("order_cycle_time") == {"impossible": 1, "no_date": 1, "cancelled": 1}


def test_cycle_times_are_an_exact_histogram_of_minutes(rows: Rows):
    rows.order(placed_at=-5 * DAY, delivered_at=-4 * DAY)
    rows.order(placed_at=-5 * DAY, delivered_at=-4 * DAY + 59_999_999)
    rows.order(placed_at=-5 * DAY, delivered_at=-4 * DAY + MINUTE)
    counting = KPIS["order_cycle_time"].counting
    bound = {"now": rows.now, "due_before": 0, "first_day": 0, "last_day": 40_000}
    with rows.database.read() as connection:
        found = connection.execute(measure.daily_values(counting), bound).all()
    assert sorted((row[-2], row[-1]) for row in found) == [(1440, 2), (1441, 1)]


def test_facts_after_the_moment_have_not_happened(rows: Rows):
    rows.order(delivered_at=1, deliver_by=2 * DAY, status="delivered")
    assert rows.total("late_of_delivered") == (0, 0)
    rows.order(placed_at=1, ship_by=DAY, shipped_at=None, deliver_by=2 * DAY, delivered_at=None)
    assert rows.total("cancellation_rate")[1] == 1


def test_a_group_is_the_channel_location_carrier_region_or_vendor_of_the_order(rows: Rows):
    rows.add(schema.locations, key="harbor", label="Harbor", vendor_key="harbor-3pl")
    rows.add(schema.customers, channel="shop", customer_id="c1", province="SP", country="BR")
    first = rows.order(channel="shop", location="harbor", carrier_key="swift", customer_id="c1")
    rows.line(first, sku="A")
    second = rows.order(channel="web", province="NV", country="US")
    rows.line(second, sku="B", vendor_key="lakeside")
    third = rows.order(channel="web", country="US")
    rows.line(third, sku="B", vendor_key="lakeside")
    rows.line(third, sku="C", vendor_key="pinecraft")
    kpi = KPIS["on_time_delivery"]
    wholes = {by: {group: m.whole for group, m in rows.sums(kpi, by).items()} for by in DIMENSIONS}
    assert wholes == {
        "channel": {"shop": 1, "web": 2},
        "location": {"harbor": 1, None: 2},
        "carrier": {"swift": 1, None: 2},
        "vendor": {"harbor-3pl": 1, "lakeside": 1, "(several)": 1},
        "region": {"BR-SP": 1, "US-NV": 1, "US": 1},
    }
