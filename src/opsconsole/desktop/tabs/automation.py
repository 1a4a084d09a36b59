"""Automation: rules that assign, tag, snooze and note what opens, and what they did."""

from collections.abc import Callable
from typing import Any

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.automation_actions import AutomationActions
from opsconsole.desktop.dialogs.automation_form import Choices
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.pages.automation_page import AutomationPage, automation_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab_content import Request, TabAction, TabContent, read_freshness
from opsconsole.desktop.tab_with_rows import TabWithRows
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.automation import AutomationRule
from opsconsole.domain.progress import Progress


class AutomationTab(TabWithRows):
    """The rules in their order; what they would do takes the list's place until Esc."""

    key = "automation"
    acts_on_page = True
    search_hint = "Name, condition, deed"
    noun = ("rule", "rules")
    subjects = frozenset({"automation", "order_exceptions"})
    rows_name = "automation_trial"

    def __init__(self, desk: Desk) -> None:
        self._deeds: AutomationActions | None = None
        self._page: AutomationPage | None = None
        self.choices = Choices()
        super().__init__(desk)
        self.rows.no_rows = "No open exception fits, or what fits has its owner, tags and notes already."
        for words, icon, tip, run in (
            ("New rule", "plus", "Assign, tag, snooze or note what opens", lambda: self.deeds.new()),
            ("Try all", "play", "Show what all rules would do to today's queue", lambda: self.show_trial(None)),
            ("Notices", "tray", "Messages and the tray icon of this computer", lambda: self.deeds.notices()),
        ):
            button = KeyButton(words, icon=icon)
            button.setToolTip(tip)
            button.clicked.connect(run)
            self.toolbar.add_left(button)
        self.list.next_step = lambda: ("New rule", "", lambda: self.deeds.new())

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The rules, and what a rule can be about."""
        from opsconsole.services import automation

        listing = automation.list_automation(workspace.database, request.now)
        on = list(listing.columns["enabled"]).count(True)
        known = automation.choices(workspace.database, request.now)
        return TabContent(
            listing,
            status=(f"**{len(listing)}** {'rule' if len(listing) == 1 else 'rules'}, **{on}** on",),
            freshness=read_freshness(workspace.database, request.now),
            data=Choices(known.types, known.channels, known.locations, known.owners, known.currency),
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> AutomationPage:
        """A rule and what it did."""
        from opsconsole.services import automation, automation_run, changes

        rule = automation.find_rule(workspace.database, identity)
        told = changes.list_changes(workspace.database, now, automation=rule.id)
        return AutomationPage(
            rule,
            automation.conditions(workspace.database, rule, now),
            tuple(automation_run.record_of(workspace.database, rule, now)),
            tuple((int(row["number"]), row["at"], row["words"], row["state"]) for row in told.rows()),
            workspace.time_zone,
        )

    def show_content(self, content: TabContent, arranger: Any) -> None:
        """Remember what a rule can be about."""
        super().show_content(content, arranger)
        self.choices = content.data

    @property
    def deeds(self) -> AutomationActions:
        """What can be done to rules."""
        if self._deeds is None:
            self._deeds = AutomationActions(self)
        return self._deeds

    def build_panel(self, identity: Any, detail: AutomationPage) -> PanelContent:
        """Panel of one rule."""
        self._page = detail
        return automation_panel(detail, self.desk.formats(self.request.now, detail.time_zone), self.deeds.undo)

    def row_actions(self) -> tuple[TabAction, ...]:
        """Edit first; what is rarer stands behind the three dots."""
        return (
            TabAction("edit", "Edit", lambda ids: self._with(self.deeds.edit), "E", primary=True),
            TabAction("try", "Try", lambda ids: self._with(self.show_trial), "T"),
            TabAction("switch", "On / off", lambda ids: self._with(self.deeds.switch), "X"),
            TabAction(
                "up", "Earlier", lambda ids: self._with(lambda rule: self.deeds.move(rule, -1)), "U", in_menu=True
            ),
            TabAction(
                "down", "Later", lambda ids: self._with(lambda rule: self.deeds.move(rule, 1)), "D", in_menu=True
            ),
            TabAction("copy", "Make a copy", lambda ids: self._with(self.deeds.copy), in_menu=True),
            TabAction("run", "Run all on the whole queue", lambda ids: self.deeds.run_now(), in_menu=True),
        )

    def show_trial(self, rule: AutomationRule | None) -> None:
        """Show what a rule (also one not saved), or all that are on, would do to today's queue."""
        workspace = self.desk.workspace
        if workspace is None:
            return
        drafts = None if rule is None else [rule]
        now = workspace.now()

        def read(progress: Progress) -> Any:
            from opsconsole.desktop.table.arranger import Arranger
            from opsconsole.services import automation_run

            return Arranger(automation_run.try_automation(workspace.database, now, drafts))

        self.run(read, self.show_arranged, kind="trial", text="Trying")

    def _with(self, deed: Callable[[AutomationRule], None]) -> None:
        if self._page is not None and self._page.rule.id == self.list.current_id():
            deed(self._page.rule)


TAB = AutomationTab
