"""A threshold tried on history, against what the rules really raise when the history is lived through with it.

The truth is a second database that lives through the same files and runs with the other value in force from the
beginning: which exceptions it has, and has not.
"""

import random
import shutil

import pytest
from sqlalchemy import insert, select

from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.instants import DAY, HOUR, from_iso
from opsconsole.domain.progress import Progress
from opsconsole.services import order_exceptions
from opsconsole.services.detection import detect
from opsconsole.services.exception_rules_trial import try_value
from opsconsole.services.rule_values import Place
from opsconsole.services.rule_values_changes import set_value
from opsconsole.store.database import open_database
from opsconsole.store.schema import exceptions, tickets

START = from_iso("2026-11-02T00:00:00Z")
STEP = 4 * HOUR


def payments(seed):
    """Orders placed over three days: paid after some hours, cancelled without a date, or never paid."""
    choose = random.Random(seed)
    made = []
    for number in range(45):
        placed = START + round(choose.random() * 3 * DAY)
        fate = choose.choice(("paid", "paid", "paid", "cancelled", "never"))
        ends = placed + round(choose.random() * 60 * HOUR)
        made.append({"order_id": str(number), "placed": placed, "fate": fate, "ends": ends,
                     "channel": choose.choice(("shop", "market"))})  # fmt: skip
    return made


def payment_file(made, now, dated):
    """What the shop tells of the orders that are known and changed in the last step; ``dated`` also when it ended."""
    for order in made:
        if not now - STEP < max(order["placed"], 0) <= now and not now - STEP < order["ends"] <= now:
            continue
        if order["placed"] > now:
            continue
        row = {"channel": order["channel"], "order_id": order["order_id"], "placed_at": order["placed"],
               "status": "processing", "payment_status": "pending", "currency": "USD", "total": 5000,
               "ship_by": order["placed"] + 30 * DAY}  # fmt: skip
        if order["ends"] <= now and order["fate"] == "paid":
            row |= {"payment_status": "paid", "paid_at": order["ends"]}
        if order["ends"] <= now and order["fate"] == "cancelled":
            row |= {"status": "cancelled"} | ({"cancelled_at": order["ends"]} if dated else {})
        yield row


def live(writing, seed, dated=False, steps=34):
    made = payments(seed)
    for step in range(1, steps):
        now = START + step * STEP
        rows = list(payment_file(made, now, dated))
        writing.now = now
        if rows:
            writing(at=now, orders=rows)
        detect(writing.database, now)
    return START + (steps - 1) * STEP


@pytest.fixture
def other(sqlite_template, tmp_path, sqlite_writing):
    """A second empty database to live through the same."""
    shutil.copyfile(sqlite_template, tmp_path / "other.db")
    database = open_database(tmp_path / "other.db")
    yield type(sqlite_writing)(database, START)
    database.close()


def ever_raised(database):
    with database.read() as connection:
        rows = connection.execute(select(exceptions.c.subject).where(exceptions.c.rule == "PAYMENT_PENDING"))
        return set(rows.scalars())


# Without a date of its end an order cannot be found among those that would have been raised besides.
@pytest.mark.parametrize(("seed", "hours", "dated"), [(1, 36, False), (2, 12, True)])
def test_the_trial_says_what_living_through_it_raises(sqlite_writing, other, seed, hours, dated):
    set_value(other.database, "PAYMENT_PENDING", "hours", hours, reason="a try", who="Ann", now=START)
    now = live(sqlite_writing, seed, dated)
    live(other, seed, dated)
    was, would_be = ever_raised(sqlite_writing.database), ever_raised(other.database)
    trial = try_value(sqlite_writing.database, now, "PAYMENT_PENDING", "hours", hours)
    assert {row["subject"] for row in trial.part("total").rows()} == was
    assert {row["subject"] for row in trial.part("not_raised").rows()} == was - would_be
    assert {row["subject"] for row in trial.part("raised").rows()} == was & would_be
    assert {row["subject"] for row in trial.part("more").rows()} == would_be - was
    assert (trial.total, trial.not_raised, trial.more) == (len(was), len(was - would_be), len(would_be - was))
    assert trial.unknown == 0
    assert was != would_be
    assert trial.words.startswith(f"{hours} h instead of 24 h: {len(was - would_be)} of {len(was)} would not have been")


