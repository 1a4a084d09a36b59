"""The page of the whole file: what its rows are, which are no records, how it is written, what holds for all of it."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.mapping_editor import parts
from opsconsole.desktop.mapping_editor.state import State
from opsconsole.desktop.words import Words

_ENCODINGS = ("", "utf-8", "cp1252", "latin-1", "utf-16", "cp1250", "cp1251", "shift_jis", "gb18030", "iso8859-15")
_DELIMITERS = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Vertical bar"),
               ("^", "Caret"), ("~", "Tilde"))  # fmt: skip
_SIGNS = (("", "As the columns prove"), (".", "Point: 1,234.50"), (",", "Comma: 1.234,50"))
_TESTS = (("equals", "is"), ("startswith", "starts with"), ("contains", "contains"), ("empty", "is empty"))
_TEST_WORDS = {"equals": "is", "startswith": "starts with", "contains": "contains", "endswith": "ends with",
               "not_equals": "is not", "matches": "matches"}  # fmt: skip


class FilePage(parts.Page):
    """``options_changed(options)``: read the file otherwise; ``kinds_changed(kinds)``: its rows are something else;
    ``value_changed(key, value)``: something that holds for the file; ``skips_changed(record, rest)``: rows to skip or
    what one record is; ``constant_asked(target)``: a field that is the same in every row.
    """

    options_changed = Signal(object)
    kind_added = Signal(str)
    kind_removed = Signal(int)
    value_changed = Signal(str, str)
    rest_changed = Signal(int, object)
    constant_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Whole file", parent)
        self.kinds: QComboBox | None = None
        self._waiting: State | None = None

    def set_state(self, state: State) -> None:
        """Show what is said of the file: now, or when the page comes to the front."""
        self._waiting = state
        if self.isVisible():
            self._show_waiting()

    def showEvent(self, event: QShowEvent) -> None:
        """The page comes to the front."""
        super().showEvent(event)
        self._show_waiting()

    def _show_waiting(self) -> None:
        state, self._waiting = self._waiting, None
        if state is None:
            return
        self.restart()
        self._show_records(state)
        self._show_constants(state)
        self._show_skips(state)
        self._show_file(state)
        self._show_values(state)
        self.column.addStretch(1)

    def _show_records(self, state: State) -> None:
        self.add_title("What its rows are")
        names = [("", "One record per row"), *((name, f"One per {name}") for name in state.columns())]
        for number, record in enumerate(state.draft.records):
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(Words(f"**{state.label(number)}**"), 1)
            remove = KeyButton("Remove", style="link")
            remove.setAccessibleName(f"Remove {state.label(number)}")
            remove.clicked.connect(lambda checked=False, number=number: self.kind_removed.emit(number))
            row.addWidget(remove)
            self.column.addSpacing(4)
            self.column.addLayout(row)
            told = record.rest.get("one_per", ())
            current = str(told if isinstance(told, str) else told[0]) if told else ""

            def chosen(value: str, number: int = number, rest: Mapping[str, Any] = record.rest) -> None:
                self.rest_changed.emit(number, {**rest, "one_per": [value] if value else []})

            combo = parts.choice(names, current, chosen, search=True)
            combo.setAccessibleName(f"{state.label(number)}: one per")
            self.column.addWidget(combo)
        likely = [(key, f"{state.kinds[key].label} (fits)") for key in state.others if key in state.kinds]
        rest = [(key, kind.label) for key, kind in state.kinds.items() if key not in state.others]
        label = "They are also" if state.draft.records else "They are"
        self.kinds = parts.choice([("", "Choose"), *likely, *rest], "", self.kind_added.emit, search=True)
        self.add(label, self.kinds, "Type a part of its name")

    def _show_constants(self, state: State) -> None:
        filled = {(use.record, use.field) for use in state.draft.uses}
        targets = [
            (f"{number}.{info.key}", state.field_words(number, info.key))
            for number, record in enumerate(state.draft.records)
            for info in (state.kinds[record.kind].fields if record.kind in state.kinds else ())
            if (number, info.key) not in filled
        ]
        if targets:
            combo = parts.choice([("", "Choose a field"), *targets], "", self.constant_asked.emit, search=True)
            self.add("Fill a field without a column", combo, "The same value in every row, or two columns multiplied")

    def _show_skips(self, state: State) -> None:
        if not state.draft.records:
            return
        self.add_title("Rows that are no records")
        known: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
        for number, record in enumerate(state.draft.records):
            for condition in record.skips:
                known.setdefault(skip_words(condition), []).append((number, condition))
        for words, places in known.items():
            row = QHBoxLayout()
            row.addWidget(Words(words, wrap=True), 1)
            remove = KeyButton("Remove", style="link")
            remove.setAccessibleName(f"Do not skip: {words}")
            remove.clicked.connect(lambda checked=False, places=places: self._without_skip(state, places))
            row.addWidget(remove)
            self.column.addLayout(row)
        if not known:
            self.add_note("None is skipped.")
        self._add_skip_form(state)

    def _without_skip(self, state: State, places: list[tuple[int, Mapping[str, Any]]]) -> None:
        for number, condition in places:
            record = state.draft.records[number]
            kept = [one for one in record.skips if one != condition]
            self.rest_changed.emit(number, {**record.rest, "skip_where": kept})

    def _add_skip_form(self, state: State) -> None:
        names = [(name, name) for name in state.columns()]
        column = parts.choice(names, names[0][0] if names else "", lambda value: None, search=True)
        test = parts.choice(_TESTS, "equals", lambda value: None)
        text = QLineEdit()
        text.setPlaceholderText("TOTAL | Sum")
        add = KeyButton("Skip such rows")

        def added() -> None:
            how = str(test.currentData())
            told = [word.strip() for word in text.text().split("|") if word.strip()]
            if how != "empty" and not told:
                text.setFocus()
                return
            condition = {"column": str(column.currentData() or "")}
            condition |= {"filled": False} if how == "empty" else {how: told}  # type: ignore[dict-item]
            for number, record in enumerate(state.draft.records):
                self.rest_changed.emit(number, {**record.rest, "skip_where": [*record.skips, condition]})

        add.clicked.connect(added)
        text.returnPressed.connect(added)
        self.add("Skip where", column)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget, name in ((test, "Test"), (text, "Text")):
            widget.setAccessibleName(f"Skip where: {name.lower()}")
            row.addWidget(widget, 1)
        row.addWidget(add)
        self.column.addLayout(row)

    def _show_file(self, state: State) -> None:
        if state.file is None:
            return
        told = state.options
        self.add_title(
            "The file",
            f"{state.file.description}; header on line {state.file.header.line}, {state.file.header.reason}.",
        )
        if len(state.file.sheets) > 1:
            pairs = [(name, name) for name in state.file.sheets]
            current = str(told.get("sheet") or state.file.sheets[0])
            self.add("Sheet", parts.choice(pairs, current, lambda value: self._option(state, "sheet", value)))
        edit = parts.line(str(state.file.header.line), lambda value: self._option(state, "header_row", value))
        self.add("Header line", edit, "Or Enter on one of the first lines below")
        if state.file.encoding:
            pairs = [(name, name or f"As found: {state.file.encoding}") for name in _ENCODINGS]
            current = str(told.get("encoding", ""))
            self.add("Encoding", parts.choice(pairs, current, lambda value: self._option(state, "encoding", value)))
        if state.file.delimiter or state.file.encoding:
            current = str(told.get("delimiter", ""))
            found = dict(_DELIMITERS).get(state.file.delimiter, state.file.delimiter)
            pairs = [("", f"As found: {found.lower()}" if found else "As found"), *_DELIMITERS]
            combo = parts.free_choice(pairs, current, lambda value: self._option(state, "delimiter", value[:1]))
            self.add("Between columns", combo, "One of the list, or any one sign")
            starts = ", ".join(map(str, state.file.column_starts))
            edit = parts.line(starts, lambda value: self._option(state, "column_starts", value), "1, 12, 30")
            self.add("Or columns at fixed places", edit, "Where each column begins, counted from 1")

    def _option(self, state: State, key: str, value: str) -> None:
        told: dict[str, Any] = {**state.options, key: value}
        if key == "header_row":
            told[key] = int(value) if value.strip().isdigit() else 0
        if key == "column_starts":
            places = sorted({int(word) for word in value.replace(",", " ").split() if word.isdigit() and int(word)})
            told[key] = places
        if key == "delimiter":
            told.pop("column_starts", None)
        if key in ("sheet", "encoding", "delimiter", "column_starts"):
            told.pop("header_row", None)
        self.options_changed.emit({name: kept for name, kept in told.items() if kept})

    def _show_values(self, state: State) -> None:
        self.add_title("What holds for all of it")
        draft, choices = state.draft, state.choices
        shop = parts.free_choice(choices.channels, draft.channel, self._value("channel"), "Asked when importing")
        self.add("Channel", shop, "The shop or account that its orders belong to")
        self.add(
            "Location", parts.free_choice(choices.locations, draft.location, self._value("location"), "As its rows say")
        )
        file = draft.file
        self.add(
            "Currency",
            parts.line(str(file.get("currency", "")), self._value("currency"), "As its rows say"),
        )
        self.add(
            "Time zone",
            parts.line(
                str(file.get("time_zone", "")), self._value("time_zone"), f"{choices.time_zone}, where no time says"
            ),
        )
        self.add("Decimal sign", parts.choice(_SIGNS, str(file.get("decimal", "")), self._value("decimal")))

    def _value(self, key: str) -> Any:
        return lambda value: self.value_changed.emit(key, value.strip())


def skip_words(condition: Mapping[str, Any]) -> str:
    """A condition in words: ``Type is TOTAL``."""
    column = condition.get("column", "")
    told = []
    for key, value in condition.items():
        if key == "filled":
            told.append(f"{column} is {'filled' if value else 'empty'}")
        elif key in _TEST_WORDS:
            words = value if isinstance(value, str) else " or ".join(map(str, value))
            told.append(f"{column} {_TEST_WORDS[key]} {words}")
        elif key == "also":
            told.append(skip_words(value))
    return " and ".join(told)
