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


# "open" = still has to be shipped; "voided" = takes no part in promises or revenue; "released" = the warehouse's hands
# are on it or have been: taking it back costs work.
ORDER_STATUSES = _table(
    Status("pending", "Pending", "neutral", _in("open")),
    Status("on_hold", "On hold", "warn", _in("open")),
    Status("processing", "Processing", "accent", _in("open")),
    Status("allocated", "Allocated", "accent", _in("open")),
    Status("released", "Released", "accent", _in("open")),
    Status("picking", "Picking", "accent", _in("open", "released")),
    Status("picked", "Picked", "accent", _in("open", "released")),
    Status("packed", "Packed", "accent", _in("open", "released")),
    Status("partially_shipped", "Partly shipped", "accent", _in("open", "released")),
    Status("shipped", "Shipped", "good", _in("shipped", "released")),
    Status("delivered", "Delivered", "good", _in("shipped", "released")),
    Status("returned", "Returned", "neutral", _in("shipped", "released")),
    Status("cancelled", "Cancelled", "neutral", _in("voided")),
    Status("unavailable", "Unavailable", "bad", _in("voided")),
)

# What order events may tell: an order's statuses, and steps that are none.
ORDER_STEPS = ORDER_STATUSES | _table(
    Status("placed", "Placed"),
    Status("paid", "Paid", "good"),
    Status("labeled", "Label made"),
    Status("hold_ended", "Hold ended"),
    Status("cancel_requested", "Cancellation asked for", "warn"),
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

DUTY_STATUSES = _table(
    Status("paid", "Paid", "good"),
    Status("unpaid", "Unpaid", "bad"),
    Status("not_due", "Not due"),
)

# "unanswered" = it is our turn.
TICKET_STATUSES = _table(
    Status("new", "New", "warn", _in("open", "unanswered")),
    Status("open", "Open", "warn", _in("open", "unanswered")),
    Status("pending", "Waits for the customer", "neutral", _in("open")),
    Status("on_hold", "On hold", "neutral", _in("open")),
    Status("solved", "Solved", "good"),
    Status("closed", "Closed", "good"),
)

DISPUTE_KINDS = _table(
    Status("chargeback", "Chargeback", "bad"),
    Status("inquiry", "Inquiry", "warn"),
    Status("case", "Marketplace case", "warn"),
)

DISPUTE_STATUSES = _table(
    Status("needs_response", "Needs an answer", "bad", _in("open")),
    Status("under_review", "Under review", "accent", _in("open")),
    Status("won", "Won", "good"),
    Status("lost", "Lost", "bad"),
    Status("accepted", "Accepted", "neutral"),
    Status("withdrawn", "Withdrawn", "good"),
)

# Reasons of disputes that rules look for; a provider's other words may stand beside them.
DISPUTE_REASONS = _table(
    Status("not_received", "Not received"),
    Status("not_as_described", "Not as described"),
    Status("fraudulent", "Fraudulent"),
    Status("duplicate", "Charged twice"),
    Status("not_credited", "Credit not given"),
    Status("cancelled", "Cancelled or returned"),
    Status("other", "Other"),
)

CLAIM_STATUSES = _table(
    Status("filed", "Filed", "accent", _in("open")),
    Status("approved", "Approved", "good", _in("open")),
    Status("paid", "Paid", "good"),
    Status("denied", "Denied", "bad"),
    Status("withdrawn", "Withdrawn", "neutral"),
)

CLAIM_REASONS = _table(
    Status("lost", "Lost"),
    Status("damaged", "Damaged"),
    Status("late", "Late"),
)

FRAUD_DECISIONS = _table(
    Status("approve", "Approved", "good"),
    Status("decline", "Declined", "bad"),
    Status("review", "To be reviewed", "warn"),
)

CHARGE_STATUSES = _table(
    Status("open", "Open", "neutral", _in("open")),
    Status("disputed", "Disputed", "warn", _in("open")),
    Status("credited", "Credited", "good"),
    Status("accepted", "Accepted", "neutral"),
)

# Kinds of charges that figures ask for; an invoice's other words may stand beside them.
CHARGE_KINDS = _table(
    Status("freight", "Freight"),
    Status("surcharge", "Surcharge"),
    Status("discount", "Discount", "good"),
    Status("duty", "Duty"),
    Status("tax", "Tax"),
    Status("credit", "Credit", "good"),
    Status("fulfillment", "Fulfillment"),
    Status("storage", "Storage"),
    Status("other", "Other"),
)

# Kinds of entries in a marketplace's account with us. "earned" = what buyers paid, with what promotions took of it;
# "fees" = what the marketplace keeps for its services. Tax it collects and withholds adds up to nothing.
ENTRY_KINDS = _table(
    Status("sale", "Sale", "good", _in("earned")),
    Status("promotion", "Promotion", "neutral", _in("earned")),
    Status("tax", "Tax"),
    Status("refund", "Refund", "warn", _in("refunds")),
    Status("fee", "Selling fee", "neutral", _in("fees")),
    Status("fulfillment", "Fulfillment fee", "neutral", _in("fees")),
    Status("storage", "Storage fee", "neutral", _in("fees")),
    Status("advertising", "Advertising", "neutral", _in("fees")),
    Status("reimbursement", "Reimbursement", "good"),
    Status("reserve", "Reserve"),
    Status("other", "Other"),
)

INVOICE_LINE_KINDS = _table(
    Status("goods", "Goods"),
    Status("freight", "Freight"),
    Status("tax", "Tax"),
    Status("discount", "Discount", "good"),
    Status("charge", "Charge", "warn"),
)

MOVEMENT_KINDS = _table(
    Status("received", "Received", "good"),
    Status("adjusted", "Adjusted", "warn"),
)

PICK_REASONS = _table(
    Status("short", "Short", "warn"),
    Status("damaged", "Damaged", "bad"),
    Status("misplaced", "Misplaced", "warn"),
)

LISTING_STATUSES = _table(
    Status("active", "Active", "good", _in("sold")),
    Status("inactive", "Inactive"),
    Status("draft", "Draft"),
    Status("archived", "Archived"),
    Status("suppressed", "Blocked by the channel", "bad"),
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
