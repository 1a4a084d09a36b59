"""Files that came in together: what was not imported stays in sight, what the import changed, what it would change."""

import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opsconsole.domain.import_answers import Answers
from opsconsole.domain.progress import Progress
from opsconsole.services import clockwork, import_changes, import_pages, import_preview, import_runs, imports
from opsconsole.store import audit
from opsconsole.store.schema import batches, unread_files
from opsconsole.store.schema import import_runs as runs_table

DATA = Path(__file__).parents[1] / "data"
WHO: dict[str, Any] = {"who": "Tester"}


def _import(database: Any, now: int, *paths: Path, **more: Any) -> Any:
    return imports.import_files(database, paths, now=now, **WHO, **more)


def _rows(database: Any, now: int) -> dict[str, dict[str, Any]]:
    listing = imports.list_imports(database, now)
    return {row["file"]: {"id": identity, **row} for identity, row in zip(listing.ids, listing.rows(), strict=True)}


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    path = tmp_path / "spend.csv"
    path.write_text("Campaign,Spend\nA,1.50\nB,2.50\n")
    return path


def test_what_was_not_imported_is_listed_with_the_reason_until_its_content_was(
    database: Any, now: int, unknown: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "old.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    report = _import(database, now, DATA / "shopify_orders_75.csv", unknown, broken)
    assert [file.state for file in report.files] == ["done", "not_recognized", "refused"]
    rows = _rows(database, now)
    assert (rows["spend.csv"]["fills"], rows["spend.csv"]["label"]) == ("Map its columns", None)
    assert rows["spend.csv"]["message"].startswith("2 lines, nothing written. spend.csv is not recognized")
    assert rows["old.pdf"]["fills"] == "Import it again"
    page = import_pages.import_page(database, now, rows["shopify_orders_75.csv"]["id"])
    assert page is not None
    assert (page.files, page.unread, page.counts["inserted"]) == (3, 2, 14)
    assert [step.kind for step in page.steps] == ["map", "file"]
    mapping = tmp_path / "m.toml"
    mapping.write_text('name = "M"\n[[records]]\nkind = "products"\n[records.fields]\nsku = "Campaign"\n')
    later = now + 1
    assert _import(database, later, unknown, mapping=mapping).files[0].state == "done"
    listing = imports.list_imports(database, later)
    fills = dict(zip(listing.ids, listing.columns["fills"], strict=True))
    assert fills[rows["spend.csv"]["id"]] == "Imported since"
    steps = import_pages.import_page(database, later, rows["shopify_orders_75.csv"]["id"])
    assert steps is not None
    assert [step.words for step in steps.steps] == ["Import old.pdf again"]


def test_a_cancelled_import_keeps_what_it_did_not_come_to(sqlite_database: Any, now: int) -> None:
    progress = Progress(lambda done, total, text: progress.cancel() if "inventory" in text else None)
    files = (DATA / "shopify_orders_75.csv", DATA / "shopify_inventory_17.csv")
    report = _import(sqlite_database, now, *files, progress=progress)
    assert report.cancelled
    assert _rows(sqlite_database, now)["shopify_inventory_17.csv"]["state"] == "cancelled"


def test_a_dismissed_file_asks_for_nothing_more_and_comes_back(sqlite_database: Any, now: int, unknown: Path) -> None:
    _import(sqlite_database, now, unknown)
    identity = _rows(sqlite_database, now)["spend.csv"]["id"]
    before = import_runs.dismiss_unread(sqlite_database, [-identity], now=now, **WHO)
    assert _rows(sqlite_database, now)["spend.csv"]["state"] == "dismissed"
    page = import_pages.import_page(sqlite_database, now, identity)
    assert page is not None
    assert page.steps == ()
    import_runs.restore_unread(sqlite_database, before, now=now, **WHO)
    assert _rows(sqlite_database, now)["spend.csv"]["state"] == "not_recognized"
    with sqlite_database.read() as conn:
        assert audit.verify(conn) == []


def test_what_an_import_changed_is_kept_with_it(database: Any, now: int) -> None:
    report = _import(database, now, DATA / "shopify_orders_75.csv", DATA / "shopify_inventory_17.csv")
    turn = clockwork.turn(database, now, who="Tester")
    import_runs.note_effects(database, report.run_id, turn.report, now)
    assert import_runs.note_reorders(database, report.run_id, now) is None  # nothing to compare the first time with
    again = _import(database, now + 1, DATA / "shopify_orders_79.csv")
    assert import_runs.note_reorders(database, again.run_id, now + 1) == 0
    page = import_pages.import_page(database, now, report.files[0].batch_id)
    assert page is not None
    assert page.effect.opened == turn.report.opened == page.open_now
    assert page.effect.values == page.values_now
    with database.read() as conn:
        assert conn.execute(select(func.count()).select_from(runs_table)).scalar() == 2


def test_a_preview_writes_nothing_and_tells_all_of_each_file(database: Any, now: int, unknown: Path) -> None:
    _import(database, now, DATA / "shopify_orders_75.csv")
    files = [DATA / "shopify_orders_79.csv", unknown]
    preview = import_preview.preview_files(database, files, now=now, **WHO)
    orders, other = preview.files
    assert (orders.ready, other.ready, preview.clean) == (True, False, False)
    assert orders.changes is not None
    told = [(row["state"], row["subject"], row["field"], row["old"], row["new"]) for row in orders.changes.rows()]
    assert ("changed", "order #2001", "payment status", "paid", "partially_refunded") in told
    # Every record is in the list: a new and an unchanged one once, a changed one once per value.
    new, same = (sum(row[0] == state for row in told) for state in ("new", "unchanged"))
    assert (new, same) == (orders.report.total("inserted"), orders.report.total("unchanged"))
    changed = {row[1] for row in told if row[0] == "changed"}
    assert len(changed) == orders.report.total("updated")
    assert other.columns is not None
    assert list(other.columns.columns["column"]) == ["Campaign", "Spend"]
    assert other.first_rows is not None
    assert len(other.first_rows) == 2
    with database.read() as conn:
        assert conn.execute(select(func.count()).select_from(batches)).scalar() == 1
        assert conn.execute(select(func.count()).select_from(unread_files)).scalar() == 0


def test_the_columns_of_an_unknown_file_are_the_same_ones_wherever_they_are_told(
    sqlite_database: Any, now: int, tmp_path: Path
) -> None:
    """69 names; below them nearly empty rows of words that are columns elsewhere, and cells beyond the last name."""
    names = ["Deal", "Owner", "Stage", *(f"Own property {number}" for number in range(1, 67))]
    row = ["SKU", "Order", "Status", "Email", "Quantity", "Price", "Total", "Location", *[""] * 61]
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(",".join([*line, "", ""]) for line in (names, *[row] * 40)) + "\n")
    (file,) = import_preview.preview_files(sqlite_database, [path], now=now, **WHO).files
    assert "“Deal”, “Owner”, “Stage”, “Own property 1”, “Own property 2”, “Own property 3” and 63 more (line 1)" in (
        file.report.message
    )
    assert file.columns is not None
    assert list(file.columns.columns["column"]) == names == list(file.header)
    assert imports.recognize(path).columns == tuple(names)


