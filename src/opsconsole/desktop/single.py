"""One window per database: opening it again raises the first.

The first window listens on a local socket named after the user and the database's URL; a later start connects, asks it
to come to the front and ends.
"""

import getpass
import hashlib

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_RAISE = b"raise\n"
_WAIT_MS = 500


def _name(url: str) -> str:
    return f"opsconsole-{hashlib.sha256(f'{getpass.getuser()} {url}'.encode()).hexdigest()[:20]}"


def raise_other(url: str) -> bool:
    """Ask the window that has a database open to come to the front; false when there is none."""
    socket = QLocalSocket()
    socket.connectToServer(_name(url))
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(_RAISE)
    socket.waitForBytesWritten(_WAIT_MS)
    socket.disconnectFromServer()
    return True


class Doorbell(QObject):
    """Listens for later starts on the same database; ``rung`` when one asks this window to come to the front."""

    rung = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def listen(self, url: str) -> bool:
        """Listen for a database; a socket left behind by a crash is replaced."""
        self._server.close()
        name = _name(url)
        if self._server.listen(name):
            return True
        QLocalServer.removeServer(name)
        return self._server.listen(name)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.rung.emit()
