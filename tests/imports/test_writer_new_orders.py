"""Orders inserted with what follows from their file: the same as what ``derive_orders`` makes of what is stored."""

from hashlib import blake2b

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from opsconsole.imports.writer import derive_orders
from opsconsole.imports.writer_new_orders import NewOrders
from opsconsole.store import schema

SETTINGS = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
DAY = 86_400_000_000
instants = st.none() | st.integers(-2, 9).map(lambda hours: 20_000 * DAY + hours * 7_200_000_000)
days = st.none() | st.integers(20_000, 20_004)
words = st.none() | st.sampled_from(["Ünder 1", "b-2", "+", ""])
quantities = st.none() | st.sampled_from([0.0, 0.1, 0.2, 1.0, 3.0, 1e16])
money = st.none() | st.sampled_from([0, -5, 199, 1 << 60])
seldom = st.sampled_from([None] * 9)

ORDERS = {
    "order_number": st.sampled_from(["#1", "#2", "#3"]),
    "customer_id": words,
    "customer_name": words,
    "email": words,
    "time_zone": st.sampled_from([None, "Asia/Tokyo", "America/New_York"]),
    "status": st.sampled_from([None, "shipped", "partially_shipped", "on_hold", "processing", "cancelled"]),
    "payment_status": st.sampled_from([None, "paid", "pending"]),
    "payment_method": st.sampled_from([None, "Cash on Delivery", "card"]),
    "payment_terms": st.sampled_from([None, "Net 30", "Due on receipt"]),
    "currency": st.sampled_from([None, "EUR"]),
    "total": money,
    **dict.fromkeys(("address1", "address2", "city", "province", "postcode", "country"), words),
    **dict.fromkeys(("placed_at", "paid_at", "cancelled_at", "held_at", "ready_at", "cancel_requested_at"), instants),
    **dict.fromkeys(("stated_shipped_at", "stated_delivered_at", "refunded_at"), instants),
    **dict.fromkeys(("ship_by", "deliver_by"), seldom | instants),
    **dict.fromkeys(("ship_by_on", "deliver_by_on"), seldom | days),
}
LINES = {
    "line_id": st.sampled_from([None, "1", "2"]),
    **dict.fromkeys(("sku", "title"), words),
    **dict.fromkeys(("quantity", "shipped_quantity", "cancelled_quantity"), quantities),
    **dict.fromkeys(("amount", "unit_price"), money),
    **dict.fromkeys(("ship_by", "shipped_at"), seldom | instants),
    "ship_by_on": seldom | days,
}
PAYMENTS = {"payment_id": st.sampled_from(["1", "2"]), "paid_at": instants}
SHIPMENTS = {"shipment_id": st.sampled_from(["1", "2"]), "shipped_at": instants, "quantity": quantities}
CUSTOMERS = {"customer_id": st.sampled_from(["Ünder 1", "b-2"]), "city": words, "email": words}
NAMES = st.sampled_from(["1", "2", "3", "#1", "#2"])


RARE = {"ship_by", "ship_by_on", "deliver_by", "deliver_by_on", "shipped_at"}


