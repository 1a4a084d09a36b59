"""Examples of the rules about an order as it comes in; expected by hand from the definitions."""

from examples import ADDRESS, KNOWN, LINE, OPEN, TWO_LINES, twin

from opsconsole.domain.instants import HOUR, SECOND

# Billed to Great Britain and sent to a forwarder's postcode in Miami: 25 and 30 points of 50 that are let pass.
SUSPECT = {**OPEN, **ADDRESS, "postcode": "33166", "province": "FL", "bill_country": "GB"}
METHODS = [{"channel": "", "method": "Air", "carrier_key": "dhl", "service": "express", "needs_phone": True}]
REACHED = {**OPEN, **ADDRESS, "service": "Air", "phone": "775 555 0100"}

EXAMPLES = {
    "PAYMENT_PENDING": (
        {"orders": [{**OPEN, "payment_status": "pending", "placed_at": -24 * HOUR - SECOND}]},
        "shop/1",
        {"orders": [{**OPEN, "payment_status": "pending", "placed_at": -24 * HOUR}]},
    ),
    "PAYMENT_DECLINED": (
        {"orders": [{**OPEN, "payment_status": "failed"}]},
        "shop/1",
        # It pended and was never declined.
        {
            "orders": [{**OPEN, "payment_status": "pending"}],
            "payments": [{"channel": "shop", "order_id": "1", "payment_id": "P", "status": "pending"}],
        },
    ),
    "FRAUD_REVIEW": (
        {"orders": [SUSPECT]},
        "shop/1",
        # The same bill, sent somewhere else: 25 points.
        {"orders": [{**SUSPECT, "postcode": "33101"}]},
    ),
    "ADDRESS_INVALID": (
        {"orders": [{**OPEN, **ADDRESS, "postcode": "8950"}], "order_lines": [LINE]},
        "shop/1",
        {"orders": [{**OPEN, **ADDRESS, "postcode": "89501-1234"}], "order_lines": [LINE]},
    ),
    "MISSING_ORDER_INFO": (
        {"orders": [{**REACHED, "phone": ""}], "ship_methods": METHODS},
        "shop/1",
        {"orders": [REACHED], "ship_methods": METHODS},
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
    "PRICE_ERROR": (
        {
            "orders": [OPEN],
            "order_lines": [{**LINE, "unit_price": 1199}],
            "products": [{"sku": "A", "unit_cost": 1200, "list_price": 2000}],
        },
        "shop/1/1",
        # What it costs, and exactly half of the list price.
        {
            "orders": [OPEN],
            "order_lines": [{**LINE, "unit_price": 1200}],
            "products": [{"sku": "A", "unit_cost": 1200, "list_price": 2400}],
        },
    ),
}
