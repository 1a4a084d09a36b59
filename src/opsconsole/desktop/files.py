"""Files that come in: which kinds are offered, what was dropped, and how several are named in one option."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent

FILE_FILTER = "Exports (*.csv *.tsv *.txt *.xlsx *.xls *.ods *.edi *.x12 *.gz *.zip);;All files (*)"


def local_files(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """Files and folders of a drag, local ones only."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def joined(files: Iterable[Path]) -> str:
    """Paths as one text; NUL is the only character that no name holds, a line feed is one that some do."""
    return "\0".join(str(file) for file in files)


def split(text: str) -> list[Path]:
    """The paths of ``joined``."""
    return [Path(path) for path in text.split("\0") if path]
