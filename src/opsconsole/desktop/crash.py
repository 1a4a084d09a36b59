"""The window that shows a fault of the program; loaded when there is one."""

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from opsconsole import __version__
from opsconsole.desktop.keycaps import KeyButton


class CrashWindow(QDialog):
    """A fault of ours: what happened, that the data is safe, the text to send. Never modal: typed text survives."""

    def __init__(self, error: BaseException, text: str, log_path: Path, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Opsconsole found a fault of its own")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.setModal(False)
        self.resize(640, 420)
        self.text = f"Opsconsole {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n{text}"
        title = QLabel("This is a fault of the program, not yours")
        title.setProperty("role", "title")
        words = QLabel(
            "Nothing you typed is lost, and the database is as it was before the last action. "
            f"The details are in {log_path}. The same fault is shown once."
        )
        words.setWordWrap(True)
        details = QPlainTextEdit(self.text)
        details.setReadOnly(True)
        details.setAccessibleName("Details of the fault")
        copy = KeyButton("Copy details", icon="copy", style="primary")
        copy.clicked.connect(self._copy)
        close = KeyButton("Close")
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(copy)
        buttons.addWidget(close)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (title, words):
            layout.addWidget(widget)
        layout.addWidget(details, 1)
        layout.addLayout(buttons)
        self.setAccessibleDescription(str(error))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text)
