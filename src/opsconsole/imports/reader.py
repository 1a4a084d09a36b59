"""Reading a file: every field as text first, then whole columns typed, records built, bad orders set aside."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from opsconsole.domain import wording
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.imports import files, limits, portions, recognize
from opsconsole.imports.collect import collect, rows_on
from opsconsole.imports.columns import TextTable, normalized
from opsconsole.imports.drafts import Draft, draft
from opsconsole.imports.evaluate import Evaluator
from opsconsole.imports.formats import Formats, decide
from opsconsole.imports.mapping import MappingSpec, RecordSpec
from opsconsole.imports.numbered import for_header
from opsconsole.imports.own_words import own_counts, own_notes
from opsconsole.imports.parsed import ParsedFile, RawLines, conclude, join, settle
from opsconsole.imports.recognize import Candidate, Fit
from opsconsole.imports.records import KINDS
from opsconsole.imports.rejects import as_line, readable
from opsconsole.imports.sniff import DelimitedText
from opsconsole.imports.source import Source
from opsconsole.imports.split_cells import split_cells
from opsconsole.imports.spool import Spool
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, Table, head, input_file
from opsconsole.imports.x12_table import X12Table, settle_x12


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader is told besides the file. ``formats`` are date formats the user gave for columns.

    ``decimals`` are decimal signs by column, where another reading of the same columns has decided them. ``channel``,
    ``location``, ``currency``, ``time_zone``: what holds where neither the file nor its mapping says. ``now``: facts
    after it have not happened.
    """

    channel: str = ""
    location: str = ""
    currency: str = ""
    time_zone: str = ""
    formats: Mapping[str, str] | None = None
    decimals: Mapping[str, str] | None = None
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose table and header are known, not yet read."""

    file: InputFile
    table: Table
    fit: Fit

    @property
    def spec(self) -> MappingSpec:
        """What its columns mean."""
        candidate = self.fit.candidate
        return for_header(candidate.spec if isinstance(candidate, Source) else candidate, self.fit.names)

    @property
    def key(self) -> str:
        """Key of the source; of a saved mapping ``mapping:`` and its name."""
        candidate = self.fit.candidate
        return candidate.key if isinstance(candidate, Source) else f"mapping:{candidate.name}"

    @property
    def label(self) -> str:
        """``Shopify, orders`` or ``Mapping: open PO lines``."""
        candidate = self.fit.candidate
        return candidate.label if isinstance(candidate, Source) else f"Mapping: {candidate.name}"


def open_file(file: InputFile | Path, candidates: Sequence[Candidate], *, forced: Candidate | None = None) -> Opened:
    """Find out what a file is. ``forced`` is a candidate the user named.

    Raises UserError when the file is no table, fits nothing, or lacks what the named candidate needs.
    """
    if isinstance(file, Path):
        file = input_file(file)
    options = FileOptions() if forced is None else _options(forced)
    table = files.open_table(file, options)
    rows = _bounded(file, head(table))
    if not rows:
        raise UserError(f"{file.name} has no rows.", "Export it again.")
    if forced is not None:
        return Opened(file, table, recognize.forced_fit(file, rows, forced, options.header_row))
    fit = recognize.best_fit(rows, candidates)
    if fit is None:
        raise recognize.not_recognized(file, rows)
    chosen = _options(fit.candidate)
    if chosen != FileOptions():
        table = files.open_table(file, chosen)
        fit = recognize.forced_fit(file, _bounded(file, head(table)), fit.candidate, chosen.header_row)
    return Opened(file, table, fit)


def _options(candidate: Candidate) -> FileOptions:
    return candidate.file


def _bounded(file: InputFile, rows: list[NumberedRow]) -> list[NumberedRow]:
    if any(len(row) > limits.MAX_COLUMNS for _, row in rows):
        raise limits.too_large(file.name, f"it has more than {limits.MAX_COLUMNS:,} columns")
    return rows


def read_file(
    file: InputFile | Path,
    candidates: Sequence[Candidate],
    reading: Reading | None = None,
    *,
    forced: Candidate | None = None,
    progress: Progress | None = None,
) -> ParsedFile:
    """Read a whole file; see ``open_file`` and ``read_opened``."""
    return read_opened(open_file(file, candidates, forced=forced), reading or Reading(), progress)


def read_opened(
    opened: Opened, reading: Reading, progress: Progress | None = None, *, in_portions: bool = False
) -> ParsedFile:
    """Typed records of a file and what was refused.

    Memory: the columns that are needed, dictionary-encoded, and the typed records; the rest is read in chunks and let
    go. ``in_portions``: of a long file of orders no more than a portion of it, see imports/portions.py; close what is
    returned. Raises UserError for what concerns the whole file (ambiguous dates, a broken file), Cancelled when
    cancelled.
    """
    cut = portions.cut_of(opened.table, opened.spec, opened.fit.names) if in_portions else None
    if cut is not None:
        try:
            return _read_portions(opened, reading, cut, progress)
        except portions.Whole:
            pass  # read at once, below
    return read_collected(opened, _collect(opened, progress), reading)


def _read_portions(opened: Opened, reading: Reading, cut: portions.Cut, progress: Progress | None) -> ParsedFile:
    """As ``read_opened``; raises Whole where the portions do not tell what the file does at once."""
    table, fit = cast("DelimitedText", opened.table), opened.fit
    parsed: ParsedFile | None = None
    dates: dict[str, str] = {}
    decimals: dict[str, str] = {}
    spool = Spool()
    try:
        for portion in portions.portions(
            table, fit.names, _needed(opened), fit.line, cut, _watch(opened.file, progress)
        ):
            try:
                found = _settled(opened, portion.table, reading, portion)
            except UserError as fault:  # what a portion leaves in doubt, the whole file may prove
                raise portions.Whole from fault
            filled = {name for name, column in portion.table.columns.items() if column.codes.any()}
            portions.agree(dates, found.formats, filled)
            portions.agree(decimals, found.decimals, filled)
            if parsed is None:
                parsed = replace(found, spool=spool, records=[], raw=_RawRows(table))
                spool.add(found.records)
            else:
                join(parsed, found)
        if parsed is None:
            raise portions.Whole
    except BaseException:
        spool.close()
        raise
    parsed.formats |= dates
    parsed.decimals |= decimals
    parsed.notes += own_notes(opened.fit.candidate, parsed.own_words)
    conclude(parsed, reading.now)
    return parsed


def read_collected(opened: Opened, table: TextTable, reading: Reading) -> ParsedFile:
    """As ``read_opened``, of columns that were read already: those the mapping needs, maybe more."""
    parsed = _settled(opened, table, reading, _RawRows(opened.table))
    parsed.notes += own_notes(opened.fit.candidate, parsed.own_words)
    conclude(parsed, reading.now)
    if isinstance(opened.table, X12Table):
        settle_x12(parsed, opened.table)
    return parsed


def _settled(opened: Opened, table: TextTable, reading: Reading, raw: RawLines) -> ParsedFile:
    spec = opened.spec
    table = split_cells(table, *spec.split) if spec.split else table
    zone = spec.time_zone or reading.time_zone
    here = zone or "UTC"
    formats = _decided(opened, table, reading, here)
    currency = spec.currency or _said_currency(opened) or reading.currency
    evaluator = Evaluator(table, formats, here, currency or "USD")
    channel = spec.channel or reading.channel
    defaults = {
        "channel": channel,
        "location": spec.location or reading.location or _own_location(opened, channel),
        "currency": currency,
        "time_zone": zone if zone != "UTC" else "",  # unsaid, an order counts in its channel's zone
    }
    drafts, unfilled = _drafts(opened, evaluator, defaults)
    if not spec.time_zone and formats.has_local_times():
        formats.notes.append(f"Its times do not say their offset; they were read as local times of {here}.")
    parsed = ParsedFile(
        file=opened.file,
        source=opened.key,
        label=opened.label,
        why=opened.fit.score.reason,
        description=opened.table.description,
        header_line=opened.fit.line,
        names=opened.fit.names,
        unused=_unused(opened),
        notes=[
            *(*_inferred(opened), *_lacking(opened), *unfilled),
            *_spelled(formats.notes, opened.fit.names),
        ],
        formats=_told(formats),
        decimals=dict(formats.decimals),
        defaults={**defaults, "time_zone": zone},
        own_words=own_counts(opened.fit.candidate, table),
    )
    settle(parsed, drafts, table, raw, reading.now)
    return parsed


def _decided(opened: Opened, table: TextTable, reading: Reading, zone: str) -> Formats:
    spec = opened.spec
    flexible = isinstance(opened.fit.candidate, Source)
    return decide(
        table,
        spec.records,
        zone=zone,
        decimal=spec.decimal,
        stated=reading.formats,
        signs=reading.decimals,
        flexible=flexible,
    )


def _needed(opened: Opened) -> set[str]:
    return {name for names, _ in opened.spec.column_groups() for name in names}


def _watch(file: InputFile, progress: Progress | None) -> Callable[[int], None]:
    def watch(count: int) -> None:
        if count > limits.MAX_RECORDS:
            raise limits.too_large(file.name, f"it has more than {limits.MAX_RECORDS:,} rows")
        if progress is not None:
            progress.step(count, 0, f"{file.name}: {count:,} rows read")

    return watch


def _collect(opened: Opened, progress: Progress | None) -> TextTable:
    watch = _watch(opened.file, progress)
    return collect(opened.table, opened.fit.names, _needed(opened), opened.fit.line, watch)


def _drafts(opened: Opened, evaluator: Evaluator, defaults: Mapping[str, str]) -> tuple[list[Draft], list[str]]:
    """Records of all kinds that the file has the columns for, and what to say of the others."""
    made: list[Draft] = []
    unmade: list[RecordSpec] = []
    for spec in opened.spec.records:
        one = draft(evaluator, spec, defaults)
        if one is not None:
            made.append(one)
        elif isinstance(opened.fit.candidate, Source) or spec.needs:
            unmade.append(spec)
        else:
            given = set(spec.fields) | {key for key, value in defaults.items() if value}
            missing = [f.key for f in spec.kind.fields if f.required and f.key not in given]
            what = missing[0] if missing else "they are known by"
            raise UserError(
                f"{opened.label}: {spec.kind.label.lower()} need the field {what}.",
                "Name it in the mapping, or say it when importing.",
            )
    if not made:
        raise UserError(f"{opened.file.name} has none of the columns that make a record.", "Pick more columns.")
    order = list(KINDS)
    filled = {one.kind.key for one in made}
    unfilled = {spec.kind.key: spec for spec in unmade if spec.kind.key not in filled}
    if isinstance(opened.table, X12Table):
        unfilled = {}  # each kind of transaction fills its own
    notes = [_unfilled(spec, evaluator) for spec in unfilled.values()]
    return sorted(made, key=lambda one: order.index(one.kind.key)), notes


def _unfilled(spec: RecordSpec, evaluator: Evaluator) -> str:
    """Which columns a kind of record would need that the file has not."""
    needed = list(spec.needs)
    for known in spec.kind.fields:
        expression = spec.fields.get(known.key)
        if not needed and known.required and expression is not None and not evaluator.available(expression):
            needed = [names[0] for names, _ in expression.column_groups()]
    columns = " or ".join(f"“{name}”" for name in needed)
    return f"It fills no {spec.kind.label.lower()}" + (f": it has no column {columns}." if columns else ".")


def _unused(opened: Opened) -> tuple[str, ...]:
    """Columns that nobody reads; those a platform is known to have besides are not worth a word."""
    used = {name for names, _ in opened.spec.column_groups() for name in names}
    candidate = opened.fit.candidate
    others = [name for name in opened.fit.names if name and normalized(name) not in used]
    if isinstance(candidate, Source):
        others = [name for name in others if not candidate.knows(normalized(name))]
    return tuple(map(readable, others))


def _said_currency(opened: Opened) -> str:
    """The currency that the lines above the header name."""
    candidate = opened.fit.candidate
    if not isinstance(candidate, Source) or not candidate.currency_said:
        return ""
    above = itertools.takewhile(lambda row: row[0] < opened.fit.line, opened.table.rows())
    told = (re.search(candidate.currency_said, " ".join(cells)) for _, cells in above)
    return next((found[1] for found in told if found), "") or _currency_of_site(opened, candidate)


def _currency_of_site(opened: Opened, source: Source) -> str:
    """The currency of the one site that the first rows name; none where they name sites of several currencies."""
    if not source.currency_of:
        return ""
    name, currencies = source.currency_of
    wanted = {normalized(name), *map(normalized, source.aliases.get(name, ()))}
    places = [place for place, known in enumerate(opened.fit.names) if normalized(known) in wanted]
    rows = [row for line, row in head(opened.table) if line > opened.fit.line]
    told = {row[place].strip().lower() for row in rows for place in places if place < len(row)}
    found = {currencies[site] for site in told if site in currencies}
    return found.pop() if len(found) == 1 else ""


def _own_location(opened: Opened, channel: str) -> str:
    """The stock that a source tells of by itself: a marketplace's warehouses are another one per account."""
    candidate = opened.fit.candidate
    return candidate.location.format(channel=channel).strip() if isinstance(candidate, Source) else ""


