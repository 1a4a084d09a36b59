"""A list of which a few rows were read again is the list read as a whole: compared column by column, deed by deed."""

import random

import pytest
from sqlalchemy import insert, update

from opsconsole.desktop.table.arrangement import Arrangement, SortBy
from opsconsole.desktop.table.arranger import Arranger
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.instants import DAY, HOUR
from opsconsole.domain.listing import Coded, plain_values
from opsconsole.rules.order_exceptions import RULES
from opsconsole.services import changes, order_exceptions
from opsconsole.store.schema import exceptions, orders

ORDERS, ROWS, DEEDS = 14, 40, 12


@pytest.fixture
def queue(writing, now):
    """Forty exceptions of fourteen orders and of none, of several types, currencies, sites, owners."""
    dice = random.Random(7)
    placed = [
        {
            "channel": "shop",
            "order_id": str(number),
            "order_number": f"SO-{number}",
            "customer_name": dice.choice(["C. Jones", "A. Lee", ""]),
            "currency": dice.choice(["USD", "CAD"]),
        }
        for number in range(ORDERS)
    ]
    lines = [
        {"channel": "shop", "order_id": str(number % ORDERS), "line_id": str(number), "sku": f"KT-{dice.randrange(5)}"}
        for number in range(ORDERS * 2)
    ]
    writing(orders=placed, order_lines=lines)
    with writing.database.write() as connection:
        keys = list(connection.execute(orders.select().with_only_columns(orders.c.id)).scalars())
        connection.execute(insert(exceptions), [_row(number, keys, dice, now) for number in range(1, ROWS + 1)])
    return writing.database


def _row(number, keys, dice, now):
    rule = dice.choice(RULES[:9])
    order_fk = dice.choice([*keys, None])
    opened = now - dice.randrange(1, 90) * HOUR
    return {
        "id": number,
        "rule": rule.code,
        "subject_kind": "order",
        "subject": f"shop/{number}",
        "order_fk": order_fk,
        "severity": rule.severity,
        "state": dice.choice(["open", "acknowledged"]),
        "owner": dice.choice([None, "Desk", "Ana"]),
        "opened_at": opened,
        "detected_at": opened,
        "acknowledge_by": now,
        "due_at": now + dice.randrange(-40, 40) * HOUR,
        "value_at_risk": dice.choice([None, 0, 1_250, 99_900]),
        "currency": dice.choice(["USD", "CAD"]),
        "channel": "shop",
        "location": dice.choice([None, "reno"]),
        "evidence_json": dice.choice(["{}", '{"sku": "KT-9", "carrier": "ups"}']),
        "reopened": 0,
        "version": 1,
        "tags": "",
        "snoozed_until": dice.choice([None, None, now + DAY]),
    }


def _deed(database, ids, dice, now):
    """Something people do, or its undoing; or a new due date from the rules."""
    who = {"who": "Ana", "now": now}
    which = dice.randrange(7)
    if which == 0:
        return order_exceptions.assign(database, ids, owner=dice.choice(["Desk", "Zoe", ""]), **who)
    if which == 1:
        return order_exceptions.snooze(database, ids, until=now + HOUR, **who)
    if which == 2:
        return order_exceptions.reopen(database, ids, **who)
    if which == 3:
        return order_exceptions.tag(database, ids, add=[dice.choice(["hot", "wait"])], **who)
    if which == 4:
        return order_exceptions.ignore(database, ids, reason="Known", until=now + DAY, **who)
    if which == 5:
        return order_exceptions.resolve(database, ids, root_cause="carrier_delay", **who)
    with database.write() as connection:
        connection.execute(
            update(exceptions).where(exceptions.c.id.in_(ids)).values(due_at=now + dice.randrange(-9, 9) * HOUR)
        )
    return None


def same(found, whole):
    """Fields, ids and every column; of columns of few values also which values there are, in which order."""
    assert (found.fields, found.as_of, found.total, list(found.ids)) == (
        whole.fields,
        whole.as_of,
        whole.total,
        list(whole.ids),
    )
    for key, column in whole.columns.items():
        other = found.columns[key]
        assert plain_values(other) == plain_values(column), key
        assert [other[row] for row in range(len(other))] == [column[row] for row in range(len(column))], key
        if isinstance(column, Coded) and key != "due":  # whose values are a vocabulary, there or not
            assert list(other.values) == list(column.values), key


