"""Status codes with label, tone and group; files' own words are mapped onto them by the sources."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """A code, its words, its tone (neutral, accent, good, warn, bad) and the groups it belongs to."""

    code: str
    label: str
    tone: str = "neutral"
    groups: frozenset[str] = frozenset()


def _table(*statuses: Status) -> dict[str, Status]:
    return {status.code: status for status in statuses}


def _in(*groups: str) -> frozenset[str]:
    return frozenset(groups)


# "open" = still has to be shipped; "voided" = takes no part in promises or revenue.
ORDER_STATUSES = _table(
    Status("pending", "Pending", "neutral", _in("open")),
    Status("on_hold", "On hold", "warn", _in("open")),
    Status("processing", "Processing", "accent", _in("open")),
    Status("partially_shipped", "Partly shipped", "accent", _in("open")),
    Status("shipped", "Shipped", "good", _in("shipped")),
    Status("delivered", "Delivered", "good", _in("shipped")),
    Status("returned", "Returned", "neutral", _in("shipped")),
    Status("cancelled", "Cancelled", "neutral", _in("voided")),
    Status("unavailable", "Unavailable", "bad", _in("voided")),
)

PAYMENT_STATUSES = _table(
    Status("pending", "Pending", "warn", _in("unpaid")),
    Status("authorized", "Authorized", "neutral", _in("unpaid")),
    Status("partially_paid", "Partly paid", "warn"),
    Status("paid", "Paid", "good", _in("paid")),
    Status("partially_refunded", "Partly refunded", "neutral", _in("paid")),
    Status("refunded", "Refunded", "neutral", _in("paid")),
    Status("voided", "Voided", "bad", _in("voided")),
    Status("failed", "Failed", "bad", _in("voided")),
    Status("expired", "Expired", "bad", _in("voided")),
)

# Life of an exception; snoozed and ignored are overlays with an end, not states.
EXCEPTION_STATES = _table(
    Status("open", "Open", "neutral", _in("active")),
    Status("acknowledged", "Acknowledged", "neutral", _in("active")),
    Status("in_progress", "In progress", "accent", _in("active")),
    Status("waiting", "Waiting", "neutral", _in("active")),
    Status("resolved", "Resolved", "good", _in("closed")),
    Status("closed", "Closed by the data", "good", _in("closed")),
)

SHIPMENT_STATUSES = _table(
    Status("labeled", "Label made", "neutral"),
    Status("shipped", "Shipped", "accent"),
    Status("in_transit", "In transit", "accent"),
    Status("delivered", "Delivered", "good"),
    Status("exception", "Exception", "bad"),
    Status("returned", "Returned", "warn"),
    Status("voided", "Voided", "neutral"),
)

RETURN_STAGES = _table(
    Status("requested", "Requested"),
    Status("authorized", "Authorized"),
    Status("in_transit", "In transit"),
    Status("received", "Received"),
    Status("inspected", "Inspected"),
    Status("dispositioned", "Dispositioned"),
    Status("refunded", "Refunded", "good"),
)

PURCHASE_ORDER_STATUSES = _table(
    Status("open", "Open", "accent", _in("open")),
    Status("acknowledged", "Acknowledged", "accent", _in("open")),
    Status("partially_received", "Partly received", "warn", _in("open")),
    Status("received", "Received", "good"),
    Status("cancelled", "Cancelled", "neutral"),
)


def codes_in(table: dict[str, Status], group: str) -> tuple[str, ...]:
    """Codes of a table that belong to a group."""
    return tuple(code for code, status in table.items() if group in status.groups)


def labels(table: dict[str, Status]) -> tuple[tuple[str, str], ...]:
    """Pairs of code and label, for ``Field.labels``."""
    return tuple((code, status.label) for code, status in table.items())
