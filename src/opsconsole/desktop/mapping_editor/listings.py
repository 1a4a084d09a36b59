"""The editor's lists as listings: columns and what they fill, first lines of the file, records, refusals."""

from collections.abc import Iterable

from opsconsole.desktop.mapping_editor.state import State
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.file_mapping import FieldUse
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.wording import field_words

BREAK = "\x1f"
_CHECK = 0.75  # proposals with fewer points should be looked at
STATES = (
    ("asked", "Asked"),
    ("check", "Look at it"),
    ("ready", "Ready"),
    ("unused", "Not used"),
    ("absent", "Not in the file"),
)
TONES = {"asked": "warn", "check": "accent", "ready": "text", "unused": "text_muted", "absent": "bad"}
_READING = (
    ("format", "as"), ("decimal", "decimal"), ("scale", "×"), ("strip_prefix", "without"), ("strip_suffix", "without"),
    ("extract", "taking"), ("round", "places"),
)  # fmt: skip


_UNITS = {"453.59237": "lb", "1000": "kg", "28.349523125": "oz", "7": "weeks", "30": "months"}


def row_id(column: str, use: FieldUse | None = None) -> str:
    """Identity of a row: the column and, where it fills one, the field."""
    return column + BREAK + (f"{use.record}.{use.field}" if use is not None else "")


def parsed_id(identity: str) -> tuple[str, int, str]:
    """Column, record and field of a row; -1 where it fills none."""
    column, _, told = identity.partition(BREAK)
    record, _, key = told.partition(".")
    return (column, int(record), key) if told else (column, -1, "")


_COLUMNS = (
    Field("column", "Column of the file", width=190),
    Field("samples", "Values", stretch=True, missing="(all empty)"),
    Field("fills", "Fills", width=236, missing="Nothing"),
    Field("how", "Read", width=150, missing=""),
    Field("state", "State", Kind.STATUS, labels=STATES, width=100),
    Field("why", "Why", width=220, missing="", hidden=True),
)


def columns_listing(state: State) -> Listing:
    """A row per column of the file and field it fills; then fields that no single column fills."""
    rows = []
    names = state.columns()
    for name in names:
        for use in state.draft.uses_of(name) or (None,):
            rows.append(_row(state, name, use))
    for use in state.draft.uses:
        if use.column not in names:
            rows.append(_row(state, use.column, use, absent=bool(use.column)))
    return from_rows(_COLUMNS, rows, id_key="id", as_of=0, title="Columns")


def _row(state: State, name: str, use: FieldUse | None, *, absent: bool = False) -> dict[str, object]:
    facts = state.file.column(name) if state.file is not None and name else None
    samples = ", ".join(facts.samples[:4]) if facts is not None else None
    return {
        "id": row_id(name, use),
        "column": name or (use.words() if use is not None else ""),
        "samples": samples or (use.words() if use is not None and not name else None if state.file else "no file"),
        "fills": None if use is None else state.field_words(use.record, use.field),
        "how": None if use is None else how_words(use),
        "state": "absent" if absent else _state(state, use),
        "why": None if use is None else f"{use.reason}{'; ' if use.proof else ''}{use.proof}" or None,
    }


def _state(state: State, use: FieldUse | None) -> str:
    if use is None:
        return "unused"
    if any((one.record, one.field) == (use.record, use.field) for one in state.questions):
        return "asked"
    return "check" if use.score < _CHECK else "ready"


def how_words(use: FieldUse) -> str:
    """How a field's text is read, in a few words: ``as MM-DD-YY, 8 words``."""
    if not use.editable:
        return "worked out"
    told = []
    for key, word in _READING:
        if key in use.how:
            value = use.how[key]
            if key == "scale" and str(value) in _UNITS:
                told.append(f"in {_UNITS[str(value)]}")
                continue
            text = format_words(str(value)) if key == "format" and isinstance(value, str) else str(value)
            told.append(f"{word} {text}")
    if "map" in use.how:
        told.append(f"{len(use.how['map'])} words")
    if use.how.get("slug"):
        told.append("as keys")
    if "const" in use.how:
        told.append("always the same")
    return ", ".join(told)


_LETTERS = {"Y": "YYYY", "y": "YY", "m": "MM", "d": "DD", "b": "Mon", "B": "Month", "H": "HH", "I": "HH", "M": "MM",
            "S": "SS", "f": "fff", "p": "AM", "z": "+zone", "Z": "zone"}  # fmt: skip


def format_words(pattern: str) -> str:
    """A date format as people write it: ``MM-DD-YY or MM/DD/YY``."""
    known = {"iso": "YYYY-MM-DD", "excel": "days of a spreadsheet", "unix": "Unix seconds", "unix_ms": "Unix ms"}
    parts = []
    for part in pattern.split("|"):
        text = known.get(part, part)
        for letter, words in _LETTERS.items():
            text = text.replace(f"%{letter}", words)
        parts.append(text)
    return " or ".join(parts)


def lines_listing(state: State) -> Listing:
    """The first lines as they stand in the file; the header is marked."""
    assert state.file is not None
    rows = state.file.rows[:40]
    width = min(max((len(row) for _, row in rows), default=0), 40)
    fields = [
        Field("line", "Line", Kind.QUANTITY, width=60),
        Field("what", "", Kind.STATUS, labels=(("header", "Header"), ("above", "Above"), ("row", "Row")), width=80),
        *(
            Field(f"c{at}", f"Column {at + 1}", width=_width([row[at] for _, row in rows if at < len(row)]), missing="")
            for at in range(width)
        ),
    ]
    header = state.file.header.line
    told = []
    for line, row in rows:
        what = "header" if line == header else "above" if line < header else "row"
        cells = {f"c{at}": row[at].strip() or None if at < len(row) else None for at in range(width)}
        told.append({"id": line, "line": line, "what": what, **cells})
    return from_rows(fields, told, id_key="id", as_of=0, title="First lines")


def records_listing(state: State, number: int) -> Listing:
    """The first records of a kind as they would be."""
    assert state.preview is not None
    kind = state.preview.kinds[number]
    fields = [Field("line", "Line", Kind.QUANTITY, width=60)]
    for at, (key, label) in enumerate(kind.fields):
        width = _width([label, *(row[at] for row in kind.rows)])
        fields.append(Field(key, label[:1].upper() + label[1:], width=width, missing="none"))
    rows = []
    for place, (line, values) in enumerate(zip(kind.lines, kind.rows, strict=True)):
        cells = {key: value or None for (key, _), value in zip(kind.fields, values, strict=True)}
        rows.append({**cells, "id": place, "line": line})
    return from_rows(fields, rows, id_key="id", as_of=0, title=kind.label)


def _width(texts: Iterable[str]) -> int:
    """Width in pixels for the longest of some texts, within bounds."""
    return min(max(7 * max(map(len, texts), default=0) + 28, 80), 220)


def refusals_listing(state: State) -> Listing:
    """Why rows would be refused, the most frequent reason first."""
    assert state.preview is not None
    fields = (
        Field("rows", "Rows", Kind.QUANTITY, width=70),
        Field("line", "First line", Kind.QUANTITY, width=90),
        Field("field", "Field", width=150, missing="Whole line"),
        Field("found", "Found", width=220, missing="(empty)"),
        Field("expected", "Expected", stretch=True),
    )
    rows = [
        {"id": number, "rows": one.rows, "line": one.line, "field": field_words(one.field) or None,
         "found": one.found or None, "expected": one.expected}
        for number, one in enumerate(state.preview.refusals)
    ]  # fmt: skip
    return from_rows(fields, rows, id_key="id", as_of=0, title="Refused")
