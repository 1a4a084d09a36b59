"""What people do to incidents from the window: each deed asks what it needs, writes, and can be undone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject

from opsconsole.desktop.dialogs.carrying_out import carry_out
from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.incidents import INCIDENT_KINDS, PARTIES, SUBJECTS, IncidentPage
from opsconsole.domain.instants import from_datetime, to_datetime
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

TOUCHED = frozenset({"incidents", "order_exceptions", "kpis", "vendors"})
Write = Callable[[Workspace, Progress], Change]
Choices = Mapping[str, Sequence[tuple[str, str]]]
_WHEN = "%Y-%m-%d %H:%M"


class IncidentActions(QObject):
    """Runs deeds on incidents for a tab; ``choices`` are what an incident can be about."""

    def __init__(self, tab: "Tab") -> None:
        super().__init__(tab)
        self._tab = tab
        self.choices: Choices = {}

    # --- questions ----------------------------------------------------------------------------------------------------

    def open_new(self) -> None:
        """Ask what happened, where and since when."""
        about = [
            (f"{name}={key}", f"{label}: {words}")
            for name, label in SUBJECTS
            for key, words in self.choices.get(name, ())
        ]
        fields = (
            PromptField("kind", "What", Entry.CHOICE, [(kind.code, kind.label) for kind in INCIDENT_KINDS.values()]),
            PromptField("about", "About", Entry.CHOICE, [("", "Choose …"), *about], needed="Choose what it is about."),
            PromptField("title", "Title, empty: what and about", required=False),
            PromptField("responsible", "Whose fault", Entry.CHOICE, [("", "As usual for its kind"), *PARTIES],
                        required=False),
            PromptField("starts_at", "Since, local time", value=self._local(self._now())),
        )  # fmt: skip

        def write(answers: Mapping[str, str]) -> Write:
            name, _, key = answers["about"].partition("=")
            starts = self._instant(answers["starts_at"])
            given: dict[str, Any] = {
                "kind": answers["kind"],
                "title": answers["title"],
                "responsible": answers["responsible"],
            }
            given[name] = key

            def run(workspace: Workspace, progress: Progress) -> Change:
                from opsconsole.services import incidents_actions as service

                draft = service.Draft(**given, starts_at=starts)
                return service.open_incident(workspace.database, draft, who=workspace.user, now=workspace.now())

            return run

        self._ask("Open an incident", fields, "Open incident", write, draft="incident:new")

    def change(self, page: IncidentPage) -> None:
        """Ask for another title, fault, span, or other types."""
        fields = (
            PromptField("title", "Title", value=page.title),
            PromptField("responsible", "Whose fault", Entry.CHOICE, PARTIES, value=page.responsible),
            PromptField("excuses", "SLA events of the orders touched", Entry.CHOICE,
                        (("yes", "Excused"), ("no", "Charged")), value="yes" if page.excuses else "no"),
            PromptField("starts_at", "Since, local time", value=self._local(page.starts_at)),
            PromptField("ends_at", "Until, empty: it lasts", required=False,
                        value="" if page.ends_at is None else self._local(page.ends_at)),
            PromptField("types", "Types that attach, by code", required=False,
                        value=", ".join(code for code, _ in page.types)),
        )  # fmt: skip

        def write(answers: Mapping[str, str]) -> Write:
            values: dict[str, Any] = {
                "title": answers["title"],
                "responsible": answers["responsible"],
                "excuses": answers["excuses"] == "yes",
                "starts_at": self._instant(answers["starts_at"]),
                "ends_at": self._instant(answers["ends_at"]) if answers["ends_at"] else None,
                "types": tuple(code.strip() for code in answers["types"].split(",") if code.strip()),
            }
            return self._service("change_incident", page.id, values, version=page.version)

        self._ask("Change the incident", fields, "Change", write, draft=f"incident:change:{page.id}")

    def close(self, page: IncidentPage) -> None:
        """Ask for the summary and when it ended."""
        fields = (
            PromptField("summary", "What happened, what it cost, what changes", Entry.TEXT, needed="Sum it up."),
            PromptField("ends_at", "Ended, local time", value=self._local(page.ends_at or self._now())),
        )

        def write(answers: Mapping[str, str]) -> Write:
            ends = self._instant(answers["ends_at"])
            return self._service(
                "close_incident", page.id, summary=answers["summary"], ends_at=ends, version=page.version
            )

        self._ask("Close the incident", fields, "Close incident", write, draft=f"incident:close:{page.id}")

    def link(self, page: IncidentPage, deed: str) -> None:
        """Ask which exceptions to ``attach`` or ``detach``."""
        verb = deed.capitalize()
        field = PromptField("names", "Orders or exceptions by number, separated by commas", needed="Name one.")

        def write(answers: Mapping[str, str]) -> Write:
            names = answers["names"].split(",")

            def run(workspace: Workspace, progress: Progress) -> Change:
                from opsconsole.services import incidents_actions as service

                now = workspace.now()
                ids = service.exceptions_of(workspace.database, names, now)
                done: Callable[..., Change] = getattr(service, deed)
                return done(workspace.database, page.id, ids, who=workspace.user, now=now)

            return run

        self._ask(f"{verb} exceptions", (field,), verb, write, draft=f"incident:{deed}:{page.id}")

    def attach_chosen(self, ids: Sequence[int], known: Sequence[tuple[str, str]]) -> None:
        """Ask to which of the ``known`` incidents exceptions belong."""
        field = PromptField("incident", "Incident", Entry.CHOICE, known)
        title = f"Attach {plural(len(ids), 'exception')}"
        self._ask(
            title,
            (field,),
            "Attach",
            lambda answers: self._service("attach", int(answers["incident"]), list(ids)),
            draft=f"incident:of:{','.join(map(str, ids))}",
        )

    # --- without a question -------------------------------------------------------------------------------------------

    def attach_ids(self, incident: int, ids: Sequence[int]) -> None:
        """Attach exceptions that were chosen in a list."""
        self._run(self._service("attach", incident, list(ids)), None)

    def detach_ids(self, incident: int, ids: Sequence[int]) -> None:
        """Detach exceptions that were chosen in a list."""
        self._run(self._service("detach", incident, list(ids)), None)

    def reopen(self, page: IncidentPage) -> None:
        """Open it again."""
        self._run(self._service("reopen_incident", page.id, version=page.version), None)

    def tick(self, incident: int, step: int, done: bool) -> None:
        """Tick a step of the playbook or take the tick back."""
        self._run(self._service("tick_playbook", incident, step, done=done), None)

    # --- the one way to write -----------------------------------------------------------------------------------------

    @staticmethod
    def _service(name: str, *given: Any, **more: Any) -> Write:
        def run(workspace: Workspace, progress: Progress) -> Change:
            from opsconsole.services import incidents_actions as service

            deed: Callable[..., Change] = getattr(service, name)
            return deed(workspace.database, *given, who=workspace.user, now=workspace.now(), **more)

        return run

    def _ask(
        self,
        title: str,
        fields: Sequence[PromptField],
        accept: str,
        write: Callable[[Mapping[str, str]], Write],
        *,
        draft: str,
    ) -> None:
        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            try:
                run = write(answers)
            except UserError as fault:
                prompt.refuse(str(getattr(fault, "field", "")), str(fault))
                return
            self._run(run, prompt)

        self._tab.set_panel_open(True)
        ask(self._tab.panel, title, fields, accept, accepted, draft=draft)

    def _run(self, write: Write, prompt: Prompt | None) -> None:
        carry_out(self._tab, write, prompt, self._say)

    def _say(self, change: Change) -> None:
        if change.conflicts:
            first = change.conflicts[0]
            who = first.who or "Somebody else"
            when = f" at {self._tab.desk.formats().instant(first.at)}" if first.at is not None else ""
            text = f"{who} was first{when}: {first.words or first.subject}. Nothing of yours was written."
            self._tab.bar.show_message("warn", text, [MessageAction("Reload", self._tab.reload, "F5")])
        elif change.id is not None:
            self._tab.say_done(f"{change.words}.", lambda workspace, progress: _undo(workspace, change))
        else:
            self._tab.say_done(f"{change.words}.")
        self._tab.desk.touched(TOUCHED)

    # --- moments ------------------------------------------------------------------------------------------------------

    def _now(self) -> int:
        workspace = self._tab.desk.workspace
        return 0 if workspace is None else workspace.now()

    def _local(self, instant: int) -> str:
        return to_datetime(instant, self._tab.desk.formats().zone).strftime(_WHEN)

    def _instant(self, text: str) -> int:
        """Instant of a local time as it was typed; the minute that is now is now."""
        now = self._now()
        if text.strip() == self._local(now):
            return now
        try:
            naive = datetime.fromisoformat(text.strip())
        except ValueError:
            raise UserError(f"“{text}” is not a time.", "Write it as 2026-11-17 10:42.") from None
        zone = ZoneInfo(self._tab.desk.formats().zone)
        return from_datetime(naive if naive.tzinfo else naive.replace(tzinfo=zone))


def attach_to_incident(tab: "Tab", ids: Sequence[int]) -> None:
    """Ask to which open incident exceptions belong, and attach them there."""
    workspace = tab.desk.workspace
    if workspace is None:
        return

    def read(progress: Progress) -> list[tuple[str, str]]:
        from opsconsole.services import incidents

        listing = incidents.list_incidents(workspace.database, workspace.now(), state="open")
        return [(str(key), title) for key, title in zip(listing.ids, listing.columns["title"], strict=True)]

    def offer(known: list[tuple[str, str]]) -> None:
        if not known:
            action = MessageAction("Open incident", lambda: tab.desk.show("incidents"))
            tab.bar.show_message("warn", "No incident is open to attach to.", [action])
            return
        IncidentActions(tab).attach_chosen(ids, known)

    tab.run(read, offer, kind="incidents", text="Reading incidents")


def _undo(workspace: Workspace, change: Change) -> frozenset[str]:
    from opsconsole.services import changes

    assert change.id is not None
    undone = changes.undo_change(workspace.database, change.id, who=workspace.user, now=workspace.now())
    if undone.conflicts:
        raise UserError(f"{undone.conflicts[0].subject} was changed since then.", "Look at its history.")
    return TOUCHED
