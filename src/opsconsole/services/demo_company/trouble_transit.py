"""Planted parcels in trouble on their way: numbers, scans, the border, the door, claims."""

from collections.abc import Iterator

from opsconsole.domain.instants import DAY, HOUR
from opsconsole.services.demo_company.company import CHANNEL, PLACE
from opsconsole.services.demo_company.plan import Of, Plan, Planner, Values

# Days within which each carrier takes claims, from the day a parcel left; the contract says so.
CLAIM_WINDOW_DAYS = {"northline": 60, "swiftpost": 60, "meridian": 45, "corvid": 45, "bluecrest": 270, "old-quay": 270}
_CLAIM_LEFT_DAYS = 5


_TO_GERMANY: Values = {
    "address1": "Lindenallee 18", "address2": None, "city": "Hamburg", "province": "HH", "postcode": "20099",
    "country": "DE", "bill_address1": "Lindenallee 18", "bill_city": "Hamburg", "bill_postcode": "20099",
    "bill_country": "DE", "customs_number": None, "duty_status": "not_due",
}  # fmt: skip


def scan(code: str, at: int, words: str, place: str | None = None) -> tuple[str, Values]:
    """A carrier's scan of an order's first parcel."""
    return "shipment_events", {
        "tracking_number": Of("tracking"),
        "code": code,
        "description": words,
        "place": place,
        "occurred_at": at,
    }


def tracking(planner: Planner) -> Iterator[Plan]:
    """Shipped more than a day ago under no number, or one that cannot be right."""
    troubles = ("none", "check_digit", "placeholder", "none", "cut_short")
    for number in planner.several(14):
        channel, place = planner.pick("shopify", "amazon", "walmart", "ebay"), planner.site()
        shipped = planner.begun(8, place) - 24 * HOUR
        trouble = troubles[number % len(troubles)]
        yield Plan(
            "no_tracking", channel, shipped - 20 * HOUR, ("NO_TRACKING",), shipped_at=shipped, place=place,
            trouble=trouble,
        )  # fmt: skip
    for number in planner.several(2):
        channel = planner.pick("shopify", "walmart", "ebay")
        day = planner.past_workday(channel, 9 + number % 6)
        yield Plan(
            "no_tracking_late",
            channel,
            planner.at(channel, planner.workday(day, -1), 8, 18),
            ("NO_TRACKING", "LATE_DELIVERY"),
            shipped_at=planner.at(channel, day, 10, 15),
            place=planner.site(),
            trouble="none",
        )


def unscanned(planner: Planner) -> Iterator[Plan]:
    """A label and a ship confirm, and the carrier has never seen it."""
    for _ in planner.several(7):
        channel, place = planner.pick("shopify", "ebay", "etsy"), planner.site()
        labeled = planner.before(planner.begun(8, place), 24, place)
        yield Plan(
            "no_carrier_scan", channel, labeled - 5 * HOUR, ("NO_CARRIER_SCAN",), shipped_at=labeled + HOUR,
            labeled_at=labeled, place=place, trouble="unscanned",
        )  # fmt: skip


def stalled(planner: Planner) -> Iterator[Plan]:
    """Seen at a hub three days ago, and not since."""
    for _ in planner.several(14):
        channel, place = planner.pick("ebay", "etsy", "shopify"), planner.site()
        seen = planner.begun(24) - 72 * HOUR
        shipped = seen - int(planner.uniform(20, 30) * HOUR)
        yield Plan(
            "stalled", channel, shipped - 6 * HOUR, ("STALLED_IN_TRANSIT",), shipped_at=shipped, last_scan_at=seen,
            place=place,
        )  # fmt: skip


def not_handed_over(planner: Planner) -> Iterator[Plan]:
    """The carrier stood before a closed door, and nothing has happened since."""
    words = ("Delivery attempted, nobody there", "Address could not be reached", "Parcel damaged, repacked")
    for number in planner.several(8):
        channel, place = planner.pick("etsy", "ebay"), planner.site()
        at = max(planner.begun(8, place) - 24 * HOUR, planner.hours_ago(69.0, 71.0))
        shipped = at - int(planner.uniform(28, 40) * HOUR)
        yield Plan(
            "delivery_exception", channel, shipped - 6 * HOUR, ("DELIVERY_EXCEPTION",), shipped_at=shipped,
            last_scan_at=at, place=place, extra=(scan("exception", at, words[number % 3]),),
        )  # fmt: skip


def at_the_border(planner: Planner) -> Iterator[Plan]:
    """Held by customs, duty not paid, or papers that lack a number."""
    channel = CHANNEL["shopify-ca"]
    for number in planner.several(4):
        place = PLACE["columbus"]
        kind = number % 3
        at = planner.begun(24)
        if kind == 2:
            placed = planner.placed(CHANNEL["shopify"], 24)
            yield Plan("customs_number_missing", CHANNEL["shopify"], placed, ("CUSTOMS_HOLD",), order=_TO_GERMANY)
            continue
        shipped = at - int(planner.uniform(30, 44) * HOUR)
        held = (scan("customs_hold", at, "Held by customs, papers asked for", "Mississauga, ON"),)
        yield Plan(
            "duty_unpaid" if kind else "customs_hold", channel, shipped - 6 * HOUR, ("CUSTOMS_HOLD",),
            shipped_at=shipped, last_scan_at=at, place=place, order={"duty_status": "unpaid"} if kind else {},
            extra=() if kind else held,
        )  # fmt: skip


