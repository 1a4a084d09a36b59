"""How texts of a column are read: what to take away, what stands for nothing, what words of status mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from opsconsole.imports.columns import normalized
from opsconsole.imports.convert import slug, status_codes
from opsconsole.imports.proposals.names import words_of
from opsconsole.imports.proposals.words import NOTHING, STATUS_WORDS
from opsconsole.imports.records import RecordField, RecordKind, Type

_KEYS = frozenset({"carrier_key", "vendor_key", "supplier_key", "helpdesk"})
_MOST_WORDS = 60


@dataclass(frozen=True)
class TextReading:
    """Entries of the field's table, with the proof; ``unknown`` are words of status (with rows) that nobody knows."""

    how: dict[str, Any] = field(default_factory=dict)
    proof: str = ""
    unknown: tuple[tuple[str, int], ...] = ()


def read_texts(counts: Mapping[str, int], known: RecordField, kind: RecordKind) -> TextReading:
    """The reading of a column of texts with their numbers of rows."""
    codes = status_codes(kind.key, known.key)
    if known.type is Type.STATUS and codes:
        return _statuses(counts, codes)
    how: dict[str, Any] = {}
    told: list[str] = []
    texts = list(counts)
    if known.type is Type.IDENTIFIER or known.key in ("phone",):
        how, told = _identifiers(texts)
    null = [text for text in texts if text.casefold() in NOTHING and text.casefold() not in ("na", "none", "unknown")]
    if null and known.type is not Type.STATUS:
        how["null"] = null
    if known.key in _KEYS and any(slug(text) != text for text in texts if text not in null):
        how["slug"] = True
        told.append(f"names become keys, as {texts[0]} → {slug(texts[0])}")
    return TextReading(how, "; ".join(told))


def _identifiers(texts: list[str]) -> tuple[dict[str, Any], list[str]]:
    how: dict[str, Any] = {}
    told: list[str] = []
    real = [text for text in texts if text.casefold() not in NOTHING]
    if not real:
        return how, told
    if all(text.startswith('="') and text.endswith('"') for text in real):
        how |= {"strip_prefix": '="', "strip_suffix": '"'}
        told.append('="…" around the values is taken away')
    elif any(text.startswith("'") for text in real):
        how["strip_prefix"] = "'"
        told.append("the apostrophe before some values is taken away")
    figures = [text for text in real if text.replace(".", "", 1).isdigit()]
    if len(figures) > 0.9 * len(real) and all(text.endswith(".0") for text in figures):
        how["strip_suffix"] = ".0"
        told.append(f"{len(figures):,} values end in .0, which a spreadsheet added")
    return how, told


@cache
def _known_words(code: str) -> frozenset[str]:
    return frozenset(" ".join(words_of(word)) for word in STATUS_WORDS.get(code, ()))


def status_code(text: str, codes: Mapping[str, str]) -> str:
    """The code that a word of status means among those allowed; empty where nobody knows."""
    plain = normalized(text)
    for code, label in codes.items():
        if plain in (normalized(code), normalized(label)):
            return code
    # "wc-processing" and "Order shipped" say what "processing" and "shipped" do.
    words = " ".join(word for word in words_of(text) if word not in ("wc", "order", "status"))
    if not words:
        return ""
    spoken = {code: " ".join(words_of(code)) for code in codes}
    return next((code for code in codes if words == spoken[code]), "") or next(
        (code for code in codes if words in _known_words(code)), ""
    )


def _statuses(counts: Mapping[str, int], codes: Mapping[str, str]) -> TextReading:
    said = {normalized(word) for pair in codes.items() for word in pair}
    null = [text for text in counts if text.casefold() in NOTHING and normalized(text) not in said]
    words = {text: count for text, count in counts.items() if text not in null}
    how: dict[str, Any] = {"null": null} if null else {}
    if all(normalized(text) in said for text in words):
        return TextReading(how, f"its {len(words)} words are our own")
    table = {text: code for text in list(words)[:_MOST_WORDS] if (code := status_code(text, codes))}
    unknown = tuple((text, count) for text, count in words.items() if text not in table)[:_MOST_WORDS]
    how["map"] = table
    rows = sum(words[text] for text in table)
    return TextReading(how, f"{len(table)} of {len(words)} words known, {rows:,} rows", unknown)
