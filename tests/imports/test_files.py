import gzip
import io
import random
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.domain.errors import UserError
from opsconsole.imports import limits
from opsconsole.imports.files import expand, open_table, sheet_names
from opsconsole.imports.tables import FileOptions, InputFile, input_file

Writer = Callable[..., Path]


def rows(path: Path, options: FileOptions | None = None) -> list[tuple[int, list[str]]]:
    return list(open_table(input_file(path), options or FileOptions()).rows())


def cells(path: Path) -> list[list[str]]:
    return [row for _, row in rows(path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_encoding_is_told_from_the_bytes(text_file: Writer, encoding: str) -> None:
    path = text_file("order,name\n1,Müller & Søn\n" * 40, encoding=encoding)
    assert cells(path)[:2] == [["order", "name"], ["1", "Müller & Søn"]]


def test_a_cp1252_letter_beyond_the_first_block_is_noticed(text_file: Writer) -> None:
    path = text_file(b"order,name\n" + b"1,plain\n" * 200_000 + "2,Café\n".encode("cp1252"))
    assert cells(path)[-1] == ["2", "Café"]


def test_a_few_broken_bytes_do_not_turn_a_utf_8_file_into_gibberish(text_file: Writer) -> None:
    path = text_file(b"name\n" + "Zoë\n".encode() * 100 + b"br\xffken\n")
    assert cells(path)[1] == ["Zoë"]
    assert "\udcff" in cells(path)[-1][0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_alike(text_file: Writer, delimiter: str) -> None:
    lines = [delimiter.join(["id", "title", "price, net"]), delimiter.join(["1", '"Pan, large; red"', "2.50"])]
    assert cells(text_file("\n".join(lines * 3)))[1] == ["1", "Pan, large; red", "2.50"]


def test_a_sep_line_decides_and_counts_as_a_line(text_file: Writer) -> None:
    assert rows(text_file("sep=;\r\na;b,c\r\n1;2,3\r\n")) == [(2, ["a", "b,c"]), (3, ["1", "2,3"])]


def test_records_are_not_lines_and_keep_the_line_they_begin_on(text_file: Writer) -> None:
    path = text_file('a,b\n1,"two\nlines"\n\n2,"three\r\n\r\nlines"\n3,x\n')
    assert [(line, row[0]) for line, row in rows(path) if row] == [(1, "a"), (2, "1"), (5, "2"), (8, "3")]


def test_carriage_returns_alone_end_lines_too(text_file: Writer) -> None:
    assert rows(text_file("a,b\r1,2\r3,4\r")) == [(1, ["a", "b"]), (2, ["1", "2"]), (3, ["3", "4"])]


_TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t", exclude_characters="\ufeff"), max_size=12
)


@settings(max_examples=60)
@given(table=st.lists(st.lists(_TEXTS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_whatever_the_csv_writer_wrote_is_read_back(
    table: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    import csv

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["first", "second", "third"], *table])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(text.getvalue().encode())
    assert cells_with(path, ",") == [["first", "second", "third"], *table]


def cells_with(path: Path, delimiter: str) -> list[list[str]]:
    return [row for _, row in rows(path, FileOptions(encoding="utf-8", delimiter=delimiter))]


def test_gzipped_files_are_told_by_content(text_file: Writer) -> None:
    assert cells(text_file(gzip.compress(b"a,b\n1,2\n"), name="export.csv")) == [["a", "b"], ["1", "2"]]


def test_a_sheets_typed_cells_become_careful_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["PO", "When", "Day", "Qty", "Price", "Gift", "Empty"])
    sheet.append(["4500001234567", datetime(2026, 5, 13, 11, 1, 13), datetime(2026, 5, 13), 17850.0, 2.55, True, None])  # noqa: DTZ001
    path = tmp_path / "book.xlsx"
    book.save(path)
    expected = ["4500001234567", "2026-05-13 11:01:13", "2026-05-13", "17850", "2.55", "true"]
    assert rows(path)[1] == (2, expected)
    packed = tmp_path / "book.xlsx.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert rows(packed)[1] == (2, expected)


def test_a_cell_in_the_last_corner_of_a_sheet_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["sku", "on hand"])
    sheet.append(["A", 1])
    sheet["XFD1048576"] = "stray"
    book.save(tmp_path / "corner.xlsx")
    assert rows(tmp_path / "corner.xlsx") == [(1, ["sku", "on hand"]), (2, ["A", "1"])]


def ods(path: Path, body: str) -> Path:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Data">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
    return path


def test_an_ods_sheet_is_read_with_its_repeated_and_empty_cells(tmp_path: Path) -> None:
    text = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
    body = (
        f"<table:table-row>{text.format('sku')}{text.format('at')}{text.format('qty')}</table:table-row>"
        "<table:table-row table:number-rows-repeated='3'><table:table-cell table:number-columns-repeated='16384'/>"
        "</table:table-row>"
        f"<table:table-row>{text.format('A')}<table:table-cell office:value-type='date' "
        "office:date-value='2026-05-13T11:01:13'/><table:table-cell office:value-type='float' office:value='12'/>"
        "</table:table-row>"
        "<table:table-row table:number-rows-repeated='1048000'><table:table-cell "
        "table:number-columns-repeated='16384'/></table:table-row>"
    )
    path = ods(tmp_path / "stock.ods", body)
    assert rows(path) == [(1, ["sku", "at", "qty"]), (5, ["A", "2026-05-13 11:01:13", "12"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0 old excel", "old or protected Excel file"),
        (b"\xd0\xcf\x11\xe0" + bytes(508) + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "is a picture"),
        (b"<html><table></table></html>", "is a web page"),
        (bytes(range(256)) * 40, "not a table of text"),
        (b"PK\x03\x04 broken", "is damaged"),
        (b"\x1f\x8b broken", "is damaged"),
        (b"", "is empty"),
    ],
)
def test_files_that_are_no_tables_are_refused_in_words(text_file: Writer, content: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words):
        rows(text_file(content, name="export.csv"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stock.xlsx", "is no Excel workbook: it is damaged, or another kind of file under that name"),
        ("stock.XLS", "is no Excel workbook"),
        ("stock.ods", "is no OpenDocument spreadsheet"),
        ("stock.zip", "is no zip archive"),
        ("stock.csv.gz", "is no gzip archive"),
        ("stock.csv", "is not a table of text"),
    ],
)
def test_bytes_that_are_not_what_their_name_says_are_told_so(text_file: Writer, name: str, words: str) -> None:
    path = text_file(random.Random(1).randbytes(3_000), name=name)
    assert path.read_bytes()[:2] not in (b"PK", b"\x1f\x8b")
    with pytest.raises(UserError, match=words) as told:
        rows(path)
    assert ("save or download it again" in told.value.hint) == (name != "stock.csv")


def test_what_a_real_gzip_holds_is_judged_by_the_name_inside(text_file: Writer) -> None:
    path = text_file(gzip.compress(random.Random(1).randbytes(3_000)), name="stock.xlsx.gz")
    with pytest.raises(UserError, match=r"stock\.xlsx\.gz is no Excel workbook"):
        rows(path)


def test_a_damaged_archive_is_no_damaged_spreadsheet(text_file: Writer) -> None:
    with pytest.raises(UserError, match=r"stock\.zip is damaged: it cannot be unpacked"):
        rows(text_file(b"PK\x03\x04 broken", name="stock.zip"))


def test_a_missing_file_a_folder_and_an_unknown_sheet_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not there"):
        input_file(tmp_path / "none.csv")
    with pytest.raises(UserError, match="is not a file"):
        input_file(tmp_path)
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    with pytest.raises(UserError, match="no sheet “Orders”"):
        rows(tmp_path / "b.xlsx", FileOptions(sheet="Orders"))


def test_one_huge_cell_is_refused_with_its_line(text_file: Writer) -> None:
    path = text_file('a,b\n1,2\n3,"' + "x" * (limits.MAX_CELL + 10) + '"\n')
    with pytest.raises(UserError, match="line 3 has more than a million characters"):
        rows(path)


def test_one_endless_line_is_refused_before_it_fills_the_memory(
    text_file: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_LINE", 2 * limits.MEBIBYTE)
    path = text_file(b"a,b\n" + b"1," * (3 * limits.MEBIBYTE))
    with pytest.raises(UserError, match="16 million characters"):
        rows(path)


def test_a_bomb_of_zeros_is_refused(text_file: Writer, tmp_path: Path) -> None:
    bomb = gzip.compress(b"a,b\n" + b"0,0\n" * (20 * limits.MEBIBYTE))
    with pytest.raises(UserError, match="unpacks to more than 250 times its size"):
        rows(text_file(bomb, name="bomb.csv.gz"))
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * (70 * limits.MEBIBYTE))
    with pytest.raises(UserError, match="unpacks to more than 250 times its size"):
        rows(tmp_path / "bomb.xlsx")


def test_folders_and_archives_give_their_tables_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    (folder / "inner").mkdir(parents=True)
    (folder / "b.csv").write_text("a,b\n")
    (folder / "inner" / "a.tsv").write_text("a\tb\n")
    (folder / "notes.docx").write_text("no table")
    with zipfile.ZipFile(folder / "pack.zip", "w") as package:
        package.writestr("../../outside.csv", "x,y\n1,2\n")
        package.writestr("__MACOSX/._outside.csv", "junk")
        package.writestr("readme.md", "no table")
    into = tmp_path / "into"
    into.mkdir()
    found = expand([folder, folder / "pack.zip"], into)
    assert [file.name for file in found] == ["b.csv", "a.tsv", "pack.zip/outside.csv"]
    assert into in found[2].path.parents
    assert isinstance(found[0], InputFile)
    with pytest.raises(UserError, match="no table"):
        expand([_empty(tmp_path)], into)


def test_a_file_that_cannot_be_read_keeps_its_fault_beside_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.csv").write_text("a,b\n")
    (folder / "failed.csv").touch()
    found = expand([folder, tmp_path / "gone.csv"], tmp_path)
    assert [(file.name, str(file.fault or "")) for file in found] == [
        ("a.csv", ""),
        ("failed.csv", "failed.csv is empty. Export it again."),
        ("gone.csv", f"{tmp_path / 'gone.csv'} is not there. Check the name and whether you may read it."),
    ]
    with pytest.raises(UserError, match=r"failed\.csv is empty"):
        open_table(found[1], FileOptions())
    with pytest.raises(UserError, match="is not there"):  # alone, there is nothing to begin with
        expand([tmp_path / "gone.csv"], tmp_path)


def _empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def test_an_old_excel_file_is_read_as_its_newer_kind_would_be(sample_files: Path) -> None:
    # Written by xlwt: a title, a blank row, a hidden sheet and a second visible one.
    path = sample_files / "stock_levels.xls"
    assert rows(path) == [
        (1, ["Stock of the day"]),
        (3, ["SKU", "Warehouse", "On hand", "Unit cost", "Counted at", "Active"]),
        (4, ["000123", "EAST", "12", "2.55", "2026-11-16 18:30:00", "true"]),
        (5, ["MUG-RED", "EAST", "0", "7", "2026-11-16 18:30:00", "true"]),
        (6, ["MUG-BLUE", "WEST", "4500", "0.99", "2026-11-16 19:00:00", "false"]),
    ]
    assert sheet_names(open_table(input_file(path), FileOptions())) == ("Stock levels", "Notes")
    assert rows(path, FileOptions(sheet="notes")) == [(1, ["Counted by hand"])]


def test_a_cut_old_excel_file_is_refused_in_words(sample_files: Path, text_file: Writer) -> None:
    whole = (sample_files / "stock_levels.xls").read_bytes()
    with pytest.raises(UserError, match="cannot be read: it holds no table, or it is damaged"):
        rows(text_file(whole[:3000], name="cut.xls"))


def test_columns_at_fixed_places_are_found_and_can_be_told(text_file: Writer) -> None:
    lines = ["STOCK REPORT", "", f"{'SKU':<8}{'Name':<14}{'On Hand':>8}", "-" * 30]
    lines += [f"{f'A-{n}':<8}{f'Mug no {n}':<14}{n * 37:>8}" for n in range(8)]
    path = text_file("\n".join(lines), name="stock.txt")
    found = rows(path)
    assert found[1] == (3, ["SKU", "Name", "On Hand"])
    assert found[2:4] == [(5, ["A-0", "Mug no 0", "0"]), (6, ["A-1", "Mug no 1", "37"])]
    assert rows(path, FileOptions(column_starts=(1, 9, 23)))[2] == (5, ["A-0", "Mug no 0", "0"])
    assert rows(text_file("one column\nof words\nand more\nthat go on\n", name="w.txt"))[0] == (1, ["one column"])


def test_a_comma_in_the_names_of_a_printed_report_is_no_delimiter(text_file: Writer) -> None:
    lines = [
        "PICK REPORT        PAGE 1",
        "=" * 46,
        f"{'ORDER NO':<12}{'SKU':<10}{'DESCRIPTION':<18}{'QTY':>6}",
        "-" * 46,
    ]
    lines += [f"{f'SO-{n:05}':<12}{f'MUG-{n % 3}':<10}{f'Mug blue, size {n}':<18}{n + 1:>6}" for n in range(9)]
    found = rows(text_file("\n".join(lines), name="picks.txt"))
    assert found[1:3] == [
        (3, ["ORDER NO", "SKU", "DESCRIPTION", "QTY"]), (5, ["SO-00000", "MUG-0", "Mug blue, size 0", "1"]),
    ]  # fmt: skip
    # Longer numbers than those looked at, and one among them, are not cut.
    lines += [
        f"{'SO-1':<12}{'MUG-1':<10}{'Plate':<18}{123:>6}",
        *lines[4:] * 50,
        f"{'SO-2':<12}{'M':<10}{'P':<18}{54321:>6}",
    ]
    found = rows(text_file("\n".join(lines), name="picks.txt"))
    assert [row for _, row in found if row[0] in ("SO-1", "SO-2")] == [
        ["SO-1", "MUG-1", "Plate", "123"], ["SO-2", "M", "P", "54321"],
    ]  # fmt: skip
    padded = "\n".join(f"{'SKU':<9},{'Name':<9},{'Bin':<9},{'Qty':>4}" if not n else f"A-{n:<7},M{n:<8},B{n:<8},{n:>4}"
                       for n in range(9))  # fmt: skip
    assert len(rows(text_file(padded, name="padded.csv"))[3][1]) == 4


def test_archives_with_files_of_one_name_keep_them_apart_and_are_found_in_folders(tmp_path: Path) -> None:
    folder, into = tmp_path / "exports", tmp_path / "unpacked"
    (folder / "deep").mkdir(parents=True)
    into.mkdir()
    for shop, place in (("east", folder), ("west", folder / "deep")):
        with zipfile.ZipFile(place / f"{shop}.zip", "w") as package:
            package.writestr("orders.csv", f"id\n{shop}\n")
    with zipfile.ZipFile(folder / "photos.zip", "w") as package:
        package.writestr("a.png", "no table")
    for dropped in ([folder], [folder / "east.zip", folder / "deep" / "west.zip"]):
        found = {file.name: file.path.read_text() for file in expand(dropped, into)}
        assert found == {"east.zip/orders.csv": "id\neast\n", "west.zip/orders.csv": "id\nwest\n"}
