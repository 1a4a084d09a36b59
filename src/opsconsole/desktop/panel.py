"""The detail panel: header, sections separated by lines, a foot of buttons that stays.

A tab's ``build_panel`` returns a ``PanelContent``; its sections come from ``desktop.sections`` or are any widget.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QScrollArea, QVBoxLayout, QWidget

from opsconsole.desktop import lines
from opsconsole.desktop.icons import icon
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.table.brush import Brush
from opsconsole.desktop.table.cells import Cell
from opsconsole.desktop.table.marks import PILL_WIDTH, paint_grade, paint_severity
from opsconsole.desktop.theme import theme
from opsconsole.desktop.words import Words

_BY_TAB = Qt.FocusPolicy.TabFocus


class Section(NamedTuple):
    """A part of the panel: bold title, muted note, an optional link at the right, a body."""

    title: str
    body: QWidget
    note: str = ""
    link: tuple[str, Callable[[], None]] | None = None


class Notice(NamedTuple):
    """A strip under the header: ``Also on this order: short pick``."""

    text: str
    tone: str = "warn"
    link: tuple[str, Callable[[], None]] | None = None


class PanelContent(NamedTuple):
    """What the panel shows for one subject.

    ``badge`` is a severity (``S1``), a grade (``C``) or words; ``aside`` stands right of the subtitle, in
    ``aside_tone``. ``links`` are icon buttons of the header: (icon, tooltip, what it does).
    """

    title: str
    badge: str = ""
    badge_tone: str = ""
    subtitle: str = ""
    aside: str = ""
    aside_tone: str = ""
    notice: Notice | None = None
    sections: tuple[Section, ...] = ()
    links: tuple[tuple[str, str, Callable[[], None]], ...] = ()


class PanelButton(NamedTuple):
    """A button at the foot."""

    label: str
    run: Callable[[], None]
    key: str = ""
    primary: bool = False
    in_menu: bool = False
    enabled: bool = True
    why_not: str = ""


class DetailPanel(QFrame):
    """Shows a ``PanelContent``; ``closed`` when the user closes it, which one that ``stays`` does not offer."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName("Details")
        self.setMinimumWidth(theme.width("detail_panel_min"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._layout.addWidget(self._scroll, 1)
        self._footer = _Footer()
        self._layout.addWidget(self._footer)
        self._begun: QWidget | None = None
        self.title = ""
        self.stays = False
        self.show_nothing("Nothing selected", "Choose a row to see why it is here and what to do.")

    def show_nothing(self, title: str, words: str) -> None:
        """Say that there is nothing to show, and why."""
        self.show_content(PanelContent(title, subtitle=words))
        self.set_buttons(())

    def show_content(self, content: PanelContent) -> None:
        """Show a subject; the scroll position starts at the top."""
        for step in self.steps(content):
            step()

    def steps(self, content: PanelContent) -> Iterator[Callable[[], object]]:
        """Showing a subject, step by step: each is short, and what is shown changes with the last one.

        Whoever goes through them may stop at any: the next subject clears away what was begun.
        """
        if self._begun is not None:
            self._begun.deleteLater()
        # Made where it will stand, and styled part by part: moving it there would style all of it at once.
        self._begun = body = QWidget(self._scroll.viewport())
        body.setProperty("surface", "panel")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        yield lambda: _add(column, _Header(content, None if self.stays else self.closed.emit))
        for section in content.sections:
            yield partial(_add_section, column, section)
        yield partial(self._end, body, content)

    def _end(self, body: QWidget, content: PanelContent) -> None:
        column = body.layout()
        assert isinstance(column, QVBoxLayout)
        column.addStretch(1)
        self._begun = None
        self.title = content.title
        self._scroll.setWidget(body)
        self._lead_to_foot()

    def set_buttons(self, buttons: Sequence[PanelButton]) -> None:
        """Show the buttons at the foot; none hides it."""
        if self._footer.fill(buttons):
            self._lead_to_foot()

    def _lead_to_foot(self) -> None:
        """Tab goes on from what the panel shows to the buttons under it, whichever of them was made last."""
        body = self._scroll.widget()
        inside = [] if body is None else [w for w in body.findChildren(QWidget) if w.focusPolicy() & _BY_TAB]
        inside = [w for w in inside if w.window() is self.window()]  # the list of a choice is a window of its own
        chain = [*inside[-1:], *self._footer.buttons]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def sizeHint(self) -> QSize:
        """As wide as the window asks for."""
        return QSize(theme.panel_width(self.window().width()), 600)


def _add(column: QVBoxLayout, part: QWidget) -> None:
    column.addWidget(part)
    for widget in (part, *part.findChildren(QWidget)):
        widget.ensurePolished()


def _add_section(column: QVBoxLayout, section: Section) -> None:
    column.addWidget(lines.horizontal())
    _add(column, _SectionFrame(section))


class _Header(QWidget):
    def __init__(self, content: PanelContent, close: Callable[[], None] | None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 10)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(8)
        if content.badge:
            top.addWidget(Badge(content.badge, content.badge_tone))
        title = Words(content.title, role="title", wrap=True)
        title.setMinimumWidth(40)
        top.addWidget(title, 1)
        links = content.links if close is None else (*content.links, ("x", "Close (Esc)", close))
        for name, words, run in links:
            top.addWidget(icon_button(name, words, run))
        column.addLayout(top)
        if content.subtitle or content.aside:
            column.addLayout(self._second_line(content))
        if content.notice is not None:
            column.addSpacing(4)
            column.addWidget(_NoticeStrip(content.notice))

    def _second_line(self, content: PanelContent) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        subtitle = Words(content.subtitle, role="muted", wrap=True)
        row.addWidget(subtitle, 1)
        if content.aside:
            aside = Words(f"**{content.aside}**", tone=content.aside_tone)
            row.addWidget(aside, 0, Qt.AlignmentFlag.AlignTop)
        return row


class _NoticeStrip(QFrame):
    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.setObjectName("message")
        self.setProperty("tone", notice.tone)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 4, 0)
        row.setSpacing(8)
        self.setFixedHeight(24)
        picture = QLabel()
        picture.setPixmap(icon("warning", notice.tone).pixmap(14, 14))
        row.addWidget(picture)
        words = Words(notice.text)
        words.setMinimumWidth(40)
        row.addWidget(words, 1)
        if notice.link is not None:
            label, run = notice.link
            button = KeyButton(label, style="link")
            button.setFixedHeight(22)
            button.clicked.connect(lambda: run())
            row.addWidget(button)


class _SectionFrame(QWidget):
    def __init__(self, section: Section) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 12)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Words(section.title, role="section"))
        if section.note:
            head.addWidget(Words(section.note, role="muted"))
        head.addStretch(1)
        if section.link is not None:
            label, run = section.link
            button = KeyButton(label, style="link")
            button.setFixedHeight(20)
            button.clicked.connect(lambda: run())
            head.addWidget(button)
        column.addLayout(head)
        column.addWidget(section.body)