def coming_back(planner: Planner) -> Iterator[Plan]:
    """The carrier brings it back."""
    for number in planner.several(4):
        channel, place = planner.pick("etsy", "ebay"), planner.site()
        at = planner.begun(48)
        shipped = at - int(planner.uniform(40, 60) * HOUR)
        words = ("Returned to sender, refused", "Returned to sender, address unknown")[number % 2]
        yield Plan(
            "return_to_sender", channel, shipped - 6 * HOUR, ("RETURN_TO_SENDER",), shipped_at=shipped,
            last_scan_at=at, place=place, extra=(scan("returned", at, words),),
        )  # fmt: skip


def late_deliveries(planner: Planner) -> Iterator[Plan]:
    """Shipped in time, promised by a day that is over, not delivered."""
    # After a day without deliveries all of them have been late for longer than their clock.
    rested = planner.workday(planner.today(CHANNEL["shopify"]) - 1, 0) < planner.today(CHANNEL["shopify"]) - 1
    for number in planner.several(12 if rested else 26):
        channel = planner.pick("shopify", "shopify", "amazon", "walmart", "ebay", "etsy", "shopify")
        ago = 0 if number % 4 else 1 + min(int(planner.uniform(0, 1) ** 3 * 12), 12)
        placed, shipped = planner.placed_for_deliver_by(channel, planner.past_workday(channel, ago))
        yield Plan("late_delivery", channel, placed, ("LATE_DELIVERY",), shipped_at=shipped, place=planner.site())


def unclaimed(planner: Planner) -> Iterator[Plan]:
    """Delivered too late or not at all, and the days in which the carrier takes claims are nearly over."""
    for number in planner.several(4):
        channel, carrier = planner.pick("shopify", "ebay"), ("northline", "swiftpost", "meridian")[number % 3]
        # By day counts the window is over within one to four days.
        shipped = planner.now - int((CLAIM_WINDOW_DAYS[carrier] - 1.3 - 0.8 * (number % 4)) * DAY)
        yield Plan(
            "claim_due", channel, shipped - 8 * HOUR, ("CARRIER_CLAIM_DUE",), shipped_at=shipped,
            delivered_at=shipped + 20 * DAY, carrier=carrier,
        )  # fmt: skip


TROUBLES = (
    tracking, unscanned, stalled, not_handed_over, at_the_border, coming_back, late_deliveries, unclaimed,
)  # fmt: skip


# --- just not found ---------------------------------------------------------------------------------------------------


def nearly(planner: Planner) -> Iterator[Plan]:
    """Scanned at last, moved yesterday, tried again, cleared, found again, claimed in time."""
    shop, etsy, canada = CHANNEL["shopify"], CHANNEL["etsy"], CHANNEL["shopify-ca"]
    place = PLACE["reno"]
    labeled = planner.before(planner.now, 20, place)
    yield Plan("no_scan_20_working_hours", shop, labeled - 5 * HOUR, shipped_at=labeled + HOUR, labeled_at=labeled,
               trouble="unscanned")  # fmt: skip
    seen = planner.hours_ago(66.0, 71.0)
    yield Plan("seen_71_hours_ago", etsy, seen - 34 * HOUR, shipped_at=seen - 28 * HOUR, last_scan_at=seen)
    at = planner.hours_ago(20.0, 23.0)
    tried = scan("exception", at, "Delivery attempted, nobody there")
    yield Plan("tried_20_hours_ago", etsy, at - 40 * HOUR, shipped_at=at - 34 * HOUR, last_scan_at=at, extra=(tried,))
    at = planner.hours_ago(40.0, 44.0)
    again = scan("in_transit", at + 20 * HOUR, "Out for delivery")
    tried = scan("exception", at, "Delivery attempted, nobody there")
    yield Plan("tried_again", etsy, at - 40 * HOUR, shipped_at=at - 34 * HOUR, last_scan_at=at + 20 * HOUR,
               extra=(tried, again))  # fmt: skip
    held = scan("customs_hold", at, "Held by customs, papers asked for", "Mississauga, ON")
    cleared = scan("in_transit", at + 10 * HOUR, "Cleared customs", "Mississauga, ON")
    yield Plan("customs_cleared", canada, at - 60 * HOUR, shipped_at=at - 54 * HOUR, last_scan_at=at + 10 * HOUR,
               place=PLACE["columbus"], extra=(held, cleared))  # fmt: skip
    papers = {**_TO_GERMANY, "customs_number": "IM2760000742"}
    yield Plan("abroad_with_papers", shop, planner.recent(shop, 4.0, 20.0), order=papers)
    shipped = planner.now - 57 * DAY
    claim = {"claim_id": "CL-{n}", "tracking_number": Of("tracking"), "vendor_key": Of("carrier"), "reason": "late",
             "status": "filed", "currency": "USD", "amount": Of("cost"), "filed_at": shipped + 20 * DAY}  # fmt: skip
    yield Plan("late_and_claimed", shop, shipped - 8 * HOUR, shipped_at=shipped, delivered_at=shipped + 18 * DAY,
               carrier="northline", extra=(("claims", claim),))  # fmt: skip
    shipped = planner.now - int((60 - _CLAIM_LEFT_DAYS - 1.5) * DAY)
    yield Plan("late_time_to_claim", shop, shipped - 8 * HOUR, shipped_at=shipped, delivered_at=shipped + 18 * DAY,
               carrier="northline")  # fmt: skip


NEAR_MISSES = (nearly,)
