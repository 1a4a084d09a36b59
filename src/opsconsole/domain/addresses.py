"""Delivery addresses: which parts a parcel needs, and how long a carrier lets them be.

Length limits: UPS and FedEx shipping guides (35 characters per address line), USPS addressing (46), DHL Express (45).
"""

from collections.abc import Collection, Mapping
from typing import Any

from opsconsole.domain.postcodes import country_code, needs_postcode, postcode_fits
from opsconsole.domain.tracking import carrier_family

PARTS = ("ship_name", "address1", "address2", "city", "province", "postcode", "country")

_REQUIRED = (("address1", "Street"), ("city", "City"), ("country", "Country"))
# Countries whose postal service sorts by state or province.
_PROVINCE_NEEDED = frozenset({"US", "CA", "AU"})
_LINES = (("address1", "Address line 1"), ("address2", "Address line 2"))
_LINE_LIMITS = {"ups": 35, "fedex": 35, "usps": 46, "dhl": 45}
_CARRIER_NAMES = {"ups": "UPS", "fedex": "FedEx", "usps": "USPS", "dhl": "DHL"}


def address_fault(parts: Mapping[str, Any], said: Collection[str], line_limit: int) -> str | None:
    """What is wrong with an address, in words (``Street is missing``); None when nothing is.

    ``said`` are the parts the order's files have: a part that no file has is unknown, not empty. ``line_limit`` holds
    where the carrier (``parts["carrier_key"]`` or ``parts["service"]``) is not known. An order without any address
    (picked up, sent by mail) is not judged.
    """
    given = {part: str(parts.get(part) or "").strip() for part in PARTS}
    if not any(given[part] for part in ("address1", "city", "postcode")):
        return None
    country = given["country"]
    for part, words in _REQUIRED:
        if part in said and not given[part]:
            return f"{words} is missing"
    if "postcode" in said and not given["postcode"] and needs_postcode(country):
        return "Postcode is missing"
    if "province" in said and not given["province"] and country_code(country) in _PROVINCE_NEEDED:
        return "State or province is missing"
    if given["postcode"] and not postcode_fits(country, given["postcode"]):
        return f"Postcode “{given['postcode']}” does not fit {country_code(country)}"
    return _too_long(given, parts, line_limit)


def _too_long(given: Mapping[str, str], parts: Mapping[str, Any], line_limit: int) -> str | None:
    family = carrier_family(parts.get("carrier_key")) or carrier_family(parts.get("service"))
    limit = _LINE_LIMITS.get(family, line_limit)
    who = _CARRIER_NAMES.get(family, "carriers")
    take = "takes" if family in _CARRIER_NAMES else "take"
    for part, words in _LINES:
        if len(given[part]) > limit:
            return f"{words} has {len(given[part])} characters, {who} {take} {limit}"
    return None
