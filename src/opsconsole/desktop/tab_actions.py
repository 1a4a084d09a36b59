"""Actions of a tab: shortcuts that act while list or panel has the focus, and the buttons at the panel's foot."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from opsconsole.desktop.panel import DetailPanel, PanelButton
from opsconsole.desktop.tab_content import TabAction

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab


class TabActions(QObject):
    """Runs the actions a tab declares on the rows that are selected."""

    def __init__(self, tab: "Tab", region: QWidget, panel: DetailPanel) -> None:
        super().__init__(tab)
        self._tab = tab
        self._panel = panel
        self._detail_of: Any = None
        self._awaits_detail: TabAction | None = None
        self.actions = tab.row_actions()
        self._runs = {action.key: partial(self.run, action) for action in self.actions}
        for action in self.actions:
            if action.shortcut:
                self._add_shortcut(action.shortcut, region, self._runs[action.key])
        for command in tab.commands():
            for keys in command.keys:
                self._add_shortcut(keys, region, command.run)

    def ids(self) -> list[Any]:
        """Identities the actions are for: the marked rows, else the current one."""
        selected = self._tab.list.selected_ids()
        current = self._tab.list.current_id()
        return selected if selected else [] if current is None else [current]

    def run(self, action: TabAction) -> None:
        """Run an action, when there is something to run it on and it is enabled.

        One that acts on what the panel shows waits until that is of the current row.
        """
        current = self._tab.list.current_id()
        if not self._tab.acts_on_page or current is None or current == self._detail_of:
            self._run(action)
            return
        # What the panel shows is of another row, or it is closed.
        self._awaits_detail = action
        if self._panel.isHidden():
            self._tab.set_panel_open(True)

    def detail_shown(self, identity: Any) -> None:
        """The panel shows a row now (None: none): an action that waited for it runs."""
        self._detail_of = identity
        action, self._awaits_detail = self._awaits_detail, None
        if action is not None and identity is not None and identity == self._tab.list.current_id():
            self._run(action)

    def _run(self, action: TabAction) -> None:
        ids = self.ids()
        if not ids:
            return
        if action.enabled is not None and not action.enabled(ids):
            if action.why_not:
                self._tab.bar.show_message("warn", action.why_not)
            return
        action.run(ids)

    def show_buttons(self) -> None:
        """Show the actions as buttons of the panel."""
        ids = self.ids()
        self._panel.set_buttons(
            [
                PanelButton(
                    action.label,
                    self._runs[action.key],
                    action.shortcut,
                    action.primary,
                    action.in_menu,
                    action.enabled is None or action.enabled(ids),
                    action.why_not,
                )
                for action in self.actions
            ]
        )

    @staticmethod
    def _add_shortcut(keys: str, region: QWidget, run: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(keys), region)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)
