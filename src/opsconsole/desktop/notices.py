"""What the window tells while it is not looked at: a tray icon with the count of what is urgent, and messages.

After each turn of the clockwork it is read what is new S1 and what falls due since the last look; the last look is
kept on this workstation per database, so that nothing is told twice and a night is told in the morning. In quiet hours
the count goes on and messages wait.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.settings import NOTICES, NOTICES_QUIET, NOTICES_WITHIN
from opsconsole.desktop.theme import theme

if TYPE_CHECKING:
    from opsconsole.desktop.clockwork import Clockwork
    from opsconsole.desktop.desk import Desk
    from opsconsole.desktop.workspace import Workspace
    from opsconsole.domain.progress import Progress

_SIZE = 64
_SHOWN = 3
_MESSAGE_MS = 15_000
_TOUCHING = frozenset({"order_exceptions", "notices"})


class Tray:
    """The system's tray: an icon with a number, and messages. A test brings its own with the same methods."""

    def __init__(self, menu: QMenu, parent: QObject | None = None) -> None:
        self.icon = QSystemTrayIcon(parent)
        self.icon.setContextMenu(menu)

    @staticmethod
    def there() -> bool:
        """Whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self, count: int, words: str) -> None:
        """Show the icon with a number (none for zero) and what it counts."""
        self.icon.setIcon(QIcon(badge(count)))
        self.icon.setToolTip(words)
        self.icon.show()

    def tell(self, title: str, text: str, *, urgent: bool) -> None:
        """Show a message."""
        kind = QSystemTrayIcon.MessageIcon.Warning if urgent else QSystemTrayIcon.MessageIcon.Information
        self.icon.showMessage(title, text, kind, _MESSAGE_MS)

    def hide(self) -> None:
        """Take the icon away."""
        self.icon.hide()


class Notices(QObject):
    """Looks after each turn of the clockwork and tells what is new; silent where the desktop has no tray.

    ``to_front`` raises the window; ``tray`` stands for the system's in tests.
    """

    def __init__(
        self,
        desk: "Desk",
        window: QWidget,
        clockwork: "Clockwork",
        to_front: Callable[[], None],
        tray: Any = None,
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._to_front = to_front
        self._subject: int | None = None
        self._menu = QMenu(window)
        self._menu.addAction("Open opsconsole", self.open)
        self._menu.addAction("Show order exceptions", lambda: self.open("order_exceptions"))
        self._menu.addAction("Notices off", self._switch_off)
        self.tray: Any = tray
        if tray is None and Tray.there():
            self.tray = Tray(self._menu, self)
            self.tray.icon.messageClicked.connect(self.open_told)
            self.tray.icon.activated.connect(self._activated)
        clockwork.turned.connect(self.look)
        clockwork.stopped.connect(self.rest)
        desk.data_changed.connect(self._data_changed)
        desk.rows_changed.connect(lambda subject, ids: self._data_changed(frozenset({subject})))

    def look(self) -> None:
        """Read what is to be told, off the window's thread."""
        workspace = self._desk.workspace
        if self.tray is None or workspace is None or not workspace.live:
            return
        settings = self._desk.settings
        if not settings.get(NOTICES):
            self.tray.hide()
            return
        since, within, quiet = self._since(workspace), settings.get(NOTICES_WITHIN), settings.get(NOTICES_QUIET)
        self._desk.tasks.run(
            lambda progress: _look(workspace, since, within, quiet, progress),
            self._tell,
            lambda error: None,  # the lists tell that a database does not answer; the next turn looks again
            kind="notices",
            owner=self,
        )

    def rest(self) -> None:
        """No database, or another moment: there is nothing to count."""
        if self.tray is not None:
            self.tray.hide()

    def open(self, tab: str = "", identity: Any = None) -> None:
        """Bring the window to the front, and a tab in it."""
        self._to_front()
        if tab:
            self._desk.show(tab, identity)

    def open_told(self) -> None:
        """Show what the last message was about: the one exception, else the queue."""
        self.open("order_exceptions", self._subject)

    def _tell(self, found: Any) -> None:
        self.tray.show(found.urgent, f"opsconsole: {found.standing}")
        if found.quiet:
            return
        if found.told:
            self._subject = found.told[0].exception if len(found.told) == 1 else None
            lines = [one.words for one in found.told[:_SHOWN]]
            more = len(found.told) - len(lines)
            text = "\n".join([*lines, *([f"and {more:,} more"] if more else [])])
            self.tray.tell(found.headline, text, urgent=bool(found.new))
        self._keep(found.as_of)

    def _since(self, workspace: "Workspace") -> int | None:
        kept = self._desk.settings.layout(_name(workspace)).get("looked_at")
        return kept if isinstance(kept, int) else None

    def _keep(self, at: int) -> None:
        workspace = self._desk.workspace
        if workspace is not None:
            self._desk.settings.set_layout(_name(workspace), {"looked_at": at})

    def _data_changed(self, subjects: frozenset[str]) -> None:
        if subjects & _TOUCHING and not self._desk.tasks.is_running("clockwork"):
            self.look()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.open()

    def _switch_off(self) -> None:
        self._desk.settings.set(NOTICES, False)
        self.look()


def badge(count: int) -> QPixmap:
    """The tray's picture: the program's sign, over it how many are urgent (99+ at most)."""
    pixmap = QPixmap(_SIZE, _SIZE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_icon(painter, QRectF(2, 2, _SIZE - 4, _SIZE - 4), "tray", "accent")
    if count > 0:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("bad"))
        plate = QRectF(_SIZE * 0.28, _SIZE * 0.36, _SIZE * 0.72, _SIZE * 0.64)
        painter.drawRoundedRect(plate, 14, 14)
        # A copy: the theme hands the same font to every widget that paints.
        font = QFont(theme.font())
        text = str(count) if count < 100 else "99+"
        font.setPixelSize(34 if len(text) < 3 else 24)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.color("on_accent"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return pixmap


def _name(workspace: "Workspace") -> str:
    digest = hashlib.blake2b(str(workspace.database.url).encode(), digest_size=8).hexdigest()
    return f"notices_{digest}"


def _look(workspace: "Workspace", since: int | None, within: int, quiet: str, progress: "Progress") -> Any:
    from opsconsole.services import notices

    return notices.look(workspace.database, workspace.now(), since=since, within_minutes=within, quiet=quiet)
