"""The sample files of the built-in sources, found by their names, and ways to write the same rows otherwise."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from opsconsole.imports.source import all_sources

DATA = Path(__file__).parents[1] / "data"
Rows = list[list[str]]


def layouts() -> Iterator[tuple[Path, str]]:
    """Sample files and the sources they are of: a file is named after its source, and maybe its layout."""
    keys = sorted(all_sources(), key=len, reverse=True)
    for path in sorted(DATA.iterdir()):
        found = [key for key in keys if path.stem.startswith(key)]
        if path.suffix in (".csv", ".txt") and found:
            yield path, found[0]


LAYOUTS = list(layouts())
NAMES = [path.name for path, _ in LAYOUTS]


def text_of(path: Path) -> str:
    """A sample file as text without a byte order mark, its lines ended by line feeds."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    return text.replace("\r\n", "\n")


def delimiter_of(path: Path) -> str:
    """What parts the cells of a sample file: what its longest line has most of."""
    line = max(text_of(path).splitlines(), key=len)
    return max(",;\t", key=line.count)


def rows_in(path: Path) -> Rows:
    """Cells of a sample file; Amazon's tab-separated ones are not quoted."""
    delimiter = delimiter_of(path)
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    return list(csv.reader(io.StringIO(text_of(path), newline=""), delimiter=delimiter, quoting=quoting))


def written(rows: Rows, delimiter: str) -> str:
    """Rows as text."""
    stream = io.StringIO(newline="")
    if delimiter == "\t":
        return "\n".join("\t".join(row) for row in rows) + "\n"
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def changed(path: Path, change: Callable[[str], str]) -> str:
    """A sample file with every cell changed."""
    return written([[change(cell) for cell in row] for row in rows_in(path)], delimiter_of(path))
