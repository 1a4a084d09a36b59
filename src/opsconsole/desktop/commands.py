"""What the window's shortcuts do, one method each; ``actions.WINDOW_ACTIONS`` names them."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from opsconsole.desktop.actions import WINDOW_ACTIONS
from opsconsole.desktop.dialogs.changes import ChangesDialog, undo_newest
from opsconsole.desktop.settings import THEME
from opsconsole.desktop.tabs import TabName
from opsconsole.desktop.theme import theme

if TYPE_CHECKING:
    from opsconsole.desktop.main_window import MainWindow
    from opsconsole.desktop.palette import Entry


class Commands(QObject):
    """Commands of one main window, most of them on the tab in front."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def add_shortcuts(self) -> None:
        """Give the window the shortcuts of ``WINDOW_ACTIONS`` and Ctrl+1 … for its tabs."""
        window = self._window
        for action in WINDOW_ACTIONS:
            for keys in action.keys:
                QShortcut(QKeySequence(keys), window).activated.connect(getattr(self, action.method))
        for keys, tab in self._tab_keys():
            QShortcut(QKeySequence(keys), window).activated.connect(partial(self._show_tab, tab.key))

    def focus_search(self) -> None:
        """Put the keyboard into the search of the tab in front."""
        if self._window.current is not None:
            self._window.current.focus_search()

    def reload(self) -> None:
        """Load the tab in front again."""
        if self._window.current is not None:
            self._window.current.reload()

    def undo(self) -> None:
        """Undo the last change: of this window, else one's newest listed one, which may be of an earlier start."""
        tab = self._window.current
        if not self._window.desk.undo() and tab is not None:
            undo_newest(tab)

    def show_changes(self) -> None:
        """List the changes of everybody, each of which can be taken back."""
        tab = self._window.current
        if tab is not None and self._window.desk.workspace is not None:
            ChangesDialog(tab).open()

    def open_palette(self) -> None:
        """Find any action, tab, view, order, SKU, parcel or customer."""
        from opsconsole.desktop.palette import Palette

        window = self._window
        is_open = any(one.isVisible() for one in window.findChildren(Palette))
        if window.desk.workspace is not None and not is_open:
            Palette(window.desk, list(self._entries()), window).show()

    def import_files(self) -> None:
        """Go to where files are imported."""
        self._window.desk.show("data", None, {"import": "choose"})

    def export(self) -> None:
        """Write the rows of the tab in front to a workbook."""
        if self._window.current is not None:
            self._window.current.toolbar.export_asked.emit()

    def escape(self) -> None:
        """Step back by one."""
        if self._window.current is not None:
            self._window.current.escape()

    def next_region(self) -> None:
        """Focus to the next of: tab bar, toolbar, chips, list, panel."""
        self._move_region(1)

    def previous_region(self) -> None:
        """Focus to the one before."""
        self._move_region(-1)

    def switch_theme(self) -> None:
        """Light to dark or back, remembered."""
        self.set_theme("dark" if theme.name == "light" else "light")

    def set_theme(self, name: str) -> None:
        """Use a theme and remember it."""
        theme.use(name)
        self._window.desk.settings.set(THEME, name)

    def show_shortcuts(self) -> None:
        """List the shortcuts."""
        from opsconsole.desktop.shortcuts import ShortcutsDialog

        tabs = [(keys, tab.label) for keys, tab in self._tab_keys()]
        current = self._window.current
        own = current.row_actions() if current is not None else ()
        of_tab = [(action.shortcut, action.label) for action in own if action.shortcut]
        more = current.commands() if current is not None else ()
        of_tab += [(keys, one.words) for one in more if (keys := one.shown or " ".join(one.keys))]
        dialog = ShortcutsDialog(tabs, of_tab, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def close(self) -> None:
        """Close the window."""
        self._window.close()

    def ask_moment(self) -> None:
        """Ask for another moment to look at."""
        from opsconsole.desktop.moment import MomentDialog

        workspace = self._window.desk.workspace
        if workspace is None:
            return
        dialog = MomentDialog(workspace.now(), workspace.time_zone, live=workspace.live, parent=self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._use_moment)
        dialog.open()

    def open_menu(self) -> None:
        """Open the menu under its button."""
        window = self._window
        menu = QMenu(window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key, tab in window.names.items():
            if tab.place == "menu" and window.desk.workspace is not None:
                menu.addAction(tab.label).triggered.connect(partial(self._show_tab, key))
        window.menu_shown.emit(menu)
        other = "Dark" if theme.name == "light" else "Light"
        if window.desk.workspace is not None:
            menu.addAction("Find anything\tCtrl+K").triggered.connect(self.open_palette)
            menu.addAction("List of changes\tCtrl+Shift+Z").triggered.connect(self.show_changes)
        menu.addAction("Start page").triggered.connect(window.start_asked)
        menu.addAction(f"{other} theme\tCtrl+Shift+L").triggered.connect(self.switch_theme)
        menu.addAction("Shortcuts\t?").triggered.connect(self.show_shortcuts)
        menu.addSeparator()
        menu.addAction("Quit\tCtrl+Q").triggered.connect(window.close)
        button = window.tab_bar.menu
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def open_more(self) -> None:
        """Open the menu of further tabs."""
        more = self._window.tab_bar.more
        if more.isVisible():
            more.open_menu()

    def _tab_keys(self) -> list[tuple[str, TabName]]:
        """Ctrl+1 … Ctrl+9, then Ctrl+0, for the tabs in their order."""
        return [
            (f"Ctrl+{number % 10}", tab) for number, tab in enumerate(self._window.names.values(), 1) if number < 11
        ]

    def _entries(self) -> "Iterator[Entry]":
        """What the palette knows by itself: of the tab in front first."""
        from opsconsole.desktop.palette import Entry

        window, tab = self._window, self._window.current
        if tab is not None:
            for action in tab.row_actions():
                yield Entry("Action", action.label, partial(tab.deeds_of_rows.run, action), keys=action.shortcut)
            for command in tab.commands():
                yield Entry("Action", command.words, command.run, keys=command.shown or " ".join(command.keys))
        keys_of = {name.key: keys for keys, name in self._tab_keys()}
        for key, name in window.names.items():
            label = f"Data: {name.label}" if name.place == "data" else name.label
            yield Entry("Tab", label, partial(self._show_tab, key), keys=keys_of.get(key, ""))
        for key, label, view in window.views():
            yield Entry("View", view.name, partial(self._use_view, key, view.key), about=label)
        for one in WINDOW_ACTIONS:
            if one.method not in ("open_palette", "escape"):
                yield Entry("Action", one.words, getattr(self, one.method), keys=one.keys[0])

    def _use_view(self, tab: str, view: str) -> None:
        self._show_tab(tab)
        self._window.tab(tab).filters.use_view(view)

    def _use_moment(self, as_of: int | None) -> None:
        desk = self._window.desk
        if desk.workspace is not None:
            desk.set_workspace(desk.workspace.at(as_of))

    def _show_tab(self, key: str, *_: bool) -> None:
        if self._window.desk.workspace is not None:
            self._window.show_tab(key)

    def _move_region(self, by: int) -> None:
        tab = self._window.current
        if tab is None:
            return
        regions = [region for region in (self._window.tab_bar, *tab.regions()) if region.isVisible()]
        focused = self._window.focusWidget()
        at = next((i for i, r in enumerate(regions) if focused is not None and r.isAncestorOf(focused)), -1)
        region = regions[(at + by) % len(regions)]
        target = region if region is tab.list else _first_focusable(region)
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)


def _first_focusable(region: QWidget) -> QWidget | None:
    for child in region.findChildren(QWidget):
        if child.isVisible() and child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return child
    return None
