"""Pages of the hand-over: nothing short is cut by the end of a page, and what people wrote is text."""

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QPdfWriter

from opsconsole.desktop.pages import handover_print
from opsconsole.desktop.pages.handover_html import html_of
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.field import Field, TimeLeft
from opsconsole.domain.figures import Figure
from opsconsole.domain.handover import HandOver, OwnerLine, Span, Worst
from opsconsole.domain.instants import HOUR, from_iso
from opsconsole.domain.listing import from_rows

NOW = from_iso("2026-11-17T15:42:00Z")
COLORS = dict.fromkeys(("text", "text_muted", "line", "line_strong", "bad", "accent"), "#123456")


def told(worst: int = 10, owners: int = 6, why: str = "Ship-by was **Mon 16 Nov**.") -> HandOver:
    nothing = from_rows((Field("rule", "Rule"), Field("words", "Words")), [], id_key="rule", as_of=NOW)
    one = Worst(1, "S1", "Late shipment", "SO-1", why, "Ask **Reno 1**", "", TimeLeft(-60, 0.0), 4126, "USD")
    return HandOver(
        Span(NOW - 8 * HOUR, NOW, "The last 8 hours"),
        "Reno 1",
        "Fern & Sons",
        "USD",
        (Figure("open_now", "Open now", 214, definition="What is open.", note="$48,312.40"),),
        (one,) * worst,
        tuple(OwnerLine(f"Desk {n}", 3, 1, 2, 0, 100) for n in range(owners)),
        nothing,
        nothing,
        NOW,
    )


def formats() -> Formats:
    return Formats(QLocale("en_US"), "America/New_York", NOW)


def test_figures_are_defined_on_paper_and_orders_are_links_on_the_screen() -> None:
    paper = html_of(told(), formats(), COLORS)
    screen = html_of(told(), formats(), COLORS, on_paper=False)
    assert "What is open." in paper
    assert "Handed over by" in paper
    assert "exception:1" not in paper
    assert 'href="exception:1"' in screen
    assert "What is open." not in screen
    assert "1m over" in paper
    assert "$41.26" in paper


def test_words_of_people_are_text_and_not_markup() -> None:
    made = html_of(told(why="<b>5 < 6</b> & more"), formats(), COLORS)
    assert "&lt;b&gt;5 &lt; 6&lt;/b&gt; &amp; more" in made
    assert "Fern &amp; Sons" in made


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_no_short_table_is_cut_by_the_end_of_a_page(tmp_path, lines: int) -> None:
    writer = QPdfWriter(str(tmp_path / "a.pdf"))
    writer.setResolution(300)
    long = (
        "Ship-by was **Mon 16 Nov** and nobody knows why it is still there, which is told in many words. " * lines * 2
    )
    document = handover_print._document(told(worst=30, why=long), formats(), writer)
    assert document.pageCount() > 1
    layout, height = document.documentLayout(), document.pageSize().height()
    for frame in document.rootFrame().childFrames():
        rect = layout.frameBoundingRect(frame)
        if rect.height() < height / 3:
            assert int(rect.top() // height) == int((rect.bottom() - 1) // height)
