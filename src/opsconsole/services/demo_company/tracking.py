"""Tracking numbers with true check digits, in the public formats of the carriers' numbers.

Sources of the check digits: UPS tracking number (modulus 10 over letters as digits), USPS Publication 199 (Intelligent
Mail package barcode, modulus 10 with weights 3 and 1), FedEx Express with 12 digits (weights 3, 1, 7, modulus 11, then
10).
"""

import numpy as np
from numpy.typing import NDArray

from opsconsole.services.demo_company.arrays import Ints

_SHIPPER = {"1z": "1Z4R7W", "pro": ""}
# Letters count as 2, 3 … 9, 0, 1 … in a 1Z number: (code of the letter − 63) modulo 10.
_LETTER_OFFSET = 63


def _digits(numbers: Ints, width: int) -> NDArray[np.int64]:
    """Decimal digits of numbers as a (rows × width) table, leading zeros kept."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers) % 10


def _values(text: str) -> list[int]:
    return [int(letter) if letter.isdigit() else (ord(letter) - _LETTER_OFFSET) % 10 for letter in text]


def _modulus_10(table: NDArray[np.int64], weights: NDArray[np.int64]) -> Ints:
    return np.asarray((10 - (table * weights).sum(axis=1) % 10) % 10)


def numbers_1z(serials: Ints, service: str = "03") -> list[str]:
    """``1Z`` + 6 of shipper + 2 of service + 7 of package + check digit: 18 characters."""
    head = _SHIPPER["1z"] + service
    fixed = np.tile(_values(head[2:]), (len(serials), 1))
    table = np.hstack([fixed, _digits(serials, 9)])
    weights = np.where(np.arange(table.shape[1]) % 2 == 0, 1, 2)
    checks = _modulus_10(table, weights)
    return [f"{head}{serial:09d}{check}" for serial, check in zip(serials.tolist(), checks.tolist(), strict=True)]


def numbers_postal(serials: Ints) -> list[str]:
    """``9400`` service type, mailer and serial + check digit: 22 digits."""
    head = "9400136895"
    table = np.hstack([np.tile(_values(head), (len(serials), 1)), _digits(serials, 11)])
    weights = np.where(np.arange(table.shape[1])[::-1] % 2 == 0, 3, 1)
    checks = _modulus_10(table, weights)
    return [f"{head}{serial:011d}{check}" for serial, check in zip(serials.tolist(), checks.tolist(), strict=True)]


def numbers_express(serials: Ints) -> list[str]:
    """Eleven digits + check digit: 12 digits."""
    shifted = serials + 39_600_000_000
    weights = np.array([3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1])
    checks = (_digits(shifted, 11) * weights).sum(axis=1) % 11 % 10
    return [f"{serial:011d}{check}" for serial, check in zip(shifted.tolist(), checks.tolist(), strict=True)]


def numbers_pro(serials: Ints) -> list[str]:
    """Freight bill (PRO) numbers: nine digits + the number modulo 7."""
    shifted = serials + 402_000_000
    return [f"{serial}{serial % 7}" for serial in shifted.tolist()]


def numbers_tba(serials: Ints) -> list[str]:
    """``TBA`` + 12 digits."""
    return [f"TBA{305_000_000_000 + serial}" for serial in serials.tolist()]


STYLES = {
    "1z": numbers_1z,
    "postal": numbers_postal,
    "express": numbers_express,
    "pro": numbers_pro,
    "tba": numbers_tba,
}


def spoiled(number: str) -> str:
    """The same number with a wrong last digit, as a mistyped one has it."""
    return number[:-1] + str((int(number[-1]) + 4) % 10)
