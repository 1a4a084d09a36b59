"""How the figures of a column are read: decimal sign with proof, units as a scale, places, words of no value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsconsole.domain.errors import UserError
from opsconsole.imports import numbers
from opsconsole.imports.proposals.names import words_of
from opsconsole.imports.proposals.words import CURRENCIES, DAYS, GRAMS, NOTHING, SIGNS
from opsconsole.imports.records import RecordField, Type

_WITH_UNIT = re.compile(r"^(-?[\d.,]+)(\s*)([A-Za-z]+)$")
_CODE = re.compile(r"\b([A-Z]{3})\b")


@dataclass(frozen=True)
class FigureReading:
    """Entries of the field's table; ``sign`` is the decimal sign that is proved; ``options`` ask where it is not."""

    how: dict[str, Any] = field(default_factory=dict)
    sign: str = ""
    proof: str = ""
    question: str = ""
    options: tuple[tuple[str, str], ...] = ()
    asked: str = ""  # decimal or unit


def read_figures(name: str, counts: Mapping[str, int], known: RecordField) -> FigureReading:
    """The reading of a column of texts with their numbers of rows."""
    how: dict[str, Any] = {}
    money = known.type in (Type.MONEY, Type.PRICE_E4)
    null = [text for text in counts if text.casefold() in NOTHING]
    if null:
        how["null"] = null
    texts = [text for text in counts if text not in null]
    unit = _unit_of(name, texts, counts, known)
    if "first" in unit:
        return FigureReading({"first": unit["first"]}, proof=unit["proof"])
    suffix = unit.get("strip_suffix", "")
    how |= {key: value for key, value in unit.items() if key not in ("proof", "ask")}
    plain = [text.removesuffix(suffix).strip() for text in texts]
    try:
        choice = numbers.choose_decimal(plain, name, money=money)
    except UserError as fault:
        return FigureReading(how, question=f"{fault.message} Which is right? The others will be refused.",
                             options=_SIGNS, asked="decimal")  # fmt: skip
    if not choice.sign and choice.doubtful:
        words = f"“{name}”: {choice.doubtful} can be {_as(choice.doubtful, '.')} or {_as(choice.doubtful, ',')}."
        return FigureReading(how, question=words, options=_SIGNS, asked="decimal")
    sign = choice.sign
    if money:
        how |= _places(plain, sign or ".", known)
    told = [unit["proof"]] if unit.get("proof") else []
    if sign:
        told.append(f"{choice.proof} proves a decimal {'point' if sign == '.' else 'comma'}")
    elif plain:
        told.append("all values are whole numbers")
    if unit.get("ask"):
        return FigureReading(how, sign, "; ".join(told), f"“{name}”: what unit are its weights in?", _WEIGHTS, "unit")
    return FigureReading(how, sign, "; ".join(told))


_SIGNS = ((".", "Decimal point: 1,234.50"), (",", "Decimal comma: 1.234,50"))
_WEIGHTS = (("1", "Grams"), ("1000", "Kilograms"), ("453.59237", "Pounds"), ("28.349523125", "Ounces"))


def _as(text: str, sign: str) -> str:
    number = numbers.parse(text, sign, money=True)
    return "no number" if number is None else f"{number:,f}"


def _places(texts: list[str], sign: str, known: RecordField) -> dict[str, int]:
    """Rounding, where amounts have more places than their currency or the field holds."""
    most = 4 if known.type is Type.PRICE_E4 else 2
    figures = (numbers.parse(text, sign, money=True) for text in texts[:5_000])
    longest = max((-int(f.normalize().as_tuple().exponent) for f in figures if f is not None), default=0)
    return {"round": most} if longest > most else {}


def _unit_of(name: str, texts: list[str], counts: Mapping[str, int], known: RecordField) -> dict[str, Any]:
    """Scale to what the field counts in: grams for weights, days for lead times."""
    table = GRAMS if known.key.endswith("weight_grams") else DAYS if known.key.endswith("_days") else None
    if table is None:
        return {}
    found: dict[str, int] = {}
    for text in texts:
        fit = _WITH_UNIT.match(text)
        if fit and fit[3].casefold() in table:
            found[fit[3]] = found.get(fit[3], 0) + counts[text]
    if sum(found.values()) > 0.5 * sum(counts[text] for text in texts):
        if len(found) == 1:
            unit = next(iter(found))
            return {"strip_suffix": unit, **_scale(table, unit), "proof": f"its values are in {unit}"}
        parts = [
            {
                "from": name,
                "strip_suffix": unit,
                **_scale(table, unit),
                "where": {"column": name, "matches": rf"\d\s*{unit}$"},
            }
            for unit in found
        ]
        return {"first": parts, "proof": f"its values are in {', '.join(found)}"}
    told = [word for word in re.split(r"[^a-z]+", name.casefold()) if word in table]
    if told or (told := [word for word in words_of(name) if word in table]):
        return {**_scale(table, told[-1]), "proof": f"its name says {told[-1]}"}
    return {"ask": "1"} if table is GRAMS else {}


def _scale(table: Mapping[str, str], unit: str) -> dict[str, str]:
    factor = table[unit.casefold()]
    return {} if factor == "1" else {"scale": factor}


def currencies_of(name: str, counts: Mapping[str, int]) -> dict[str, str]:
    """What in a money column names a currency: sign or code as written → code; ``""`` for one in the column's name."""
    found: dict[str, str] = {}
    for text in counts:
        sign = next((mark for mark in sorted(SIGNS, key=len, reverse=True) if mark in text), "")
        code = _CODE.search(text)
        if code and code[1] in CURRENCIES:
            found[code[1]] = code[1]
        elif sign:
            found[sign] = SIGNS[sign]
    if not found:
        told = [word for word in re.split(r"[^A-Za-z]+", name) if word.upper() in CURRENCIES and len(word) == 3]
        signs = [mark for mark in SIGNS if mark in name]
        if told or signs:
            found[""] = told[0].upper() if told else SIGNS[signs[0]]
    return found
