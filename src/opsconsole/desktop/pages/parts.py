"""Sections that several pages share: the timeline, small tables of a listing, history."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.charts.timeline import Flag, Stop, Timeline
from opsconsole.desktop.panel import Section
from opsconsole.desktop.table.cells import RIGHT_KINDS, make_cell
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.field import Kind
from opsconsole.domain.instants import to_datetime
from opsconsole.domain.listing import Listing
from opsconsole.domain.pages import HistoryEvent, IncidentMark, TimelineStop

MOST_ROWS = 8


def two_lines(at: int, formats: Formats) -> str:
    """An instant under a stop: ``Fri 13`` over ``09:12``; with the month where it is another one than now's."""
    moment, now = to_datetime(at, formats.zone), to_datetime(formats.as_of, formats.zone)
    near = abs((now.date() - moment.date()).days) < 14
    day = formats.instant(at).split(",")[0]
    words = day.split()
    return f"{' '.join(words[:2]) if near else ' '.join(words[1:3])}\n{moment:%H:%M}"


def timeline(stops: Sequence[TimelineStop], formats: Formats, incidents: Sequence[IncidentMark] = ()) -> QWidget:
    """The drawn timeline of an order, with the incidents that touched it."""
    drawn = Timeline()
    drawn.show_stops([_stop(stop, formats) for stop in stops], [_flag(mark, formats) for mark in incidents])
    return drawn


def _flag(mark: IncidentMark, formats: Formats) -> Flag:
    until = f" to {formats.instant(mark.ends_at)}" if mark.ends_at is not None else ", not over yet"
    return Flag(mark.starts_at, f"{mark.title}: {formats.instant(mark.starts_at)}{until}")


def _stop(stop: TimelineStop, formats: Formats) -> Stop:
    promise = None
    if stop.promise is not None:
        assumed = " (assumed)" if stop.promise.basis == "assumed" else ""
        promise = (f"{stop.promise.words}{assumed}", stop.promise.when, stop.promise.state == "missed")
    return Stop(
        stop.label,
        "" if stop.at is None or stop.state == "ahead" else two_lines(stop.at, formats),
        stop.state,
        "" if stop.elapsed is None else formats.duration(stop.elapsed),
        stop.late,
        promise,
        stop.at,
    )


def history_section(events: Iterable[HistoryEvent], formats: Formats) -> Section:
    """Who did what, newest first; today's entries with the time alone."""
    rows = []
    for event in events:
        same_day = to_datetime(event.at, formats.zone).date() == to_datetime(formats.as_of, formats.zone).date()
        rows.append((formats.clock(event.at) if same_day else formats.instant(event.at), event.who, event.words))
    return Section("History", sections.history(rows))


def listing_section(title: str, listing: Listing, keys: Sequence[str], formats: Formats) -> Section | None:
    """A small table of some fields of a listing; none for an empty one."""
    if not len(listing):
        return None
    fields = [field for field in listing.fields if field.key in keys]
    fields.sort(key=lambda field: keys.index(field.key))
    currency_of = {field.key: field.currency for field in fields}
    rows = []
    for index in range(min(len(listing), MOST_ROWS)):
        row = listing.row(index)
        rows.append(
            [make_cell(field, row[field.key], _currency(currency_of[field.key], row), formats).text for field in fields]
        )
    right = [number for number, field in enumerate(fields) if field.kind in RIGHT_KINDS - {Kind.INSTANT, Kind.DATE}]
    more = len(listing) - MOST_ROWS
    note = f"{len(listing):,}" + (f", the first {MOST_ROWS} shown" if more > 0 else "")
    return Section(title, sections.table([field.label for field in fields], rows, right=right), note)


def row_words(
    listing: Listing, row: Mapping[str, Any], formats: Formats, *, without: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """Labels and values of a row in words; the currencies of amounts stand with them."""
    currencies = {field.currency for field in listing.fields} | set(without)
    return [
        (field.label, make_cell(field, row[field.key], _currency(field.currency, row), formats).text)
        for field in listing.fields
        if field.key not in currencies
    ]


def _currency(name: str, row: Mapping[str, Any]) -> str:
    return str(row.get(name) or name)
