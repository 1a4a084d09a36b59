"""Examples of the rules about a parcel on its way; expected by hand from the definitions."""

from examples import ARRIVED, LINE, OPEN, SHIPPED, parcel

from opsconsole.domain.instants import DAY, HOUR, SECOND

# A parcel that the carrier scanned and delivered: scans and deliveries are known to come.
BEFORE = parcel(
    order_id="arrived",
    shipment_id="S0",
    tracking_number="1Z879E930346834440",
    shipped_at=-8 * DAY,
    first_scan_at=-8 * DAY,
    delivered_at=-6 * DAY,
)
NUMBER = "1Z5R89390357567127"
UNDER_WAY = {**SHIPPED, "placed_at": -9 * DAY, "stated_shipped_at": -8 * DAY}
LABEL = {key: value for key, value in parcel().items() if key != "shipped_at"}
SITE = {"locations": [{"key": "reno", "label": "Reno", "country": "US"}]}
ABROAD = {**OPEN, "country": "CA", "postcode": "K1A 0B1", "city": "Ottawa", "location": "reno"}
LONG_AGO = {**SHIPPED, "placed_at": -58 * DAY, "stated_shipped_at": -55 * DAY, "deliver_by": -50 * DAY}


def scan(code, at, **more):
    return {"tracking_number": NUMBER, "code": code, "occurred_at": at, **more}


def scanned(*scans):
    """An order whose parcel was scanned like this, and the one that shows that deliveries are known."""
    left = parcel(shipped_at=-8 * DAY)
    return {"orders": [ARRIVED, UNDER_WAY], "shipments": [BEFORE, left], "shipment_events": list(scans)}


EXAMPLES = {
    "NO_CARRIER_SCAN": (
        # From Thursday 15:42 to Tuesday 15:42 there are 24 hours between nine and five of Monday to Friday.
        {
            "orders": [ARRIVED, {**OPEN, "placed_at": -6 * DAY}],
            "shipments": [BEFORE, {**LABEL, "labeled_at": -5 * DAY - SECOND}],
        },
        "shop/1/S1",
        {
            "orders": [ARRIVED, {**OPEN, "placed_at": -6 * DAY}],
            "shipments": [BEFORE, {**LABEL, "labeled_at": -5 * DAY}],
        },
    ),
    "STALLED_IN_TRANSIT": (
        scanned(scan("in_transit", -72 * HOUR - SECOND), scan("exception", -HOUR)),
        "shop/1/S1",
        scanned(scan("in_transit", -96 * HOUR), scan("out_for_delivery", -72 * HOUR)),
    ),
    "DELIVERY_EXCEPTION": (
        scanned(scan("in_transit", -60 * HOUR), scan("failed_attempt", -24 * HOUR - SECOND)),
        "shop/1/S1",
        scanned(scan("failed_attempt", -40 * HOUR), scan("out_for_delivery", -30 * HOUR), scan("delayed", -24 * HOUR)),
    ),
    "CUSTOMS_HOLD": (
        {
            "tables": SITE,
            "orders": [ABROAD],
            "order_lines": [LINE, {**LINE, "line_id": "2", "sku": "B"}],
            "products": [
                {"sku": "A", "hs_code": "6912.00", "origin_country": "US"},
                {"sku": "B", "hs_code": "4419.90"},
            ],
        },
        "shop/1",
        {
            "tables": SITE,
            "orders": [ABROAD],
            "order_lines": [LINE],
            "products": [
                {"sku": "A", "hs_code": "6912.00", "origin_country": "US"},
                {"sku": "B", "hs_code": "4419.90"},
            ],
        },
    ),
    "RETURN_TO_SENDER": (
        scanned(scan("failed_attempt", -50 * HOUR), scan("returning", -HOUR)),
        "shop/1/S1",
        scanned(scan("failed_attempt", -50 * HOUR), scan("in_transit", -HOUR)),
    ),
    "CARRIER_CLAIM_DUE": (
        # Sixty days to claim, five of them left; the order was promised and has not come.
        {"orders": [ARRIVED, LONG_AGO], "shipments": [parcel(shipped_at=-55 * DAY)]},
        "shop/1/S1",
        {"orders": [ARRIVED, LONG_AGO], "shipments": [parcel(shipped_at=-55 * DAY + 1)]},
    ),
    "NO_TRACKING": (
        # The last digit of a genuine number is 7.
        {"orders": [SHIPPED], "shipments": [parcel(tracking_number="1Z5R89390357567128")]},
        "shop/1/S1",
        {"orders": [SHIPPED], "shipments": [parcel()]},
    ),
    "LATE_DELIVERY": (
        {"orders": [ARRIVED, {**SHIPPED, "deliver_by": -1}]},
        "shop/1",
        {"orders": [ARRIVED, {**SHIPPED, "deliver_by": 0}]},
    ),
}
