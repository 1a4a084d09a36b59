"""Tracking numbers: what a carrier's numbers look like, and their check digits.

Sources of the formats: Universal Postal Union standard S10; GS1 General Specifications (modulo 10); United States
Postal Service, Publication 199; the carriers' published barcode guides, as collected with genuine numbers in the open
data set tracking_number_data (jkeen). A carrier that is not listed is only asked for a number that is no placeholder.
"""

import re
from collections.abc import Callable
from functools import lru_cache

_PLACEHOLDERS = frozenset(
    {"", "NA", "N/A", "NONE", "NULL", "NIL", "TBA", "TBD", "TBC", "PENDING", "UNKNOWN", "TEST", "NOTRACKING", "0"}
)
_SHORTEST = 5

Check = Callable[[str], bool]


def _gs1(digits: str) -> bool:
    """GS1 modulo 10: from the right, weights 3 and 1; the last digit completes the sum to a multiple of ten."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits[:-1])))
    return (10 - total % 10) % 10 == int(digits[-1])


def _ups(number: str) -> bool:
    """UPS modulo 10 over the characters after ``1Z`` (or the waybill's letter): weights 1 and 2, letters as digits."""
    body = number[2:] if number.startswith("1Z") else number[1:]
    values = [int(sign) if sign.isdigit() else (ord(sign) - 3) % 10 for sign in body[:-1]]
    total = sum(value * (1 if place % 2 == 0 else 2) for place, value in enumerate(values))
    return (10 - total % 10) % 10 == int(body[-1])


def _fedex(digits: str) -> bool:
    """FedEx Express: weights 1, 3, 7 from the right, modulo 11, then modulo 10."""
    total = sum(int(digit) * (1, 3, 7)[place % 3] for place, digit in enumerate(reversed(digits[:-1])))
    return total % 11 % 10 == int(digits[-1])


def _fedex_long(digits: str) -> bool:
    """FedEx 34-digit barcode: its last 14 digits carry the number, with the same weights as the short one."""
    return _fedex(digits[-14:])


def _fedex_ground(digits: str) -> bool:
    """FedEx Ground: GS1 modulo 10 over the shipper's and the parcel's numbers, the last 15 digits."""
    return _gs1(digits[-15:])


def _usps(digits: str) -> bool:
    """USPS: GS1 modulo 10 without the routing prefix 420 + ZIP; 20 digits also with the 91 that is not printed."""
    for prefix in (0, 8, 12):
        rest = digits[prefix:]
        if prefix == 0 or (digits.startswith("420") and rest[:1] == "9"):
            if len(rest) in (22, 26) and rest[0] == "9" and _gs1(rest):
                return True
            if len(rest) == 20 and (_gs1(rest) or _gs1("91" + rest)):
                return True
    return False


def _postal(number: str) -> bool:
    """UPU S10: weights 8 6 4 2 3 5 9 7; eleven less the rest modulo 11, where 10 becomes 0 and 11 becomes 5."""
    digits = number[2:11]
    total = sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False))
    check = 11 - total % 11
    return {10: 0, 11: 5}.get(check, check) == int(digits[8])


def _modulo_7(digits: str) -> bool:
    """DHL Express: the digits before the last, modulo 7."""
    return int(digits[:-1]) % 7 == int(digits[-1])


def _ontrac(number: str) -> bool:
    """OnTrac: the letter counts as 4 (C) or 5 (D), then the UPS weights."""
    return _ups("1Z" + {"C": "4", "D": "5"}[number[0]] + number[1:])


def _any(_: str) -> bool:
    return True


