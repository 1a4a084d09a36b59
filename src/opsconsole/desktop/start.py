"""The start page's wishes carried out: make the demo, import files into a new database, connect to a shared one."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from PySide6.QtCore import QObject, QStandardPaths

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.files import joined
from opsconsole.desktop.main_window import MainWindow
from opsconsole.desktop.opening import Opening
from opsconsole.desktop.settings import DATABASE_URL
from opsconsole.domain import instants
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.welcome import Welcome


def data_folder() -> Path:
    """Where the local databases lie: the user's data folder, never a cloud-synced one."""
    location = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(location)) / "opsconsole"


class Start(QObject):
    """Shows the welcome and acts on it."""

    def __init__(self, desk: Desk, window: MainWindow, opening: Opening) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._opening = opening
        self.data_file = data_folder() / "ops.db"
        self._typed: Mapping[str, Any] | None = None
        self._waiting: list[Path] = []
        window.start_asked.connect(self.show)
        window.files_dropped.connect(self._take)
        desk.workspace_changed.connect(self._hand_over)

    def show(self) -> None:
        """Show the welcome in place of the tabs."""
        from opsconsole.desktop.welcome import Welcome

        self._waiting.clear()
        page = Welcome(str(self.data_file), self._typed or shared_values(self._desk.settings.get(DATABASE_URL)))
        page.demo_wanted.connect(self.open_demo)
        page.files_chosen.connect(self._import)
        page.connect_wanted.connect(lambda values, wish: self._connect(values, wish, page))
        page.location_wanted.connect(self._use_location)
        page.restore_wanted.connect(self._restore)
        self._window.show_page(page)
        self._desk.tasks.run(_source_names, page.set_sources, kind="sources", owner=page)

    def open_demo(self) -> None:
        """Open the demo company's database; make it where there is none, or only an old one that nobody works in."""
        path = data_folder() / "demo.db"
        self._opening.make_and_open(lambda progress: _make_demo(path, progress), "Making the demo company")

    def _import(self, files: list[Path], check_only: bool) -> None:
        """Open the local database, then lead to the import of these files."""
        options = _import_options(files, check_only)
        self._opening.make_and_open(
            lambda progress: _make_empty(self.data_file, progress),
            "Making the database",
            then=lambda: self._desk.show("data", None, options),
        )

    def _take(self, files: list[Path]) -> None:
        """Import files that were dropped on the window: into the open database, from the start page into the local one.

        While another database is being opened, or was not opened, they wait for it: nobody meant the local one.
        """
        from opsconsole.desktop.welcome import Welcome

        if self._desk.workspace is not None:
            self._desk.show("data", None, _import_options(files, False))
        elif isinstance(self._window.pages.currentWidget(), Welcome):
            self._import(files, False)
        else:
            self._waiting += [file for file in files if file not in self._waiting]
            count = len(self._waiting)
            self._opening.tell_waiting(f"{plural(count, 'file')} to import as soon as the database is open.")

    def _hand_over(self) -> None:
        """Files that waited for a database."""
        if not self._waiting or self._desk.workspace is None:
            return
        options = _import_options(self._waiting, False)
        self._waiting = []
        self._opening.tell_waiting("")
        # After the tab of last time was brought to the front.
        self._desk.tasks.in_turns((lambda: self._desk.show("data", None, options),), kind="dropped", owner=self)

    def _connect(self, values: Mapping[str, Any], wish: str, page: "Welcome") -> None:
        """Look at a shared database; then say so, open it, or make its tables and open it (test, connect, set_up)."""
        self._typed = values
        url = shared_url(values)
        page.say("Asking the server", "")
        self._desk.tasks.run(
            lambda progress: _look_at(url),
            lambda found: self._found(url, found, wish, page),
            lambda error: self._tell(error, page),
            kind="try",
            owner=page,
        )

    def _found(self, url: str, found: tuple[str, str], wish: str, page: "Welcome") -> None:
        label, state = found
        if state == "empty" and wish != "set_up":
            page.offer_set_up(f"{label} answers and is empty. Set up makes the tables of opsconsole in it.")
        elif state == "older":
            page.say(
                f"{label} has the schema of an older opsconsole. Upgrade it with: opsconsole migrate --database URL.",
                "bad",
            )
        elif wish == "test":
            page.say(f"{label} answers.", "good")
        else:
            self._opening.make_and_open(lambda progress: _keep_password(url, create=wish == "set_up"), "Connecting")

    def _tell(self, error: BaseException, page: "Welcome") -> None:
        if isinstance(error, UserError):
            page.say(str(error), "bad")
        else:
            self._desk.errors.report(error)

    def _restore(self, backup: Path) -> None:
        """Put a backup in the place of the local database, then open it."""
        self._opening.make_and_open(
            lambda progress: _restored(backup, self.data_file, progress), f"Restoring {backup.name}"
        )

    def _use_location(self, path: Path) -> None:
        self.data_file = path
        self.show()


