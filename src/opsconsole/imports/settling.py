"""Text into records and what was refused: of a whole table, or of parts of one."""

import itertools
import re
from collections.abc import Mapping, Sequence

from opsconsole.domain import wording
from opsconsole.domain.errors import UserError
from opsconsole.imports.columns import TextTable, normalized
from opsconsole.imports.drafts import Draft, draft
from opsconsole.imports.evaluate import Evaluator
from opsconsole.imports.formats import Columns, Formats, decide
from opsconsole.imports.mapping import RecordSpec
from opsconsole.imports.opened import Opened, Reading
from opsconsole.imports.own_words import own_counts, own_notes
from opsconsole.imports.parsed import ParsedFile, RawLines, conclude, settle
from opsconsole.imports.raw_lines import RawRows
from opsconsole.imports.records import KINDS
from opsconsole.imports.rejects import readable
from opsconsole.imports.source import Source
from opsconsole.imports.split_cells import split_cells
from opsconsole.imports.tables import head
from opsconsole.imports.x12_table import X12Table, settle_x12


class Settling:
    """Makes records of a file's text; what holds for all of it is worked out once."""

    def __init__(self, opened: Opened, reading: Reading) -> None:
        self.opened = opened
        self.reading = reading
        self.spec = spec = opened.spec
        zone = spec.time_zone or reading.time_zone
        self._zone = zone or "UTC"
        currency = spec.currency or _said_currency(opened) or reading.currency
        self._currency = currency or "USD"
        channel = spec.channel or reading.channel
        self._defaults = {
            "channel": channel,
            "location": spec.location or reading.location or _own_location(opened, channel),
            "currency": currency,
            "time_zone": zone if zone != "UTC" else "",  # unsaid, an order counts in its channel's zone
        }
        self._said = {**self._defaults, "time_zone": zone}

    def split(self, table: TextTable) -> TextTable:
        """A row for each part of cells that hold lists."""
        return split_cells(table, *self.spec.split) if self.spec.split else table

    def whole(self, table: TextTable) -> ParsedFile:
        """All that a whole table says."""
        opened = self.opened
        return self.conclude(self.cut(table, RawRows(opened.table)))

    def cut(self, table: TextTable, raw: RawLines) -> ParsedFile:
        """What rows say for which nothing else of the file counts; all formats are told by them."""
        table = self.split(table)
        parsed = self.part(table, raw, self.decided(table), self.spec.records)
        parsed.own_words = self.own_words(table)
        return parsed

    def own_words(self, table: TextTable) -> dict[str, int]:
        """How often each word stands in a table that its source does not know."""
        return own_counts(self.opened.fit.candidate, table)

    def conclude(self, parsed: ParsedFile) -> ParsedFile:
        """With what only the whole file tells."""
        parsed.notes += own_notes(self.opened.fit.candidate, parsed.own_words)
        conclude(parsed, self.reading.now)
        if isinstance(self.opened.table, X12Table):
            settle_x12(parsed, self.opened.table)
        return parsed

    def decided(self, columns: Columns) -> Formats:
        """Formats of a whole table's columns; UserError where they cannot be told."""
        return decide(
            columns,
            self.spec.records,
            zone=self._zone,
            decimal=self.spec.decimal,
            stated=self.reading.formats,
            signs=self.reading.decimals,
            flexible=isinstance(self.opened.fit.candidate, Source),
        )

    def evaluator(self, table: TextTable, formats: Formats) -> Evaluator:
        """What gives the values of a table."""
        return Evaluator(table, formats, self._zone, self._currency)

    def made(self, table: TextTable, formats: Formats) -> list[RecordSpec]:
        """The record specs that a table has the columns for."""
        evaluator = self.evaluator(table, formats)
        return [spec for spec in self.spec.records if draft(evaluator, spec, self._defaults) is not None]

    def part(self, table: TextTable, raw: RawLines, formats: Formats, records: Sequence[RecordSpec]) -> ParsedFile:
        """Records that some specs make of a table, or of a part of one."""
        opened = self.opened
        drafts, unfilled = _drafts(opened, self.evaluator(table, formats), records, self._defaults)
        if not self.spec.time_zone and formats.has_local_times():
            formats.notes.append(f"Its times do not say their offset; they were read as local times of {self._zone}.")
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
            formats=dict(formats.dates),
            decimals=dict(formats.decimals),
            defaults=self._said,
        )
        settle(parsed, drafts, table, raw, self.reading.now)
        return parsed


def _drafts(
    opened: Opened, evaluator: Evaluator, records: Sequence[RecordSpec], defaults: Mapping[str, str]
) -> tuple[list[Draft], list[str]]:
    """Records of all kinds that the file has the columns for, and what to say of the others."""
    made: list[Draft] = []
    unmade: list[RecordSpec] = []
    for spec in records:
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
    used = opened.needed
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
    needed = opened.needed
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
