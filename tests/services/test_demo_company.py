"""The demo company in a database: found by detection exactly as planted, counted by the KPIs exactly as invented."""

import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import count, pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select

from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.domain.instants import HOUR, day_from_date, day_to_date, to_iso
from opsconsole.domain.instants import now as clock_now
from opsconsole.domain.periods import period_of
from opsconsole.domain.progress import Progress
from opsconsole.domain.vendors import VENDOR_KINDS
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.services import imports, kpis, stock_levels
from opsconsole.services.business import business
from opsconsole.services.demo_company import DemoReport, create_demo
from opsconsole.services.detection import detect
from opsconsole.services.freshness import summary
from opsconsole.services.order_exceptions import list_exceptions
from opsconsole.services.settings import change_setting
from opsconsole.services.vendors_scores import Scores
from opsconsole.store import schema
from opsconsole.store.database import Database, open_database

ORDERS = 1200
_databases = count(1)


@pytest.fixture(scope="module")
def sqlite_demo(tmp_path_factory, now) -> Iterator[tuple[Database, DemoReport]]:
    """The demo company in a SQLite file; tests only read it."""
    yield from _made(str(tmp_path_factory.mktemp("demo") / "demo.db"), None, now)


@pytest.fixture(scope="module")
def postgresql_demo(postgresql_server, tmp_path_factory, now) -> Iterator[tuple[Database, DemoReport]]:
    """The demo company on PostgreSQL; tests only read it."""
    url = postgresql_server.create_database(f"demo_{os.getpid()}_{next(_databases)}", template="template")
    yield from _made(url, tmp_path_factory.mktemp("truth") / "truth.json", now)


def _made(url: str, truth: Path | None, now: int) -> Iterator[tuple[Database, DemoReport]]:
    database = open_database(url, create=True)
    yield database, create_demo(database, orders=ORDERS, as_of=now, truth_path=truth)
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def demo(request) -> tuple[Database, DemoReport]:
    """The demo company, made once per kind of database; tests only read it."""
    return request.getfixturevalue(f"{request.param}_demo")


@pytest.fixture
def copied(sqlite_demo, tmp_path) -> Iterator[tuple[Database, DemoReport]]:
    """A copy that a test may change."""
    database, report = sqlite_demo
    database.close()
    shutil.copyfile(database.path, tmp_path / "copy.db")
    copy = open_database(tmp_path / "copy.db")
    yield copy, report
    copy.close()


def _active(database: Database) -> set[tuple[str, str, str]]:
    e = schema.exceptions.c
    with database.read() as conn:
        rows = conn.execute(select(e.rule, e.subject_kind, e.subject).where(e.closed_at.is_(None))).all()
    return {(row.rule, row.subject_kind, row.subject) for row in rows}


def _planted(report: DemoReport, which: str = "exceptions") -> set[tuple[str, str, str]]:
    return {(row["rule"], row["subject_kind"], row["subject"]) for row in report.truth[which]}


# --- what detection finds ---------------------------------------------------------------------------------------------


def test_detection_finds_what_was_planted_and_nothing_else(demo):
    database, report = demo
    assert _active(database) == _planted(report)


def test_the_queue_shows_what_was_planted(demo, now):
    database, report = demo
    rows = list(list_exceptions(database, now).rows())
    assert {(row["type"], row["subject_kind"], row["subject"]) for row in rows} == _planted(report)
    assert all(row["evidence"] for row in rows)


def test_every_rule_has_something_to_find(demo):
    _, report = demo
    assert {row["rule"] for row in report.truth["exceptions"]} == set(BY_CODE)
    assert len({row["rule"] for row in report.truth["exceptions"]}) == 39


def test_what_lies_before_the_horizon_is_counted_and_not_raised(demo):
    database, report = demo
    r = schema.rule_runs.c
    with database.read() as conn:
        counted = {row.rule: row.older_count for row in conn.execute(select(r.rule, r.older_count)) if row.older_count}
    assert counted == Counter(row["rule"] for row in report.truth["older"])
    assert not _active(database) & _planted(report, "older")


def test_near_misses_raise_nothing(demo):
    database, report = demo
    quiet = {row["order"] for row in report.truth["near_misses"]}
    assert len(quiet) > 70
    named = {"/".join(subject.split("/")[:2]) for _, kind, subject in _active(database) if kind not in ("sku", "feed")}
    assert not quiet & named


def test_looking_again_changes_nothing(copied, now):
    database, _ = copied
    before = _active(database)
    report = detect(database, now, full=True)
    assert (report.opened, report.closed, report.reopened) == (0, 0, 0)
    assert _active(database) == before


