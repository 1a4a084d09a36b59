"""A run that looks at what changed finds what no changed row tells of: what is left by others, what is said again."""

import json

import pytest
from sqlalchemy import select, update

from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services.detection import detect
from opsconsole.store.schema import asked_skus, batches, exceptions, order_lines, orders

SHOP = {"channel": "shop", "status": "processing", "payment_status": "paid", "currency": "USD", "total": 5000}
LINE = {"channel": "shop", "line_id": "1", "sku": "MUG", "quantity": 3.0, "requires_shipping": True, "currency": "USD"}


class Looks:
    """Runs the rules a minute later each time, on what changed; tells what is known of a rule."""

    def __init__(self, writing, now):
        self.writing, self.database, self.at = writing, writing.database, now

    def write(self, **files):
        """Import files and look."""
        self.at += MINUTE
        self.writing.now = self.at
        self.writing(at=self.at, **files)
        with self.database.write() as connection:
            connection.execute(update(batches).where(batches.c.finished_at.is_(None)).values(finished_at=self.at))
        return self.look()

    def change(self, order_id, table=orders, **values):
        """Change an order, or its lines, by hand, as no file does, and look."""
        self.at += MINUTE
        with self.database.write() as connection:
            mine = select(orders.c.id).where(orders.c.order_id == order_id).scalar_subquery()
            which = orders.c.id == mine if table is orders else table.c.order_fk == mine
            connection.execute(update(table).where(which).values(**values))
            connection.execute(update(orders).where(orders.c.id == mine).values(changed_at=self.at))
        return self.look()

    def look(self):
        return detect(self.database, self.at).scope

    def told(self, rule):
        with self.database.read() as connection:
            (row,) = connection.execute(select(exceptions.c.evidence_json).where(exceptions.c.rule == rule)).all()
        return json.loads(row.evidence_json)

    def states(self, rule):
        with self.database.read() as connection:
            rows = connection.execute(select(exceptions.c.subject, exceptions.c.state).where(exceptions.c.rule == rule))
            return {row.subject: row.state for row in rows}

    def nothing_is_left(self):
        report = detect(self.database, self.at, full=True)
        return (report.opened, report.closed, report.reopened) == (0, 0, 0)


@pytest.fixture
def looks(writing, now):
    made = Looks(writing, now)
    stock = [
        {"sku": sku, "location": "reno", "on_hand": 1.0, "counted_at": now - DAY}
        for sku in ("MUG", "CUP", "MUG @ home")
    ]
    made.write(
        orders=[{**SHOP, "order_id": str(n), "placed_at": now - DAY, "location": "reno"} for n in range(1, 4)],
        order_lines=[
            {**LINE, "order_id": str(n), "sku": sku} for n, sku in ((1, "MUG"), (2, "CUP"), (3, "MUG @ home"))
        ],
        stock_levels=stock,
    )
    assert made.states("OUT_OF_STOCK") == dict.fromkeys(("MUG @ reno", "CUP @ reno", "MUG @ home @ reno"), "open")
    return made


def test_a_line_that_gets_another_sku_leaves_the_queue_of_the_old_one(looks):
    assert looks.change("1", order_lines, sku="CUP") == "changed"
    assert looks.states("OUT_OF_STOCK") == {"MUG @ reno": "closed", "CUP @ reno": "open", "MUG @ home @ reno": "open"}
    assert looks.nothing_is_left()


def test_an_order_that_is_cancelled_and_comes_back_is_out_of_stock_again(looks):
    looks.change("1", status="cancelled")
    assert looks.states("OUT_OF_STOCK")["MUG @ reno"] == "closed"
    looks.change("1", status="processing")
    assert looks.states("OUT_OF_STOCK")["MUG @ reno"] == "open"
    assert looks.nothing_is_left()


def test_only_what_changed_orders_ask_for_is_looked_at(looks):
    looks.change("3", tags="call first")
    with looks.database.read() as connection:
        known = {(row.order_fk, row.sku) for row in connection.execute(select(asked_skus))}
    assert sorted(sku for _, sku in known) == ["CUP", "MUG", "MUG @ home"]
    assert set(looks.states("OUT_OF_STOCK").values()) == {"open"}
    assert looks.nothing_is_left()


def test_an_order_that_is_gone_leaves_the_queue_with_the_next_file(looks, now):
    with looks.database.write() as connection:
        of_order = select(orders.c.id).where(orders.c.order_id == "2").scalar_subquery()
        connection.execute(update(exceptions).where(exceptions.c.order_fk == of_order).values(order_fk=None))
        connection.execute(order_lines.delete().where(order_lines.c.order_fk == of_order))
        connection.execute(orders.delete().where(orders.c.order_id == "2"))
    looks.write(orders=[{**SHOP, "order_id": "9", "placed_at": now - HOUR}])
    assert looks.states("OUT_OF_STOCK")["CUP @ reno"] == "closed"
    assert looks.nothing_is_left()


def test_a_customer_with_fewer_orders_at_once_is_no_longer_suspect(writing, now):
    looks = Looks(writing, now)
    # Three orders of one address in a day are 25 points, a bill to another country 25, a forwarder's postcode 30.
    person = {"email": "a@example.com", "country": "US", "bill_country": "NG", "postcode": "97230", "address1": "1 Elm"}
    looks.write(
        orders=[{**SHOP, **person, "order_id": str(n), "placed_at": now - n * HOUR} for n in range(1, 4)]
        + [{**SHOP, **person, "order_id": "8", "placed_at": now - 9 * DAY, "email": "b@x.org", "address1": "2 Elm"}]
    )
    suspects = looks.states("FRAUD_REVIEW")
    assert suspects["shop/1"] == "open"
    looks.change("3", email="c@example.com", address1="3 Elm", bill_country="US", postcode="10001")
    assert looks.nothing_is_left()
    assert looks.states("FRAUD_REVIEW") != suspects


def test_a_newer_file_that_says_the_same_is_what_the_mismatch_is_told_of(writing, now):
    looks = Looks(writing, now)
    order = [{**SHOP, "order_id": "1", "placed_at": now - DAY}]
    record = {"channel": "shop", "order_id": "1", "location": "reno", "status": "shipped", "shipped_at": now - HOUR}
    looks.write(orders=order, warehouse_orders=[record])
    first = looks.told("CHANNEL_MISMATCH")
    looks.write(orders=order)
    by_channel = looks.told("CHANNEL_MISMATCH")
    assert by_channel == {**first, "channel_time": looks.at}
    looks.write(warehouse_orders=[record])
    by_warehouse = looks.told("CHANNEL_MISMATCH")
    assert by_warehouse == {**by_channel, "warehouse_time": looks.at}
    assert looks.nothing_is_left()
    assert looks.told("CHANNEL_MISMATCH") == by_warehouse
