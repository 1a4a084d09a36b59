"""What the random business has of an order on its way out, beside what world.py makes."""

HOUR = 3_600_000_000
DAY = 24 * HOUR
_STEPS = ("allocated", "released", "picking", "picked", "packed")
_KEYS = ("channel", "order_id")


def found(world, now):
    """Purchase orders that lines wait for."""
    today = now // DAY
    world.file(
        now,
        purchase_orders=[
            {"po_number": "PO1", "status": "open", "ordered_at": now - 9 * DAY},
            {"po_number": "PO2", "status": "cancelled", "ordered_at": now - 9 * DAY},
        ],
        purchase_order_lines=[
            {"po_number": "PO1", "line_id": "1", "sku": "SKU-1", "quantity": 50.0, "promised_on": today + 3},
            {"po_number": "PO1", "line_id": "2", "sku": "SKU-1", "quantity": 50.0, "promised_on": today - 4},
            {"po_number": "PO1", "line_id": "3", "sku": "SKU-2", "quantity": 50.0, "promised_on": today + 30},
            {"po_number": "PO2", "line_id": "1", "sku": "SKU-1", "quantity": 50.0, "promised_on": today + 30},
        ],
    )


def adorn(choose, order, now):
    """Holds, steps, picks, backorders, labels, records of the warehouse."""
    _wait(choose, order, now)
    _goods(choose, order, now)
    if choose.random() < 0.25:
        _work(choose, order, now)
    if choose.random() < 0.12:
        _label(choose, order, now)
    if choose.random() < 0.15:
        order["more"]["warehouse_orders"] = [_record(choose, order)]


def _at(choose, order, now):
    return order["placed_at"] + int(choose.uniform(0.01, 3) * DAY)


def _wait(choose, order, now):
    order["ready_at"] = choose.choice((None, None, order["placed_at"], order["placed_at"] + HOUR))
    held = order["status"] == "processing" and choose.random() < 0.15
    order["held_at"] = choose.choice((None, _at(choose, order, now))) if held else None
    order["hold_until"] = choose.choice((None, now - HOUR, now + HOUR, _at(choose, order, now))) if held else None
    order["cancel_requested_at"] = _at(choose, order, now) if choose.random() < 0.1 else None
    if held:
        order["status"] = choose.choice(("on_hold", "on_hold", "processing"))
    elif order["status"] == "processing":
        order["status"] = choose.choice(("processing",) * 4 + ("pending", "allocated", "picking", "packed"))


def _goods(choose, order, now):
    today = now // DAY
    for line in order["lines"]:
        waits = choose.random() < 0.15
        line["backordered_quantity"] = choose.choice((0.0, 1.0, 1.0)) if waits else None
        line["expected_on"] = choose.choice((None, today - 1, today, today + 5)) if waits else None
        pegged = choose.random() < 0.2
        line["pegged_po"] = choose.choice(("PO1", "PO1", "PO2", "PO9")) if pegged else None
        line["pegged_line"] = choose.choice((None, None, "1", "3")) if pegged else None
        if choose.random() < 0.3:
            line["location"] = choose.choice(("reno", "columbus", "portland"))


def _key(order):
    return {name: order[name] for name in _KEYS}


def _work(choose, order, now):
    at = order["placed_at"]
    events = order["more"]["order_events"] = []
    for number, code in enumerate(_STEPS[: choose.randrange(1, 6)]):
        at += int(choose.uniform(0.02, 0.6) * DAY)
        events.append({**_key(order), "event_id": f"E{number}", "code": code, "occurred_at": at})
    picks = order["more"]["picks"] = []
    for number in range(choose.choice((1, 2))):
        line = choose.choice(order["lines"])
        wanted = line["quantity"]
        picks.append(
            {
                **_key(order),
                "pick_id": f"P{number}",
                "line_id": line["line_id"],
                "sku": line["sku"],
                "location": choose.choice(("reno", "columbus", None)),
                "allocated_quantity": wanted,
                "picked_quantity": choose.choice((wanted, wanted, wanted - 1, 0.0, None)),
                "damaged_quantity": choose.choice((None, 0.0, 0.0, 1.0)),
                "reason": choose.choice((None, None, "short", "damaged")),
                "picked_at": choose.choice((at, at, None)),
            }
        )


def _label(choose, order, now):
    at = _at(choose, order, now)
    fails = choose.random() < 0.4
    order["parcels"].append(
        {
            **_key(order),
            "shipment_id": "L0",
            "shipped_at": None,
            "tracking_number": None,
            "carrier_key": "ups",
            "voided": choose.choice((None, False, True)),
            "labeled_at": choose.choice((None, at + HOUR)) if fails else at,
            "label_error": "Time-out" if fails else None,
            "label_failed_at": choose.choice((at, None)) if fails else None,
            "weight_grams": choose.choice((None, 1000.0, 1099.0, 1101.0, 700.0)),
            "expected_weight_grams": choose.choice((None, 1000.0, 1000.0)),
        }
    )


def _record(choose, order):
    at = order["placed_at"] + HOUR
    return {
        **_key(order),
        "location": "reno",
        "status": choose.choice((None, "released", "picking", "packed", "cancelled", "shipped")),
        "released_at": choose.choice((at, at, None)),
        "shipped_at": choose.choice((None, None, at + DAY)),
        "cancelled_at": choose.choice((None, None, at + 2 * DAY)),
    }


def move(choose, order, now):
    """It is released, held, picked again, labeled at last, or somebody wants it cancelled."""
    what = choose.choice(("nothing", "nothing", "release", "hold", "pick", "label", "cancel", "restock"))
    if what == "release" and order["status"] in ("on_hold", "pending", "picking"):
        order["status"], order["hold_until"] = "processing", None
    elif what == "hold" and order["status"] == "processing":
        order["status"], order["hold_until"] = "on_hold", choose.choice((None, now + HOUR))
    elif what == "pick":
        for pick in order["more"].get("picks", ()):
            pick["picked_quantity"] = pick["allocated_quantity"]
    elif what == "label":
        for parcel in order["parcels"]:
            if parcel["shipment_id"] == "L0":
                parcel["label_error"], parcel["labeled_at"] = None, now - HOUR
    elif what == "cancel":
        order["cancel_requested_at"] = now - HOUR
    elif what == "restock":
        for line in order["lines"]:
            line["backordered_quantity"] = None
