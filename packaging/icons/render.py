"""The icon's picture files from its drawing: one .png per size, a Windows .ico and a macOS .icns.

python packaging/icons/render.py OUT_FOLDER
"""

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgRenderer

DRAWING = Path(__file__).resolve().parents[2] / "resources" / "icons" / "opsconsole.svg"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
# Apple's four-letter names of picture sizes inside an .icns file.
ICNS = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def png(size: int) -> bytes:
    """The drawing as PNG, `size` pixels square, the ground transparent."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(DRAWING)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon that holds PNG pictures: directory entries of 16 bytes, then the pictures."""
    chosen = [(size, data) for size, data in pictures.items() if size <= 256]
    offset = 6 + 16 * len(chosen)
    entries = b""
    for size, data in chosen:
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    return struct.pack("<HHH", 0, 1, len(chosen)) + entries + b"".join(data for _, data in chosen)


def icns(pictures: dict[int, bytes]) -> bytes:
    """A macOS icon: named blocks of PNG pictures, lengths include the 8 bytes of their headers."""
    blocks = b"".join(name + struct.pack(">I", len(pictures[size]) + 8) + pictures[size] for size, name in ICNS.items())
    return b"icns" + struct.pack(">I", len(blocks) + 8) + blocks


def render(folder: Path) -> None:
    """Write opsconsole-SIZE.png, opsconsole.ico and opsconsole.icns into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {size: png(size) for size in SIZES}
    for size, data in pictures.items():
        (folder / f"opsconsole-{size}.png").write_bytes(data)
    (folder / "opsconsole.ico").write_bytes(ico(pictures))
    (folder / "opsconsole.icns").write_bytes(icns(pictures))


if __name__ == "__main__":
    render(Path(sys.argv[1]))
