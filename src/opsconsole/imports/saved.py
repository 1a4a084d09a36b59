"""The text of saved mappings: small TOML files, recognized by their header the next time."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from opsconsole.domain.errors import UserError
from opsconsole.imports.mapping import MappingSpec, parse_mapping

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
_TOO_LARGE = 1 << 20


def load_mapping(path: Path) -> MappingSpec:
    """A mapping file; UserError says what is wrong with it and where."""
    return parse_mapping(content_of(mapping_text(path), path.name), path.name)


def mapping_text(path: Path) -> str:
    """The text of a mapping file; UserError when it cannot be read or is no small text."""
    try:
        if path.stat().st_size > _TOO_LARGE:
            raise UserError(f"{path.name} is too large for a mapping.", "A mapping is a small TOML file.")
        return path.read_text(encoding="utf-8-sig")
    except OSError:
        raise UserError(f"There is no mapping {path}.", "Check its name.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is not a mapping.", "Save it as UTF-8 text.") from None


def content_of(text: str, origin: str) -> dict[str, Any]:
    """The content of a mapping's text, not checked further than that it is TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise UserError(f"{origin} is not a valid mapping: {fault}.", "Correct it in a text editor.") from None


def to_toml(raw: Mapping[str, Any]) -> str:
    """TOML text of a mapping's content."""
    tables = ("file", "records")
    lines = [f"{_key(key)} = {_value(value)}" for key, value in raw.items() if key not in tables]
    if raw.get("file"):
        lines += ["", "[file]", *_pairs(raw["file"])]
    for record in raw.get("records", ()):
        lines += ["", "[[records]]", *_pairs({k: v for k, v in record.items() if k not in ("fields", "skip_where")})]
        lines += ["", "[records.fields]", *_pairs(record.get("fields", {}))]
        skipped = record.get("skip_where", ())
        for condition in [skipped] if isinstance(skipped, Mapping) else skipped:
            lines += ["", "[[records.skip_where]]", *_pairs(condition)]
    return "\n".join(lines).strip() + "\n"


def _pairs(table: Mapping[str, Any]) -> Iterable[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items()]


def _key(key: str) -> str:
    return key if _BARE.match(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(str(key))} = {_value(part)}" for key, part in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_value(part) for part in value)}]"
    return _text(str(value))


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match.group()):04x}", escaped) + '"'
