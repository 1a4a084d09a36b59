"""The panel of one exception rule: what it says, its values with fields, where they differ, a trial, its history."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.choice_box import ChoiceBox
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import Words
from opsconsole.domain.rule_page import RuleOverride, RulePage, RuleValue, Trial
from opsconsole.domain.severity import SEVERITIES

Choices = Mapping[str, Sequence[tuple[str, str]]]
_PLACES = (("channel", "All channels"), ("service", "All services"), ("location", "All sites"))


class Draft(NamedTuple):
    """What is typed and not saved: texts by the value's key, and the place they are for."""

    texts: dict[str, str]
    place: dict[str, str]


class RuleCalls(NamedTuple):
    """What the panel's parts do: try a value (its key), end an override, show the rows of a trial's outcome."""

    attempt: Callable[[str], None]
    end: Callable[[str, RuleOverride], None]
    show_rows: Callable[[str], None]


def rule_panel(
    page: RulePage, formats: Formats, draft: Draft, choices: Choices, trial: Trial | None, calls: RuleCalls
) -> PanelContent:
    """Contents of the panel; fields write into ``draft`` as they are typed into."""
    parts = [Section("What it says", sections.sentences(_about(page)))]
    if trial is not None and trial.rule == page.code:
        parts.append(Section("Tried on history", _trial(trial, calls.show_rows), f"the last {trial.days} days"))
    parts.append(Section("Values", _values(page, draft, choices, calls.attempt)))
    overrides = [(value, one) for value in page.values for one in value.overrides]
    if overrides:
        parts.append(Section("Set", _overrides(overrides, formats, calls.end), f"{len(overrides)}"))
    if page.learned:
        rows = [(f"{case}", f"{number:,.0f}") for cases in page.learned.values() for case, number in cases.items()]
        parts.append(Section("Learned from history", sections.pairs(rows)))
    told = [(formats.instant(one.at), one.who, _event(one.words, one.reason)) for one in page.history]
    if told:
        parts.append(Section("History", sections.history(told)))
    money = formats.money(page.value_at_risk, page.currency, whole=True)
    return PanelContent(
        page.label,
        badge=page.severity,
        subtitle=_ran(page, formats),
        aside=f"{page.open:,} open, {money}",
        notice=None if not page.reason else Notice(page.reason),
        sections=tuple(parts),
    )


def _about(page: RulePage) -> str:
    within = next((value.words for value in page.values if value.key == "resolve_hours"), "")
    clock = f" To be resolved within **{within}**{' of working time' if page.working else ''}." if within else ""
    return f"{page.about}{clock}".strip()


def _ran(page: RulePage, formats: Formats) -> str:
    if page.last_run_at is None:
        return "Not run yet"
    takes = page.milliseconds
    told = "" if takes is None else f"; over everything it takes {f'{takes:,}' if takes else 'less than 1'} ms"
    return f"Ran {formats.instant(page.last_run_at)}{told}"


def _event(words: str, reason: str) -> str:
    return f"{words}: {reason}" if reason else words


def _values(page: RulePage, draft: Draft, choices: Choices, attempt: Callable[[str], None]) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(4)
    shown = [value for value in page.values if value.kind != "flag"]
    for number, value in enumerate(shown):
        grid.addWidget(Words(value.label, wrap=True), 2 * number, 0)
        grid.addWidget(_field(value, draft), 2 * number, 1)
        grid.addWidget(Words(value.unit, role="small"), 2 * number, 2)
        if value.kind == "number" and value.key != "resolve_hours":
            button = KeyButton("Try", style="link")
            button.setToolTip("What this value would have done to the last 90 days")
            button.clicked.connect(lambda checked=False, key=value.key: attempt(key))
            grid.addWidget(button, 2 * number, 3)
        grid.addWidget(Words(_range(value), role="small", wrap=True), 2 * number + 1, 0, 1, 4)
    grid.setColumnStretch(0, 1)
    column.addLayout(grid)
    column.addWidget(Words("Where the new values hold", role="small"))
    column.addLayout(_places(draft, choices))
    return box


