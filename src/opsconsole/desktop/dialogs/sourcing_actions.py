"""What people do to connections, SQL feeds and watched folders from the window: forms, runs, tries, on and off."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from opsconsole.desktop.desk import SAMPLES
from opsconsole.desktop.dialogs.connection_form import ConnectionForm
from opsconsole.desktop.dialogs.fields_form import FieldsForm
from opsconsole.desktop.dialogs.folder_form import FolderForm
from opsconsole.desktop.dialogs.query_form import QueryForm
from opsconsole.desktop.importing import TOUCHED as IMPORTED
from opsconsole.desktop.messages import MessageAction
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.sections import pairs, sentences
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.tasks import Task
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.sourcing import SqlConnection, SqlFeed, WatchedFolder

if TYPE_CHECKING:
    from opsconsole.desktop.desk import Desk
    from opsconsole.desktop.tab import Tab
    from opsconsole.services.credentials import Passwords
    from opsconsole.services.sourcing import RunReport

TOUCHED = frozenset({"sourcing"})
MOST_CHANGES = 20
Write = Callable[[Workspace], Change]


def passwords_of(desk: "Desk") -> "Passwords":
    """The window's passwords of other databases, kept as long as it runs; called in workers."""
    from opsconsole.services.credentials import Passwords

    if desk.passwords is None:
        desk.passwords = Passwords()
    known: Passwords = desk.passwords
    return known


def _change(sample: Any) -> tuple[str, str]:
    """A thing that a run would change: what it is, and from what to what."""
    return sample.subject, f"{sample.field}: {sample.old or 'none'} → {sample.new}" if sample.field else "new"


def _told(report: Any) -> list[str]:
    """What a try says; its examples stand in a section of their own."""
    return [line for line in report.words() if not line.endswith("of what would change:")]


