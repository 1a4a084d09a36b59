"""Exports of web shops: WooCommerce, Adobe Commerce, BigCommerce, Shopify's customers.

Expected values are those of the sample files, worked out by hand.
"""

import pytest

from opsconsole.domain.instants import from_iso
from opsconsole.imports.dates import AmbiguousDates


def test_products_with_variations_are_not_sold_themselves(read, sample_files, rows_of):
    parsed = read(sample_files / "woocommerce_products_en.csv")
    assert (parsed.source, parsed.rejects, parsed.unused, parsed.notes) == ("woocommerce_products", [], (), [])
    # "=", "+", "-" and "@" at the beginning have an apostrophe before them; a blank SKU is known by WooCommerce's id.
    assert [(r["sku"], r["title"], r["list_price"], r["weight_grams"]) for r in rows_of(parsed, "products")] == [
        ("-KET", "Kettle 1.7 l", 3000, 900.0),
        ("id:13", "Bowl - Blue", 1500, 300.0),
        ("GIFT", "=Gift card", 125000, None),
    ]
    assert rows_of(parsed, "products")[0]["barcode"] == "0012345678905"
    assert [(r["price"], r["quantity"], r["status"]) for r in rows_of(parsed, "listings")] == [
        (2450, 40.0, "active"),
        (1500, None, "active"),  # its stock is its parent's
        (125000, None, "draft"),
    ]


@pytest.mark.parametrize(
    ("language", "title", "category", "grams", "price"),
    [
        ("de", "Wasserkocher", "Küche", 900.0, 2990),
        ("fr", "Bouilloire", "Cuisine", 900.0, 2450),  # 0,9 kg; reduced
        ("es", "Hervidor", "Cocina", 907.2, 2990),  # two pounds of 453.59237 g
    ],
)
def test_headers_are_translated_and_name_the_unit(read, sample_files, rows_of, language, title, category, grams, price):
    parsed = read(sample_files / f"woocommerce_products_{language}.csv")
    assert (parsed.source, parsed.rejects, parsed.unused, parsed.notes) == ("woocommerce_products", [], (), [])
    product, listing = rows_of(parsed, "products")[0], rows_of(parsed, "listings")[0]
    assert (product["sku"], product["title"], product["category"]) == ("KET-17", title, category)
    assert (product["weight_grams"], product["list_price"], listing["price"]) == (grams, 2990, price)


def test_attributes_and_downloads_are_known_as_far_as_they_go(read, sample_files, text_file):
    header, *rows = (sample_files / "woocommerce_products_de.csv").read_text(encoding="utf-8-sig").splitlines()
    more = "Attribut 1 Name,Attribut 1 Wert(e),Attribut 12 Sichtbar,Meta: _own"
    parsed = read(text_file("\n".join([f"{header},{more}", *(f"{row},,,," for row in rows)])))
    assert (parsed.source, parsed.unused) == ("woocommerce_products", ("Meta: _own",))


def test_a_thousand_in_german_is_no_decimal(read, sample_files, rows_of):
    mug = rows_of(read(sample_files / "woocommerce_products_de.csv"), "products")[1]
    assert (mug["list_price"], mug["weight_grams"], mug["active"]) == (125000, 350.5, False)


def test_analytics_orders_say_what_they_lack_and_refunds_are_rows_of_their_own(read, sample_files, rows_of):
    parsed = read(sample_files / "woocommerce_analytics.csv", time_zone="Europe/Berlin", currency="USD")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("woocommerce_analytics", [], ())
    orders = rows_of(parsed, "orders")
    assert [(r["order_id"], r["subtotal"], r["refunded"], r["currency"], r["status"]) for r in orders] == [
        ("5001", 123450, 3450, "EUR", "shipped"),
        ("5002", 1623, None, "EUR", "on_hold"),
    ]
    assert "total" not in orders[0]
    assert orders[0]["placed_at"] == from_iso("2026-11-14T08:12:44Z")
    assert orders[1]["customer_name"] == "=Buyer"
    assert rows_of(parsed, "order_lines") == []
    assert parsed.notes[0].endswith("these orders come without total, address and lines. An export of orders with line "
                                    "items fills them.")  # fmt: skip


