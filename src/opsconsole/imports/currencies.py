"""Currencies as amounts carry them: ``AU $3,000.00``, ``EUR 90,00``, ``1 234,50 €``."""

import re

_FIGURE = re.compile(r"[\d.,'’()+\-−–\s]+")
_CODE = re.compile(r"^[A-Z]{3}$")
_SIGNS = {
    "€": "EUR", "£": "GBP", "GB£": "GBP", "US$": "USD", "U$": "USD", "AU$": "AUD", "A$": "AUD", "CA$": "CAD",
    "C$": "CAD", "NZ$": "NZD", "HK$": "HKD", "SG$": "SGD", "S$": "SGD", "R$": "BRL", "MX$": "MXN", "NT$": "TWD",
    "JP¥": "JPY", "CN¥": "CNY", "₹": "INR", "RS": "INR", "₩": "KRW", "฿": "THB", "₫": "VND", "₽": "RUB", "₺": "TRY",
    "₴": "UAH", "₪": "ILS", "₦": "NGN", "₱": "PHP", "৳": "BDT", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "LEI": "RON",
    "FR": "CHF",
}  # fmt: skip
# One sign, several currencies: the file's own where it is one of them, else the first; "kr" alone says nothing.
_SHARED = {
    "$": ("USD", "AUD", "CAD", "NZD", "HKD", "SGD", "MXN", "ARS", "CLP", "COP", "TWD"),
    "¥": ("JPY", "CNY"),
    "KR": ("", "SEK", "NOK", "DKK", "ISK"),
}


def currency_in(text: str, usual: str = "") -> str | None:
    """The currency code of an amount, None where it carries none; ``usual`` tells which of the dollars ``$`` is."""
    sign = _FIGURE.sub("", text).upper()
    if _CODE.match(sign):
        return sign
    shared = _SHARED.get(sign)
    if shared is not None:
        return usual if usual and usual in shared else shared[0] or None
    return _SIGNS.get(sign)
