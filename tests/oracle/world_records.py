"""What the random business has of what records say of each other, beside what world.py makes."""

HOUR = 3_600_000_000
DAY = 24 * HOUR


def found(world, now):
    """Purchase orders to drop-shippers and others, and what channels list."""
    choose = world.random
    rows = []
    for number in range(8):
        sent = now - int(choose.uniform(0, 80) * HOUR)
        rows.append(
            {
                "po_number": f"PO{number}",
                "vendor_key": choose.choice(("dropper", "dropper", "maker")),
                "status": choose.choice((None, "open", "open", "acknowledged")),
                "ordered_at": sent,
                "acknowledged_at": choose.choice((None, None, sent + 9 * HOUR)),
            }
        )
    world.file(now, purchase_orders=rows)
    listings = [
        {
            "channel": choose.choice(("shop", "market")),
            "sku": f"SKU-{number}",
            "quantity": float(choose.choice((0, 3, 6, 40, 41))),
            "price": choose.choice((None, 900)),
            "location": choose.choice((None, None, "reno")),
            "fulfilled_by": choose.choice((None, None, None, "FBA")),
            "status": choose.choice((None, "active", "active", "inactive")),
        }
        for number in range(12)
    ]
    world.file(now, listings=listings)


def adorn(choose, order, now):
    """Warehouses' records and bills of some orders."""
    if choose.random() < 0.15:
        _record(choose, order, order["placed_at"])
    for parcel in order["parcels"]:
        if choose.random() < 0.3:
            parcel["cost"] = choose.choice((None, 900, 2000))
            _bill(choose, order, parcel, order["placed_at"] + int(choose.uniform(1, 20) * DAY))


def _more(order, kind, row):
    order["more"].setdefault(kind, []).append({"channel": order["channel"], "order_id": order["order_id"], **row})


def _record(choose, order, at):
    left = at + int(choose.uniform(0.2, 6) * DAY)
    status = choose.choice((None, "released", "picking", "shipped", "cancelled"))
    row = {
        "location": choose.choice((order["location"] or "reno", "reno")),
        "status": status,
        "quantity": choose.choice((None, sum(line["quantity"] for line in order["lines"]), 2.0)),
        "shipped_at": choose.choice((None, left)) if status == "shipped" else None,
        "cancelled_at": choose.choice((None, left)) if status == "cancelled" else None,
        "released_at": at,
    }
    order["more"]["warehouse_orders"] = []
    _more(order, "warehouse_orders", row)


def _bill(choose, order, parcel, at):
    row = {
        "vendor_key": "ups",
        "charge_id": f"C{choose.randrange(10**8)}",
        "tracking_number": parcel.get("tracking_number"),
        "kind": choose.choice(("freight", "freight", "surcharge", None)),
        "description": choose.choice((None, None, "Fuel")),
        "amount": choose.choice((900, 1001, 2000, 2101, 2500, -300)),
        "expected_amount": choose.choice((None, 900, 2000)),
        "billed_at": choose.choice((at, at, at, None)),
        "status": choose.choice((None, "open", "open", "disputed", "credited")),
    }
    _more(order, "freight_charges", row)
    if choose.random() < 0.3:
        again = {**row, "charge_id": row["charge_id"] + "B", "billed_at": at + DAY}
        _more(order, "freight_charges", again)


def move(choose, order, now):
    """The warehouse says something new, or a bill comes."""
    if choose.random() < 0.2:
        _record(choose, order, now - 3 * DAY)
    elif order["parcels"] and choose.random() < 0.3:
        _bill(choose, order, choose.choice(order["parcels"]), now)
