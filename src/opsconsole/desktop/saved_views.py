"""Views of a tab: those that ship with it, those shared with everybody, one's own; the menu that keeps them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.tab_content import SavedView
from opsconsole.domain.errors import UserError

if TYPE_CHECKING:
    from opsconsole.desktop.tab_frame import TabFrame
    from opsconsole.desktop.workspace import Workspace
    from opsconsole.domain.progress import Progress

_FOR_WHOM = (("mine", "Me"), ("all", "Everybody"))


class View(NamedTuple):
    """A view as it is offered: ``kind`` is built_in, shared or own; ``record`` is what the service knows it by."""

    key: str
    name: str
    kind: str
    state: Mapping[str, Any]
    record: Any = None

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in the menu: built in ones in their order, then shared ones, then one's own, by name."""
        if self.kind == "built_in":
            return 0, ""
        return (1 if self.kind == "shared" else 2), self.name.casefold()


def built_in(saved: SavedView) -> View:
    """A view that a tab declares."""
    state = {
        "chip": saved.chip,
        "selected": dict(saved.selected),
        "search": saved.search,
        "sort": [[entry.key, entry.descending] for entry in saved.sort],
        "equals": {key: list(values) for key, values in saved.equals.items()},
    }
    return View(saved.name, saved.name, "built_in", state)


def stored(record: Any) -> View:
    """A view of the database."""
    return View(f"#{record.id}", record.name, "shared" if record.shared else "own", record.view, record)


