"""A picture of a virtual screen, from the file in which Xvfb keeps it (option -fbdir), with the standard library only.

    python3 xwd_to_png.py Xvfb_screen0 OUT.png

Exit code 1, and no picture, while hardly anything is drawn on the screen.
"""

import struct
import sys
import zlib
from pathlib import Path

# Fewer different colors than this: an empty screen, or a window before its first paint.
ENOUGH_COLORS = 40


def pixels(screen: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of RGB bytes of an XWD file (version 7) with 32 bits per pixel."""
    header = struct.unpack(">25I", screen[:100])
    size, width, height, per_line, colors = header[0], header[4], header[5], header[12], header[19]
    if header[11] != 32:
        raise SystemExit(f"{header[11]} bits per pixel: start Xvfb with a depth of 24")
    start = size + colors * 12
    little = header[7] == 0
    red, green, blue = (2, 1, 0) if little else (1, 2, 3)
    rows = []
    for number in range(height):
        line = screen[start + number * per_line : start + number * per_line + width * 4]
        row = bytearray(width * 3)
        row[0::3], row[1::3], row[2::3] = line[red::4], line[green::4], line[blue::4]
        rows.append(bytes(row))
    return width, height, rows


def png(width: int, height: int, rows: list[bytes]) -> bytes:
    """The rows as a PNG file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def main(source: Path, target: Path) -> int:
    """Write the picture unless the screen is empty; returns the exit code."""
    width, height, rows = pixels(source.read_bytes())
    colors = {row[at : at + 3] for row in rows for at in range(0, len(row), 3)}
    if len(colors) < ENOUGH_COLORS:
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(png(width, height, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
