"""Choosing the moment everything is looked at: the live clock, or another time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QTime, Signal
from PySide6.QtWidgets import QDateTimeEdit, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.words import Words
from opsconsole.domain.instants import from_datetime, to_datetime


class MomentDialog(QDialog):
    """``chosen(instant or None)``; ``None`` is the live clock."""

    chosen = Signal(object)

    def __init__(self, now: int, zone: str, *, live: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("As of")
        self._zone = zone
        moment = to_datetime(now, zone)
        self.field = QDateTimeEdit(
            QDateTime(QDate(moment.year, moment.month, moment.day), QTime(moment.hour, moment.minute))
        )
        self.field.setDisplayFormat("ddd d MMM yyyy, HH:mm")
        self.field.setCalendarPopup(True)
        self.field.setAccessibleName("Moment")
        use = KeyButton("Use this moment", key="Enter", style="primary")
        use.clicked.connect(self.accept)
        clock = KeyButton("Live clock")
        clock.setEnabled(not live)
        clock.setToolTip("The clock is live already" if live else "")
        clock.clicked.connect(self._use_clock)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(Words("Facts after this moment are treated as not yet happened.", role="muted"))
        column.addWidget(self.field)
        row = QHBoxLayout()
        row.addWidget(use)
        row.addWidget(clock)
        row.addStretch(1)
        column.addLayout(row)

    def accept(self) -> None:
        """Use the moment in the field."""
        shown = self.field.dateTime()
        date, time = shown.date(), shown.time()
        moment = datetime(
            date.year(), date.month(), date.day(), time.hour(), time.minute(), tzinfo=ZoneInfo(self._zone)
        )
        self.chosen.emit(from_datetime(moment))
        super().accept()

    def _use_clock(self) -> None:
        self.chosen.emit(None)
        super().accept()
