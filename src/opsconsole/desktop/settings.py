"""Settings of this workstation, declared once, kept in one INI file.

``settings.get(THEME)``; a form can be drawn from ``SETTINGS``. Business settings live in the database, secrets in the
system's keyring.
"""

import json
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

V = TypeVar("V", str, int, bool)


class Setting(NamedTuple, Generic[V]):
    """A value with its key, default and words; ``choices`` are pairs of value and words; hidden ones have no label."""

    key: str
    default: V
    label: str = ""
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()


THEME = Setting("look/theme", "light", "Theme", choices=(("light", "Light"), ("dark", "Dark")))
COMPACT_ROWS = Setting("look/compact_rows", False, "Compact rows", "24 px rows instead of 28 px")
REDUCED_MOTION = Setting("look/reduced_motion", False, "Reduced motion", "Changed rows are not highlighted for 3 s")
LANGUAGE = Setting("look/locale", "", "Formats", "Dates, numbers and money; empty: as the system has them")
USER_NAME = Setting("user/name", "", "Your name", "Written into the history of what you change")
DATABASE_URL = Setting("database/url", "")
FIRST_ROWS = Setting("database/first_rows", True, "Show the last rows at start", "until the database has answered")
LAST_TAB = Setting("window/tab", "")
PANEL_OPEN = Setting("window/panel", True)
LAST_FOLDER = Setting("files/folder", "")
IMPORT_LOOK = Setting("import/look", True, "Look before importing", "What files would change is shown first")
NOTICES = Setting(
    "notices/on", True, "Notices", "Messages of new S1 exceptions and of what falls due, and the tray icon"
)
NOTICES_WITHIN = Setting("notices/within", 30, "Tell what falls due within, minutes")
NOTICES_QUIET = Setting("notices/quiet", "", "Quiet hours", "22:00-07:00, in the time zone of the business")

SETTINGS: tuple[Setting[Any], ...] = (
    THEME, COMPACT_ROWS, REDUCED_MOTION, LANGUAGE, USER_NAME, DATABASE_URL, FIRST_ROWS, LAST_TAB, PANEL_OPEN,
    LAST_FOLDER, IMPORT_LOOK, NOTICES, NOTICES_WITHIN, NOTICES_QUIET,
)  # fmt: skip


def default_path() -> Path:
    """``opsconsole.ini`` in the user's configuration folder."""
    location = QStandardPaths.StandardLocation.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(location)) / "opsconsole" / "opsconsole.ini"


class Settings:
    """Reads and writes one INI file; what was never set has its declared default."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = QSettings(str(path), QSettings.Format.IniFormat)

    def get(self, setting: Setting[V]) -> V:
        """Value of a setting, in the type of its default; an unreadable or unknown value gives the default."""
        raw = self._file.value(setting.key)
        if raw is None:
            return setting.default
        if isinstance(setting.default, bool):
            return str(raw).lower() in ("true", "1")
        if isinstance(setting.default, int):
            return int(str(raw)) if str(raw).lstrip("-").isdigit() else setting.default
        text = str(raw)
        known = not setting.choices or any(text == choice for choice, _ in setting.choices)
        return text if known else setting.default

    def set(self, setting: Setting[V], value: V) -> None:
        """Change a setting; written to the file at once or at the latest on quit."""
        self._file.setValue(setting.key, value)

    def layout(self, name: str) -> dict[str, Any]:
        """Layout kept for a list, splitter or saved views by name; empty when there is none or it is damaged."""
        raw = self._file.value(f"layout/{name}")
        try:
            read = json.loads(str(raw)) if raw is not None else {}
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    def set_layout(self, name: str, layout: dict[str, Any]) -> None:
        """Keep a layout of plain values."""
        self._file.setValue(f"layout/{name}", json.dumps(layout, separators=(",", ":"), sort_keys=True))

    def geometry(self) -> QByteArray:
        """Geometry of the window as Qt saved it; empty when never saved."""
        raw = self._file.value("window/geometry")
        return raw if isinstance(raw, QByteArray) else QByteArray()

    def set_geometry(self, geometry: QByteArray) -> None:
        """Keep the window's geometry."""
        self._file.setValue("window/geometry", geometry)

    def save(self) -> None:
        """Write what is pending to the file."""
        self._file.sync()
