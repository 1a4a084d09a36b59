"""The panel of a file before it is imported: what it is and why, what is asked, what it would do, what is not read."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.mapping_editor.listings import format_words
from opsconsole.desktop.pages.import_page import counts_body
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import Words
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.services.import_preview import FilePreview

_PARTS = (
    ("inserted", "New", "good"),
    ("updated", "Changed", "accent"),
    ("unchanged", "Unchanged", "line_strong"),
    ("rejected", "Rejected", "bad"),
)
_STATES = {
    "dry_run": ("Ready", "good"),
    "not_recognized": ("Not recognized", "warn"),
    "refused": ("Cannot be read", "bad"),
    "cancelled": ("Not looked at", "warn"),
}


class PreviewCalls(NamedTuple):
    """What the panel's parts do: say a date format of a column, say the channel, ask for another channel."""

    say_format: Callable[[str, str], None]
    say_channel: Callable[[str], None]
    ask_channel: Callable[[], None]


def preview_panel(file: "FilePreview", formats: Formats, calls: PreviewCalls) -> PanelContent:
    """Contents of the panel."""
    report = file.report
    words, tone = ("Needs an answer", "warn") if file.asks else _STATES.get(report.state, (report.state, ""))
    parts = []
    if report.ask_formats:
        parts.append(_dates(file, calls))
    if report.ask_channels:
        parts.append(_channels(file, calls))
    if report.message and not file.asks:
        parts.append(Section("Why it cannot be imported", sections.sentences(report.message, note=report.hint)))
    if file.ready:
        read = report.total("read")
        counts = {key: report.total(key) for key, _, _ in _PARTS}
        parts.append(
            Section(f"{plural(read, 'record')} read", counts_body(counts, formats, _PARTS), "nothing written yet")
        )
    parts.append(_recognized(file, formats, calls))
    if report.notes:
        parts.append(Section("To know", sections.sentences("\n".join(report.notes))))
    if report.unused:
        listed = ", ".join(report.unused)
        parts.append(Section("Columns not read", Words(listed, role="small", wrap=True), f"{len(report.unused)}"))
    return PanelContent(
        report.name.rpartition("/")[2],
        badge=words,
        badge_tone=tone,
        subtitle=report.label or "No source and no saved mapping fits it",
        sections=tuple(parts),
    )


def _recognized(file: "FilePreview", formats: Formats, calls: PreviewCalls) -> Section:
    report = file.report
    box, column = _box()
    if report.why:
        column.addWidget(Words(f"It is **{report.label}**: {report.why}.", wrap=True))
    facts = [("Read as", file.description or "unknown")]
    if file.header_line:
        facts.append(("Header in line", formats.count(file.header_line)))
        facts.append(("Columns", formats.count(sum(1 for name in file.header if name))))
    told = [(name, format_words(pattern)) for name, pattern in report.formats.items() if pattern != "iso"]
    facts += [(f"Dates of “{name}”", words) for name, words in told]
    if report.channel:
        facts.append(("Channel", report.channel))
    if report.source_time is not None:
        facts.append(("Data as of", formats.instant(report.source_time)))
        facts.append(("Told by", report.basis))
    column.addWidget(sections.pairs(facts))
    link = ("Another channel", calls.ask_channel) if report.channel else None
    return Section("Why" if report.why else "What it looks like", box, "", link)


def _dates(file: "FilePreview", calls: PreviewCalls) -> Section:
    """Both readings on an example of the file."""
    report = file.report
    box, column = _box()
    name = next(iter(report.ask_formats))
    column.addWidget(Words(f"In the column **{name}**, what is **{report.ask_example}**?", wrap=True))
    for number, (pattern, reading) in enumerate(report.ask_readings, 1):
        button = KeyButton(reading, key=str(number), style="secondary")
        button.setToolTip(f"The whole column is read as {format_words(pattern)}")
        button.clicked.connect(lambda checked=False, pattern=pattern: calls.say_format(name, pattern))
        column.addWidget(button)
    return Section("Which date is it?", box)


def _channels(file: "FilePreview", calls: PreviewCalls) -> Section:
    box, column = _box()
    told = "Two shops both have an order #1001, so the name of the shop is part of every order."
    column.addWidget(Words(told, wrap=True))
    labels = dict(file.channels)
    for number, key in enumerate(file.report.ask_channels, 1):
        button = KeyButton(labels.get(key, key), key=str(number) if number < 10 else "")
        button.clicked.connect(lambda checked=False, key=key: calls.say_channel(key))
        column.addWidget(button)
    other = KeyButton("Another one", key="C", style="link")
    other.clicked.connect(lambda: calls.ask_channel())
    column.addWidget(other)
    return Section("Which shop is it from?", box)


def _box() -> tuple[QWidget, QVBoxLayout]:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    return box, column
