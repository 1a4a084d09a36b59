"""The rules about picks, parcels, labels and late cancellations again, in plain loops, from their definitions."""

from collections import defaultdict

from plain_shop import subject


def _open_line(line):
    left = (line["quantity"] or 0) - (line["shipped_quantity"] or 0) - (line["cancelled_quantity"] or 0)
    return (line["quantity"] is None or left > 0) and line["status"] not in ("cancelled", "unavailable")


def _waiting(shop):
    for order in shop.orders.values():
        if shop.described(order) and not shop.void(order) and not shop.shipped(order) and shop.ours(order):
            yield order


def _picks(shop, order):
    """Per line its pick records by now."""
    found = defaultdict(list)
    for row in shop.of("picks", order):
        if row["picked_at"] is None or row["picked_at"] <= shop.now:
            found[row["line_id"], row["sku"]].append(row)
    return found


def short_pick(shop):
    for order in _waiting(shop):
        lines = {line["line_id"]: line for line in shop.lines[order["id"]]}
        for (line_id, _sku), records in _picks(shop, order).items():
            line = lines.get(line_id)
            sites = defaultdict(list)
            for row in records:
                sites[row["location"]].append(row)
            short = set()
            for site, here in sites.items():
                taken = [row["picked_quantity"] for row in here if row["picked_quantity"] is not None]
                if taken and sum(taken) < max(row["allocated_quantity"] for row in here):
                    short.add(site)
            overall = sum(row["picked_quantity"] or 0 for row in records)
            needed = None if line is None else line["quantity"] - (line["cancelled_quantity"] or 0)
            some = [
                row
                for row in records
                if row["location"] in short
                and row["picked_quantity"] is not None
                and row["picked_quantity"] < row["allocated_quantity"]
            ]
            if some and (line is None or (_open_line(line) and overall < needed)):
                newest = max(some, key=lambda row: (row["picked_at"] or 0, row["pick_id"]))
                yield subject(order, line_id), newest["picked_at"] or order["placed_at"]


def damaged_in_warehouse(shop):
    for order in _waiting(shop):
        lines = {line["line_id"]: line for line in shop.lines[order["id"]]}
        for (line_id, _sku), records in _picks(shop, order).items():
            bad = [row for row in records if row["reason"] == "damaged" or (row["damaged_quantity"] or 0) > 0]
            if bad and (line_id not in lines or _open_line(lines[line_id])):
                first = min(bad, key=lambda row: (row["picked_at"] or 0, row["pick_id"]))
                yield subject(order, line_id), first["picked_at"] or order["placed_at"]


def _used(parcel):
    return parcel["voided"] not in (True, 1) and parcel["status"] not in ("voided", "delivered", "returned")


def weight_mismatch(shop):
    for order in shop.orders.values():
        if not shop.described(order) or shop.void(order) or shop.delivered(order) or not shop.ours(order):
            continue
        for row in shop.of("shipments", order):
            if not row["weight_grams"] or not row["expected_weight_grams"] or not _used(row):
                continue
            if shop.past(row["first_scan_at"]) or shop.past(row["delivered_at"]):
                continue
            if row["labeled_at"] is not None and row["labeled_at"] > shop.now:
                continue
            if abs(row["weight_grams"] - row["expected_weight_grams"]) > 0.1 * row["expected_weight_grams"]:
                began = (row["labeled_at"], row["shipped_at"], order["placed_at"])
                yield subject(order, row["shipment_id"]), next(at for at in began if at is not None)


def label_failed(shop):
    for order in _waiting(shop):
        parcels = shop.of("shipments", order)
        labels = [
            row["labeled_at"] for row in parcels if row["voided"] not in (True, 1) and shop.past(row["labeled_at"])
        ]
        failures = [
            row["label_failed_at"]
            for row in parcels
            if row["label_error"]
            and _used(row)
            and (row["label_failed_at"] is None or row["label_failed_at"] <= shop.now)
            and not any(row["label_failed_at"] is None or at >= row["label_failed_at"] for at in labels)
        ]
        if failures:
            newest = max(failures, key=lambda at: at or 0)
            yield subject(order), newest if newest is not None else order["placed_at"]
            continue
        mine = [row for row in shop.t["ship_methods"] if row["channel"] in ("", order["channel"])]
        known = any(order["service"] in (row["method"], row["service"]) for row in mine)
        if (
            mine
            and order["service"]
            and not known
            and not any(_used(r) and shop.past(r["labeled_at"]) for r in parcels)
        ):
            yield subject(order), order["ready_at"] if order["ready_at"] is not None else order["placed_at"]


_AT_THE_BENCH = ("picking", "picked", "packed", "partially_shipped", "labeled")


def _begun(shop, order):
    steps = [
        row["occurred_at"]
        for row in shop.of("order_events", order)
        if row["code"] in _AT_THE_BENCH and shop.past(row["occurred_at"])
    ]
    labels = [row["labeled_at"] for row in shop.of("shipments", order) if _used(row) and shop.past(row["labeled_at"])]
    records = []
    for row in shop.of("warehouse_orders", order):
        at = row["released_at"] if row["released_at"] is not None else row["source_time"]
        if row["status"] in _AT_THE_BENCH[:4] and at <= shop.now:
            records.append(at)
    for some in (steps, labels, records):
        if some:
            return min(some)
    since = order["status_since"]
    return since if order["status"] in _AT_THE_BENCH[:4] and shop.past(since) else None


def cancel_after_release(shop):
    for order in shop.orders.values():
        if not shop.described(order) or not shop.ours(order):
            continue
        if not shop.void(order):
            begun = _begun(shop, order)
            if shop.past(order["cancel_requested_at"]) and not shop.shipped(order) and begun is not None:
                yield subject(order), max(begun, order["cancel_requested_at"])
            continue
        if shop.past(order["shipped_at"]) or shop.past(order["delivered_at"]):
            continue
        open_there = any(
            row["status"] not in ("cancelled", "unavailable", "shipped", "delivered", "returned")
            and not shop.past(row["cancelled_at"])
            and not shop.past(row["shipped_at"])
            and (row["released_at"] is None or row["released_at"] <= shop.now)
            for row in shop.of("warehouse_orders", order)
        )
        ended = order["cancelled_at"]
        worked_on = ended is not None and any(
            row["code"] in _AT_THE_BENCH and ended < row["occurred_at"] <= shop.now
            for row in shop.of("order_events", order)
        )
        if open_there or worked_on:
            began = (ended, order["status_since"], order["placed_at"])
            yield subject(order), next((at for at in began if at is not None), None)


RULES = (
    short_pick,
    damaged_in_warehouse,
    weight_mismatch,
    label_failed,
    cancel_after_release,
)
