"""Long files whose rows do not stand together are read by what belongs together: the answer is that of the whole file.

The files are the samples of every source and saved mapping, with their rows repeated, mixed up and damaged by seeds.
"""

import csv
import io
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.imports import fields, portions, regroup
from opsconsole.imports.columns import TextTable
from opsconsole.imports.opened import Opened, Reading
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.reader import open_file, read_opened
from opsconsole.imports.records import Records
from opsconsole.imports.settling import Settling
from opsconsole.imports.source import all_sources
from opsconsole.services import databases, imports
from opsconsole.store import indexes, schema

Write = Callable[..., Path]
SHOP = Reading(channel="shop", location="Reno", currency="USD", time_zone="UTC", now=1_794_930_120_000_000)
DATA = Path(__file__).resolve().parents[1] / "data"
SAMPLES = sorted(path.name for path in DATA.iterdir() if path.suffix in (".csv", ".txt"))
DAMAGE = ("", "n/a", "-1", "12,50", "31/12/2026", "x" * 3, "2026-11-03T10:00:00", "00:00", "one")


@pytest.fixture(autouse=True)
def short_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of a few rows, and nothing that is cut where an order ends."""
    monkeypatch.setattr(portions, "ROWS", 5)
    monkeypatch.setattr(fields, "_BLOCK", 700)
    monkeypatch.setattr(regroup, "_FEW_GROUPS", 4)


def mixed(path: Path, dice: random.Random) -> bytes:
    """A sample with its rows repeated, mixed up and damaged in places."""
    text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
    delimiter = max("\t;,", key=text.count)
    quoting, quote = (csv.QUOTE_NONE, None) if delimiter == "\t" else (csv.QUOTE_MINIMAL, '"')
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting))
    width = max(map(len, rows))
    begins = next(place for place, row in enumerate(rows) if len(row) > width // 2 and any(row))
    above, below = rows[: begins + 1], [row for row in rows[begins + 1 :] if any(row)]
    found = []
    for copy in range(1 + 40 // max(len(below), 1)):
        for row in below:
            found.append([_copied(cell, copy if dice.random() < 0.8 else 0) for cell in row])
            if dice.random() < 0.08 and row:
                found[-1][dice.randrange(len(row))] = dice.choice(DAMAGE)
            if dice.random() < 0.03:
                found[-1] = found[-1][: dice.randrange(1, len(row) + 1)]
    if dice.random() < 0.7:
        dice.shuffle(found)
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=delimiter, lineterminator="\n", quoting=quoting, quotechar=quote)
    writer.writerows([*above, *found])
    return made.getvalue().encode("utf-8", "surrogateescape")


def _copied(cell: str, copy: int) -> str:
    """Long numbers and names with a dash are of another order or article in every copy."""
    long_number = cell.isdigit() and len(cell) > 5
    return (
        f"{cell[:-1]}{copy}" if copy and (long_number or ("-" in cell and len(cell) > 4 and ":" not in cell)) else cell
    )


def both(opened: Opened, reading: Reading = SHOP) -> tuple[ParsedFile, ParsedFile] | None:
    """A file read in portions and at once; None where both refuse it with the same words."""
    refused: UserError | None = None
    try:
        whole = read_opened(opened, reading)
    except UserError as fault:
        refused = fault
    if refused is not None:
        with pytest.raises(UserError, match=re.escape(str(refused))):
            read_opened(opened, reading, in_portions=True)
        return None
    return read_opened(opened, reading, in_portions=True), whole


def rows_of(parsed: ParsedFile) -> Iterator[tuple[Any, ...]]:
    """Every record with its kind, line and time; by kind and line."""
    groups: list[Records] = [records for portion in parsed.portions() for records in portion]
    found = []
    for records in groups:
        times = records.times or [None] * len(records)
        rows = zip(records.lines, times, records.rows(), strict=True)
        found += [(records.kind, line, at, sorted(row.items())) for line, at, row in rows]
    return iter(sorted(found, key=repr))


def assert_same(parts: ParsedFile, whole: ParsedFile) -> None:
    """Both ways of reading say the same."""
    assert list(rows_of(parts)) == list(rows_of(whole))
    assert parts.counts() == whole.counts()
    assert parts.rejects == whole.rejects
    assert [(row.line, row.cells) for row in parts.refused] == [(row.line, row.cells) for row in whole.refused]
    together = {row.line: row.part for row in parts.refused}
    for one in whole.refused:
        for two in whole.refused:
            assert (one.part == two.part) == (together[one.line] == together[two.line])
    names = ("records_read", "records_rejected", "source_time", "basis", "newest_data_at", "notes", "own_words")
    for name in (*names, "formats", "decimals", "defaults", "unused"):
        found, expected = getattr(parts, name), getattr(whole, name)
        if name.startswith("records"):
            found, expected = ({kind: count for kind, count in one.items() if count} for one in (found, expected))
        assert found == expected, name


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 20))])
@pytest.mark.parametrize("name", SAMPLES)
def test_rows_in_any_order_say_what_the_file_says_at_once(text_file: Write, name: str, seed: int) -> None:
    path = text_file(mixed(DATA / name, random.Random(f"{name} {seed}")))
    try:
        opened = open_file(path, list(all_sources().values()))
    except UserError:
        pytest.skip("no source reads it by itself")
    found = both(opened)
    if found is not None:
        parts, whole = found
        assert parts.spool is not None
        assert_same(parts, whole)
        parts.close()


ORDERS = """
name = "Shop"
[[records]]
kind = "orders"
one_per = ["order"]
fields = { order_id = { from = "order", null = ["", "n/a"] }, placed_at = "placed", email = "email" }
[[records]]
kind = "order_lines"
fields = { order_id = { from = "order", null = ["", "n/a"] }, sku = "sku", quantity = "quantity" }
"""


@pytest.mark.parametrize("cut", [False, True], ids=["regrouped", "cut"])
@pytest.mark.parametrize("named", [0, 30])
def test_lines_that_name_no_order_come_in_portions_as_others_do(
    text_file: Write, mapping: Any, monkeypatch: pytest.MonkeyPatch, named: int, *, cut: bool
) -> None:
    if cut:
        monkeypatch.setattr(portions, "_LONG", 0)
        monkeypatch.setattr(portions, "_MOST", 20)
    rows = [f"{('', 'n/a')[row % 2]},2026-11-02,{row}@example.com,S-{row % 7},1" for row in range(60)]
    rows += [f"A-{row // 2},2026-11-02,a@example.com,S-{row % 7},1" for row in range(named)]
    path = text_file("order,placed,email,sku,quantity\n" + "\n".join(rows) + "\n")
    opened = open_file(path, [], forced=mapping(ORDERS))
    sizes: list[int] = []
    part = Settling.part

    def noted(self: Settling, table: TextTable, *rest: Any) -> ParsedFile:
        sizes.append(len(table))
        return part(self, table, *rest)

    whole = read_opened(opened, SHOP)
    monkeypatch.setattr(Settling, "part", noted)
    parts = read_opened(opened, SHOP, in_portions=True)
    assert_same(parts, whole)
    assert parts.records_rejected == {"orders": 60, "order_lines": 60}
    assert max(sizes) < 30
    parts.close()


def content(database: Any) -> dict[str, list[str]]:
    """All rows of all tables but for numbers, times taken and what undoing needs."""
    found = {}
    with database.read() as conn:
        for table in schema.metadata.sorted_tables:
            if table.name in ("batch_undo", "audit", "batches", "schema_steps"):
                continue
            names = [c for c in table.c if c.name not in ("id", "part") and not c.name.endswith("_fk")]
            found[table.name] = sorted(map(repr, conn.execute(select(*names)).all()))
    return found


@pytest.mark.parametrize(
    "name", ["shopify_inventory_19.csv", "amazon_settlement_v2.txt", "fedex_billing.csv", "ebay_orders_us.csv"]
)
def test_an_import_in_portions_ends_in_the_same_rows(
    text_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    first, second = (mixed(DATA / name, random.Random(f"{name} {seed}")) for seed in (4, 5))
    found = []
    for rows in (5, 1_000_000):
        monkeypatch.setattr(portions, "ROWS", rows)
        database = databases.open_database(tmp_path / f"{rows}.db", create=True)
        said = []
        for number, made in enumerate((first, second, second)):
            path = text_file(made)
            now = SHOP.now + number
            report = imports.import_files(database, [path], channel="shop", currency="USD", who="T", now=now).files[0]
            # A scan that a file tells twice is one record, or one that is unchanged where it is written in two steps.
            counts = [{**vars(count), "unchanged": count.kind == "shipment_events"} for count in report.counts]
            said.append((report.state, counts, report.notes, report.rejects))
        found.append((content(database), said))
        database.close()
    assert found[0][1][0][0] in ("done", "partly")
    (parts, told), (whole, said) = found
    assert told == said
    assert {name: (rows, whole[name]) for name, rows in parts.items() if rows != whole[name]} == {}


def test_a_cancel_while_indexes_are_built_leaves_nothing_of_the_file(
    text_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "_MANY", 2)
    database = databases.open_database(tmp_path / "ops.db", create=True)
    told: list[str] = []

    def listen(done: int, total: int, words: str) -> None:
        told.append(words)
        if words.startswith("Building index"):
            progress.cancel()

    progress = Progress(listen)
    before = content(database)
    path = text_file(mixed(DATA / "shopify_inventory_19.csv", random.Random(4)))
    report = imports.import_files(database, [path], channel="shop", who="T", now=SHOP.now, progress=progress)
    assert [file.state for file in report.files] == ["cancelled"]
    assert told[-1].startswith("Building index 1 of ")
    after = content(database)
    assert {name for name, rows in after.items() if rows != before[name]} <= {"import_runs", "unread_files"}
    database.close()