def test_without_any_one_rule_its_exceptions_are_missing(copied, now):
    database, report = copied
    planted = _planted(report)
    for rule in sorted({rule for rule, _, _ in planted}):
        change_setting(database, f"rule.{rule}.on", False, who="Tester", now=now)
        detect(database, now, full=True)
        assert _active(database) == {key for key in planted if key[0] != rule}
        change_setting(database, f"rule.{rule}.on", True, who="Tester", now=now)
    detect(database, now, full=True)
    assert _active(database) == planted


def test_people_have_begun_to_work_through_the_queue(demo):
    database, _ = demo
    e, events = schema.exceptions.c, schema.exception_events.c
    with database.read() as conn:
        active = conn.execute(select(e.owner, e.state).where(e.closed_at.is_(None))).all()
        closed = conn.execute(
            select(func.count()).select_from(schema.exceptions).where(e.closed_at.is_not(None))
        ).scalar()
        noted = conn.execute(select(func.count()).select_from(schema.exception_events).where(events.action == "noted"))
        assert noted.scalar() > 0
    owned = [row.owner for row in active if row.owner]
    assert len(active) / 3 < len(owned) < len(active)
    assert {row.state for row in active} >= {"open", "in_progress"}
    assert closed > 20


def test_past_exceptions_are_over_and_have_a_history(demo, now):
    database, _ = demo
    e, events = schema.exceptions.c, schema.exception_events.c
    with database.read() as conn:
        rows = conn.execute(select(schema.exceptions).where(e.closed_at.is_not(None))).all()
        told = dict(Counter(conn.execute(select(events.exception_fk)).scalars()))
    for row in rows:
        assert row.opened_at <= row.detected_at <= row.closed_at <= now
        assert row.acknowledge_by >= row.detected_at
        assert told[row.id] >= 2
        assert row.state in ("closed", "resolved")


# --- the same figures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grain", ["weeks", "months", "all"])
def test_kpis_count_what_the_invented_world_counts(demo, now, grain):
    database, report = demo
    period = {"weeks": "week", "months": "month", "all": "all"}[grain]
    found = {
        (row["key"], row["period_start"]): [row["numerator"], row["denominator"]]
        for row in kpis.list_kpis(database, now, period=period).rows()
    }
    checked = 0
    for key, told in report.truth["kpis"].items():
        if key in ("order_cycle_time", "revenue") or grain not in told:
            continue
        expected = {None: told["all"]} if grain == "all" else told[grain]
        for start, parts in expected.items():
            matching = [value for (name, day), value in found.items() if name == key and start in (None, _iso(day))]
            if parts[1]:
                assert [[round(part or 0) for part in one] for one in matching] == [parts], (key, start)
                checked += 1
    assert checked >= 10


def _iso(day: int) -> str:
    return day_to_date(day).isoformat()


def test_revenue_is_the_sum_of_the_invented_orders_per_currency(demo):
    database, report = demo
    o = schema.orders.c
    with database.read() as conn:
        rows = conn.execute(
            select(o.currency, func.sum(o.total - o.tax), func.count())
            .where(o.status != "cancelled", o.payment_status != "voided")
            .group_by(o.currency)
        ).all()
    told = report.truth["kpis"]["revenue"]
    assert {row[0]: [int(row[1]), row[2]] for row in rows} == {currency: sums["all"] for currency, sums in told.items()}


def test_vendors_are_measured_as_they_were_invented(demo, now):
    database, report = demo
    told = dict(report.truth["vendors"])
    month = period_of(day_from_date(date.fromisoformat(told.pop("month"))), "month")
    with database.read() as conn:
        scores = Scores(conn, business(conn, now), month.start, month.end, tuple(VENDOR_KINDS))
        measured = {
            (vendor, result.metric.key): result.events.measure
            for vendor in told
            for result in scores.score(vendor, month).results
        }
    for vendor, metrics in told.items():
        for metric, parts in metrics.items():
            found = measured[vendor, metric]
            assert [round(found.part), round(found.whole)] == parts, (vendor, metric)
    assert sum(parts[1] for metrics in told.values() for parts in metrics.values()) > 50


def test_promises_of_shops_follow_from_the_channel_and_those_of_marketplaces_are_stated(demo):
    database, _ = demo
    o = schema.orders.c
    with database.read() as conn:
        rows = conn.execute(select(o.channel, o.ship_by_basis, o.deliver_by_basis).distinct()).all()
    bases = {row.channel: (row.ship_by_basis, row.deliver_by_basis) for row in rows}
    assert len(rows) == len(bases)
    assert {bases[key] for key in ("amazon", "walmart", "ebay", "etsy")} == {("platform", "platform")}
    assert {bases[key] for key in ("shopify", "shopify-ca", "wholesale")} == {("channel", "channel")}


