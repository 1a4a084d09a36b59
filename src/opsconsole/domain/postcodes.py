"""Postcodes: which countries have them and what they look like.

Patterns after the Universal Postal Union's addressing sheets and CLDR's postal code data. A country that is not
listed is not judged.
"""

import re
from functools import lru_cache

_PATTERNS = {
    "AR": r"[A-Z]?\d{4}([A-Z]{3})?",
    "AT": r"\d{4}",
    "AU": r"\d{4}",
    "BE": r"\d{4}",
    "BG": r"\d{4}",
    # Files whose customers are masked keep the first five digits.
    "BR": r"\d{5}(-?\d{3})?",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d",
    "CH": r"\d{4}",
    "CL": r"\d{3}-?\d{4}",
    "CN": r"\d{6}",
    "CZ": r"\d{3} ?\d{2}",
    "DE": r"\d{5}",
    "DK": r"\d{4}",
    "EE": r"\d{5}",
    "ES": r"\d{5}",
    "FI": r"\d{5}",
    "FR": r"\d{5}",
    "GB": r"GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}",
    "GR": r"\d{3} ?\d{2}",
    "HR": r"\d{5}",
    "HU": r"\d{4}",
    "IE": r"[A-Z][\dW]\d? ?[A-Z\d]{4}",
    "IL": r"\d{5}(\d{2})?",
    "IN": r"[1-9]\d{2} ?\d{3}",
    "IT": r"\d{5}",
    "JP": r"\d{3}-?\d{4}",
    "KR": r"\d{5}",
    "LT": r"(LT-?)?\d{5}",
    "LU": r"(L-?)?\d{4}",
    "LV": r"(LV-?)?\d{4}",
    "MX": r"\d{5}",
    "MY": r"\d{5}",
    "NL": r"[1-9]\d{3} ?[A-Z]{2}",
    "NO": r"\d{4}",
    "NZ": r"\d{4}",
    "PH": r"\d{4}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}(-?\d{3})?",
    "RO": r"\d{6}",
    "SE": r"(SE-?)?\d{3} ?\d{2}",
    "SG": r"\d{6}",
    "SI": r"(SI-?)?\d{4}",
    "SK": r"\d{3} ?\d{2}",
    "TH": r"\d{5}",
    "TR": r"\d{5}",
    "US": r"\d{5}(-?\d{4})?",
    "ZA": r"\d{4}",
}
_NAMES = {
    "USA": "US", "UNITED STATES": "US", "UNITED STATES OF AMERICA": "US", "PUERTO RICO": "US", "PR": "US",
    "UK": "GB", "UNITED KINGDOM": "GB", "GREAT BRITAIN": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "WALES": "GB",
    "CANADA": "CA", "CAN": "CA", "GBR": "GB", "GERMANY": "DE", "DEUTSCHLAND": "DE", "DEU": "DE", "FRANCE": "FR",
    "FRA": "FR", "SPAIN": "ES", "ESP": "ES", "ESPAÑA": "ES", "ITALY": "IT", "ITALIA": "IT", "ITA": "IT",
    "NETHERLANDS": "NL", "THE NETHERLANDS": "NL", "NLD": "NL", "BELGIUM": "BE", "AUSTRIA": "AT", "ÖSTERREICH": "AT",
    "SWITZERLAND": "CH", "IRELAND": "IE", "EIRE": "IE", "SWEDEN": "SE", "NORWAY": "NO", "DENMARK": "DK",
    "FINLAND": "FI", "POLAND": "PL", "PORTUGAL": "PT", "CZECHIA": "CZ", "CZECH REPUBLIC": "CZ", "HUNGARY": "HU",
    "AUSTRALIA": "AU", "AUS": "AU", "NEW ZEALAND": "NZ", "JAPAN": "JP", "BRAZIL": "BR", "BRASIL": "BR", "BRA": "BR",
    "MEXICO": "MX", "MÉXICO": "MX", "INDIA": "IN", "SOUTH AFRICA": "ZA", "SINGAPORE": "SG",
}  # fmt: skip


@lru_cache(maxsize=512)
def country_code(country: str | None) -> str:
    """ISO 3166 code of a country's code or English name; empty for names that are not known."""
    words = (country or "").strip().upper().rstrip(".")
    return _NAMES.get(words, words if re.fullmatch(r"[A-Z]{2}", words) else "")


def needs_postcode(country: str | None) -> bool:
    """Whether an address in the country is incomplete without a postcode (Ireland's are widely left out)."""
    code = country_code(country)
    return code in _PATTERNS and code != "IE"


@lru_cache(maxsize=65_536)
def postcode_fits(country: str | None, postcode: str) -> bool:
    """Whether a postcode has its country's form; True where the country's form is not known."""
    pattern = _PATTERNS.get(country_code(country))
    return pattern is None or re.fullmatch(pattern, postcode.strip().upper()) is not None