class ViewsMenu(QObject):
    """The menu under the view button, and what it does: choose, save, rename, share, delete."""

    def __init__(self, tab: "TabFrame") -> None:
        super().__init__(tab)
        self._tab = tab
        tab.toolbar.view.make_menu = self.menu
        tab.toolbar.save_view_asked.connect(self.save)

    def menu(self) -> QMenu:
        """Views by kind, then what can be done with them."""
        filters, button = self._tab.filters, self._tab.toolbar.view
        menu = QMenu(button)
        kind = ""
        for view in filters.views.values():
            if kind and view.kind != kind:
                menu.addSection("Shared with everybody" if view.kind == "shared" else "My own")
            kind = view.kind
            action = menu.addAction(view.name)
            action.setCheckable(True)
            action.setChecked(view.key == button.current)
            action.triggered.connect(lambda checked=False, key=view.key: filters.use_view(key))
        self._add_switches(menu)
        menu.addSeparator()
        menu.addAction("Save view …\tCtrl+S").triggered.connect(self.save)
        current = filters.view
        if current is not None and current.record is not None:
            menu.addAction(f"Save changes to “{current.name}”").triggered.connect(self.save_changes)
            menu.addAction("Rename …").triggered.connect(self.rename)
            words = "Keep to myself" if current.kind == "shared" else "Share with everybody"
            menu.addAction(words).triggered.connect(self.share)
            menu.addAction(f"Delete “{current.name}”").triggered.connect(self.delete)
        return menu

    def save(self) -> None:
        """Ask for a name, and for whom; then keep what is in force."""
        fields = (
            PromptField("name", "Name of the view", Entry.LINE, needed="Write a name."),
            PromptField("whose", "For", Entry.CHOICE, _FOR_WHOM, value="mine"),
        )
        self._ask("Save view", fields, "Save", lambda answers: self._save(answers["name"], answers["whose"] == "all"))

    def save_changes(self) -> None:
        """Keep what is in force under the name of the view chosen last."""
        view = self._tab.filters.view
        if view is not None and view.record is not None:
            self._write(self._saver(view.name, view.kind == "shared"), f"View “{view.name}” saved.")

    def rename(self) -> None:
        """Ask for another name."""
        view = self._tab.filters.view
        if view is None or view.record is None:
            return

        def renamed(answers: Mapping[str, str]) -> tuple[Any, str]:
            def write(workspace: "Workspace", progress: "Progress") -> Any:
                from opsconsole.services import saved_views

                name, now = answers["name"], workspace.now()
                return saved_views.rename_view(workspace.database, view.record, name, who=workspace.user, now=now)

            return write, f"View renamed to “{answers['name']}”."

        field = PromptField("name", "Name of the view", Entry.LINE, needed="Write a name.", value=view.name)
        self._ask(f"Rename “{view.name}”", (field,), "Rename", renamed)

    def share(self) -> None:
        """Show the view chosen last to everybody, or keep it to oneself again."""
        view = self._tab.filters.view
        if view is None or view.record is None:
            return
        shared = view.kind != "shared"

        def write(workspace: "Workspace", progress: "Progress") -> Any:
            from opsconsole.services import saved_views

            now = workspace.now()
            return saved_views.share_view(workspace.database, view.record, shared=shared, who=workspace.user, now=now)

        self._write(write, f"Everybody sees “{view.name}” now." if shared else f"Only you see “{view.name}” now.")

    def delete(self) -> None:
        """Remove the view chosen last; it can be taken back."""
        view = self._tab.filters.view
        if view is None or view.record is None:
            return

        def write(workspace: "Workspace", progress: "Progress") -> Any:
            from opsconsole.services import saved_views

            return saved_views.delete_view(workspace.database, view.record, who=workspace.user, now=workspace.now())

        back = self._saver(view.name, view.kind == "shared", dict(view.state))
        self._write(write, f"View “{view.name}” deleted.", undo=back)

    def _save(self, name: str, shared: bool) -> tuple[Any, str]:
        clean = " ".join(name.split())
        return self._saver(name, shared), f"View “{clean}” saved{' for everybody' if shared else ''}."

    def _saver(self, name: str, shared: bool, state: Mapping[str, Any] | None = None) -> Any:
        kept, key = state if state is not None else self._tab.filters.state(), self._tab.key

        def write(workspace: "Workspace", progress: "Progress") -> Any:
            from opsconsole.services import saved_views

            database, who, now = workspace.database, workspace.user, workspace.now()
            return saved_views.save_view(database, key, name, kept, who=who, now=now, shared=shared)

        return write

    def _add_switches(self, menu: QMenu) -> None:
        filters = self._tab.filters
        switches = [selector for selector in self._tab.selectors if selector.in_menu]
        if switches:
            menu.addSeparator()
        for selector in switches:
            action = menu.addAction(selector.label)
            action.setCheckable(True)
            action.setChecked(filters.is_on(selector.key))
            action.triggered.connect(lambda checked=False, key=selector.key: filters.toggle(key))

    def _ask(
        self,
        title: str,
        fields: tuple[PromptField, ...],
        accept: str,
        answered: Callable[[Mapping[str, str]], tuple[Any, str]],
    ) -> None:
        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            write, done = answered(answers)
            self._write(write, done, prompt=prompt)

        panel = self._tab.panel
        ask(panel if panel.isVisible() else self._tab.list, title, fields, accept, accepted)

    def _write(self, write: Any, done: str, *, undo: Any = None, prompt: Prompt | None = None) -> None:
        """Write in a worker, then read the views again; a refused name stays in its question."""
        tab = self._tab
        workspace = tab.desk.workspace
        if workspace is None:
            return

        def work(progress: "Progress") -> tuple[Any, Any]:
            made = write(workspace, progress)
            return made, tab.load_views(workspace, tab.key)

        def finished(result: tuple[Any, Any]) -> None:
            made, views = result
            if prompt is not None:
                prompt.finish()
            tab.filters.set_stored_views(views)
            if made is not None:
                tab.toolbar.view.choose(stored(made).key)
            tab.filters.apply()
            tab.say_done(done, undo)

        def failed(error: BaseException) -> None:
            if prompt is not None and isinstance(error, UserError):
                prompt.refuse("name", str(error))
            else:
                tab.report(error)

        tab.run(work, finished, kind="views", failed=failed)
