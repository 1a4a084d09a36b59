"""A whole mapping proposed for a file nobody has mapped: kinds, fields, formats, rows to skip, what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from opsconsole.domain.file_mapping import FieldUse, MappingDraft, Question, RecordDraft
from opsconsole.imports.columns import TextColumn, TextTable, normalized
from opsconsole.imports.date_words import in_letters
from opsconsole.imports.proposals.fillings import fillings
from opsconsole.imports.proposals.header import HeaderChoice
from opsconsole.imports.proposals.kinds import KindChoice, choices, together
from opsconsole.imports.proposals.matching import Known, Match, matches
from opsconsole.imports.proposals.profile import Profile
from opsconsole.imports.proposals.readings import Reading, currency_of, read_column
from opsconsole.imports.proposals.rows_to_skip import main_lines, rows_to_skip, taken_back
from opsconsole.imports.records import KINDS, RecordKind

# What both orders and their lines have; where it is the same on all lines of each order, it is the order's.
_OF_THE_ORDER = frozenset({"status", "ship_by", "ship_by_on"})


@dataclass
class Proposed:
    """A draft with what only a person knows, what should be said, and other kinds that the file could hold."""

    draft: MappingDraft
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    signs: dict[str, str] = field(default_factory=dict)  # decimal sign by column, where proved


@dataclass(frozen=True)
class Given:
    """What a proposal is made of; ``columns`` are figures of those with a name, ``known`` what the database knows."""

    table: TextTable
    names: tuple[str, ...]
    columns: Sequence[Profile]
    header: HeaderChoice
    file_name: str = ""
    known: Known = field(default_factory=dict)

    def counts(self, name: str) -> dict[str, int]:
        """Rows by text of a column, all of its texts."""
        column = self.table.columns.get(normalized(name))
        return {} if column is None else counts_of(column)


def counts_of(column: TextColumn) -> dict[str, int]:
    """Rows by text, blanks around it aside, the most frequent first."""
    tally = np.bincount(column.codes, minlength=len(column.values)).tolist()
    found: dict[str, int] = {}
    for text, count in zip(column.values, tally, strict=True):
        if count and (clean := text.strip()):
            found[clean] = found.get(clean, 0) + count
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def propose(given: Given, kinds: Sequence[str] = ()) -> Proposed:
    """A proposal for the kinds somebody chose, else for those that fit best; no records where nothing fits."""
    ranked = choices(given.columns, given.known, given.file_name)
    chosen = [_forced(given, key, ranked) for key in kinds] if kinds else _best(given, ranked)
    proposed = Proposed(MappingDraft(), others=[one.kind.key for one in ranked[:6]])
    for number, choice in enumerate(chosen):
        _add_record(proposed, given, number, choice)
    _settle_dates(proposed)
    _settle_figures(proposed, given)
    _add_skips(proposed, given)
    return proposed


def _best(given: Given, ranked: Sequence[KindChoice]) -> list[KindChoice]:
    if not ranked:
        return []
    lines = ranked[0]
    if moved := _told_of_the_order(lines, given):
        first = replace(lines, matches=tuple(one for one in lines.matches if one not in moved))
        found = together(first, given.columns, given.known)
        of_orders = {match.column.name for one in found if one.kind.key == "orders" for match in one.matches}
        if {one.column.name for one in moved} <= of_orders:
            return found
    return together(lines, given.columns, given.known)


def _told_of_the_order(lines: KindChoice, given: Given) -> list[Match]:
    """Matches of order lines that are more likely of their orders: all lines of each order tell the same."""
    order = next((one.column.name for one in lines.matches if one.field.key == "order_id"), "")
    if lines.kind.key != "order_lines" or not order:
        return []
    keys = given.table.columns[normalized(order)].codes
    count = len(np.unique(keys))
    return [
        one
        for one in lines.matches
        if one.field.key in _OF_THE_ORDER
        and len(np.unique([keys, given.table.columns[normalized(one.column.name)].codes], axis=1).T) == count
    ]


def _forced(given: Given, key: str, ranked: Sequence[KindChoice]) -> KindChoice:
    known = next((one for one in ranked if one.kind.key == key), None)
    kind = KINDS[key]
    return known or KindChoice(kind, tuple(matches(given.columns, kind, given.known)), 0.0)


def _add_record(proposed: Proposed, given: Given, number: int, choice: KindChoice) -> None:
    uses = []
    for one in choice.matches:
        reading = read_column(given.counts(one.column.name), one.column, one.field, choice.kind)
        uses.append(use_of(number, one.column.name, one.field.key, reading, one.reason, min(one.points, 1.0)))
        _note(proposed, number, one.column.name, one.field.key, reading)
    more, asked = fillings(given.columns, choice.kind, {use.field: use for use in uses}, number, given.file_name)
    record = RecordDraft(choice.kind.key, _one_per(choice, given))
    draft = proposed.draft
    proposed.draft = replace(draft, records=(*draft.records, record), uses=(*draft.uses, *uses, *more))
    proposed.questions += asked


def use_of(record: int, column: str, key: str, reading: Reading, reason: str = "", score: float = 1.0) -> FieldUse:
    """A field filled by a column as it is read."""
    how = dict(reading.how) if "first" in reading.how else {"from": column, **reading.how}
    return FieldUse(record, key, how, reason, reading.proof, score)


def _note(proposed: Proposed, record: int, column: str, key: str, reading: Reading) -> None:
    if reading.question:
        proposed.questions.append(Question(reading.asked, reading.question, reading.options, column, record, key))
    for text, count in reading.unknown:
        words = f"“{text}” in {column}, {count:,} rows: what does it mean?"
        proposed.questions.append(Question("status", words, reading.codes, column, record, key, text))
    proposed.notes += [note for note in reading.notes if note not in proposed.notes]
    if reading.sign:
        proposed.signs[column] = reading.sign


def _one_per(choice: KindChoice, given: Given) -> dict[str, Any]:
    """One record for several rows, where the keys of a parent repeat on the lines of its children."""
    if choice.kind.key not in ("orders", "purchase_orders", "products", "shipments"):
        return {}
    keys = [key for key in choice.kind.identity if key != "channel"]
    columns = [one.column for one in choice.matches if one.field.key in keys]
    if len(columns) != 1 or columns[0].unique or columns[0].distinct < 2:
        return {}
    return {"one_per": [columns[0].name]}


def _settle_dates(proposed: Proposed) -> None:
    """An ambiguous column takes the order of days and months that another column of the file proves."""
    proved = {}
    for use in proposed.draft.uses:
        pattern = str(use.how.get("format", ""))
        if "only fit" in use.proof and "|" not in pattern:
            proved[_day_part(pattern)] = use.column
    for question in [one for one in proposed.questions if one.kind == "date"]:
        fitting = [value for value, _ in question.options if _day_part(value) in proved]
        asked = proposed.draft.use(question.record, question.field)
        if len(fitting) == 1 and asked is not None:
            told = f"“{proved[_day_part(fitting[0])]}” proves {in_letters(fitting[0])}"
            proposed.draft = proposed.draft.with_use(
                replace(asked, how={**asked.how, "format": fitting[0]}, proof=told)
            )
            proposed.questions.remove(question)


def _day_part(pattern: str) -> str:
    return pattern.split("%H")[0].split("%I")[0].strip(" T,")


def _settle_figures(proposed: Proposed, given: Given) -> None:
    """Decimal sign and currency of the file, where its columns agree; else by column."""
    signs = set(proposed.signs.values())
    if len(signs) == 1:
        sign = signs.pop()
        proposed.draft = proposed.draft.with_file(decimal=sign)
        # What could be read in two ways is read as the columns that prove their sign.
        proposed.questions = [one for one in proposed.questions if one.kind != "decimal" or "mixes" in one.words]
    elif signs:
        for one in proposed.draft.uses:
            if one.column in proposed.signs and "first" not in one.how:
                how = {**one.how, "decimal": proposed.signs[one.column]}
                proposed.draft = proposed.draft.with_use(replace(one, how=how))
    _settle_currency(proposed, given)


def _settle_currency(proposed: Proposed, given: Given) -> None:
    for number, record in enumerate(proposed.draft.records):
        kind = KINDS[record.kind]
        if proposed.draft.use(number, "currency") or not any(one.key == "currency" for one in kind.fields):
            continue
        amounts = [use for use in proposed.draft.uses if use.record == number and _is_money(kind, use.field)]
        for use in (one for one in amounts if one.column):
            told = currency_of(use.column, given.counts(use.column))
            if not told:
                continue
            if "const" in told:
                proposed.draft = proposed.draft.with_file(currency=told["const"])
            else:
                words = "the signs in its amounts differ from row to row"
                made = FieldUse(number, "currency", {"from": use.column, **told}, words, "", 0.9)
                proposed.draft = proposed.draft.with_use(made)
            break


def _is_money(kind: RecordKind, key: str) -> bool:
    return any(one.key == key and one.type in ("money", "price_e4") for one in kind.fields)


def _add_skips(proposed: Proposed, given: Given) -> None:
    needed = []
    for use in proposed.draft.uses:
        kind = KINDS[proposed.draft.records[use.record].kind]
        if use.column and (use.field in kind.identity or any(f.key == use.field and f.required for f in kind.fields)):
            needed.append(use.column)
    dated = [use.column for use in proposed.draft.uses if use.column and "format" in use.how]
    skips = rows_to_skip(given.table, given.names, [*dict.fromkeys([*needed, *dated])], given.header.description)
    skips += main_lines(given.table, given.names)
    skips += taken_back(given.table, given.names, {use.column for use in proposed.draft.uses})
    for skip in skips:
        proposed.notes.append(f"{skip.words[:1].upper()}{skip.words[1:]}: {skip.rows:,}, skipped.")
        for number, record in enumerate(proposed.draft.records):
            told = [*record.skips, dict(skip.condition)]
            proposed.draft = proposed.draft.with_rest(number, {**record.rest, "skip_where": told})


def missing_fields(draft: MappingDraft) -> dict[int, list[str]]:
    """Needed fields that nothing fills, by record."""
    found: dict[int, list[str]] = {}
    for number, record in enumerate(draft.records):
        kind = KINDS.get(record.kind)
        if kind is None:
            continue
        filled = {use.field for use in draft.uses if use.record == number} | {"channel"}
        filled |= {"location"} if draft.location else set()
        lacking = [one.key for one in kind.fields if one.required and one.key not in filled]
        if lacking:
            found[number] = lacking
    return found
