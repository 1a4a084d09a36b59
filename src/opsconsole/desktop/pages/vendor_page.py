"""The panel of one vendor: its clauses with value, interval and exclusions, then the breaches behind them."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.charts.bullet import Bullet
from opsconsole.desktop.pages.parts import listing_section
from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import Words

if TYPE_CHECKING:
    from opsconsole.services.vendors_page import ClauseSection, VendorPage

_LEDGER = ("day", "subject", "late_by", "state", "fee")


def vendor_panel(page: "VendorPage", formats: Formats) -> PanelContent:
    """Contents of the panel."""
    parts = [_clause(clause, formats) for clause in page.clauses]
    ledger = listing_section("Breach ledger", page.breaches, _LEDGER, formats)
    if ledger is not None:
        parts.append(ledger)
    if page.money_open:
        amount = formats.money(page.money_open, page.currency)
        parts.append(
            Section("Money open", sections.sentences(f"**{amount}** for the failures of {page.period.label}."))
        )
    return PanelContent(
        page.name,
        badge=page.grade or "",
        subtitle=page.subtitle,
        notice=Notice(page.note) if page.note else None,
        sections=tuple(parts),
    )


def _clause(clause: "ClauseSection", formats: Formats) -> Section:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addWidget(sections.sentences(clause.words))
    if clause.value is not None:
        labels = (
            clause.value_text,
            f"floor {_words(clause.floor, clause.unit, formats)}",
            f"target {_words(clause.target, clause.unit, formats)}",
        )
        column.addWidget(Bullet(clause.value, clause.floor, clause.target, labels, higher=clause.higher))
    note = clause.counts if clause.value is not None else f"{clause.value_text}. {clause.counts}".strip()
    if note:
        column.addWidget(Words(note, role="small", wrap=True))
    score = "no score" if clause.score is None else f"score {clause.score:.1f}"
    return Section(clause.label, box, f"weight {clause.weight:g}, {score}")


def _words(value: float, unit: str, formats: Formats) -> str:
    if unit in ("%", "fraction", "percent", ""):
        return formats.percent(value)
    return f"{formats.count(value)} {unit}"
