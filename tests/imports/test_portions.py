"""Long files of orders are read portion by portion: the answer is that of reading them at once, which is compared."""

import csv
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.imports import fields, portions, reader, scratch
from opsconsole.imports.opened import Reading
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.reader import open_file, read_opened
from opsconsole.imports.records import Records
from opsconsole.imports.source import all_sources
from opsconsole.services import databases, imports
from opsconsole.store import schema

Write = Callable[..., Path]
SHOP = Reading(channel="shop", currency="USD", time_zone="UTC", now=1_794_930_120_000_000)


@pytest.fixture(autouse=True)
def short_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of a few rows, blocks of a few hundred bytes."""
    monkeypatch.setattr(portions, "ROWS", 6)
    monkeypatch.setattr(portions, "_LONG", 0)
    monkeypatch.setattr(fields, "_BLOCK", 1500)


def shop(sample_files: Path, orders: list[list[dict[str, str]]], end: str = "\n") -> bytes:
    """A Shopify export of the given rows, under its genuine header."""
    with (sample_files / "shopify_orders_79.csv").open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator=end)
    writer.writeheader()
    writer.writerows(row for order in orders for row in order)
    return text.getvalue().encode()


def some_order(dice: random.Random, number: int) -> list[dict[str, str]]:
    """One order of some lines, with what makes reading hard: line feeds, quotes, faults, repeats."""
    name, stamp = f"#{number}", f"2026-05-{1 + number % 28:02d} 10:{number % 60:02d}:07 -0800"
    rows = []
    for _ in range(dice.randrange(1, 5)):
        row = {"Name": name, "Email": f"c{number % 7}@example.com", "Created at": stamp}
        row |= {
            "Lineitem quantity": str(dice.randrange(1, 4)),
            "Lineitem price": f"{dice.randrange(1, 9999) / 100:.2f}",
        }
        row |= {
            "Lineitem sku": f"S-{dice.randrange(3)}",
            "Lineitem name": dice.choice(["Mug", 'Mug, "blue"', "Mug\nred"]),
        }
        if dice.random() < 0.05:
            row["Lineitem price"] = dice.choice(["one", "1,00,00", "4.999"])
        rows.append(row)
    total = dice.choice(["n/a", "12.345"]) if dice.random() < 0.1 else f"{dice.randrange(1, 99999) / 100:.2f}"
    rows[0] |= {"Currency": "USD", "Total": total, "Subtotal": "1.00", "Financial Status": "paid"}
    rows[0] |= {"Fulfillment Status": dice.choice(["fulfilled", "partial", "unfulfilled", "what"])}
    rows[0] |= {"Payment Reference": f"r{number}", "Paid at": stamp, "Notes": dice.choice(["", "ring\n\ntwice"])}
    return rows


def both(path: Path, reading: Reading = SHOP) -> tuple[ParsedFile, ParsedFile]:
    """A file read in portions and at once."""
    opened = open_file(path, list(all_sources().values()))
    parts = read_opened(opened, reading, in_portions=True)
    return parts, read_opened(opened, reading)


def rows_of(parsed: ParsedFile) -> Iterator[tuple[Any, ...]]:
    """Every record with its kind, line and time, by kind."""
    groups: list[Records] = [records for portion in parsed.portions() for records in portion]
    for kind in sorted({records.kind for records in groups}):
        for records in groups:
            if records.kind == kind:
                times = records.times or [None] * len(records)
                yield from ((kind, *row) for row in zip(records.lines, times, records.rows(), strict=True))


def assert_same(parts: ParsedFile, whole: ParsedFile) -> None:
    """Both ways of reading say the same."""
    assert list(rows_of(parts)) == list(rows_of(whole))
    assert parts.counts() == whole.counts()
    assert parts.rejects == whole.rejects
    assert [(row.line, row.cells) for row in parts.refused] == [(row.line, row.cells) for row in whole.refused]
    together = {row.line: row.part for row in parts.refused}
    for one, two in zip(whole.refused, whole.refused[1:], strict=False):
        assert (one.part == two.part) == (together[one.line] == together[two.line])
    for name in ("records_read", "records_rejected", "source_time", "basis", "newest_data_at", "notes", "formats"):
        assert getattr(parts, name) == getattr(whole, name), name
    assert (parts.decimals, parts.defaults, parts.unused) == (whole.decimals, whole.defaults, whole.unused)


@pytest.mark.parametrize("seed", range(6))
def test_portions_say_what_the_file_says_at_once(sample_files: Path, text_file: Write, seed: int) -> None:
    dice = random.Random(seed)
    orders = [some_order(dice, number) for number in range(1000, 1040)]
    content = shop(sample_files, orders, "\r\n" if seed % 2 else "\n")
    if seed == 2:
        content += b"#9999,too,few,cells\n"
    if seed == 3:
        content = content.replace(b"#1009,", b"#1009 ,").rstrip(b"\n")
    if seed == 4:
        content = content.replace(b"c3@", b"c\xff@")
    parts, whole = both(text_file(content))
    assert parts.spool is not None
    assert len(list(parts.portions())) > 3
    assert_same(parts, whole)
    parts.close()


def test_an_order_that_comes_again_later_is_read_with_all_its_lines(sample_files: Path, text_file: Write) -> None:
    dice = random.Random(1)
    orders = [some_order(dice, number) for number in range(1000, 1030)]
    orders.append([{**orders[2][0], "Currency": "", "Lineitem sku": "late", "Lineitem price": "one"}])
    parts, whole = both(text_file(shop(sample_files, orders)))
    assert sorted(rows_of(parts), key=repr) == sorted(rows_of(whole), key=repr)
    assert (parts.rejects, parts.notes) == (whole.rejects, whole.notes)
    parts.close()


def test_dates_that_only_a_later_portion_decides_are_read_as_it_says(
    sample_files: Path, text_file: Write, mapping: Callable[[str], Any]
) -> None:
    spec = mapping(
        'name = "x"\n[[records]]\nkind = "orders"\n[records.fields]\norder_id = { from = "Order" }\n'
        'placed_at = { from = "Placed", format = ["%d/%m/%Y", "%m/%d/%Y"] }\ntotal = { from = "Total" }\n'
    )
    lines = [f"{number},0{1 + number % 9}/0{1 + number % 8}/2026,{number}.50\n" for number in range(40)]
    path = text_file("Order,Placed,Total\n" + "".join(lines) + "77,05/31/2026,1.00\n")
    opened = open_file(path, [], forced=spec)
    parts = read_opened(opened, SHOP, in_portions=True)
    assert_same(parts, read_opened(opened, SHOP))
    assert parts.formats == {"placed": "%m/%d/%Y"}
    parts.close()


def test_the_last_times_of_all_portions_say_how_new_a_file_is(sample_files: Path, text_file: Write) -> None:
    orders = [some_order(random.Random(number), number) for number in range(1000, 1030)]
    for row in orders[3]:
        row["Created at"] = "2026-09-09 09:09:09 -0800"
    parts, whole = both(text_file(shop(sample_files, orders)))
    assert_same(parts, whole)
    parts.close()


@pytest.mark.parametrize(
    ("source", "column"),
    [("shopify_orders", "name"), ("amazon_orders", "amazon-order-id"), ("etsy_order_items", "order id")],
)
def test_exports_of_orders_are_cut_where_the_order_ends(source: str, column: str) -> None:
    spec = all_sources()[source].spec
    names = {name for group, _ in spec.column_groups() for name in group}
    cuts = [portions._cut_of(record, names) for record in spec.records]
    assert {cut and cut.column for cut in cuts} == {column}


def test_stock_and_short_files_are_read_at_once(sample_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spooled(name: str) -> bool:
        opened = open_file(sample_files / name, list(all_sources().values()))
        parsed = reader.read_opened(opened, SHOP, in_portions=True)
        parsed.close()
        return parsed.spool is not None

    assert not spooled("shopify_inventory_19.csv")
    assert spooled("shopify_orders_79.csv")
    monkeypatch.setattr(portions, "_LONG", 1 << 20)
    assert not spooled("shopify_orders_79.csv")


class FullDisk(io.BytesIO):
    """A temporary file on a full disk."""

    def write(self, content: Any) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_temporary_folder_is_told_and_nothing_is_left_open(
    sample_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = FullDisk()
    monkeypatch.setattr(scratch.tempfile, "TemporaryFile", lambda: file)
    opened = open_file(sample_files / "shopify_orders_79.csv", list(all_sources().values()))
    with pytest.raises(UserError, match="no room"):
        read_opened(opened, SHOP, in_portions=True)
    assert file.closed


def test_an_import_in_portions_ends_in_the_same_rows(
    sample_files: Path, text_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(7)
    orders = [some_order(dice, number) for number in range(1000, 1030)]
    path = text_file(shop(sample_files, orders))
    found = []
    for rows in (6, 1_000_000):
        monkeypatch.setattr(portions, "ROWS", rows)
        database = databases.open_database(tmp_path / f"{rows}.db", create=True)
        reports = [imports.import_files(database, [path], channel="shop", who="T", now=SHOP.now) for _ in range(2)]
        with database.read() as conn:
            tables = (schema.orders, schema.order_lines, schema.payments)
            stored = [conn.execute(table.select().order_by(table.c.id)).all() for table in tables]
        found.append((stored, [[vars(count) for count in report.files[0].counts] for report in reports]))
        database.close()
    assert found[0][0][1]
    assert found[0] == found[1]
