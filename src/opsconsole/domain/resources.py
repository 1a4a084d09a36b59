"""Where the files that ship beside the code are: icons, theme, runbooks, samples."""

import sys
from functools import cache
from pathlib import Path


@cache
def resources_folder() -> Path:
    """Folder ``resources``: beside a frozen program, inside an installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    candidates = [package / "resources", package.parent.parent / "resources"]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        candidates.insert(0, Path(frozen) / "opsconsole" / "resources")
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no resources folder in {', '.join(str(folder) for folder in candidates)}")


def resource(*parts: str) -> Path:
    """Path of a shipped file; FileNotFoundError names what is missing."""
    path = resources_folder().joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(path)
    return path
