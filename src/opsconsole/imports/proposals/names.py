"""How well the name of a column fits a field: compared word by word with the names that columns have elsewhere."""

import re
import unicodedata
from functools import cache

from opsconsole.imports.proposals.words import KNOWN

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PARTS = re.compile(r"[^a-z0-9#%]+")
_FILLERS = frozenset({"the", "of", "de", "du", "da", "do", "del", "di", "la", "le", "der", "des", "d", "l", "for", "a"})
# Words of the same meaning in one form, so that one known name serves for all of them.
_SAME = {
    "qty": "quantity", "quant": "quantity", "no": "number", "nr": "number", "num": "number", "#": "number",
    "nbr": "number", "amt": "amount", "addr": "address", "desc": "description", "descr": "description",
    "cust": "customer", "dt": "date", "ts": "timestamp", "wh": "warehouse", "whse": "warehouse", "inv": "invoice",
    "ord": "order", "orders": "order", "track": "tracking", "trk": "tracking", "ship2": "ship", "shpmt": "shipment",
    "deliv": "delivery", "est": "estimated", "wt": "weight", "cntry": "country", "ctry": "country", "ccy": "currency",
    "curr": "currency", "prod": "product", "vend": "vendor", "supp": "supplier", "cat": "category", "ref": "reference",
    "ident": "id", "identifier": "id", "guid": "id", "uuid": "id", "canceled": "cancelled", "fulfilment": "fulfillment",
    "colour": "color", "tel": "phone", "telephone": "phone", "e": "e", "items": "item", "products": "product",
    "lineitem": "lineitem", "nummer": "number", "numero": "number", "zipcode": "zip", "postalcode": "postcode",
    "datetime": "date", "sku's": "sku", "skus": "sku", "units": "units", "utc": "", "gmt": "", "local": "",
}  # fmt: skip
# What a name is about in general: it says little by itself, and may be missing from the known name.
_GENERAL = frozenset({"order", "item", "product", "customer", "shipment", "review", "ship", "shipping", "code", "name",
                      "number", "id", "date", "at", "on", "amount", "lineitem", "seller", "vendor",
                      "supplier", "buyer", "my", "our"})  # fmt: skip
_UNITS = frozenset(
    {"g", "kg", "grams", "gram", "oz", "lb", "lbs", "eur", "usd", "gbp", "days", "hours", "minutes", "pcs"}
)


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name: ``OrderQty (pcs)`` → order, quantity, pcs."""
    spelled = _CAMEL.sub(" ", name.replace("ß", "ss"))
    plain = unicodedata.normalize("NFKD", spelled.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    found = [_SAME.get(word, word) for word in _PARTS.split(plain.replace("#", " # ")) if word]
    kept = [word for word in found if word and word not in _FILLERS]
    return tuple(kept or found)


@cache
def known_names(field: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Known names of a field (or of ``kind.field``), as words and as written; a field's own name among them."""
    own = () if "." in field else (field.replace("_", " "),)
    made: dict[tuple[str, ...], str] = {}
    for name in (*own, *KNOWN.get(field, ())):
        words = words_of(name)
        if words:
            made.setdefault(words, name)
    return tuple(made.items())


@cache
def _spoken(field: str) -> frozenset[str]:
    """Every word of a field's known names, and each name as one word."""
    names = [words for words, _ in known_names(field)]
    return frozenset({*(word for words in names for word in words), *("".join(words) for words in names)})


def name_score(column: str, kind: str, field: str) -> tuple[float, str]:
    """How well a column's name fits a field of a kind, 0 to 1, and the known name that it fits best."""
    return max(_score(column, f"{kind}.{field}"), _score(column, field))


@cache
def _score(column: str, field: str) -> tuple[float, str]:
    words = words_of(column)
    plain = tuple(word for word in words if word not in _UNITS) or words
    if _spoken(field).isdisjoint((*words, "".join(words), "".join(plain))):
        return 0.0, ""
    best, found = 0.0, ""
    for known, written in known_names(field):
        points = max(_alike(words, known), _alike(plain, known))
        if points > best:
            best, found = points, written
    return best, found


def _alike(words: tuple[str, ...], known: tuple[str, ...]) -> float:
    if words == known or "".join(words) == "".join(known):
        return 1.0
    mine, theirs = set(words), set(known)
    if mine == theirs:
        return 0.97
    common = mine & theirs
    telling = common - _GENERAL
    if not common or (not telling and len(common) < 2):
        return 0.0
    missing, more = theirs - mine, mine - theirs
    if not missing and more <= _GENERAL:
        return 0.92
    if not more and missing <= _GENERAL:
        return 0.8
    weight = sum(_weight(word) for word in common) * 2
    whole = sum(_weight(word) for word in mine) + sum(_weight(word) for word in theirs)
    return 0.85 * weight / whole if whole else 0.0


def _weight(word: str) -> float:
    return 0.4 if word in _GENERAL else 1.0
