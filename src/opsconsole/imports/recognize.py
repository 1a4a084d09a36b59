"""Which source or saved mapping a file belongs to, told by its header, and in which row that header is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opsconsole.domain.errors import UserError
from opsconsole.imports.columns import normalized, unique_names
from opsconsole.imports.mapping import MappingSpec
from opsconsole.imports.numbered import for_header
from opsconsole.imports.proposals.header import find_header
from opsconsole.imports.source import NO_FIT, Score, Source, header_names
from opsconsole.imports.tables import InputFile, NumberedRow

Candidate = Source | MappingSpec


class NotRecognized(UserError):  # noqa: N818 - not a fault, a file nobody has mapped yet
    """No source and no saved mapping fits the file."""


_ENOUGH = 0.2  # of a file's columns; below that a fit is chance


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
    line, row = max(rows, key=lambda numbered: len(header_names(numbered[1]) & {n for names in wanted for n in names}))
    names = header_names(unique_names(row))
    missing = [group[0] for group in wanted if not names & set(group)]
    if not missing:
        return Fit(candidate, Score(0.1, "you said so"), line, tuple(unique_names(row)))
    label = candidate.label if isinstance(candidate, Source) else f"the mapping “{candidate.name}”"
    shown = ", ".join(name for name in unique_names(row)[:12] if name) or "no header"
    raise UserError(
        f"{file.name} does not fit {label}: it has no column “{missing[0]}”.",
        f"Its columns are {shown}{' …' if len(row) > 12 else ''}.",
    )


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
    options: Sequence[Sequence[tuple[str, ...]]]
    if isinstance(candidate, Source):
        options = [[(name,) for name in signature.all_of] for signature in candidate.signatures]
        known = candidate.known_columns()
    else:
        options = [_needed(candidate, names)]
        known = {normalized(name) for group in options[0] for name in group}
    found = []
    for needed in options:
        missing = tuple(group[0] for group in needed if not names & {normalized(name) for name in group})
        there = 1 - len(missing) / len(needed) if needed else 0.0
        found.append(Nearness(candidate, missing, there + len(names & known) / max(len(names), 1)))
    return max(found, key=lambda one: (not one.missing, one.share))


def _needed(candidate: Candidate, seen: set[str]) -> list[tuple[str, ...]]:
    """Columns it cannot do without; of a source with several layouts, of the one that is nearest to what was seen."""
    if isinstance(candidate, Source):
        nearest = max(candidate.signatures, key=lambda signature: len(header_names(signature.all_of) & seen))
        return [(normalized(name),) for name in nearest.all_of]
    return [names for names, optional in for_header(candidate, ()).column_groups() if not optional]


def likely_header(rows: Sequence[NumberedRow]) -> NumberedRow:
    """The row that looks like the header of an unknown table."""
    found = find_header(rows)
    return found.line, list(found.row)


def not_recognized(file: InputFile, rows: Sequence[NumberedRow]) -> NotRecognized:
    """The refusal of a file that fits nothing, with the columns it seems to have."""
    line, header = likely_header(rows)
    names = [name for name in unique_names(header) if name]
    shown = ", ".join(f"“{name[:40]}”" for name in names[:6])
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return NotRecognized(
        f"{file.name} is not recognized: no source and no saved mapping has the columns {shown}{more} (line {line}).",
        "Map its columns once and save the mapping, or name a source.",
    )
