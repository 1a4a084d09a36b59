"""What the rows of a feed are: a built-in source, its own copy of a saved mapping, or recognized by their header."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from opsconsole.domain.errors import UserError
from opsconsole.domain.sourcing import SqlFeed, WatchedFolder
from opsconsole.imports.mapping import parse_mapping
from opsconsole.imports.recognize import Candidate
from opsconsole.imports.saved import load_folder
from opsconsole.imports.source import all_sources
from opsconsole.services.import_recognition import mappings_folder

_PREFIX = "mapping:"
Feed = TypeVar("Feed", SqlFeed, WatchedFolder)


def kept_mapping(feed: Feed, folder: Path | None = None) -> Feed:
    """The feed with its own copy of the saved mapping it names, so that every computer can run it.

    A copy that it has already stays where this computer has no mapping of that name. UserError when there is none at
    all.
    """
    if not feed.source.startswith(_PREFIX):
        candidate_of(replace(feed, mapping_toml=""))
        return replace(feed, mapping_toml="")
    found = saved_text(feed.source.removeprefix(_PREFIX), folder)
    kept = replace(feed, mapping_toml=found or feed.mapping_toml)
    candidate_of(kept)
    return kept


def candidate_of(feed: SqlFeed | WatchedFolder) -> Candidate | None:
    """How a feed's rows are read; None: recognized by their header. UserError when what it names is not there."""
    if not feed.source:
        return None
    if feed.mapping_toml:
        return parse_mapping(tomllib.loads(feed.mapping_toml), feed.source.removeprefix(_PREFIX))
    if feed.source.startswith(_PREFIX):
        raise UserError(f"There is no saved mapping “{feed.source.removeprefix(_PREFIX)}”.", "Save it, or choose one.")
    known = all_sources()
    if feed.source not in known:
        raise UserError(f"There is no source “{feed.source}”.", f"Sources: {', '.join(known)}.")
    return known[feed.source]


def saved_text(name: str, folder: Path | None = None) -> str:
    """TOML of the saved mapping of a name on this computer; empty where there is none."""
    place = folder or mappings_folder()
    for path in sorted(place.glob("*.toml")) if place.is_dir() else []:
        try:
            text = path.read_text(encoding="utf-8-sig")
            if parse_mapping(tomllib.loads(text), path.name).name == name:
                return text
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, UserError):
            continue
    return ""


def choices(folder: Path | None = None) -> list[tuple[str, str]]:
    """What a feed's rows can be, as pairs of key and words: recognized, saved mappings, built-in sources."""
    saved, _ = load_folder(folder or mappings_folder())
    mappings = [(f"{_PREFIX}{spec.name}", f"Mapping: {spec.name}") for spec in saved]
    return [("", "Recognized by its columns"), *mappings, *((key, one.label) for key, one in all_sources().items())]