def columns(draw, fields, usual):
    """Some of the fields; the rest the file does not have. ``usual``: none of those that take a second look."""
    needed = {"payment_id", "shipment_id", "customer_id"} & fields.keys() if len(fields) < 4 else set()
    left = draw(st.sets(st.sampled_from(sorted(fields)), max_size=len(fields) // 4)) - needed
    left |= RARE if usual and needed != {"shipment_id"} else set()
    return {name: values for name, values in fields.items() if name not in left}


@st.composite
def files(draw):
    """Two files of orders, the second with some that are new and some that are not."""
    made = []
    for number in range(2):
        usual = draw(st.integers(0, 3)) > 0
        keys = draw(st.lists(st.sampled_from("123"), min_size=1, max_size=3, unique=draw(st.booleans())))
        orders = columns(draw, ORDERS, usual)
        kinds = {"orders": [{"channel": "a", "order_id": key, **draw(st.fixed_dictionaries(orders))} for key in keys]}
        way = {"channel": "a"} if usual or draw(st.booleans()) else {}
        names = st.sampled_from("123") if usual else NAMES
        for kind, known in (("order_lines", LINES), ("payments", PAYMENTS), ("shipments", SHIPMENTS)):
            if kind != "shipments" or not usual:
                row = st.fixed_dictionaries({"order_id": names, **columns(draw, known, usual)})
                kinds[kind] = [way | one for one in draw(st.lists(row, max_size=6))]
        if not usual and draw(st.booleans()):
            row = st.fixed_dictionaries(CUSTOMERS)
            kinds["customers"] = [{"channel": "a", **one} for one in draw(st.lists(row, max_size=2))]
        made.append({"at": number + 1, **{kind: rows for kind, rows in kinds.items() if rows}})
    return made


def stored(writing):
    """Orders and lines as they are, less the moment they were last changed."""
    found = []
    with writing.database.read() as conn:
        for table in (schema.orders, schema.order_lines):
            wanted = [column for column in table.c if column.name not in ("changed_at",)]
            found.append(conn.execute(select(*wanted).order_by(table.c.id)).all())
    return found


def derived_again(writing):
    with writing.database.write() as conn:
        derive_orders(conn, conn.execute(select(schema.orders.c.id)).scalars().all(), writing.now)
    return stored(writing)


@SETTINGS
@given(made=files())
def test_new_orders_hold_what_is_derived_from_what_is_stored(sqlite_writing, made):
    for file in made:
        result = sqlite_writing(**file)
        before = stored(sqlite_writing)
        assert before == derived_again(sqlite_writing)
        assert set(result.touched_orders) <= {row.id for row in before[0]}
    with sqlite_writing.database.write() as conn:
        for name in ("shipments", "payments", "order_lines", "orders", "customers"):
            conn.execute(delete(schema.metadata.tables[name]))


ORDER = {"channel": "a", "order_id": "1", "email": "x@example.org", "city": "Ulm", "placed_at": 20_000 * DAY}
LINE = {"channel": "a", "order_id": "1", "line_id": "1", "sku": "MUG", "quantity": 2.0, "amount": 500}


PAYMENT = {"channel": "a", "order_id": "1", "payment_id": "p", "paid_at": 20_001 * DAY}


def test_what_a_file_tells_of_new_orders_is_not_read_back(writing, monkeypatch):
    settled = []
    unsettled = NewOrders.unsettled
    monkeypatch.setattr(NewOrders, "unsettled", lambda self: settled.append(unsettled(self)) or settled[-1])
    writing(orders=[ORDER], order_lines=[LINE, LINE | {"line_id": "2"}], payments=[PAYMENT])
    assert settled == [set()]
    row = writing.row("orders", "line_count", "lines_total", "quantity_ordered", "ship_by_basis", "placed_on")
    assert row == {
        "line_count": 2, "lines_total": 1000, "quantity_ordered": 4.0, "ship_by_basis": "assumed", "placed_on": 20_000,
    }  # fmt: skip


def test_a_line_that_reaches_a_new_order_by_another_name_is_counted(writing):
    order = ORDER | {"order_number": "#1"}
    writing(orders=[order], order_lines=[LINE, LINE | {"order_id": "#1", "line_id": "2"}])
    assert writing.row("orders", "line_count", "lines_total") == {"line_count": 2, "lines_total": 1000}


def test_the_lines_of_a_new_order_are_told_from_those_of_one_that_is_known(writing):
    writing(orders=[ORDER], order_lines=[LINE])
    result = writing(at=1, orders=[ORDER, ORDER | {"order_id": "2"}], order_lines=[LINE, LINE | {"order_id": "2"}])
    counts = result.counts["order_lines"]
    assert (counts.inserted, counts.updated, counts.unchanged) == (1, 0, 1)
    assert len(writing.rows("order_lines")) == 2


def test_equal_orders_have_the_hash_they_always_had(sqlite_writing):
    order = ORDER | {"email": "X+Y@Example.org", "address1": "Ünder 1", "total": 500, "currency": "EUR"}
    lines = [LINE | {"sku": "b-2"}, LINE | {"line_id": "2", "sku": None, "title": "A 'mug'", "quantity": None}]
    sqlite_writing(orders=[order], order_lines=lines)
    # As rows written by earlier releases hold it: the text of a tuple.
    content = ("xyexampleorg", ["ünder1", "", "ulm", "", "", ""], [("amug", 0.0), ("b2", 2.0)], 500, "EUR")
    expected = blake2b(repr(content).encode(), digest_size=16).hexdigest()
    assert sqlite_writing.row("orders", "content_hash") == {"content_hash": expected}
