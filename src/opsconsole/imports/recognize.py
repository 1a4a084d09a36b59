"""Which source or saved mapping a file belongs to, told by its header, and in which row that header is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from opsconsole.domain.errors import UserError
from opsconsole.imports.columns import normalized, unique_names
from opsconsole.imports.mapping import MappingSpec, RecordSpec
from opsconsole.imports.numbered import for_header
from opsconsole.imports.proposals.header import find_header
from opsconsole.imports.rejects import readable
from opsconsole.imports.source import NO_FIT, Score, Signature, Source, header_names
from opsconsole.imports.tables import InputFile, NumberedRow

Candidate = Source | MappingSpec


class NotRecognized(UserError):  # noqa: N818 - not a fault, a file nobody has mapped yet
    """No source and no saved mapping fits the file."""


_ENOUGH = 0.2  # of a file's columns; below that a fit is chance
_SHOWN = 6  # columns that are named, of however many


@dataclass(frozen=True, slots=True)
class Fit:
    """A candidate with the header it was found by: the line it begins on and its column names."""

    candidate: Candidate
    score: Score
    line: int
    names: tuple[str, ...]


def score(candidate: Candidate, header: Sequence[str]) -> Score:
    """How well a header fits a candidate."""
    return _score(candidate, header_names(unique_names(header)))


def _score(candidate: Candidate, names: set[str]) -> Score:
    if isinstance(candidate, Source):
        return candidate.recognizes(names)
    if candidate.header and header_names(candidate.header) == names:
        return Score(2.0, "its header is the one the mapping was made for")
    used: set[str] = set()
    for alternatives, optional in for_header(candidate, names).column_groups():
        there = [name for name in alternatives if name in names]
        if not there and not optional:
            return NO_FIT
        used.update(there)
    if not used:
        return NO_FIT
    return Score(len(used) / len(names), f"it has the {len(used)} columns that are read")


def best_fit(rows: Iterable[NumberedRow], candidates: Sequence[Candidate], header_row: int = 0) -> Fit | None:
    """The best candidate over the first rows; on equal points saved mappings come before built-in sources."""
    best: Fit | None = None
    ordered = sorted(candidates, key=lambda candidate: isinstance(candidate, Source))
    for line, row in rows:
        if header_row and line < header_row:
            continue
        unique = tuple(unique_names(row))
        names = header_names(unique)
        for candidate in ordered:
            found = _score(candidate, names)
            if found.points >= _ENOUGH and (best is None or found.points > best.score.points):
                best = Fit(candidate, found, line, unique)
        if header_row:
            break
    return best


def forced_fit(file: InputFile, rows: Sequence[NumberedRow], candidate: Candidate, header_row: int = 0) -> Fit:
    """The header row for a candidate that the user named; UserError says which columns are missing."""
    if header_row:
        rows = [(line, row) for line, row in rows if line >= header_row][:1]
    fit = best_fit(rows, [candidate], header_row)
    if fit is not None:
        return fit
    wanted = _needed(candidate, {name for _, row in rows for name in header_names(row)})
    any_of = {normalized(name) for group in wanted for name in group}
    line, row = max(rows, key=lambda numbered: len(header_names(numbered[1]) & any_of))
    names = header_names(unique_names(row))
    missing = _absent(wanted, names)
    if not missing:
        return Fit(candidate, Score(0.1, _said(candidate, names)), line, tuple(unique_names(row)))
    label = candidate.label if isinstance(candidate, Source) else f"the mapping “{candidate.name}”"
    shown = ", ".join(name for name in unique_names(row)[:12] if name) or "no header"
    raise UserError(
        f"{file.name} does not fit {label}: it has no {_columns(missing)}.",
        f"Its columns are {shown}{' …' if len(row) > 12 else ''}. Map them once and save the mapping: "
        "“Map its columns” in the window, “mappings propose” on the command line.",
    )


def in_quotes(names: Sequence[str]) -> str:
    """``“sku”, “title” and 3 more``."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"“{readable(name)}”" for name in names[:_SHOWN]) + more


def _columns(names: Sequence[str]) -> str:
    return f"column{'s' if len(names) > 1 else ''} {in_quotes(names)}"