def _range(value: RuleValue) -> str:
    if value.kind != "number":
        return f"By default {value.default}"
    span = f"{value.low:,g} to {value.high:,g}, by default {value.default:,g}"
    return f"{span}. {value.help}" if value.help else span


def _field(value: RuleValue, draft: Draft) -> QWidget:
    now = value.value if value.kind == "severity" else f"{value.value:g}"
    if value.kind == "severity":
        combo = ChoiceBox()
        combo.addItems(list(SEVERITIES))
        combo.setCurrentText(draft.texts.get(value.key, now))
        combo.setAccessibleName(value.label)
        combo.currentTextChanged.connect(lambda text: draft.texts.__setitem__(value.key, text))
        combo.setFixedWidth(72)
        return combo
    field = QLineEdit(draft.texts.get(value.key, now))
    field.setObjectName(f"value-{value.key}")
    field.setAccessibleName(f"{value.label} in {value.unit}" if value.unit else value.label)
    field.setAlignment(Qt.AlignmentFlag.AlignRight)
    field.setFixedWidth(72)
    field.textChanged.connect(lambda text: _typed(field, value, draft, text))
    return field


def _typed(field: QLineEdit, value: RuleValue, draft: Draft, text: str) -> None:
    draft.texts[value.key] = text
    invalid = number_of(text, value) is None
    if field.property("invalid") != invalid:
        field.setProperty("invalid", invalid)
        field.style().unpolish(field)
        field.style().polish(field)


def number_of(text: str, value: RuleValue) -> float | None:
    """The number typed for a value; None where it is none or out of its range."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if value.low <= number <= value.high else None


def _places(draft: Draft, choices: Choices) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for key, everywhere in _PLACES:
        combo = ChoiceBox()
        combo.addItem(everywhere, "")
        for code, words in choices.get(key, ()):
            combo.addItem(words, code)
        combo.setCurrentIndex(max(combo.findData(draft.place.get(key, "")), 0))
        combo.setAccessibleName(everywhere)
        combo.currentIndexChanged.connect(
            lambda index, key=key, combo=combo: draft.place.__setitem__(key, str(combo.itemData(index) or ""))
        )
        combo.setMinimumWidth(60)
        row.addWidget(combo, 1)
    return row


def _overrides(
    found: Sequence[tuple[RuleValue, RuleOverride]], formats: Formats, end: Callable[[str, RuleOverride], None]
) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(4)
    for row, (value, one) in enumerate(found):
        words = f"**{value.label}: {one.words}** {one.place or 'everywhere'}, since {formats.instant(one.since)}"
        grid.addWidget(Words(f"{words} by {one.who}: {one.reason}", role="note", wrap=True), row, 0)
        button = KeyButton("End", style="link")
        button.setToolTip("The value no longer holds here")
        button.clicked.connect(lambda checked=False, key=value.key, one=one: end(key, one))
        grid.addWidget(button, row, 1, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(0, 1)
    return box


def _trial(trial: Trial, show_rows: Callable[[str], None]) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addWidget(Words(trial.words, wrap=True))
    for note in trial.notes:
        column.addWidget(Words(note, role="small", wrap=True))
    row = QHBoxLayout()
    row.setSpacing(8)
    parts = (
        ("not_raised", f"{trial.not_raised:,} not raised", trial.not_raised),
        ("escalated", f"{trial.escalated:,} escalated", trial.escalated),
        ("more", f"{trial.more:,} more", trial.more),
        ("total", f"All {trial.total:,}", trial.total),
    )
    for key, words, count in parts:
        if count:
            button = KeyButton(words, style="link")
            button.clicked.connect(lambda checked=False, key=key: show_rows(key))
            row.addWidget(button)
    row.addStretch(1)
    column.addLayout(row)
    return box
