"""What the random business has of an order as it comes in, beside what world.py makes."""

from sqlalchemy import update

from opsconsole.store import schema

HOUR = 3_600_000_000
_SKUS = tuple(f"SKU-{number}" for number in range(9))


def found(world, now):
    """Costs, list prices and customs data of items, ship methods, countries of the sites."""
    goods = [
        {"sku": sku, "unit_cost": 900, "list_price": 4000, "currency": "USD", "hs_code": "6109.10" if at % 2 else None}
        for at, sku in enumerate(_SKUS[:6])
    ]
    world.file(now, products=goods)
    methods = [
        {"channel": "", "method": "Ground", "carrier_key": "ups", "service": "ground", "needs_phone": False},
        {"channel": "shop", "method": "Air", "carrier_key": "dhl", "service": "express", "needs_phone": True},
    ]
    world.file(now, ship_methods=methods)
    with world.database.write() as connection:
        connection.execute(update(schema.locations).values(country="US"))


def adorn(choose, order, now):
    """Prices, bills, risk, phones, and some payments that fail."""
    order["bill_country"] = choose.choice((None, order["country"], order["country"], "GB", "US"))
    order["risk_level"] = choose.choice((None,) * 6 + ("low", "medium", "high"))
    order["risk_score"] = choose.choice((None,) * 6 + (10.0, 55.0, 90.0))
    order["phone"] = choose.choice((None, "775 555 0100", "775 555 0100"))
    order["service"] = choose.choice((None, "Ground", "Ground", "express", "Carrier pigeon"))
    if choose.random() < 0.1:
        order["postcode"], order["country"] = "33166", "US"
    if choose.random() < 0.08:
        order["payment_status"] = choose.choice(("failed", "voided"))
    if choose.random() < 0.08:
        order["more"]["payments"] = [_payment(choose, order, number) for number in range(choose.choice((1, 2)))]
    for line in order["lines"]:
        line["unit_price"] = choose.choice((2000, 2000, 4000, 4000, 1999, 899, 0))
    if choose.random() < 0.15:
        order["more"]["fraud_decisions"] = [_decision(choose, order, now, "D0")]


def _payment(choose, order, number):
    return {
        "channel": order["channel"],
        "order_id": order["order_id"],
        "payment_id": f"P{number}",
        "status": choose.choice(("failed", "failed", "paid")),
        "paid_at": order["placed_at"] + choose.choice((0, HOUR, 40 * HOUR)),
    }


def _decision(choose, order, now, key):
    return {
        "channel": order["channel"],
        "order_id": order["order_id"],
        "decision_id": key,
        "provider": choose.choice((None, "Watch")),
        "decision": choose.choice(("approve", "approve", "decline", "review")),
        "score": choose.choice((None, 20.0, 95.0)),
        "decided_at": choose.choice((order["placed_at"] + HOUR, now - HOUR, now + 2 * HOUR)),
    }


def move(choose, order, now):
    """A payment fails or comes, a price is mended, somebody decides."""
    what = choose.choice(("nothing", "nothing", "fails", "paid", "decided", "priced"))
    if what == "fails":
        order["payment_status"] = "failed"
    elif what == "paid" and order["payment_status"] in ("failed", "voided"):
        order["payment_status"] = "paid"
    elif what == "decided":
        told = order["more"].setdefault("fraud_decisions", [])
        told.append(_decision(choose, order, now, f"D{len(told)}"))
    elif what == "priced":
        for line in order["lines"]:
            line["unit_price"] = 2500
