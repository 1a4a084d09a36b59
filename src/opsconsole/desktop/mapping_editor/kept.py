"""Drafts of mappings on this computer: written at every change, so that nothing typed is lost."""

import json
from pathlib import Path
from typing import Any

_FILE = "mapping_drafts.json"
_MOST = 20


def keep(folder: Path, key: str, told: dict[str, Any]) -> None:
    """Write a draft under its key (the file it is made for); the oldest beyond twenty go."""
    drafts = {name: draft for name, draft in read_all(folder).items() if name != key}
    drafts[key] = told
    _write(folder, dict(list(drafts.items())[-_MOST:]))


def read(folder: Path, key: str) -> dict[str, Any] | None:
    """The draft of a key; None where there is none."""
    found = read_all(folder).get(key)
    return found if isinstance(found, dict) else None


def forget(folder: Path, key: str) -> None:
    """Drop a draft that was saved or is not wanted."""
    drafts = read_all(folder)
    if drafts.pop(key, None) is not None:
        _write(folder, drafts)


def read_all(folder: Path) -> dict[str, Any]:
    """All drafts by key, the newest last; none where the file is damaged."""
    try:
        found = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(folder: Path, drafts: dict[str, Any]) -> None:
    partial = folder / f"{_FILE}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(drafts, ensure_ascii=False), encoding="utf-8")
        partial.replace(folder / _FILE)
    except OSError:
        partial.unlink(missing_ok=True)  # a draft that cannot be kept is still on the screen
