"""Marketplace limits: what they allow, how near a channel is, and what that does to severities.

Limits are those of DOMAIN §7; counts and headroom are worked out by hand from them.
"""

import pytest
from sqlalchemy import insert, select

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, day_of
from opsconsole.rules.market_limits import LIMITS, METRICS, MarketLimit, market_of
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.services import market_limits
from opsconsole.services.detection import detect
from opsconsole.store.schema import channels, exceptions

LATE = MarketLimit("amazon", "late_shipment", 30, "<", 0.04)
ON_TIME = MarketLimit("amazon", "on_time_delivery", 14, ">=", 0.90)
DEFECTS = MarketLimit("ebay", "order_defects", 0, "<=", 0.02, fewer_than=5)


@pytest.mark.parametrize(
    ("limit", "total", "allowed"),
    [
        (LATE, 100, 3),  # 4 of 100 are 4 %, not less
        (LATE, 101, 4),
        (LATE, 20, 0),
        (ON_TIME, 100, 10),
        (ON_TIME, 99, 9),
        (DEFECTS, 100, 4),  # fewer than 5 keep it whatever their share
        (DEFECTS, 1000, 20),
    ],
)
def test_so_many_may_fail(limit, total, allowed):
    assert limit.allowed(total) == allowed
    assert limit.keeps(allowed, total)
    assert not limit.keeps(allowed + 1, total)


def test_an_empty_window_breaks_no_limit():
    assert all(limit.keeps(0, 0) for limit in LIMITS)
    assert LATE.allowed(0) == 0


def test_headroom_in_words():
    standing = market_limits.Standing("amz", LATE, 1, 100)
    assert (standing.headroom, standing.words) == (2, "3 more late shipments in 30 days breach Amazon’s 4%")
    assert market_limits.Standing("amz", LATE, 3, 100).words == "1 more late shipment in 30 days breaches Amazon’s 4%"
    broken = market_limits.Standing("amz", LATE, 4, 100)
    assert (broken.headroom, broken.is_kept, broken.words) == (
        0,
        False,
        "4 late shipments in 30 days breach Amazon’s 4%",
    )


def test_near_is_three_quarters_of_what_is_allowed():
    near = [n for n in range(6) if market_limits.Standing("amz", LATE, n, 101).is_near(75)]
    assert near == [4, 5]  # 3 of 4 are exactly three quarters
    assert not market_limits.Standing("amz", LATE, 5, 29).is_near(75)  # n too small


@pytest.mark.parametrize(
    ("platform", "market"),
    [("amazon", "amazon"), ("Amazon_US", "amazon"), ("ebay", "ebay"), ("shopify", None), (None, None)],
)
def test_a_channel_belongs_to_the_market_of_its_platform(platform, market):
    assert market_of(platform) == market


def test_the_limits_are_those_of_the_domain():
    told = {(x.market, x.metric, x.window_days): (x.comparison, x.limit) for x in LIMITS}
    assert told["amazon", "late_shipment", 10] == told["amazon", "late_shipment", 30] == ("<", 0.04)
    assert told["amazon", "order_defects", 60] == ("<", 0.01)
    assert told["amazon", "cancellation", 7] == ("<", 0.025)
    assert told["walmart", "valid_tracking", 30] == (">=", 0.99)
    assert told["ebay", "unresolved_cases", 0] == ("<=", 0.003)
    assert all(x.metric in METRICS and x.source_note for x in LIMITS)
    assert {code for metric in METRICS.values() for code in metric.rules} <= set(BY_CODE) | PLANNED


# Types that other modules of rules bring.
PLANNED = {"ROUTING_FAILED", "BACKORDER_OVERDUE", "ALLOCATION_RISK", "SHIP_BY_RISK"}


# --- by the data ------------------------------------------------------------------------------------------------------


