"""The rules about an order on its way out again, in plain loops, written from their definitions."""

from collections import defaultdict

from plain_shop import DAY, HOUR, MINUTE, subject, worked, working_hours_later


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


def _order_waits(shop, order):
    return shop.described(order) and not shop.void(order) and not shop.shipped(order) and shop.ours(order)


def _held(shop, order):
    return order["status"] == "on_hold" or (order["hold_until"] is not None and order["hold_until"] > shop.now)


def _own_lines(shop, order):
    drop_shippers = {row["key"] for row in shop.t["vendors"] if row["kind"] == "drop_shipper"}
    for line in shop.lines[order["id"]]:
        left = line["quantity"] is None or line["quantity"] > (line["cancelled_quantity"] or 0)
        gone = line["status"] in ("cancelled", "unavailable") or line["requires_shipping"] in (False, 0)
        if left and not gone and line["vendor_key"] not in drop_shippers:
            yield line


def routing_failed(shop):
    telling = {order["channel"] for order in shop.orders.values() if order["location"] is not None}
    for order in shop.orders.values():
        telling |= {order["channel"] for line in shop.lines[order["id"]] if line["location"] is not None}
    for order in shop.orders.values():
        ready = order["ready_at"]
        if order["channel"] not in telling or not _order_waits(shop, order) or _held(shop, order):
            continue
        if not shop.ships_goods(order) or (ready is not None and ready > shop.now):
            continue
        lines = list(_own_lines(shop, order))
        nowhere = not shop.lines[order["id"]] or any(line["location"] is None for line in lines)
        places = {line["location"] or order["location"] for line in lines} - {None}
        if order["location"] is None and ready is not None and ready + 30 * MINUTE < shop.now and nowhere:
            yield subject(order), ready + 30 * MINUTE
        elif len(places) > 2:
            yield subject(order), ready if ready is not None else order["placed_at"]


_IN_WORK = ("pending", "processing", "allocated", "released", "picking", "picked", "packed", "partially_shipped")


def stuck_order(shop):
    """The random business has too few cases to learn from: 24 working hours."""
    for order in shop.orders.values():
        if order["status"] not in _IN_WORK or not _order_waits(shop, order) or _held(shop, order):
            continue
        unpaid = order["payment_status"] in ("pending", "authorized") or (
            order["paid_at"] is not None and order["paid_at"] > shop.now
        )
        if (order["status"] == "pending" and unpaid) or not shop.ships_goods(order):
            continue
        steps = [
            (row["occurred_at"], row["event_id"])
            for row in shop.of("order_events", order)
            if shop.past(row["occurred_at"]) and row["code"] != "cancel_requested"
        ]
        since = order["status_since"]
        if steps and max(steps)[0] >= (since or 0):
            since = max(steps)[0]
        if since is not None and since < shop.now and working_hours_later(since, 24) < shop.now:
            yield subject(order), working_hours_later(since, 24)


def hold_expired(shop):
    for order in shop.orders.values():
        held = order["status"] == "on_hold" or (order["status"] is None and order["hold_until"] is not None)
        if not held or not _order_waits(shop, order):
            continue
        since = next((order[key] for key in ("held_at", "status_since", "placed_at") if order[key] is not None), None)
        limit = order["hold_until"]
        if limit is None and since is not None:
            limit = since + 48 * HOUR
        if limit is not None and limit < shop.now:
            yield subject(order), limit


def _left(line):
    return (line["quantity"] or 0) - (line["shipped_quantity"] or 0) - (line["cancelled_quantity"] or 0)


def _open_line(line):
    return (line["quantity"] is None or _left(line) > 0) and line["status"] not in ("cancelled", "unavailable")


def _arrives(shop, line):
    orders = {row["id"]: row for row in shop.t["purchase_orders"] if row["po_number"] == line["pegged_po"]}
    days = []
    for row in shop.t["purchase_order_lines"]:
        bought = orders.get(row["purchase_order_fk"])
        if bought is None or bought["status"] not in (None, "open", "acknowledged", "partially_received"):
            continue
        if line["pegged_line"] is not None and row["line_id"] != line["pegged_line"]:
            continue
        if line["pegged_line"] is None and row["sku"] not in (None, line["sku"]):
            continue
        if row["completed_on"] is None and row["promised_on"] is not None:
            days.append(row["promised_on"])
    return min(days, default=None)


def backorder_overdue(shop):
    for order in shop.orders.values():
        if not _order_waits(shop, order):
            continue
        for line in shop.lines[order["id"]]:
            if not (line["backordered_quantity"] or 0) > 0 or not _open_line(line):
                continue
            day = line["expected_on"] if line["expected_on"] is not None else _arrives(shop, line)
            if day is None:
                yield subject(order, line["line_id"]), order["placed_at"]
            elif (day + 1) * DAY <= shop.now:
                yield subject(order, line["line_id"]), max((day + 1) * DAY, order["placed_at"])


def allocation_risk(shop):
    for order in shop.orders.values():
        if not _order_waits(shop, order):
            continue
        for line in shop.lines[order["id"]]:
            arrives = _arrives(shop, line) if line["pegged_po"] else None
            limit = line["ship_by_on"] if line["ship_by_on"] is not None else order["ship_by_on"]
            if arrives is None or limit is None or not _open_line(line):
                continue
            if arrives > limit and _left(line) > (line["allocated_quantity"] or 0):
                yield subject(order, line["line_id"]), order["placed_at"]


def ship_by_risk(shop):
    for order in shop.orders.values():
        limit = order["ship_by"]
        if limit is None or limit < shop.now or not _order_waits(shop, order) or not shop.ships_goods(order):
            continue
        if worked(shop.now, limit) < 4 * HOUR:
            yield subject(order), None


RULES = (
    routing_failed,
    out_of_stock,
    backorder_overdue,
    allocation_risk,
    ship_by_risk,
    late_shipment,
    partial_shipment,
    stuck_order,
    hold_expired,
)
