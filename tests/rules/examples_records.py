"""Examples of the rules about what records say of each other; expected by hand from the definitions."""

from examples import ARRIVED, LINE, OPEN, SHOP, STOCK, parcel

from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND

ORDER = {"channel": SHOP, "order_id": "1"}
SENT = {**OPEN, "status": "delivered", "placed_at": -9 * DAY, "stated_shipped_at": -8 * DAY, "ship_by": -7 * DAY}
SENT |= {"stated_delivered_at": -5 * DAY}
BILL = {
    "vendor_key": "ups",
    "charge_id": "C1",
    "tracking_number": "1Z5R89390357567127",
    "kind": "freight",
    "currency": "USD",
    "expected_amount": 2000,
    "billed_at": -3 * DAY,
    "dispute_by": 27 * DAY,
}


def billed(*charges):
    """An order whose parcel is billed like this; two thousand cents were expected."""
    left = parcel(shipped_at=-8 * DAY, currency="USD", cost=2000)
    return {"orders": [SENT], "shipments": [left], "freight_charges": [{**BILL, **charge} for charge in charges]}


def bought(**more):
    order = {"po_number": "P1", "vendor_key": "dropper", "status": "open", **more}
    return {"vendors": [{"key": "dropper", "kind": "drop_shipper"}], "purchase_orders": [order]}


def recorded(order, **record):
    return {"orders": [{**OPEN, **order}], "warehouse_orders": [{**ORDER, "location": "reno", **record}]}


def offered(quantity, **more):
    """The channel offers so many of what the warehouse has ten of."""
    listing = {"channel": SHOP, "sku": "A", "quantity": quantity, "price": 1000, "currency": "USD"}
    return {"stock_levels": [{**STOCK, "available": 10.0}], "listings": [{**listing, **more}]}


EXAMPLES = {
    "SYNC_STALE": (
        {"feed": {"newest_data_at": -2 * HOUR - SECOND}},
        "orders_file/shop",
        {"feed": {"newest_data_at": -2 * HOUR}},
    ),
    "BILLING_VARIANCE": (
        # More than 5 % above 20.00, and by more than 1.00.
        billed({"amount": 2101}),
        "ups/C1",
        billed({"amount": 2100}),
    ),
    "DROPSHIP_NO_ACK": (
        bought(ordered_at=-24 * HOUR - SECOND),
        "P1",
        bought(ordered_at=-24 * HOUR),
    ),
    "CHANNEL_MISMATCH": (
        recorded({}, status="shipped", shipped_at=-15 * MINUTE - SECOND),
        "shop/1",
        recorded({}, status="shipped", shipped_at=-15 * MINUTE),
    ),
}

# Further files of a rule, beside its two examples: (code, files, subjects found).
MORE = (
    ("BILLING_VARIANCE", billed({"amount": 1090, "expected_amount": 1000}), set()),
    ("BILLING_VARIANCE", billed({"amount": 2500, "expected_amount": None}), {"ups/C1"}),
    ("BILLING_VARIANCE", billed({"amount": 2500, "status": "credited"}), set()),
    ("BILLING_VARIANCE", billed({"amount": 2000}, {"amount": 2000, "charge_id": "C2", "billed_at": -DAY}), {"ups/C2"}),
    ("BILLING_VARIANCE", billed({"amount": 2000}, {"amount": 2000, "charge_id": "C2", "kind": "duty"}), set()),
    (
        "BILLING_VARIANCE",
        {"freight_charges": [{**BILL, "tracking_number": "NOBODY", "amount": 9000}]},
        {"ups/C1"},
    ),
    ("DROPSHIP_NO_ACK", bought(ordered_at=-3 * DAY, acknowledged_at=-2 * DAY), set()),
    ("DROPSHIP_NO_ACK", {**bought(ordered_at=-3 * DAY), "vendors": [{"key": "dropper", "kind": "supplier"}]}, set()),
    ("CHANNEL_MISMATCH", recorded({"status": "shipped", "stated_shipped_at": -DAY}, status="picking"), {"shop/1"}),
    ("CHANNEL_MISMATCH", recorded({}, status="cancelled", cancelled_at=-DAY), {"shop/1"}),
    ("CHANNEL_MISMATCH", recorded({"status": "cancelled"}, status="picking"), set()),
    ("CHANNEL_MISMATCH", {**recorded({}, quantity=3.0), "order_lines": [LINE]}, {"shop/1"}),
    ("CHANNEL_MISMATCH", {**recorded({}, quantity=2.0), "order_lines": [LINE]}, set()),
    ("CHANNEL_MISMATCH", offered(12.0), {"shop/A"}),
    ("CHANNEL_MISMATCH", offered(11.0), set()),
    ("CHANNEL_MISMATCH", offered(8.0), {"shop/A"}),
    ("CHANNEL_MISMATCH", offered(12.0, fulfilled_by="FBA"), set()),
    ("CHANNEL_MISMATCH", offered(12.0, status="inactive"), set()),
    ("CHANNEL_MISMATCH", {**offered(12.0), "orders": [ARRIVED]}, {"shop/A"}),
)
