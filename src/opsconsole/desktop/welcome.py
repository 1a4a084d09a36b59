"""The first screen: look around in a demo, import files, or connect to a shared database."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from opsconsole.desktop.files import FILE_FILTER, local_files
from opsconsole.desktop.icons import paint_icon
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.theme import theme

_CONTENT_WIDTH = 1120


def label(text: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in a text role of the style sheet: muted, small, section, title, hero."""
    made = QLabel(text)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


class DropArea(QWidget):
    """A dashed field that takes files and folders."""

    dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Drop files or a folder here")
        self._over = False

    def sizeHint(self) -> QSize:
        """As high as in the pictures."""
        return QSize(400, 168)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take drags that hold local files."""
        if local_files(event):
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The files went away again."""
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the files over."""
        self._over = False
        self.update()
        self.dropped.emit(local_files(event))
        event.acceptProposedAction()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dashed frame, icon and two lines of words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent" if self._over else "line_strong"), 1.6, Qt.PenStyle.DashLine))
        painter.setBrush(theme.color("selected" if self._over else "raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        middle = self.width() / 2
        paint_icon(painter, QRectF(middle - 18, 38, 36, 36), "tray", "accent")
        painter.setFont(theme.font("title", strong=True))
        painter.setPen(theme.color("text"))
        centered = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(QRectF(0, 86, self.width(), 24), centered, "Drop files or a folder here")
        painter.setFont(theme.font())
        painter.setPen(theme.color("text_muted"))
        painter.drawText(
            QRectF(0, 112, self.width(), 24),
            centered,
            ".csv, .tsv, .txt, .xlsx, .xls, .ods, .zip; any order, any number",
        )
        painter.end()


class _Card(QFrame):
    """A panel with a title, a line under it, contents, and buttons at its foot."""

    def __init__(self, title: str, line: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(4)
        layout.addWidget(label(title, "title"))
        layout.addWidget(label(line, "muted", wrap=True))
        layout.addSpacing(8)
        layout.addLayout(self.body)
        layout.addStretch(1)
        layout.addLayout(self.foot)


class Welcome(QWidget):
    """First-run screen; it only asks, the window acts.

    ``connect_wanted`` carries server, database, user, password and whether the certificate is verified, and what is
    wished: test, connect or set_up.
    """

    demo_wanted = Signal()
    files_chosen = Signal(list, bool)
    connect_wanted = Signal(dict, str)
    restore_wanted = Signal(Path)
    location_wanted = Signal(Path)

    def __init__(self, data_file: str, shared: Mapping[str, Any] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self._sources = label("", "muted", wrap=True)
        self._file = label("")
        self.set_data_file(data_file)
        content = QWidget()
        content.setMaximumWidth(_CONTENT_WIDTH)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label("See which orders are in trouble, and what to do next", "hero"))
        column.addWidget(self._lead())
        column.addSpacing(20)
        cards = QGridLayout()
        cards.setSpacing(16)
        for position, (card, width) in enumerate(
            ((self._demo_card(), 320), (self._import_card(), 448), (self._connect_card(), 320))
        ):
            card.setFixedWidth(width)
            cards.addWidget(card, 0, position)
        cards.setRowMinimumHeight(0, 424)
        column.addLayout(cards)
        column.addSpacing(12)
        column.addLayout(self._foot())
        outer = QGridLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addWidget(content, 1, 1)
        outer.setColumnStretch(0, 1)
        outer.setColumnStretch(1, 20)
        outer.setColumnStretch(2, 1)
        outer.setRowStretch(0, 1)
        outer.setRowStretch(2, 2)
        self._fill(shared or {})

    def _fill(self, shared: Mapping[str, Any]) -> None:
        """Put back what was typed, or what the last connection was."""
        for key, field in self._fields.items():
            field.setText(str(shared.get(key, "")))
        self._verify.setChecked(bool(shared.get("verify", True)))
        for field in self._fields.values():
            field.textEdited.connect(self._withdraw_set_up)

    def set_sources(self, names: Sequence[str]) -> None:
        """Name whose files are recognized by their headers; ``Shopify, orders`` is one of Shopify's."""
        platforms = dict.fromkeys(name.partition(", ")[0] for name in names)
        told = f"{', '.join(platforms)}: {len(names)} kinds of files."
        self._sources.setText(f"{told} Others: map the columns once, then it is remembered.")
        self._sources.setToolTip("\n".join(names))

    def set_data_file(self, path: str) -> None:
        """Say where the local database lies."""
        self._file.setText(f"Your data is kept in the file <b>{path}</b>")

    def say(self, words: str, tone: str) -> None:
        """Say what became of trying a server; ``tone`` is good or bad."""
        self._answer.setText(words)
        self._answer.setProperty("tone", tone)
        self._answer.style().unpolish(self._answer)
        self._answer.style().polish(self._answer)

    def offer_set_up(self, words: str) -> None:
        """Say that the database is empty; the button then sets it up."""
        self.say(words, "good")
        self._wish_for("set_up", "Set up")

    def _withdraw_set_up(self) -> None:
        if self._wish == "set_up":
            self._wish_for("connect", "Connect")
            self.say("", "")

    def _wish_for(self, wish: str, text: str) -> None:
        self._wish = wish
        self._button.setText(text)
        self._button.setShortcut("3")  # a new text takes the shortcut away

    def _lead(self) -> QLabel:
        lead = label("Choose how to start. You can do the other two later from the Data tab.", "muted")
        lead.setFont(theme.font("title"))
        lead.setStyleSheet(f"font-size: {theme.px('title')}px;")
        return lead

    def _demo_card(self) -> QWidget:
        card = _Card("Look around", "A complete business with invented data.")
        for words in (
            "20,000 orders over two years",
            "Open exceptions of every type",
            "Stock, purchase orders and demand",
            "Vendors of five kinds with SLA clauses",
            "A promotion and an outage to find",
        ):
            row = QHBoxLayout()
            row.setSpacing(8)
            tick = label("✓")
            tick.setProperty("tone", "good")
            tick.setFixedWidth(14)
            row.addWidget(tick)
            row.addWidget(label(words), 1)
            card.body.addLayout(row)
        card.body.addSpacing(4)
        card.body.addWidget(label("Kept in a file of its own, apart from your data.", "muted", wrap=True))
        button = KeyButton("Create demo", key="1", icon="play")
        button.setShortcut("1")
        button.clicked.connect(self.demo_wanted)
        card.foot.addWidget(button)
        card.foot.addStretch(1)
        return card

    def _import_card(self) -> QWidget:
        card = _Card("Import your files", "Exports of your shops, warehouse and carriers.")
        drop = DropArea()
        drop.dropped.connect(lambda paths: self.files_chosen.emit(paths, False))
        card.body.addWidget(drop)
        heading = label("Recognized by their headers", "section")
        card.body.addWidget(heading)
        card.body.addWidget(self._sources)
        choose = KeyButton("Choose files", key="2", icon="file", style="primary")
        choose.setShortcut("2")
        choose.clicked.connect(lambda: self._choose_files(check_only=False))
        check = KeyButton("Check only")
        check.setToolTip("Reads the files and says what would change; nothing is written.")
        check.clicked.connect(lambda: self._choose_files(check_only=True))
        card.foot.addWidget(choose)
        card.foot.addWidget(check)
        card.foot.addStretch(1)
        card.foot.addWidget(label("Nothing leaves this computer", "small"))
        return card

    def _connect_card(self) -> QWidget:
        card = _Card("Connect to a shared database", "For a team. Ask your manager for these.")
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setVerticalSpacing(4)
        self._fields: dict[str, QLineEdit] = {}
        for key, title, example in (
            ("server", "Server", "ops-db.example.com"),
            ("database", "Database", "ops-main"),
            ("user", "User", "floor-reno1"),
            ("password", "Password", "Kept in the system keyring"),
        ):
            field = QLineEdit()
            field.setPlaceholderText(example)
            field.setAccessibleName(title)
            if key == "password":
                field.setEchoMode(QLineEdit.EchoMode.Password)
            form.addRow(label(title, "small"), field)
            self._fields[key] = field
        self._verify = QCheckBox("Verify the server certificate")
        self._verify.setChecked(True)
        card.body.addLayout(form)
        card.body.addWidget(self._verify)
        self._answer = label("", "", wrap=True)
        card.body.addWidget(self._answer)
        self._wish = "connect"
        self._button = KeyButton("Connect", key="3", icon="link")
        self._button.setShortcut("3")
        self._button.clicked.connect(lambda: self._connect(self._wish))
        test = KeyButton("Test", style="link")
        test.clicked.connect(lambda: self._connect("test"))
        card.foot.addWidget(self._button)
        card.foot.addStretch(1)
        card.foot.addWidget(test)
        return card

    def _foot(self) -> QHBoxLayout:
        change = KeyButton("Change", style="link")
        change.clicked.connect(self._choose_location)
        restore = KeyButton("Restore it", style="link")
        restore.clicked.connect(self._choose_backup)
        foot = QHBoxLayout()
        foot.setSpacing(4)
        foot.addWidget(self._file)
        foot.addWidget(change)
        foot.addStretch(1)
        foot.addWidget(label("Have a backup?", "muted"))
        foot.addWidget(restore)
        return foot

    def _choose_files(self, *, check_only: bool) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Choose files to import", "", FILE_FILTER)
        if names:
            self.files_chosen.emit([Path(name) for name in names], check_only)

    def _choose_location(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Where your data is kept", "ops.db", "Database (*.db)")
        if name:
            self.location_wanted.emit(Path(name))

    def _choose_backup(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose a backup", "", "Backups (*.db *.backup);;All files (*)")
        if name:
            self.restore_wanted.emit(Path(name))

    def _connect(self, wish: str) -> None:
        missing = [field for key, field in self._fields.items() if key != "password" and not field.text().strip()]
        for field in self._fields.values():
            field.setProperty("invalid", field in missing)
            field.style().unpolish(field)
            field.style().polish(field)
        if missing:
            missing[0].setFocus()
            return
        values: dict[str, object] = {key: field.text() for key, field in self._fields.items()}
        values["verify"] = self._verify.isChecked()
        self.connect_wanted.emit(values, wish)
