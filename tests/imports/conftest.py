"""Files written for one test, and files read without a database."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def sample_files() -> Path:
    """Folder of the project's own sample files, made under genuine headers."""
    return DATA


@pytest.fixture(scope="session")
def genuine() -> Path:
    """Folder of genuine sample files beside the real data sets; skips where it is absent."""
    told = os.environ.get("OPSCONSOLE_DATA")
    data = Path(told) if told else Path(__file__).parents[3] / "shared" / "data"
    folder = data.parent / "formats" / "samples"
    if not folder.is_dir():
        pytest.skip(f"the genuine samples are not in {folder}")
    return folder


@pytest.fixture
def text_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes bytes or text into a file of a name."""

    def write(content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def mapping() -> Callable[..., Any]:
    """A mapping from TOML text."""
    import tomllib

    from opsconsole.imports.mapping import parse_mapping

    return lambda text: parse_mapping(tomllib.loads(text), "test.toml")


@pytest.fixture
def read(now: int) -> Callable[..., Any]:
    """Reads a file with a mapping or the built-in sources: a ParsedFile."""
    from opsconsole.imports.opened import Reading
    from opsconsole.imports.reader import read_file
    from opsconsole.imports.source import all_sources

    def read_one(path: Path, forced: Any = None, candidates: Sequence[Any] = (), **reading: Any) -> Any:
        known = candidates or list(all_sources().values())
        return read_file(path, known, Reading(**{"channel": "shop", "now": now, **reading}), forced=forced)

    return read_one


@pytest.fixture
def rows_of() -> Callable[[Any, str], list[dict[str, Any]]]:
    """Records of a kind in a ParsedFile, as dicts."""
    return lambda parsed, kind: [row for records in parsed.records if records.kind == kind for row in records.rows()]
