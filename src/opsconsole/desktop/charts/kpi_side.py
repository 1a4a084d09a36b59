"""The side panel of the KPI tab: what changed, the numbered marks, the review pack and the digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from opsconsole.desktop.charts.kpi_words import annotations, changes, digest
from opsconsole.desktop.dialogs.export import export_review
from opsconsole.desktop.panel import DetailPanel, PanelButton, PanelContent, Section
from opsconsole.desktop.sections import sentences
from opsconsole.domain.periods import Period

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab
    from opsconsole.services.kpis_changes import KpiChange
    from opsconsole.services.kpis_series import Series
    from opsconsole.services.kpis_tiles import KpiTile

_WIDTH = 368


@dataclass(frozen=True)
class KpiBoard:
    """What the loader read: tiles and changes of a period; ``why_none`` says why no KPI has a value."""

    tiles: Sequence["KpiTile"]
    changed: Sequence["KpiChange"]
    period: Period
    why_none: str = ""


class KpiSide(DetailPanel):
    """Says what changed; writes the review pack; copies the digest."""

    def __init__(self, tab: "Tab", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tab = tab
        self._board: KpiBoard | None = None
        self._series: Series | None = None
        self.setFixedWidth(_WIDTH)
        self.closed.connect(self.hide)

    def show_board(self, board: KpiBoard) -> None:
        """Show what changed in a period."""
        self._board = board
        self._fill()

    def show_annotations(self, series: "Series") -> None:
        """Show the numbered marks and the definition of the chart shown."""
        self._series = series
        self._fill()

    def export(self) -> None:
        """Write the weekly review."""
        export_review(self._tab)

    def copy_digest(self) -> None:
        """Put the period in plain text on the clipboard."""
        if self._board is not None:
            text = digest(self._board.period.label, self._board.tiles, self._board.changed)
            QGuiApplication.clipboard().setText(text)
            self._tab.bar.show_message("good", "The digest is on the clipboard.")

    def _fill(self) -> None:
        if self._board is None:
            return
        sections = [Section("What changed", sentences(changes(self._board.changed, self._board.why_none)))]
        if self._series is not None:
            kpi = self._series.kpi
            sections.append(
                Section(
                    f"How {kpi.label.lower()} is counted", sentences(kpi.definition[:1].upper() + kpi.definition[1:])
                )
            )
            sections.append(Section("Annotations", sentences(annotations(self._series))))
            if self._series.notes:
                sections.append(Section("Not included", sentences("\n".join(self._series.notes))))
        self.show_content(PanelContent(self._board.period.label, sections=tuple(sections)))
        self.set_buttons(
            (
                PanelButton("Export review pack", self.export, "P", primary=True),
                PanelButton("Copy digest", self.copy_digest, "Y"),
            )
        )
