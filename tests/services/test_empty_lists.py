"""Why a list has no rows, and what to do: the moment is Tue 17 Nov 2026; the newest order is of two years before."""

from typing import Any

import pytest
from sqlalchemy import insert

from opsconsole.domain.instants import DAY, HOUR, day_of, from_iso
from opsconsole.domain.periods import period_of
from opsconsole.services import empty_lists, vendors
from opsconsole.store import schema

ROW = {"source_time": 0, "batch_id": 1}
NEWEST = "The newest order is of 17 Oct 2018: at “As of”, choose a moment near it."
WEEK = period_of(day_of(from_iso("2026-11-10")), "week")


def write(database: Any, table: Any, **values: Any) -> None:
    known = {key: value for key, value in ROW.items() if key in table.c}
    with database.write() as connection:
        connection.execute(insert(table), {**known, **values})


@pytest.fixture
def old(database: Any) -> Any:
    """A database whose newest order is of 2018."""
    for key, placed in (("1", "2018-09-01"), ("2", "2018-10-17T17:30:00Z")):
        write(
            database, schema.orders, channel="shop", order_id=key, status="shipped", placed_at=from_iso(placed),
            placed_on=day_of(from_iso(placed)), changed_at=0,
        )  # fmt: skip
    return database


def test_cases_that_are_too_old_to_be_raised_are_told_with_what_shows_them(old: Any, now: int) -> None:
    write(
        old, schema.detection_runs, as_of=now - HOUR, started_at=0, scope="full", opened=0, closed=0, reopened=0,
        milliseconds=1,
    )  # fmt: skip
    for rule, count in (("LATE_SHIPMENT", 622), ("LATE_DELIVERY", 1_729)):
        write(
            old, schema.rule_runs, rule=rule, state="ran", older_count=count, last_run_at=now - HOUR, milliseconds=1,
        )  # fmt: skip
    told = empty_lists.no_exceptions(old, now)
    assert told == (
        "The rules found 2,351 cases that began more than 90 days ago: those are counted under More, Rules, and not "
        "raised. To raise them, set “Detection horizon” in the settings to more days."
    )


def test_a_moment_before_the_rules_first_ran_has_no_exceptions_and_says_so(old: Any, now: int) -> None:
    write(
        old, schema.detection_runs, as_of=now, started_at=0, scope="full", opened=0, closed=0, reopened=0,
        milliseconds=1,
    )  # fmt: skip
    told = empty_lists.no_exceptions(old, now - 30 * DAY)
    assert told == (
        "The rules first ran as of Tue 17 Nov, 15:42: what was wrong before was not recorded. At “As of”, choose the "
        "live clock or a later moment."
    )


def test_orders_in_which_nothing_is_wrong_need_no_excuse(old: Any, now: int) -> None:
    write(
        old, schema.detection_runs, as_of=now - HOUR, started_at=0, scope="full", opened=0, closed=0, reopened=0,
        milliseconds=1,
    )  # fmt: skip
    assert empty_lists.no_exceptions(old, now) == "The rules found nothing wrong in the files imported so far."


def test_a_queue_that_is_done_does_not_say_that_nothing_was_wrong(old: Any, now: int) -> None:
    write(
        old, schema.detection_runs, as_of=now - HOUR, started_at=0, scope="full", opened=1, closed=0, reopened=0,
        milliseconds=1,
    )  # fmt: skip
    write(
        old, schema.exceptions, rule="LATE_SHIPMENT", subject_kind="order", subject="shop/1", severity="S1",
        state="resolved", opened_at=now - DAY, detected_at=now - DAY, acknowledge_by=now, due_at=now,
        evidence_json="{}",
    )  # fmt: skip
    assert (
        empty_lists.no_exceptions(old, now)
        == "Everything that the rules found is done, snoozed or ignored. “Show” leads to it."
    )


def test_vendors_that_had_nothing_to_do_lately_are_not_called_absent(old: Any, now: int) -> None:
    for key in ("a", "b"):
        write(old, schema.vendors, key=key, kind="drop_shipper", name=key)
    assert vendors.list_scorecards(old, now).total == 0
    assert empty_lists.no_vendors(old, now) == (
        f"2 vendors are known, and none had anything that is scored from 1 May to 31 Oct. {NEWEST}"
    )


def test_without_vendors_it_is_said_which_files_name_them(old: Any, now: int) -> None:
    assert empty_lists.no_vendors(old, now) == (
        "None of the files imported so far names a vendor. Order lines, purchase orders, shipments and freight bills "
        "with vendors do, or a list of them."
    )


def test_without_stock_it_is_said_which_files_tell_it(database: Any, now: int) -> None:
    assert empty_lists.no_stock(database, now) == (
        "None of the files imported so far tells what is in stock. Import an inventory report of a shop, a "
        "marketplace or a warehouse."
    )


def test_kpis_of_a_time_without_orders_lead_to_the_newest_order(old: Any, now: int) -> None:
    assert empty_lists.no_kpis(old, now, WEEK) == NEWEST
    in_time = period_of(day_of(from_iso("2018-10-15")), "week")
    assert empty_lists.no_kpis(old, now, in_time) == ""
    assert empty_lists.no_kpis(old, from_iso("2018-01-01"), WEEK) == ""


def test_without_orders_the_lists_ask_for_them(database: Any, now: int) -> None:
    none = "No order is known yet: import a report of orders."
    write(
        database, schema.detection_runs, as_of=now - HOUR, started_at=0, scope="full", opened=0, closed=0, reopened=0,
        milliseconds=1,
    )  # fmt: skip
    assert empty_lists.no_kpis(database, now, WEEK) == empty_lists.no_exceptions(database, now) == none
    write(database, schema.sales_history, line_key="1", channel="shop")
    assert empty_lists.no_orders(database) == (
        f"{none} The sales history that was imported tells the demand for SKUs, and no orders."
    )
