"""The rules about what records say of each other again, in plain loops, written from their definitions."""

from plain_shop import DAY, HOUR, MINUTE, subject


def sync_stale(shop):
    for feed in shop.t["feeds"]:
        interval = (feed["usual_interval_seconds"] or 0) * 1_000_000
        if interval and feed["arrivals"] >= 3 and feed["newest_data_at"] + 2 * interval < shop.now:
            yield (
                "/".join(part for part in (feed["source"], feed["channel"]) if part),
                feed["newest_data_at"] + 2 * interval,
            )


def _billed_at(row):
    if row["billed_at"] is not None:
        return row["billed_at"]
    return None if row["billed_on"] is None else row["billed_on"] * DAY


def billing_variance(shop):
    parcels = {row["id"]: row for row in shop.t["shipments"]}
    charges = shop.t["freight_charges"]
    for row in charges:
        at = _billed_at(row)
        if (row["amount"] or 0) <= 0 or row["status"] not in (None, "open") or (at is not None and at > shop.now):
            continue
        parcel = parcels.get(row["shipment_fk"])
        expected = row["expected_amount"]
        if expected is None and parcel and row["kind"] == "freight" and row["currency"] == parcel["currency"]:
            expected = parcel["cost"]
        over = 0 if expected is None else row["amount"] - expected
        twice = any(
            other["id"] != row["id"]
            and row["tracking_number"]
            and all(
                (other[n] or "") == (row[n] or "") for n in ("vendor_key", "tracking_number", "kind", "description")
            )
            and (row["kind"] or row["description"] or other["amount"] == row["amount"])
            and (other["amount"] or 0) > 0
            and other["status"] != "credited"
            and ((_billed_at(other) or 0), other["charge_id"]) < ((at or 0), row["charge_id"])
            for other in charges
        )
        if twice or (over > 100 and over * 100 > expected * 5):
            yield f"{row['vendor_key']}/{row['charge_id']}", at


def dropship_no_ack(shop):
    drop_shippers = {row["key"] for row in shop.t["vendors"] if row["kind"] == "drop_shipper"}
    for row in shop.t["purchase_orders"]:
        sent = row["ordered_at"]
        if row["vendor_key"] not in drop_shippers or sent is None or sent + 24 * HOUR >= shop.now:
            continue
        if not shop.past(row["acknowledged_at"]) and row["status"] in (None, "open"):
            yield row["po_number"], sent + 24 * HOUR


def _done(shop, row, at, *statuses):
    return row[at] <= shop.now if row[at] is not None else row["status"] in statuses


def _since(shop, order):
    """(whether channel and warehouse disagree about an order, since when)."""
    records = shop.of("warehouse_orders", order)
    gone = [row for row in records if _done(shop, row, "cancelled_at", "cancelled", "unavailable")]
    left = [
        row for row in records if row not in gone and _done(shop, row, "shipped_at", "shipped", "delivered", "returned")
    ]
    waits = not shop.shipped(order)
    if waits and left and len(left) + len(gone) == len(records):
        return True, max((row["shipped_at"] for row in left if row["shipped_at"] is not None), default=None)
    if not waits and len(left) + len(gone) < len(records):
        return True, order["shipped_at"]
    if waits and len(gone) == len(records):
        return True, max((row["cancelled_at"] for row in gone if row["cancelled_at"] is not None), default=None)
    return False, None


def _counts_differ(shop, order):
    records = shop.of("warehouse_orders", order)
    lines = shop.lines[order["id"]]
    if len(records) != 1 or shop.shipped(order) or records[0]["quantity"] is None or order["quantity_ordered"] is None:
        return False
    record = records[0]
    if _done(shop, record, "shipped_at", "shipped", "delivered", "returned"):
        return False
    if order["location"] not in (None, record["location"]):
        return False
    for line in lines:
        elsewhere = line["location"] is not None and line["location"] != record["location"]
        if elsewhere or line["vendor_key"] is not None or line["requires_shipping"] in (False, 0):
            return False
    return record["quantity"] != order["quantity_ordered"] - (order["quantity_cancelled"] or 0)


def _orders_that_differ(shop):
    for order in shop.orders.values():
        if not shop.of("warehouse_orders", order) or not shop.described(order) or shop.void(order):
            continue
        if not shop.ours(order):
            continue
        differs, since = _since(shop, order)
        if differs and since is not None:
            if since + 15 * MINUTE < shop.now:
                yield subject(order), since + 15 * MINUTE
        elif differs or _counts_differ(shop, order):
            yield subject(order), None


def _listings_that_differ(shop):
    names = {(row["channel"], row["alias"]): row["sku"] for row in shop.t["sku_aliases"]}
    for row in shop.t["listings"]:
        if row["quantity"] is None or row["listed"] in (False, 0) or row["source_time"] > shop.now:
            continue
        if row["status"] not in (None, "active") or (row["fulfilled_by"] or "").lower() in ("fba", "wfs"):
            continue
        sku = names.get((row["channel"], row["sku"])) or names.get(("", row["sku"])) or row["sku"]
        levels = []
        for level in shop.t["stock_levels"]:
            at = level["counted_at"] if level["counted_at"] is not None else level["source_time"]
            here = level["sku"] == sku and row["location"] in (None, level["location"])
            if here and level["listed"] and at <= shop.now and level["location"] not in shop.market_sites:
                levels.append((at, level["available"]))
        levels = [(at, amount) for at, amount in levels if amount is not None]
        if not levels:
            continue
        known, as_of = max(0, sum(amount for _, amount in levels)), min(at for at, _ in levels)
        apart = abs(row["quantity"] - known)
        if apart >= 1 and apart * 100 > 10 * max(row["quantity"], known) and abs(as_of - row["source_time"]) <= DAY:
            yield f"{row['channel']}/{row['sku']}", max(as_of, row["source_time"])


def channel_mismatch(shop):
    yield from _orders_that_differ(shop)
    yield from _listings_that_differ(shop)


RULES = (sync_stale, billing_variance, dropship_no_ack, channel_mismatch)
