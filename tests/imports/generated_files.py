"""Generated files: records of every kind, in the ways in which files name orders."""

from hypothesis import strategies as st

small = st.integers(1, 3)
words = st.sampled_from(["x", "y"])
instants = st.integers(1, 5).map(lambda days: days * 86_400_000_000 + 3_600_000_000)
# Order 3 is of the other channel; only its id says so where a file names no channel.
channel_of = {"1": "a", "2": "a", "3": "b"}


def record(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


def of_order(required, **optional):
    """A record of an order; ``named`` then says how its file names orders."""
    return record({"order": st.sampled_from("123"), **required}, **optional)


def named(row, way):
    """The record with its order named by id or number, with its channel or alone."""
    if "order" not in row:
        return row
    order = row.pop("order")
    channel = {"channel": channel_of[order]} if way.startswith("channel") else {}
    return {"order_id": f"#{order}" if way.endswith("number") else order, **channel, **row}


def order(values):
    key, rest = values
    numbered = {"order_number": f"#{key}"} if rest.pop("numbered", True) else {}
    return {"channel": channel_of[key], "order_id": key, **numbered, **rest}


RECORDS = {
    "orders": st.tuples(
        st.sampled_from("123"),
        record(
            {},
            numbered=st.booleans(),
            status=words,
            total=small,
            email=words,
            customer_id=words,
            city=words,
            placed_at=instants,
            ship_by=instants,
            stated_shipped_at=instants,
            paid_at=instants,
            ready_at=instants,
            held_at=instants,
            time_zone=st.sampled_from(["Asia/Tokyo", "America/New_York"]),
        ),
    ).map(order),
    "order_lines": of_order(
        {"sku": words, "title": words},
        line_id=words,
        quantity=small.map(float),
        shipped_quantity=small.map(float),
        ship_by_on=st.integers(3, 4),
    ),
    "payments": of_order({"payment_id": words}, status=words, amount=small),
    "shipments": of_order(
        {"shipment_id": words}, tracking_number=words, status=words, shipped_at=instants, delivered_at=instants
    ),
    "shipment_events": record(
        {"tracking_number": words, "occurred_at": instants}, code=st.sampled_from(["in_transit", "delivered"])
    ),
    "returns": of_order({"return_id": words}, sku=words, quantity=small.map(float)),
    "reviews": of_order({"review_id": words, "score": small.map(float)}, answered_at=instants),
    "order_events": of_order({"code": words, "occurred_at": instants}, event_id=words, location=words),
    "picks": of_order({"sku": words}, pick_id=words, picked_quantity=small.map(float), picked_at=instants),
    "warehouse_orders": of_order({"location": words}, status=words, shipped_at=instants),
    "refunds": of_order({"amount": small}, refund_id=words, refunded_at=instants),
    "disputes": of_order({"dispute_id": words}, status=words, opened_at=instants),
    "tickets": of_order({"helpdesk": st.just("h"), "ticket_id": words}, status=words, last_customer_at=instants),
    "claims": of_order({"tracking_number": words}, claim_id=words, amount=small, filed_at=instants),
    "fraud_decisions": of_order({"decision": words}, decision_id=words, score=small.map(float), decided_at=instants),
    "freight_charges": of_order({"vendor_key": words, "amount": small}, charge_id=words, tracking_number=words),
    "ship_methods": record({"method": words, "carrier_key": words}, channel=words, service=words),
    "listings": record({"channel": words, "sku": words}, quantity=small.map(float), location=words),
    "customers": record({"channel": st.just("a"), "customer_id": words}, city=words, person_id=words, email=words),
    "stock_levels": record({"sku": words, "location": words}, on_hand=small.map(float), held=small.map(float)),
    "sales_history": record(
        {"channel": words, "sold_at": instants, "quantity": small.map(float)}, sku=words, amount=small
    ),
    "purchase_orders": record({"po_number": words}, vendor_key=words, ordered_at=instants),
    "purchase_order_lines": record(
        {"po_number": words, "line_id": words}, quantity=small.map(float), received_quantity=small.map(float)
    ),
    "receipts": record(
        {"po_number": words, "line_id": words, "receipt_id": words, "quantity": small.map(float)}, arrived_at=instants
    ),
}


@st.composite
def files(draw):
    """Files with distinct source times; each file's records of a kind all have the same fields, and no empty ones."""
    made = []
    for number in range(draw(st.integers(2, 4))):
        kinds = {}
        way = draw(st.sampled_from(["channel and id", "channel and number", "id", "number"]))
        for kind in draw(st.lists(st.sampled_from(sorted(RECORDS)), min_size=1, max_size=4, unique=True)):
            rows = draw(st.lists(RECORDS[kind], min_size=1, max_size=3))
            common = set.intersection(*(set(row) for row in rows))
            if kind == "order_lines":
                common -= {"line_id"} if draw(st.booleans()) else set()
            kept = [{name: value for name, value in row.items() if name in common} for row in rows]
            kinds[kind] = [named(row, way) for row in kept]
        made.append({"at": number + 1, "source": draw(st.sampled_from(["s", "r"])), **kinds})
    return made, draw(st.permutations(range(len(made))))
