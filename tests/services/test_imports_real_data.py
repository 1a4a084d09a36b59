"""The real data sets; expected figures are facts counted from the files themselves by other means."""

import csv
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, case, func, select

from opsconsole.domain.instants import from_iso
from opsconsole.services import imports
from opsconsole.services.impossible_histories import impossible_histories
from opsconsole.store.schema import (
    metadata,
    order_lines,
    orders,
    payments,
    products,
    reviews,
    sales_history,
    stock_levels,
    vendors,
)

pytestmark = pytest.mark.real_data

MAPPINGS = Path(__file__).parents[1] / "data" / "mappings"
AS_OF = from_iso("2018-11-30")
# What says where a row came from, not what it says.
_ORIGINS = {"id", "batch_id", "field_sources_json", "version", "changed_at", "source_time", "order_fk"}


def run(database: Any, paths: list[Path], now: int) -> Any:
    return imports.import_files(database, paths, now=now, who="Tester", folder=MAPPINGS)


def olist(real_data: Path) -> list[Path]:
    return sorted((real_data / "olist").glob("olist_*_dataset.csv"))


def counted(conn: Connection, *columns: Any, where: Any = None) -> tuple[Any, ...]:
    statement = select(*columns)
    return tuple(conn.execute(statement if where is None else statement.where(where)).one())