def _inferred(opened: Opened) -> list[str]:
    """What to say of a layout that was never seen: what it is inferred from and which columns are read."""
    candidate = opened.fit.candidate
    inferred = opened.fit.score.inferred or (candidate.inferred if isinstance(candidate, Source) else "")
    if not inferred:
        return []
    needed = _needed(opened)
    read = [readable(name) for name in opened.fit.names if name and normalized(name) in needed]
    columns = ", ".join(f"“{name}”" for name in read)
    return [
        f"The layout of {opened.label} is inferred from {inferred}; compare the first records with the "
        f"file. Read were {wording.plural(len(read), 'column')}: {columns}."
    ]


def _lacking(opened: Opened) -> list[str]:
    candidate = opened.fit.candidate
    return [candidate.lacks] if isinstance(candidate, Source) and candidate.lacks else []


def _spelled(notes: Sequence[str], names: Sequence[str]) -> list[str]:
    """Notes with the columns in them as the file spells them."""
    spelled = {f"“{normalized(name)}”": f"“{readable(name)}”" for name in names}
    return [re.sub("“[^”]+”", lambda found: spelled.get(found[0], found[0]), note) for note in notes]


def _told(formats: Formats) -> dict[str, str]:
    return dict(formats.dates)


class _RawRows(RawLines):
    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, lines: Set[int], whole: Set[int] = frozenset()) -> tuple[dict[int, str], dict[int, list[str]]]:
        """Read the file once more for the lines that were refused."""
        last = max(lines | whole, default=0)
        texts: dict[int, str] = {}
        cells: dict[int, list[str]] = {}
        rows = self._table.rows() if not isinstance(self._table, DelimitedText) else rows_on(self._table, lines | whole)
        for line, row in rows if last else ():
            if line in lines:
                texts[line] = as_line(row)
            if line in whole:
                cells[line] = row
            if line >= last:
                break
        return texts, cells
