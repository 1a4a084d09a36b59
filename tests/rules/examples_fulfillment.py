"""Examples of the rules about an order on its way out of the warehouse; expected by hand from the definitions."""

from examples import ARRIVED, LINE, OPEN, STOCK

from opsconsole.domain.instants import HOUR, SECOND

EXAMPLES = {
    "OUT_OF_STOCK": (
        {"orders": [{**OPEN, "location": "reno"}], "order_lines": [{**LINE, "quantity": 3.0}], "stock_levels": [STOCK]},
        "A @ reno",
        {"orders": [{**OPEN, "location": "reno"}], "order_lines": [LINE], "stock_levels": [STOCK]},
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
}
