"""Marketplace money. The statement is the one of the sample files, worked out by hand there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsconsole.services import lists, marketplaces, orders, orders_around
from opsconsole.services.import_undo import undo_import
from opsconsole.services.imports import import_files

DATA = Path(__file__).parents[1] / "data"
ONE = "111-0000001-0000001"
REPORTS = ("amazon_date_range_30.csv", "amazon_settlement_v1.txt", "amazon_settlement_v2.txt")
Bring = Callable[..., Any]


@pytest.fixture
def bring(database: Any, now: int) -> Bring:
    """Imports sample files into the channel ``shop``."""

    def run(*names: str) -> Any:
        return import_files(database, [DATA / name for name in names], now=now, channel="shop", who="Tester")

    return run


def facts(database: Any, now: int) -> dict[str, str]:
    page = orders.page_of(database, now, orders.find_order(database, ONE)[0])
    assert page is not None
    return {fact.label: fact.words for fact in page.money}


def test_an_order_shows_what_the_marketplace_keeps_and_what_is_left(database: Any, now: int, bring: Bring) -> None:
    bring("amazon_orders_33.txt", "amazon_settlement_v2.txt", "amazon_fba_reimbursements.txt")
    told = facts(database, now)
    # 7.35 commission and 6.10 fulfillment of 49 + 6 + 4.48 - 11 - 4.48.
    assert (told["Marketplace fees"], told["Left for us"]) == ("−$13.45", "$30.55")
    page = orders.page_of(database, now, orders.find_order(database, ONE)[0])
    assert page is not None
    tables = {listing.title: listing for listing in page.around}
    # Per kind and SKU: 49 + 6; 4 + 0.48 - 4.48; 6 + 5 off.
    assert [(row["kind"], row["sku"], row["amount"]) for row in tables["Marketplace money"].rows()] == [
        ("sale", "KET-17", 5500),
        ("tax", "KET-17", 0),
        ("promotion", "KET-17", -1100),
        ("fee", "KET-17", -735),
        ("fulfillment", "KET-17", -610),
    ]
    assert list(tables["Reimbursements"].columns["amount"]) == [-2050, 4100, 0]


def test_three_reports_of_one_statement_count_once_however_they_come(database: Any, now: int, bring: Bring) -> None:
    bring("amazon_orders_33.txt")
    for name in REPORTS:
        bring(name)
        assert facts(database, now)["Left for us"] == "$30.55"
        entries = orders_around.list_marketplace_entries(database, now)
        reserve = 0 if name == REPORTS[0] else 1000
        assert sum(entries.columns["amount"]) == 935 - 1000 + reserve
    assert {len(orders_around.list_marketplace_entries(database, now))} == {20}


def test_a_payout_is_explained_by_its_entries(database: Any, now: int, bring: Bring) -> None:
    bring(REPORTS[0])
    (row,) = lists.list_named(database, "payouts", now).rows()
    assert (row["amount"], row["told"], row["difference"]) == (935, -65, 1000)
    bring(REPORTS[2], "amazon_settlement_v2_eu.txt")
    first, second = marketplaces.list_payouts(database, now).rows()
    assert [first[key] for key in ("amount", "told", "difference", "fees", "refunds", "earned")] == [
        *(935, 935, 0, -735 - 225 + 180 - 3999 - 610 - 310, -1500, 4900 + 600 + 1500 - 1100),
    ]
    assert (second["statement"], second["difference"], second["currency"]) == ("18000000002", 0, "EUR")


def test_a_statement_without_its_payout_says_so(sqlite_database: Any, now: int, sqlite_writing: Any) -> None:
    entry = {"channel": "shop", "statement_id": "S", "kind": "fee", "amount": -5, "currency": "USD", "posted_at": now}
    sqlite_writing(marketplace_entries=[entry, {**entry, "precedence": 1}, {**entry, "precedence": 2}])
    (row,) = marketplaces.list_payouts(sqlite_database, now).rows()
    # Of the three only the entry with the least precedence counts, the one without any being the last.
    assert (row["amount"], row["told"], row["difference"]) == (None, -5, None)


def test_stock_movements_and_reimbursements_are_lists(sqlite_database: Any, now: int) -> None:
    names = ["amazon_fba_adjustments.txt", "amazon_fba_received.txt", "amazon_fba_reimbursements.txt"]
    import_files(sqlite_database, [DATA / name for name in names], now=now, channel="shop", who="Tester")
    movements = lists.list_named(sqlite_database, "stock_movements", now)
    assert [(row["sku"], row["quantity"], row["kind"]) for row in movements.rows()] == [
        ("KET-17", -2.0, "adjusted"),
        ("000000", 1.0, "adjusted"),
        ("000000", -1.0, "adjusted"),
        ("000000", 6.0, "received"),
        ("KET-17", 12.0, "received"),
        ("KET-17", 12.0, "received"),
    ]
    assert set(movements.columns["location"]) == {"FBA shop"}
    assert len(lists.list_named(sqlite_database, "reimbursements", now)) == 4


def test_undoing_the_import_of_a_settlement_lets_the_other_report_count_again(sqlite_database: Any, now: int) -> None:
    def bring(name: str) -> int:
        report = import_files(sqlite_database, [DATA / name], now=now, channel="shop", who="Tester")
        return int(report.files[0].batch_id or 0)

    bring(REPORTS[0])
    before = marketplaces.list_payouts(sqlite_database, now).row(0)
    settlement = bring(REPORTS[2])
    assert marketplaces.list_payouts(sqlite_database, now).row(0)["difference"] == 0
    undo_import(sqlite_database, settlement, who="Tester", now=now)
    assert marketplaces.list_payouts(sqlite_database, now).row(0) == before
