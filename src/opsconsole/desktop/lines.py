"""Lines of 1 px that separate regions, where others would use gaps or shadows."""

from PySide6.QtWidgets import QFrame


def horizontal() -> QFrame:
    """A line across."""
    return _line("h")


def vertical(height: int = 0) -> QFrame:
    """A line down; ``height`` limits it to a mark between two controls."""
    frame = _line("v")
    if height:
        frame.setFixedHeight(height)
    return frame


def _line(kind: str) -> QFrame:
    frame = QFrame()
    frame.setProperty("line", kind)
    return frame
