"""Scorecards; the moment is 17 Nov 2026, so the newest month that is over is October."""

from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.field import ClauseValue, NoValue, NumberState
from opsconsole.domain.instants import DAY, day_of, from_iso
from opsconsole.domain.periods import period_of, previous
from opsconsole.services import vendors
from opsconsole.store import schema

ROW = {"source_time": 0, "batch_id": 1}
OCTOBER = period_of(day_of(from_iso("2026-10-01")), "month")


class Market:
    """Writes vendors, their purchase order lines, and clauses."""

    def __init__(self, database: Any, now: int) -> None:
        self.database, self.now, self.count = database, now, 0

    def add(self, table: Any, **values: Any) -> int:
        with self.database.write() as connection:
            known = {key: value for key, value in ROW.items() if key in table.c}
            key = connection.execute(table.insert(), {**known, **values}).inserted_primary_key
            return key[0]

    def vendor(self, key: str, kind: str = "supplier", name: str | None = None) -> None:
        self.add(schema.vendors, key=key, kind=kind, name=name or key.title())

    def lines(self, vendor: str, day: int, on_time: int, late: int = 0, rejected: float = 0.0) -> None:
        for number in range(on_time + late):
            self.count += 1
            order = self.add(schema.purchase_orders, po_number=f"PO-{self.count}", vendor_key=vendor, status="received")
            self.add(
                schema.purchase_order_lines, purchase_order_fk=order, line_id="1", sku="A", quantity=10.0,
                received_quantity=10.0, rejected_quantity=rejected, promised_on=day,
                completed_on=day + (0 if number < on_time else 2),
            )  # fmt: skip

    def clause(self, metric: str, **values: Any) -> None:
        told = {
            "vendor_kind": "supplier", "weight": 40.0, "floor": 0.5, "target": 0.9, "minimum_sample": 5,
            "valid_from": 0, "window": "month", **values,
        }  # fmt: skip
        self.add(schema.clauses, metric=metric, **told)

    def card(self, vendor: str, period: Any = None) -> dict[str, Any]:
        listing = vendors.list_scorecards(self.database, self.now, period=period)
        return next(row for row in listing.rows() if row["vendor_key"] == vendor)


@pytest.fixture
def market(database: Any, now: int) -> Market:
    return Market(database, now)


@pytest.fixture
def lone_market(sqlite_database: Any, now: int) -> Market:
    return Market(sqlite_database, now)


def test_a_score_is_the_weighted_mean_of_its_clauses(market: Market):
    market.vendor("alder")
    market.clause("otif", weight=40.0, floor=0.5, target=0.9, stretch=1.0)
    market.clause("reject_rate", weight=10.0, floor=0.2, target=0.1, stretch=None)
    market.lines("alder", OCTOBER.start + 3, on_time=7, late=3, rejected=1.5)
    card = market.card("alder")
    # OTIF 70 %: 80 × (0.7 − 0.5) / 0.4 = 40. Rejects 15 %: half way from 20 % to 10 % = 50. (40·40 + 10·50) / 50 = 42.
    assert (card["score"], card["grade"]) == (42.0, "D")
    assert card["clause_1"] == ClauseValue(pytest.approx(70.0), 50.0, 90.0, 100.0, True, "%")
    assert card["clause_2"].value == pytest.approx(15.0)
    assert card["breaches"] == 3 + 10


def test_under_the_minimum_sample_a_clause_is_insufficient_and_its_weight_is_carried_by_the_others(market: Market):
    market.vendor("alder")
    market.clause("otif", floor=0.5, target=0.9, minimum_sample=5)
    market.clause("reject_rate", weight=60.0, floor=0.2, target=0.1, minimum_sample=30)
    market.lines("alder", OCTOBER.start + 3, on_time=9, late=1)
    card = market.card("alder")
    assert (card["score"], card["grade"]) == (100.0, "A")
    assert card["clause_2"] == NoValue(NumberState.TOO_FEW, "n 10 of 30")
    assert card["note"] == "Insufficient: Reject rate (n 10 of 30). The other clauses carry the weight."


def test_a_period_without_transactions_has_no_score(market: Market):
    market.vendor("alder")
    market.lines("alder", OCTOBER.start - 10, on_time=9)
    card = market.card("alder")
    assert isinstance(card["score"], NoValue)
    assert isinstance(card["grade"], NoValue)
    assert card["clause_1"] == NoValue(NumberState.NO_DATA, "no data")
    assert card["trend"] == (100.0,)


