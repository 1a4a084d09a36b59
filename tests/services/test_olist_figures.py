"""Figures of a real marketplace; expected ones are counted from its files here, row by row, in plain Python."""

import csv
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from opsconsole.domain.instants import day_from_date, from_iso
from opsconsole.domain.periods import period_of
from opsconsole.services import imports, kpis, vendors

pytestmark = pytest.mark.real_data

MAPPINGS = Path(__file__).parents[1] / "data" / "mappings"
AS_OF = from_iso("2018-11-30")
NAMES = ("orders", "order_items", "order_reviews", "sellers")
Rows = list[dict[str, str]]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def olist(request: pytest.FixtureRequest, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A database with orders, items, answers and sellers, once per kind of database."""
    from opsconsole.store.database import open_database

    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("olist") / "olist.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgresql_server").create_database("olist_figures", template="template")
    database = open_database(url)
    files = [real_data / "olist" / f"olist_{name}_dataset.csv" for name in NAMES]
    report = imports.import_files(database, files, channel="olist", who="Tester", now=AS_OF, folder=MAPPINGS)
    assert report.rejects == []
    yield database
    database.close()


@pytest.fixture(scope="module")
def files(real_data: Path) -> dict[str, Rows]:
    found = {}
    for name in NAMES:
        with (real_data / "olist" / f"olist_{name}_dataset.csv").open(encoding="utf-8", newline="") as file:
            found[name] = list(csv.DictReader(file))
    return found


def day(text: str) -> date:
    return date.fromisoformat(text[:10])


def whole(database: Any, key: str) -> dict[str, Any]:
    return kpis.list_kpis(database, AS_OF, period="all", key=key).row(0)


@pytest.mark.parametrize(
    ("key", "numerator", "denominator"),
    # The facts that come with the data set: 1,406 of 21,043 late, 3,143 late of 22,780, 9.37 % of 25,398 items.
    [
        ("late_of_delivered", 1_406, 21_043),
        ("on_time_delivery", 22_780 - 3_143, 22_780),
        ("late_handover", 2_380, 25_398),
        ("cancellation_rate", 625, 24_014),
    ],
)
def test_the_known_figures_are_reproduced(olist: Any, key: str, numerator: int, denominator: int) -> None:
    row = whole(olist, key)
    assert (row["numerator"], row["denominator"], row["state"]) == (numerator, denominator, "value")


def test_the_mean_review_score_is_reproduced(olist: Any) -> None:
    row = whole(olist, "csat_score")
    assert (round(row["value"], 4), row["denominator"]) == (3.6489, 14_572)


def test_every_week_of_late_deliveries_is_that_of_the_file(olist: Any, files: dict[str, Rows]) -> None:
    expected: dict[int, Counter[bool]] = defaultdict(Counter)
    for row in files["orders"]:
        if row["order_status"] == "delivered" and row["order_delivered_customer_date"]:
            arrived = day(row["order_delivered_customer_date"])
            week = period_of(day_from_date(arrived), "week").start
            expected[week][arrived > day(row["order_estimated_delivery_date"])] += 1
    listing = kpis.list_kpis(olist, AS_OF, period="week", key="late_of_delivered")
    found = {row["period_start"]: row for row in listing.rows() if row["denominator"]}
    assert {week: (row["numerator"], row["denominator"]) for week, row in found.items()} == {
        week: (late[True], late.total()) for week, late in expected.items()
    }


def test_the_median_cycle_time_of_a_month_is_that_of_the_file(olist: Any, files: dict[str, Rows]) -> None:
    minutes = []
    for row in files["orders"]:
        arrived = row["order_delivered_customer_date"]
        if row["order_status"] == "delivered" and arrived.startswith("2018-03"):
            placed, done = (
                datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (row["order_purchase_timestamp"], arrived)
            )
            minutes.append(int((done - placed).total_seconds() // 60))
    listing = kpis.list_kpis(olist, AS_OF, period="month", key="order_cycle_time")
    march = next(row for row in listing.rows() if row["period"] == "March 2018")
    assert (march["value"], march["denominator"]) == (round(median(minutes) * 60), len(minutes))


def test_satisfaction_per_month_is_that_of_the_file(olist: Any, files: dict[str, Rows]) -> None:
    scores: dict[str, list[int]] = defaultdict(list)
    for row in files["order_reviews"]:
        scores[f"{day(row['review_answer_timestamp']):%B %Y}"].append(int(row["review_score"]))
    listing = kpis.list_kpis(olist, AS_OF, period="month", key="csat")
    for row in listing.rows():
        answers = scores.get(row["period"], [])
        assert (row["numerator"], row["denominator"]) == (sum(score >= 4 for score in answers), len(answers))
        assert (row["value"] is not None) == (len(answers) >= 30)


def test_the_rows_behind_a_number_are_those_of_the_file(olist: Any, files: dict[str, Rows]) -> None:
    period = period_of(day_from_date(date(2018, 3, 1)), "month")
    listing = kpis.kpi_rows(olist, AS_OF, "on_time_delivery", period, "missed")
    expected = {
        row["order_id"]
        for row in files["orders"]
        if row["order_estimated_delivery_date"].startswith("2018-03")
        and row["order_status"] not in ("canceled", "unavailable")
        and not (
            row["order_delivered_customer_date"]
            and day(row["order_delivered_customer_date"]) <= day(row["order_estimated_delivery_date"])
        )
    }
    assert set(listing.columns["order_number"]) == expected
    assert len(listing) == len(expected) > 100


def test_a_sellers_month_is_that_of_the_file(olist: Any, files: dict[str, Rows]) -> None:
    orders = {row["order_id"]: row for row in files["orders"]}
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for item in files["order_items"]:
        order, limit = orders[item["order_id"]], item["shipping_limit_date"]
        handed = order["order_delivered_carrier_date"]
        if limit.startswith("2018-05") and (handed or order["order_status"] not in ("canceled", "unavailable")):
            counts[item["seller_id"]][bool(handed) and handed <= limit] += 1
    seller, expected = max(counts.items(), key=lambda pair: pair[1].total())
    page = vendors.vendor_page(olist, AS_OF, seller, "2018-05")
    section = page.clauses[0]
    assert (section.key, page.kind) == ("ship_within_sla", "drop_shipper")
    assert section.counts.startswith(f"{expected[True]} of {expected.total()} lines")
    assert section.breaches == expected[False]
    assert len(vendors.list_breaches(olist, AS_OF, seller, "2018-05")) == expected[False] + page.clauses[1].breaches