def test_the_order_grid_has_a_clock_of_24_hours_and_its_stores_zone(read, sample_files, rows_of):
    parsed = read(sample_files / "magento_orders_8.csv", time_zone="America/New_York", currency="EUR")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("magento_orders", [], ())
    orders = rows_of(parsed, "orders")
    assert [(r["order_id"], r["total"], r["currency"], r["status"]) for r in orders] == [
        ("000000101", 94510, "EUR", "processing"),  # what was purchased, not the base currency's 1,036.39
        ("000000102", 1000, "USD", "on_hold"),
        ("2000000007", 2250, "USD", "processing"),  # a status of the shop's own
    ]
    # 15:04:05, 9:04:05 and 0:10 in New York, five hours behind UTC.
    assert [row["placed_at"] for row in orders] == [
        from_iso(f"2026-11-{moment}Z") for moment in ("14T20:04:05", "15T14:04:05", "15T05:10:00")
    ]
    assert [row["hold_reason"] for row in orders] == [None, "suspected fraud", None]
    assert parsed.notes[0] == "Adobe Commerce's order grid has no articles: its orders come without lines."


def test_the_whole_order_grid_has_amounts_with_four_decimals(read, sample_files, rows_of):
    parsed = read(sample_files / "magento_orders_18.csv", currency="GBP")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("magento_orders", [], ())
    first, second = rows_of(parsed, "orders")
    assert (first["total"], first["subtotal"], first["shipping"], first["currency"]) == (94510, 94010, 500, "GBP")
    assert (first["status"], first["payment_status"], first["email"]) == ("shipped", "paid", "buyer1@example.com")
    assert (second["status"], second["payment_status"], second["refunded"]) == ("cancelled", "refunded", 1000)


def test_stock_of_a_source_that_is_out_of_stock_is_not_for_sale(read, sample_files, rows_of):
    parsed = read(sample_files / "magento_stock.csv", channel="")
    assert (parsed.source, parsed.rejects, parsed.notes) == ("magento_stock", [], [])
    assert [(r["sku"], r["location"], r["on_hand"], r["held"]) for r in rows_of(parsed, "stock_levels")] == [
        ("000123", "default", 10.1, 0.0),
        ("000123", "east", 5.0, 5.0),
    ]


def test_rows_of_store_views_and_configurable_products_are_no_articles(read, sample_files, rows_of):
    parsed = read(sample_files / "magento_products.csv")
    assert (parsed.source, parsed.rejects) == ("magento_products", [])
    assert [(r["sku"], r["title"], r["list_price"], r["active"]) for r in rows_of(parsed, "products")] == [
        ("KET-17", "Kettle 1.7 l", 3000, True),
        ("BOWL-Blue", "Bowl-Blue", 1500, False),
    ]
    assert [(r["price"], r["quantity"], r["status"]) for r in rows_of(parsed, "listings")] == [
        (2450, 40.0, "active"),
        (1500, -2.0, "inactive"),
    ]
    assert parsed.unused[-2:] == ("amasty_conf_flipper_image", "amasty_conf_matrix")


def test_articles_in_one_cell_are_lines(read, sample_files, rows_of):
    parsed = read(sample_files / "bigcommerce_orders.csv")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("bigcommerce_orders", [], ())
    orders = rows_of(parsed, "orders")
    # The cart that was left is no order. 137.50 + 16.20.
    assert [(r["order_id"], r["total"], r["status"], r["payment_status"], r["refunded"]) for r in orders] == [
        ("186", 13750, "shipped", "paid", 0),
        ("187", 1620, "processing", "partially_refunded", 500),
    ]
    lines = rows_of(parsed, "order_lines")
    assert [(r["order_id"], r["sku"], r["title"], r["quantity"], r["unit_price"], r["amount"]) for r in lines] == [
        ("186", "KET-17", "Kettle, 1.7 l", 1.0, 6750, 6750),
        ("186", "BOWL", "Bowl", 2.0, 3250, 6500),
        ("187", None, "Bowl", 1.0, 1500, 1500),
    ]
    assert lines[1]["line_id"] == "115 Size: S (4), Color: Blue"
    # The lines are the subtotals: 67.50 + 65.00 and 15.00.
    assert [sum(r["amount"] for r in lines if r["order_id"] == o["order_id"]) for o in orders] == [
        o["subtotal"] for o in orders
    ]
    assert parsed.notes[0].startswith("The layout of BigCommerce, orders is inferred from several programs")