@pytest.fixture
def market(writing, now):
    """A marketplace channel with 100 orders due in the last 30 days, ``late`` of them late, and one late one open."""

    def fill(late):
        with writing.database.write() as connection:
            connection.execute(insert(channels).values(key="amz", label="Amazon US", platform="amazon"))
        begin = now // DAY * DAY  # limits are looked at as of the beginning of the day
        rows = []
        for number in range(100):
            due = begin - 2 * DAY - number * 6 * HOUR
            shipped = due + HOUR if number < late else due - HOUR
            rows.append({
                "channel": "amz", "order_id": str(number), "status": "shipped", "payment_status": "paid",
                "currency": "USD", "total": 9000, "placed_at": due - DAY, "ship_by": due, "stated_shipped_at": shipped,
            })  # fmt: skip
        open_ = {"channel": "amz", "order_id": "open", "status": "processing", "payment_status": "paid",
                 "currency": "USD", "total": 9000, "placed_at": now - 2 * DAY, "ship_by": now + 30 * DAY,
                 "payment_method": "card"}  # fmt: skip
        unpaid = {**open_, "order_id": "late", "ship_by": now - 10 * 60 * 1_000_000}
        writing(at=now, orders=[*rows, open_, unpaid])
        return writing.database

    return fill


def standing(database, now, metric):
    with database.read() as connection:
        found = {(one.limit.metric, one.limit.window_days): one for one in market_limits.standings(connection, now)}
    return found[metric]


def test_late_shipments_are_counted_in_their_window(market, now):
    database = market(5)
    begin = now // DAY * DAY
    month, ten = standing(database, begin, ("late_shipment", 30)), standing(database, begin, ("late_shipment", 10))
    assert (month.failing, month.total) == (5, 100)
    assert (ten.failing, ten.total) == (5, 32)  # due in the eight days of the window that have orders: four a day
    assert standing(database, begin, ("cancellation", 7)).failing == 0


def test_a_near_limit_makes_late_shipments_one_step_more_severe(market, now):
    database = market(3)
    detect(database, now)
    with database.read() as connection:
        row = connection.execute(select(exceptions).where(exceptions.c.rule == "LATE_SHIPMENT")).one()
    assert row.severity == "S1"  # it is the most severe already
    listed = {(row["metric"], row["window_days"]): row for row in market_limits.list_limits(database, now).rows()}
    late = listed["late_shipment", 10]
    assert late["state"] == "breached"
    assert listed["order_defects", 60]["state"] == "no_data"


def test_the_reason_names_the_limit(market, now):
    database = market(3)
    from opsconsole.services.rule_values_changes import set_value

    set_value(database, "LATE_SHIPMENT", "severity", "S3", reason="a try", who="Ann", now=now)
    detect(database, now)
    with database.read() as connection:
        row = connection.execute(select(exceptions).where(exceptions.c.rule == "LATE_SHIPMENT")).one()
    assert row.severity == "S2"
    assert "late shipments in 10 days breach Amazon’s 4%" in row.severity_reason


def test_a_limit_of_the_business_goes_before_the_program_s(market, now):
    database = market(3)
    detect(database, now)
    said = {"reason": "new policy page", "who": "Ann", "now": now}
    market_limits.set_limit(database, "amazon", "late_shipment", window_days=10, comparison="<=", limit=0.5, **said)
    with database.read() as connection:
        found = market_limits.limits_in_force(connection, day_of(now))
    mine = [x for x in found if (x.market, x.metric, x.window_days) == ("amazon", "late_shipment", 10)]
    assert [(x.limit, x.own) for x in mine] == [(0.5, True)]
    with pytest.raises(UserError, match="a share from 0 to 1"):
        market_limits.set_limit(database, "amazon", "late_shipment", window_days=10, comparison="<", limit=4, **said)
    with pytest.raises(UserError, match="needs a reason"):
        market_limits.set_limit(
            database, "amazon", "late_shipment", window_days=10, comparison="<", limit=0.04, **{**said, "reason": ""}
        )
