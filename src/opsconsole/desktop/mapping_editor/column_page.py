"""The page of one row: what the column holds, which field it fills, how its text is read."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.mapping_editor import parts
from opsconsole.desktop.mapping_editor.listings import format_words, parsed_id, row_id
from opsconsole.desktop.mapping_editor.state import State, lowered
from opsconsole.desktop.sections import pairs
from opsconsole.domain.file_mapping import FieldInfo, FieldUse

NOTHING = ""
_MOST_WORDS = 40
_FORMATS = ("iso", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%Y%m%d", "%d-%b-%y", "%b %d, %Y",
            "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M", "excel", "unix", "unix_ms")  # fmt: skip
_SIGNS = (("", "As the file"), (".", "Point: 1,234.50"), (",", "Comma: 1.234,50"))
_WEIGHTS = (("", "Grams"), ("1000", "Kilograms"), ("453.59237", "Pounds"), ("28.349523125", "Ounces"))
_TIMES = (("", "Days"), ("7", "Weeks"), ("0.0416666666666667", "Hours"), ("0.000694444444444444", "Minutes"))


class ColumnPage(parts.Page):
    """``field_chosen(row, target)``: a row should fill another field (``record.field``, empty: none);
    ``use_changed(use)``: how a field is read; ``also_asked(column)``: it should fill one more field.
    """

    field_chosen = Signal(str, str)
    use_changed = Signal(object)
    also_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Column", parent)
        self.fills: QComboBox | None = None
        self.row = ""
        self._use: FieldUse | None = None
        self._also = False

    def show_row(self, state: State, identity: str | None, *, also: bool = False) -> None:
        """Show a row of the columns; ``also`` asks for one more field of its column."""
        self.restart()
        self.row = identity or ""
        self.fills, self._use, self._also = None, None, also
        if not identity:
            self.add_title("No column chosen", "Choose a row to say what it fills.")
            self.column.addStretch(1)
            return
        column, record, key = parsed_id(identity)
        self._use = state.draft.use(record, key) if key and not also else None
        self._show_column(state, column)
        self._show_fills(state, column)
        if self._use is not None:
            info = state.info(record, key)
            told = "; ".join(part for part in (self._use.reason, self._use.proof) if part)
            if told:
                self.add_note(f"Why: {told}.")
            self._show_reading(state, column, info)
        self.column.addStretch(1)

    def _show_column(self, state: State, column: str) -> None:
        if not column:
            words = self._use.words() if self._use is not None else "A field without a column"
            self.add_title(words, "The same in every row, or worked out of several columns.")
            return
        facts = state.file.column(column) if state.file is not None else None
        if facts is None:
            note = "No file is at hand: choose one to see its values." if state.file is None else "Not in this file."
            self.add_title(column, note)
            return
        different = "all different" if facts.unique else f"{facts.distinct:,} different"
        self.add_title(column, f"{facts.filled:.0%} of the rows are filled, {different}")
        top = [(text[:48], f"{count:,}") for text, count in list(facts.counts.items())[:5]]
        self.column.addWidget(pairs(top))

    def _show_fills(self, state: State, column: str) -> None:
        current = f"{self._use.record}.{self._use.field}" if self._use is not None else NOTHING
        row = self.row
        taken = {f"{use.record}.{use.field}" for use in state.draft.uses} - {current}
        targets = [(NOTHING, "Nothing")]
        for number, record in enumerate(state.draft.records):
            kind = state.kinds.get(record.kind)
            for info in kind.fields if kind is not None else ():
                value = f"{number}.{info.key}"
                needed = " (needed)" if info.required else ""
                mark = ", filled already" if value in taken else ""
                targets.append((value, f"{state.label(number)}: {lowered(info.label)}{needed}{mark}"))
        label = "Also fills" if self._also else "Fills"
        if self._also:
            row = row_id(column)
        self.fills = parts.choice(targets, current, lambda value: self.field_chosen.emit(row, value), search=True)
        self.add(label, self.fills, "Type a part of the field's name")
        known = state.info(self._use.record, self._use.field) if self._use is not None else None
        if known is not None and known.help:
            self.add_note(known.help)
        if column and self._use is not None:
            also = KeyButton("Fill one more field", style="link")
            also.clicked.connect(lambda: self.also_asked.emit(column))
            self.column.addWidget(also)

    def _show_reading(self, state: State, column: str, info: FieldInfo | None) -> None:
        use = self._use
        assert use is not None
        if not use.editable:
            self.add_title(
                "How it is read", "This is worked out in a way that only the file of the mapping can say; it stays."
            )
            return
        if "const" in use.how:
            self._show_constant(state, info)
        elif "product" in use.how:
            self._show_product(state)
        elif column:
            self.add_title("How it is read")
            if info is not None and info.asks == "date":
                self._show_date(state, column)
            elif info is not None and info.asks == "number":
                self._show_number(info)
            elif info is not None and info.asks == "status":
                self._show_words(state, column, info)
            self._show_text()

    def _show_date(self, state: State, column: str) -> None:
        current = str(self._how("format", ""))
        asked = [
            value for one in state.questions if one.kind == "date" and one.about == column for value, _ in one.options
        ]
        known = list(dict.fromkeys([*asked, *([current] if current else []), *_FORMATS]))
        options = [("", "As the whole column proves"), *((pattern, format_words(pattern)) for pattern in known)]
        self.add("Date format", parts.free_choice(options, current, lambda value: self._set("format", value)),
                 "One of the list, or one like %d/%m/%Y %H:%M")  # fmt: skip
        self.add("Time zone of its times", parts.line(str(self._how("time_zone", "")),
                 lambda value: self._set("time_zone", value.strip()), "As the file"))  # fmt: skip

    def _show_number(self, info: FieldInfo) -> None:
        sign = parts.choice(_SIGNS, str(self._how("decimal", "")), lambda value: self._set("decimal", value))
        self.add("Decimal sign", sign)
        scale = str(self._how("scale", ""))
        known = (
            _WEIGHTS if info.key.endswith("weight_grams") else _TIMES if info.key.endswith("_days") else (("", "1"),)
        )
        self.add("Unit, or times", parts.free_choice(known, scale, lambda value: self._set("scale", value)),
                 "A unit, or a number that the values are multiplied with")  # fmt: skip

    def _show_words(self, state: State, column: str, info: FieldInfo) -> None:
        table: Mapping[str, str] = self._how("map", {})
        counts = state.file.counts(column) if state.file is not None else {}
        texts = list(dict.fromkeys([*counts, *table]))[:_MOST_WORDS]
        meant = {text.casefold(): code for text, code in table.items()}
        options = [("", "Not said"), *info.codes]
        for text in texts:
            rows = f", {counts[text]:,} rows" if text in counts else ""
            combo = parts.choice(options, meant.get(text.casefold(), _own(text, info)), partial(self._say, text))
            self.add(f"“{text}”{rows}", combo)
        self.add("All others", parts.choice([("", "Refused"), *info.codes], str(self._how("default", "") or ""),
                 lambda code: self._set("default", code)))  # fmt: skip

    def _show_text(self) -> None:
        null = " | ".join(map(str, _listed(self._how("null", ()))))
        self.add(
            "Counts as empty", parts.line(null, self._set_null, "N/A | -"), "Words that stand for no value, with bars"
        )
        for key, label in (("strip_prefix", "Taken away at the start"), ("strip_suffix", "Taken away at the end")):
            self.add(label, parts.line(str(self._how(key, "")), partial(self._set, key)))

    def _show_constant(self, state: State, info: FieldInfo | None) -> None:
        current = str(self._how("const", ""))
        codes = info.codes if info is not None else ()
        if info is not None and info.key == "location":
            codes = state.choices.locations
        self.add("Value in every row", parts.free_choice(codes, current, lambda value: self._set("const", value)))
        if info is not None and info.asks == "number":
            names = state.columns()
            work_out = KeyButton("Multiply two columns instead", style="link")
            work_out.clicked.connect(
                lambda: self._emit({"product": [names[0], names[min(1, len(names) - 1)]], "round": 2})
            )
            work_out.setEnabled(bool(names))
            self.column.addWidget(work_out)

    def _show_product(self, state: State) -> None:
        names = [(name, name) for name in state.columns()]
        factors = list(self._how("product", ()))
        for at, name in enumerate(factors):

            def chosen(value: str, at: int = at) -> None:
                told = list(self._how("product", ()))
                told[at] = value
                self._emit({**self._table(), "product": told})

            self.add("Column" if not at else "times", parts.choice(names, str(name), chosen, search=True))
        places = parts.choice((("", "As they are"), ("2", "2"), ("0", "0"), ("4", "4")), str(self._how("round", "")),
                              lambda value: self._set("round", int(value) if value else ""))  # fmt: skip
        self.add("Rounded to places", places)

    # --- what was said ------------------------------------------------------------------------------------------------

    def _table(self) -> dict[str, Any]:
        return dict(self._use.how) if self._use is not None else {}

    def _how(self, key: str, default: Any) -> Any:
        return self._table().get(key, default)

    def _set(self, key: str, value: Any) -> None:
        how = self._table()
        if value in ("", (), [], None):
            how.pop(key, None)
        else:
            how[key] = value
        self._emit(how)

    def _set_null(self, text: str) -> None:
        self._set("null", [word.strip() for word in text.split("|") if word.strip()])

    def _say(self, text: str, code: str) -> None:
        table = {
            word: meant for word, meant in dict(self._how("map", {})).items() if word.casefold() != text.casefold()
        }
        if code:
            table[text] = code
        self._set("map", table)

    def _emit(self, how: Mapping[str, Any]) -> None:
        if self._use is not None:
            self._use = replace(self._use, how=how, score=1.0)
            self.use_changed.emit(self._use)


def _own(text: str, info: FieldInfo) -> str:
    """The code that a word is by itself."""
    plain = text.strip().casefold()
    return next((code for code, label in info.codes if plain in (code.casefold(), label.casefold())), "")


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
