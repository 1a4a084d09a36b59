"""Money as integer minor units with its ISO 4217 currency."""

from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217 minor units that differ from two (ISO 4217:2015 table A.1).
_DIGITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "BRL": "R$", "CAD": "CA$", "AUD": "A$", "ZAR": "R"}


def digits(currency: str) -> int:
    """Decimal places of a currency's minor unit."""
    return _DIGITS.get(currency.upper(), 2)


def currencies_with(places: int) -> tuple[str, ...]:
    """Currencies whose minor unit has so many decimal places, other than the usual two."""
    return tuple(sorted(code for code, known in _DIGITS.items() if known == places))


def symbol(currency: str) -> str:
    """Sign of a currency that stands before the amount; empty where the code is written behind it."""
    return _SYMBOLS.get(currency.upper(), "")


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of a decimal amount, rounded half to even."""
    return int(amount.scaleb(digits(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def to_decimal(minor: int, currency: str) -> Decimal:
    """Decimal amount of minor units, with the currency's places."""
    return Decimal(minor).scaleb(-digits(currency))


def in_words(minor: int, currency: str, *, whole: bool = False) -> str:
    """``$48,312.40``, with ``whole`` ``$48,312``; unknown symbols as ``48,312.40 CHF``; negative with a minus sign."""
    places = 0 if whole else digits(currency)
    amount = abs(to_decimal(minor, currency))
    text = f"{amount:,.{places}f}"
    before = symbol(currency)
    sign = "−" if minor < 0 else ""
    return f"{sign}{before}{text}" if before else f"{sign}{text} {currency}".strip()
