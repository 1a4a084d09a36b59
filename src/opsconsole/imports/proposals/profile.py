"""What a column's values look like, over its distinct texts: dates, figures, codes, addresses, countries ..."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from opsconsole.domain.tracking import tracking_fault
from opsconsole.imports import dates, numbers
from opsconsole.imports.columns import TextColumn
from opsconsole.imports.proposals.names import words_of
from opsconsole.imports.proposals.words import COUNTRIES, CURRENCIES, NOTHING, STATUS_WORDS

_LOOKED_AT = 400  # distinct texts, spread over all of them, that tell what a column looks like
_KEPT = 200  # most frequent texts that are kept
_SAMPLES = 6

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$")
_PHONE = re.compile(r"^\+?[\d\s()./-]{7,20}(?:\s?(?:ext|x)\.?\s?\d+)?$")
_MONEY = re.compile(r"[$€£¥₹]|^(?:[A-Z]{3})\s?-?[\d.,]+|[\d.,]+\s?(?:[A-Z]{3}|zł|kr)$")
_CODE = re.compile(r"^[A-Za-z0-9#][A-Za-z0-9#._/:+-]*$")
_HEX = re.compile(r"^[0-9a-f]{16,64}$|^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")
_DIGIT = re.compile(r"\d")
_POSTCODE = re.compile(
    r"^(?:\d{3,6}(?:-\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2})$"
)
_CHECKED = re.compile(r"^(?:1Z[A-Z0-9]{16}|[A-Z]{2}\d{9}[A-Z]{2}|9[1-5]\d{20}|TB[ACM]\d{12})$")
_UNIT = re.compile(r"^-?[\d.,]+\s*(?:kg|g|gr|oz|lbs?|h|hrs?|hours?|min|minutes?|days?|weeks?)$", re.IGNORECASE)
_STATUS_WORDS = frozenset(" ".join(words_of(word)) for code, words in STATUS_WORDS.items() for word in (code, *words))
_FLAGS = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f", "0", "1", "x"})


@dataclass(frozen=True)
class Profile:
    """A column in figures.

    ``filled`` is the share of rows with a value, ``distinct`` how many different ones there are, ``looks`` the share of
    the values that look like something. ``counts`` are rows by text of the most frequent texts.
    """

    name: str
    rows: int
    filled: float
    distinct: int
    looks: Mapping[str, float]
    counts: Mapping[str, int] = field(default_factory=dict)
    length: float = 0.0

    @property
    def unique(self) -> bool:
        """Whether no value repeats."""
        return self.distinct > 1 and self.distinct >= 0.999 * self.filled * self.rows

    @property
    def samples(self) -> tuple[str, ...]:
        """Some of its values."""
        return tuple(self.counts)[:_SAMPLES]

    def look(self, name: str) -> float:
        """Share of the values that look so."""
        return self.looks.get(name, 0.0)


def profile(name: str, column: TextColumn) -> Profile:
    """Figures of one column."""
    rows = len(column.codes)
    tally = np.bincount(column.codes, minlength=len(column.values)) if rows else np.zeros(len(column.values), np.int64)
    told: Counter[str] = Counter()
    for text, count in zip(column.values, tally.tolist(), strict=True):
        if count and (clean := text.strip()):
            told[clean] += count
    filled = sum(told.values())
    looked_at = list(told)[:: max(1, len(told) // _LOOKED_AT)]
    real = [text for text in looked_at if text.casefold() not in NOTHING] or looked_at
    looks = {key: sum(map(test, real)) / len(real) for key, test in _LOOKS.items()} if real else {}
    counts = dict(told.most_common(_KEPT))
    length = sum(map(len, real)) / len(real) if real else 0.0
    return Profile(name, rows, filled / rows if rows else 0.0, len(told), looks, counts, length)


def _is_date(text: str) -> bool:
    return bool(dates.candidates(text))


def _is_status(text: str) -> bool:
    return " ".join(words_of(text)) in _STATUS_WORDS


def _is_number(text: str) -> bool:
    return numbers.body_of(text, money=True) is not None or bool(_UNIT.match(text))


def _is_tracking(text: str) -> bool:
    plain = re.sub(r"[\s-]", "", text).upper()
    return bool(_CHECKED.match(plain)) and tracking_fault("", plain) is None


_LOOKS: Mapping[str, Callable[[str], bool]] = {
    "date": _is_date,
    "time": lambda text: ":" in text and bool(_DIGIT.match(text)),
    "number": _is_number,
    "integer": lambda text: bool(re.match(r"^[-+]?\d+(?:\.0)?$", text)),
    "negative": lambda text: text.startswith("-") and _is_number(text),
    "fraction": lambda text: _is_number(text) and bool(re.search(r"[.,]\d{1,4}\D*$", text)),
    "money": lambda text: bool(_MONEY.search(text)) and _is_number(text),
    "unit": lambda text: bool(_UNIT.match(text)),
    "flag": lambda text: text.casefold() in _FLAGS,
    "email": lambda text: bool(_EMAIL.match(text)),
    "phone": lambda text: bool(_PHONE.match(text)) and len(_DIGIT.findall(text)) >= 7,
    "country": lambda text: text.casefold() in COUNTRIES,
    "currency": lambda text: text.upper() in CURRENCIES,
    "status": _is_status,
    "postcode": lambda text: bool(_POSTCODE.match(text.upper().lstrip("'"))),
    "tracking": _is_tracking,
    "code": lambda text: bool(_CODE.match(text)) and (bool(_DIGIT.search(text)) or text.isupper()),
    "id": lambda text: bool(_HEX.match(text)),
    "words": lambda text: " " in text and not _is_number(text) and not _is_date(text),
    "letters": lambda text: not _DIGIT.search(text),
    "long": lambda text: len(text) > 60,
    "shortened": lambda text: "E+" in text,
    "numbered": lambda text: text.replace(".", "", 1).isdigit(),
}
