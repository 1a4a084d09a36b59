"""Examples of the rules about a parcel on its way; expected by hand from the definitions."""

from examples import ARRIVED, SHIPPED, parcel

EXAMPLES = {
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
