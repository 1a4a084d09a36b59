"""The panel of an import: the four counts of all its files, what that changed, what to do next, and the file itself."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.services.import_pages import ImportPage, NextStep

PARTS = (
    ("inserted", "Inserted", "good"),
    ("updated", "Updated", "accent"),
    ("unchanged", "Unchanged", "line_strong"),
    ("rejected", "Rejected", "bad"),
)
_STATES = {
    "done": ("Done", "good"),
    "partly": ("Partly done", "warn"),
    "cancelled": ("Cancelled", "warn"),
    "not_recognized": ("Not recognized", "warn"),
    "refused": ("Refused", "bad"),
    "undone": ("Undone", ""),
    "dismissed": ("Dismissed", ""),
}
_WAITING = "Rejected lines wait here. Correct them and import them again: nothing is doubled."


class PartsBar(QWidget):
    """A bar cut into parts of different colors."""

    def __init__(self, parts: Sequence[tuple[float, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self.setFixedHeight(12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the parts side by side; even a small one is seen."""
        painter = QPainter(self)
        total = sum(size for size, _ in self._parts)
        x = 0.0
        for size, role in self._parts:
            if size > 0 and total > 0:
                width = max(3.0, self.width() * size / total)
                painter.fillRect(QRectF(x, 0, min(width, self.width() - x) - 1, self.height()), theme.color(role))
                x += width


class Swatch(QWidget):
    """A square in the color of a part."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.setFixedSize(10, 20)

    def sizeHint(self) -> QSize:
        """As wide as its square, as high as a line."""
        return QSize(10, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the square."""
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 5, 10, 10), theme.color(self._role))


def counts_body(counts: dict[str, Any], formats: Formats, labels: Sequence[tuple[str, str, str]] = PARTS) -> QWidget:
    """The bar of the parts of what was read, and a line for each with its share."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addWidget(PartsBar([(counts[key] or 0, role) for key, _, role in labels]))
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(3, 52)
    read = sum(counts[key] or 0 for key, _, _ in labels)
    right = Qt.AlignmentFlag.AlignRight
    for number, (key, words, role) in enumerate(labels):
        count = counts[key] or 0
        grid.addWidget(Swatch(role), number, 0)
        grid.addWidget(Words(words), number, 1)
        grid.addWidget(Words(f"**{formats.count(count)}**"), number, 2, right)
        grid.addWidget(Words(formats.percent(count / read) if read else "", role="muted"), number, 3, right)
    column.addLayout(grid)
    return box


def import_panel(
    row: dict[str, Any], page: "ImportPage", formats: Formats, do_step: Callable[["NextStep"], None]
) -> PanelContent:
    """Contents of the panel; ``row`` is the file's row, ``do_step`` leads to where a step is done."""
    parts = []
    if page.message:
        parts.append(Section("Why it was not imported", sections.sentences(page.message)))
    if page.files > page.unread:
        note = f"in {page.files} files that came in together" if page.files > 1 else ""
        read = plural(page.counts["read"], "record")
        parts.append(Section(f"{read} read", counts_body(page.counts, formats), note))
        parts.append(Section("What it changed", _changed(page, formats)))
    if page.steps:
        items = [(step.words, False, "") for step in page.steps]
        waits = any(step.kind == "correct" for step in page.steps)
        body = sections.checklist(items, lambda number, _: do_step(page.steps[number]))
        parts.append(Section("What to do next", _with_note(body, _WAITING if waits else "")))
    if row["label"]:
        parts.append(_file(row, page, formats))
    words, tone = _STATES.get(row["state"], (row["state"], ""))
    took = f", took {formats.duration(page.took)}" if page.took else ""
    by = f", by {row['imported_by']}" if row["imported_by"] else ""
    return PanelContent(
        f"Import {row['batch']}" if row["batch"] else row["file"],
        badge=words,
        badge_tone=tone,
        subtitle=f"{formats.instant(row['imported_at'])}{took}{by}",
        sections=tuple(parts),
    )


def _changed(page: "ImportPage", formats: Formats) -> QWidget:
    """What the rules found after it; what is open now is as of now."""
    effect = page.effect
    rows = []
    if effect.opened is not None:
        rows.append(("New exceptions", formats.count(effect.opened)))
        rows.append(("Closed by the data", formats.count(effect.closed or 0)))
    rows.append(("Open now", formats.count(page.open_now)))
    amounts = [formats.money(amount, currency) for currency, amount in page.values_now if amount]
    rows.append(("Value at risk", " + ".join(amounts) or formats.count(0)))
    if effect.reorder_new is not None:
        rows.append(("SKUs to reorder, new", formats.count(effect.reorder_new)))
    return sections.pairs(rows)


def _with_note(body: QWidget, note: str) -> QWidget:
    if note:
        layout = body.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addSpacing(6)
        layout.addWidget(Words(note, role="muted", wrap=True))
    return body


def _file(row: dict[str, Any], page: "ImportPage", formats: Formats) -> Section:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    if page.kinds:
        headers = ("", "Read", "New", "Changed", "Rejected")
        lines = [
            [kind["label"], *(formats.count(kind[key]) for key in ("read", "inserted", "updated", "rejected"))]
            for kind in page.kinds
        ]
        column.addWidget(sections.table(headers, lines, right=(1, 2, 3, 4)))
    as_of = "unknown" if row["source_time"] is None else formats.instant(row["source_time"])
    facts = [
        ("Recognized as", row["label"] or ""),
        ("Channel", row["channel"] or "none"),
        ("Data as of", as_of),
        ("Told by", row["basis"] or "unknown"),
    ]
    column.addWidget(sections.pairs(facts))
    if page.words:
        column.addWidget(Words("\n".join(page.words), role="small", wrap=True))
    return Section("This file", box, row["file"])
