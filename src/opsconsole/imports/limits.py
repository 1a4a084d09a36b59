"""Bounds on what a file may ask of the machine: a hostile or broken file ends in one clear sentence."""

import io
import zipfile
import zlib
from typing import BinaryIO, cast

from opsconsole.domain.errors import UserError

MEBIBYTE = 1 << 20
MAX_CELL = 1 * MEBIBYTE  # characters of one cell; spreadsheets stop at 32,767
MAX_LINE = 16 * MEBIBYTE  # characters of one line
MAX_COLUMNS = 4_096
MAX_RECORDS = 5_000_000
# One transaction of an EDI file is held whole; the standard lets an order have 100,000 items, a notice 200,000 levels.
MAX_SEGMENTS = 1_000_000
MAX_TRANSACTION = 128 * MEBIBYTE  # characters
MAX_UNPACKED = 8 * 1024 * MEBIBYTE
MAX_PART = 2 * 1024 * MEBIBYTE  # one part of a spreadsheet, unpacked
MAX_SHARED_TEXT = 512 * MEBIBYTE  # a spreadsheet's shared text is read whole
# Deflate cannot exceed about 1,032; real tables of repeated text reach some 60.
SUSPICIOUS_RATIO = 250
_RATIO_COUNTS_FROM = 64 * MEBIBYTE

_SPLIT_HINT = "Split the file, or export a shorter period."


def too_large(name: str, what: str) -> UserError:
    """The refusal of a file that is larger than any export."""
    return UserError(f"{name} is refused: {what}.", _SPLIT_HINT)


class BoundedReader(io.RawIOBase):
    """Unpacked bytes of a compressed stream, refused once they are absurdly more than what was packed."""

    def __init__(self, inner: BinaryIO, packed: int, name: str, also_close: BinaryIO) -> None:
        super().__init__()
        self._inner = inner
        self._also_close = also_close
        self._packed = max(packed, 1)
        self._name = name
        self._read = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer; UserError when the stream is damaged or unpacks to too much."""
        view = memoryview(cast("bytearray", buffer)).cast("B")
        try:
            block = self._inner.read(len(view))
        except (EOFError, OSError, zlib.error) as fault:
            raise UserError(f"{self._name} is damaged: it cannot be unpacked.", "Download it again.") from fault
        view[: len(block)] = block
        self._read += len(block)
        if self._read > MAX_UNPACKED:
            raise too_large(self._name, "it unpacks to more than 8 GB")
        if self._read > _RATIO_COUNTS_FROM and self._read > SUSPICIOUS_RATIO * self._packed:
            raise too_large(self._name, f"it unpacks to more than {SUSPICIOUS_RATIO} times its size")
        return len(block)

    def close(self) -> None:
        """Close the packed file too."""
        self._inner.close()
        self._also_close.close()
        super().close()


def check_package(package: zipfile.ZipFile, name: str) -> None:
    """Refuse a package whose parts unpack to absurd sizes (zipfile holds them to what they declare)."""
    total = 0
    for part in package.infolist():
        total += part.file_size
        ratio = part.file_size / max(part.compress_size, 1)
        shared = part.filename.lower().endswith("sharedstrings.xml")
        if part.file_size > (MAX_SHARED_TEXT if shared else MAX_PART) or total > MAX_UNPACKED:
            raise too_large(name, "a part of it unpacks to more than a table needs")
        if part.file_size > _RATIO_COUNTS_FROM and ratio > SUSPICIOUS_RATIO:
            raise too_large(name, f"a part of it unpacks to more than {SUSPICIOUS_RATIO} times its size")
