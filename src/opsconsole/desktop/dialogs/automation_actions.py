"""What people do to automation rules from the window: new, edit, copy, order, on and off, run, undo; and notices."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from opsconsole.desktop.dialogs.automation_form import AutomationForm
from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.settings import NOTICES, NOTICES_QUIET, NOTICES_WITHIN
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain import quiet_hours
from opsconsole.domain.automation import AutomationRule
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tabs.automation import AutomationTab

TOUCHED = frozenset({"automation", "order_exceptions"})
Write = Callable[[Workspace], Change]


class AutomationActions(QObject):
    """Runs deeds on rules for the tab of automation."""

    def __init__(self, tab: "AutomationTab") -> None:
        super().__init__(tab)
        self._tab = tab
        self.form: AutomationForm | None = None

    def new(self) -> None:
        """Open the form of a new rule."""
        self._open(AutomationRule(""))

    def edit(self, rule: AutomationRule) -> None:
        """Open the form of a rule."""
        self._open(rule)

    def copy(self, rule: AutomationRule) -> None:
        """Open the form of a new rule like this one."""
        self._open(replace(rule, id=0, version=1, name=f"{rule.name} (copy)"))

    def switch(self, rule: AutomationRule) -> None:
        """Switch a rule off, or on again."""
        self._service("switch_rule", rule, on=not rule.enabled)

    def move(self, rule: AutomationRule, by: int) -> None:
        """Let a rule act earlier or later."""
        self._service("move_rule", rule, by)

    def run_now(self) -> None:
        """Let all rules act on the whole queue."""

        def write(workspace: Workspace) -> Change:
            from opsconsole.domain.wording import plural
            from opsconsole.services.automation_run import run_automation

            acted = run_automation(workspace.database, workspace.now(), everything=True)
            said = f"Automation acted on {plural(len(acted.touched), 'exception')}"
            return Change(said if acted.touched else "There was nothing to do")

        self._run(write)

    def undo(self, change_id: int) -> None:
        """Take back what a rule did in a run."""

        def write(workspace: Workspace) -> Change:
            from opsconsole.services import changes

            return changes.undo_change(workspace.database, change_id, who=workspace.user, now=workspace.now())

        self._run(write)

    def notices(self) -> None:
        """Ask what this computer tells, and when it is quiet."""
        settings = self._tab.desk.settings
        fields = (
            PromptField("on", "Messages and tray icon", Entry.CHOICE, (("yes", "On"), ("no", "Off")),
                        value="yes" if settings.get(NOTICES) else "no"),
            PromptField("within", NOTICES_WITHIN.label, value=str(settings.get(NOTICES_WITHIN))),
            PromptField("quiet", "Quiet hours as 22:00-07:00, empty: none", required=False,
                        value=settings.get(NOTICES_QUIET)),
        )  # fmt: skip

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            if not answers["within"].isdigit():
                prompt.refuse("within", "Write whole minutes.")
                return
            try:
                quiet = quiet_hours.check(answers["quiet"])
            except UserError as fault:
                prompt.refuse("quiet", str(fault))
                return
            settings.set(NOTICES, answers["on"] == "yes")
            settings.set(NOTICES_WITHIN, int(answers["within"]))
            settings.set(NOTICES_QUIET, quiet)
            prompt.finish()
            self._tab.desk.touched({"notices"})

        self._tab.set_panel_open(True)
        ask(self._tab.panel, "What this computer tells", fields, "Keep", accepted)

    # --- the one way to write -----------------------------------------------------------------------------------------

    def _open(self, rule: AutomationRule) -> None:
        if self.form is not None:
            self.form.close()
        form = AutomationForm(rule, self._tab.choices, self._tab.window())
        form.accepted_rule.connect(lambda made: self._save(made, form))
        form.try_asked.connect(self._tab.show_trial)
        form.finished.connect(lambda _: self._forget(form))
        self.form = form
        form.show()

    def _forget(self, form: AutomationForm) -> None:
        if self.form is form:
            self.form = None

    def _save(self, rule: AutomationRule, form: AutomationForm) -> None:
        name = "edit_rule" if rule.id else "add_rule"

        def failed(error: BaseException) -> None:
            if isinstance(error, UserError):
                form.show_problems({"name": str(error)})
            else:
                self._tab.report(error)

        self._service(name, rule, done=form.close, failed=failed)

    def _service(self, name: str, *given: Any, done: Any = None, failed: Any = None, **more: Any) -> None:
        def write(workspace: Workspace) -> Change:
            from opsconsole.services import automation

            deed: Callable[..., Change] = getattr(automation, name)
            return deed(workspace.database, *given, who=workspace.user, now=workspace.now(), **more)

        self._run(write, done, failed)

    def _run(self, write: Write, done: Callable[[], Any] | None = None, failed: Any = None) -> None:
        workspace = self._tab.desk.workspace
        if workspace is None:
            return

        def finished(change: Change) -> None:
            if done is not None:
                done()
            self._say(change)

        def work(progress: Progress) -> Change:
            return write(workspace)

        self._tab.run(work, finished, kind="write", failed=failed)

    def _say(self, change: Change) -> None:
        if change.conflicts:
            first = change.conflicts[0]
            text = f"{first.who or 'Somebody'} changed {first.subject} since: {first.words}. {change.words}."
            self._tab.bar.show_message("warn", text, [MessageAction("Reload", self._tab.reload, "F5")])
        else:
            self._tab.say_done(f"{change.words}.")
        self._tab.desk.touched(TOUCHED)
