"""Ways of paying that are not expected to be settled before shipping."""

import re

_CASH_ON_DELIVERY = re.compile(
    r"\b(cod|c\.o\.d\.?|cash[ _-]on[ _-]delivery|collect[ _-]on[ _-]delivery|nachnahme)(?!\w)", re.I
)
_NET_DAYS = re.compile(r"\b(?:net|within|due in)\s*(\d{1,3})\b", re.I)


def is_cash_on_delivery(method: str | None) -> bool:
    """Whether the customer pays the carrier."""
    return bool(method and _CASH_ON_DELIVERY.search(method))


def net_days(terms: str | None) -> int | None:
    """Days after the order until payment is due: 30 for ``Net 30``; None where the terms name no number of days."""
    found = _NET_DAYS.search(terms or "")
    return int(found.group(1)) if found else None
