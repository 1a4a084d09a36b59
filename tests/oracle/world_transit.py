"""What the random business has of a parcel on its way, beside what world.py makes."""

from sqlalchemy import insert, update

from opsconsole.store import schema

HOUR = 3_600_000_000
DAY = 24 * HOUR
_MOVES = ("in_transit", "accepted", "out_for_delivery", "X7", None)
_TROUBLE = (
    *("exception", "failed_attempt", "failed_attempt", "delayed", "damaged", "lost"),
    *("customs_hold", "duty_due", "customs_released", "returning", "returned", "labeled"),
)


def found(world, now):
    """Products with customs data, places with countries, contracts with windows for claims."""
    goods = [
        {
            "sku": f"SKU-{number}",
            "hs_code": None if number == 3 else f"6912.{number:02}",
            "origin_country": None if number == 5 else "US",
        }
        for number in range(9)
    ]
    world.file(now, products=goods)
    with world.database.write() as connection:
        connection.execute(update(schema.locations).values(country="US"))
        day = now // DAY
        for days, since in ((45, day - 400), (20, day - 60), (30, day - 40)):
            term = {"vendor_key": "ups", "term": "claim_window_days", "value": float(days), "valid_from": since}
            connection.execute(insert(schema.contract_terms).values(term))


def adorn(choose, order, now):
    """Customs data, a label that waits, scans of what is under way."""
    order["customs_number"] = choose.choice(("GB123",) * 9 + (None,))
    order["duty_status"] = choose.choice((None, None, "paid", "paid", "paid", "paid", "paid", "paid", "paid", "unpaid"))
    if choose.random() < 0.03:
        _lose(choose, order, now)
    if order["status"] == "processing" and choose.random() < 0.1:
        order["parcels"].append(_label(choose, order, order["placed_at"] + int(choose.uniform(0, 4) * DAY)))
    for parcel in order["parcels"]:
        if choose.random() < 0.6:
            _name(order, parcel)
            at = parcel["shipped_at"] or now
            for _ in range(choose.choice((1, 2, 4))):
                at += int(choose.uniform(0.1, 40) * HOUR)
                _scan(choose, order, parcel, at)


def _lose(choose, order, now):
    """Left about as long ago as claims are taken, and never came."""
    left = now - int(choose.uniform(54, 60) * DAY)
    order.pop("cancelled_at", None)
    order.update(status="shipped", placed_at=left - DAY, ship_by=left + DAY, deliver_by=left + 5 * DAY)
    order.update(stated_shipped_at=left, stated_delivered_at=None)
    parcel = {**_label(choose, order, left - HOUR), "shipment_id": "S0", "shipped_at": left, "voided": None}
    order["parcels"] = [{**parcel, "carrier_key": "nobody"}]


def _label(choose, order, at):
    return {
        "channel": order["channel"],
        "order_id": order["order_id"],
        "shipment_id": "L",
        "carrier_key": choose.choice(("ups", "nobody", "silent", None)),
        "tracking_number": f"LBL{order['channel']}{order['order_id']}",
        "shipped_at": None,
        "labeled_at": at,
        "voided": choose.choice((None, False, False, True)),
    }


def _name(order, parcel):
    """A number of its own, of a carrier without a known format."""
    parcel["carrier_key"] = "nobody"
    parcel["tracking_number"] = f"TRK{order['channel']}{order['order_id']}{parcel['shipment_id']}"


def _scan(choose, order, parcel, at):
    code = choose.choice(_MOVES if choose.random() < 0.6 else _TROUBLE)
    row = {"tracking_number": parcel["tracking_number"], "code": code, "occurred_at": at, "description": None}
    row["place"] = choose.choice((None, "Reno"))
    order["more"].setdefault("shipment_events", []).append(row)


def move(choose, order, now):
    """One more scan, perhaps dated a little ahead."""
    named = [parcel for parcel in order["parcels"] if (parcel.get("tracking_number") or "").startswith("TRK")]
    if named and choose.random() < 0.5:
        _scan(choose, order, choose.choice(named), now + int(choose.uniform(-30, 6) * HOUR))
