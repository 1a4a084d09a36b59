"""What reading a file gives: typed records, what was refused and why, and how new it all is."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from opsconsole.domain import wording
from opsconsole.imports.columns import Rows, TextTable, normalized
from opsconsole.imports.drafts import Draft, Problem
from opsconsole.imports.records import KINDS, PROMISES, Records, Type
from opsconsole.imports.refused import more_parts, parts_of, whole_rows
from opsconsole.imports.reject_store import RejectStore
from opsconsole.imports.rejects import Rank, RefusedRow, Reject, readable
from opsconsole.imports.spool import Spool
from opsconsole.imports.tables import InputFile, NumberedRow

BASIS_RECORDS = "each record's own last update"
BASIS_NEWEST = "the newest time in the file"
BASIS_FILE = "the file's own date"
BASIS_QUERY = "the moment of the query"


# The fields that name the order of a line, the last of them by its number.
LINE_OWNERS: Mapping[str, tuple[str, ...]] = {
    "purchase_order_lines": ("po_number",),
    "order_lines": ("channel", "order_id"),
}


@dataclass(frozen=True, slots=True)
class Replaced:
    """An order that a file tells anew, whole: lines of ``kind`` that it had and ``lines`` lacks are no longer ordered.

    ``owner`` are the values of the fields in LINE_OWNERS; ``at`` is when it was told, ``line`` where it stands.
    """

    kind: str
    owner: tuple[str, ...]
    lines: frozenset[str]
    at: int
    line: int


@dataclass
class ParsedFile:
    """A file read.

    ``records`` in the order in which they are to be written. ``records_read`` and ``records_rejected`` count records
    per kind (read includes rejected); ``rejects`` tell lines. ``source_time`` and ``newest_data_at`` are instants.
    """

    file: InputFile
    source: str
    label: str
    why: str
    description: str
    header_line: int
    names: tuple[str, ...]
    unused: tuple[str, ...]
    records: list[Records] = field(default_factory=list)
    rejects: RejectStore = field(default_factory=RejectStore)
    records_read: dict[str, int] = field(default_factory=dict)
    records_rejected: dict[str, int] = field(default_factory=dict)
    source_time: int = 0
    basis: str = BASIS_FILE
    newest_data_at: int | None = None
    notes: list[str] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)
    decimals: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    own_words: dict[str, int] = field(default_factory=dict)  # that the source does not know, and how often
    stores: dict[str, str] = field(default_factory=dict)  # channels that records name, and which those are
    raw: "RawLines | None" = None
    torn: dict[str, int] = field(default_factory=dict)  # records by kind that stand on several lines that differ
    newest: int | None = None  # fact
    updated: int | None = None  # newest last update of a record
    spool: Spool | None = None  # where the records are instead, of a file that was read in portions

    def portions(self) -> Iterable[Sequence[Records]]:
        """Its records, all at once or portion by portion."""
        every = self.as_told()
        return every if not self.stores else (list(map(self._of_store, portion)) for portion in every)

    def as_told(self) -> Iterable[Sequence[Records]]:
        """The same with the channels that the file names."""
        return [self.records] if self.spool is None else self.spool

    def put_around(self, place: int, first: Sequence[Records], last: Sequence[Records]) -> None:
        """Add records at the beginning and at the end of a portion."""
        if self.spool is None:
            self.records = [*first, *self.records, *last]
        else:
            self.spool.put_around(place, first, last)

    def _of_store(self, records: Records) -> Records:
        if "channel" not in records.columns:
            return records
        told = [self.stores.get(name, name) for name in records.columns["channel"]]
        return replace(records, columns={**records.columns, "channel": told})

    def counts(self) -> Mapping[str, int]:
        """Records to be written by kind."""
        if self.spool is not None:
            return self.spool.counts
        counts: Counter[str] = Counter()
        for records in self.records:
            counts[records.kind] += len(records)
        return counts

    def close(self) -> None:
        """Let the spool go."""
        if self.spool is not None:
            self.spool.close()


def settle(parsed: ParsedFile, drafts: Sequence[Draft], table: TextTable, raw: "RawLines", now: int | None) -> None:
    """Put the drafts' good records and their rejects into ``parsed``, and how new they are; ``conclude`` ends it.

    A bad line rejects its whole order: every record of that order in this file, whatever its kind.
    """
    parsed.raw = raw
    refused = _refused_keys(drafts)
    waiting: dict[int, Problem] = {}
    newest: list[int] = []
    for draft in drafts:
        kind = draft.kind.key
        keep, dropped = _split(draft, refused, waiting)
        keep = _without_repeats(parsed, draft, keep)
        read = len(keep) + len(dropped)
        parsed.records_read[kind] = parsed.records_read.get(kind, 0) + read
        parsed.records_rejected[kind] = parsed.records_rejected.get(kind, 0) + len(dropped)
        records = _records(draft, keep, table, now)
        newest += _newest(draft, keep, now)
        if len(records):
            parsed.records.append(records)
    problems = _unique([problem for draft in drafts for problem in draft.problems], waiting, table)
    if problems:
        _refuse(parsed, drafts, refused, problems, table)
    parsed.newest = max(newest, default=None)
    times = [at for records in parsed.records for at in records.times or () if at is not None]
    parsed.updated = max(times, default=None)


def conclude(parsed: ParsedFile, now: int | None) -> None:
    """Say what only the whole file tells: how new it is, and what stands on lines that differ."""
    for kind, known in KINDS.items():
        if count := parsed.torn.get(kind):
            verb = "stands" if count == 1 else "stand"
            parsed.notes.append(
                f"{count:,} {wording.records(known.label, count)} {verb} on several lines that differ; the later "
                "line counts."
            )
    _date(parsed, now)


def join(parsed: ParsedFile, portion: ParsedFile) -> None:
    """Add what a later portion of the file gave; its records go to the spool."""
    assert parsed.spool is not None
    parsed.spool.add(portion.records)
    for mine, theirs in (
        (parsed.records_read, portion.records_read),
        (parsed.records_rejected, portion.records_rejected),
        (parsed.torn, portion.torn),
        (parsed.own_words, portion.own_words),
    ):
        for kind, count in theirs.items():
            mine[kind] = mine.get(kind, 0) + count
    parsed.rejects.extend(portion.rejects)
    if portion.refused:
        parsed.refused = more_parts(parsed.refused, portion.refused)
    parsed.notes += [note for note in portion.notes if note not in parsed.notes]
    parsed.formats = {**portion.formats, **parsed.formats}
    parsed.decimals = {**portion.decimals, **parsed.decimals}
    parsed.newest = max((at for at in (parsed.newest, portion.newest) if at is not None), default=None)
    parsed.updated = max((at for at in (parsed.updated, portion.updated) if at is not None), default=None)


class RawLines:
    """Gives back lines of the file as they were read; only asked where something is refused."""

    def each(self, lines: Iterable[int]) -> Iterator[NumberedRow]:
        """The cells of lines, which ascend, one by one; maybe of others too."""
        raise NotImplementedError

    def of(self, lines: Set[int], whole: Set[int] = frozenset()) -> tuple[dict[int, str], dict[int, list[str]]]:
        """Text by line, and for the lines in ``whole`` their cells."""
        raise NotImplementedError


def _refuse(
    parsed: ParsedFile,
    drafts: Sequence[Draft],
    refused: Mapping[tuple[object, ...], Problem],
    problems: Sequence[Problem],
    table: TextTable,
) -> None:
    """Tell the problems by their lines, and keep every line of the orders that were refused."""
    assert parsed.raw is not None
    lines = [int(table.lines[problem.row]) for problem in problems]
    parts = parts_of(drafts, refused, problems, table.lines)
    texts, cells = parsed.raw.of(set(lines), {int(table.lines[row]) for row in parts})
    shown = {normalized(name): readable(name) for name in parsed.names}
    for p, line in zip(problems, lines, strict=True):
        columns = tuple(shown[name] for name in p.columns if name in shown)
        text = readable(texts.get(line, ""))
        parsed.rejects.append(Reject(p.kind, line, p.field, readable(p.found), p.expected, text, columns, p.rank))
    parsed.refused += whole_rows(parts, cells, table, len(parsed.names))


def _refused_keys(drafts: Sequence[Draft]) -> dict[tuple[object, ...], Problem]:
    refused: dict[tuple[object, ...], Problem] = {}
    for draft in drafts:
        rows = np.array([problem.row for problem in draft.problems], dtype=np.int64)
        for key, problem in zip(draft.group_keys(rows), draft.problems, strict=True):
            refused.setdefault(key, problem)
    return refused


def _split(
    draft: Draft, refused: Mapping[tuple[object, ...], Problem], waiting: dict[int, Problem]
) -> tuple[Rows, Rows]:
    """Rows of the records that stay and of those that are dropped; rows that only wait for another are noted."""
    if not refused:
        return draft.rows, draft.rows[:0]
    bad_rows = {problem.row for problem in draft.problems}
    doubtful = draft.rows_of(refused, bad_rows)
    dropped = []
    for row, key in zip(doubtful.tolist(), draft.group_keys(doubtful), strict=True):
        cause = refused.get(key)
        if cause is None and row not in bad_rows:
            continue
        dropped.append(row)
        if row not in bad_rows and cause is not None:
            waiting.setdefault(row, cause)
    gone = np.array(dropped, dtype=np.int64)
    return draft.rows[~np.isin(draft.rows, gone)], gone


def _unique(problems: list[Problem], waiting: Mapping[int, Problem], table: TextTable) -> list[Problem]:
    """Each fault of a line once, in the order of lines; lines that wait for another line of their order after them."""
    plain = {p.row for p in problems if p.rank is Rank.PLAIN}
    problems = [p for p in problems if p.rank is Rank.PLAIN or p.row not in plain]
    kept = {(p.row, p.found, p.expected if not p.found else ""): p for p in reversed(problems)}
    told = {p.row for p in problems}
    for row, cause in waiting.items():
        if row not in told:
            line = int(table.lines[cause.row])
            text = f"the whole order: its line {line:,} was refused"
            kept[(row, "", text)] = Problem(cause.kind, row, "", "", text, rank=Rank.WAITING)
    return sorted(kept.values(), key=lambda problem: (problem.row, problem.field))


def _without_repeats(parsed: ParsedFile, draft: Draft, rows: Rows) -> Rows:
    """Rows less those that repeat a record of the file word for word.

    Different contents for one identity: in a snapshot both are refused, since nobody can say which is true; elsewhere
    the newer or later line wins when it is written, and the report says so.
    """
    kind = draft.kind
    names = [name for name in kind.identity if name in draft.columns]
    if kind.occurrence or not len(rows) or not names:
        return rows
    single, rows = _repeated(draft, names, rows)
    if not len(rows):
        return single
    keys = list(zip(*(draft.columns[name].objects(rows) for name in names), strict=True))
    contents = list(zip(*(typed.objects(rows) for typed in draft.columns.values()), strict=True))
    seen: dict[tuple[object, ...], dict[tuple[object, ...], int]] = {}
    for row, key, content in zip(rows.tolist(), keys, contents, strict=True):
        seen.setdefault(key, {}).setdefault(content, row)
    torn = {key for key, variants in seen.items() if len(variants) > 1}
    if kind.snapshot:
        for key in torn:
            for row in seen[key].values():
                shown = ", ".join(str(part) for part in key)
                expected = f"one line per {' and '.join(names)}; the lines for it differ"
                draft.problems.append(Problem(kind.key, row, names[0], shown, expected))
        dropped = sum(len(seen[key]) for key in torn)
        parsed.records_rejected[kind.key] = parsed.records_rejected.get(kind.key, 0) + dropped
        parsed.records_read[kind.key] = parsed.records_read.get(kind.key, 0) + dropped
    elif torn:
        parsed.torn[kind.key] = parsed.torn.get(kind.key, 0) + len(torn)
    kept = [row for key, variants in seen.items() if not (kind.snapshot and key in torn) for row in variants.values()]
    return np.union1d(single, np.array(kept, dtype=np.int64))


def _repeated(draft: Draft, names: Sequence[str], rows: Rows) -> tuple[Rows, Rows]:
    """Rows whose identity no other row has, and the rest."""
    combined = np.zeros(len(rows), np.int64)
    for name in names:
        codes = draft.columns[name].canonical(rows)
        _, combined = np.unique(combined * (int(codes.max()) + 1) + codes, return_inverse=True)
    alone = np.bincount(combined)[combined] == 1
    return rows[alone], rows[~alone]


def _records(draft: Draft, rows: Rows, table: TextTable, now: int | None) -> Records:
    times = None
    if draft.times is not None:
        limit = now if now is not None else 1 << 62
        times = [None if at is None else min(int(str(at)), limit) for at in draft.times.objects(rows)]
    columns: dict[str, Sequence[Any]] = {key: typed.coded(rows) for key, typed in draft.columns.items()}
    return Records(draft.kind.key, columns, array("q", table.lines[rows].tobytes()), times)


def _newest(draft: Draft, rows: Rows, now: int | None) -> list[int]:
    """The newest facts of each instant column; promises lie ahead and facts after ``now`` have not happened."""
    found: list[int] = []
    for known in draft.kind.fields:
        if known.type is Type.INSTANT and known.key not in PROMISES and known.key in draft.columns:
            instants = draft.columns[known.key].coded(rows).distinct()
            past = [at for at in instants if at is not None and (now is None or at <= now)]
            found += [max(past)] if past else []
    return found


def _date(parsed: ParsedFile, now: int | None) -> None:
    if parsed.updated is not None:
        parsed.source_time, parsed.basis = parsed.updated, BASIS_RECORDS
    elif parsed.newest is not None:
        parsed.source_time, parsed.basis = parsed.newest, BASIS_NEWEST
    else:
        modified = parsed.file.modified_at
        parsed.source_time = modified if now is None else min(modified, now)
        parsed.basis = BASIS_FILE if parsed.file.table is None else BASIS_QUERY
    parsed.newest_data_at = max((at for at in (parsed.newest, parsed.updated) if at is not None), default=None)