def test_history_is_scored_by_the_clause_then_in_force(market: Market):
    market.vendor("alder")
    change = OCTOBER.start
    market.clause("otif", floor=0.5, target=0.7, valid_to=change - 1, clause_version=1)
    market.clause("otif", floor=0.7, target=0.9, valid_from=change, clause_version=2)
    september = previous(OCTOBER)
    for month in (september, OCTOBER):
        market.lines("alder", month.start + 5, on_time=7, late=3)
    assert market.card("alder", "2026-09")["clause_1"].floor == 50.0
    assert market.card("alder")["clause_1"].floor == 70.0
    # 70 % earned the full score of the old clause and nothing of the new one.
    pages = [vendors.vendor_page(market.database, market.now, "alder", month) for month in (september, OCTOBER)]
    assert [page.clauses[0].score for page in pages] == [100.0, 0.0]


def test_a_vendors_own_clause_comes_before_that_of_its_kind(market: Market):
    market.vendor("alder")
    market.vendor("brook")
    market.clause("otif", target=0.9)
    market.clause("otif", target=0.8, floor=0.6, vendor_key="brook")
    for vendor in ("alder", "brook"):
        market.lines(vendor, OCTOBER.start + 5, on_time=8, late=2)
    assert market.card("alder")["clause_1"].target == 90.0
    assert market.card("brook")["clause_1"].target == 80.0


def test_a_rolling_window_reaches_back_from_the_end_of_the_period(market: Market):
    market.vendor("alder")
    market.clause("otif", window="rolling 60 days")
    market.lines("alder", OCTOBER.end - 59, on_time=5)
    market.lines("alder", OCTOBER.end - 60, on_time=5)
    page = vendors.vendor_page(market.database, market.now, "alder")
    assert page.clauses[0].counts.startswith("5 of 5 lines")


def test_breaches_are_listed_with_what_they_earn(market: Market):
    market.vendor("alder", name="Alder Textiles")
    market.clause("otif", credit_per_breach=2_500, currency="USD")
    market.clause("reject_rate", floor=0.2, target=0.1)
    market.lines("alder", OCTOBER.start + 5, on_time=8, late=2)
    card = market.card("alder")
    assert (card["breaches"], card["money_open"]) == (2, 5_000)
    listing = vendors.list_breaches(market.database, market.now, "alder")
    assert [(row["clause"], row["fee"], row["late_by"]) for row in listing.rows()] == [
        ("OTIF to the promised date", 2_500, 2 * 86_400)
    ] * 2
    assert len(vendors.list_breaches(market.database, market.now)) == 2


def test_the_page_says_what_was_promised_counted_and_how_sure_it_is(market: Market):
    market.vendor("alder", name="Alder Textiles")
    market.lines("alder", OCTOBER.start + 5, on_time=67, late=81)
    page = vendors.vendor_page(market.database, market.now, "alder")
    section = page.clauses[0]
    assert section.value_text == "45.3%"
    # 67 of 148: Wilson's formula worked by hand with z = 1.96 gives 37.5 to 53.3 %.
    assert section.counts == (
        "67 of 148 lines promised for the period, interval 37.5–53.3%. 81 breaches: late, short or not received."
    )
    assert "Target **95.0%**, floor **85.0%**." in section.words
    assert page.subtitle.startswith("Supplier, score ")
    assert len(page.breaches) == 81


def test_excluded_events_are_shown_with_the_reason(market: Market):
    market.vendor("alder")
    market.lines("alder", OCTOBER.start + 5, on_time=5)
    order = market.add(schema.purchase_orders, po_number="X", vendor_key="alder", status="cancelled")
    market.add(
        schema.purchase_order_lines, purchase_order_fk=order, line_id="1", quantity=1.0, promised_on=OCTOBER.start
    )
    page = vendors.vendor_page(market.database, market.now, "alder")
    assert page.clauses[0].excluded == (("Purchase order cancelled", 1),)


def test_vendors_are_grouped_by_kind_and_clauses_named_per_kind(market: Market):
    market.vendor("alder")
    market.lines("alder", OCTOBER.start + 5, on_time=5)
    order = market.add(
        schema.orders, channel="shop", order_id="1", placed_at=0, placed_on=0, changed_at=0, status="delivered"
    )
    market.add(
        schema.shipments, order_fk=order, shipment_id="1", carrier_key="swift", shipped_at=(OCTOBER.start + 2) * DAY,
        shipped_on=OCTOBER.start + 2, deliver_by=(OCTOBER.start + 4) * DAY, deliver_by_on=OCTOBER.start + 4,
        delivered_at=(OCTOBER.start + 3) * DAY,
    )  # fmt: skip
    listing = vendors.list_scorecards(market.database, market.now)
    assert listing.group_by == "kind"
    assert [(row["kind"], row["name"]) for row in listing.rows()] == [
        ("parcel_carrier", "swift"),
        ("supplier", "Alder"),
    ]
    names = dict(listing.field("clause_1").labels)
    assert (names["parcel_carrier"], names["supplier"]) == ("On-time deliv.", "OTIF")
    assert vendors.attention_count(listing) == 0