def test_one_feed_is_stale_and_the_list_of_stock_is_full(demo, now):
    database, _ = demo
    assert summary(database, now).words == "13 of 14 feeds fresh: Walmart orders 5 h old"
    assert len(stock_levels.list_stock(database, now)) == 412


def test_the_log_tells_what_each_import_brought(demo, now):
    database, report = demo
    rows = list(imports.list_imports(database, now).rows())
    newest = [
        row for row in rows if row["fills"] and "Order lines" in row["fills"].replace("order lines", "Order lines")
    ]
    with database.read() as conn:
        orders = conn.execute(select(func.count()).select_from(schema.orders)).scalar()
    assert orders == report.orders == ORDERS
    assert sum(row["inserted"] for row in newest) > orders
    assert {row["state"] for row in rows} == {"done", "partly"}
    assert len(list(imports.list_rejects(database, now).rows())) == 2


# --- the same rows ----------------------------------------------------------------------------------------------------

# What tells how long something took, and chains of hashes over it.
_TIMED = {"rule_runs": {"milliseconds"}, "detection_runs": {"milliseconds"}, "schema_steps": {"applied_at"}}
_LEFT_OUT = {"audit", "schema_steps"}


def _digests(database: Database) -> dict[str, str]:
    digests = {}
    with database.read() as conn:
        for table in schema.metadata.sorted_tables:
            if table.name in _LEFT_OUT:
                continue
            columns = [column for column in table.c if column.name not in _TIMED.get(table.name, ())]
            digest = hashlib.blake2b()
            for row in conn.execute(select(*columns).order_by(*table.primary_key.columns)):
                digest.update(repr(tuple(row)).encode())
            digests[table.name] = digest.hexdigest()
    return digests


def test_the_same_seed_and_moment_make_the_same_rows(tmp_path, now):
    digests = []
    for name in ("once.db", "again.db"):
        create_demo(tmp_path / name, orders=520, seed=5, as_of=now)
        database = open_database(tmp_path / name)
        digests.append(_digests(database))
        database.close()
    assert digests[0] == digests[1]
    assert (tmp_path / "once.truth.json").read_bytes() == (tmp_path / "again.truth.json").read_bytes()


def test_the_truth_file_lies_beside_the_database_and_says_what_was_planted(tmp_path, now):
    report = create_demo(tmp_path / "shop.db", orders=510, as_of=now)
    assert report.truth_path == tmp_path / "shop.truth.json"
    told = json.loads(report.truth_path.read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(report.truth))
    assert told["as_of"] == to_iso(now)
    assert (told["seed"], told["orders"]) == (7, 510)


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_a_database_with_orders_is_refused(demo, now):
    database, _ = demo
    with pytest.raises(UserError, match="already holds orders"):
        create_demo(database, orders=ORDERS, as_of=now)


@pytest.mark.parametrize("orders", [0, 499, 10**8])
def test_a_size_that_makes_no_company_is_refused(tmp_path, orders):
    with pytest.raises(UserError, match=re.escape(f"cannot have {orders:,} orders")):
        create_demo(tmp_path / "none.db", orders=orders)
    assert not (tmp_path / "none.db").exists()


def test_a_cancelled_creation_leaves_no_orders(sqlite_database, now):
    class Stopping(Progress):
        def step(self, done: int, total: int, text: str) -> None:
            if text.startswith("Writing stock"):
                self.cancel()
            super().step(done, total, text)

    with pytest.raises(Cancelled):
        create_demo(sqlite_database, orders=510, as_of=now, progress=Stopping())
    with sqlite_database.read() as conn:
        assert conn.execute(select(func.count()).select_from(schema.orders)).scalar() == 0


def test_by_default_the_company_ends_now(tmp_path):
    report = create_demo(tmp_path / "now.db", orders=500)
    assert clock_now() - HOUR < report.as_of <= clock_now()
    assert isinstance(report.truth_path, Path)


def test_words_of_the_report_name_what_was_made(demo):
    _, report = demo
    assert f"{ORDERS:,} orders" in report.words()[0]


def test_the_truth_names_the_last_twelve_whole_weeks(demo):
    weeks = demo[1].truth["kpis"]["on_time_shipment"]["weeks"]
    days = [day_from_date(date.fromisoformat(start)) for start in weeks]
    assert len(days) == 12
    assert all(later - earlier == 7 for earlier, later in pairwise(days))
