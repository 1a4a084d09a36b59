"""Calendars: when each place works, which calendar it has, and until when orders still leave with which carrier."""

from typing import Any, NamedTuple

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.calendar_actions import CalendarActions, CalendarChoices
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.pages.parts import listing_section, row_words
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.sections import pairs, sentences
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, Selector, TabAction, TabContent, read_freshness
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.instants import to_datetime
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

_LISTS = (("calendars", "calendars"), ("places", "places"), ("cut_offs", "cut-offs"))
_NOUNS = {"calendars": "calendar", "places": "place", "cut_offs": "cut-off"}


class _Days(NamedTuple):
    """Closed days of this year and the next."""

    years: tuple[Listing, ...]


class CalendarsTab(Tab):
    """One list at a time: calendars, the places that have them, the carriers' cut-offs."""

    key = "calendars"
    search_hint = "Calendar, place, carrier"
    noun = ("entry", "entries")
    subjects = frozenset({"calendars", "settings", "imports"})
    selectors = (Selector("list", "Show", choices=_LISTS),)

    def __init__(self, desk: Desk) -> None:
        self._deeds: CalendarActions | None = None
        super().__init__(desk)
        for words, tip, run in (
            ("New calendar", "Opening hours, holidays and time zone of a place", lambda: self.deeds.edit(None)),
            ("New cut-off", "Until when orders still leave the same day with a carrier", lambda: self.deeds.cut_off()),
        ):
            button = KeyButton(words, icon="plus")
            button.setToolTip(tip)
            button.clicked.connect(run)
            self.toolbar.add_left(button)
        self.list.next_step = self._first_step

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The chosen list, and what a form can offer."""
        from opsconsole.services import calendars_changes, cut_offs, names

        database, now = workspace.database, request.now
        chosen = request.options.get("list") or "calendars"
        calendars = calendars_changes.list_calendars(database, now)
        listing = {
            "calendars": lambda: calendars,
            "places": lambda: calendars_changes.list_places(database, now),
            "cut_offs": lambda: cut_offs.list_cut_offs(database, now),
        }[chosen]()
        known = names.places(database)
        count, _, words = plural(len(listing), _NOUNS[chosen]).partition(" ")
        return TabContent(
            listing,
            status=(f"**{count}** {words}",),
            freshness=read_freshness(database, now),
            data=(chosen, CalendarChoices(tuple(calendars.ids), known["location"], cut_offs.carriers(database))),
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> _Days | None:
        """Of a calendar the days it is closed on."""
        from opsconsole.domain.errors import UserError
        from opsconsole.services import calendars_changes

        year = to_datetime(now, workspace.time_zone).year
        try:
            listed = [
                calendars_changes.list_closed_days(workspace.database, now, str(identity), at)
                for at in (year, year + 1)
            ]
        except UserError:
            return None  # a place or a cut-off has no closed days of its own
        return _Days(tuple(listed))

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Remember what a form can offer."""
        super().show_content(content, arranger)
        self.deeds.choices = content.data[1]

    @property
    def shown(self) -> str:
        """Which list is shown."""
        return str(self.content.data[0]) if self.content.data else "calendars"

    @property
    def deeds(self) -> CalendarActions:
        """What can be done to calendars, places and cut-offs."""
        if self._deeds is None:
            self._deeds = CalendarActions(self)
        return self._deeds

    def build_panel(self, identity: Any, detail: _Days | None) -> PanelContent:
        """A calendar with its closed days, or the row in words."""
        row, listing = self._row(identity), self.list.listing
        if row is None or listing is None:
            return PanelContent("Gone", subtitle="This row is no longer there.")
        formats = self.desk.formats(self.request.now)
        if self.shown != "calendars" or detail is None:
            title = str(row.get("label") or f"{row.get('carrier') or 'Every carrier'} at {row.get('place')}")
            words = row_words(listing, row, formats, without=("location",))  # its name stands there
            return PanelContent(title, sections=(Section("Values", pairs(words)),))
        parts = [
            Section("Open", sentences(str(row["hours"]).replace(", ", "\n"))),
            Section("Holds for", pairs([
                ("Time zone", row["time_zone"]), ("Holidays of", row["country"] or "none"),
                ("Used by", row["used_by"] or "nobody"),
            ])),
        ]  # fmt: skip
        for year in detail.years:
            section = listing_section(f"Closed in {year.title.rsplit(' ', 1)[-1]}", year, ("on_day", "name"), formats)
            parts += [section] if section is not None else []
        return PanelContent(str(identity), subtitle="Calendar", sections=tuple(parts))

    def row_actions(self) -> tuple[TabAction, ...]:
        """Of the list that is shown."""
        of_calendar, of_place, of_cut_off = (self._only(name) for name in _NOUNS)
        not_here = "Show the {} to do this."
        return (
            TabAction("edit", "Edit", lambda ids: self._edit(), "E", primary=True),
            TabAction("days", "Own days", lambda ids: self.deeds.own_days(str(ids[0])), "D", enabled=of_calendar,
                      why_not=not_here.format("calendars")),
            TabAction("assign", "Give a calendar", lambda ids: self.deeds.assign(self._current()), "C",
                      enabled=of_place, why_not=not_here.format("places")),
            TabAction("end", "End cut-off", lambda ids: self.deeds.end_cut_off(int(ids[0])), in_menu=True,
                      enabled=of_cut_off, why_not=not_here.format("cut-offs")),
            TabAction("remove", "Remove calendar", lambda ids: self.deeds.remove(str(ids[0])), in_menu=True,
                      enabled=of_calendar, why_not=not_here.format("calendars")),
        )  # fmt: skip

    def _only(self, name: str) -> Any:
        return lambda ids: bool(ids) and self.shown == name

    def _edit(self) -> None:
        row = self._current()
        if self.shown == "calendars":
            self.deeds.edit(row)
        elif self.shown == "places":
            self.deeds.assign(row)
        else:
            self.deeds.cut_off(row)

    def _current(self) -> dict[str, Any]:
        return self._row(self.list.current_id()) or {}

    def _row(self, identity: Any) -> dict[str, Any] | None:
        listing = self.list.listing
        if listing is None or identity not in listing.ids:
            return None
        return listing.row(list(listing.ids).index(identity))

    def _first_step(self) -> tuple[str, str, Any]:
        if self.shown == "cut_offs":
            return "New cut-off", "", lambda: self.deeds.cut_off()
        return "New calendar", "", lambda: self.deeds.edit(None)


TAB = CalendarsTab
