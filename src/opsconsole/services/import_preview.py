"""What files would do, before anything is written: what each is and why, its columns, first rows and changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.import_answers import Answers
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import field_words
from opsconsole.imports.columns import normalized
from opsconsole.imports.date_words import in_letters
from opsconsole.imports.files import open_table
from opsconsole.imports.mapping import MappingSpec
from opsconsole.imports.opened import Opened
from opsconsole.imports.reader import open_file
from opsconsole.imports.recognize import likely_header
from opsconsole.imports.rejects import Reject, readable
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, head, input_file
from opsconsole.services.import_channels import known_channels
from opsconsole.services.import_recognition import candidates, named_candidate
from opsconsole.services.import_report import DRY_RUN, FileReport, in_a_row
from opsconsole.services.imports import import_files
from opsconsole.store.database import Database

_FIRST_ROWS = 30
_TOP = 40  # lines among which a header is looked for when somebody names a source
_MOST_COLUMNS = 40  # shown of the first rows; all of them are in the list of columns
_MOST_REJECTS = 20_000  # listed; the counts are always right


@dataclass
class FilePreview:
    """One file before it is imported. ``key`` is what answers name it by; ``path`` is empty inside an archive.

    ``top`` are the first lines of a table, ``columns`` tells what each column fills, ``first_rows`` shows the file's
    own rows, ``changes`` what would be written. ``channels`` are those that are known, as (key, label). ``modified_at``
    is the date that the file had, an instant.
    """

    key: str
    path: str
    report: FileReport
    description: str = ""
    fills: str = ""
    header_line: int = 0
    header: tuple[str, ...] = ()
    top: tuple[tuple[str, ...], ...] = ()
    columns: Listing | None = None
    first_rows: Listing | None = None
    changes: Listing | None = None
    rejects: Listing | None = None
    channels: tuple[tuple[str, str], ...] = ()
    modified_at: int = 0

    def column_name(self, name: str) -> str:
        """A column as the file writes it; ``name`` is how it is compared."""
        return next((own for own in self.header if normalized(own) == name), name)

    @property
    def ready(self) -> bool:
        """Whether it can be imported as it is."""
        return self.report.state == DRY_RUN

    @property
    def state(self) -> str:
        """Its state as the list of files tells it."""
        if self.asks:
            return "asks"
        if self.ready and not self.report.total("read"):
            return "no_records" if self.first_rows is not None and len(self.first_rows) else "empty"
        return self.report.state

    @property
    def asks(self) -> bool:
        """Whether only an answer is missing."""
        return bool(self.report.ask_formats or self.report.ask_channels or self.report.ask_currencies)


@dataclass
class Preview:
    """Files before they are imported, as of a moment."""

    as_of: int
    files: list[FilePreview] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ready(self) -> list[FilePreview]:
        """Those that can be imported as they are."""
        return [file for file in self.files if file.ready]

    @property
    def clean(self) -> bool:
        """Whether there is nothing to ask, to map or to correct."""
        return all(file.ready and not file.report.rejects for file in self.files)

    def listing(self, looking: Collection[str] = ()) -> Listing:
        """One row per file; ids are their keys. Of files that are ``looking``, what was known is not told any more."""
        rows = [_looking_row(file) if file.key in looking else _file_row(file) for file in self.files]
        return from_rows(_FILES, rows, id_key="key", as_of=self.as_of)

    def with_files(self, others: "Preview") -> "Preview":
        """With files that were looked at again in the place of what was known of them; new ones at the end."""
        newer = {file.key: file for file in others.files}
        kept = [newer.pop(file.key, file) for file in self.files]
        return Preview(others.as_of, [*kept, *newer.values()])


_STATES = (
    (DRY_RUN, "Ready"),
    ("looking", "Looking again"),
    ("empty", "Empty"),
    ("no_records", "No records"),
    ("asks", "Needs an answer"),
    ("not_recognized", "Not recognized"),
    ("refused", "Cannot be read"),
    ("cancelled", "Not looked at"),
)
_FILES = (
    Field("file", "File", stretch=True, ends_matter=True),
    Field("label", "Recognized as", missing="Unknown"),
    Field("fills", "Fills", missing="Nothing"),
    Field("channel", "Channel", Kind.IDENTIFIER, missing="None", wide_only=True),
    Field("state", "State", Kind.STATUS, labels=_STATES),
    Field("read", "Read", Kind.QUANTITY),
    Field("inserted", "New", Kind.QUANTITY),
    Field("updated", "Changed", Kind.QUANTITY),
    Field("unchanged", "Unchanged", Kind.QUANTITY),
    Field("rejected", "Rejected", Kind.QUANTITY),
)


def preview_files(
    database: Database,
    paths: Iterable[Path | str],
    *,
    answers: Mapping[str, Answers] | None = None,
    who: str = "",
    now: int,
    progress: Progress | None = None,
    folder: Path | None = None,
) -> Preview:
    """Read the files as an import would, write nothing, and tell everything about them.

    Each file is tried by itself; a record that an earlier file of the same lot brings is told as what it is by then,
    changed or unchanged. Raises UserError where nothing can be begun, Cancelled when cancelled before the first file.
    """
    given = answers or {}
    looked_at: list[FilePreview] = []
    with database.read() as conn:
        channels = tuple(known_channels(conn))

    def look(file: InputFile, report: FileReport) -> None:
        looked_at.append(_look_at(database, file, report, given, channels, now, folder))

    report = import_files(
        database,
        paths,
        answers=given,
        dry_run=True,
        all_changes=True,
        who=who,
        now=now,
        progress=progress,
        folder=folder,
        seen=look,
    )
    told = {id(one.report) for one in looked_at}
    cancelled = [FilePreview(left.name, "", left) for left in report.files if id(left) not in told]
    return Preview(now, [*looked_at, *cancelled])


def changed_since(preview: Preview) -> list[FilePreview]:
    """Files that would be imported but are not, or no more, as they were looked at."""
    return [file for file in preview.ready if file.path and _modified_at(Path(file.path)) != file.modified_at]


def _modified_at(path: Path) -> int:
    try:
        return input_file(path).modified_at
    except UserError:
        return -1


def _look_at(
    database: Database,
    file: InputFile,
    report: FileReport,
    answers: Mapping[str, Answers],
    channels: tuple[tuple[str, str], ...],
    now: int,
    folder: Path | None,
) -> FilePreview:
    inside = "/" in file.name
    preview = FilePreview(file.name if inside else str(file.path), "" if inside else str(file.path), report)
    preview.channels, preview.modified_at = channels, file.modified_at
    try:
        opened = _opened(database, file, answers.get(preview.key), folder)
    except UserError:
        _show_unknown(preview, file, now)
        return preview
    preview.description, preview.header_line = opened.table.description, opened.fit.line
    preview.header = opened.fit.names
    if not report.label:
        report.source, report.label, report.why = opened.key, opened.label, opened.fit.score.reason
    fills = _fills(opened.spec)
    preview.fills = in_a_row(record.kind.label for record in opened.spec.records)
    above = head(opened.table)
    preview.top = _top(above)
    rows = [row for row in above if row[0] > opened.fit.line]
    preview.columns = _columns(opened.fit.names, fills, rows, report, now)
    preview.first_rows = _first_rows(opened.fit.names, fills, rows, now)
    preview.rejects = _rejects(report.rejects, now)
    if report.changes is not None:
        preview.changes = report.changes.listing(now)
    return preview


def _opened(database: Database, file: InputFile, said: Answers | None, folder: Path | None) -> Opened:
    named = None if said is None else named_candidate(database, said.source or None, said.mapping or None, folder)
    return open_file(file, candidates(database, folder)[0], forced=named)


def _show_unknown(preview: FilePreview, file: InputFile, now: int) -> None:
    """Columns and first rows of a table that nobody knows, as far as it is one."""
    try:
        table = open_table(file, FileOptions())
        rows = head(table)
    except (UserError, OSError):
        return
    if not rows:
        return
    preview.top = _top(rows)
    line, names = likely_header(rows)
    preview.description, preview.header_line, preview.header = table.description, line, names
    below = [row for row in rows if row[0] > line]
    preview.columns = _columns(names, {}, below, preview.report, now)
    preview.first_rows = _first_rows(names, {}, below, now)


def _top(rows: list[NumberedRow]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for _, row in rows[:_TOP])


def _fills(spec: MappingSpec) -> dict[str, list[str]]:
    """Fields that each column, by its normalized name, has a part in: ``orders: placed at``."""
    found: dict[str, list[str]] = {}
    for record in spec.records:
        for key, expression in record.fields.items():
            for names, _ in expression.column_groups():
                for name in names:
                    words = f"{record.kind.label.lower()}: {field_words(key)}"
                    listed = found.setdefault(normalized(name), [])
                    if words not in listed:
                        listed.append(words)
    return found


_COLUMNS = (
    Field("place", "No.", Kind.QUANTITY),
    Field("column", "Column of the file"),
    Field("fills", "Fills", stretch=True, missing="Not read"),
    Field("format", "Dates read as", missing="", wide_only=True),
    Field("example", "Example", missing="(empty)", width=200),
)


def _columns(
    names: tuple[str, ...], fills: Mapping[str, list[str]], rows: list[NumberedRow], report: FileReport, now: int
) -> Listing:
    listed = []
    for place, name in enumerate(names):
        example = next((row[place] for _, row in rows if len(row) > place and row[place].strip()), "")
        listed.append(
            {
                "place": place + 1,
                "column": readable(name) or "(no name)",
                "fills": ", ".join(fills.get(normalized(name), ())) or None,
                "format": in_letters(report.formats.get(normalized(name), "")) or None,
                "example": readable(example)[:80] or None,
            }
        )
    return from_rows(_COLUMNS, listed, id_key="place", as_of=now, title="Columns")


def _first_rows(names: tuple[str, ...], fills: Mapping[str, list[str]], rows: list[NumberedRow], now: int) -> Listing:
    """The first rows as they stand in the file; columns that fill something come first, and the first 40 are shown."""
    places = sorted(range(len(names)), key=lambda place: normalized(names[place]) not in fills)[:_MOST_COLUMNS]
    fields = [Field("line", "Line", Kind.QUANTITY)]
    for place in places:
        filled = fills.get(normalized(names[place]))
        words = readable(names[place]) or "(no name)"
        fields.append(
            Field(
                f"c{place}",
                f"{words} → {filled[0].partition(': ')[2]}" if filled else words,
                missing="",
                help=f"Fills {', '.join(filled)}" if filled else "Not read",
                hidden=bool(fills) and not filled,
            )
        )
    shown = [
        {"line": line, **{f"c{place}": readable(cell)[:120] or None for place, cell in enumerate(row[: len(names)])}}
        for line, row in rows[:_FIRST_ROWS]
    ]
    return from_rows(fields, shown, id_key="line", as_of=now, title="First rows")


_REJECTS = (
    Field("line", "Line", Kind.QUANTITY),
    Field("field", "Field", missing="Whole line"),
    Field("found", "Found", missing="(empty)"),
    Field("expected", "Expected"),
    Field("raw", "Line as read", stretch=True, missing="Unknown"),
)


def _rejects(found: Sequence[Reject], now: int) -> Listing:
    rows = [
        {
            "id": number,
            "line": reject.line,
            "field": field_words(reject.field) or None,
            "found": reject.found or None,
            "expected": reject.expected,
            "raw": reject.raw or None,
        }
        for number, reject in enumerate(found[:_MOST_REJECTS])
    ]
    return from_rows(_REJECTS, rows, id_key="id", as_of=now, title="Rejected lines")


def _looking_row(file: FilePreview) -> dict[str, object]:
    names = ("read", "inserted", "updated", "unchanged", "rejected")
    known = {
        "key": file.key,
        "file": file.report.name,
        "label": file.report.label or "Not known yet",
        "fills": file.fills or None,
    }
    return {**known, "channel": file.report.channel or None, "state": "looking", **dict.fromkeys(names)}


def _file_row(file: FilePreview) -> dict[str, object]:
    report = file.report
    counted = file.ready
    names = ("read", "inserted", "updated", "unchanged", "rejected")
    return {
        "key": file.key,
        "file": report.name,
        "label": report.label or None,
        "fills": report.fills or file.fills or None,
        "channel": report.channel or None,
        "state": file.state,
        **{name: report.total(name) if counted else None for name in names},
    }
