"""How a draft reads its file: typed records, how many of all rows would be read and refused, and why."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from opsconsole.domain import money, wording
from opsconsole.domain.errors import UserError
from opsconsole.domain.file_mapping import MappingDraft, as_content, lacks_currency
from opsconsole.domain.instants import day_to_date, to_datetime
from opsconsole.domain.progress import Progress
from opsconsole.imports.columns import normalized
from opsconsole.imports.dates import AmbiguousDates
from opsconsole.imports.mapping import parse_mapping
from opsconsole.imports.opened import Opened, Reading
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.proposals.propose import missing_fields
from opsconsole.imports.reader import read_collected
from opsconsole.imports.recognize import Fit
from opsconsole.imports.records import KINDS, Records, Type
from opsconsole.imports.source import Score
from opsconsole.services.business import business
from opsconsole.services.mapping_editor import FileInHand, record_kinds
from opsconsole.store.database import Database

ROWS = 50
_REASONS = 12
_ANY_CHANNEL = "any"  # stands for the channel that is asked when a file is imported


@dataclass(frozen=True, slots=True)
class KindPreview:
    """The first records of a kind as they would be, values in words, and how many of all there are."""

    kind: str
    label: str
    read: int
    refused: int
    fields: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason for which rows are refused: how many, the first line, what stood there."""

    field: str
    expected: str
    rows: int
    line: int
    found: str


@dataclass(frozen=True)
class Preview:
    """``fault`` says why nothing can be read; ``missing`` are needed fields that nothing fills, by record."""

    kinds: tuple[KindPreview, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    fault: str = ""
    missing: dict[int, list[str]] = field(default_factory=dict)
    rows: int = 0

    @property
    def read(self) -> int:
        """Records that would be read."""
        return sum(one.read - one.refused for one in self.kinds)

    @property
    def refused(self) -> int:
        """Records that would be refused."""
        return sum(one.refused for one in self.kinds)


def preview(
    file: FileInHand, draft: MappingDraft, database: Database | None, now: int, progress: Progress | None = None
) -> Preview:
    """All rows of the file read as the draft says, by the reader that imports them."""
    lacking = missing_fields(draft)
    if not draft.records:
        return Preview(fault="Choose what the rows of the file are.", rows=file.count)
    if lacking:
        return Preview(fault=missing_words(draft, lacking), missing=lacking, rows=file.count)
    if lacks_currency(draft, {kind.key: kind for kind in record_kinds()}):
        return Preview(fault="Its amounts have no currency. Say which they are in.", rows=file.count)
    try:
        parsed = read_draft(file, draft, database, now, progress)
    except AmbiguousDates as doubt:
        name = next((name for name in file.names if normalized(name) == doubt.column), doubt.column)
        told = doubt.message.replace(f"“{doubt.column}”", f"“{name}”")
        return Preview(fault=f"{told} Choose its date format.", rows=file.count)
    except UserError as fault:
        return Preview(fault=str(fault), rows=file.count)
    zone, currency = _defaults(draft, database, now)
    kinds = tuple(_kind(records, parsed, zone, currency) for records in parsed.records)
    gone = [kind for kind in parsed.records_read if kind not in {one.kind for one in kinds}]
    kinds += tuple(
        KindPreview(key, KINDS[key].label, parsed.records_read[key], parsed.records_rejected[key], (), (), ())
        for key in gone
    )
    return Preview(kinds, _refusals(parsed), tuple(parsed.notes), rows=file.count)


def read_draft(
    file: FileInHand, draft: MappingDraft, database: Database | None, now: int, progress: Progress | None = None
) -> ParsedFile:
    """The file as an import would read it; UserError where the draft is no mapping, or leaves something open."""
    content = as_content(draft)
    spec = parse_mapping({**content, "name": content["name"] or "the mapping"}, "The mapping")
    opened = Opened(file.file, file.table, Fit(spec, Score(2.0, "you made it"), file.header.line, file.names))
    if progress is not None:
        progress.step(0, 0, f"Reading {file.count:,} rows")
    zone, currency = _defaults(draft, database, now)
    reading = Reading(draft.channel or _ANY_CHANNEL, draft.location, currency, zone, now=now)
    return read_collected(opened, file.given.table, reading)


def missing_words(draft: MappingDraft, lacking: dict[int, list[str]]) -> str:
    """``Orders need order id.``"""
    told = []
    for number, keys in lacking.items():
        names = " and ".join(wording.field_words(key) for key in keys)
        what = wording.records(KINDS[draft.records[number].kind].label, 2)
        told.append(f"{what[:1].upper()}{what[1:]} need {names}.")
    return " ".join(told)


def _defaults(draft: MappingDraft, database: Database | None, now: int) -> tuple[str, str]:
    zone, currency = str(draft.file.get("time_zone", "")), str(draft.file.get("currency", ""))
    if database is None or (zone and currency):
        return zone or "UTC", currency or "USD"
    with database.read() as connection:
        company = business(connection, now)
    return zone or company.time_zone, currency or company.base_currency


def _kind(records: Records, parsed: ParsedFile, zone: str, currency: str) -> KindPreview:
    kind = KINDS[records.kind]
    known = {one.key: one for one in kind.fields}
    keys = [key for key in records.columns if key in known and key not in ("channel", "time_zone")]
    keys.sort(key=lambda key: (key not in kind.identity, [*known].index(key)))
    rows = []
    for at in range(min(ROWS, len(records))):
        own = str(
            (records.columns.get("currency") or [currency])[at if "currency" in records.columns else 0] or currency
        )
        rows.append(tuple(shown(records.columns[key][at], known[key].type, zone, own) for key in keys))
    labels = tuple((key, wording.field_words(key)) for key in keys)
    read, refused = parsed.records_read.get(kind.key, 0), parsed.records_rejected.get(kind.key, 0)
    return KindPreview(kind.key, kind.label, read, refused, labels, tuple(rows), tuple(records.lines[:ROWS]))


def shown(value: Any, of: Type, zone: str, currency: str) -> str:
    """A typed value in words that leave no doubt how it was read."""
    if value is None:
        return ""
    if of is Type.INSTANT:
        moment = to_datetime(value, zone)
        return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M}"
    if of is Type.DAY:
        date = day_to_date(value)
        return f"{date:%a} {date.day} {date:%b %Y}"
    if of is Type.MONEY:
        return money.in_words(value, currency)
    if of is Type.PRICE_E4:
        return f"{value / 10_000:,.4f}".rstrip("0").rstrip(".")
    if of is Type.FLAG:
        return "Yes" if value else "No"
    if of in (Type.NUMBER, Type.INTEGER):
        return f"{value:,.6g}" if float(value) != int(value) else f"{int(value):,}"
    return str(value)


def _refusals(parsed: ParsedFile) -> tuple[Refusal, ...]:
    """Reasons with the most rows first."""
    told: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], tuple[int, str]] = {}
    for reject in parsed.rejects:
        expected = (
            "the whole order is refused with one of its lines" if "whole order" in reject.expected else reject.expected
        )
        key = (reject.field, expected)
        told[key] += 1
        first.setdefault(key, (reject.line, reject.found))
    return tuple(
        Refusal(name, expected, count, *first[name, expected]) for (name, expected), count in told.most_common(_REASONS)
    )
