"""What stands in the place of the imports while there are none: where to drop files, and what is recognized."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.welcome import DropArea
from opsconsole.desktop.words import Words

_WIDTH = 640


class EmptyImports(QWidget):
    """``dropped(paths)`` when files or folders were dropped, ``choose_asked`` when some are to be chosen."""

    dropped = Signal(list)
    choose_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.area = DropArea()
        self.area.dropped.connect(self.dropped)
        self._sources = Words("", role="muted", wrap=True)
        box = QWidget()
        box.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(box)
        column.setSpacing(8)
        column.addWidget(Words("Nothing was imported yet", role="title"))
        told = (
            "Drop exports of your shops, warehouse and carriers. What they would change is shown before it is written."
        )
        column.addWidget(Words(told, role="muted", wrap=True))
        column.addWidget(self.area)
        row = QHBoxLayout()
        self.choose = KeyButton("Choose files", key="Ctrl+I", icon="file", style="primary")
        self.choose.clicked.connect(self.choose_asked)
        row.addWidget(self.choose)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(8)
        column.addWidget(Words("Recognized by their headers", role="section"))
        column.addWidget(self._sources)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(box, 8)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)

    def set_sources(self, names: Sequence[str]) -> None:
        """Name the layouts that are recognized, by platform: ``Shopify, orders`` is one of Shopify's."""
        of_platform: dict[str, list[str]] = {}
        for name in names:
            platform, _, what = name.partition(", ")
            of_platform.setdefault(platform, []).append(what)
        listed = [
            f"**{platform}** {', '.join(what or 'documents' for what in of_platform[platform])}"
            for platform in sorted(of_platform, key=str.casefold)
        ]
        self._sources.set_words("\n".join([*listed, "Other files: map the columns once, then it is remembered."]))