class SourcingActions(QObject):
    """Runs deeds on feeds and connections for one of the lists."""

    def __init__(self, tab: "Tab") -> None:
        super().__init__(tab)
        self._tab = tab
        self.form: FieldsForm | None = None

    # --- forms --------------------------------------------------------------------------------------------------------

    def edit_connection(self, one: SqlConnection | None = None, password_known: bool = False) -> None:
        """Open the form of a connection; None: a new one."""
        form = ConnectionForm(one or SqlConnection(""), password_known, self._tab.window())
        form.saved.connect(lambda made, password: self._save_connection(made, password, form))
        form.test_asked.connect(lambda made, password: self._test(made, password, form))
        self._show(form)

    def edit_connection_of(self, key: str) -> None:
        """Open the form of the connection that a SQL feed asks, where its password is missing, say."""
        workspace = self._tab.desk.workspace
        if workspace is None:
            return

        def read(progress: Progress) -> SqlConnection:
            from opsconsole.services import sourcing, sql_connections, sql_feeds

            feed = sql_feeds.find_feed(workspace.database, sourcing.find(workspace.database, key).id)
            return sql_connections.find_connection(workspace.database, feed.connection_id)

        self._tab.run(read, self.edit_connection, kind="connection")

    def edit_query(self, feed: SqlFeed | None = None, mark: str = "") -> None:
        """Open the form of a SQL feed; None: a new one."""
        self._with_choices(lambda choices: self._open_query(feed or SqlFeed(""), choices, mark))

    def _open_query(self, feed: SqlFeed, choices: Any, mark: str) -> None:
        if not choices.connections:
            words = "There is no connection to ask yet: make one first."
            self._tab.bar.show_message("warn", words, [MessageAction("New connection", lambda: self.edit_connection())])
            return
        rows = ListView("query_preview", self._tab.desk.tasks, self._tab.desk.settings)
        form = QueryForm(feed, choices, mark, rows, self._tab.window())
        form.saved.connect(lambda made: self._save("sql_feeds", "save_feed", made, form, "query:"))
        form.preview_asked.connect(lambda made: self._preview(made, form))
        form.stop_asked.connect(lambda: self._tab.desk.tasks.cancel(f"{self._tab.key}.preview"))
        self._show(form)

    def edit_folder(self, folder: WatchedFolder | None = None) -> None:
        """Open the form of a watched folder; None: a new one."""
        self._with_choices(lambda choices: self._open_folder(folder or WatchedFolder(""), choices))

    def _open_folder(self, folder: WatchedFolder, choices: Any) -> None:
        form = FolderForm(folder, choices, self._tab.window())
        form.saved.connect(lambda made: self._save("watched_folders", "save_folder", made, form, "folder:"))
        self._show(form)

    def _with_choices(self, then: Callable[[Any], None]) -> None:
        workspace = self._tab.desk.workspace
        if workspace is None:
            return

        def read(progress: Progress) -> Any:
            from opsconsole.services import sourcing_page

            return sourcing_page.form_choices(workspace.database)

        self._tab.run(read, then, kind="choices")

    def _show(self, form: FieldsForm) -> None:
        if self.form is not None and self.form.typed:
            form.deleteLater()
            self.form.say("Save this first, or cancel it.", "warn")
            self.form.activateWindow()
            return
        if self.form is not None:
            self.form.close()
        self.form = form
        form.finished.connect(lambda _: self._forget(form))
        form.show()

    def _forget(self, form: FieldsForm) -> None:
        if self.form is form:
            self.form = None

    # --- writing ------------------------------------------------------------------------------------------------------

    def _save(self, module: str, name: str, made: Any, form: FieldsForm, key: str) -> None:
        def write(workspace: Workspace) -> Change:
            from importlib import import_module

            deed: Callable[..., Change] = getattr(import_module(f"opsconsole.services.{module}"), name)
            return deed(workspace.database, made, who=workspace.user, now=workspace.now())

        def look(change: Change) -> None:
            options = {"list": "watching", "said": f"{change.words}."}
            self._tab.desk.show("data", f"{key}{change.ids[0]}", options)

        self._write(write, form, look)

    def _save_connection(self, one: SqlConnection, password: str, form: ConnectionForm) -> None:
        desk = self._tab.desk

        def write(workspace: Workspace) -> Change:
            from opsconsole.services import sql_connections

            done = sql_connections.save_connection(workspace.database, one, who=workspace.user, now=workspace.now())
            if password and not sql_connections.keep_password(one, password, passwords_of(desk)):
                words = f"{done.words}. This computer has no keyring: the password is asked for again after each start"
                return Change(words, done.ids)
            return done

        def look(change: Change) -> None:
            self._tab.say_done(f"{change.words}.")
            if self._tab.key == "connections":
                self._tab.reveal(change.ids[0], {})

        self._write(write, form, look)

    def remove_connection(self, one: SqlConnection) -> None:
        """Take a connection away that no feed uses."""
        desk = self._tab.desk

        def write(workspace: Workspace) -> Change:
            from opsconsole.services import sql_connections

            return sql_connections.remove_connection(
                workspace.database, one, passwords_of(desk), who=workspace.user, now=workspace.now()
            )

        self._write(write)

    def switch(self, key: str, on: bool) -> None:
        """Let a feed run by itself, or only by hand."""

        def write(workspace: Workspace) -> Change:
            from opsconsole.services import sourcing

            known = sourcing.find(workspace.database, key)
            return sourcing.switch(workspace.database, known, on=on, who=workspace.user, now=workspace.now())

        self._write(write)

    def remove(self, key: str) -> None:
        """Take a feed away, and let it be taken back; what it brought stays."""
        kept: list[Any] = []

        def write(workspace: Workspace) -> Change:
            from opsconsole.services import sourcing, sourcing_undo

            known = sourcing.find(workspace.database, key)
            kept.append(sourcing_undo.remember(workspace.database, known))
            return sourcing.remove(workspace.database, known, who=workspace.user, now=workspace.now())

        def undo(workspace: Workspace, progress: Progress) -> frozenset[str]:
            from opsconsole.services import sourcing_undo

            sourcing_undo.bring_back(workspace.database, kept[0], who=workspace.user, now=workspace.now())
            return TOUCHED

        self._write(write, look=lambda change: self._tab.say_done(f"{change.words}.", undo))

    def _write(
        self, write: Write, form: FieldsForm | None = None, look: Callable[[Change], None] | None = None
    ) -> None:
        workspace = self._tab.desk.workspace
        if workspace is None:
            return

        def failed(error: BaseException) -> None:
            if form is not None and isinstance(error, UserError):
                form.show_problems({form.field_of(error): str(error)})
            else:
                self._tab.report(error)

        def done(change: Change) -> None:
            if form is not None:
                form.close()
            self._tab.desk.touched(TOUCHED)
            if look is None:
                self._tab.say_done(f"{change.words}.")
            else:
                look(change)

        self._tab.run(lambda progress: write(workspace), done, kind="write", failed=failed)

    # --- asking -------------------------------------------------------------------------------------------------------

    def _test(self, one: SqlConnection, password: str, form: ConnectionForm) -> None:
        desk = self._tab.desk

        def ask(progress: Progress) -> Any:
            from opsconsole.services import sql_connections

            known = password or sql_connections.password_of(one, passwords_of(desk))
            return sql_connections.try_connection(one, known, progress)

        def answered(answer: Any) -> None:
            form.say(f"{answer.words} {answer.read_only_words}", "good")

        self._ask(ask, answered, form, "test")

    def test(self, one: SqlConnection) -> None:
        """Say in the bar whether a kept connection answers."""
        desk = self._tab.desk

        def ask(progress: Progress) -> Any:
            from opsconsole.services import sql_connections

            return sql_connections.try_connection(one, sql_connections.password_of(one, passwords_of(desk)), progress)

        self._tab.run(ask, lambda answer: self._tab.say_done(answer.words), kind="test", text=f"Asking {one.name}")

    def _preview(self, feed: SqlFeed, form: QueryForm) -> None:
        workspace, desk = self._tab.desk.workspace, self._tab.desk
        if workspace is None:
            return

        def ask(progress: Progress) -> Any:
            from opsconsole.desktop.table.arranger import Arranger
            from opsconsole.services import sql_feeds

            found = sql_feeds.preview(workspace.database, feed, passwords_of(desk), workspace.now(), progress)
            return Arranger(found)

        self._ask(ask, lambda arranger: form.show_rows(arranger, desk.formats()), form, "preview")

    def _ask(
        self, ask: Callable[[Progress], Any], answered: Callable[[Any], None], form: FieldsForm, kind: str
    ) -> None:
        def failed(error: BaseException) -> None:
            if isinstance(error, UserError):
                form.say(str(error), "bad")
            else:
                self._tab.report(error)

        desk = self._tab.desk
        desk.tasks.run(ask, answered, failed, kind=f"{self._tab.key}.{kind}", owner=form)
        form.finished.connect(lambda _: desk.tasks.cancel(f"{self._tab.key}.{kind}"))

    def map_columns(self, key: str, file: str = "") -> None:
        """Open the mapping editor: on the first rows of a query, or on a file of a watched folder by its name."""
        workspace, desk = self._tab.desk.workspace, self._tab.desk
        if workspace is None:
            return

        def ask(progress: Progress) -> Path:
            from opsconsole.services import sourcing, sql_feeds, watched_folders

            database = workspace.database
            known = sourcing.find(database, key)
            if known.kind == sourcing.FOLDER:
                return Path(watched_folders.find_folder(database, known.id).path) / file
            samples = desk.cache_folder / SAMPLES
            return sql_feeds.write_sample(database, known.id, passwords_of(desk), workspace.now(), samples, progress)

        self._tab.run(ask, self._map, kind="sample", text="Asking for the first rows")

    def _map(self, path: Path) -> None:
        self._tab.desk.show("data", None, {"list": "mappings", "map_file": str(path)})

    # --- running ------------------------------------------------------------------------------------------------------

    def run_now(self, key: str, *, dry_run: bool = False, from_beginning: bool = False) -> None:
        """Run a feed now, or say what that would change; several may run at once, but none twice."""
        workspace, desk, tab = self._tab.desk.workspace, self._tab.desk, self._tab
        kind = f"run.{key}"
        if workspace is None:
            return
        if desk.tasks.is_running(kind):
            tab.bar.show_message("warn", "It is running already.")
            return

        def work(progress: Progress) -> "RunReport":
            from opsconsole.services import clockwork, sourcing

            known = sourcing.find(workspace.database, key)
            report = sourcing.run(
                workspace.database, [known], passwords_of(desk), who=workspace.user, now=workspace.now(),
                by_person=True, from_beginning=from_beginning, dry_run=dry_run, progress=progress,
            )  # fmt: skip
            if report.written:
                progress.step(0, 0, "Running the exception rules")
                clockwork.turn(workspace.database, workspace.now(), who=workspace.user)
            return report

        def ended(task: Task) -> None:
            tab.bar.end_progress(task)
            if not task.wanted and not dry_run:
                tab.bar.show_message("warn", "Cancelled: what was not in yet was not imported.")
                desk.touched(TOUCHED | IMPORTED)

        desk.tasks.run(
            work, lambda report: self._ran(report, dry_run, key), tab.report, kind=kind, owner=tab,
            text="Trying" if dry_run else "Running", on_progress=tab.bar.show_progress, on_end=ended,
        )  # fmt: skip

    def _ran(self, report: "RunReport", dry_run: bool, key: str) -> None:
        for bug in report.faults:
            self._tab.report(bug)
        words = report.words or "Nothing new."
        if dry_run:
            words = f"{words} Nothing was written."
            told = [line for one in report.ran if one.report is not None for line in _told(one.report)]
            changes = [_change(sample) for one in report.ran if one.report is not None for sample in one.report.samples]
            parts = [Section("What would happen", sentences("\n".join(told)))] if told else []
            parts += [Section("Changes", pairs(changes[:MOST_CHANGES]), f"{len(changes)}")] if changes else []
            if parts and self._tab.panel.isVisible():  # one that opens now would fill itself with the feed
                self._tab.panel.show_content(PanelContent("Tried, nothing written", sections=tuple(parts)))
        # One that stays: what is "bad" goes with the next load, and that comes at once after a run.
        tone = "good" if report.exit_code == 0 else "bad" if dry_run and report.exit_code == 2 else "warn"
        self._tab.bar.show_message(tone, words, self._next_steps(report, dry_run, key))
        if not dry_run:
            self._tab.desk.touched(TOUCHED | IMPORTED if report.written else TOUCHED)

    def _next_steps(self, report: "RunReport", dry_run: bool, key: str) -> list[MessageAction]:
        """What is to be done next: say what the columns of unknown rows mean, correct lines that were refused."""
        if report.not_ready:
            return [MessageAction("Connection", lambda: self.edit_connection_of(key))]
        reports = [one.report for one in report.ran if one.report is not None]
        unknown = next((one for one in reports if one.state == "not_recognized"), None)
        if unknown is not None:
            words = f"Map {unknown.name}" if key.startswith("folder:") else "Map its columns"
            return [MessageAction(words, lambda: self.map_columns(key, unknown.name))]
        waits = next((one for one in reports if not dry_run and one.batch_id and one.rejects), None)
        if waits is not None:
            options = {"list": "data", "correct": str(waits.batch_id)}
            return [MessageAction("Correct lines", lambda: self._tab.desk.show("data", None, options))]
        return []
