"""Making a mapping for a file: what the file is like, what is proposed, how a draft reads it. Nothing is written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from opsconsole.domain.errors import UserError
from opsconsole.domain.file_mapping import FieldInfo, FieldUse, KindInfo, MappingDraft, Question
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import field_label
from opsconsole.imports import limits
from opsconsole.imports.collect import collect
from opsconsole.imports.columns import TextTable, normalized, unique_names
from opsconsole.imports.convert import DATE_TYPES, NUMBER_TYPES, status_codes
from opsconsole.imports.field_help import FIELD_HELP
from opsconsole.imports.files import open_table, sheet_names
from opsconsole.imports.proposals.header import HeaderChoice, find_header
from opsconsole.imports.proposals.profile import Profile, profile
from opsconsole.imports.proposals.propose import Given, Proposed, propose, use_of
from opsconsole.imports.proposals.readings import read_column
from opsconsole.imports.records import KINDS, RecordKind
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, Table, head, input_file
from opsconsole.services.mapping_known import known_values
from opsconsole.store.database import Database

_RARE_DELIMITERS = ("^", "~", "¦", "*")
_OPTIONS = ("encoding", "delimiter", "header_row", "sheet", "column_starts")


@dataclass(frozen=True)
class FileInHand:
    """A file read whole as text, as long as its mapping is made. ``given`` is what proposals are made of."""

    file: InputFile
    table: Table
    rows: tuple[NumberedRow, ...]
    header: HeaderChoice
    given: Given
    sheets: tuple[str, ...] = ()
    options: FileOptions = field(default_factory=FileOptions)

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.file.name

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        return self.given.names

    @property
    def count(self) -> int:
        """Rows below the header."""
        return len(self.given.table)

    @property
    def description(self) -> str:
        """How it was understood: ``utf-8, comma``."""
        return self.table.description

    @property
    def column_starts(self) -> tuple[int, ...]:
        """Where its columns begin, from 1, where no sign stands between them."""
        return tuple(place + 1 for place in getattr(self.table, "starts", ()))

    @property
    def delimiter(self) -> str:
        """Sign between its columns; empty where there is none."""
        return str(getattr(self.table, "delimiter", ""))

    @property
    def encoding(self) -> str:
        """Encoding of its text; empty for spreadsheets."""
        text = getattr(self.table, "text", self.table)
        return str(getattr(text, "encoding", "")).removesuffix("-sig")

    def column(self, name: str) -> Profile | None:
        """Figures of a column."""
        return next((one for one in self.given.columns if one.name == name), None)

    def counts(self, name: str) -> dict[str, int]:
        """Rows by text of a column, the most frequent first."""
        return self.given.counts(name)


def open_for_mapping(
    path: Path | str,
    options: Mapping[str, Any] | None = None,
    *,
    database: Database | None = None,
    progress: Progress | None = None,
) -> FileInHand:
    """Read a file to map it. ``options`` are what somebody chose of encoding, delimiter, header_row, sheet.

    Raises UserError when it is no table, Cancelled when cancelled.
    """
    file = input_file(Path(path))
    told = {key: value for key, value in (options or {}).items() if key in _OPTIONS and value}
    if "column_starts" in told:
        told["column_starts"] = tuple(told["column_starts"])
    chosen = FileOptions(**told)
    table, chosen = _opened(file, chosen)
    rows = head(table)
    if not rows:
        raise UserError(f"{file.name} has no rows.", "Export it again, or choose another sheet.")
    header = find_header(rows, chosen.header_row)
    names = tuple(unique_names(header.row[: limits.MAX_COLUMNS]))
    if not any(names):
        raise UserError(f"Line {header.line} of {file.name} names no columns.", "Choose another header line.")
    texts = _collected(file, table, names, header.line, progress)
    columns = [profile(name, texts.columns[normalized(name)]) for name in names if name]
    known = {} if database is None else known_values(database, columns)
    given = Given(texts, names, columns, header, file.name, known)
    return FileInHand(file, table, tuple(rows), header, given, sheet_names(table), chosen)


def _opened(file: InputFile, chosen: FileOptions) -> tuple[Table, FileOptions]:
    """The table; where no usual delimiter cuts it, a rarer one that does."""
    table = open_table(file, chosen)
    if chosen.delimiter or not hasattr(table, "delimiter") or any(len(row) > 1 for _, row in head(table)):
        return table, chosen
    for sign in _RARE_DELIMITERS:
        other = open_table(file, replace(chosen, delimiter=sign))
        widths = [len(row) for _, row in head(other)]
        if widths and max(set(widths), key=widths.count) > 1:
            return other, replace(chosen, delimiter=sign)
    return table, chosen


def _collected(file: InputFile, table: Table, names: Sequence[str], line: int, progress: Progress | None) -> TextTable:
    def watch(count: int) -> None:
        if count > limits.MAX_RECORDS:
            raise limits.too_large(file.name, f"it has more than {limits.MAX_RECORDS:,} rows")
        if progress is not None:
            progress.step(count, 0, f"{file.name}: {count:,} rows read")

    return collect(table, names, [normalized(name) for name in names], line, watch)


def propose_mapping(file: FileInHand, kinds: Sequence[str] = ()) -> Proposed:
    """A draft for the file with what is asked and noted; ``kinds`` where somebody chose them."""
    proposed = propose(file.given, kinds)
    facts = {key: value for key, value in file_facts(file).items() if value or key not in proposed.draft.file}
    proposed.draft = replace(proposed.draft, name=_name_for(file.name)).with_file(**facts)
    return proposed


def file_facts(file: FileInHand) -> dict[str, Any]:
    """What a mapping keeps of how the file is written, and the header by which others like it are recognized."""
    told = file.options
    facts: dict[str, Any] = {"header": list(file.names)}
    facts["header_row"] = told.header_row
    facts["sheet"] = told.sheet
    facts["encoding"] = told.encoding
    facts["delimiter"] = told.delimiter
    facts["column_starts"] = list(file.column_starts)  # found or told: the next file is cut at the same places
    return facts


def own_options(content: Mapping[str, Any] | None) -> dict[str, Any]:
    """How the files of a mapping are to be read, by its content."""
    file = (content or {}).get("file", {})
    return {key: file[key] for key in _OPTIONS if isinstance(file, Mapping) and file.get(key)}


_A_WORD = re.compile(r"[a-z]+\d[a-z]+$|[34]pl$", re.IGNORECASE)  # with a digit in it


def _name_for(name: str) -> str:
    """A name for the mapping of a file: its own less dates and numbers; ``B2B`` and ``3PL`` are neither."""
    stem = Path(name.rsplit("/", 1)[-1]).name.split(".")[0]
    words = [
        word for word in re.split(r"[\s_-]+", stem) if word and (not re.search(r"\d", word) or _A_WORD.match(word))
    ]
    told = " ".join(words) or stem
    return told[:1].upper() + told[1:]


def read_as(file: FileInHand, record: int, kind: str, key: str, column: str) -> tuple[FieldUse, list[Question]]:
    """How a column that somebody chose for a field is read, and what must be asked about it."""
    facts = file.column(column)
    if facts is None:
        raise UserError(f"{file.name} has no column “{column}”.", "Choose one of its columns.")
    known = KINDS[kind].field(key)
    reading = read_column(file.counts(column), facts, known, KINDS[kind])
    asked = []
    if reading.question:
        asked.append(Question(reading.asked, reading.question, reading.options, column, record, key))
    for text, count in reading.unknown:
        words = f"“{text}” in {column}, {count:,} rows: what does it mean?"
        asked.append(Question("status", words, reading.codes, column, record, key, text))
    return use_of(record, column, key, reading, "you chose it"), asked


def open_questions(file: FileInHand, draft: MappingDraft) -> list[Question]:
    """What a draft leaves open of a file: dates, signs and words that nobody has said yet."""
    found: list[Question] = []
    for use in draft.uses:
        if file.column(use.column) is not None and use.editable and draft.records[use.record].kind in KINDS:
            kind = draft.records[use.record].kind
            if any(known.key == use.field for known in KINDS[kind].fields):
                _, asked = read_as(file, use.record, kind, use.field, use.column)
                found += [one for one in asked if not _said(one, use, draft)]
    return found


def _said(question: Question, use: FieldUse, draft: MappingDraft) -> bool:
    if question.kind == "status":
        known = {normalized(str(text)) for text in (*use.how.get("map", {}), *use.how.get("null", ()))}
        return "default" in use.how or normalized(question.text) in known
    if question.kind == "decimal":
        return bool(use.how.get("decimal") or draft.file.get("decimal"))
    return {"date": "format", "unit": "scale"}[question.kind] in use.how


@cache
def record_kinds() -> tuple[KindInfo, ...]:
    """Every kind of record that a file can fill."""
    return tuple(KindInfo(kind.key, kind.label, _field_infos(kind)) for kind in KINDS.values())


def _field_infos(kind: RecordKind) -> tuple[FieldInfo, ...]:
    made = []
    for known in kind.fields:
        if known.key == "channel":
            continue
        codes = tuple(status_codes(kind.key, known.key).items())
        asks = "date" if known.type in DATE_TYPES else "number" if known.type in NUMBER_TYPES else ""
        told = FIELD_HELP.get(f"{kind.key}.{known.key}", known.help)
        info = FieldInfo(
            known.key,
            field_label(known.key),
            str(known.type),
            told,
            known.required,
            known.key in kind.identity,
            asks or ("status" if codes else ""),
            codes,
        )
        made.append(info)
    return tuple(sorted(made, key=lambda one: (not one.required, not one.identity)))
