"""Exports of Shopify products, WooCommerce and Etsy. Expected values are those of the sample files, by hand."""

import pytest

from opsconsole.domain.instants import from_iso


def test_a_product_row_without_a_price_is_one_more_image(read, sample_files, rows_of):
    parsed = read(sample_files / "shopify_products_classic.csv")
    assert (parsed.source, parsed.rejects) == ("shopify_products", [])
    assert [(r["sku"], r["title"], r["list_price"], r["weight_grams"]) for r in rows_of(parsed, "products")] == [
        ("KET-17", "Kettle 1.7 l", 3000, 900.0),
        ("bowl/Blue/S", "Bowl / Blue / S", 1500, 300.0),
        ("bowl/Blue/L", "Bowl / Blue / L", 1800, 450.0),
    ]
    assert rows_of(parsed, "products")[0]["barcode"] == "0012345678905"
    assert [(r["sku"], r["price"], r["quantity"], r["status"]) for r in rows_of(parsed, "listings")] == [
        ("KET-17", 2450, 40.0, "active"),
        ("bowl/Blue/S", 1500, -2.0, "inactive"),
        ("bowl/Blue/L", 1800, 0.0, "inactive"),
    ]


def test_costs_and_statuses_of_2023_and_the_names_of_2024(read, sample_files, rows_of):
    of_2023 = read(sample_files / "shopify_products_2023.csv")
    assert [(r["sku"], r["unit_cost"]) for r in rows_of(of_2023, "products")] == [("KET-17", 1120), ("BOWL-1", None)]
    assert [r["status"] for r in rows_of(of_2023, "listings")] == ["active", "draft"]
    of_2024 = read(sample_files / "shopify_products_2025.csv")
    assert [(r["sku"], r["title"]) for r in rows_of(of_2024, "products")] == [
        ("KET-17", "Kettle 1.7 l"),
        ("bowl/Blue", "Bowl / Blue"),
        ("bowl/Red", "Bowl / Red"),
    ]
    assert [r["quantity"] for r in rows_of(of_2024, "listings")] == [40.0, 4.0, 5.0]


def test_woocommerce_lines_stand_in_as_many_columns_as_the_widest_order_has(read, sample_files, rows_of):
    parsed = read(sample_files / "woocommerce_orders.csv", time_zone="Europe/Berlin")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("woocommerce_orders", [], ())
    lines = sorted(rows_of(parsed, "order_lines"), key=lambda row: (row["order_id"], row["line_id"]))
    assert [(r["order_id"], r["line_id"], r["sku"], r["quantity"], r["unit_price"], r["amount"]) for r in lines] == [
        ("5001", "1", "KET-17", 2.0, 2500, 4000),
        ("5001", "2", None, 1.0, 1000, 1000),
        ("5001", "3", "000000", 3.0, 333, 999),
        ("5002", "1", "MUG-B", 1.0, 333, 333),
        ("5003", "1", "MUG-B", 1.0, 333, 333),
        ("5004", "1", "MUG-B", 1.0, 333, 333),
    ]
    assert lines[1]["title"] == "=Bowl, blue"


def test_woocommerce_statuses_apostrophes_and_local_times(read, sample_files, rows_of):
    orders = rows_of(read(sample_files / "woocommerce_orders.csv", time_zone="Europe/Berlin"), "orders")
    assert [(row["order_id"], row["status"], row["payment_status"]) for row in orders] == [
        ("5001", "shipped", "paid"),
        ("5002", "on_hold", "pending"),
        ("5003", "processing", "pending"),
        ("5004", "cancelled", "refunded"),
    ]
    assert orders[0]["placed_at"] == from_iso("2026-11-14T08:12:44Z")
    assert (orders[0]["phone"], orders[0]["postcode"]) == ("+49 30 0100", "01067")
    assert orders[0]["note"] == "Ring twice,\nplease"
    assert [row["country"] for row in orders] == ["DE", "DE", "DE", "NA"]


def test_an_order_wider_than_any_before_is_read_to_its_last_line(read, text_file, rows_of):
    items = range(1, 31)
    header = ["order_id", "order_date", "status", "order_total", "order_currency", "billing_email"]
    header += [f"Product Item {n} {part}" for n in items for part in ("Name", "SKU", "Quantity", "Total", "Subtotal")]
    row = ["1", "2026-11-14 09:12:44", "processing", "30.00", "EUR", "b@example.com"]
    row += [text for n in items for text in (f"Item {n}", f"S{n}", "1", "1.00", "1.00")]
    parsed = read(text_file(f"{','.join(header)}\n{','.join(row)}\n"))
    assert {line["sku"] for line in rows_of(parsed, "order_lines")} == {f"S{n}" for n in items}