def _import_options(files: list[Path], check_only: bool) -> dict[str, str]:
    shared = [file for file in files if file.suffix.lower() == ".toml"]
    if shared and len(shared) == len(files):  # a mapping that somebody shared
        return {"list": "mappings", "take_in": str(shared[0])}
    return {"files": joined(files), "check_only": "1" if check_only else ""}


def shared_url(values: Mapping[str, Any]) -> str:
    """URL of a PostgreSQL database from server, database, user, password and whether its certificate is verified.

    The server is ``name``, ``name:port``, or on this computer the folder of its socket.
    """
    user = quote(str(values.get("user", "")), safe="")
    password = quote(str(values.get("password", "")), safe="")
    who = f"{user}:{password}@" if password else f"{user}@" if user else ""
    server = str(values.get("server", "")).strip()
    options = {"sslmode": "verify-full" if values.get("verify") else "prefer"}
    if server.startswith("/"):
        options["host"], server = server, ""
    return f"postgresql://{who}{server}/{quote(str(values.get('database', '')), safe='')}?{urlencode(options)}"


def shared_values(url: str) -> dict[str, Any]:
    """What the start page asks for, taken from the URL of a PostgreSQL database; empty for others."""
    parsed = urlsplit(url)
    if not parsed.scheme.startswith("postgresql"):
        return {}
    options = parse_qs(parsed.query)
    return {
        "server": parsed.netloc.rsplit("@", 1)[-1] or options.get("host", [""])[0],
        "database": unquote(parsed.path.lstrip("/")),
        "user": unquote(parsed.username or ""),
        "verify": options.get("sslmode") == ["verify-full"],
    }


def _make_demo(path: Path, progress: Progress) -> str:
    from opsconsole.services.demo_company import create_demo
    from opsconsole.services.demo_company.renewal import is_outdated

    if not path.exists() or is_outdated(path, instants.now()):
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        create_demo(part, truth_path=path.with_suffix(".truth.json"), progress=progress)
        for left in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            left.unlink(missing_ok=True)
        part.replace(path)
    return str(path)


def _source_names(progress: Progress) -> list[str]:
    from opsconsole.services import imports

    return list(map(str, imports.list_sources().columns["label"]))


def _keep_password(url: str, *, create: bool) -> str:
    from opsconsole.services import credentials, databases

    if create:
        databases.open_database(url, create=True).close()
    credentials.keep_password(url)
    return url


def _look_at(url: str) -> tuple[str, str]:
    from opsconsole.services import databases

    return databases.look_at(url)


def _restored(backup: Path, target: Path, progress: Progress) -> str:
    from opsconsole.services import databases

    target.parent.mkdir(parents=True, exist_ok=True)
    databases.restore(backup, str(target), progress)
    return str(target)


def _make_empty(path: Path, progress: Progress) -> str:
    from opsconsole.services import databases

    path.parent.mkdir(parents=True, exist_ok=True)
    databases.open_database(str(path), create=True).close()
    return str(path)
