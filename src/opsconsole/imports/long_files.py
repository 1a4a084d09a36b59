"""Long files, read portion by portion, so that memory grows far less than the file; what they say is the same.

Exports whose rows stand order by order are cut where an order ends, as they are read (imports/portions.py). All others
are put on disk as text first, and then read by what belongs together (imports/together.py, imports/regroup.py): formats
are decided over whole columns, and each section of record specs gets its own portions.
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import numpy as np

from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.imports import portions
from opsconsole.imports.collect import in_chunks, watched
from opsconsole.imports.columns import TextTable
from opsconsole.imports.evaluate import Evaluator
from opsconsole.imports.formats import Formats
from opsconsole.imports.parsed import ParsedFile, join
from opsconsole.imports.raw_lines import Later, RawRows, tell_lines
from opsconsole.imports.records import KINDS
from opsconsole.imports.regroup import Links
from opsconsole.imports.reject_store import RejectStore, told_once
from opsconsole.imports.settling import Settling
from opsconsole.imports.sniff import DelimitedText
from opsconsole.imports.spool import Spool
from opsconsole.imports.text_store import TextStore
from opsconsole.imports.together import Section, sections

_CHUNKS = 2  # portions of rows that are read together; a shorter file is read at once


def read_long(settling: Settling, progress: Progress | None) -> ParsedFile:
    """Typed records of a file that may be long; close what is returned."""
    opened = settling.opened
    cut = portions.cut_of(opened.table, settling.spec, opened.fit.names)
    if cut is not None:
        try:
            return _read_cut(settling, cut, progress)
        except portions.Whole:
            pass  # its orders do not stand together, or its formats are not told by each portion
    return _read_regrouped(settling, progress)


def _read_cut(settling: Settling, cut: portions.Cut, progress: Progress | None) -> ParsedFile:
    """Raises Whole where the portions do not tell what the file does at once."""
    opened = settling.opened
    table, fit = cast("DelimitedText", opened.table), opened.fit
    parsed: ParsedFile | None = None
    dates: dict[str, str] = {}
    decimals: dict[str, str] = {}
    spool = Spool()
    watch = watched(opened.file, progress)
    try:
        for portion in portions.portions(table, fit.names, opened.needed, fit.line, cut, watch):
            try:
                found = settling.cut(portion.table, portion)
            except UserError as fault:  # what a portion leaves in doubt, the whole file may prove
                raise portions.Whole from fault
            filled = {name for name, column in portion.table.columns.items() if column.codes.any()}
            portions.agree(dates, found.formats, filled)
            portions.agree(decimals, found.decimals, filled)
            if parsed is None:
                parsed = replace(found, spool=spool, records=[], raw=RawRows(table))
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
    return settling.conclude(parsed)


def _read_regrouped(settling: Settling, progress: Progress | None) -> ParsedFile:
    opened = settling.opened
    many = _CHUNKS * portions.ROWS
    watch = watched(opened.file, progress)
    tables = in_chunks(opened.table, opened.fit.names, opened.needed, opened.fit.line, watch, many)
    first = next(tables)
    if len(first) < many:
        return settling.whole(first)
    store, spool = TextStore(), Spool()
    try:
        parsed = _Regrouped(settling, store, spool, progress).read(itertools.chain([first], tables))
    except BaseException:
        spool.close()
        raise
    finally:
        store.close()
    return parsed


class _Regrouped:
    """One long file on its way through the disk."""

    def __init__(self, settling: Settling, store: TextStore, spool: Spool, progress: Progress | None) -> None:
        self._settling = settling
        self._store = store
        self._spool = spool
        self._progress = progress

    def read(self, tables: Iterator[TextTable]) -> ParsedFile:
        """All that the file says."""
        settling, store = self._settling, self._store
        first = settling.split(next(tables))
        empty = first.take(np.zeros(0, np.int64))
        specs = settling.made(empty, Formats())
        parts = sections(specs, first, self._evaluate)
        links = Links(parts, self._evaluate)
        own_words: Counter[str] = Counter()
        for table in itertools.chain([first], map(settling.split, tables)):
            store.add(table)
            links.add(table)
            own_words.update(settling.own_words(table))
        formats = settling.decided(store)
        parsed = settling.part(empty, Later(), formats.decided(), settling.spec.records)
        parsed.spool, parsed.own_words, parsed.raw = self._spool, own_words, RawRows(settling.opened.table)
        rejects: list[RejectStore] = []
        for place, section in enumerate(parts):
            for table in links.portions(place, store, portions.ROWS):
                self._step(section)
                join(parsed, settling.part(table, Later(), formats.decided(), section.specs))
            rejects.append(parsed.rejects)
            parsed.rejects = RejectStore()
        parsed.rejects = told_once(rejects, list(KINDS))
        tell_lines(parsed)
        return settling.conclude(parsed)

    def _evaluate(self, table: TextTable) -> Evaluator:
        return self._settling.evaluator(table, Formats())

    def _step(self, section: Section) -> None:
        if self._progress is not None:
            what = " and ".join(dict.fromkeys(spec.kind.label.lower() for spec in section.specs))
            self._progress.step(0, 0, f"{self._settling.opened.file.name}: working out {what}")
