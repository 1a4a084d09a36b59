"""Short names for long ones: files and sockets named after a URL. Qt's hash is loaded already, Python's is not."""

from PySide6.QtCore import QByteArray, QCryptographicHash


def short_hash(text: str) -> str:
    """Twenty hexadecimal digits of the text's SHA-256."""
    digest = QCryptographicHash.hash(QByteArray(text.encode()), QCryptographicHash.Algorithm.Sha256)
    return bytes(digest.toHex().data()).decode()[:20]