def _said(candidate: Candidate, names: set[str]) -> str:
    """Why a candidate that was named reads a file, and what it is usually told by that the file lacks."""
    if not isinstance(candidate, Source):
        return "you said so"
    lacks = _absent([(name,) for name in _nearest(candidate, names).all_of], names)
    return f"you said so, though it has no {_columns(lacks)}" if lacks else "you said so"


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a header comes to a candidate: the needed columns that it lacks, and a share: the best has the most."""

    candidate: Candidate
    missing: tuple[str, ...]
    share: float


def nearness(candidate: Candidate, rows: Iterable[Sequence[str]]) -> Nearness:
    """What the best of the first rows of a file lacks to be a candidate's header; of several layouts, the nearest."""
    found = [_nearness(candidate, row) for row in rows]
    return max(found, key=lambda one: (not one.missing, one.share))


def _nearness(candidate: Candidate, header: Sequence[str]) -> Nearness:
    names = header_names(unique_names(header))
    options: list[tuple[Sequence[tuple[str, ...]], Sequence[tuple[str, ...]]]]
    if isinstance(candidate, Source):
        options = [(_essential(candidate, one), [(name,) for name in one.all_of]) for one in candidate.signatures]
        known = candidate.known_columns()
    else:
        options = [(_needed(candidate, names),) * 2]
        known = {normalized(name) for group in options[0][0] for name in group}

    found = []
    for needed, told_by in options:
        there = 1 - len(_absent(told_by, names)) / len(told_by) if told_by else 0.0
        found.append(Nearness(candidate, _absent(needed, names), there + len(names & known) / max(len(names), 1)))
    return max(found, key=lambda one: (not one.missing, one.share))


def _needed(candidate: Candidate, seen: set[str]) -> list[tuple[str, ...]]:
    """Columns it cannot do without; of a source with several layouts, of the one that is nearest to what was seen."""
    if isinstance(candidate, Source):
        return _essential(candidate, _nearest(candidate, seen))
    return [names for names, optional in for_header(candidate, ()).column_groups() if not optional]


def _absent(groups: Sequence[tuple[str, ...]], names: set[str]) -> tuple[str, ...]:
    """Of columns with alternative names, the first names of those that are not there."""
    return tuple(group[0] for group in groups if not names & {normalized(name) for name in group})


def _nearest(source: Source, seen: set[str]) -> Signature:
    return max(source.signatures, key=lambda signature: len(header_names(signature.all_of) & seen))


def _essential(source: Source, signature: Signature) -> list[tuple[str, ...]]:
    """Of the columns that a layout is told by, those that reading needs; some are not read or may be missing."""
    needed = {normalized(name) for record in source.spec.records for name in _needed_by(record)}
    needed |= {normalized(other) for name, others in source.aliases.items() if normalized(name) in needed
               for other in others}  # fmt: skip
    return [(name,) for name in signature.all_of if normalized(name) in needed] or [(n,) for n in signature.all_of]


def _needed_by(record: RecordSpec) -> Iterator[str]:
    """Columns that tell which rows are records, and those of fields that do not say that they may be missing."""
    for condition in (*record.skip_where, *record.keep_where):
        yield from condition.columns()
    yield from (name for names, optional in record.column_groups() if not optional for name in names)


def likely_header(rows: Sequence[NumberedRow]) -> tuple[int, tuple[str, ...]]:
    """The line that looks like the header of an unknown table, and its columns up to the last that says something."""
    found = find_header(rows)
    table = [found.row, *(row for line, row in rows if line > found.line)]
    width = max((place + 1 for row in table for place, cell in enumerate(row) if cell.strip()), default=0)
    return found.line, tuple(unique_names(found.row))[:width]


def not_recognized(file: InputFile, rows: Sequence[NumberedRow]) -> NotRecognized:
    """The refusal of a file that fits nothing, with the columns it seems to have."""
    line, names = likely_header(rows)
    first = [name for name in names if name][:6]
    shown = ", ".join(f"“{name[:40]}”" for name in first)
    more = f" and {len(names) - len(first)} more" if len(names) > len(first) else ""
    return NotRecognized(
        f"{file.name} is not recognized: no source and no saved mapping has the columns {shown}{more} (line {line}).",
        "Map its columns once and save the mapping, or name a source.",
    )
