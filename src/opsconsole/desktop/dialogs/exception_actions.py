"""What people do to order exceptions from the window: each deed asks what it needs, writes, and can be undone."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, day_of, day_start
from opsconsole.domain.progress import Progress
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

TOUCHED = frozenset({"order_exceptions"})
_CHOOSE = ("", "Choose …")


class ExceptionActions(QObject):
    """Runs deeds on exceptions for a tab; ``owners`` are offered when assigning."""

    def __init__(self, tab: "Tab") -> None:
        super().__init__(tab)
        self._tab = tab
        self.owners: Sequence[str] = ()

    def acknowledge(self, ids: list[int]) -> None:
        """Say that somebody has seen them."""
        self._do("acknowledge", ids)

    def start(self, ids: list[int]) -> None:
        """Say that somebody works on them."""
        self._do("start", ids)

    def wait(self, ids: list[int]) -> None:
        """Say that they wait for somebody else."""
        self._do("wait", ids)

    def reopen(self, ids: list[int]) -> None:
        """Open them again, awake."""
        self._do("reopen", ids)

    def assign(self, ids: list[int]) -> None:
        """Ask to whom."""
        me = self._user()
        names = list(dict.fromkeys([*([me] if me else []), *self.owners]))
        field = PromptField(
            "owner",
            "Owner, empty for nobody",
            Entry.SUGGEST,
            [(name, name) for name in names],
            required=False,
        )
        self._ask("Assign", ids, (field,), "Assign", "assign")

    def note(self, ids: list[int]) -> None:
        """Ask for the note."""
        field = PromptField("text", "Note", Entry.TEXT, needed="Write the note, or cancel.")
        self._ask("Note on", ids, (field,), "Add note", "add_note")

    def resolve(self, ids: list[int]) -> None:
        """Ask for the root cause and what was done."""
        causes = [_CHOOSE, *((code, status.label) for code, status in ROOT_CAUSES.items())]
        fields = (
            PromptField("root_cause", "Root cause", Entry.CHOICE, causes, needed="Choose why it happened."),
            PromptField("note", "What was done", Entry.LINE, required=False),
        )
        self._ask("Resolve", ids, fields, "Resolve", "resolve")

    def snooze(self, ids: list[int]) -> None:
        """Ask until when."""
        formats = self._tab.desk.formats()
        now, zone = formats.as_of, formats.zone
        tomorrow = day_start(day_of(now, zone) + 1, zone) + 9 * HOUR
        moments = (
            (now + HOUR, "1 hour"),
            (now + 4 * HOUR, "4 hours"),
            (tomorrow, "Tomorrow"),
            (now + 7 * DAY, "1 week"),
        )
        choices = [(str(at), f"{words}: {formats.instant(at)}") for at, words in moments]
        self._ask("Snooze", ids, (PromptField("until", "Until", Entry.CHOICE, choices),), "Snooze", "snooze")

    def tick(self, exception_id: int, step: int, done: bool) -> None:
        """Tick a runbook step or take the tick back."""

        def write(workspace: Workspace, progress: Progress) -> Change:
            from opsconsole.services import order_exceptions

            return order_exceptions.tick_runbook(
                workspace.database, exception_id, step, done=done, who=workspace.user, now=workspace.now()
            )

        self._run(write, None)

    def _ask(self, verb: str, ids: list[int], fields: Sequence[PromptField], accept: str, service: str) -> None:
        title = f"{verb} {plural(len(ids), 'exception')}"

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            values: dict[str, Any] = dict(answers)
            if "until" in values:
                values["until"] = int(values["until"])
            self._do(service, ids, values, prompt)

        self._tab.set_panel_open(True)
        draft = f"{service}:{','.join(str(identity) for identity in ids)}"
        ask(self._tab.panel, title, fields, accept, accepted, draft=draft)

    def _do(
        self, service: str, ids: list[int], values: Mapping[str, Any] | None = None, prompt: Prompt | None = None
    ) -> None:
        versions = self._versions(ids)

        def write(workspace: Workspace, progress: Progress) -> Change:
            from opsconsole.services import order_exceptions

            deed: Callable[..., Change] = getattr(order_exceptions, service)
            return deed(
                workspace.database, ids, who=workspace.user, now=workspace.now(), versions=versions, **(values or {})
            )

        self._run(write, prompt)

    def _run(self, write: Callable[[Workspace, Progress], Change], prompt: Prompt | None) -> None:
        workspace = self._tab.desk.workspace
        if workspace is None:
            return

        def failed(error: BaseException) -> None:
            # The question stays open with what was typed; only the world's faults are told beside it.
            if prompt is not None and isinstance(error, UserError):
                prompt.refuse("", str(error))
            else:
                self._tab.report(error)

        def done(change: Change) -> None:
            if prompt is not None:
                prompt.finish()
            self._say(change)

        self._tab.run(lambda progress: write(workspace, progress), done, kind="write", failed=failed)

    def _say(self, change: Change) -> None:
        if change.conflicts:
            first = change.conflicts[0]
            when = f" at {self._tab.desk.formats().instant(first.at)}" if first.at is not None else ""
            who = first.who or "Somebody else"
            more = plural(len(change.conflicts) - 1, "other") if len(change.conflicts) > 1 else ""
            also = f", and {more} changed too" if more else ""
            text = f"{who} changed {first.subject}{when}: {first.words or 'see its history'}{also}. {change.words}."
            self._tab.bar.show_message("warn", text, [MessageAction("Reload", self._tab.reload, "F5")])
        elif change.inverse is not None:
            self._tab.say_done(f"{change.words}.", lambda workspace, progress: _undo(workspace, change))
        elif change.ids:
            self._tab.say_done(f"{change.words}.")
        self._tab.desk.touched(TOUCHED)

    def _versions(self, ids: list[int]) -> dict[int, int]:
        listing = self._tab.list.listing
        if listing is None:
            return {}
        wanted = set(ids)
        versions = listing.columns["version"]
        return {identity: int(versions[row]) for row, identity in enumerate(listing.ids) if identity in wanted}

    def _user(self) -> str:
        workspace = self._tab.desk.workspace
        return workspace.user if workspace is not None else ""


def _undo(workspace: Workspace, change: Change) -> frozenset[str]:
    from opsconsole.services import order_exceptions

    undone = order_exceptions.undo(workspace.database, change, who=workspace.user, now=workspace.now())
    if undone.conflicts:
        raise UserError(f"{undone.conflicts[0].subject} was changed since then.", "Look at its history.")
    return TOUCHED
