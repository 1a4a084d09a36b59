import gzip
import json
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, from_iso
from opsconsole.domain.progress import Progress
from opsconsole.services import imports, mappings_changes
from opsconsole.services.import_report import as_json
from opsconsole.store import audit
from opsconsole.store.schema import (
    batches,
    channels,
    feeds,
    order_lines,
    orders,
    payments,
    rejects,
    sales_history,
    shipments,
    stock_levels,
)

DATA = Path(__file__).parents[1] / "data"


@dataclass
class Importer:
    """Imports files into one database as the same person, with mappings from a folder of the test's own."""

    database: Any
    now: int
    folder: Path
    more: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *paths: Path, **more: Any) -> Any:
        given = {"now": self.now, "who": "Tester", "folder": self.folder, **more}
        return imports.import_files(self.database, paths, **given)

    def count(self, table: Any) -> int:
        with self.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table)).scalar_one())

    def column(self, column: Any, *where: Any) -> list[Any]:
        with self.database.read() as conn:
            return list(conn.execute(select(column).where(*where).order_by(column)).scalars())


@pytest.fixture
def importer(database: Any, now: int, tmp_path: Path) -> Importer:
    return Importer(database, now, tmp_path / "mappings")


@pytest.fixture
def sqlite_importer(sqlite_database: Any, now: int, tmp_path: Path) -> Importer:
    return Importer(sqlite_database, now, tmp_path / "mappings")


def test_a_shopify_file_fills_orders_lines_and_payments_once(importer: Importer) -> None:
    report = importer(DATA / "shopify_orders_75.csv")
    (file,) = report.files
    assert (file.state, file.source, file.channel) == ("done", "shopify_orders", "shopify")
    counts = {c.kind: (c.read, c.inserted, c.updated, c.unchanged, c.rejected) for c in file.counts}
    assert counts == {"orders": (4, 4, 0, 0, 0), "order_lines": (7, 7, 0, 0, 0), "payments": (3, 3, 0, 0, 0)}
    assert (importer.count(orders), importer.count(order_lines), importer.count(payments)) == (4, 7, 3)
    assert sum(importer.column(orders.c.total)) == 24_050
    again = importer(DATA / "shopify_orders_75.csv")
    assert (again.total("inserted"), again.total("updated"), again.total("unchanged")) == (0, 0, 14)
    assert "nothing has changed" in again.files[0].words()[1]
    assert importer.count(orders) == 4


def test_every_batch_is_kept_with_its_counts_its_time_and_a_row_in_the_audit_trail(
    importer: Importer, now: int
) -> None:
    report = importer(DATA / "shopify_orders_75.csv")
    listing = imports.list_imports(importer.database, now)
    row = listing.row(0)
    assert row["batch"] == str(report.files[0].batch_id)
    assert (row["file"], row["label"], row["fills"]) == (
        "shopify_orders_75.csv", "Shopify, orders", "Orders, order lines, payments",
    )  # fmt: skip
    assert (row["read"], row["inserted"], row["state"]) == (14, 14, "done")
    # The newest fact in the file: #2004 was cancelled at 22:40 Pacific time.
    assert (row["source_time"], row["basis"]) == (from_iso("2026-11-17T06:40:00Z"), "the newest time in the file")
    assert len(imports.list_imports(importer.database, now - DAY)) == 0
    with importer.database.read() as conn:
        assert audit.verify(conn) == []


def test_a_dry_run_writes_nothing_and_tells_what_would_change(importer: Importer) -> None:
    tried = importer(DATA / "shopify_orders_75.csv", dry_run=True)
    assert (tried.total("inserted"), tried.files[0].state, tried.files[0].batch_id) == (14, "dry_run", None)
    assert [importer.count(table) for table in (orders, batches, channels, feeds)] == [0, 0, 0, 0]
    importer(DATA / "shopify_orders_75.csv")
    tried = importer(DATA / "shopify_orders_79.csv", dry_run=True)
    told = {(s.subject, s.field, s.old, s.new) for s in tried.files[0].samples}
    assert ("order #2001", "payment status", "paid", "partially_refunded") in told
    assert ("order #2001", "refunded", "$0.00", "$15.00") in told
    assert ("order #2005", "", "", "") in told
    assert "Nothing was written." in tried.headline()
    assert importer.column(orders.c.refunded) == [0, 0, 0, 0]


