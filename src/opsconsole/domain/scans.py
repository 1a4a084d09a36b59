"""Carrier scans: their codes, what groups of them mean, and what carriers' own words stand for.

A scan's code belongs to one of these groups:

* ``before``: told before the carrier has the parcel in its hands,
* ``movement``: the parcel is on its way; a code that is not known counts as one,
* ``exception`` and ``failed``: the carrier cannot go on, or tried to deliver and could not,
* ``customs``: customs hold it, or want duty first,
* ``returned``: it goes back, or is back, where it came from,
* ``delivered``: it is there.

``problem`` is said of exception, failed, customs and returned together; ``damaged`` and ``lost`` of exceptions that say
so. Events of Universal Postal Union standard M40 (EMA … EMI) and the status words of UPS, FedEx, USPS and DHL tracking
pages are the source of the words.
"""

import re

from opsconsole.domain.statuses import Status, codes_in


def _scan(code: str, label: str, tone: str, *groups: str) -> tuple[str, Status]:
    return code, Status(code, label, tone, frozenset(groups))


SCANS: dict[str, Status] = dict(
    (
        _scan("labeled", "Label made", "neutral", "before"),
        _scan("voided", "Label taken back", "neutral", "before"),
        _scan("shipped", "Left the sender", "accent", "movement"),
        _scan("accepted", "Accepted by the carrier", "accent", "movement"),
        _scan("in_transit", "In transit", "accent", "movement"),
        _scan("customs_released", "Released by customs", "accent", "movement"),
        _scan("out_for_delivery", "Out for delivery", "accent", "movement"),
        _scan("ready_for_pickup", "Ready to be picked up", "accent", "movement"),
        _scan("delivered", "Delivered", "good", "delivered"),
        _scan("failed_attempt", "Delivery failed", "warn", "failed", "problem"),
        _scan("exception", "Exception", "bad", "exception", "problem"),
        _scan("address_problem", "Address problem", "bad", "exception", "problem"),
        _scan("delayed", "Delayed", "warn", "exception", "problem"),
        _scan("damaged", "Damaged", "bad", "exception", "problem", "damaged"),
        _scan("lost", "Lost", "bad", "exception", "problem", "lost"),
        _scan("customs_hold", "Held by customs", "warn", "customs", "problem"),
        _scan("duty_due", "Duty is due", "warn", "customs", "problem"),
        _scan("returning", "Going back to the sender", "bad", "returned", "problem"),
        _scan("returned", "Back at the sender", "bad", "returned", "problem"),
    )
)

# Carriers' words, most telling first: what is said of a failed delivery also says "delivery".
_WORDS: tuple[tuple[str, str], ...] = (
    (r"returned to (shipper|sender)|back (at|with) (the )?(shipper|sender)|return(ed)? delivered", "returned"),
    (r"return(ing)?\b.*(shipper|sender)|return to origin|\brts\b|\brto\b", "returning"),
    (r"\bvoid|label (cancel|refund)", "voided"),
    (r"(dut(y|ies)|import (tax|charge)s?|taxes?) .*(due|unpaid|payable|required|await)|awaiting .*dut", "duty_due"),
    (r"(released|cleared) .*(customs|clearance)|customs.*(released|cleared|complete)|clearance .*complete",
     "customs_released"),
    (r"customs|clearance", "customs_hold"),
    (r"(address|consignee name).*(incomplete|incorrect|insufficient|wrong|unknown|problem|invalid|need)|"
     r"(incomplete|incorrect|insufficient|wrong|bad|invalid) address|no such (number|street)", "address_problem"),
    (r"damage", "damaged"),
    (r"\blost\b|missing package|cannot be located|unable to locate", "lost"),
    (r"attempt|not home|no one (was )?(home|available)|recipient not available|business closed|notice left|"
     r"customer not available|refused|unable to deliver|undeliverable|could not be delivered", "failed_attempt"),
    (r"delay|held|weather|rescheduled", "delayed"),
    (r"exception|alert|problem", "exception"),
    (r"out for delivery|on .*vehicle for delivery|with (the )?(delivery )?courier", "out_for_delivery"),
    (r"(ready|available|awaiting) (for|customer)? ?(pick ?up|collection)", "ready_for_pickup"),
    (r"label|shipment information (sent|received)|order processed|pre-?shipment|shipping info", "labeled"),
    (r"(?<!to be )delivered\b|proof of delivery", "delivered"),
    (r"accept|picked up|pick ?up|collected|origin scan|received by|possession|drop(ped)? off", "accepted"),
    (r"transit|arriv|depart|left|process|sort|facility|en route|on the way|hub|scan", "in_transit"),
)  # fmt: skip


def scans_in(*groups: str) -> tuple[str, ...]:
    """Codes that belong to any of the groups."""
    return tuple(dict.fromkeys(code for group in groups for code in codes_in(SCANS, group)))


def scan_code(words: str) -> str | None:
    """The code that a carrier's words stand for: ``Out for Delivery`` → ``out_for_delivery``; None where none fits."""
    plain = re.sub(r"[\s_\-–]+", " ", words).strip().casefold()
    key = plain.replace(" ", "_")
    if key in SCANS:
        return key
    return next((code for pattern, code in _WORDS if re.search(pattern, plain)), None)


def scan_label(code: str | None, description: str | None = None) -> str:
    """What a scan says: the carrier's own words, else those of its code."""
    if description:
        return description
    known = SCANS.get(code or "")
    return known.label if known else code or ""
