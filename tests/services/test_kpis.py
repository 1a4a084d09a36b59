"""KPIs through the service; the moment is Tue 17 Nov 2026, so the newest week that is over is 9–15 Nov."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import NumberState
from opsconsole.domain.instants import DAY, HOUR, day_of
from opsconsole.domain.periods import period_of, previous
from opsconsole.services import kpis
from opsconsole.services.kpis_readings import percentile
from opsconsole.store import schema

ROW = {"source_time": 0, "batch_id": 1}


class Week:
    """Writes orders into weeks counted back from the newest one that is over (0)."""

    def __init__(self, database: Any, now: int) -> None:
        self.database, self.now = database, now
        self.newest = kpis.review_period(now)
        self.orders: list[dict[str, Any]] = []

    def add(self, weeks_ago: int, on_time: int, late: int = 0, **more: Any) -> None:
        day = previous(self.newest, weeks_ago).start + 1 if weeks_ago >= 0 else self.newest.end + 1
        for number in range(on_time + late):
            delivered = day * DAY if number < on_time else day * DAY + 3 * HOUR
            self.orders.append(
                {
                    "channel": "shop", "order_id": str(len(self.orders)), "status": "delivered", "currency": "USD",
                    "total": 5_000, "placed_at": (day - 3) * DAY, "placed_on": day - 3, "ship_by": day * DAY,
                    "ship_by_on": day, "shipped_at": (day - 2) * DAY, "shipped_on": day - 2,
                    "deliver_by": day * DAY + HOUR, "deliver_by_on": day, "delivered_at": delivered,
                    "delivered_on": day, "location": None, "refunded": None, "changed_at": 0, **ROW, **more,
                }
            )  # fmt: skip

    def insert(self, table: Any, *rows: dict[str, Any]) -> None:
        with self.database.write() as connection:
            connection.execute(table.insert(), list(rows))

    def write(self) -> None:
        self.insert(schema.orders, *self.orders)
        self.orders = []

    def listed(self, key: str, **asked: Any) -> list[dict[str, Any]]:
        return list(kpis.list_kpis(self.database, self.now, key=key, **asked).rows())

    def tile(self, key: str) -> kpis.KpiTile:
        return next(tile for tile in kpis.kpi_tiles(self.database, self.now) if tile.key == key)


@pytest.fixture
def week(database: Any, now: int) -> Week:
    return Week(database, now)


@pytest.fixture
def lone_week(sqlite_database: Any, now: int) -> Week:
    return Week(sqlite_database, now)


def test_a_kpi_has_one_row_per_week_with_part_and_whole(week: Week):
    week.add(1, on_time=3, late=1)
    week.add(0, on_time=1, late=1)
    week.write()
    rows = week.listed("on_time_delivery")
    told = [(row["period"], row["numerator"], row["denominator"], row["value"], row["complete"]) for row in rows[-3:]]
    assert told == [
        ("Week 45, 2–8 Nov", 3, 4, 0.75, True),
        ("Week 46, 9–15 Nov", 1, 2, 0.5, True),
        ("Week 47, 16–22 Nov", 0, 0, None, False),
    ]
    assert rows[-1]["state"] == NumberState.NO_DATA


def test_weeks_add_up_to_the_whole_time(week: Week):
    for weeks_ago in range(5):
        week.add(weeks_ago, on_time=weeks_ago + 1, late=2)
    week.write()
    (whole,) = week.listed("on_time_delivery", period="all")
    by_week = week.listed("on_time_delivery")
    assert (whole["numerator"], whole["denominator"]) == (15, 25)
    assert sum(row["numerator"] for row in by_week) == 15
    assert whole["period_start"] <= by_week[0]["period_end"]


def test_money_without_a_rate_stays_in_its_own_currency(week: Week):
    week.add(0, 3)
    week.add(0, 2, currency="CAD", total=10_000)
    week.add(0, 1, currency="JPY", total=500)
    week.write()
    week.insert(schema.rates, {"currency": "CAD", "valid_on": 0, "rate": 0.75})
    rows = week.listed("revenue", period="all")
    # 3 × $50 + 2 × CA$100 × 0.75, and ¥500 for itself.
    assert [(row["unit"], row["value"]) for row in rows] == [("USD", 300.0), ("JPY", 500.0)]


def test_a_rate_counts_from_its_day_on(week: Week):
    week.add(1, 1, currency="CAD", total=10_000)
    week.add(0, 1, currency="CAD", total=10_000)
    week.write()
    change = week.newest.start - 2
    rates = [{"currency": "CAD", "valid_on": day, "rate": rate} for day, rate in ((0, 0.75), (change, 0.5))]
    week.insert(schema.rates, *rates)
    week.insert(
        schema.settings,
        {"key": "base_currency", "valid_from": 0, "value_json": '"USD"', "changed_by": "Ana", "changed_at": 0},
    )
    assert week.listed("revenue", period="all")[0]["value"] == 125.0


def test_no_returns_in_the_database_is_no_data_and_not_a_rate_of_zero(week: Week):
    week.add(0, 3, quantity_ordered=1.0, quantity_shipped=1.0)
    week.write()
    row = week.listed("return_rate")[-1]
    assert (row["state"], row["value"], row["shown"]) == ("no_data", None, "no data: no returns")
    assert week.tile("return_rate").note == "No returns"


def test_a_ship_month_matures_when_its_return_window_is_over(week: Week):
    october = period_of(day_of(week.now) - 30, "month")
    for day in (october.start, october.end, october.start - 20):
        sent = {"shipped_on": day, "shipped_at": day * DAY, "placed_on": day, "placed_at": day * DAY}
        week.add(0, 1, quantity_ordered=10.0, quantity_shipped=10.0, **sent)
    week.write()
    week.insert(
        schema.returns,
        {"order_fk": 1, "return_id": "R1", "quantity": 2.0, "requested_at": week.now - DAY, **ROW},
    )
    rows = {row["period"]: row for row in week.listed("return_rate", period="week")}
    assert rows["September 2026"]["state"] == "value"
    assert (rows["October 2026"]["state"], rows["October 2026"]["value"]) == ("maturing", None)
    tile = week.tile("return_rate")
    # Half of October's 20 units have been out for 30 days; 2 of the 20 came back.
    assert (tile.label, tile.text, tile.note) == ("Return rate, October ships", "10.0%", "Still maturing: 50%")
    assert (tile.value, tile.provisional, tile.met) == (None, 0.1, None)


def test_few_answers_are_no_satisfaction_rate(week: Week):
    week.add(0, 1)
    week.write()
    answers = [
        {"order_fk": 1, "review_id": str(n), "score": 5.0, "answered_on": week.newest.start, "answered_at": 0, **ROW}
        for n in range(9)
    ]
    week.insert(schema.reviews, *answers)
    tile = week.tile("csat")
    assert (tile.state, tile.text, tile.note) == (NumberState.TOO_FEW, "no value yet", "Too few: n 9 of 30")


def test_a_tile_compares_with_the_target_and_the_period_before(week: Week):
    week.add(1, on_time=9, late=1)
    week.add(0, on_time=19, late=1)
    week.write()
    tile = week.tile("on_time_delivery")
    assert (tile.text, tile.target_text, tile.met, tile.delta_text) == ("95.0%", "95.0%", True, "5.0 pts")
    assert tile.signal is None


def test_the_business_own_target_holds_from_its_day_on(lone_week: Week):
    lone_week.add(1, 9, 1)
    lone_week.add(0, 9, 1)
    lone_week.write()
    change = {"kpi_key": "on_time_delivery", "valid_from": lone_week.newest.start, "target": 0.85}
    lone_week.insert(schema.targets, change)
    rows = lone_week.listed("on_time_delivery", count=3)
    assert [(row["target"], row["met"]) for row in rows] == [(0.95, False), (0.85, True), (0.85, None)]


def test_a_point_outside_its_limits_is_a_signal_with_a_sentence(lone_week: Week):
    for weeks_ago in range(1, 20):
        lone_week.add(weeks_ago, on_time=95 + weeks_ago % 2, late=5 - weeks_ago % 2)
    lone_week.add(0, on_time=80, late=20)
    lone_week.write()
    series = kpis.kpi_series(lone_week.database, lone_week.now, "on_time_delivery")
    assert series.complete[-1] is False
    (signal,) = [s for s in series.signals if s.index == len(series.periods) - 2]
    assert (signal.rule, signal.side, signal.good) == ("outside", -1, False)
    assert signal.words.startswith("80.0% is below the lower limit ")
    tile = lone_week.tile("on_time_delivery")
    assert tile.signal is not None
    (first, *_) = kpis.what_changed(lone_week.database, lone_week.now)
    assert (first.key, first.tone) == ("on_time_delivery", "bad")
    assert first.title == "On-time delivery fell to 80.0%"
    assert "20 of 100 orders late or not delivered" in first.text


def test_what_changed_names_the_location_behind_it(lone_week: Week):
    for weeks_ago in range(1, 20):
        lone_week.add(weeks_ago, on_time=95, late=1 + weeks_ago % 2)
    lone_week.add(0, on_time=60, late=2, location="reno")
    lone_week.add(0, on_time=20, late=18, location="harbor")
    lone_week.write()
    lone_week.insert(schema.locations, {"key": "harbor", "label": "Harbor"}, {"key": "reno", "label": "Reno 1"})
    text = next(
        change.text
        for change in kpis.what_changed(lone_week.database, lone_week.now)
        if change.key == "on_time_delivery"
    )
    assert "20 of 100 orders late or not delivered; 18 of them at Harbor." in text


def test_limits_start_anew_at_an_annotation_that_rebases(lone_week: Week):
    for weeks_ago in range(26):
        late = 1 if weeks_ago >= 13 else 10
        lone_week.add(weeks_ago, on_time=50 + weeks_ago % 3, late=late)
    lone_week.write()
    start = previous(lone_week.newest, 12).start
    mark = {"on_day": start, "label": "Harbor starts", "kind": "vendor", "rebases": True}
    lone_week.insert(schema.annotations, mark)
    series = kpis.kpi_series(lone_week.database, lone_week.now, "on_time_delivery", last=lone_week.newest)
    assert [(s.start, s.stop, s.mean is not None) for s in series.limits] == [(0, 13, True), (13, 26, True)]
    assert series.annotations[0].index == 13
    assert series.periods[13].start == start


def test_last_years_weeks_stand_beside_this_years(lone_week: Week):
    lone_week.add(0, 3, 1)
    lone_week.add(52, 1, 1)
    lone_week.write()
    series = kpis.kpi_series(lone_week.database, lone_week.now, "on_time_delivery", last=lone_week.newest)
    assert (series.values[-1], series.previous_year[-1]) == (0.75, 0.5)


def test_the_rows_behind_a_number_are_as_many_as_it_says(week: Week):
    week.add(0, on_time=3, late=2)
    week.add(0, 1, status="cancelled", delivered_at=None, delivered_on=None)
    week.write()
    explained = kpis.explain(week.database, week.now, "on_time_delivery", week.newest)
    counts = {
        part: len(kpis.kpi_rows(week.database, week.now, "on_time_delivery", week.newest, part))
        for part in ("numerator", "denominator", "missed", "excluded")
    }
    assert counts == {"numerator": 3, "denominator": 5, "missed": 2, "excluded": 1}
    assert (explained.reading.numerator, explained.reading.denominator) == (3, 5)
    assert explained.excluded == (("Cancelled before the delivery date", 1),)
    excluded = kpis.kpi_rows(week.database, week.now, "on_time_delivery", week.newest, "excluded")
    assert excluded.row(0)["reason"] == "Cancelled before the delivery date"


def test_assumed_promises_are_told_where_they_decide(week: Week):
    week.add(0, on_time=2, deliver_by_basis="assumed")
    week.add(0, on_time=1, deliver_by_basis="platform")
    week.write()
    explained = kpis.explain(week.database, week.now, "on_time_delivery", week.newest)
    assert "**2** of these promises are assumed: neither platform nor channel gave one." in explained.sentences
    rows = kpis.kpi_rows(week.database, week.now, "on_time_delivery", week.newest)
    assert sorted(rows.columns["deliver_by_basis"]) == ["assumed", "assumed", "platform"]


def test_a_target_is_met_as_it_is_shown(lone_week: Week):
    # 1,899 of 2,000 are 94.95 %, shown as 95.0 %; 1,897 are 94.85 %, shown as 94.8 %.
    lone_week.add(1, on_time=1_899, late=101)
    lone_week.add(0, on_time=1_897, late=103)
    lone_week.write()
    before, newest, _ = lone_week.listed("on_time_delivery", count=3)
    assert (before["shown"], before["met"]) == ("95.0%", True)
    assert (newest["shown"], newest["met"]) == ("94.8%", False)


def test_rows_of_one_group_are_those_of_the_breakdown(week: Week):
    week.add(0, on_time=3, late=1, channel="web")
    week.add(0, on_time=2)
    week.write()
    groups = {g.group: g for g in kpis.kpi_breakdown(week.database, week.now, "otif", week.newest, "channel")}
    assert {key: g.reading.cases for key, g in groups.items()} == {"web": 4, "shop": 2}
    assert groups["web"].share_of_missed == 1.0
    rows = kpis.kpi_rows(week.database, week.now, "otif", week.newest, "missed", by="channel", group="web")
    assert len(rows) == 1


def test_the_list_can_be_broken_down(week: Week):
    week.add(0, 3, channel="web")
    week.add(0, 1)
    week.write()
    week.insert(schema.channels, {"key": "web", "label": "Web shop", "time_zone": "UTC"})
    rows = week.listed("on_time_delivery", period="month", by="channel")
    assert {(row["group"], row["group_label"], row["denominator"]) for row in rows} == {
        ("web", "Web shop", 3),
        ("shop", "shop", 1),
    }


def test_an_empty_database_has_states_and_no_numbers(week: Week):
    listing = kpis.list_kpis(week.database, week.now, period="all")
    assert set(listing.columns["state"]) == {"no_data"}
    assert set(listing.columns["value"]) == {None}
    assert {tile.text for tile in kpis.kpi_tiles(week.database, week.now)} == {"no value yet"}
    assert kpis.what_changed(week.database, week.now) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"key": "speed"}, "no KPI “speed”"),
        ({"period": "year"}, "no period"),
        ({"by": "moon"}, "broken down by “moon”"),
    ],
)
def test_what_does_not_exist_is_the_users_mistake(lone_week: Week, asked: dict[str, str], words: str):
    with pytest.raises(UserError, match=words):
        kpis.list_kpis(lone_week.database, lone_week.now, **asked)


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_percentiles_of_the_histogram_are_those_of_the_values(values: list[int], share: float):
    histogram = {value: values.count(value) for value in values}
    assert percentile(histogram, share) == pytest.approx(np.percentile(values, share * 100))
