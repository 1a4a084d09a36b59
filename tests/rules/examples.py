"""What the examples of the rules are made of: rows of files whose times count from now.

An example is (files in which it is found, the subject, files in which it is just not found). Files map record kinds to
rows; beside them ``feed`` is a row of feeds, and ``tables`` maps tables that no file fills to their rows. Fields
``*_at``, ``ship_by``, ``deliver_by``, ``dispute_by`` and ``hold_until`` are microseconds from now, ``*_on`` days from
today (UTC).
"""

from opsconsole.domain.instants import DAY, HOUR, day_of

SHOP = "shop"
# Beside what an example is about: an order that shipped and arrived, so that its channel is known to tell of both.
ARRIVED = {
    "channel": SHOP,
    "order_id": "arrived",
    "status": "delivered",
    "payment_status": "paid",
    "placed_at": -9 * DAY,
    "stated_shipped_at": -8 * DAY,
    "stated_delivered_at": -6 * DAY,
    "deliver_by": -5 * DAY,
    "ship_by": -7 * DAY,
}
OPEN = {
    "channel": SHOP,
    "order_id": "1",
    "status": "processing",
    "payment_status": "paid",
    "placed_at": -5 * HOUR,
    "currency": "USD",
    "total": 5000,
    "ship_by": 20 * HOUR,
}
ADDRESS = {
    "address1": "12 Main Street",
    "city": "Reno",
    "province": "NV",
    "postcode": "89501",
    "country": "US",
    "customer_name": "C. Jones",
    "email": "c@example.com",
}
KNOWN = [{"sku": "A"}, {"sku": "B"}]
LINE = {"channel": SHOP, "order_id": "1", "line_id": "1", "sku": "A", "quantity": 2.0, "amount": 5000}
STOCK = {"sku": "A", "location": "reno", "on_hand": 2.0, "allocated": 0.0, "available": 2.0, "counted_at": -HOUR}
SHIPPED = {**OPEN, "status": "shipped", "placed_at": -3 * DAY, "stated_shipped_at": -25 * HOUR}
PARCEL = {
    "channel": SHOP,
    "order_id": "1",
    "shipment_id": "S1",
    "carrier_key": "ups",
    "tracking_number": "1Z5R89390357567127",
    "stated_shipped_at": None,
}


def parcel(**more):
    made = {key: value for key, value in PARCEL.items() if key != "stated_shipped_at"}
    return {**made, "shipped_at": -25 * HOUR, **more}


def twin(**more):
    return {**OPEN, **ADDRESS, "order_id": "2", "placed_at": -4 * HOUR, **more}


TWO_LINES = [LINE, {**LINE, "order_id": "2"}]


def dated(row, now):
    """The row with its times as of ``now``."""
    return {key: _dated(key, value, now) for key, value in row.items()}


def _dated(key, value, now):
    if value is None or isinstance(value, str):
        return value
    if key.endswith("_at") or key in ("ship_by", "deliver_by", "hold_until", "dispute_by"):
        return now + value
    return day_of(now, "UTC") + value if key.endswith("_on") else value