def late(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def parcels_of_sellers(conn: Connection) -> tuple[int, int]:
    """Orders by seller that were handed to the carrier, and those of them after the seller's last limit."""
    limit = func.max(order_lines.c.ship_by)
    of_seller = (
        select(orders.c.shipped_at, limit.label("limit"))
        .join_from(order_lines, orders, orders.c.id == order_lines.c.order_fk)
        .where(orders.c.shipped_at.is_not(None))
        .group_by(orders.c.id, orders.c.shipped_at, order_lines.c.vendor_key)
        .subquery()
    )
    count, too_late = counted(conn, func.count(), late(of_seller.c.shipped_at > of_seller.c.limit))
    return count, too_late


def test_olist_tells_what_its_files_tell(database: Any, real_data: Path) -> None:
    report = run(database, olist(real_data), AS_OF)
    assert [file.state for file in report.files] == ["done"] * 7
    assert report.rejects == []
    o, n = orders.c, func.count()
    with database.read() as conn:
        assert counted(conn, n, where=o.stub.is_(None)) == (24_014,)
        delivered = (o.status == "delivered") & o.delivered_at.is_not(None)
        assert counted(conn, n, late(o.delivered_on > o.deliver_by_on), where=delivered) == (21_043, 1_406)
        assert counted(conn, late(o.delivered_at > o.deliver_by), where=delivered) == (1_406,)
        assert round(100 * 1_406 / 21_043, 2) == 6.68
        # By timestamp a day that is promised ends as it begins: who comes on it is late.
        assert counted(conn, late(o.delivered_on >= o.deliver_by_on), where=delivered) == (1_685,)
        assert round(100 * 1_685 / 21_043, 2) == 8.01
        owed = o.status.not_in(("cancelled", "unavailable"))
        missed = o.delivered_on.is_(None) | (o.delivered_on > o.deliver_by_on)
        assert counted(conn, n, late(missed), where=owed) == (22_780, 3_143)
        assert round(100 * 3_143 / 22_780, 2) == 13.80
        handed = select(n, late(o.shipped_at > order_lines.c.ship_by)).select_from(
            order_lines.join(orders, o.id == order_lines.c.order_fk)
        )
        items, too_late = conn.execute(handed.where(o.shipped_at.is_not(None))).one()
        assert (items, round(100 * too_late / items, 2)) == (25_398, 9.37)
        sellers, too_late = parcels_of_sellers(conn)
        assert (sellers, round(100 * too_late / sellers, 2)) == (22_543, 9.03)
        score, answers = counted(conn, func.avg(reviews.c.score), n)
        assert (round(float(score), 4), answers) == (3.6489, 14_572)
        assert counted(conn, func.count(reviews.c.review_id.distinct())) == (14_572 - 46,)
        for table, rows in ((order_lines, 26_591), (payments, 25_399), (products, 32_951)):
            assert conn.execute(select(n).select_from(table)).scalar_one() == rows, table.name
        assert counted(conn, n, where=vendors.c.kind == "drop_shipper") == (3_095,)
        assert counted(conn, n, where=o.line_count == 0) == (775,)
    found = impossible_histories(database, AS_OF)
    told = {words: list(found.columns["contradiction"]).count(words) for words in set(found.columns["contradiction"])}
    assert told["Shipped before it was paid"] == 284
    assert told["Delivered before it was shipped"] == 6
    assert told["Delivered without a date"] == 8
    assert told["Cancelled, yet delivered"] == 6
    again = run(database, olist(real_data), AS_OF)
    assert {count.inserted + count.updated for file in again.files for count in file.counts} == {0}


def contents(database: Any) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with database.read() as conn:
        for name in ("orders", "order_lines", "payments", "reviews", "customers", "products", "vendors", "channels"):
            columns = [column for column in metadata.tables[name].c if column.name not in _ORIGINS]
            found[name] = sorted(map(repr, conn.execute(select(*columns))))
    return found


@pytest.mark.slow
def test_olist_files_in_any_order_end_in_the_same_rows(sqlite_database: Any, tmp_path: Path, real_data: Path) -> None:
    from opsconsole.store.database import open_database

    files = olist(real_data)
    run(sqlite_database, files, AS_OF)
    expected = contents(sqlite_database)
    shuffled = random.Random(20181130).sample(files, len(files))
    assert shuffled != files
    other = open_database(tmp_path / "other.db", create=True)
    try:
        for path in shuffled:
            run(other, [path], AS_OF)
        found = contents(other)
    finally:
        other.close()
    for name, rows in expected.items():
        assert found[name] == rows, name


def test_online_retail_sums_to_what_its_lines_sum_to(database: Any, real_data: Path) -> None:
    now = from_iso("2011-12-31")
    file = real_data / "online_retail" / "online_retail.csv.gz"
    (done,) = run(database, [file], now).files
    assert (done.state, done.total("read"), done.total("inserted")) == ("done", 541_909, 541_909)
    s, n = sales_history.c, func.count()
    cancelled = s.document.startswith("C")
    # Cents are summed and rounded to pounds: lines with prices such as 0.001 round to cents one by one.
    pounds = func.sum(s.amount)
    with database.read() as conn:
        everything, lines = counted(conn, pounds, n)
        assert (round(everything / 100), lines) == (9_747_748, 541_909)
        assert counted(conn, n, func.count(s.document.distinct()), where=cancelled) == (9_288, 3_836)
        assert counted(conn, n, where=~cancelled & (s.quantity < 0)) == (1_336,)
        assert round(counted(conn, pounds, where=~cancelled)[0] / 100) == 10_644_560
        assert round(counted(conn, pounds, where=s.amount > 0)[0] / 100) == 10_666_685
        bad_debt = s.unit_price_e4 < 0
        assert counted(conn, n, pounds, where=bad_debt) == (2, -2 * 11_062_06)
        # Lines that are equal in everything are as many as they are; without the repeated ones:
        once = s.line_key.endswith("-0")
        assert counted(conn, n, where=~once) == (5_268,)
        assert round(counted(conn, pounds, where=once)[0] / 100) == 9_726_007
        assert counted(conn, n, where=s.unit_price_e4 == 10) == (4,)
        services = {"POST": 1256, "DOT": 710, "M": 571, "m": 1, "C2": 144, "D": 77, "BANK CHARGES": 37, "AMAZONFEE": 34}
        told = select(s.sku, n).where(s.sku.in_(services)).group_by(s.sku)
        assert {row[0]: row[1] for row in conn.execute(told)} == services
        assert counted(conn, n, where=s.sku.startswith("gift_")) == (34,)
        # 4,070 codes, of which some differ by letter case alone; a customer is 17850 and no 17850.0.
        assert counted(conn, func.count(s.sku.distinct())) == (4_070,)
        assert counted(conn, n, where=s.customer_id == "17850") == (312,)
    assert run(database, [file], now).total("inserted") == 0


def test_the_masked_shopify_orders_sum_to_their_totals(sqlite_database: Any, real_data: Path, now: int) -> None:
    sample = real_data.parent / "formats" / "samples" / "shopify" / "orders_export_75col_masked.csv"
    if not sample.exists():
        pytest.skip(f"{sample} is not there")
    report = run(sqlite_database, [sample], now)
    assert report.exit_code == 0
    with sqlite_database.read() as conn:
        assert counted(conn, func.sum(orders.c.total), func.count()) == (1_663_200, 5)


def test_every_genuine_interchange_is_imported_whole(database: Any, real_data: Path, now: int) -> None:
    """Nine X12 files as other programs wrote them: none of their transactions is refused, and again nothing is new."""
    folder = real_data.parent / "formats" / "samples" / "edi"
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".edi") if folder.is_dir() else []
    if not files:
        pytest.skip(f"{folder} is not there")
    report = imports.import_files(database, files, currency="USD", now=now, who="Tester", folder=MAPPINGS)
    assert [(file.state, file.rejects) for file in report.files] == [("done", [])] * len(files)
    assert len(files) >= 9
    again = imports.import_files(database, files, currency="USD", now=now, who="Tester", folder=MAPPINGS)
    assert again.total("inserted") == again.total("updated") == 0
    assert again.total("unchanged") == again.total("read") > 0