def test_the_other_value_for_one_channel_asks_about_that_channel(sqlite_writing):
    now = live(sqlite_writing, 4)
    trial = try_value(sqlite_writing.database, now, "PAYMENT_PENDING", "hours", 36, place=Place(channel="market"))
    assert 0 < trial.total < len(ever_raised(sqlite_writing.database))
    assert {row["channel"] for row in trial.rows.rows()} == {"market"}


@pytest.fixture
def one(sqlite_writing, now):
    """An order unpaid for 30 hours, raised now and over time a day later."""
    order = {"channel": "shop", "order_id": "1", "placed_at": now - 30 * HOUR, "status": "processing",
             "payment_status": "pending", "currency": "USD", "total": 5000, "ship_by": now + 30 * DAY}  # fmt: skip
    sqlite_writing(at=now, orders=[order])
    detect(sqlite_writing.database, now)
    return sqlite_writing, order


def test_what_got_worse_later_is_counted(one, now):
    writing, order = one
    writing.now = now + HOUR
    writing(at=now + HOUR, orders=[{**order, "payment_status": "paid", "paid_at": now + HOUR}])
    detect(writing.database, now + HOUR)
    calm = try_value(writing.database, now + 2 * HOUR, "PAYMENT_PENDING", "hours", 48)
    assert (calm.not_raised, calm.escalated) == (1, 0)
    assert calm.words == "48 h instead of 24 h: 1 of 1 would not have been raised; 0 of those were escalated later"
    with writing.database.write() as connection:
        ticket = {"helpdesk": "desk", "ticket_id": "T1", "order_fk": 1, "opened_at": now + HOUR}
        connection.execute(insert(tickets).values(**ticket, source_time=now, batch_id=1))
    told = try_value(writing.database, now + 2 * HOUR, "PAYMENT_PENDING", "hours", 48)
    assert (told.not_raised, told.escalated) == (1, 1)
    assert [row["escalated"] for row in told.part("escalated").rows()] == ["ticket"]
    assert told.words.endswith("1 of those was escalated later")


def test_one_that_went_over_time_was_escalated(one, now):
    writing, _ = one
    detect(writing.database, now + 20 * HOUR)
    trial = try_value(writing.database, now + 20 * HOUR, "PAYMENT_PENDING", "hours", 72)
    assert trial.escalated == 1
    assert "over time" in next(trial.part("escalated").rows())["escalated"]


def test_what_somebody_resolved_counts_until_then(one, now):
    writing, _ = one
    detect(writing.database, now + 2 * HOUR)
    row = writing.database
    with row.read() as connection:
        number = connection.execute(select(exceptions.c.id)).scalar()
    order_exceptions.resolve(row, [number], root_cause="other", who="Ann", now=now + 3 * HOUR)
    assert try_value(row, now + 9 * HOUR, "PAYMENT_PENDING", "hours", 31).not_raised == 0
    assert try_value(row, now + 9 * HOUR, "PAYMENT_PENDING", "hours", 34).not_raised == 1


@pytest.mark.parametrize(
    ("key", "value", "days", "words"),
    [
        ("hours", 0, 90, "cannot be 0 hours"),
        ("severity", "S1", 90, "no threshold “severity”"),
        ("hours", 36, 0, "cannot be looked back"),
    ],
)
def test_what_cannot_be_tried_is_refused(one, now, key, value, days, words):
    with pytest.raises(UserError, match=words):
        try_value(one[0].database, now, "PAYMENT_PENDING", key, value, days=days)
    with pytest.raises(UserError, match="No data for this rule"):
        try_value(one[0].database, now, "NO_TRACKING", "hours", 36)


def test_a_trial_can_be_stopped(one, now):
    stopped = Progress()
    stopped.cancel()
    with pytest.raises(Cancelled):
        try_value(one[0].database, now, "PAYMENT_PENDING", "hours", 36, progress=stopped)
