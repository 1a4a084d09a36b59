"""Opening what leads out of the program: web pages and mails, nothing else."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

SCHEMES = frozenset({"http", "https", "mailto"})


def open_link(address: str) -> bool:
    """Hand an address to the system's browser or mail program; false when it is neither, or nothing opens it."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if not url.isValid() or url.scheme() not in SCHEMES or (url.scheme() != "mailto" and not url.host()):
        return False
    return QDesktopServices.openUrl(url)
