"""The hand-over on paper: a PDF of A4 or Letter pages with page numbers, laid out by Qt's text engine."""

import os
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from opsconsole.desktop.pages.handover_html import html_of
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.theme import theme
from opsconsole.domain.errors import UserError
from opsconsole.domain.handover import HandOver

PAPERS = (("letter", "Letter"), ("a4", "A4"))
_SIZES = {"letter": QPageSize.PageSizeId.Letter, "a4": QPageSize.PageSizeId.A4}
_DPI = 300
_MARGIN_MM = 16.0
_FOOT_PT = 22.0


def write_pdf(told: HandOver, path: Path, formats: Formats, paper: str = "letter") -> Path:
    """Write the pages to ``path``; needs a QGuiApplication. UserError where the file cannot be written."""
    for _ in steps(told, path, formats, paper):
        pass
    return path


def steps(told: HandOver, path: Path, formats: Formats, paper: str) -> Iterator[None]:
    """The same, a short piece of work at a time: Qt lays text out on the window's thread, which must not wait."""
    part = path.with_name(f".{path.name}.part")
    try:
        writer = _writer(told, part, paper)
        document = _document(told, formats, writer)
        yield
        painter = QPainter()
        if not painter.begin(writer):
            raise UserError(f"{path.name} was not written.", "Choose a folder that can be written.")
        try:
            for number in range(document.pageCount()):
                _paint(painter, document, writer, number, _foot(told, formats))
                yield
        finally:
            painter.end()
        part.replace(path)
    except OSError as fault:
        raise UserError(f"{path.name} was not written: {fault.strerror}.", "Close it where it is open.") from fault
    finally:
        part.unlink(missing_ok=True)


def _writer(told: HandOver, part: Path, paper: str) -> QPdfWriter:
    writer = QPdfWriter(str(part))
    writer.setResolution(_DPI)
    writer.setTitle(told.title)
    writer.setCreator("opsconsole")
    writer.setPageLayout(
        QPageLayout(
            QPageSize(_SIZES[paper]),
            QPageLayout.Orientation.Portrait,
            QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
            QPageLayout.Unit.Millimeter,
        )
    )
    return writer


def _document(told: HandOver, formats: Formats, writer: QPdfWriter) -> QTextDocument:
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(_font(9))
    document.documentLayout().setPaintDevice(writer)
    document.setHtml(html_of(told, formats, _paper()))
    document.setPageSize(QSizeF(writer.width(), writer.height() - _FOOT_PT * _DPI / 72))
    _keep_together(document)
    return document


def _keep_together(document: QTextDocument) -> None:
    """Begin a new page before a short table, with its heading, that would be cut by the end of one."""
    layout, height = document.documentLayout(), document.pageSize().height()
    for frame in document.rootFrame().childFrames():
        rect = layout.frameBoundingRect(frame)
        before = document.findBlock(frame.firstPosition() - 1)
        has_heading = bool(before.blockFormat().headingLevel())
        top = layout.blockBoundingRect(before).top() if has_heading else rect.top()
        if rect.height() > height / 3 or int(top // height) == int((rect.bottom() - 1) // height):
            continue
        if has_heading:
            broken = before.blockFormat()
            broken.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            QTextCursor(before).setBlockFormat(broken)
        else:
            kept = frame.frameFormat()
            kept.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            frame.setFrameFormat(kept)


def _font(points: float) -> QFont:
    font = QFont(theme.font())
    font.setPointSizeF(points)
    return font


def _paint(painter: QPainter, document: QTextDocument, writer: QPdfWriter, number: int, foot: str) -> None:
    """Paint a page, numbered from 0."""
    size = document.pageSize()
    if number:
        writer.newPage()
    context = QAbstractTextDocumentLayout.PaintContext()
    context.palette.setColor(QPalette.ColorRole.Text, QColor(_paper()["text"]))
    context.clip = QRectF(0, number * size.height(), size.width(), size.height())
    painter.save()
    painter.translate(0, -number * size.height())
    painter.setClipRect(context.clip)
    document.documentLayout().draw(painter, context)
    painter.restore()
    _paint_foot(painter, writer, foot, f"Page {number + 1} of {document.pageCount()}")


def _paint_foot(painter: QPainter, writer: QPdfWriter, left: str, right: str) -> None:
    height = 12 * _DPI / 72
    rect = QRectF(0, writer.height() - height, writer.width(), height)
    painter.setFont(_font(7.5))
    painter.setPen(QColor(_paper()["text_muted"]))
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, left)
    painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)


def _paper() -> dict[str, str]:
    """Colors of paper: those of the light theme, whatever the window's."""
    colors: dict[str, str] = theme.tokens["themes"]["light"]["color"]
    return colors


def _foot(told: HandOver, formats: Formats) -> str:
    name = f"{told.company}, " if told.company else ""
    return f"{name}{told.title}, {formats.instant_full(told.as_of)}"


def print_alone(told: HandOver, path: Path, paper: str) -> Path:
    """Write the pages without a window: US English, and an application of Qt's only where there is none yet."""
    from PySide6.QtCore import QLocale
    from PySide6.QtWidgets import QApplication

    running = QApplication.instance()
    if running is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        running = QApplication(["opsconsole"])
    theme.begin(theme.name)
    written = write_pdf(told, path, Formats(QLocale("en_US"), told.time_zone, told.as_of), paper)
    del running
    return written