def test_an_etsy_adjustment_of_zero_is_none(read, sample_files, rows_of):
    parsed = read(sample_files / "etsy_orders.csv", time_zone="America/New_York")
    orders = rows_of(parsed, "orders")
    assert parsed.source == "etsy_orders"
    assert [(r["order_id"], r["status"], r["payment_status"], r["total"], r["refunded"]) for r in orders] == [
        ("3100000001", "shipped", "paid", 4305, None),
        ("3100000002", "processing", "partially_refunded", 2000, 1500),
        ("3100000003", "cancelled", "paid", 1500, None),
    ]
    assert (orders[0]["subtotal"], orders[0]["tax"], orders[0]["postcode"]) == (3600, 205, "04101")
    assert orders[0]["placed_at"] == from_iso("2026-11-13T05:00:00Z")
    assert orders[2]["country"] == "NA"


def test_the_shipping_of_an_etsy_order_counts_once_however_many_items_it_has(read, sample_files, rows_of):
    parsed = read(sample_files / "etsy_order_items.csv")
    assert parsed.source == "etsy_order_items"
    assert [(row["order_id"], row["shipping"]) for row in rows_of(parsed, "orders")] == [("3100000001", 500)]
    assert [(r["line_id"], r["title"], r["quantity"], r["amount"]) for r in rows_of(parsed, "order_lines")] == [
        ("4100000001", "Kettle", 1.0, 2500),
        ("4100000002", "Mug, Color:Blue", 3.0, 1500),
    ]


def test_the_two_etsy_files_fill_one_order_in_any_order(writing, read, sample_files):
    orders, items = (read(sample_files / name) for name in ("etsy_orders.csv", "etsy_order_items.csv"))
    for at, parsed in ((2, items), (1, orders)):
        writing(at=at, channel="shop", **{records.kind: records.rows() for records in parsed.records})
    (row,) = [row for row in writing.rows("orders") if row["order_id"] == "3100000001"]
    assert (row["total"], row["line_count"], row["quantity_ordered"], row["status"]) == (4305, 2, 4.0, "shipped")


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["apparel", "home-and-garden", "jewelery"])
def test_shopifys_own_sample_products_are_read_whole(genuine, read, rows_of, name):
    import csv

    path = genuine / "shopify" / f"product_csv_{name}.csv"
    with path.open(newline="", encoding="utf-8-sig") as stream:
        priced = [row for row in csv.DictReader(stream) if row["Variant Price"].strip()]
    parsed = read(path)
    assert (parsed.source, parsed.rejects) == ("shopify_products", [])
    assert len(rows_of(parsed, "listings")) == len(priced)
    assert all(row["title"] for row in rows_of(parsed, "products"))


@pytest.mark.real_data
def test_adobe_commerces_own_stock_sources_are_read_whole(genuine, read, rows_of):
    parsed = read(genuine / "magento" / "stock_sources.csv", channel="")
    assert (parsed.source, parsed.rejects) == ("magento_stock", [])
    assert sum(row["on_hand"] for row in rows_of(parsed, "stock_levels")) == 45.65  # 10.10 + 10.55 + 10 + 15


def test_statuses_of_a_shops_own_are_kept_and_count_by_their_words(read, text_file, rows_of):
    header = "order_id,order_date,paid_date,status,order_total,order_currency,billing_email,payment_method"
    statuses = [
        ("wc-awaiting-pickup", True, "on_hold"), ("picked-up", True, "delivered"), ("Shipped", True, "shipped"),
        ("ready-to-ship", True, "processing"), ("wc-cancelled-by-us", False, "cancelled"), ("gift", True, "processing"),
        ("quote", False, "pending"), ("wc-completed", True, "shipped"),
    ]  # fmt: skip
    rows = [
        f"{number},2026-11-14 09:12:44,{'2026-11-14 09:13:00' if paid else ''},{status},10.00,EUR,b@example.com,stripe"
        for number, (status, paid, _) in enumerate(statuses, start=1)
    ]
    parsed = read(text_file("\n".join([header, *rows])))
    orders = rows_of(parsed, "orders")
    assert parsed.rejects == []
    assert [row["status"] for row in orders] == [status for _, _, status in statuses]
    assert [row["tags"] for row in orders[:2]] == ["awaiting-pickup", "picked-up"]
    assert (orders[5]["payment_status"], orders[6]["payment_status"], orders[7]["tags"]) == ("paid", None, None)
    (note,) = [note for note in parsed.notes if "not the platform's own" in note]
    assert "“wc-awaiting-pickup” (1)" in note
    assert "completed" not in note.split(". ")[0]