_S10: tuple[tuple[str, Check], ...] = ((r"[A-Z]{2}\d{9}[A-Z]{2}", _postal),)
_USPS: tuple[tuple[str, Check], ...] = ((r"\d{20}|\d{22}|\d{26}|420\d{27}|420\d{31}", _usps), *_S10)
_FORMATS: dict[str, tuple[tuple[str, Check], ...]] = {
    # The postal service carries the last mile for SurePost, SmartPost and eCommerce, under its own numbers.
    "ups": ((r"1Z[A-Z0-9]{15}\d", _ups), (r"[AHJKTV]\d{10}", _ups), *_USPS),
    "fedex": (
        (r"\d{12}", _fedex),
        (r"\d{15}", _gs1),
        (r"96\d{20}", _fedex_ground),
        (r"\d{34}", _fedex_long),
        (r"0\d{17}", _gs1),
        *_USPS,
    ),
    "usps": _USPS,
    "dhl": (
        (r"\d{10,11}", _modulo_7),
        (r"J[A-Z]{2,3}\d{9,20}", _any),
        (r"(GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)[0-9A-Z]{10,39}", _any),
        (r"\d{14}", _any),
        *_USPS,
    ),
    "amazon": ((r"TB[ACM]\d{12}", _any), (r"[AFC]\d{10}", _any)),
    "ontrac": ((r"[CD]\d{14}", _ontrac), (r"1LS[0-9A-Z]{8,20}", _any)),
    "canada_post": ((r"\d{16}", _gs1), *_S10),
    "royal_mail": _S10,
    "correios": _S10,
    "la_poste": _S10,
}
# Numbers that tell their format by themselves, whoever the carrier is.
_TELLING = (
    (r"1Z", "ups"),
    (r"TB[ACM]\d", "amazon"),
    (r"[A-Z]{2}\d{9}[A-Z]{2}$", "royal_mail"),
    (r"9[1-5]\d{20}$", "usps"),
)
# Words in a carrier's name that tell its family; the first that fits counts.
_FAMILIES = (
    ("stamps", "usps"),
    ("endicia", "usps"),
    ("usps", "usps"),
    ("postal service", "usps"),
    ("ups", "ups"),
    ("fedex", "fedex"),
    ("federal express", "fedex"),
    ("dhl", "dhl"),
    ("amazon", "amazon"),
    ("ontrac", "ontrac"),
    ("canada post", "canada_post"),
    ("royal mail", "royal_mail"),
    ("correios", "correios"),
    ("la poste", "la_poste"),
    ("colissimo", "la_poste"),
)
_NAMES = {
    "ups": "UPS",
    "fedex": "FedEx",
    "usps": "USPS",
    "dhl": "DHL",
    "amazon": "Amazon",
    "ontrac": "OnTrac",
    "royal_mail": "postal",
}


@lru_cache(maxsize=512)
def carrier_family(carrier: str | None) -> str:
    """``ups``, ``fedex``, ``usps`` … for a carrier's key or name; empty where the carrier has no known format."""
    words = f" {re.sub(r'[^a-z]+', ' ', (carrier or '').lower())} "
    return next((family for part, family in _FAMILIES if f" {part}" in words), "")


def tracking_fault(carrier: str | None, number: str | None) -> str | None:
    """What is wrong with a tracking number, in words; None when nothing is.

    Blanks and hyphens do not count. Numbers of carriers without a known format are checked for being there, and where
    their own look tells the format (``1Z``, S10, Intelligent Mail) by that.
    """
    cleaned = re.sub(r"[\s\-–]+", "", number or "").upper()
    if cleaned in _PLACEHOLDERS or not cleaned.strip("0"):
        return "has no tracking number"
    family = carrier_family(carrier) or next((f for pattern, f in _TELLING if re.match(pattern, cleaned)), "")
    if not family:
        return None if len(cleaned) >= _SHORTEST else "is too short for a tracking number"
    name = _NAMES.get(family, family.replace("_", " ").title())
    fitting = [check for pattern, check in _FORMATS[family] if re.fullmatch(pattern, cleaned)]
    if not fitting:
        return f"is not a {name} tracking number"
    if not any(check(cleaned) for check in fitting):
        return f"fails the {name} check digit"
    return None