def test_changes_beyond_the_limit_are_counted_and_said(
    sqlite_database: Any, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST", 2)
    preview = import_preview.preview_files(sqlite_database, [DATA / "shopify_orders_75.csv"], now=now, **WHO)
    changes = preview.files[0].changes
    assert changes is not None
    # 4 orders, 7 lines and 3 payments are new; 2 of each are listed.
    assert len(changes) == 6
    assert changes.notes == ("8 further records are counted and not listed.",)
    assert import_changes.MOST > 1_000


def test_a_file_whose_every_line_is_skipped_is_not_called_empty(sqlite_database: Any, now: int, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    header = "sku,store_view_code,attribute_set_code,product_type,name,price,product_online"
    path.write_text(f"{header}\nA-1,de,Default,simple,Becher,9.00,1\n")
    (file,) = import_preview.preview_files(sqlite_database, [path], now=now, **WHO).files
    assert (file.report.source, file.report.total("read"), file.state) == ("magento_products", 0, "no_records")
    path.write_text(f"{header}\n")
    (file,) = import_preview.preview_files(sqlite_database, [path], now=now, **WHO).files
    assert file.state == "empty"


def test_times_of_a_preview_have_their_year(sqlite_database: Any, now: int) -> None:
    (file,) = import_preview.preview_files(sqlite_database, [DATA / "shopify_orders_75.csv"], now=now, **WHO).files
    assert file.changes is not None
    told = " ".join(str(text) for text in file.changes.columns["new"])
    assert re.findall(r"[A-Z][a-z]{2}(?: \d{4})?, \d\d:\d\d UTC", told)
    assert not re.search(r"[A-Z][a-z]{2}, \d\d:\d\d UTC", told)


def test_one_record_on_lines_that_differ_is_spoken_of_as_one(sqlite_database: Any, now: int, tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    mapping = tmp_path / "stock.toml"
    path.write_text("sku,name\nA-1,Mug\nA-1,Cup\n")
    mapping.write_text(
        'name = "Items"\n[[records]]\nkind = "products"\n[records.fields]\nsku = "sku"\ntitle = "name"\n'
    )
    (file,) = imports.import_files(sqlite_database, [path], now=now, mapping=mapping, **WHO).files
    assert "1 product stands on several lines that differ; the later line counts." in file.notes


def test_fields_of_a_preview_are_spelled_as_people_do(sqlite_database: Any, now: int, tmp_path: Path) -> None:
    path = tmp_path / "stock_sources.csv"
    path.write_text("source_code,sku,status,quantity\neast,A-1,1,10\n")
    (file,) = import_preview.preview_files(sqlite_database, [path], now=now, **WHO).files
    assert file.changes is not None
    assert file.changes.row(0)["subject"] == "SKU A-1, location east"


def test_answers_are_of_single_files_also_inside_an_archive(sqlite_database: Any, now: int, tmp_path: Path) -> None:
    archive = tmp_path / "week.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.write(DATA / "shopify_orders_75.csv", "a.csv")
        package.write(DATA / "shopify_inventory_17.csv", "b.csv")
    preview = import_preview.preview_files(sqlite_database, [archive], now=now, **WHO)
    keys = [file.key for file in preview.files]
    assert keys == ["week.zip/a.csv", "week.zip/b.csv"]
    said = {keys[0]: Answers(channel="shop-b"), keys[1]: Answers(leave_out=True)}
    report = _import(sqlite_database, now, archive, answers=said)
    assert [(file.name, file.channel) for file in report.files] == [("week.zip/a.csv", "shop-b")]


def test_a_file_that_is_empty_or_gone_keeps_no_other_from_being_looked_at_and_imported(
    database: Any, now: int, tmp_path: Path
) -> None:
    empty, gone, locked = tmp_path / "empty.csv", tmp_path / "gone.csv", tmp_path / "damaged.zip"
    empty.touch()
    with zipfile.ZipFile(locked, "w") as package:
        package.writestr("a.csv", "a,b\n1,2\n" * 100)
    content = bytearray(locked.read_bytes())
    content[45] ^= 0xFF  # inside the stored file: its checksum does not fit any more
    locked.write_bytes(content)
    files = [empty, DATA / "shopify_orders_75.csv", gone, locked]
    preview = import_preview.preview_files(database, files, now=now, **WHO)
    assert [(file.report.name, file.state) for file in preview.files] == [
        ("empty.csv", "refused"),
        ("shopify_orders_75.csv", "dry_run"),
        ("gone.csv", "refused"),
        ("damaged.zip", "refused"),
    ]
    assert preview.files[0].report.message == "empty.csv is empty."
    report = _import(database, now, *files)
    assert [file.state for file in report.files] == ["refused", "done", "refused", "refused"]
    missed = _rows(database, now)["gone.csv"]
    assert missed["message"].startswith(f"{gone} is not there.")
    shutil.copy(DATA / "shopify_inventory_17.csv", gone)
    later = now + 1
    assert _import(database, later, gone).files[0].state == "done"
    listing = imports.list_imports(database, later)
    assert dict(zip(listing.ids, listing.columns["fills"], strict=True))[missed["id"]] == "Imported since"
    page = import_pages.import_page(database, later, missed["id"])
    assert page is not None
    assert [step.words for step in page.steps] == ["Import empty.csv again", "Import damaged.zip again"]


def test_what_an_archive_held_has_no_path_to_go_back_to(sqlite_database: Any, now: int, tmp_path: Path) -> None:
    archive = tmp_path / "week.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.write(DATA / "shopify_orders_75.csv", "a.csv")
    plain = tmp_path / "plain.csv"
    shutil.copyfile(DATA / "shopify_inventory_17.csv", plain)
    _import(sqlite_database, now, archive, plain)
    rows = _rows(sqlite_database, now)
    assert (rows["week.zip/a.csv"]["path"], rows["plain.csv"]["path"]) == (None, str(plain.resolve()))


def test_a_date_format_that_was_told_answers_the_same_doubt_the_next_time(
    sqlite_database: Any, now: int, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.toml"
    fields = '[records.fields]\norder_id = "id"\nplaced_at = "At"\n'
    mapping.write_text(f'name = "M"\nchannel = "shop"\n[[records]]\nkind = "orders"\n{fields}')
    first, second, proven = (tmp_path / name for name in ("1.csv", "2.csv", "3.csv"))
    first.write_text("id,At\n1,03/04/2026\n")
    second.write_text("id,At\n2,05/06/2026\n")
    proven.write_text("id,At\n3,06/25/2026\n")
    said = {str(first): Answers(formats={"At": "%d/%m/%Y"})}
    assert _import(sqlite_database, now, first, mapping=mapping, answers=said).files[0].state == "done"
    (again,) = _import(sqlite_database, now + 1, second, mapping=mapping).files
    assert again.state == "done"
    assert any("as you said the last time" in note for note in again.notes)
    # A date that only one order of day and month reads proves the format of its file.
    (other,) = _import(sqlite_database, now + 2, proven, mapping=mapping).files
    assert (other.state, other.formats) == ("done", {"at": "%m/%d/%Y"})


def test_a_lot_is_told_as_its_files_would_find_each_other(sqlite_database: Any, now: int, tmp_path: Path) -> None:
    """The counts of the preview are those of the import that follows."""
    text = (DATA / "shopify_orders_75.csv").read_text(encoding="utf-8")
    files = [tmp_path / name for name in ("1.csv", "2.csv", "3.csv")]
    for path, content in zip(files, (text, text, text.replace("12 Alder St", "14 Alder St")), strict=True):
        path.write_text(content, encoding="utf-8")
    preview = import_preview.preview_files(sqlite_database, files, now=now, **WHO)
    tried = [[file.report.total(name) for name in ("inserted", "updated", "unchanged")] for file in preview.files]
    done = _import(sqlite_database, now, *files)
    assert tried == [[file.total(name) for name in ("inserted", "updated", "unchanged")] for file in done.files]
    assert "14 records unchanged by then: 1.csv of this lot brings them first." in preview.files[1].report.notes
    assert preview.files[2].changes is not None
    told = {(row["state"], row["field"]) for row in preview.files[2].changes.rows()}
    assert told == {("changed", "by 2.csv of this lot"), ("unchanged", "by 2.csv of this lot")}
