"""The rules about an order on its way out again, in plain loops, written from their definitions."""

from collections import defaultdict

from plain_shop import HOUR, subject


def out_of_stock(shop):
    """One pool per SKU and location; lines without a location draw on the only one, or on all together."""
    names = {(row["channel"], row["alias"]): row["sku"] for row in shop.t["sku_aliases"]}
    drop_shippers = {row["key"] for row in shop.t["vendors"] if row["kind"] == "drop_shipper"}
    levels = {}
    for row in shop.t["stock_levels"]:
        as_of = row["counted_at"] if row["counted_at"] is not None else row["source_time"]
        available = row["available"]
        if available is None and row["on_hand"] is not None:
            available = row["on_hand"] - (row["allocated"] or 0) - (row["held"] or 0)
        if row["listed"] and as_of <= shop.now and available is not None and row["location"] not in shop.market_sites:
            levels[row["sku"], row["location"]] = (available, row["allocated"] or 0)
    sites = defaultdict(list)
    for sku, location in levels:
        sites[sku].append(location)
    waiting = defaultdict(list)
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or shop.shipped(order) or not shop.ours(order):
            continue
        for line in shop.lines[order["id"]]:
            left = (line["quantity"] or 0) - (line["shipped_quantity"] or 0) - (line["cancelled_quantity"] or 0)
            if not line["sku"] or left <= 0 or line["requires_shipping"] in (False, 0):
                continue
            if line["vendor_key"] in drop_shippers or shop.past(line["shipped_at"]):
                continue
            sku = names.get((order["channel"], line["sku"])) or names.get(("", line["sku"])) or line["sku"]
            place = line["location"] or order["location"] or (sites[sku][0] if len(sites.get(sku, ())) == 1 else None)
            waiting[sku].append((place, left, line["allocated_quantity"]))
    pools = {(sku, place): stock for (sku, place), stock in levels.items()}
    for sku, places in sites.items():
        if any(place is None for place, _, _ in waiting[sku]):
            pools[sku, None] = tuple(sum(levels[sku, place][part] for place in places) for part in (0, 1))
    for (sku, place), (available, allocated) in pools.items():
        asked = [entry for entry in waiting[sku] if place is None or entry[0] == place]
        said = sum(min(known, left) for _, left, known in asked if known is not None)
        silent = sum(left for _, left, known in asked if known is None)
        free = sum(left for _, left, _ in asked) - said - min(silent, max(0, allocated - said))
        if (asked and free > available) or (place is not None and available < 0):
            yield (sku if place is None else f"{sku} @ {place}"), None


def late_shipment(shop):
    for order in shop.orders.values():
        if (
            order["ship_by"] is not None
            and order["ship_by"] < shop.now
            and shop.described(order)
            and not shop.void(order)
            and not shop.shipped(order)
            and shop.ours(order)
            and shop.ships_goods(order)
        ):
            yield subject(order), order["ship_by"]


def partial_shipment(shop):
    for order in shop.orders.values():
        first = order["first_shipped_at"]
        if (
            first is not None
            and first + 24 * HOUR < shop.now
            and shop.described(order)
            and not shop.void(order)
            and not shop.shipped(order)
            and shop.ours(order)
        ):
            yield subject(order), first + 24 * HOUR


RULES = (out_of_stock, late_shipment, partial_shipment)
