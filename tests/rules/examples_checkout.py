"""Examples of the rules about an order as it comes in; expected by hand from the definitions."""

from examples import ADDRESS, KNOWN, LINE, OPEN, TWO_LINES, twin

from opsconsole.domain.instants import HOUR, SECOND

EXAMPLES = {
    "PAYMENT_PENDING": (
        {"orders": [{**OPEN, "payment_status": "pending", "placed_at": -24 * HOUR - SECOND}]},
        "shop/1",
        {"orders": [{**OPEN, "payment_status": "pending", "placed_at": -24 * HOUR}]},
    ),
    "ADDRESS_INVALID": (
        {"orders": [{**OPEN, **ADDRESS, "postcode": "8950"}], "order_lines": [LINE]},
        "shop/1",
        {"orders": [{**OPEN, **ADDRESS, "postcode": "89501-1234"}], "order_lines": [LINE]},
    ),
    "UNMAPPED_SKU": (
        {"orders": [OPEN], "order_lines": [{**LINE, "sku": "a"}], "products": KNOWN},
        "shop/1/1",
        {"orders": [OPEN], "order_lines": [LINE], "products": KNOWN},
    ),
    "DUPLICATE_ORDER": (
        {"orders": [{**OPEN, **ADDRESS}, twin(placed_at=-4 * HOUR)], "order_lines": TWO_LINES},
        "shop/2",
        {"orders": [{**OPEN, **ADDRESS}, twin(placed_at=-4 * HOUR + SECOND)], "order_lines": TWO_LINES},
    ),
}
