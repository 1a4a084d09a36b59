"""Two feeds held against each other; every expected figure is worked out by hand from the rows above it."""

import pytest
from openpyxl import load_workbook

from opsconsole.domain.instants import DAY, HOUR
from opsconsole.services.detection import detect
from opsconsole.services.exports import export_tab
from opsconsole.services.lists import list_named
from opsconsole.services.order_exceptions import list_exceptions
from opsconsole.services.order_exceptions_page import exception_page
from opsconsole.services.reconciliation import list_differences, list_feed_pairs

SHOP = {"source": "shopify_orders", "channel": "shop"}
WAREHOUSE = {"source": "mapping:Harbor WMS"}


def order(now, number, **more):
    known = {"channel": "shop", "order_id": number, "order_number": f"#{number}", "status": "processing"}
    known |= {"payment_status": "paid", "placed_at": now - DAY, "total": 1000 * int(number), "currency": "USD"}
    return {**known, **more}


def line(number, quantity):
    return {"channel": "shop", "order_id": number, "line_id": "1", "sku": "A", "quantity": quantity}


def record(number, **more):
    return {"channel": "shop", "order_id": number, "location": "reno", "status": "picking", **more}


@pytest.fixture
def of_orders(writing, now):
    """Five orders of the shop; the warehouse knows three of them and one that the shop does not know."""
    young = now - HOUR
    writing(
        at=now - 2 * HOUR,
        orders=[order(now, "1"), order(now, "2"), order(now, "3"), order(now, "4"), order(now, "5", placed_at=young)],
        order_lines=[line(number, 2.0) for number in "12345"],
        **SHOP,
    )
    shipped = {"status": "shipped", "shipped_at": now - 5 * HOUR}
    records = [record("1", quantity=2.0), record("2", **shipped), record("3", quantity=3.0), record("9", **shipped)]
    writing(at=now - 3 * HOUR, warehouse_orders=records, **WAREHOUSE)
    return writing.database


def by_order(listing):
    return {row["order"]: row for row in listing.rows()}


def test_orders_that_two_feeds_tell_differently_are_listed_with_both_words_times_and_files(of_orders, now):
    found = by_order(list_differences(of_orders, now))
    assert {number: row["what"] for number, row in found.items()} == {
        "#2": "state", "#3": "pieces", "#4": "only_channel", "9": "only_warehouse",
    }  # fmt: skip
    second = found["#2"]
    assert (second["channel_says"], second["warehouse_says"], second["value"]) == ("processing", "shipped", 2000)
    assert (second["channel_time"], second["warehouse_time"]) == (now - 2 * HOUR, now - 3 * HOUR)
    assert (second["channel_file"], second["warehouse_file"]) == ("a.csv", "a.csv")
    assert (found["#3"]["channel_says"], found["#3"]["warehouse_says"], found["#3"]["pieces"]) == ("2", "3", 1)
    assert (found["#4"]["channel_says"], found["#4"]["warehouse_says"]) == ("processing", None)
    assert (found["9"]["channel_says"], found["9"]["warehouse_says"]) == (None, "shipped")


def test_a_pair_of_feeds_counts_what_it_compared_and_what_only_one_side_knows(of_orders, now):
    detect(of_orders, now)
    (row,) = list_feed_pairs(of_orders, now).rows()
    assert (row["channel_feed"], row["warehouse_feed"]) == ("shopify_orders (shop)", "Harbor WMS")
    # Compared: 1, 2 and 3. The shop's order 5 is younger than the warehouse's file, which cannot know it.
    assert [row[key] for key in ("compared", "agree", "differ", "only_channel", "only_warehouse")] == [3, 1, 2, 1, 1]
    assert row["raised"] == 2
    assert row["value"] == 2000 + 3000 + 4000
    (key,) = list_feed_pairs(of_orders, now).ids
    assert len(list_differences(of_orders, now, key)) == 4
    assert len(list_differences(of_orders, now, "stock/x//y/")) == 0


