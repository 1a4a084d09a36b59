"""X12 files are read piece by piece: the answer is that of the whole file, wherever it is cut.

The files are the samples and those of tests/imports/x12_files.py, some of them damaged.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from test_regroup import SHOP, assert_same, both
from x12_files import Made, damaged

from opsconsole.domain.errors import UserError
from opsconsole.imports import limits, portions, regroup, x12_table
from opsconsole.imports.reader import open_file, read_opened
from opsconsole.imports.source import all_sources
from opsconsole.services import imports
from opsconsole.store import schema

Write = Callable[..., Path]
SOURCES = ("x12", "x12_as_seller")


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x12_table, "_BLOCK", 700)
    monkeypatch.setattr(regroup, "_FEW_GROUPS", 2)


def generated(seed: int) -> str:
    """A file of a few to some dozen transactions; every third is damaged."""
    text = Made(seed, orders=1 + seed % 7, faults=(0, 0.03, 0.12)[seed % 3]).file(4 + seed % 30)
    return damaged(text, random.Random(seed)) if seed % 3 == 1 else text


def say_the_same(path: Path, monkeypatch: pytest.MonkeyPatch, sizes: list[int]) -> int:
    """Reads a file at once and in portions of about so many rows; gives how often it was cut."""
    cut = 0
    for key in SOURCES:
        for rows in sizes:
            monkeypatch.setattr(portions, "ROWS", rows)
            try:
                opened = open_file(path, [], forced=all_sources()[key])
            except UserError:
                continue
            found = both(opened)
            if found is not None:
                assert_same(*found)
                assert found[0].replaced == found[1].replaced
                cut += found[0].spool is not None
                found[0].close()
    return cut


SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(12, 150))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_says_in_portions_of_every_size_what_it_says_at_once(
    text_file: Write, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    path = text_file(generated(seed), "file.edi")
    say_the_same(path, monkeypatch, [*range(1, 8), 11, 19, 40])


def test_the_sample_says_in_portions_of_every_size_what_it_says_at_once(
    sample_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert say_the_same(sample_files / "x12_buying.edi", monkeypatch, [*range(1, 12)]) >= 8


@pytest.mark.real_data
def test_genuine_files_say_in_portions_of_every_size_what_they_say_at_once(
    genuine: Path, text_file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(path for path in (genuine / "edi").iterdir() if path.suffix.lower() == ".edi")
    assert len(files) >= 9
    for path in files:
        say_the_same(path, monkeypatch, [*range(1, 8), 12, 30])
    every = text_file(b"\n".join(path.read_bytes().removeprefix(b"\xef\xbb\xbf") for path in files), "every.edi")
    assert say_the_same(every, monkeypatch, [*range(1, 8), 12, 30]) >= 9


@pytest.mark.parametrize("seed", range(9))
def test_a_file_says_the_same_wherever_its_blocks_end(
    text_file: Write, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    path = text_file(generated(seed).encode(("utf-8", "cp1252", "utf-8-sig")[seed % 3], "replace"), "file.edi")
    said = []
    for block in (1 << 20, 1, 2, 3, 5, 64):
        monkeypatch.setattr(x12_table, "_BLOCK", block)
        opened = open_file(path, [], forced=all_sources()["x12"])
        said.append(read_opened(opened, SHOP))
    for other in said[1:]:
        assert_same(other, said[0])


def content(database: Any) -> dict[str, list[str]]:
    """All rows of all tables but for numbers, times taken and what undoing needs."""
    found = {}
    unlike = ("id", "part", "batch_id", "seconds", "field_sources_json")
    with database.read() as conn:
        for table in schema.metadata.sorted_tables:
            if table.name not in ("batch_undo", "audit", "batches", "schema_steps", "import_runs"):
                names = [c for c in table.c if c.name not in unlike and not c.name.endswith("_fk")]
                found[table.name] = sorted(map(repr, conn.execute(select(*names)).all()))
    return found


def emptied(database: Any) -> None:
    with database.write() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            if table.name not in ("audit", "schema_steps"):
                connection.execute(delete(table))


@pytest.mark.parametrize("source", SOURCES)
def test_imports_in_portions_end_in_the_same_rows(
    database: Any, text_file: Write, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """Files that replace orders, of themselves and of each other; each is tried first, and the last comes again."""
    texts = [Made(f"{source} {seed}", orders=6, faults=0.02 * (seed == 0), packs=False).file(25) for seed in range(3)]
    found = []
    for rows in (1_000_000, 1, 4):
        monkeypatch.setattr(portions, "ROWS", rows)
        emptied(database)
        said = []
        for number, text in enumerate((*texts, texts[-1])):
            for dry_run in (True, False):
                path = text_file(text, f"{number}.edi")
                more: dict[str, Any] = {"source": source, "channel": "shop", "currency": "USD", "dry_run": dry_run}
                report = imports.import_files(database, [path], who="T", now=SHOP.now, **more).files[0]
                counts = [{**vars(count), "unchanged": count.kind == "shipment_events"} for count in report.counts]
                # Examples are the first rows that are written, and those of a portion are written together.
                notes = [note for note in report.notes if "of what would change" not in note]
                said.append((report.state, counts, notes, report.rejects))
        found.append((said, content(database)))
    assert found[0][0][1][0] in ("done", "partly")
    assert any("no longer in it" in note for told in found[0][0] for note in told[2])
    for other in found[1:]:
        assert other[0] == found[0][0]
        assert {name: rows for name, rows in other[1].items() if rows != found[0][1][name]} == {}


def test_a_mapped_file_in_portions_brings_no_line_back_that_an_order_told_anew_lacks(
    database: Any, text_file: Write, monkeypatch: pytest.MonkeyPatch, now: int
) -> None:
    mapping = text_file(
        'name = "Lines"\n[[records]]\nkind = "purchase_order_lines"\n[records.fields]\npo_number = { from = "PO" }\n'
        'line_id = { from = "Line" }\nquantity = { from = "Qty" }\nupdated_at = { from = "At", format = "iso" }\n',
        "lines.toml",
    )
    anew = "ISA*00* *00* *ZZ*US *ZZ*THEM *261103*0915*U*00401*1*0*T*>~GS*PO*US*THEM*20261103*0915*1*X*004010~"
    anew += "ST*850*1~BEG*05*SA*PO-1**20261102~N1*SU*Mill*92*S-1~PO1*1*9*EA*4**BP*A~SE*5*1~GE*1*1~IEA*1*1~"
    lines = "PO,Line,Qty,At\n" + "".join(
        f"PO-{order},{line},5,2026-11-02T00:00:00Z\n" for order in range(9) for line in range(1, 4)
    )
    kept = []
    for rows in (1_000_000, 2):
        monkeypatch.setattr(portions, "ROWS", rows)
        emptied(database)
        imports.import_files(database, [text_file(anew, "anew.edi")], who="T", now=now)
        report = imports.import_files(database, [text_file(lines, "lines.csv")], mapping=mapping, who="T", now=now)
        assert any("2 lines no longer in it (2, 3)" in note for note in report.files[0].notes)
        kept.append(content(database)["purchase_order_lines"])
    assert kept[0] == kept[1]


def refusal(path: Path) -> str:
    """Why a file is refused."""
    with pytest.raises(UserError) as fault:
        read_opened(open_file(path, [], forced=all_sources()["x12"]), SHOP, in_portions=True)
    return str(fault.value)


def test_one_order_longer_than_any_is_read_up_to_a_bound_and_refused_beyond(
    text_file: Write, monkeypatch: pytest.MonkeyPatch, sample_files: Path
) -> None:
    order = "ST*850*0001~BEG*00*SA*PO-1**20261102~N1*SU*Mill*92*S-1~" + "PO1**5*EA*4**BP*A~" * 3_000 + "SE*3004*0001~"
    text = f"ISA*00* *00* *ZZ*A *ZZ*B *261102*0915*U*00401*1*0*T*>~GS*PO*A*B*20261102*0915*1*X*004010~{order}IEA*1*1~"
    path = text_file(text, "long.edi")
    monkeypatch.setattr(portions, "ROWS", 100)
    (parts, whole) = both(open_file(path, [], forced=all_sources()["x12"])) or (None, None)
    assert parts is not None
    assert whole is not None
    assert_same(parts, whole)
    assert parts.counts()["purchase_order_lines"] == 3_000
    parts.close()
    monkeypatch.setattr(limits, "MAX_SEGMENTS", 3_004)
    read_opened(open_file(path, [], forced=all_sources()["x12"]), SHOP)
    monkeypatch.setattr(limits, "MAX_SEGMENTS", 3_003)
    assert re.search(r"its transaction 0001 \(850\) has more than 3,003 segments or 128 MB", refusal(path))
    # A transaction that is not read may be as long as it likes.
    other = text_file(text.replace("ST*850", "ST*832") + (sample_files / "x12_buying.edi").read_text(), "other.edi")
    assert read_opened(open_file(other, [], forced=all_sources()["x12"]), SHOP).counts()["purchase_orders"] == 2


def test_a_segment_that_never_ends_and_a_file_without_an_interchange_are_refused(
    text_file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_LINE", 10_000)
    head = "ISA*00* *00* *ZZ*A *ZZ*B *261102*0915*U*00401*1*0*T*>~ST*850*1~PO1*"
    assert "a segment of it has more than 16 million characters" in refusal(text_file(head + "x" * 20_000, "a.edi"))
    assert "has no transaction that is read: none" in refusal(text_file("ISA\n" + "\n*" * 20_000, "b.edi"))
