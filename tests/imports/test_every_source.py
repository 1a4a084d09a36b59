"""What is true of every built-in source, on every sample file: sources are found by their folder, files by their names.

A file written otherwise (line ends, encoding, delimiter, padding, repeated headers, turned columns) says the same; an
identifier is the text that stands there. What is expected is what the sample file itself says, whose values the tests
of its source have by hand.
"""

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sample_layouts import DATA, LAYOUTS, NAMES, changed, delimiter_of, rows_in, text_of, written

from opsconsole.domain.errors import UserError
from opsconsole.imports.records import KINDS, Type
from opsconsole.imports.source import all_sources

QUOTED = [(path, key) for path, key in LAYOUTS if delimiter_of(path) != "\t"]
ONE_OF_EACH = {key: path for path, key in LAYOUTS}
# Orders and their items have a header each, in Fishbowl's files: columns are known by where they stand below it.
ONE_HEADER = [(path, key) for path, key in LAYOUTS if not all_sources()[key].file.row_types]
# Texts that look like something else and are none of it.
LOOKALIKES = (
    *("000000", "0", "00123", "17850.0", "123456789012345", "1E5", "NA", "N/A", "null", "TRUE", "2026-01-05"),
    *("ab-1", "AB-1", "=1+1", "-MUG", "#MUG"),
)
SHORTENED = "1.08912E+14"  # by a spreadsheet: its digits are gone
# Numbers of orders and postcodes that a spreadsheet has turned into decimals are mended where they have digits only.
MENDED = "17850.0"
OPTIONS = {"channel": "shop", "currency": "USD", "time_zone": "America/Los_Angeles"}
_SAMPLES: dict[Path, Any] = {}  # the sample files as they are read: every test asks for them


@pytest.fixture
def sample(read):
    """A sample file, read."""

    def read_once(path):
        if path not in _SAMPLES:
            _SAMPLES[path] = read(path, **OPTIONS)
        return _SAMPLES[path]

    return read_once


@pytest.fixture
def said(read, sample):
    """What a file says, by kind, in any order, and how many lines were refused."""

    def say(path, key):
        parsed = sample(path) if path.parent == DATA else read(path, **OPTIONS)
        assert parsed.source == key
        found: dict[str, list[str]] = {}
        for records in parsed.records:
            found.setdefault(records.kind, []).extend(repr(sorted(row.items())) for row in records.rows())
        assert sum(map(len, found.values())) > 0
        return {kind: sorted(rows) for kind, rows in found.items()}, len(parsed.rejects)

    return say


def each(files):
    return pytest.mark.parametrize(("path", "key"), files, ids=[path.name for path, _ in files])


def test_every_source_that_tells_files_by_their_header_has_a_sample_file():
    told = {key for key, source in all_sources().items() if not source.on_request}
    assert {key for key in told - {key for _, key in LAYOUTS} if not key.startswith("x12")} == set()
    assert len(set(NAMES)) == len(NAMES) > 50


@each(LAYOUTS)
def test_line_ends_encodings_and_byte_order_marks_change_nothing(said, text_file, path, key):
    expected = said(path, key)
    text = text_of(path)
    windows = text.replace("\n", "\r\n")
    contents = {
        "windows.csv": windows.rstrip("\r\n").encode("utf-8-sig"),
        "utf16.csv": text.encode("utf-16"),
        "cp1252.csv": windows.encode("cp1252", "replace"),
    }
    for name, content in contents.items():
        if name == "cp1252.csv" and content.decode("cp1252") != windows:
            continue  # letters that this encoding lacks
        assert said(text_file(content, name), key) == expected, name


@each(QUOTED)
def test_another_delimiter_changes_nothing(said, text_file, path, key):
    expected = said(path, key)
    spoken = written(rows_in(path), ";")
    assert said(text_file(f"sep=;\n{spoken}", "sep.csv"), key) == expected, "a line that says the delimiter"
    other = "," if delimiter_of(path) == ";" else ";"
    assert said(text_file(written(rows_in(path), other), "other.csv"), key) == expected, other
    if delimiter_of(path) != "\t":
        quoted = "\n".join("\t".join(f'"{cell}"' for cell in row) for row in rows_in(path) if not _broken(row))
        if not any(map(_broken, rows_in(path))):
            assert said(text_file(quoted, "tab.tsv"), key) == expected


def _broken(row):
    return any("\n" in cell or '"' in cell for cell in row)


@each(ONE_HEADER)
def test_blank_lines_padding_and_repeated_headers_are_no_records(said, text_file, sample, path, key):
    expected = said(path, key)
    rows = rows_in(path)
    at = sample(path).header_line
    place = next(place for place in range(len(rows)) if _line_of(path, place) == at)
    header, width = rows[place], len(rows[place])
    padded = [*rows[: place + 1], [""] * width, *rows[place + 1 :], [""] * width, [""] * width]
    repeated = [*rows, header, [""] * width]
    for name, made in (("first.csv", [[""], [""], *rows]), ("padded.csv", padded), ("repeated.csv", repeated)):
        assert said(text_file(written(made, delimiter_of(path)), name), key) == expected, name


