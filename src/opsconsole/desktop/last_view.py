"""The window as it was when it was last closed, painted at the next start until the real one is there.

Kept as a ``QPicture``, that is as drawing commands with the texts in them: sharp at any scale, a few milliseconds to
paint, and nothing of the list, the panel or the database is loaded for it. It carries its own "As of", so it says how
old it is. Readable by its user only, like the rows in ``first_rows``.
"""

from pathlib import Path

from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import QWidget

from opsconsole.desktop.hashing import short_hash


def path_of(folder: Path, url: str, theme: str, width: int, height: int) -> Path:
    """File of a database's last view in a theme and size."""
    return folder / "last_view" / f"{short_hash(url)}-{theme}-{width}x{height}.picture"


def keep(folder: Path, url: str, theme: str, window: QWidget) -> None:
    """Record how a window looks now; a folder that cannot be written is not worth a message."""
    from PySide6.QtCore import QPoint

    path = path_of(folder, url, theme, window.width(), window.height())
    picture = QPicture()
    painter = QPainter(picture)
    window.render(painter, QPoint(0, 0))
    painter.end()
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for older in path.parent.glob(f"{short_hash(url)}-*"):
            older.unlink()
        if picture.save(str(part)):
            part.chmod(0o600)
            part.replace(path)
    except OSError:
        return


def read(folder: Path, url: str, theme: str, window: QWidget) -> QPicture | None:
    """The view kept for this database, theme and size of window; ``None`` when there is none."""
    path = path_of(folder, url, theme, window.width(), window.height())
    if not path.exists():
        return None
    picture = QPicture()
    return picture if picture.load(str(path)) else None
