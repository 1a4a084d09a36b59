"""What an import did, or would do: per file and record kind, as values, as a list and in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opsconsole.domain import wording
from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.instants import SECOND, to_iso
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.imports.reject_store import RejectStore
from opsconsole.imports.rejects import Reject

if TYPE_CHECKING:
    from opsconsole.services.import_changes import Changes

DONE, PARTLY, DRY_RUN = "done", "partly", "dry_run"
NOT_RECOGNIZED, REFUSED, CANCELLED = "not_recognized", "refused", "cancelled"
DISMISSED = "dismissed"  # a file that was not imported, and that nobody wants to import any more
UNDONE = "undone"
STATES = (
    (DONE, "Done"),
    (PARTLY, "Partly done"),
    (DRY_RUN, "Tried, nothing written"),
    (NOT_RECOGNIZED, "Not recognized"),
    (REFUSED, "Refused"),
    (CANCELLED, "Cancelled"),
    (DISMISSED, "Dismissed"),
    (UNDONE, "Undone"),
)


@dataclass
class KindCounts:
    """Records of one kind: ``read`` = inserted + updated + unchanged + rejected."""

    kind: str
    label: str
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing a dry run would change: ``subject`` in words, the field, what is there and what would be."""

    kind: str
    subject: str
    field: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Dates that can be read in several ways, read as the last time: one of them, and what each format makes of it."""

    column: str
    example: str
    readings: tuple[tuple[str, str], ...]


@dataclass
class FileReport:
    """What became of one file. ``message`` and ``hint`` say why nothing did, where nothing did.

    ``unread_id`` is the number under which a file that was not imported is kept.

    Where only an answer is missing, ``ask_formats`` are the possible date formats by column (to be given as
    ``formats``), ``ask_channels`` the channels the file may be from and ``ask_currencies`` the currencies its amounts
    may be in, as (code, why); ``ask_example`` is a date of the file and
    ``ask_readings`` what each format makes of it. ``formats`` are the date formats it was read with, by column;
    ``currency`` is set where neither the file nor its mapping says it;
    ``doubts`` those of them that are no more than what was said the last time; ``changes`` what a dry run would change.
    """

    name: str
    state: str
    source: str = ""
    label: str = ""
    why: str = ""
    channel: str = ""
    currency: str = ""
    batch_id: int | None = None
    unread_id: int | None = None
    counts: list[KindCounts] = field(default_factory=list)
    rejects: RejectStore = field(default_factory=RejectStore)
    samples: list[Sample] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unused: tuple[str, ...] = ()
    source_time: int | None = None
    basis: str = ""
    newest_data_at: int | None = None
    seconds: float = 0.0
    message: str = ""
    hint: str = ""
    ask_formats: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ask_channels: tuple[str, ...] = ()
    ask_currencies: tuple[tuple[str, str], ...] = ()
    ask_example: str = ""
    ask_readings: tuple[tuple[str, str], ...] = ()
    formats: dict[str, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    changes: "Changes | None" = None

    def total(self, what: str) -> int:
        """Sum over the record kinds of read, inserted, updated, unchanged or rejected."""
        return sum(getattr(count, what) for count in self.counts)

    @property
    def fills(self) -> str:
        """``Orders, order lines, payments``."""
        return in_a_row(count.label for count in self.counts)

    @property
    def written(self) -> bool:
        """Whether the file is in the database now."""
        return self.state in (DONE, PARTLY)

    def words(self) -> list[str]:
        """Sentences, the values in bold marks."""
        if self.message:
            return [f"{self.message} {self.hint}".strip()]
        if self.state == CANCELLED:
            return [f"{self.name} was cancelled; nothing of it was written."]
        lines = [f"**{self.name}** {self._recognized()}: {self.why}."]
        lines.append(self._counted())
        if self.rejects:
            lines.append(self._refused())
        lines += self.notes
        if self.unused:
            shown = ", ".join(f"“{name}”" for name in self.unused[:5])
            more = f" and {len(self.unused) - 5} more" if len(self.unused) > 5 else ""
            lines.append(f"{wording.plural(len(self.unused), 'column')} not read: {shown}{more}.")
        if self.source_time is not None:
            at = wording.instant(self.source_time, year_of=0)
            lines.append(f"Its data are as of {at} UTC, by {self.basis}; older files will not undo them.")
        return lines

    def _recognized(self) -> str:
        name = self.source.removeprefix("mapping:")
        return f"is {self.label}" if name == self.source else f"was read with the mapping “{name}”"

    def _counted(self) -> str:
        would = self.state == DRY_RUN
        read = wording.plural(self.total("read"), "record")
        if not self.total("read"):
            return "It has no records, only its header."
        if not self.total("inserted") + self.total("updated") + self.total("rejected"):
            return f"All {read} were known already: nothing {'would change' if would else 'has changed'}."
        parts = []
        for what, verb, tried in (
            ("inserted", "are new", "would be new"),
            ("updated", "changed", "would change"),
            ("unchanged", "were known already", "are known already"),
            ("rejected", "were refused", "would be refused"),
        ):
            per_kind = [(getattr(count, what), count.label) for count in self.counts if getattr(count, what)]
            if per_kind:
                listed = _and([f"**{number:,}** {wording.records(label, number)}" for number, label in per_kind])
                parts.append(f"{listed} {_verb(tried if would else verb, per_kind)}")
        return f"Of {read}, {'; '.join(parts)}."

    def _refused(self) -> str:
        lines = self.rejects.count_lines()
        first = self.rejects.example or self.rejects[0]
        found = f"“{first.found}”" if first.found else "nothing"
        where = wording.field_words(first.field) or "the line"
        example = f"line {first.line:,} has {found} in {where}, expected {first.expected}"
        return (
            f"**{wording.plural(lines, 'line')}** {'was' if lines == 1 else 'were'} set aside: {example}. "
            "An order with such a line waits whole; correct the file and import it again, nothing is doubled."
        )


@dataclass
class ImportReport:
    """What an import of several files did. ``as_of`` is the instant it happened at, ``run_id`` its number."""

    as_of: int
    files: list[FileReport] = field(default_factory=list)
    dry_run: bool = False
    run_id: int | None = None

    @property
    def cancelled(self) -> bool:
        """Whether somebody stopped it; files before that are written."""
        return any(file.state == CANCELLED for file in self.files)

    @property
    def rejects(self) -> list[Reject]:
        """Refused lines of all files."""
        return [reject for file in self.files for reject in file.rejects]

    def total(self, what: str) -> int:
        """Sum over all files of read, inserted, updated, unchanged or rejected."""
        return sum(file.total(what) for file in self.files)

    @property
    def exit_code(self) -> int:
        """0 all done, 2 nothing could be done, 3 partly done."""
        good = [file for file in self.files if file.state in (DONE, PARTLY, DRY_RUN)]
        if not good:
            return 2
        refused = any(file.rejects for file in self.files)
        return 0 if len(good) == len(self.files) and not self.total("rejected") and not refused else 3

    def words(self) -> list[str]:
        """The report as a person would write it: a headline, then each file."""
        lines = [self.headline()]
        for file in self.files:
            lines += file.words()
            lines += [_sample_words(sample) for sample in file.samples]
        return lines

    def headline(self) -> str:
        """``Read 3 files: 402 records are new, 377 changed, 2,512 were known already, 27 were refused.``"""
        good = [file for file in self.files if file.state in (DONE, PARTLY, DRY_RUN)]
        if not good:
            return "Nothing was imported."
        start = "Tried" if self.dry_run else "Read"
        parts = [
            (self.total("inserted"), "would be new" if self.dry_run else "new"),
            (self.total("updated"), "would change" if self.dry_run else "changed"),
            (self.total("unchanged"), "known already"),
            (self.total("rejected"), "refused"),
        ]
        told = ", ".join(f"**{number:,}** {words}" for number, words in parts if number) or "no records"
        left = len(self.files) - len(good) - sum(file.state == CANCELLED for file in self.files)
        missing = f" {wording.plural(left, 'file')} could not be imported." if left else ""
        nothing = " Nothing was written." if self.dry_run else ""
        return f"{start} {wording.plural(len(good), 'file')}, {self.total('read'):,} records: {told}.{missing}{nothing}"

    def listing(self) -> Listing:
        """One row per file, as the window shows it and ``import --json`` prints it."""
        return from_rows(FILE_FIELDS, [_file_row(file) for file in self.files], id_key="row", as_of=self.as_of)

    def samples(self) -> Listing:
        """What a dry run would change, a few of each kind."""
        rows = [
            {
                "row": f"{file.name}:{number}",
                "file": file.name,
                "kind": sample.kind,
                "subject": sample.subject,
                "field": sample.field,
                "old": sample.old,
                "new": sample.new,
            }
            for file in self.files
            for number, sample in enumerate(file.samples)
        ]
        return from_rows(_SAMPLE_FIELDS, rows, id_key="row", as_of=self.as_of, title="What would change")


def in_a_row(labels: Iterable[str]) -> str:
    """Labels of record kinds, each once: ``Orders, order lines, payments``."""
    known = list(dict.fromkeys(labels))
    return ", ".join([*known[:1], *(label.lower() for label in known[1:])])


def _sample_words(sample: Sample) -> str:
    if not sample.field:
        return f"  new {wording.records(sample.kind, 1)}: {sample.subject}"
    return f"  {sample.subject}: {sample.field} from “{sample.old}” to “{sample.new}”"


_SINGULAR = {"are": "is", "were": "was"}


def _verb(words: str, per_kind: Sequence[tuple[int, str]]) -> str:
    if len(per_kind) > 1 or per_kind[0][0] > 1:
        return words
    verb, _, rest = words.partition(" ")
    return " ".join([_SINGULAR.get(verb, verb), rest]).strip()


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


FILE_FIELDS = (
    Field("file", "File", stretch=True),
    Field("source", "Source", Kind.IDENTIFIER, hidden=True),
    Field("label", "Recognized as", missing="Unknown"),
    Field("fills", "Fills", missing="Nothing"),
    Field("channel", "Channel", Kind.IDENTIFIER, missing="None"),
    Field("state", "State", Kind.STATUS, labels=STATES),
    Field("read", "Read", Kind.QUANTITY, total=Total.SUM),
    Field("inserted", "Inserted", Kind.QUANTITY, total=Total.SUM),
    Field("updated", "Updated", Kind.QUANTITY, total=Total.SUM),
    Field("unchanged", "Unchanged", Kind.QUANTITY, total=Total.SUM),
    Field("rejected", "Rejected", Kind.QUANTITY, total=Total.SUM),
    Field("batch", "Batch", Kind.IDENTIFIER, missing="None"),
    Field("source_time", "Data as of", Kind.INSTANT, missing="Unknown"),
    Field("basis", "By", missing="Unknown", hidden=True),
    Field("message", "Why not", missing="", hidden=True),
)
_SAMPLE_FIELDS = (
    Field("file", "File"),
    Field("kind", "Kind"),
    Field("subject", "What", stretch=True),
    Field("field", "Field", missing="New"),
    Field("old", "Now"),
    Field("new", "Would be"),
)


def _file_row(file: FileReport) -> dict[str, Any]:
    counts = {what: file.total(what) for what in ("read", "inserted", "updated", "unchanged", "rejected")}
    return {
        "row": f"{file.name}:{file.batch_id}",
        "file": file.name,
        "source": file.source or None,
        "label": file.label or None,
        "fills": file.fills or None,
        "channel": file.channel or None,
        "state": file.state,
        "batch": None if file.batch_id is None else str(file.batch_id),
        "source_time": file.source_time,
        "basis": file.basis or None,
        "message": f"{file.message} {file.hint}".strip() or None,
        **counts,
    }


def as_json(report: ImportReport) -> dict[str, Any]:
    """Plain values of a report: ``as_of``, ``dry_run`` and per file its counts, notes and rejects.

    The rejects, which may be many, are an iterator.
    """
    return {
        "as_of": to_iso(report.as_of),
        "dry_run": report.dry_run,
        "files": [_file_json(file) for file in report.files],
        "total": len(report.files),
    }


def _file_json(file: FileReport) -> dict[str, Any]:
    row = _file_row(file)
    del row["row"]
    row["batch"] = file.batch_id
    row["source_time"] = None if file.source_time is None else to_iso(file.source_time)
    row["seconds"] = round(file.seconds, 3)
    row |= {"why": file.why or None, "notes": file.notes, "not_read": list(file.unused)}
    row["kinds"] = [vars(count) for count in file.counts]
    row["rejects"] = map(_reject_row, file.rejects)
    row["changes"] = [
        {"kind": s.kind, "subject": s.subject, "field": s.field, "old": s.old, "new": s.new} for s in file.samples
    ]
    return row


def _reject_row(r: Reject) -> dict[str, Any]:
    return {"line": r.line, "kind": r.kind, "field": r.field, "found": r.found, "expected": r.expected, "raw": r.raw}


def elapsed_instant(now: int, seconds: float) -> int:
    """When something that began at ``now`` ended."""
    return now + int(seconds * SECOND)