def test_an_older_export_does_not_undo_a_newer_one(importer: Importer) -> None:
    importer(DATA / "shopify_orders_79.csv")
    importer(DATA / "shopify_orders_75.csv")
    assert importer.column(orders.c.payment_status, orders.c.order_id == "#2001") == ["partially_refunded"]
    assert importer.count(orders) == 5


def test_a_line_that_cannot_be_read_sets_its_order_aside_until_it_is_corrected(
    importer: Importer, tmp_path: Path, now: int
) -> None:
    good = (DATA / "shopify_orders_75.csv").read_text(encoding="utf-8")
    path = tmp_path / "orders.csv"
    path.write_text(good.replace(",4,Bowl,18.00,", ",four,Bowl,18.00,"), encoding="utf-8")
    report = importer(path)
    assert (report.exit_code, report.files[0].state, report.total("rejected")) == (3, "partly", 5)
    assert "#2003" not in importer.column(orders.c.order_id)
    listing = imports.list_rejects(importer.database, now, report.files[0].batch_id)
    assert [listing.row(i)["line"] for i in range(len(listing))] == [7, 8, 9]
    row = listing.row(2)
    assert (row["file"], row["field"], row["found"]) == ("orders.csv", "quantity", "four")
    assert row["expected"] == "a number with a decimal point"
    assert row["raw"].startswith("#2003,buyer3@example.com,")
    assert any("line 9 has “four” in quantity" in words for words in report.words())
    path.write_text(good, encoding="utf-8")
    mended = importer(path)
    assert (mended.exit_code, mended.total("inserted"), mended.total("rejected")) == (0, 5, 0)


def test_two_shops_may_both_have_an_order_1001(importer: Importer) -> None:
    file = DATA / "shopify_orders_75.csv"
    importer(file, channel="shop_a")
    importer(file, channel="shop_b")
    assert importer.count(orders) == 8
    assert importer.column(channels.c.key) == ["shop_a", "shop_b"]
    # What was told last is remembered for the folder.
    assert importer(file).files[0].channel == "shop_b"


def test_with_two_shops_and_nothing_remembered_the_channel_is_asked(
    importer: Importer, tmp_path: Path, now: int
) -> None:
    with importer.database.write() as conn:
        rows = [{"key": key, "label": key, "platform": "shopify"} for key in ("shop_a", "shop_b")]
        conn.execute(channels.insert(), rows)
    report = importer(DATA / "shopify_orders_75.csv")
    assert (report.files[0].state, report.exit_code) == ("refused", 2)
    assert "which of shop_a, shop_b is it from?" in report.files[0].message
    assert report.files[0].ask_channels == ("shop_a", "shop_b")
    found = imports.recognize(DATA / "shopify_orders_75.csv", importer.database, now=now)
    assert (found.recognized, found.needs_channel) == (True, True)
    assert found.channels == (("shop_a", "shop_a"), ("shop_b", "shop_b"))


def test_lines_mapped_apart_from_their_orders_come_to_the_channel_that_is_there(
    sqlite_importer: Importer, tmp_path: Path
) -> None:
    importer = sqlite_importer
    (tmp_path / "bought.csv").write_text("Number,At\n1001,2026-11-01\n")
    (tmp_path / "articles.csv").write_text("Number,Pos,Article\n1001,1,A\n")
    bought, articles = tmp_path / "bought.toml", tmp_path / "articles.toml"
    bought.write_text(
        'name = "bought"\n[[records]]\nkind = "orders"\n[records.fields]\norder_id = "Number"\n'
        'placed_at = { from = "At", format = "iso" }\n'
    )
    articles.write_text(
        'name = "articles"\n[[records]]\nkind = "order_lines"\n[records.fields]\norder_id = "Number"\n'
        'line_id = "Pos"\nsku = "Article"\n'
    )
    assert importer(tmp_path / "bought.csv", mapping=bought).files[0].channel == "bought"
    lines = importer(tmp_path / "articles.csv", mapping=articles).files[0]
    assert (lines.channel, importer.count(orders)) == ("bought", 1)
    importer(DATA / "shopify_orders_75.csv", channel="shop")
    asked = importer(tmp_path / "articles.csv", mapping=articles).files[0]
    # A second shop leaves what is remembered or told; without either it is asked.
    assert asked.ask_channels == ("bought", "shop")
    assert importer(tmp_path / "articles.csv", mapping=articles, channel="bought").files[0].total("unchanged") == 1


