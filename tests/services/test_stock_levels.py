"""Figures of stock; the bath towel is worked by hand: 18.4 a day, lead time 21 days."""

from typing import Any

import pytest

from opsconsole.domain.instants import DAY, day_of
from opsconsole.services import stock_levels as service
from opsconsole.store import schema

ROW = {"source_time": 0, "batch_id": 1}


class Shop:
    """Writes rows of the test's own into a database."""

    def __init__(self, database: Any, now: int) -> None:
        self.database, self.now, self.today = database, now, day_of(now)
        self.orders = 0

    def add(self, table: Any, **values: Any) -> int:
        with self.database.write() as connection:
            known = {key: value for key, value in ROW.items() if key in table.c}
            return connection.execute(table.insert(), {**known, **values}).inserted_primary_key[0]

    def stock(self, sku: str, available: float, location: str = "RNO1", **more: Any) -> int:
        values = {"on_hand": available, "available": available, "counted_at": self.now - DAY, **more}
        return self.add(schema.stock_levels, sku=sku, location=location, **values)

    def sell(self, sku: str, days_ago: int, quantity: float, location: str | None = "RNO1", **more: Any) -> None:
        self.orders += 1
        day = self.today - days_ago
        order = self.add(
            schema.orders, channel="shop", order_id=str(self.orders), placed_at=day * DAY, placed_on=day,
            location=location, currency="USD", changed_at=0, **more,
        )  # fmt: skip
        self.add(
            schema.order_lines, order_fk=order, line_id="1", sku=sku, quantity=quantity, currency="USD",
            unit_price=3450, amount=round(3450 * quantity),
        )  # fmt: skip

    def sell_daily(self, sku: str, quantity: float, days: int = 60, location: str | None = "RNO1") -> None:
        for days_ago in range(1, days + 1):
            self.sell(sku, days_ago, quantity, location)

    def inbound(self, sku: str, in_days: int, quantity: float, number: str = "PO-1") -> None:
        order = self.add(
            schema.purchase_orders, po_number=number, vendor_key="alder", location="RNO1", status="open",
            ordered_at=self.now - 9 * DAY, ordered_on=self.today - 9,
        )  # fmt: skip
        self.add(
            schema.purchase_order_lines, purchase_order_fk=order, line_id="1", sku=sku, quantity=quantity,
            promised_on=self.today + in_days,
        )  # fmt: skip

    def row(self, sku: str) -> dict[str, Any]:
        listing = service.list_stock(self.database, self.now)
        return next(row for row in listing.rows() if row["sku"] == sku)


@pytest.fixture
def shop(database: Any, now: int) -> Shop:
    return Shop(database, now)


def _towel(shop: Shop) -> int:
    shop.add(
        schema.products, sku="TL-5150", title="Bath towel", currency="USD", unit_cost=620, lead_time_days=21.0,
        pack_size=24, minimum_order=240, supplier_key="alder",
    )  # fmt: skip
    shop.sell_daily("TL-5150", 18.4)
    return shop.stock("TL-5150", 214)


def test_cover_stock_out_and_reorder_point_are_those_worked_by_hand(shop: Shop):
    _towel(shop)
    shop.inbound("TL-5150", 7, 120)
    row = shop.row("TL-5150")
    assert row["per_day"] == pytest.approx(18.4)
    # 214 / 18.4 = 11.63 days, with inbound 334 / 18.4 = 18.15: out on day 18, to be ordered 21 days before.
    assert row["cover"].days == pytest.approx(11.63, abs=0.01)
    assert row["cover"].lead_time == 21
    assert row["cover_with_inbound"].days == pytest.approx(18.15, abs=0.01)
    assert row["stockout_on"] == shop.today + 18
    assert row["replenish_by"] == shop.today - 3
    # Steady demand needs no safety stock: 18.4 × 21 = 386.4 → 387; up to 18.4 × 28 = 515.2 → 516; 516 − 334 = 182,
    # at least 240 in packs of 24. Gap of 3 days × 18.4 × $34.50 = $1,904.40.
    assert (row["reorder_point"], row["position"], row["proposal"]) == (387, 334, "Buy 240")
    assert row["at_risk"] == 190_440
    assert row["condition"] == "below_reorder_point"


def test_the_page_shows_the_arithmetic_and_says_why(shop: Shop):
    stock_id = _towel(shop)
    shop.inbound("TL-5150", 7, 120)
    page = service.stock_page(shop.database, shop.now, stock_id)
    assert page.arithmetic[-1].result == "240"
    assert page.arithmetic[1].formula == "18.4 a day × 21 days + 0"
    assert page.why[1] == (
        "Stock runs out on **5 Dec**; lead time is **21 days**, so it should have been ordered by **14 Nov**."
    )
    assert page.why[2] == "Gap **3 days**: **$1,904.40** of sales at risk."
    assert page.projection is not None
    assert page.projection.receipts == ((shop.today + 7, 120.0, True), (shop.today + 21, 240.0, False))
    assert page.projection.expected[7] == pytest.approx(214 - 7 * 18.4 + 120)
    assert page.projection.expected[20] == 0


def test_an_empty_shelf_that_sells_is_out_of_stock_now(shop: Shop):
    shop.sell_daily("KT-1", 2)
    shop.stock("KT-1", 0)
    row = shop.row("KT-1")
    assert (row["condition"], row["stockout_on"], row["cover"].days) == ("out_of_stock", shop.today, 0.0)