def _line_of(path, place):
    """Line on which a record begins: cells may hold line breaks."""
    return 1 + sum(1 + sum(cell.count("\n") for cell in row) for row in rows_in(path)[:place])


@each(ONE_HEADER)
def test_columns_turned_around_and_in_capitals_are_the_same_columns(said, text_file, sample, path, key):
    expected = said(path, key)
    rows = rows_in(path)
    at = sample(path).header_line
    place = next(place for place in range(len(rows)) if _line_of(path, place) == at)
    width = len(rows[place])
    turned = [row[::-1] if len(row) == width else row for row in rows]
    assert said(text_file(written(turned, delimiter_of(path)), "turned.csv"), key) == expected
    capitals = [*rows[:place], [name.upper() for name in rows[place]], *rows[place + 1 :]]
    assert said(text_file(written(capitals, delimiter_of(path)), "capitals.csv"), key) == expected


def told(parsed, field):
    """Every value of a field that a file says, in any kind of record."""
    rows = [row for records in parsed.records for row in records.rows()]
    return Counter(row[field] for row in rows if row.get(field))


_DATE = re.compile(r"^(2026-11-|11/|)(\d\d)(/11/2026|/2026|/26|)(?=$|[ T])(.*)$", re.DOTALL)


def half_converted(path):
    """A file whose November days a spreadsheet has half converted: the fifth by slashes, all later ones by dashes."""
    seen: set[int] = set()

    def cell(column, text):
        found = _DATE.match(text)
        if found is None or not (found[1] or found[3]):
            return text
        first = column not in seen
        seen.add(column)
        return f"{'11/05/26' if first else f'11-{found[2]}-26'}{found[4].replace('T', ' ', 1)}"

    rows = [[cell(column, text) for column, text in enumerate(row)] for row in rows_in(path)]
    return written(rows, delimiter_of(path)), bool(seen)


def days_of(parsed):
    """Every day and instant that a file says, as dates."""
    for records in parsed.records:
        for name, values in records.columns.items():
            of = KINDS[records.kind].field(name).type
            if of in (Type.INSTANT, Type.DAY):
                size = 86_400_000_000 if of is Type.INSTANT else 1
                yield from (date.fromordinal(719_163 + value // size) for value in values if value is not None)


def test_half_converted_dates_of_no_source_move_a_month(read, text_file):
    """They are refused, asked about, or read as what they are; 5 November is never 11 May."""
    tried = []
    for path, key in LAYOUTS:
        text, has_dates = half_converted(path)
        if not has_dates:
            continue
        tried.append(key)
        try:
            days = set(days_of(read(text_file(text, f"{path.stem}{path.suffix}"), **OPTIONS)))
        except UserError:
            continue
        assert {(day.year, day.month) for day in days} <= {(2026, 11), (2026, 12)}, (path.name, sorted(days))
    assert len(set(tried)) >= 15


def in_cells(path, values):
    """Those of some values that stand in a file's cells as they are."""
    cells = {cell.strip("' ") for row in rows_in(path) for cell in row}
    return sorted(value for value in values if value in cells and not (value.isdigit() and len(value) < 5))


def put(path, into):
    """A file with other values in the cells that are as told."""
    return changed(path, lambda cell: cell.replace(one, into[one]) if (one := cell.strip("' ")) in into else cell)


@pytest.mark.parametrize(("field", "sources"), [("sku", 18), ("order_id", 12), ("postcode", 8)])
def test_an_identifier_of_any_source_is_the_text_that_stands_there(read, sample, text_file, field, sources):
    """Its values are replaced by lookalikes, all at once; then by a number that has lost its digits."""
    tried = []
    for key, path in ONE_OF_EACH.items():
        before = told(sample(path), field)
        old = in_cells(path, before)
        if not old:
            continue
        tried.append(key)
        news = [new for new in LOOKALIKES if new not in before and (field == "sku" or new != MENDED)]
        for start in range(0, len(news), len(old)):
            into = dict(zip(old, news[start : start + len(old)], strict=False))
            parsed = read(text_file(put(path, into), f"{key}{start}{path.suffix}"), **OPTIONS)
            expected = Counter({into.get(value, value): count for value, count in before.items()})
            assert told(parsed, field) == expected, (key, into)
        if field != "postcode":
            parsed = read(text_file(put(path, {old[0]: SHORTENED}), f"{key}short{path.suffix}"), **OPTIONS)
            assert SHORTENED not in told(parsed, field)
            assert any(one.field == field and SHORTENED in one.found for one in parsed.rejects), key
    assert len(tried) >= sources


def test_namibia_is_a_country_in_every_source_that_has_countries(read, sample, text_file):
    """NA is no missing value."""
    tried = []
    for key, path in ONE_OF_EACH.items():
        before = told(sample(path), "country")
        old = in_cells(path, before)
        if old:
            tried.append(key)
            parsed = read(text_file(put(path, dict.fromkeys(old, "NA")), f"{key}{path.suffix}"), **OPTIONS)
            assert told(parsed, "country") == Counter({"NA": before.total()}), key
    assert len(tried) >= 9
