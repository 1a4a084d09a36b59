"""What people do to order exceptions from the window: each deed asks what it needs, writes, and can be undone."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from PySide6.QtCore import QObject

from opsconsole.desktop.dialogs.carrying_out import carry_out
from opsconsole.desktop.dialogs.exception_conflict import ConflictDialog, told
from opsconsole.desktop.dialogs.exception_moments import far, moment_of, soon
from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.tab_content import TouchedRows
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.tags import split
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab

SUBJECT = "order_exceptions"
_CHOOSE = ("", "Choose …")


class ExceptionActions(QObject):
    """Runs deeds on exceptions for a tab; ``owners`` are offered when assigning, ``mine`` were written just now."""

    def __init__(self, tab: "Tab") -> None:
        super().__init__(tab)
        self._tab = tab
        self.owners: Sequence[str] = ()
        self.mine: set[int] = set()

    def acknowledge(self, ids: list[int]) -> None:
        """Say that somebody has seen them."""
        self._do("acknowledge", ids)

    def start(self, ids: list[int]) -> None:
        """Say that somebody works on them."""
        self._do("start", ids)

    def wait(self, ids: list[int]) -> None:
        """Ask on whom they wait, and until when."""
        names = [(name, name) for name in self.owners]
        choices = [("", "Open end"), *soon(self._tab.desk.formats())]
        fields = (
            PromptField("on", "Waiting on", Entry.SUGGEST, names, needed="Write who has to act."),
            PromptField("until", "Until", Entry.SUGGEST, choices, required=False),
        )
        self._ask("Wait with", ids, fields, "Set to waiting", "wait")

    def ignore(self, ids: list[int]) -> None:
        """Ask why nobody has to act, and until when."""
        fields = (
            PromptField("reason", "Reason", Entry.LINE, needed="Write why nobody has to act."),
            PromptField("until", "Until", Entry.SUGGEST, far(self._tab.desk.formats())),
        )
        self._ask("Ignore", ids, fields, "Ignore", "ignore")

    def tag(self, ids: list[int]) -> None:
        """Ask for tags to add and to take away."""
        known = [(tag, tag) for tag in self._tags()]
        fields = (
            PromptField("add", "Add tags, separated by commas", Entry.SUGGEST, known, required=False),
            PromptField("remove", "Take tags away", Entry.SUGGEST, [("", ""), *known], required=False),
        )
        self._ask("Tag", ids, fields, "Save tags", "tag")

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
        field = PromptField("until", "Until", Entry.SUGGEST, soon(self._tab.desk.formats()))
        self._ask("Snooze", ids, (field,), "Snooze", "snooze")

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
        # What others change while one types comes into the list; it is not what was decided on.
        seen = self._versions(ids)

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            try:
                values = _values(answers, self._tab.desk.formats())
            except UserError as error:
                prompt.refuse("until", str(error))
                return
            self._do(service, ids, values, prompt, seen=seen)

        self._tab.set_panel_open(True)
        draft = f"{service}:{','.join(str(identity) for identity in ids)}"
        ask(self._tab.panel, title, fields, accept, accepted, draft=draft)

    def _do(
        self,
        service: str,
        ids: list[int],
        values: Mapping[str, Any] | None = None,
        prompt: Prompt | None = None,
        *,
        seen: Mapping[int, int] | None = None,
        whatever: bool = False,
    ) -> None:
        """Write; ``whatever`` others did meanwhile, else only what nobody else has changed since it was ``seen``."""
        versions = None if whatever else seen or self._versions(ids)
        # The same request is written once, however often a slow line makes it be sent.
        request = f"{service}:{uuid4().hex}"

        def write(workspace: Workspace, progress: Progress) -> Change:
            from opsconsole.services import order_exceptions

            deed: Callable[..., Change] = getattr(order_exceptions, service)
            more = {"versions": versions, "request": request, **(values or {})}
            return deed(workspace.database, ids, who=workspace.user, now=workspace.now(), **more)

        def mine(refused: list[int]) -> None:
            self._do(service, refused, values, whatever=True)

        self._run(write, prompt, mine)

    def _run(
        self,
        write: Callable[[Workspace, Progress], Change],
        prompt: Prompt | None,
        mine: Callable[[list[int]], None] | None = None,
    ) -> None:
        carry_out(self._tab, write, prompt, lambda change: self._say(change, mine))

    def _say(self, change: Change, mine: Callable[[list[int]], None] | None) -> None:
        formats = self._tab.desk.formats()
        self.mine |= set(change.ids)
        if change.conflicts:
            refused = [conflict.id for conflict in change.conflicts]
            retry = None if mine is None else lambda: mine(refused)

            def show() -> None:
                ConflictDialog(change.conflicts, formats, retry, self._tab).open()

            actions = [MessageAction("Show differences", show), MessageAction("Reload", self._tab.reload, "F5")]
            self._tab.bar.show_message("warn", told(change, formats), actions)
            if change.id is not None:
                self._tab.remember_undo(f"{change.words}.", _undo_of(change))
        elif change.id is not None:
            self._tab.say_done(f"{change.words}.", _undo_of(change))
        elif change.ids:
            self._tab.say_done(f"{change.words}.")
        elif not change.ids:
            self._tab.bar.show_message("warn", f"{change.words}: they were so already.")
        self._tab.desk.touched_rows(SUBJECT, change.ids)

    def _versions(self, ids: list[int]) -> dict[int, int]:
        listing = self._tab.list.listing
        if listing is None:
            return {}
        wanted = set(ids)
        versions = listing.columns["version"]
        return {identity: int(versions[row]) for row, identity in enumerate(listing.ids) if identity in wanted}

    def _tags(self) -> list[str]:
        """Tags that the list knows, the most frequent first."""
        listing = self._tab.list.listing
        column = [] if listing is None else listing.columns["tags"]
        found: dict[str, int] = {}
        for text in column:
            for tag in split(text):
                found[tag] = found.get(tag, 0) + 1
        return sorted(found, key=lambda tag: (-found[tag], tag))

    def _user(self) -> str:
        workspace = self._tab.desk.workspace
        return workspace.user if workspace is not None else ""


def _undo_of(change: Change) -> Callable[[Workspace, Progress], TouchedRows]:
    """Takes a listed change back, in a worker."""

    def undo(workspace: Workspace, progress: Progress) -> TouchedRows:
        from opsconsole.services import changes

        assert change.id is not None
        undone = changes.undo_change(workspace.database, change.id, who=workspace.user, now=workspace.now())
        if undone.conflicts:
            raise UserError(f"{undone.conflicts[0].name} was changed since then.", "Look at its history.")
        return TouchedRows(SUBJECT, {*change.ids, *undone.ids})

    return undo


def _values(answers: Mapping[str, str], formats: Formats) -> dict[str, Any]:
    """What a service takes: moments as instants, tags as lists."""
    values: dict[str, Any] = dict(answers)
    if "until" in values:
        values["until"] = moment_of(values["until"], formats) if values["until"] else None
    for name in ("add", "remove"):
        if name in values:
            values[name] = [tag for tag in (part.strip() for part in values[name].split(",")) if tag]
    return values