def test_days_out_of_stock_do_not_lower_demand(shop: Shop):
    for days_ago in range(11, 61):
        shop.sell("KT-1", days_ago, 2)
    shop.stock("KT-1", 0)
    for days_ago in range(60, 0, -1):
        shop.add(
            schema.stock_history, sku="KT-1", location="RNO1", on_day=shop.today - days_ago,
            available=0 if days_ago <= 10 else 20, on_hand=0,
        )  # fmt: skip
    shop.sell("OTHER", 1, 1)
    assert shop.row("KT-1")["per_day"] == pytest.approx(2.0)


def test_cancelled_orders_are_no_demand(shop: Shop):
    shop.sell_daily("A", 1)
    for days_ago in range(1, 29):
        shop.sell("A", days_ago, 10, status="cancelled")
    shop.stock("A", 50)
    assert shop.row("A")["per_day"] == pytest.approx(1.0)


def test_sales_without_a_location_are_shared_by_what_each_location_sells(shop: Shop):
    shop.sell_daily("A", 3, location="RNO1")
    shop.sell_daily("A", 1, location="CMH1")
    shop.sell_daily("A", 4, location=None)
    shop.stock("A", 100, "RNO1")
    shop.stock("A", 100, "CMH1")
    listing = service.list_stock(shop.database, shop.now)
    demand = {row["location"]: row["per_day"] for row in listing.rows()}
    assert demand == {"RNO1": pytest.approx(6.0), "CMH1": pytest.approx(2.0)}


def test_sales_history_is_demand_too(shop: Shop):
    for days_ago in range(1, 57):
        day = shop.today - days_ago
        shop.add(
            schema.sales_history, line_key=str(day), channel="wholesale", sku="A", quantity=5.0, sold_at=day * DAY,
            sold_on=day,
        )  # fmt: skip
    shop.stock("A", 100)
    assert shop.row("A")["per_day"] == pytest.approx(5.0)


def test_another_name_of_a_sku_counts_for_it(shop: Shop):
    shop.add(schema.sku_aliases, channel="shop", alias="A-OLD", sku="A")
    shop.sell_daily("A-OLD", 2)
    stock_id = shop.stock("A", 100)
    assert shop.row("A")["per_day"] == pytest.approx(2.0)
    assert service.stock_page(shop.database, shop.now, stock_id).facts[5] == ("Demand per day", "2.0")


def test_late_inbound_is_not_counted_on(shop: Shop):
    shop.sell_daily("A", 10)
    shop.stock("A", 100)
    shop.inbound("A", -5, 500)
    row = shop.row("A")
    assert row["stockout_on"] == shop.today + 10
    assert "inbound_late" in row["conditions"].split()
    assert row["proposal"] == "Chase PO"


def test_stock_without_sales_has_no_end_and_no_demand_is_not_zero_cover(shop: Shop):
    shop.sell_daily("B", 1)
    shop.stock("A", 40)
    row = shop.row("A")
    assert row["cover"].days is None
    assert row["stockout_on"] is None


def test_without_any_sales_the_list_says_that_demand_is_unknown(shop: Shop):
    shop.stock("A", 40)
    listing = service.list_stock(shop.database, shop.now)
    assert any("demand is unknown" in note for note in listing.notes)
    assert listing.row(0)["per_day"] is None


def test_sales_of_long_ago_say_nothing_about_demand_today(shop: Shop):
    shop.sell("A", 400, 3)
    shop.stock("A", 40)
    assert shop.row("A")["per_day"] is None


def test_chips_count_rows_and_money_of_each_condition(shop: Shop):
    towel = _towel(shop)
    empty = shop.stock("KT-1", 0)
    shop.sell_daily("KT-1", 2)
    much = shop.stock("ZZ-9", 1000)
    shop.sell_daily("ZZ-9", 1)
    shop.add(schema.products, sku="ZZ-9", currency="USD", unit_cost=100)
    chips = {chip.code: chip for chip in service.condition_counts(shop.database, shop.now)}
    assert set(chips["decision"].ids) == {towel, empty}
    assert chips["out_of_stock"].ids == (empty,)
    assert chips["overstock"].ids == (much,)
    # 1,000 less 90 days at 1 a day, at $1.00.
    assert chips["overstock"].amount == 91_000


def test_proposals_are_the_rows_that_propose_something(shop: Shop):
    towel = _towel(shop)
    shop.stock("CALM", 60)
    shop.sell_daily("CALM", 1)
    listing = service.list_proposals(shop.database, shop.now)
    # Position 214, up to 516: 302 needed, 13 packs of 24.
    assert (list(listing.ids), listing.row(0)["proposal"], listing.total) == ([towel], "Buy 312", 1)


def test_a_snapshot_taken_after_the_moment_asked_for_has_not_happened_yet(shop: Shop):
    shop.sell_daily("A", 1)
    shop.stock("A", 5)
    shop.add(schema.stock_history, sku="A", location="RNO1", on_day=shop.today - 10, available=30.0, on_hand=32.0)
    listing = service.list_stock(shop.database, shop.now - 8 * DAY)
    assert listing.row(0)["available"] == 30.0
    assert listing.row(0)["on_hand"] == 32.0
