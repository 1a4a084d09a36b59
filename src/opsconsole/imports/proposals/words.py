"""Words that files say, read from resources/mappings: names of columns, countries, currencies, units, status."""

import tomllib
from collections.abc import Mapping
from typing import Any

from opsconsole.domain.resources import resource


def _told(name: str) -> dict[str, Any]:
    return tomllib.loads(resource("mappings", name).read_text(encoding="utf-8"))


def split(text: str, sign: str = "|") -> tuple[str, ...]:
    """The words of a list."""
    return tuple(word for part in text.replace("\n", " ").split(sign) if (word := part.strip()))


_WORDS = _told("words.toml")
# Names that columns have elsewhere, by field or by ``kind.field``.
KNOWN: Mapping[str, tuple[str, ...]] = {key: split(text) for key, text in _told("names.toml").items()}
NOTHING = frozenset({"", *split(_WORDS["nothing"])})
TOTALS = frozenset(split(_WORDS["totals"]))
CURRENCIES = frozenset(split(_WORDS["currencies"], " "))
COUNTRIES = frozenset({*split(_WORDS["country_codes"], " "), *split(_WORDS["country_names"])})
SIGNS: Mapping[str, str] = _WORDS["signs"]
GRAMS: Mapping[str, str] = _WORDS["grams"]
DAYS: Mapping[str, str] = _WORDS["days"]
STATUS_WORDS: Mapping[str, tuple[str, ...]] = {code: split(text) for code, text in _WORDS["statuses"].items()}