def test_a_file_that_names_the_shop_of_each_order_needs_no_channel(importer: Importer, now: int) -> None:
    for name in ("shipstation_orders.csv", "channeladvisor_orders.csv"):
        assert not imports.recognize(DATA / name, importer.database, now=now).needs_channel
    importer(DATA / "channeladvisor_orders.csv")
    with importer.database.read() as conn:
        found = conn.execute(select(orders.c.channel, orders.c.order_id).order_by(orders.c.channel)).all()
    assert [tuple(row) for row in found] == [("amazon", "111-2223334-5556667"), ("ebay", "01-11111-22222")]


def test_no_file_of_any_platform_fills_anything_twice(importer: Importer) -> None:
    files = sorted(path for path in DATA.iterdir() if path.suffix in (".csv", ".txt", ".edi"))
    files.remove(DATA / "fraud_decisions.csv")  # of a mapping
    for path in files:
        (first,), (again,) = importer(path, channel="shop").files, importer(path, channel="shop").files
        assert (first.state, again.state, first.rejects) == ("done", "done", []), path.name
        assert (again.total("inserted"), again.total("updated")) == (0, 0), path.name
        assert again.total("unchanged") == first.total("read") == again.total("read") > 0, path.name


def test_labels_find_their_orders_by_number_in_any_order_of_files(importer: Importer) -> None:
    importer(DATA / "shipstation_shipments.csv", DATA / "shopify_orders_75.csv")
    assert importer.column(orders.c.order_id) == ["#2001", "#2002", "#2003", "#2004"]
    joined = select(orders.c.order_id).join(shipments, shipments.c.order_fk == orders.c.id)
    with importer.database.read() as conn:
        assert sorted(conn.execute(joined).scalars()) == ["#2001", "#2003", "#2003"]
        delivered = conn.execute(select(orders.c.order_id).where(orders.c.delivered_at.is_not(None))).scalars().all()
    assert delivered == ["#2001"]


def test_what_a_newer_stock_file_leaves_out_left_the_list(importer: Importer, tmp_path: Path, now: int) -> None:
    import os

    for name, hours in (("shopify_inventory_17.csv", 48), ("shopify_inventory_19.csv", 24)):
        path = tmp_path / name
        shutil.copyfile(DATA / name, path)
        at = (now - hours * HOUR) / 1_000_000
        os.utime(path, (at, at))
        importer(path)
    listed = select(stock_levels.c.sku, stock_levels.c.location).where(stock_levels.c.listed)
    with importer.database.read() as conn:
        assert sorted(tuple(row) for row in conn.execute(listed)) == [
            ("KET-17", "Portland"),
            ("KET-17", "Reno 3PL"),
            ("MUG-B", "Portland"),
        ]
        newest = conn.execute(select(feeds.c.newest_data_at, feeds.c.arrivals)).one()
    assert tuple(newest) == (now - 24 * HOUR, 2)


def test_a_feeds_usual_interval_is_the_median_distance_of_its_newest_data(importer: Importer, tmp_path: Path) -> None:
    mapping = tmp_path / "orders.toml"
    mapping.write_text(
        'name = "Daily"\nchannel = "web"\n[[records]]\nkind = "orders"\n'
        '[records.fields]\norder_id = "id"\nplaced_at = "at"\n'
    )
    for number, day in enumerate((1, 2, 3, 7)):
        (tmp_path / "daily.csv").write_text(f"id,at\n{number},2026-11-{day:02d} 08:00:00\n")
        importer(tmp_path / "daily.csv", mapping=mapping)
        expected = None if number < 2 else DAY // 1_000_000
        assert importer.column(feeds.c.usual_interval_seconds) == [expected]
    assert importer.column(feeds.c.newest_data_at) == [from_iso("2026-11-07T08:00:00Z")]


