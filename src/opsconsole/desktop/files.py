"""Files that come in: which kinds are offered, and what was dropped."""

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent

FILE_FILTER = "Exports (*.csv *.tsv *.txt *.xlsx *.xls *.ods *.edi *.x12 *.gz *.zip);;All files (*)"


def local_files(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """Files and folders of a drag, local ones only."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
