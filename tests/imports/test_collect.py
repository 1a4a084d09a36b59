from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsconsole.domain.errors import UserError
from opsconsole.imports import fields, limits
from opsconsole.imports.collect import collect, rows_on
from opsconsole.imports.columns import TextTable
from opsconsole.imports.sniff import DelimitedText, open_text
from opsconsole.imports.tables import FileOptions, input_file

HEADER = ["a", "b", "c"]


def collected(path: Path, encoding: str = "utf-8-sig") -> TextTable:
    table = DelimitedText(input_file(path), encoding, ",", False)
    return collect(table, HEADER, HEADER, 1, lambda count: None)


def outcome(path: Path, encoding: str) -> object:
    try:
        return content(collected(path, encoding))
    except UserError as fault:
        return fault.message


def content(table: TextTable) -> tuple[list[int], list[list[str]], dict[int, tuple[str, str]]]:
    rows = [[table.columns[name].at(row) for name in HEADER] for row in range(len(table))]
    return table.lines.tolist(), rows, table.faults


_PIECES = st.sampled_from(
    ["x", "é", "1", '"', '""', ",", "\n", "\r\n", "\r", " ", "a", ",,", '"q,\n"', ",b,c\n", "\x00"]
)


@settings(max_examples=150)
@given(pieces=st.lists(_PIECES, max_size=40))
@example(pieces=['"a"', '"b"', ",,\n"])
@example(pieces=["x", '"', "y", ",,\n", "1,2,3\n"])
@example(pieces=['""', ",", '""""', ",", '"', "\n", '"', "\n", "1,2,3"])
@example(pieces=["1,2,3\n", ",,\n", "a,b,c\n", " , ,\n", "4,5,6"])
def test_fields_found_by_arrays_are_those_of_the_csv_module(
    pieces: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("collect") / "t.csv"
    path.write_bytes(("a,b,c\n" + "".join(pieces)).encode())
    # An encoding that is not known to be one byte per sign is read record by record.
    assert outcome(path, "utf-8-sig") == outcome(path, "utf_8")


def test_a_file_longer_than_a_block_keeps_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "_BLOCK", 64)
    path = tmp_path / "t.csv"
    rows = [f'{n},"two\nlines {n}",x' if n % 3 else f"{n},one,x" for n in range(200)]
    path.write_text("a,b,c\n" + "\n".join(rows) + "\n", encoding="utf-8")
    lines, found, _ = content(collected(path))
    assert [row[0] for row in found] == [str(n) for n in range(200)]
    expected, line = [], 2
    for row in rows:
        expected.append(line)
        line += 1 + row.count("\n")
    assert lines == expected


def test_a_stray_quote_far_down_is_read_as_the_csv_module_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "_BLOCK", 64)
    path = tmp_path / "t.csv"
    rows = [f"{n},ok,x" for n in range(50)] + ['50,5" pan,x'] + [f'{n},"ok, too",x' for n in range(51, 99)]
    path.write_text("a,b,c\n" + "\n".join(rows), encoding="utf-8")
    lines, found, faults = content(collected(path))
    assert (len(found), found[50], lines[-1], faults) == (99, ["50", '5" pan', "x"], 100, {})


def test_an_endless_quoted_cell_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_LINE", 100_000)
    path = tmp_path / "t.csv"
    path.write_bytes(b'a,b,c\n1,2,3\n4,"' + b"x\n" * limits.MEBIBYTE)
    with pytest.raises(UserError, match="line 3 has more than a million characters"):
        collected(path)


def test_records_on_some_lines_are_those_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes('a,b\r\n1,"x\r\ny"\r\n2,"é ""z"""\r\n\r\n3,\r\n4,end'.encode())
    table = open_text(input_file(path), FileOptions())
    every = dict(table.rows())
    for wanted in ({2}, {4, 7}, {2, 4, 6, 7}, set(every)):
        assert dict(rows_on(table, sorted(wanted))) == {line: every[line] for line in wanted}
    assert dict(rows_on(table, {99})) == {}