def test_the_word_of_a_status_belongs_to_the_file_that_said_it_not_to_the_newest_file(writing, now):
    writing(at=now - 4 * HOUR, orders=[order(now, "2")], order_lines=[line("2", 2.0)], **SHOP)
    # A later file tells the order's note alone.
    writing(at=now - HOUR, orders=[{"channel": "shop", "order_id": "2", "note": "gift"}], source="mapping:Notes")
    shipped = {"status": "shipped", "shipped_at": now - 5 * HOUR}
    writing(at=now - 3 * HOUR, warehouse_orders=[record("2", **shipped)], **WAREHOUSE)
    (row,) = list_differences(writing.database, now).rows()
    assert row["channel_time"] == now - 4 * HOUR
    assert "shopify_orders" in row["pair"]


def level(sku, available, **more):
    return {"sku": sku, "location": "reno", "available": available, **more}


@pytest.fixture
def of_stock(writing, now):
    """The shop's inventory and the warehouse's count of the same site; the newest word is the stock level."""
    products = [{"sku": sku, "unit_cost": 250, "currency": "USD"} for sku in "ABCD"]
    writing(at=now - 9 * DAY, products=products, source="items")
    theirs = [level("A", 12.0), level("B", 5.0), level("D", 20.0)]
    writing(at=now - 2 * HOUR, stock_levels=theirs, source="shopify_inventory")
    ours = [level("A", 10.0), level("B", 5.0), level("D", 19.0)]
    writing(at=now - HOUR, stock_levels=ours, **WAREHOUSE)
    # C at another site, where the shop's word is three days older.
    writing(at=now - 3 * DAY, stock_levels=[{**level("C", 1.0), "location": "dallas"}], source="shopify_inventory")
    writing(at=now - HOUR, stock_levels=[{**level("C", 9.0), "location": "dallas"}], **WAREHOUSE)
    return writing.database


def test_stock_that_shop_and_warehouse_count_differently_is_raised_beyond_the_tolerance(of_stock, now):
    detect(of_stock, now)
    found = by_order(list_differences(of_stock, now))
    # 2 of 12 are more than a tenth; 1 of 20 is less; C cannot be compared.
    assert {sku: (row["pieces"], row["value"], row["exception"] is not None) for sku, row in found.items()} == {
        "A": (2, 500, True),
        "D": (1, 250, False),
    }
    (pair,) = list_feed_pairs(of_stock, now).rows()
    assert [pair[key] for key in ("compared", "agree", "differ", "apart", "raised")] == [3, 1, 2, 1, 1]
    assert (pair["channel_feed"], pair["warehouse_feed"]) == ("shopify_inventory", "Harbor WMS")


def test_the_exception_says_both_counts_with_their_times_and_files(of_stock, now):
    detect(of_stock, now)
    queue = list_exceptions(of_stock, now)
    (found,) = queue.where([list(queue.columns["type"]).index("CHANNEL_MISMATCH")]).ids
    why = " ".join(exception_page(of_stock, now, found).why)
    assert "**12** of **A** (a.csv" in why
    assert "the warehouse has **10** (a.csv" in why


def test_a_feed_that_no_longer_lists_a_sku_says_nothing_of_it(of_stock, writing, now):
    writing(at=now - HOUR // 2, stock_levels=[level("B", 5.0)], source="shopify_inventory")
    assert not by_order(list_differences(of_stock, now))
    detect(of_stock, now)
    assert not list_exceptions(of_stock, now).ids


def test_the_lists_have_names_on_the_command_line(sqlite_database, now):
    assert len(list_named(sqlite_database, "differences", now)) == 0
    assert len(list_named(sqlite_database, "feed_pairs", now)) == 0


def test_the_report_is_a_workbook_with_a_sheet_of_pairs_and_one_per_pair(sqlite_writing, tmp_path, now):
    stock = [level("A", 12.0)], [level("A", 10.0)]
    for rows, of in zip(stock, ({"source": "shopify_inventory"}, WAREHOUSE), strict=True):
        sqlite_writing(at=now - HOUR, stock_levels=rows, **of)
    path = export_tab(sqlite_writing.database, "reconciliation", tmp_path / "feeds.xlsx", now)
    book = load_workbook(path)
    assert book.sheetnames == ["Feeds", "1 Stock", "About"]
    cells = [[cell.value for cell in row] for row in book["1 Stock"].iter_rows()]
    (told,) = [row for row in cells if "A" in row]
    assert "12" in told
    assert "10" in told
