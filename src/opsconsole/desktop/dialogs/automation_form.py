"""The form of an automation rule: conditions on the left, deeds on the right, what is wrong under its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from opsconsole.desktop.choice_box import ChoiceBox
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.words import Words
from opsconsole.domain import rota, tags
from opsconsole.domain.automation import AutomationRule, Then, When, problems
from opsconsole.domain.errors import UserError
from opsconsole.domain.money import to_decimal, to_minor
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.severity import SEVERITIES

Pairs = Sequence[tuple[str, str]]
_ROTA_HELP = "A line each: Ann: Mon-Fri 08:00-16:00, or Bo: outside hours"


@dataclass(frozen=True)
class Choices:
    """What a rule can be about: (key, words); ``currency`` is that of the limits."""

    types: Pairs = ()
    channels: Pairs = ()
    locations: Pairs = ()
    owners: Sequence[str] = ()
    currency: str = "USD"


class CheckList(QScrollArea):
    """Boxes to tick, in a frame that scrolls; nothing ticked means all."""

    def __init__(self, pairs: Pairs, chosen: Sequence[str], height: int, name: str) -> None:
        super().__init__()
        box = QWidget()
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box.setProperty("surface", "panel")
        column = QVBoxLayout(box)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(2)
        self._boxes: dict[str, QCheckBox] = {}
        # What was chosen once and is no longer known stays chosen until somebody takes it away.
        unknown = [(key, key) for key in chosen if key not in dict(pairs)]
        for key, words in [*pairs, *unknown]:
            self._boxes[key] = QCheckBox(words)
            self._boxes[key].setChecked(key in chosen)
            column.addWidget(self._boxes[key])
        column.addStretch(1)
        self.setWidget(box)
        self.setWidgetResizable(True)
        self.setObjectName("card")
        self.setFixedHeight(height)
        self.setAccessibleName(name)

    def chosen(self) -> tuple[str, ...]:
        """Keys that are ticked."""
        return tuple(key for key, box in self._boxes.items() if box.isChecked())

    def tick(self, key: str, on: bool = True) -> None:
        """Tick a box or not."""
        self._boxes[key].setChecked(on)


class AutomationForm(QDialog):
    """Edits one rule. ``accepted_rule`` and ``try_asked`` carry a rule without problems; it stays open until closed."""

    accepted_rule = Signal(object)
    try_asked = Signal(object)

    def __init__(self, rule: AutomationRule, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New automation" if not rule.id else f"Automation: {rule.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rule, self._choices = rule, choices
        self._faults: dict[str, Words] = {}
        self.fields: dict[str, Any] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.addLayout(self._conditions(rule), 0, 0)
        grid.addLayout(self._deeds(rule.then), 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(grid)
        column.addLayout(self._buttons())
        self.setMinimumWidth(760)

    # --- what is typed ------------------------------------------------------------------------------------------------

    def draft(self) -> AutomationRule | None:
        """The rule as it is typed; None where something is wrong, which then stands under its field."""
        found: dict[str, str] = {}
        text = {key: _text(field) for key, field in self.fields.items() if not isinstance(field, CheckList)}
        when = When(
            self.fields["types"].chosen(),
            tuple(code for code in SEVERITIES if self.fields["severities"].get(code).isChecked()),
            self.fields["channels"].chosen(),
            self.fields["locations"].chosen(),
            self._amount(text["value_from"], "value_from", found),
            self._amount(text["value_to"], "value_to", found),
        )
        then = Then(
            text["assign"],
            _shifts(text["rota"], found),
            str(self.fields["root_cause"].currentData() or ""),
            _hours(text["snooze_hours"], found),
            tags.split(text["tags"]),
            text["note"],
        )
        rule = replace(self._rule, name=text["name"], when=when, then=then)
        found = {**problems(rule), **found}
        self.show_problems(found)
        return None if found else rule

    def show_problems(self, found: Mapping[str, str]) -> None:
        """Say under each field what is wrong with it; what belongs to no field stands under the name."""
        told = {key if key in self._faults else "name": words for key, words in found.items()}
        for key, words in self._faults.items():
            words.set_words(told.get(key, ""))
            words.setVisible(key in told)
            field = self.fields[key]
            if isinstance(field, QWidget):
                field.setProperty("invalid", key in told)
                field.style().unpolish(field)
                field.style().polish(field)
        self._fit()
        first = next((self.fields[key] for key in self._faults if key in told), None)
        if isinstance(first, QWidget):
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        """As high as the sentences under the fields need."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), max(self.sizeHint().height(), layout.totalHeightForWidth(self.width())))

    def _amount(self, text: str, key: str, found: dict[str, str]) -> int | None:
        if not text:
            return None
        try:
            return to_minor(Decimal(text.replace(",", "")), self._choices.currency)
        except InvalidOperation:
            found[key] = "Write an amount, as in 250 or 99.50."
            return None

    # --- how it looks -------------------------------------------------------------------------------------------------

    def _conditions(self, rule: AutomationRule) -> QVBoxLayout:
        column, when, choices = _column("Acts on new exceptions"), rule.when, self._choices
        self._add(column, "name", "Name", QLineEdit(rule.name))
        self._add(column, "types", "Types (none: all)", CheckList(choices.types, when.types, 132, "Types"))
        row = QHBoxLayout()
        boxes = {code: QCheckBox(code) for code in SEVERITIES}
        for code, box in boxes.items():
            box.setChecked(code in when.severities)
            box.setAccessibleName(f"Severity {code}")
            row.addWidget(box)
        row.addStretch(1)
        self.fields["severities"] = boxes
        column.addWidget(Words("Severity (none: all)", role="small"))
        column.addLayout(row)
        pair = QHBoxLayout()
        pair.setSpacing(12)
        for key, label, known, chosen in (
            ("channels", "Channels (none: all)", choices.channels, when.channels),
            ("locations", "Sites (none: all)", choices.locations, when.locations),
        ):
            part = QVBoxLayout()
            self._add(part, key, label, CheckList(known, chosen, 88, label))
            pair.addLayout(part)
        column.addLayout(pair)
        limits = QHBoxLayout()
        limits.setSpacing(12)
        for key, label, value in (("value_from", "from", when.value_from), ("value_to", "to", when.value_to)):
            part = QVBoxLayout()
            typed = "" if value is None else str(to_decimal(value, choices.currency))
            self._add(part, key, f"Value at risk {label}, {choices.currency}", QLineEdit(typed))
            limits.addLayout(part)
        column.addLayout(limits)
        column.addStretch(1)
        return column

    def _deeds(self, then: Then) -> QVBoxLayout:
        column = _column("Does")
        owner = ChoiceBox()
        owner.setEditable(True)
        owner.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        owner.addItems(list(self._choices.owners))
        owner.setEditText(then.assign)
        self._add(column, "assign", "Assign to (with a rota: when nobody is on duty)", owner)
        lines = QPlainTextEdit(rota.in_words(then.rota))
        lines.setFixedHeight(84)
        lines.setTabChangesFocus(True)
        lines.setPlaceholderText(_ROTA_HELP)
        self._add(column, "rota", "Rota, the first line whose time it is gets it", lines)
        cause = ChoiceBox()
        for key, label in [("", "Leave it open"), *((code, one.label) for code, one in ROOT_CAUSES.items())]:
            cause.addItem(label, key)
        cause.setCurrentIndex(max(0, cause.findData(then.root_cause)))
        self._add(column, "root_cause", "Root cause", cause)
        snooze = QLineEdit(f"{then.snooze_hours:g}" if then.snooze_hours else "")
        self._add(column, "snooze_hours", "Snooze, hours", snooze)
        self._add(column, "tags", "Tags, separated by commas", QLineEdit(tags.join(then.tags)))
        self._add(column, "note", "Note into the history", QLineEdit(then.note))
        column.addStretch(1)
        return column

    def _add(self, column: QVBoxLayout, key: str, label: str, field: QWidget) -> None:
        field.setAccessibleName(label)
        fault = Words("", tone="bad", role="small", wrap=True)
        fault.hide()
        self.fields[key], self._faults[key] = field, fault
        column.addWidget(Words(label, role="small"))
        column.addWidget(field)
        column.addWidget(fault)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        save = KeyButton("Save", key="Ctrl+Enter", style="primary")
        save.clicked.connect(self.save)
        save.setShortcut("Ctrl+Return")
        trial = KeyButton("Try on today's queue")
        trial.setToolTip("Show what it would do to what is open now; nothing is written")
        trial.clicked.connect(self.try_it)
        cancel = KeyButton("Cancel", key="Esc")
        cancel.clicked.connect(self.reject)
        for button in (save, trial, cancel):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def save(self) -> None:
        """Hand the rule over, if nothing is wrong."""
        rule = self.draft()
        if rule is not None:
            self.accepted_rule.emit(rule)

    def try_it(self) -> None:
        """Ask what the rule would do, if nothing is wrong."""
        rule = self.draft()
        if rule is not None:
            self.try_asked.emit(rule)


def _column(title: str) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(Words(title, role="section"))
    return column


def _shifts(text: str, found: dict[str, str]) -> tuple[rota.Shift, ...]:
    try:
        return rota.parse(text)
    except UserError as fault:
        found["rota"] = str(fault)
        return ()


def _hours(text: str, found: dict[str, str]) -> float:
    try:
        return float(text) if text else 0.0
    except ValueError:
        found["snooze_hours"] = "Write hours as a number, as in 4 or 1.5."
        return 0.0


def _text(field: Any) -> str:
    if isinstance(field, QPlainTextEdit):
        return field.toPlainText().strip()
    if isinstance(field, QComboBox):
        return field.currentText().strip()
    return field.text().strip() if isinstance(field, QLineEdit) else ""