@pytest.mark.parametrize(
    "times",
    [("2024-02-01 08:00:00", "2026-01-01 08:00:00", "2026-11-07 08:00:00"), ("08:00:01", "08:00:02", "08:00:04")],
)
def test_files_saved_over_years_or_within_seconds_are_no_habit(
    sqlite_importer: Importer, tmp_path: Path, times: tuple[str, ...]
) -> None:
    mapping = tmp_path / "orders.toml"
    mapping.write_text(
        'name = "Daily"\nchannel = "web"\n[[records]]\nkind = "orders"\n'
        '[records.fields]\norder_id = "id"\nplaced_at = "at"\n'
    )
    for number, at in enumerate(times):
        (tmp_path / "some.csv").write_text(f"id,at\n{number},{at if len(at) > 8 else f'2026-11-07 {at}'}\n")
        sqlite_importer(tmp_path / "some.csv", mapping=mapping)
    assert sqlite_importer.column(feeds.c.usual_interval_seconds) == [None]


def test_one_bad_file_spoils_no_other(importer: Importer, tmp_path: Path) -> None:
    (tmp_path / "spend.csv").write_text("Campaign,Spend\nBrand,12.50\n")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0 old excel")
    report = importer(tmp_path / "spend.csv", DATA / "shopify_orders_75.csv", tmp_path / "old.xls")
    assert [file.state for file in report.files] == ["not_recognized", "done", "refused"]
    assert report.exit_code == 3
    assert report.headline().endswith("2 files could not be imported.")
    listing = report.listing()
    assert [listing.row(i)["label"] for i in range(3)] == [None, "Shopify, orders", None]
    assert "Map its columns once" in listing.row(0)["message"]


def test_folders_archives_and_packed_files_are_imported_as_their_files(importer: Importer, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "a.csv.gz").write_bytes(gzip.compress((DATA / "shopify_orders_75.csv").read_bytes()))
    with zipfile.ZipFile(drop / "more.zip", "w") as package:
        package.write(DATA / "shopify_orders_79.csv", "export/orders.csv")
    report = importer(drop, drop / "more.zip")
    assert [file.name for file in report.files] == ["a.csv.gz", "more.zip/orders.csv"]
    assert importer.count(orders) == 5


def test_a_saved_mapping_is_recognized_the_next_time(importer: Importer, tmp_path: Path) -> None:
    raw = {
        "name": "Till", "channel": "till",
        "records": [{"kind": "sales_history", "fields": {
            "document": "Receipt", "sku": "Article", "quantity": "Pieces", "sold_at": {"from": "When"},
            "amount": {"product": ["Pieces", "Each"], "round": 2},
        }}],
    }  # fmt: skip
    raw["file"] = {"currency": "USD", "header": ["Receipt", "Article", "Pieces", "Each", "When"]}
    mappings_changes.save_mapping(importer.database, raw, who="Tester", now=importer.now)
    path = tmp_path / "till.tsv"
    path.write_text(
        "Receipt\tArticle\tPieces\tEach\tWhen\n1\tA\t2\t1.25\t2026-11-16\n1\tA\t2\t1.25\t2026-11-16\n2\tB\t1\t0.99\t2026-11-16\n"
    )
    found = imports.recognize(path, importer.database)
    assert (found.source, found.why) == ("mapping:Till", "its header is the one the mapping was made for")
    # Lines without a key that are equal are as many as they are, and the same file again adds none.
    assert importer(path).total("inserted") == 3
    assert importer(path).total("inserted") == 0
    assert importer.column(sales_history.c.amount) == [99, 250, 250]


def test_a_cancelled_import_keeps_the_files_before_and_nothing_of_the_one_under_way(importer: Importer) -> None:
    progress = Progress(lambda done, total, text: progress.cancel() if "shopify_inventory_17" in text else None)
    report = importer(DATA / "shopify_orders_75.csv", DATA / "shopify_inventory_17.csv", progress=progress)
    assert [file.state for file in report.files] == ["done", "cancelled"]
    assert report.cancelled
    assert (importer.count(orders), importer.count(stock_levels)) == (4, 0)
    assert importer.count(batches) == 1


