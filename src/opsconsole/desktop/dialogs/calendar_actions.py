"""What people do to calendars and cut-offs from the window: asked in the words that their lists use."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimeZone

from opsconsole.desktop.dialogs.carrying_out import carry_out
from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

TOUCHED = frozenset({"calendars", "settings", "order_exceptions", "kpis", "vendors"})
_DAYS = (
    ("", "Every open day"),
    *((str(n), d) for n, d in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))),
)
Write = Callable[[Workspace, Mapping[str, str]], Change]


class CalendarChoices(NamedTuple):
    """What a form can offer: calendars' names, locations and carriers as (key, label)."""

    calendars: Sequence[str] = ()
    locations: Sequence[tuple[str, str]] = ()
    carriers: Sequence[tuple[str, str]] = ()


class CalendarActions(QObject):
    """Runs deeds on calendars, places and cut-offs for a tab."""

    def __init__(self, tab: "Tab") -> None:
        super().__init__(tab)
        self._tab = tab
        self.choices = CalendarChoices()

    def edit(self, row: Mapping[str, Any] | None) -> None:
        """Ask for the hours, time zone and holidays of a new calendar, or of one that is there."""
        known = row or {}
        country, _, part = str(known.get("country") or "").partition(" ")
        zones = [(zone, zone) for zone in sorted(bytes(z.data()).decode() for z in QTimeZone.availableTimeZoneIds())]
        fields = [
            PromptField("hours", "Open, as in Mon–Fri 9:00–17:00, Sat 9:00–12:00", value=str(known.get("hours") or ""),
                        needed="Say when it is open."),
            PromptField("time_zone", "Time zone", Entry.SUGGEST, zones,
                        value=str(known.get("time_zone") or self._zone())),
            PromptField("country", "Public holidays of country, as in US; empty: none", value=country, required=False),
            PromptField("subdivision", "and state or province, as in NV", value=part, required=False),
        ]  # fmt: skip
        if row is None:
            fields.insert(0, PromptField("key", "Name, as in reno", needed="Name it after the place it is for."))

        def write(workspace: Workspace, answers: Mapping[str, str]) -> Change:
            from opsconsole.services import calendars_changes
            from opsconsole.services.calendars_words import hours_of

            return calendars_changes.set_calendar(
                workspace.database,
                answers["key"] if row is None else str(known["key"]),
                time_zone=answers["time_zone"],
                hours=hours_of(answers["hours"]),
                country=answers["country"] or None,
                subdivision=answers["subdivision"] or None,
                who=workspace.user,
                now=workspace.now(),
            )

        title = "New calendar" if row is None else f"Calendar {known['key']}"
        self._ask(title, fields, "Save", write, draft=f"calendar:{known.get('key', '')}")

    def own_days(self, key: str) -> None:
        """Ask which days a calendar is closed on by choice, and which of them are open after all."""
        fields = (
            PromptField("close", "Close on, as in 2026-12-24, 2026-12-28 to 2026-12-31", required=False),
            PromptField("open", "Open again on own days", required=False),
        )

        def write(workspace: Workspace, answers: Mapping[str, str]) -> Change:
            from opsconsole.services import calendars_changes
            from opsconsole.services.calendars_words import days_of

            close, reopened = days_of(answers["close"]), days_of(answers["open"])
            if not close and not reopened:
                raise UserError("No day is named.", "Write one as 2026-12-24.")
            return calendars_changes.set_own_days(
                workspace.database, key, close=close, open=reopened, who=workspace.user, now=workspace.now()
            )

        self._ask(f"Own days of {key}", fields, "Save", write, draft=f"calendar:days:{key}")

    def assign(self, row: Mapping[str, Any]) -> None:
        """Ask which calendar a place works by."""
        if not row:
            return
        choices = [("", "The business's own"), *((name, name) for name in self.choices.calendars)]
        field = PromptField("calendar", "Calendar", Entry.CHOICE, choices, False, value=str(row["calendar"] or ""))

        def write(workspace: Workspace, answers: Mapping[str, str]) -> Change:
            from opsconsole.services import calendars_changes

            chosen = answers["calendar"] or None
            return calendars_changes.assign_calendar(
                workspace.database, str(row["kind"]), str(row["key"]), chosen, who=workspace.user, now=workspace.now()
            )

        self._ask(f"{row['label']} works by", (field,), "Save", write, draft=f"calendar:of:{row['key']}")

    def cut_off(self, row: Mapping[str, Any] | None = None) -> None:
        """Ask until when orders leave the same day, of which service, on which days, and when the carrier comes."""
        known = row or {}
        day = next((code for code, words in _DAYS if words == known.get("weekday")), "")
        carrier = next((key for key, label in self.choices.carriers if label == known.get("carrier")), "")
        fields = (
            PromptField("location", "Site", Entry.CHOICE, self.choices.locations,
                        value=str(known.get("location") or ""), needed="No site is known yet: import stock first."),
            PromptField("carrier", "Carrier", Entry.CHOICE, [("", "Every carrier"), *self.choices.carriers], False,
                        value=carrier),
            PromptField("service", "Service, empty: every one", required=False, value=str(known.get("service") or "")),
            PromptField("weekday", "Day", Entry.CHOICE, _DAYS, False, value=day),
            PromptField("cut_off", "Cut-off, as in 16:30", value=str(known.get("cut_off") or "")),
            PromptField("pickup", "Pickup, as in 17:15; empty: not known", required=False,
                        value=str(known.get("pickup") or "")),
            PromptField("valid_from", "From day, as in 2026-12-01; empty: today", required=False),
        )  # fmt: skip

        def write(workspace: Workspace, answers: Mapping[str, str]) -> Change:
            from opsconsole.services import cut_offs
            from opsconsole.services.calendars_words import day_of_iso, minute_of

            return cut_offs.set_cut_off(
                workspace.database,
                answers["location"],
                cut_off_minute=minute_of(answers["cut_off"]),
                pickup_minute=minute_of(answers["pickup"]) if answers["pickup"] else None,
                carrier=answers["carrier"],
                service=answers["service"],
                weekday=int(answers["weekday"]) if answers["weekday"] else None,
                valid_from=day_of_iso(answers["valid_from"]) if answers["valid_from"] else None,
                who=workspace.user,
                now=workspace.now(),
            )

        self._ask("Cut-off", fields, "Save", write, draft=f"cut_off:{known.get('location', '')}")

    def end_cut_off(self, number: int) -> None:
        """End a cut-off with yesterday."""

        def write(workspace: Workspace, answers: Mapping[str, str]) -> Change:
            from opsconsole.services import cut_offs

            return cut_offs.end_cut_off(workspace.database, number, who=workspace.user, now=workspace.now())

        self._run(write, {}, None)

    def remove(self, key: str) -> None:
        """Remove a calendar that nobody uses."""

        def write(workspace: Workspace, answers: Mapping[str, str]) -> Change:
            from opsconsole.services import calendars_changes

            return calendars_changes.remove_calendar(workspace.database, key, who=workspace.user, now=workspace.now())

        self._run(write, {}, None)

    def _zone(self) -> str:
        workspace = self._tab.desk.workspace
        return "UTC" if workspace is None else workspace.time_zone

    def _ask(self, title: str, fields: Sequence[PromptField], accept: str, write: Write, *, draft: str) -> None:
        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            self._run(write, answers, prompt)

        self._tab.set_panel_open(True)
        ask(self._tab.panel, title, fields, accept, accepted, draft=draft)

    def _run(self, write: Write, answers: Mapping[str, str], prompt: Prompt | None) -> None:
        def run(workspace: Workspace, progress: Progress) -> Change:
            return write(workspace, answers)

        def said(change: Change) -> None:
            self._tab.say_done(f"{change.words}.")
            self._tab.desk.touched(TOUCHED)

        carry_out(self._tab, run, prompt, said)
