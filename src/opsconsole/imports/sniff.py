"""Delimited text: encoding, delimiter and line breaks found out from the whole file, never from its name."""

import codecs
import csv
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from opsconsole.domain.errors import UserError
from opsconsole.imports import limits
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, open_unpacked

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 256 * 1024
_BLOCK = limits.MEBIBYTE
_SEP_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n?$", re.IGNORECASE)
# What begins with bytes of its own; a file of that name which begins otherwise is none.
_BY_NAME = {
    ".xlsx": "Excel workbook",
    ".xlsm": "Excel workbook",
    ".xls": "Excel workbook",
    ".ods": "OpenDocument spreadsheet",
    ".zip": "zip archive",
    ".gz": "gzip archive",
}

csv.field_size_limit(limits.MAX_CELL)


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A delimited text file. Bytes that are not of the encoding become lone surrogates, which typing rejects."""

    file: InputFile
    encoding: str
    delimiter: str
    old_line_breaks: bool  # carriage returns only
    skip_lines: int = 0
    ragged: bool = True
    quoted: bool = True

    @property
    def description(self) -> str:
        """``utf-8, comma``."""
        names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
        return f"{self.encoding.removesuffix('-sig')}, {names.get(self.delimiter, self.delimiter)}"

    def rows(self) -> Iterator[NumberedRow]:
        """Records with the line each begins on; a quoted line break does not end a record."""
        with open_unpacked(self.file) as stream:
            reader = csv.reader(
                self._lines(stream),
                delimiter=self.delimiter,
                quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
            )
            begins = self.skip_lines + 1
            try:
                for row in reader:
                    yield begins, row if self.quoted else list(map(_unwrapped, row))
                    begins = self.skip_lines + reader.line_num + 1
            except csv.Error as fault:
                raise self.broken(fault, begins) from fault

    def plain_lines(self) -> Iterator[tuple[int, str]]:
        """Lines with their numbers, not cut, without their ends."""
        with open_unpacked(self.file) as stream:
            for number, line in enumerate(self._lines(stream), start=self.skip_lines + 1):
                yield number, line.rstrip("\r\n\x1a").removeprefix("\ufeff")

    def broken(self, fault: csv.Error, line: int) -> UserError:
        """The refusal of a file that the csv module cannot read from a line on."""
        if "field limit" in str(fault):
            return limits.too_large(self.file.name, f"a cell on line {line:,} has more than a million characters")
        what = "a line break stands inside an unquoted cell" if "new-line" in str(fault) else str(fault)
        return UserError(f"{self.file.name} cannot be read from line {line:,} on: {what}.", "Export it again.")

    def _lines(self, stream: BinaryIO) -> Iterator[str]:
        lines = _split_lines(_decoded(stream, self.encoding), self.old_line_breaks, self.file.name)
        for _ in range(self.skip_lines):
            next(lines, None)
        return lines


def open_text(file: InputFile, options: FileOptions) -> DelimitedText:
    """A text file with its encoding and delimiter; UserError when it is not text."""
    encoding = options.encoding or sniff_encoding(file)
    if encoding.lower().replace("-", "").replace("_", "") == "utf8":
        encoding = "utf-8-sig"  # the same, less a byte order mark where there is one
    with open_unpacked(file) as stream:
        sample = stream.read(_SAMPLE)
    text = sample.decode(encoding, errors="replace").removeprefix("\ufeff")
    if _looks_binary(text):
        raise _no_text(file)
    old_breaks = "\r" in text and "\n" not in text
    lines = text.replace("\r", "\n").splitlines(keepends=True) if old_breaks else re.findall(r"[^\n]*\n|[^\n]+", text)
    stated = _SEP_LINE.match(lines[0]) if lines else None
    delimiter = options.delimiter or (stated.group(1) if stated else sniff_delimiter(lines))
    quoted = options.quoted or delimiter != "\t"  # a spreadsheet that saved it again with commas quotes
    return DelimitedText(file, encoding, delimiter, old_breaks, skip_lines=1 if stated else 0, quoted=quoted)


def _no_text(file: InputFile) -> UserError:
    """Why bytes are no table, by what their name says they are."""
    kind = next((kind for suffix, kind in _BY_NAME.items() if file.named(suffix)), "")
    if not kind:
        return UserError(f"{file.name} is not a table of text.", "Import .csv, .tsv, .txt, .xlsx or .ods.")
    return UserError(
        f"{file.name} is no {kind}: it is damaged, or another kind of file under that name.",
        "Open it in the program that it comes from and save or download it again, as .xlsx or .csv.",
    )


def _unwrapped(cell: str) -> str:
    """A cell of a file without quoting: only quotes around all of it, as spreadsheets put them, are none of its own."""
    if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"':
        return cell
    inner = cell[1:-1]
    return cell if '"' in inner.replace('""', "") else inner.replace('""', '"')


def sniff_encoding(file: InputFile) -> str:
    """Encoding of the whole file: a byte order mark decides, else UTF-8, cp932 or cp1252 where it fits, else latin-1.

    A file that is UTF-8 but for some broken bytes stays UTF-8: those lines are rejected, the others keep their accents.
    """
    with open_unpacked(file) as stream:
        start = stream.read(4096)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return name
    half = len(start) // 2
    if half > 8 and start[1::2].count(0) > 0.6 * half:
        return "utf-16-le"
    if half > 8 and start[0::2].count(0) > 0.6 * half:
        return "utf-16-be"
    if _decodes(file, "utf-8"):
        return "utf-8"
    broken, accents = _utf8_evidence(file)
    if accents > 10 * broken:
        return "utf-8"
    if _is_japanese(file):
        return "cp932"
    return "cp1252" if _decodes(file, "cp1252") else "latin-1"


def _is_japanese(file: InputFile) -> bool:
    """Whether a file reads as Shift-JIS with kana in it: other languages' bytes give kanji by chance, hardly kana."""
    if not _decodes(file, "cp932"):
        return False
    beyond = kana = 0
    with open_unpacked(file) as stream:
        for text in _decoded(stream, "cp932"):
            beyond += sum(1 for character in text if character > "\x7f")
            kana += len(re.findall("[\u3041-\u30fe]", text))
    return kana * 10 > beyond


