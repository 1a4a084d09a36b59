"""What is true of every built-in source, on every sample file: sources are found by their folder, files by their names.

A file written otherwise (line ends, encoding, delimiter, padding, repeated headers, turned columns) says the same; an
identifier is the text that stands there. What is expected is what the sample file itself says, whose values the tests
of its source have by hand.
"""

import re
from collections import Counter
from datetime import date

import pytest
from sample_layouts import LAYOUTS, NAMES, changed, delimiter_of, rows_in, text_of, written

from opsconsole.domain.errors import UserError
from opsconsole.imports.records import KINDS, Type
from opsconsole.imports.source import all_sources

QUOTED = [(path, key) for path, key in LAYOUTS if delimiter_of(path) != "\t"]
# Orders and their items have a header each, in Fishbowl's files: columns are known by where they stand below it.
ONE_HEADER = [(path, key) for path, key in LAYOUTS if not all_sources()[key].file.row_types]
# Texts that look like something else and are none of it. A spreadsheet's "5.01234E+12" is refused, see the readers.
LOOKALIKES = (
    *("000000", "0", "00123", "17850.0", "123456789012345", "5012345678900", "1E5", "12E-3", "NA", "N/A", "null"),
    *("None", "nan", "TRUE", "inf", "2026-01-05", "ab-1", "AB-1", "=1+1", "+1", "-MUG", "@MUG", "#MUG"),
)

# An order's number that a spreadsheet has turned into a decimal is mended by the sources that know it has digits only.
NO_ORDER = ("17850.0",)


@pytest.fixture
def said(read):
    """What a file says, by kind, in any order, and how many lines were refused."""

    def say(path, key):
        parsed = read(path, channel="shop", currency="USD", time_zone="America/Los_Angeles")
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
        "crlf.csv": windows.encode(),
        "bom.csv": windows.encode("utf-8-sig"),
        "utf16.csv": windows.encode("utf-16"),
        "cut.csv": text.rstrip("\n").encode(),
        "cp1252.csv": text.encode("cp1252", "replace"),
    }
    for name, content in contents.items():
        if name == "cp1252.csv" and content.decode("cp1252") != text:
            continue  # letters that this encoding lacks
        assert said(text_file(content, name), key) == expected, name


@each(QUOTED)
def test_another_delimiter_changes_nothing(said, text_file, path, key):
    expected = said(path, key)
    spoken = written(rows_in(path), ";")
    assert said(text_file(f"sep=;\n{spoken}", "sep.csv"), key) == expected, "a line that says the delimiter"
    for delimiter in ",;":
        assert said(text_file(written(rows_in(path), delimiter), f"{ord(delimiter)}.csv"), key) == expected, delimiter
    if delimiter_of(path) != "\t":
        quoted = "\n".join("\t".join(f'"{cell}"' for cell in row) for row in rows_in(path) if not _broken(row))
        if not any(map(_broken, rows_in(path))):
            assert said(text_file(quoted, "tab.tsv"), key) == expected


def _broken(row):
    return any("\n" in cell or '"' in cell for cell in row)


@each(ONE_HEADER)
def test_blank_lines_padding_and_repeated_headers_are_no_records(said, text_file, read, path, key):
    expected = said(path, key)
    rows = rows_in(path)
    at = read(path, channel="shop", currency="USD").header_line
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
def test_columns_turned_around_and_in_capitals_are_the_same_columns(said, text_file, read, path, key):
    expected = said(path, key)
    rows = rows_in(path)
    at = read(path, channel="shop", currency="USD").header_line
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


@each(LAYOUTS)
def test_half_converted_dates_never_move_a_month(read, text_file, path, key):
    """They are refused, asked about, or read as what they are; 5 November is never 11 May."""
    text, has_dates = half_converted(path)
    if not has_dates:
        pytest.skip("the file has no dates in such forms")
    try:
        parsed = read(text_file(text, f"half{path.suffix}"), channel="shop", currency="USD")
    except UserError:
        return
    days = []
    for records in parsed.records:
        for name, values in records.columns.items():
            of = KINDS[records.kind].field(name).type
            if of in (Type.INSTANT, Type.DAY):
                size = 86_400_000_000 if of is Type.INSTANT else 1
                days += [date.fromordinal(719_163 + value // size) for value in values if value is not None]
    assert {day.month for day in days} <= {11, 12}, sorted(set(days))
    assert {day.year for day in days} <= {2026}


@each(LAYOUTS)
@pytest.mark.parametrize("field", ["sku", "order_id", "postcode"])
def test_an_identifier_is_the_text_that_stands_there(read, text_file, path, key, field):
    """Each value in turn is replaced by a lookalike, several at once; all else stays."""
    options = {"channel": "shop", "currency": "USD"}
    before = told(read(path, **options), field)
    cells = {cell.strip("' ") for row in rows_in(path) for cell in row}
    old = sorted(value for value in before if value in cells and not value.isdigit())
    if not old:
        pytest.skip("the file does not say it in cells of their own")
    news = [new for new in LOOKALIKES if new not in before and not (field == "order_id" and new in NO_ORDER)]
    for start in range(0, len(news), len(old)):
        into = dict(zip(old, news[start : start + len(old)], strict=False))
        text = changed(path, lambda cell, into=into: cell.replace(cell.strip("' "), into[cell.strip("' ")])
                       if cell.strip("' ") in into else cell)  # fmt: skip
        parsed = read(text_file(text, f"{start}{path.suffix}"), **options)
        expected = Counter({into.get(value, value): count for value, count in before.items()})
        assert told(parsed, field) == expected, [(r.field, r.found, r.expected) for r in parsed.rejects[:2]]


@each(LAYOUTS)
def test_namibia_is_a_country(read, text_file, path, key):
    """NA is no missing value: not in a country's column, and not where somebody lives."""
    before = told(read(path, channel="shop", currency="USD"), "country")
    cells = {cell.strip() for row in rows_in(path) for cell in row}
    old = sorted(country for country in before if country in cells and country != "NA")
    if not old:
        pytest.skip("the file does not say it in cells of their own")
    text = changed(path, lambda cell: "NA" if cell.strip() in old else cell)
    assert told(read(text_file(text, f"na{path.suffix}"), channel="shop", currency="USD"), "country") == Counter(
        {"NA": before.total()}
    )


@each(LAYOUTS)
@pytest.mark.parametrize("field", ["sku", "order_id"])
def test_a_number_that_a_spreadsheet_shortened_is_refused_by_every_source(read, text_file, path, key, field):
    """Its digits are gone: taken as text, a hundred orders of one day would be one."""
    before = told(read(path, channel="shop", currency="USD"), field)
    cells = {cell.strip("' ") for row in rows_in(path) for cell in row}
    old = sorted(value for value in before if value in cells and not (value.isdigit() and len(value) < 5))
    if not old:
        pytest.skip("the file does not say it in cells of their own")
    short = "1.08912E+14"
    text = changed(path, lambda cell: short if cell.strip("' ") == old[0] else cell)
    parsed = read(text_file(text, f"short{path.suffix}"), channel="shop", currency="USD")
    assert short not in told(parsed, field)
    assert any(reject.field == field and short in reject.found for reject in parsed.rejects)
