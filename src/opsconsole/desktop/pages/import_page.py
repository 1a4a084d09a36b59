"""The panel of one imported file: what it was, what it did, what was set aside, what to do next."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.pages.parts import listing_section
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.theme import theme
from opsconsole.domain.listing import Listing
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.services.import_report import FileReport

_PARTS = (
    ("inserted", "Inserted", "good"),
    ("updated", "Updated", "accent"),
    ("unchanged", "Unchanged", "line_strong"),
    ("rejected", "Rejected", "bad"),
)
_STATES = {"done": ("Done", "good"), "partly": ("Partly done", "warn"), "cancelled": ("Cancelled", "")}


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


def import_panel(
    row: dict[str, Any],
    rejects: Listing,
    report: "FileReport | None",
    formats: Formats,
    *,
    show_rejects: Callable[[], None],
) -> PanelContent:
    """Contents of the panel; ``row`` is the import's row, ``report`` what was said when it was imported just now."""
    parts = [_counts(row, formats)]
    if report is not None:
        parts.insert(0, Section("What happened", sections.sentences("\n".join(report.words()))))
    set_aside = listing_section("Set aside", rejects, ("line", "field", "found", "expected"), formats)
    if set_aside is not None:
        parts.append(Section(set_aside.title, set_aside.body, set_aside.note, ("Show all", show_rejects)))
        told = "Correct these lines in the file and import it again: what is in already is not doubled."
        parts.append(Section("What to do next", sections.sentences(told)))
    parts.append(_file(row, formats))
    words, tone = _STATES.get(row["state"], (row["state"], ""))
    took = f", took {formats.duration(row['took'])}" if row["took"] else ""
    by = f", by {row['imported_by']}" if row["imported_by"] else ""
    return PanelContent(
        f"Import {row['batch']}",
        badge=words,
        badge_tone=tone,
        subtitle=f"{row['file']}, {formats.instant(row['imported_at'])}{took}{by}",
        sections=tuple(parts),
    )


def _counts(row: dict[str, Any], formats: Formats) -> Section:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addWidget(PartsBar([(row[key] or 0, role) for key, _, role in _PARTS]))
    read = row["read"] or 0
    shares = [
        (label, formats.percent((row[key] or 0) / read) if read else "", formats.count(row[key] or 0))
        for key, label, _ in _PARTS
    ]
    column.addWidget(sections.pairs(shares))
    return Section(f"{plural(read, 'record')} read", box)


def _file(row: dict[str, Any], formats: Formats) -> Section:
    as_of = "unknown" if row["source_time"] is None else formats.instant(row["source_time"])
    facts = [
        ("Recognized as", row["label"] or ""),
        ("Fills", row["fills"] or "nothing"),
        ("Channel", row["channel"] or "none"),
        ("Data as of", as_of),
        ("By", row["basis"] or "unknown"),
    ]
    return Section("File", sections.pairs(facts))
