"""What a table of text is: numbered rows of cells, as often as asked for; nothing is interpreted here."""

import gzip
import hashlib
import io
import itertools
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from opsconsole.domain.errors import UserError
from opsconsole.imports import limits
from opsconsole.imports.rejects import readable

Row = list[str]
NumberedRow = tuple[int, Row]
HEAD_ROWS = 60
_GZIP = b"\x1f\x8b"
_BREAKS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read. ``name`` is what people know it by; ``modified_at`` its own date, an instant.

    ``table`` is what it holds where that is known without looking: the result of a query. ``fault`` is why it cannot
    be read at all; it is raised when the file is opened, so that the others of its lot are read.
    """

    path: Path
    name: str
    modified_at: int
    table: "Table | None" = None
    fault: UserError | None = None

    def named(self, suffix: str) -> bool:
        """Whether its name ends so; of a file that is gzipped, its name without the .gz."""
        name = self.name.lower()
        if name.endswith(".gz") and is_gzipped(self.path):
            name = name.removesuffix(".gz")
        return name.endswith(suffix)


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What a mapping says about the file; empty or zero = sniffed.

    ``column_starts``: where the columns of a text without delimiters begin, counted from 1. ``row_types``:
    see imports/row_types.py. ``quoted`` is false for platforms that write cells between tabs as they are: a quote
    there is a quote.
    """

    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0
    sheet: str = ""
    column_starts: tuple[int, ...] = ()
    row_types: tuple[str, ...] = ()
    quoted: bool = True


class Table(Protocol):
    """Rows of one file or sheet.

    ``ragged``: a row of another width than the header is a fault (text), not just cells left empty (sheets).
    """

    @property
    def ragged(self) -> bool:
        """See above."""

    @property
    def description(self) -> str:
        """How the file was understood, in a few words."""

    def rows(self) -> Iterator[NumberedRow]:
        """All rows from the top, each with the line it begins on."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows that were kept of a file, below its header; all as wide as the header but those that were refused for it."""

    header: NumberedRow
    kept: tuple[NumberedRow, ...]
    description: str = "kept lines"
    ragged: bool = True

    def rows(self) -> Iterator[NumberedRow]:
        """The header, then the rows by their lines."""
        yield self.header
        yield from self.kept


def input_file(path: Path) -> InputFile:
    """A file on disk; UserError when it is not there, is a folder or is empty."""
    try:
        facts = path.stat()
    except OSError as fault:
        reason = "is not there" if isinstance(fault, FileNotFoundError) else "cannot be opened"
        raise UserError(f"{readable(str(path))} {reason}.", "Check the name and whether you may read it.") from None
    if not path.is_file():
        raise UserError(f"{readable(str(path))} is not a file.", "Give files, a folder of files or a .zip.")
    if facts.st_size == 0:
        raise UserError(f"{name_of(path)} is empty.", "Export it again.")
    return InputFile(path, name_of(path), facts.st_mtime_ns // 1000)


def name_of(path: Path) -> str:
    """A file's name as it can be stored and stands in one line."""
    return _BREAKS.sub(" ", readable(path.name))


def file_hash(file: InputFile) -> str:
    """SHA-256 of the file as it lies on disk."""
    with file.path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_gzipped(path: Path) -> bool:
    """Whether a file's first bytes are those of gzip; not when it cannot be opened."""
    try:
        with path.open("rb") as stream:
            return stream.read(2) == _GZIP
    except OSError:
        return False


def open_unpacked(file: InputFile) -> BinaryIO:
    """The file's bytes, unpacked when it is gzipped (told by its first bytes, not its name)."""
    if file.fault is not None:
        raise file.fault
    try:
        stream = file.path.open("rb")
    except OSError:
        raise UserError(
            f"{file.name} cannot be opened.", "Close it elsewhere, or check that you may read it."
        ) from None
    if stream.peek(2)[:2] != _GZIP:
        return stream
    unpacked = limits.BoundedReader(
        cast("BinaryIO", gzip.GzipFile(fileobj=stream)), file.path.stat().st_size, file.name, also_close=stream
    )
    return cast("BinaryIO", io.BufferedReader(unpacked, limits.MEBIBYTE))


def open_seekable(file: InputFile) -> BinaryIO:
    """The unpacked bytes as a file one can seek in; a gzipped one goes through a temporary file."""
    stream = open_unpacked(file)
    if stream.seekable():
        return stream
    with stream:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
        while block := stream.read(limits.MEBIBYTE):
            copy.write(block)
        copy.seek(0)
        return cast("BinaryIO", copy)


def head(table: Table, count: int = HEAD_ROWS) -> list[NumberedRow]:
    """The first rows."""
    return list(itertools.islice(table.rows(), count))