@pytest.mark.parametrize("state", ["active", "snoozed", "all"])
def test_a_list_of_which_only_changed_rows_are_read_again_is_the_whole_list(queue, now, state):
    dice = random.Random(state)
    listing = order_exceptions.list_exceptions(queue, now, state=state)
    known = set(range(1, ROWS + 1))
    seen = set()
    for _ in range(DEEDS):
        known &= set(order_exceptions.list_exceptions(queue, now, state="all").ids)
        ids = dice.sample(sorted(known), dice.randrange(1, 5))
        change = _deed(queue, ids, dice, now)
        if change is not None and change.id is not None and dice.random() < 0.4:
            listing = order_exceptions.reread(queue, listing, ids, state=state).listing
            changes.undo_change(queue, change.id, who="Ana", now=now)
        listing = order_exceptions.reread(queue, listing, ids, state=state).listing
        same(listing, order_exceptions.list_exceptions(queue, now, state=state))
        seen.add(len(listing))
    # Rows came and went.
    assert state == "all" or len(seen) > 1


def test_what_is_arranged_and_counted_of_it_is_that_of_the_whole(queue, now):
    dice = random.Random(3)
    listing = order_exceptions.list_exceptions(queue, now)
    arranger = Arranger(listing)
    formats = Formats(zone="UTC", as_of=now)
    asked = [
        Arrangement(sort=(SortBy(key, down),), search=search, group_by=group, equals=equals)
        for key, down in (("time_left", False), ("owner", True), ("order", False), ("value_at_risk", True))
        for search in ("", "desk", "kt-1", "so-1")
        for group in ("", "owner", "order")
        for equals in ({}, {"owner": frozenset({None, "Desk"})})
    ]
    for turn in range(5):
        ids = dice.sample(list(arranger.listing.ids), 3)
        for arrangement in asked:
            arranger.arrange(arrangement, formats)
        order_exceptions.assign(queue, ids, owner=f"Desk {turn}", who="Ana", now=now)
        order_exceptions.snooze(queue, ids[:1], until=now + HOUR, who="Ana", now=now)
        arranger = arranger.spliced(order_exceptions.reread(queue, arranger.listing, ids))
        whole = Arranger(order_exceptions.list_exceptions(queue, now))
        for arrangement in asked:
            found, wanted = arranger.arrange(arrangement, formats), whole.arrange(arrangement, formats)
            assert (list(found.rows), found.shown, found.totals) == (list(wanted.rows), wanted.shown, wanted.totals)
            told = [
                [(group.value, group.label, group.count, dict(group.sums)) for group in one.groups]
                for one in (found, wanted)
            ]
            assert told[0] == told[1]
        for key in ("owner", "location", "type"):
            assert arranger.facet(key) == whole.facet(key)
        assert order_exceptions.counts_of(arranger.listing) == order_exceptions.type_counts(queue, now)


def test_one_that_was_closed_after_the_moment_of_the_list_asks_for_the_whole(queue, now):
    listing = order_exceptions.list_exceptions(queue, now, state="all")
    first = next(identity for identity, state in zip(listing.ids, listing.columns["state"], strict=True) if state)
    order_exceptions.reopen(queue, [first], who="Ana", now=now)
    order_exceptions.resolve(queue, [first], root_cause="carrier_delay", who="Ana", now=now + HOUR)
    assert order_exceptions.reread(queue, listing, [first], state="all") is None


def test_what_others_did_since_then_comes_with_it(queue, now):
    newest = order_exceptions.newest_event(queue)
    listing = order_exceptions.list_exceptions(queue, now)
    mine, others = listing.ids[:2], listing.ids[5:7]
    order_exceptions.assign(queue, others, owner="Zoe", who="Zoe", now=now)
    order_exceptions.assign(queue, mine, owner="Desk", who="Ana", now=now)
    found = order_exceptions.reread(queue, listing, mine, since=newest)
    assert list(found.listing.columns["owner"]).count("Zoe") == 2
    same(found.listing, order_exceptions.list_exceptions(queue, now))


def test_the_others_of_an_order_say_how_many_there_are_now(queue, now):
    listing = order_exceptions.list_exceptions(queue, now)
    of_orders = listing.columns["order_fk"]
    shared = next(key for key in of_orders if key is not None and list(of_orders).count(key) > 1)
    mine = [identity for identity, key in zip(listing.ids, of_orders, strict=True) if key == shared]
    order_exceptions.snooze(queue, mine[:1], until=now + HOUR, who="Ana", now=now)
    found = order_exceptions.reread(queue, listing, mine[:1])
    assert set(mine[1:]) <= set(found.fresh.ids)
    same(found.listing, order_exceptions.list_exceptions(queue, now))