@pytest.mark.parametrize(("responsible", "state", "fee"), [("force_majeure", "excused", 0), ("vendor", "open", 300)])
def test_an_incident_excuses_events_of_orders_it_touched(market: Market, responsible: str, state: str, fee: int):
    """Two parcels came late; the storm held up the second: of one parcel none was on time, of two without it."""
    market.clause("on_time_delivery", vendor_kind="parcel_carrier", credit_per_breach=300, currency="USD")
    for number in ("1", "2"):
        order = market.add(
            schema.orders, channel="shop", order_id=number, placed_at=0, placed_on=0, changed_at=0, status="delivered"
        )
        market.add(
            schema.shipments, order_fk=order, shipment_id="1", carrier_key="swift", shipped_at=OCTOBER.start * DAY,
            shipped_on=OCTOBER.start, deliver_by=(OCTOBER.start + 4) * DAY, deliver_by_on=OCTOBER.start + 4,
            delivered_at=(OCTOBER.start + 9) * DAY,
        )  # fmt: skip
    late = market.add(
        schema.exceptions, rule="LATE_DELIVERY", subject_kind="order", subject="shop/2", order_fk=order, severity="S3",
        state="open", opened_at=0, detected_at=0, acknowledge_by=0, due_at=0, evidence_json="{}",
    )  # fmt: skip
    incident = market.add(
        schema.incidents, kind="carrier_failure", title="Storm", carrier_key="swift", responsible=responsible,
        excuses=responsible != "vendor", starts_at=OCTOBER.start * DAY, opened_by="Lead", opened_at=0,
    )  # fmt: skip
    with market.database.write() as connection:
        link = {"incident_fk": incident, "exception_fk": late, "attached_at": 0, "attached_by": "System"}
        connection.execute(schema.incident_exceptions.insert(), link)
    found = vendors.list_breaches(market.database, market.now, "swift").rows()
    rows = {row["order_fk"]: row for row in found if row["clause"] == "On-time delivery"}
    assert (rows[order]["state"], rows[order]["fee"], rows[order]["cause"]) == (state, fee, responsible)
    assert (rows[order - 1]["state"], rows[order - 1]["fee"]) == ("open", 300)
    assert market.card("swift")["money_open"] == 300 + fee
    page = vendors.vendor_page(market.database, market.now, "swift")
    counted = 2 if state == "open" else 1
    assert (page.money_open, page.clauses[0].breaches) == (300 + fee, counted)
    assert page.clauses[0].counts.startswith(f"0 of {counted} parcels promised for the period")
    assert (("Excused by an incident", 1) in page.clauses[0].excluded) == (state == "excused")
    assert len(page.breaches) >= 2  # the ledger tells both


def test_a_vendor_below_a_floor_asks_for_attention(lone_market: Market):
    lone_market.vendor("alder")
    lone_market.lines("alder", OCTOBER.start + 5, on_time=4, late=6)
    listing = vendors.list_scorecards(lone_market.database, lone_market.now)
    assert vendors.attention_count(listing) == 1


def test_default_clauses_become_data_once(market: Market):
    with market.database.write() as connection:
        written = vendors.seed_clauses(connection, 0)
        again = vendors.seed_clauses(connection, 0)
    assert written == 10
    assert again == 0
    market.vendor("alder")
    market.lines("alder", OCTOBER.start + 5, on_time=95, late=5)
    assert market.card("alder")["clause_1"].target == 95.0


@pytest.mark.parametrize("period", ["2026-13", "yesterday", "2026"])
def test_a_period_that_is_none_is_the_users_mistake(lone_market: Market, period: str):
    with pytest.raises(UserError, match="no period"):
        vendors.list_scorecards(lone_market.database, lone_market.now, period=period)


def test_an_unknown_vendor_is_told(lone_market: Market):
    with pytest.raises(UserError, match="no vendor"):
        vendors.list_breaches(lone_market.database, lone_market.now, "nobody")


def test_the_directory_lists_every_vendor(lone_market: Market):
    lone_market.vendor("alder", name="Alder Textiles")
    lone_market.vendor("harbor", "3pl")
    listing = vendors.list_vendors(lone_market.database, lone_market.now)
    assert sorted(listing.columns["name"]) == ["Alder Textiles", "Harbor"]