SAMPLES = {
    "shopify/inventory_export_2023_17col.csv": "shopify_inventory",
    "shopify/orders_export_75col_masked.csv": "shopify_orders",
    "shopify/orders_export_79col_header.csv": "shopify_orders", "shopify/product_csv_apparel.csv": "shopify_products",
    "shopify/product_csv_home-and-garden.csv": "shopify_products",
    "shopify/product_csv_jewelery.csv": "shopify_products",
    "shopify/products_export_2023_header.csv": "shopify_products", "magento/stock_sources.csv": "magento_stock",
    "magento/catalog_product_export_header.csv": "magento_products", "etsy/EtsySoldOrders_header.tsv": "etsy_orders",
}  # fmt: skip


@pytest.mark.parametrize("name", [*SAMPLES, "edi"])
def test_every_genuine_sample_is_imported_whole_and_a_second_time_changes_nothing(
    sqlite_database: Any, genuine: Path, now: int, name: str
) -> None:
    files = [genuine / name] if name != "edi" else sorted((genuine / "edi").glob("*.[eE][dD][iI]"))
    assert files
    for path in files:
        for again in (False, True):
            (file,) = imports.import_files(sqlite_database, [path], now=now, who="Tester", channel="shop").files
            assert (file.state, file.source, file.rejects) == ("done", SAMPLES.get(name, "x12"), []), path.name
            assert not again or file.total("inserted") + file.total("updated") == 0, path.name


def test_a_genuine_inventory_without_skus_has_a_figure_per_variant_and_location(
    sqlite_database: Any, genuine: Path, now: int
) -> None:
    """No row of it has a SKU; the rows, counted by the csv module, are what lies at one place or another."""
    path = genuine / "shopify" / "inventory_export_2023_17col.csv"
    with path.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert not any(row["SKU"].strip() for row in rows)
    stocked = [row for row in rows if row["On hand"] != "not stocked"]
    imports.import_files(sqlite_database, [path], now=now, who="Tester")
    with sqlite_database.read() as conn:
        assert counted(conn, func.count(), func.sum(stock_levels.c.on_hand)) == (
            len(stocked), sum(float(row["On hand"]) for row in stocked),
        )  # fmt: skip