def test_whether_a_store_writes_the_day_or_the_month_first_is_asked(read, sample_files, rows_of, text_file):
    orders = rows_of(read(sample_files / "bigcommerce_orders.csv"), "orders")
    assert orders[0]["placed_at"] == from_iso("2026-11-14T00:00:00Z")  # proven: there is no month 14
    doubtful = (sample_files / "bigcommerce_orders.csv").read_text()
    doubtful = doubtful.replace("14/11/2026", "04/11/2026").replace("15/11/2026", "05/11/2026")
    with pytest.raises(AmbiguousDates):
        read(text_file(doubtful))
    stated = read(text_file(doubtful), formats={"Order Date": "%m/%d/%Y"})
    assert rows_of(stated, "orders")[0]["placed_at"] == from_iso("2026-04-11T00:00:00Z")


def test_ids_zips_and_phones_of_customers_lose_their_apostrophe(read, sample_files, rows_of):
    parsed = read(sample_files / "shopify_customers.csv")
    assert (parsed.source, parsed.rejects, parsed.unused, parsed.notes) == ("shopify_customers", [], (), [])
    first, second = rows_of(parsed, "customers")
    assert (first["customer_id"], first["name"], first["postcode"]) == ("6800000000001", "Buyer One", "04101")
    assert (first["phone"], first["province"], first["country"]) == ("+15035550100", "ME", "US")
    assert (second["name"], second["email"], second["country"]) == ("Two", None, "NA")  # Namibia


@pytest.mark.parametrize("width", [1, 2, 24, 40])
def test_webtoffee_orders_of_any_width_with_columns_of_plugins_between(read, text_file, rows_of, width):
    items = range(1, width + 1)
    header = ["order_id", "order_date", "status", "order_total", "order_currency", "billing_email", "meta:_vat_id"]
    header += [f"line_item_{n}" for n in items] + ["meta:delivery_slot"]
    header += [f"Product Item {n} {part}" for n in items for part in ("Name", "id", "SKU", "Quantity", "Total")]
    whole = ["1", "2026-11-14 09:12:44", "wc-processing", f"{width}.50", "EUR", "a@example.com", "DE1"]
    whole += ["" for _ in items] + ["noon"]
    whole += [text for n in items for text in (f"Item {n}", str(n), f"S{n}", "1", "1.00")]
    small = ["2", "2026-11-14 10:00:00", "wc-completed", "1.00", "EUR", "b@example.com", ""]
    small += ["" for _ in items] + [""] + ["Item", "1", "S1", "1", "1.00"] + [""] * 5 * (width - 1)
    parsed = read(text_file("\n".join(",".join(row) for row in (header, whole, small))))
    assert (parsed.source, parsed.rejects) == ("woocommerce_orders", [])
    assert parsed.unused == ("meta:_vat_id", "meta:delivery_slot")
    assert [(r["order_id"], r["status"]) for r in rows_of(parsed, "orders")] == [("1", "processing"), ("2", "shipped")]
    lines = rows_of(parsed, "order_lines")
    assert sorted(row["sku"] for row in lines if row["order_id"] == "1") == sorted(f"S{n}" for n in items)
    assert [row["sku"] for row in lines if row["order_id"] == "2"] == ["S1"]
    # The widest order comes to 1.00 per line; the rest of its total is shipping.
    assert sum(row["amount"] for row in lines if row["order_id"] == "1") == 100 * width


def test_shopify_products_with_prices_per_market_and_metafields(read, sample_files, rows_of, text_file):
    of_2023 = read(sample_files / "shopify_products_2023.csv")
    assert (len(of_2023.names), of_2023.unused) == (56, ())
    header, *rows = (sample_files / "shopify_products_2025.csv").read_text().splitlines()
    assert len(header.split(",")) == 43
    more = "Color (product.metafields.shopify.color-pattern),Google Shopping / Condition"
    parsed = read(text_file("\n".join([f"{header},{more}", *(f"{row},Blue,new" for row in rows)])))
    assert (parsed.source, parsed.rejects) == ("shopify_products", [])
    assert parsed.unused == ("Color (product.metafields.shopify.color-pattern)",)
    theirs = read(sample_files / "shopify_products_2025.csv")
    assert rows_of(parsed, "products") == rows_of(theirs, "products")
