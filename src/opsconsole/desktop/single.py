"""One window per database: opening it again raises the first.

A lock file says whether a window has the database open (Qt's lock files notice when their owner died). Only a start
that finds it locked needs the network module to ring at the first window's door; the first listens after its first
paint.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Signal

from opsconsole.desktop.hashing import short_hash

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

_WAIT_MS = 500


class OneWindow(QObject):
    """Holds the lock of the open database and listens at the door; ``rung`` when a later start asks to be raised."""

    rung = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._lock: QLockFile | None = None
        self._url = ""
        self._server: QLocalServer | None = None

    def take(self, url: str) -> bool:
        """Take the lock of a database and give back the one before; false when another window has it."""
        if url == self._url and self._lock is not None:
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = QLockFile(str(self._folder / f"{self._name(url)}.lock"))
        # Stale only when its process is gone, however long that lives.
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            return False
        self.release()
        self._lock, self._url = lock, url
        return True

    def listen(self) -> None:
        """Listen for later starts on the database taken; a socket left by a crash is replaced."""
        from PySide6.QtNetwork import QLocalServer

        if self._lock is None or self._server is not None:
            return
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._answer)
        name = self._name(self._url)
        if not server.listen(name):
            QLocalServer.removeServer(name)
            server.listen(name)
        self._server = server

    def ring(self, url: str) -> bool:
        """Ask the window that has a database open to come to the front; false when nobody answers."""
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self._name(url))
        if not socket.waitForConnected(_WAIT_MS):
            return False
        socket.write(b"raise\n")
        socket.waitForBytesWritten(_WAIT_MS)
        socket.disconnectFromServer()
        return True

    def release(self) -> None:
        """Give the lock back and stop listening."""
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None
        self._url = ""

    def _name(self, url: str) -> str:
        return f"opsconsole-{short_hash(f'{self._folder} {url}')}"

    def _answer(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.rung.emit()
