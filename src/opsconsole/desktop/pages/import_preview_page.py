"""The panel of a file before it is imported: what it is and why, what is asked, what it would do, what is not read."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.mapping_editor.listings import format_words
from opsconsole.desktop.pages.import_page import counts_body
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import Words
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.import_answers import ImportAnswers
    from opsconsole.services.import_preview import FilePreview

_PARTS = (
    ("inserted", "New", "good"),
    ("updated", "Changed", "accent"),
    ("unchanged", "Unchanged", "line_strong"),
    ("rejected", "Rejected", "bad"),
)
_STATES = {
    "dry_run": ("Ready", "good"),
    "empty": ("Empty", "warn"),
    "no_records": ("No records", "warn"),
    "asks": ("Needs an answer", "warn"),
    "not_recognized": ("Not recognized", "warn"),
    "refused": ("Cannot be read", "bad"),
    "cancelled": ("Not looked at", "warn"),
}


def preview_panel(
    file: "FilePreview", formats: Formats, answers: "ImportAnswers", *, looking: bool = False
) -> PanelContent:
    """Contents of the panel; of a file that is being looked at again what was known is not told any more."""
    report = file.report
    name = report.name.rpartition("/")[2]
    if looking:
        told = "It is looked at with what you said; what it would do is told in a moment."
        return PanelContent(name, badge="Looking again", subtitle=told)
    words, tone = _STATES.get(file.state, (file.state, ""))
    parts = []
    if report.ask_formats:
        parts.append(_dates(file, answers))
    if report.ask_channels:
        parts.append(_channels(file, answers))
    if report.ask_currencies:
        parts.append(_currencies(file, answers))
    if report.message and not file.asks:
        parts.append(Section("Why it cannot be imported", sections.sentences(report.message, note=report.hint)))
    if file.ready:
        read = report.total("read")
        counts = {key: report.total(key) for key, _, _ in _PARTS}
        parts.append(
            Section(f"{plural(read, 'record')} read", counts_body(counts, formats, _PARTS), "nothing written yet")
        )
    if file.description or report.why:
        parts.append(_recognized(file, formats, answers))
    if report.notes:
        parts.append(Section("To know", sections.sentences("\n".join(report.notes))))
    if report.unused:
        listed = ", ".join(report.unused)
        parts.append(Section("Columns not read", Words(listed, role="small", wrap=True), f"{len(report.unused)}"))
    return PanelContent(
        name,
        badge=words,
        badge_tone=tone,
        subtitle=report.label or ("No source and no saved mapping fits it" if file.top else "It is no table"),
        sections=tuple(parts),
    )


def _recognized(file: "FilePreview", formats: Formats, answers: "ImportAnswers") -> Section:
    report = file.report
    box, column = _box()
    if report.why:
        column.addWidget(Words(f"It is **{report.label}**: {report.why}.", wrap=True))
    facts = [("Read as", file.description)] if file.description else []
    if file.header_line:
        facts.append(("Header in line", formats.count(file.header_line)))
        facts.append(("Columns", formats.count(sum(1 for name in file.header if name))))
    told = [(name, format_words(pattern)) for name, pattern in report.formats.items() if pattern != "iso"]
    facts += [(f"Dates of “{file.column_name(name)}”", words) for name, words in told]
    if report.channel:
        facts.append(("Channel", report.channel))
    if report.currency:
        facts.append(("Amounts in", report.currency))
    if report.source_time is not None:
        facts.append(("Data as of", formats.instant(report.source_time)))
        facts.append(("Told by", report.basis))
    column.addWidget(sections.pairs(facts))
    links = _links(file, answers)
    for at in range(0, len(links), 2):
        row = QHBoxLayout()
        row.setSpacing(8)
        for link in links[at : at + 2]:
            row.addWidget(link)
        row.addStretch(1)
        column.addLayout(row)
    return Section("Why" if report.why else "What it looks like", box)


def _links(file: "FilePreview", answers: "ImportAnswers") -> list[KeyButton]:
    """What was found or said can be said otherwise."""
    report = file.report
    links = []
    chosen = report.label and report.source != "corrections"  # a workbook of rejected lines says itself what it is
    if chosen and file.top:
        links.append(KeyButton("Another source", key="T", style="link"))
        links[-1].clicked.connect(lambda: answers.ask_source())
    if chosen and report.channel:
        links.append(KeyButton("Another channel", key="C", style="link"))
        links[-1].clicked.connect(lambda: answers.ask_channel())
    if report.currency:
        links.append(KeyButton("Another currency", key="U", style="link"))
        links[-1].clicked.connect(lambda: answers.ask_currency())
    if not report.ask_formats and answers.doubt(file) is not None:
        links.append(KeyButton("Other dates", key="D", style="link"))
        links[-1].clicked.connect(lambda: answers.ask_format())
    return links


def _currencies(file: "FilePreview", answers: "ImportAnswers") -> Section:
    """What is likely and why, and a way to say another one."""
    box, column = _box()
    told = "Neither the file nor its mapping says which currency its amounts are in. It is remembered for the mapping."
    column.addWidget(Words(told, wrap=True))
    for number, (code, why) in enumerate(file.report.ask_currencies, 1):
        row = QHBoxLayout()
        row.setSpacing(8)
        button = KeyButton(code, key=str(number) if number < 5 else "", style="secondary")
        button.clicked.connect(lambda checked=False, code=code: answers.say_currency(code))
        row.addWidget(button)
        row.addWidget(Words(f"{why[:1].upper()}{why[1:]}", role="muted"), 1)
        column.addLayout(row)
    other = KeyButton("Another one", key="U", style="link")
    other.clicked.connect(lambda: answers.ask_currency())
    column.addWidget(other)
    return Section("Which currency are its amounts in?", box)


def _dates(file: "FilePreview", answers: "ImportAnswers") -> Section:
    """Both readings on an example of the file."""
    report = file.report
    box, column = _box()
    name = next(iter(report.ask_formats))
    column.addWidget(Words(f"In the column **{file.column_name(name)}**, what is **{report.ask_example}**?", wrap=True))
    for number, (pattern, reading) in enumerate(report.ask_readings, 1):
        button = KeyButton(reading, key=str(number), style="secondary")
        button.setToolTip(f"The whole column is read as {format_words(pattern)}")
        button.clicked.connect(lambda checked=False, pattern=pattern: answers.say_format(name, pattern))
        column.addWidget(button)
    return Section("Which date is it?", box)


def _channels(file: "FilePreview", answers: "ImportAnswers") -> Section:
    box, column = _box()
    told = "Two shops both have an order #1001, so the name of the shop is part of every order."
    column.addWidget(Words(told, wrap=True))
    labels = dict(file.channels)
    for number, key in enumerate(file.report.ask_channels, 1):
        button = KeyButton(labels.get(key, key), key=str(number) if number < 10 else "")
        button.clicked.connect(lambda checked=False, key=key: answers.say_channel(key))
        column.addWidget(button)
    other = KeyButton("Another one", key="C", style="link")
    other.clicked.connect(lambda: answers.ask_channel())
    column.addWidget(other)
    return Section("Which shop is it from?", box)


def _box() -> tuple[QWidget, QVBoxLayout]:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    return box, column
