"""Examples of the rules about an order on its way out; expected by hand from the definitions.

Now is Tuesday 2026-11-17, 15:42 UTC; without a calendar work is done on weekdays from 9 to 17.
"""

from examples import ARRIVED, LINE, OPEN, SHOP, STOCK, parcel

from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND

READY = {**OPEN, "location": None, "status": "processing"}
# So that the shop is known to tell where its orders ship from.
ROUTED = {**ARRIVED, "location": "reno"}
PICK = {
    "channel": SHOP,
    "order_id": "1",
    "pick_id": "P1",
    "line_id": "1",
    "sku": "A",
    "location": "reno",
    "allocated_quantity": 2.0,
    "picked_quantity": 2.0,
    "damaged_quantity": 0.0,
    "picked_at": -HOUR,
}
WAITING = {**LINE, "backordered_quantity": 2.0}
BOUGHT = [{"po_number": "PO1", "vendor_key": "mill", "status": "open", "ordered_at": -9 * DAY}]
UNSENT = {key: value for key, value in parcel().items() if key not in ("shipped_at", "tracking_number")}
WEIGHED = {**UNSENT, "labeled_at": -2 * HOUR, "tracking_number": "1Z5R89390357567127", "expected_weight_grams": 1000.0}


def step(code, at, order="1"):
    return {"channel": SHOP, "order_id": order, "code": code, "occurred_at": at}


def bought(on):
    return [{"po_number": "PO1", "line_id": "1", "sku": "A", "quantity": 9.0, "promised_on": on}]


EXAMPLES = {
    "ROUTING_FAILED": (
        {"orders": [ROUTED, {**READY, "ready_at": -30 * MINUTE - SECOND}]},
        "shop/1",
        {"orders": [ROUTED, {**READY, "ready_at": -30 * MINUTE}]},
    ),
    "OUT_OF_STOCK": (
        {"orders": [{**OPEN, "location": "reno"}], "order_lines": [{**LINE, "quantity": 3.0}], "stock_levels": [STOCK]},
        "A @ reno",
        {"orders": [{**OPEN, "location": "reno"}], "order_lines": [LINE], "stock_levels": [STOCK]},
    ),
    "BACKORDER_OVERDUE": (
        {"orders": [OPEN], "order_lines": [{**WAITING, "expected_on": -1}]},
        "shop/1/1",
        {"orders": [OPEN], "order_lines": [{**WAITING, "expected_on": 0}]},
    ),
    "ALLOCATION_RISK": (
        # To be shipped by tomorrow, 11:42.
        {
            "orders": [OPEN],
            "order_lines": [{**LINE, "pegged_po": "PO1"}],
            "purchase_orders": BOUGHT,
            "purchase_order_lines": bought(2),
        },
        "shop/1/1",
        {
            "orders": [OPEN],
            "order_lines": [{**LINE, "pegged_po": "PO1"}],
            "purchase_orders": BOUGHT,
            "purchase_order_lines": bought(1),
        },
    ),
    "SHIP_BY_RISK": (
        # Until tomorrow, 11:41:59, work is done for 1 h 18 min and 2 h 41 min 59 s: less than four hours.
        {"orders": [{**OPEN, "ship_by": 20 * HOUR - SECOND}]},
        "shop/1",
        {"orders": [{**OPEN, "ship_by": 20 * HOUR + MINUTE}]},
    ),
    "LATE_SHIPMENT": (
        {"orders": [ARRIVED, {**OPEN, "ship_by": -1}]},
        "shop/1",
        {"orders": [ARRIVED, {**OPEN, "ship_by": 0}]},
    ),
    "PARTIAL_SHIPMENT": (
        {
            "orders": [{**OPEN, "status": "partially_shipped", "stated_shipped_at": -24 * HOUR - SECOND}],
            "order_lines": [{**LINE, "quantity": 3.0, "shipped_quantity": 1.0}],
        },
        "shop/1",
        {
            "orders": [{**OPEN, "status": "partially_shipped", "stated_shipped_at": -24 * HOUR}],
            "order_lines": [{**LINE, "quantity": 3.0, "shipped_quantity": 1.0}],
        },
    ),
    "STUCK_ORDER": (
        # Thursday 15:41:59 is 24 working hours and a second ago.
        {
            "orders": [{**OPEN, "status": "picking", "placed_at": -6 * DAY, "ship_by": 9 * DAY}],
            "order_events": [step("picking", -5 * DAY - SECOND)],
        },
        "shop/1",
        {
            "orders": [{**OPEN, "status": "picking", "placed_at": -6 * DAY, "ship_by": 9 * DAY}],
            "order_events": [step("picking", -5 * DAY)],
        },
    ),
    "HOLD_EXPIRED": (
        {"orders": [{**OPEN, "status": "on_hold", "hold_until": -SECOND}]},
        "shop/1",
        {"orders": [{**OPEN, "status": "on_hold", "hold_until": 0}]},
    ),
    "SHORT_PICK": (
        {"orders": [OPEN], "order_lines": [LINE], "picks": [{**PICK, "picked_quantity": 1.0}]},
        "shop/1/1",
        {"orders": [OPEN], "order_lines": [LINE], "picks": [PICK]},
    ),
    "DAMAGED_IN_WAREHOUSE": (
        {"orders": [OPEN], "order_lines": [LINE], "picks": [{**PICK, "reason": "damaged"}]},
        "shop/1/1",
        {"orders": [OPEN], "order_lines": [LINE], "picks": [{**PICK, "reason": "misplaced"}]},
    ),
    "WEIGHT_MISMATCH": (
        {"orders": [OPEN], "shipments": [{**WEIGHED, "weight_grams": 1101.0}]},
        "shop/1/S1",
        {"orders": [OPEN], "shipments": [{**WEIGHED, "weight_grams": 1100.0}]},
    ),
    "LABEL_FAILED": (
        {"orders": [OPEN], "shipments": [{**UNSENT, "label_error": "Account closed", "label_failed_at": -HOUR}]},
        "shop/1",
        # The second try made one.
        {
            "orders": [OPEN],
            "shipments": [
                {**UNSENT, "label_error": "Time-out", "label_failed_at": -HOUR},
                {**UNSENT, "shipment_id": "S2", "labeled_at": -HOUR},
            ],
        },
    ),
    "CANCEL_AFTER_RELEASE": (
        {
            "orders": [{**OPEN, "status": "picking", "cancel_requested_at": -HOUR}],
            "order_events": [step("released", -3 * HOUR), step("picking", -2 * HOUR)],
        },
        "shop/1",
        # Released, but nobody has begun to pick.
        {
            "orders": [{**OPEN, "status": "released", "cancel_requested_at": -HOUR}],
            "order_events": [step("released", -3 * HOUR)],
        },
    ),
}