class _Footer(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel_footer")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(4)
        self._menu_actions: list[PanelButton] = []
        self._filled: Sequence[PanelButton] = ()

    def fill(self, buttons: Sequence[PanelButton]) -> bool:
        """Show these; whether that made any."""
        # From row to row they are mostly the same; making them again takes a third of the time of a panel.
        if buttons and self._filled == buttons:
            return False
        self._filled = list(buttons)
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        shown = [button for button in buttons if not button.in_menu]
        self._menu_actions = [button for button in buttons if button.in_menu]
        for spec in sorted(shown, key=lambda button: not button.primary):
            button = KeyButton(spec.label, key=spec.key, style="primary" if spec.primary else "secondary")
            button.setEnabled(spec.enabled)
            button.setToolTip("" if spec.enabled else spec.why_not)
            button.clicked.connect(lambda checked=False, run=spec.run: run())
            self._row.addWidget(button)
        self._row.addStretch(1)
        if self._menu_actions:
            more = KeyButton(icon="dots-three")
            more.setAccessibleName("More actions")
            more.clicked.connect(lambda: self._open_menu(more))
            self._row.addWidget(more)
        self.setVisible(bool(buttons))
        return bool(buttons)

    @property
    def buttons(self) -> list[KeyButton]:
        """Those that are shown, from left to right."""
        widgets = (item.widget() for place in range(self._row.count()) if (item := self._row.itemAt(place)) is not None)
        return [widget for widget in widgets if isinstance(widget, KeyButton)]

    def _open_menu(self, button: QWidget) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for spec in self._menu_actions:
            action = menu.addAction(f"{spec.label}\t{spec.key}" if spec.key else spec.label)
            action.setEnabled(spec.enabled)
            action.triggered.connect(lambda checked=False, run=spec.run: run())
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 2)))


class Badge(QWidget):
    """Severity pill, grade letter or words on a tint, as in the list."""

    def __init__(self, text: str, tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._tone = tone
        self._brush = Brush()
        self.setAccessibleName(text)
        self.setFixedSize(self.sizeHint())
        theme.changed.connect(self._brush.forget)

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        if self._text in ("S1", "S2", "S3", "S4"):
            return QSize(PILL_WIDTH, 20)
        if self._text in ("A", "B", "C", "D"):
            return QSize(22, 20)
        return QSize(int(self._brush.texts("small", True).get(self._text)[1]) + 14, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as the list does."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._brush.begin(painter)
        rect = QRect(0, 0, self.width(), self.height())
        if self._text in ("S1", "S2", "S3", "S4"):
            cell = Cell(self._text, f"{self._text}_fg", True, "severity")
            paint_severity(self._brush, cell, 0, 0, rect.width(), rect.height(), False)
        elif self._text in ("A", "B", "C", "D"):
            tone = {"A": "good", "C": "warn", "D": "bad"}.get(self._text, "text_muted")
            paint_grade(self._brush, Cell(self._text, tone, True, "grade"), 0, 0, 22, 20, False)
        else:
            tone = self._tone or "text_muted"
            fill = f"{tone}_bg" if tone in ("good", "warn", "bad") else "S4_bg"
            self._brush.rounded(0, 0, rect.width(), rect.height(), fill, theme.radius("pill"))
            self._brush.text(self._text, tone, 7, 0, rect.width(), rect.height(), strong=True, role="small")
        painter.end()


def icon_button(name: str, words: str, run: Callable[[], None]) -> KeyButton:
    """A flat button of one icon, 20 px wide, with its words as tooltip and accessible name."""
    button = KeyButton(icon=name, style="flat")
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFixedSize(24, 24)
    button.clicked.connect(lambda: run())
    return button
