"""From paths to tables: what people drop (files, folders, archives) and what kind of table each file holds."""

import tempfile
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import from_datetime
from opsconsole.imports import fixed_width, limits, old_sheets, sheets, sniff, x12, x12_table
from opsconsole.imports.row_types import TypedRows
from opsconsole.imports.tables import FileOptions, InputFile, Table, input_file, name_of, open_unpacked

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".edi", ".x12")
_SPREADSHEETS = "Save it as .xlsx or .csv and import that."
_THE_TABLE = "Export the table itself as .csv or .xlsx."
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8")
_MAX_FILES = 2_000
_JUNK = (".", "~$", "__MACOSX")


def open_table(file: InputFile, options: FileOptions) -> Table:
    """The table in a file, its kind told by its content; UserError says what is wrong and what to do."""
    table = _open_plain(file, options)
    return TypedRows(table, options.row_types) if options.row_types else table


def _open_plain(file: InputFile, options: FileOptions) -> Table:
    if file.table is not None:
        return file.table
    with open_unpacked(file) as stream:
        start = stream.read(4096)
    if not start:
        raise UserError(f"{file.name} is empty.", "Export it again.")
    if start.startswith(b"PK\x03\x04"):
        return sheets.open_package(file, options)
    if start.startswith(old_sheets.SIGNATURE):
        return old_sheets.open_old(file, options)
    if start.startswith(b"%PDF"):
        raise UserError(f"{file.name} is a PDF.", _THE_TABLE)
    if start.startswith(_PICTURES):
        raise UserError(f"{file.name} is a picture.", _THE_TABLE)
    if start.lstrip()[:15].lower().startswith((b"<html", b"<!doctype html", b"<table")):
        raise UserError(f"{file.name} is a web page, not a table.", _SPREADSHEETS)
    if x12.looks_like(start):
        return x12_table.open_x12(file, options)
    text = sniff.open_text(file, options)
    return fixed_width.or_fixed(text, options)


def sheet_names(table: Table) -> tuple[str, ...]:
    """Sheets of the spreadsheet that a table is of; none for text."""
    if isinstance(table, old_sheets.XlsTable):
        return tuple(old_sheets.old_sheet_names(table.file))
    if isinstance(table, sheets.XlsxTable | sheets.OdsTable):
        return tuple(sheets.package_sheet_names(table))
    return ()


def expand(paths: Iterable[Path], into: Path) -> list[InputFile]:
    """Files behind the paths: folders are walked, archives unpacked into folders in ``into``; in a stable order.

    Files of other kinds are skipped inside folders and archives; named directly they are kept, so that their
    fault is told. One that cannot be read is kept with its ``fault``; it is raised where there is no other file.
    """
    found: dict[Path, list[InputFile]] = {}  # a file may be given beside its folder
    for path in paths:
        for inside in _walk(path) if path.is_dir() else [path]:
            if inside not in found:
                packed = inside.suffix.lower() == ".zip" and is_archive(inside)
                found[inside] = _unpacked_or_fault(inside, into) if packed else [_or_its_fault(inside)]
        if sum(map(len, found.values())) > _MAX_FILES:
            raise UserError(f"{path.name} holds more than {_MAX_FILES:,} files.", "Import a smaller folder.")
    files = [file for part in found.values() for file in part]
    if not files:
        raise UserError("There is no table in what was given.", f"Give files ending in {', '.join(SUFFIXES)}.")
    if len(files) == 1 and files[0].fault is not None:
        raise files[0].fault
    return files


def _walk(folder: Path) -> list[Path]:
    """Tables in a folder and those under it, then archives that hold some."""
    inside = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(_JUNK))
    tables = [path for path in inside if _is_table_name(path.name)]
    return [*tables, *(path for path in inside if path.suffix.lower() == ".zip" and _holds_tables(path))]


def _or_its_fault(path: Path) -> InputFile:
    try:
        return input_file(path)
    except UserError as fault:
        return InputFile(path, name_of(path), 0, fault=fault)


def _unpacked_or_fault(path: Path, into: Path) -> list[InputFile]:
    try:
        return _unpack(path, into)
    except UserError as fault:
        return [InputFile(path, name_of(path), 0, fault=fault)]


def is_archive(path: Path) -> bool:
    """Whether a file is a zip of files (a spreadsheet is a zip too, but none of these)."""
    try:
        with zipfile.ZipFile(path) as package:
            return not {"[Content_Types].xml", "mimetype"} & set(package.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def _is_table_name(name: str) -> bool:
    lowered = name.lower().removesuffix(".gz")
    return lowered.endswith(SUFFIXES) and not name.startswith(_JUNK)


def _holds_tables(path: Path) -> bool:
    """Whether an archive that nobody named, among the files of a folder, is worth unpacking."""
    if not is_archive(path):
        return False
    with zipfile.ZipFile(path) as package:
        return any(_is_table_name(PurePosixPath(name).name) for name in package.namelist() if "__MACOSX" not in name)


def _unpack(path: Path, into: Path) -> list[InputFile]:
    found: list[InputFile] = []
    own = Path(tempfile.mkdtemp(dir=into))  # archives of one lot may hold files of one name
    with zipfile.ZipFile(path) as package:
        limits.check_package(package, path.name)
        for number, part in enumerate(package.infolist()):
            inner = PurePosixPath(part.filename)
            if part.is_dir() or not part.file_size or not _is_table_name(inner.name) or "__MACOSX" in inner.parts:
                continue
            # Numbered names of our own: an archive's names may point outside the folder.
            target = own / f"{len(found):04d}-{number}-{inner.name[-40:]}"
            try:
                with package.open(part) as source, target.open("wb") as copy:
                    while block := source.read(limits.MEBIBYTE):
                        copy.write(block)
            except (RuntimeError, NotImplementedError):
                raise UserError(f"{path.name} is protected by a password.", "Unpack it and import the files.") from None
            except zipfile.BadZipFile:
                raise UserError(f"{path.name} is damaged.", "Download it again.") from None
            modified = from_datetime(datetime(*part.date_time, tzinfo=UTC))
            found.append(InputFile(target, f"{name_of(path)}/{name_of(Path(inner.name))}", modified))
    return found
