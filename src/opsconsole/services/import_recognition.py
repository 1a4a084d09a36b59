"""What a file is: built-in sources and saved mappings compared with its header."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field
from opsconsole.domain.instants import now as this_moment
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.imports.files import open_table
from opsconsole.imports.opened import Opened
from opsconsole.imports.reader import open_file
from opsconsole.imports.recognize import Candidate, Nearness, in_quotes, likely_header, nearness
from opsconsole.imports.reject_workbook import read_marker
from opsconsole.imports.saved import load_mapping
from opsconsole.imports.source import Source, all_sources
from opsconsole.imports.tables import FileOptions, InputFile, head, input_file
from opsconsole.services.import_channels import ChannelNeeded, choose_channel, known_channels
from opsconsole.services.import_report import in_a_row
from opsconsole.services.mappings import saved_specs
from opsconsole.store.database import Database


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file is. Not recognized: ``source`` is empty, ``message`` and ``hint`` say so, ``columns`` what it has.

    ``needs_channel``: somebody must say which of ``channels`` (key, label) it is from, or a new one.
    """

    name: str
    source: str = ""
    label: str = ""
    why: str = ""
    description: str = ""
    columns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    channel: str = ""
    channel_note: str = ""
    needs_channel: bool = False
    channels: tuple[tuple[str, str], ...] = ()
    message: str = ""
    hint: str = ""

    @property
    def recognized(self) -> bool:
        """Whether it can be imported as it is."""
        return bool(self.source)


def candidates(database: Database | None, folder: Path | None = None) -> tuple[list[Candidate], list[str]]:
    """Saved mappings and built-in sources, and what is wrong with mappings that cannot be used.

    ``database`` None: only the mappings that are files in the folder.
    """
    saved, faults = saved_specs(database, folder)
    return [*saved, *all_sources().values()], faults


def named_candidate(
    database: Database | None, source: str | None, mapping: Path | str | None, folder: Path | None = None
) -> Candidate | None:
    """The source (a key, or a saved mapping's name) or mapping file that the user named; None when neither."""
    if mapping is not None:
        return load_mapping(Path(mapping))
    if source is None:
        return None
    known = all_sources()
    if source in known:
        return known[source]
    saved, _ = saved_specs(database, folder)
    for spec in saved:
        if source in (spec.name, f"mapping:{spec.name}"):
            return spec
    raise UserError(f"There is no source “{source}”.", f"Sources: {', '.join(known)}.")


_LIKELY = (
    Field("label", "Source"),
    Field("fills", "Fills", stretch=True),
    Field("lacks", "Missing in the header", missing="Nothing", width=300),
)


def likely_sources(database: Database | None, top: Sequence[Sequence[str]], folder: Path | None = None) -> Listing:
    """Every source and saved mapping that a file may be read as, with what its header lacks for it, best first.

    ``top`` are the first rows of the file, one of which is its header. Ids are keys, as an import takes its ``source``.
    """
    found = [nearness(candidate, top) for candidate in candidates(database, folder)[0]]
    found.sort(key=lambda one: (bool(one.missing), -one.share))
    rows = [_likely(one) for one in found]
    return from_rows(_LIKELY, rows, id_key="key", as_of=this_moment(), title="Sources")


def _likely(near: Nearness) -> dict[str, object]:
    candidate = near.candidate
    records = candidate.spec.records if isinstance(candidate, Source) else candidate.records
    return {
        "key": candidate.key if isinstance(candidate, Source) else f"mapping:{candidate.name}",
        "label": candidate.label if isinstance(candidate, Source) else f"Mapping: {candidate.name}",
        "fills": in_a_row(record.kind.label for record in records),
        "lacks": in_quotes(near.missing) if near.missing else None,
    }


def recognize(
    path: Path | str, database: Database | None = None, *, now: int | None = None, folder: Path | None = None
) -> Recognition:
    """What a file is, without reading all of it; with a database and ``now`` also which channel it would go to.

    Raises UserError when it is no table at all.
    """
    file = input_file(Path(path))
    columns = _columns(file)
    marker = read_marker(file)
    if marker is not None:
        what = f"Corrections of import {marker.batch_id}"
        return Recognition(file.name, "corrections", what, "it is the workbook of its rejected lines", columns=columns)
    try:
        opened = open_file(file, candidates(database, folder)[0])
    except UserError as fault:
        return Recognition(file.name, columns=columns, message=fault.message, hint=fault.hint)
    found = Recognition(
        file.name,
        opened.key,
        opened.label,
        opened.fit.score.reason,
        opened.table.description,
        opened.fit.names,
        tuple(dict.fromkeys(record.kind.label for record in opened.spec.records)),
    )
    return found if database is None or now is None else _with_channel(found, database, opened, now)


def _with_channel(found: Recognition, database: Database, opened: Opened, now: int) -> Recognition:
    with database.read() as conn:
        known = tuple(known_channels(conn))
        try:
            choice = choose_channel(conn, opened, None, opened.file.path.parent, now)
        except ChannelNeeded:
            return replace(found, needs_channel=True, channels=known)
    return replace(found, channel=choice.key, channel_note=choice.note, channels=known)


def _columns(file: InputFile) -> tuple[str, ...]:
    rows = head(open_table(file, FileOptions()))
    return likely_header(rows)[1] if rows else ()