def _decodes(file: InputFile, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open_unpacked(file) as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _utf8_evidence(file: InputFile) -> tuple[int, int]:
    """Bytes that are not UTF-8, and characters beyond ASCII that are."""
    broken = accents = 0
    with open_unpacked(file) as stream:
        for text in _decoded(stream, "utf-8"):
            beyond = sum(1 for character in text if character > "\x7f") if not text.isascii() else 0
            bad = len(re.findall("[\udc80-\udcff]", text)) if beyond else 0
            broken += bad
            accents += beyond - bad
    return broken, accents


def _decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    errors = "replace" if encoding.replace("-", "").lower().startswith(("utf16", "utf32")) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    while block := stream.read(_BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _split_lines(blocks: Iterator[str], old_breaks: bool, name: str) -> Iterator[str]:
    """Lines with their line feed; only line feeds end them (a cell may hold other separators)."""
    rest = ""
    for block in blocks:
        text = rest + (block.replace("\r", "\n") if old_breaks else block)
        lines = text.split("\n")
        rest = lines.pop()
        if len(rest) > limits.MAX_LINE:
            raise limits.too_large(name, "a line of it has more than 16 million characters")
        for line in lines:
            yield line + "\n"
    if rest:
        yield rest


def sniff_delimiter(lines: list[str]) -> str:
    """The delimiter that cuts the most lines into the same number of fields, more fields counting more."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            # The sample may end inside a record, so its last one does not count.
            rows = list(csv.reader(iter(lines[:200]), delimiter=delimiter))[: max(1, len(lines) - 1)]
        except csv.Error:
            continue
        widths.update(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        width, alike = widths.most_common(1)[0]
        score = alike / max(1, len(rows)) * math.log2(width + 1)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _looks_binary(text: str) -> bool:
    controls = sum(1 for character in text[:4096] if character < " " and character not in "\t\r\n\f\x1a")
    return controls > max(4, len(text[:4096]) // 50)