def test_dates_nobody_can_tell_apart_are_refused_until_somebody_says(sqlite_importer: Importer, tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'name = "M"\n[[records]]\nkind = "orders"\n[records.fields]\norder_id = "id"\nplaced_at = "at"\n'
    )
    (tmp_path / "f.csv").write_text("id,at\n1,03/04/2026\n")
    refused = sqlite_importer(tmp_path / "f.csv", mapping=mapping)
    assert "3 April 2026" in refused.files[0].message
    assert refused.files[0].ask_formats == {"at": ("%m/%d/%Y", "%d/%m/%Y")}
    done = sqlite_importer(tmp_path / "f.csv", mapping=mapping, formats={"at": "%d/%m/%Y"})
    assert done.files[0].state == "done"
    assert sqlite_importer.column(orders.c.placed_at) == [from_iso("2026-04-03T00:00:00Z")]


def test_what_cannot_be_begun_is_told_at_once(sqlite_importer: Importer, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not there"):
        sqlite_importer(tmp_path / "none.csv")
    with pytest.raises(UserError, match="no source “shoppify”"):
        sqlite_importer(DATA / "shopify_orders_75.csv", source="shoppify")
    with pytest.raises(UserError, match="There is no mapping"):
        sqlite_importer(DATA / "shopify_orders_75.csv", mapping=tmp_path / "none.toml")


def test_a_report_is_plain_values_for_scripts(sqlite_importer: Importer) -> None:
    report = sqlite_importer(DATA / "shopify_orders_75.csv")
    plain = json.loads(json.dumps(as_json(report), default=list))
    (file,) = plain["files"]
    assert {key: file[key] for key in ("source", "read", "inserted", "updated", "unchanged", "rejected", "batch")} == {
        "source": "shopify_orders", "read": 14, "inserted": 14, "updated": 0, "unchanged": 0, "rejected": 0, "batch": 1,
    }  # fmt: skip
    assert [kind["kind"] for kind in file["kinds"]] == ["orders", "order_lines", "payments"]


def test_sources_and_their_fields_are_listed() -> None:
    listing = imports.list_sources()
    keys = list(listing.columns["key"])
    assert keys == sorted(keys)
    assert {"amazon_orders", "fedex_billing", "shopify_orders", "woocommerce_orders", "zendesk_tickets"} <= set(keys)
    fields = imports.list_source_fields()
    assert "orders.order_id" in fields.ids
    assert len(fields) > 150


def test_refused_lines_with_bytes_no_database_takes_are_kept_readable(
    importer: Importer, tmp_path: Path, now: int
) -> None:
    mapping = tmp_path / "p.toml"
    mapping.write_text('name = "P"\n[[records]]\nkind = "products"\n[records.fields]\nsku = "sku"\ntitle = "title"\n')
    (tmp_path / "p.csv").write_bytes(b"sku,title\nA,nu\x00l\n" + b"B,ok\n" * 3)
    importer(tmp_path / "p.csv", mapping=mapping)
    assert importer.column(rejects.c.found) == ["nu\\x00l"]
    assert importer.count(rejects) == 1


def test_the_report_counts_in_grammatical_words(sqlite_importer: Importer) -> None:
    sqlite_importer(DATA / "shopify_orders_75.csv")
    told = sqlite_importer(DATA / "shopify_orders_79.csv").files[0].words()[1]
    assert told.replace("**", "") == (
        "Of 7 records, 1 order, 1 order line and 1 payment are new; 1 order and 1 payment changed; "
        "2 order lines were known already."
    )


def test_times_without_an_offset_are_local_to_the_business_and_the_report_says_so(sqlite_importer: Importer) -> None:
    from opsconsole.services.settings import change_setting

    now = sqlite_importer.now
    change_setting(sqlite_importer.database, "time_zone", "America/Los_Angeles", who="Tester", now=now - DAY)
    report = sqlite_importer(DATA / "shipstation_shipments.csv")
    assert "read as local times of America/Los_Angeles" in " ".join(report.words())
    labeled = sqlite_importer.column(shipments.c.labeled_at, shipments.c.tracking_number == "1Z999AA10123456784")
    assert labeled == [from_iso("2026-11-15T17:40:00Z")]
