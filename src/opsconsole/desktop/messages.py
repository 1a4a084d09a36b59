"""The message bar over a list: what went wrong, what was done, how far a task is. Never a dialog."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.desktop.icons import icon
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.tasks import Task
from opsconsole.desktop.words import isolated

SUCCESS_MS = 8_000
_WORDS = 600  # px for the words of a task before they were laid out
_ICONS = {"bad": "warning", "warn": "warning", "good": "check", "progress": "arrow-clockwise"}


class MessageAction(NamedTuple):
    """A link in the bar: its verb, what it does, the key it shows."""

    label: str
    run: Callable[[], None]
    key: str = ""


class MessageBar(QFrame):
    """One message at a time; ``bad`` and ``warn`` stay until solved or replaced, ``good`` goes after 8 s.

    Progress and a message can stand at once: progress is a second line of its own, hidden when its task ends.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SUCCESS_MS)
        self._timer.timeout.connect(self.clear)
        self._message = _Line()
        self._progress = _ProgressLine()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._progress)
        layout.addWidget(self._message)
        self._message.hide()
        self._progress.hide()
        self.hide()

    @property
    def text(self) -> str:
        """Words now shown, empty when none."""
        return self._message.told if self._message.isVisibleTo(self) else ""

    @property
    def tone(self) -> str:
        """Tone of the message now shown: bad, warn, good or empty."""
        return str(self._message.property("tone") or "") if self._message.isVisibleTo(self) else ""

    def show_message(self, tone: str, text: str, actions: Sequence[MessageAction] = ()) -> None:
        """Show a message; ``tone`` is bad, warn or good."""
        self._timer.stop()
        self._message.fill(tone, text, actions, self.clear)
        self._message.show()
        self.show()
        self._announce(text)
        if tone == "good":
            self._timer.start()

    def clear(self) -> None:
        """Take the message away; a progress line stays."""
        self._timer.stop()
        self._message.hide()
        self.setVisible(self._progress.isVisibleTo(self))

    def show_progress(self, task: Task) -> None:
        """Show how far a task is, with Cancel; for ``Tasks.run(on_progress=...)``."""
        if self._progress.show_task(task):
            self._progress.show()
            self.show()
            self._announce(task.text)

    def end_progress(self, task: Task) -> None:
        """Take a task's progress away; for ``Tasks.run(on_end=...)``."""
        if self._progress.task is task:
            self._progress.task = None
            self._progress.hide()
            self.setVisible(self._message.isVisibleTo(self))

    def cancel_task(self) -> bool:
        """Cancel the task whose progress is shown; false when there is none (Esc)."""
        if self._progress.task is None:
            return False
        task = self._progress.task
        task.cancel()
        self.end_progress(task)
        return True

    def _announce(self, text: str) -> None:
        self.setAccessibleName(text)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))


class _Line(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message")
        self._icon = QLabel()
        self._icon.setFixedSize(16, 16)
        self.told = ""
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)  # a file may be called anything
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(12, 6, 8, 6)
        self._layout.setSpacing(8)
        self._layout.addWidget(self._icon)
        self._layout.addWidget(self.words)
        self._buttons: list[KeyButton] = []

    def fill(self, tone: str, text: str, actions: Sequence[MessageAction], dismiss: Callable[[], None]) -> None:
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        self._icon.setPixmap(icon(_ICONS[tone], tone).pixmap(16, 16))
        self.told = text
        self.words.setText(isolated(text))
        for button in self._buttons:
            self._layout.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        for action in actions:
            self._add(KeyButton(action.label, key=action.key, style="link"), action.run, dismiss)
        if tone != "good":
            close = KeyButton(icon="x", style="flat")
            close.setAccessibleName("Dismiss")
            close.setToolTip("Dismiss")
            self._add(close, dismiss, None)

    def _add(self, button: KeyButton, run: Callable[[], None], before: Callable[[], None] | None) -> None:
        def clicked() -> None:
            if before is not None:
                before()
            run()

        button.clicked.connect(clicked)
        self._layout.addWidget(button)
        self._buttons.append(button)


class _ProgressLine(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message")
        self.setProperty("tone", "progress")
        self.task: Task | None = None
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # names can be long
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        cancel = KeyButton("Cancel", key="Esc", style="link")
        cancel.clicked.connect(self._cancel)
        top = QHBoxLayout()
        top.setSpacing(8)
        picture = QLabel()
        picture.setPixmap(icon("arrow-clockwise").pixmap(16, 16))
        top.addWidget(picture)
        top.addWidget(self._words, 1)
        top.addWidget(cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self._bar)

    def show_task(self, task: Task) -> bool:
        """Show a task's numbers; true when it is a task not shown so far."""
        fresh = self.task is not task
        self.task = task
        words = task.text or "Working"
        room = self._words.width() if self._words.isVisible() else _WORDS
        self._words.setText(self._words.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room))
        self._words.setToolTip(words)
        self._bar.setRange(0, task.total)
        self._bar.setValue(min(task.done, task.total))
        return fresh

    def _cancel(self) -> None:
        bar = self.parent()
        if isinstance(bar, MessageBar):
            bar.cancel_task()
