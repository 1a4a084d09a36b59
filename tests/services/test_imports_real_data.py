"""The real data sets; expected figures are facts counted from the files themselves by other means."""

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, case, func, select

from opsconsole.domain.instants import from_iso
from opsconsole.services import imports
from opsconsole.services.impossible_histories import impossible_histories
from opsconsole.store.schema import metadata, order_lines, orders, reviews, sales_history, vendors

pytestmark = pytest.mark.real_data

MAPPINGS = Path(__file__).parents[1] / "data" / "mappings"
AS_OF = from_iso("2018-11-30")
# What says where a row came from, not what it says.
_ORIGINS = {"id", "batch_id", "field_sources_json", "version", "changed_at", "source_time", "order_fk"}


def run(database: Any, paths: list[Path], now: int) -> Any:
    return imports.import_files(database, paths, now=now, who="Tester", folder=MAPPINGS)


def olist(real_data: Path) -> list[Path]:
    return sorted((real_data / "olist").glob("olist_*_dataset.csv"))


def counted(conn: Connection, *columns: Any, where: Any = None) -> tuple[Any, ...]:
    statement = select(*columns)
    return tuple(conn.execute(statement if where is None else statement.where(where)).one())


def late(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def test_olist_tells_what_its_files_tell(database: Any, real_data: Path) -> None:
    report = run(database, olist(real_data), AS_OF)
    assert [file.state for file in report.files] == ["done"] * 7
    assert report.rejects == []
    o, n = orders.c, func.count()
    with database.read() as conn:
        assert counted(conn, n, where=o.stub.is_(None)) == (24_014,)
        delivered = (o.status == "delivered") & o.delivered_at.is_not(None)
        assert counted(conn, n, late(o.delivered_on > o.deliver_by_on), where=delivered) == (21_043, 1_406)
        assert counted(conn, late(o.delivered_at > o.deliver_by), where=delivered) == (1_406,)
        owed = o.status.not_in(("cancelled", "unavailable"))
        missed = o.delivered_on.is_(None) | (o.delivered_on > o.deliver_by_on)
        assert counted(conn, n, late(missed), where=owed) == (22_780, 3_143)
        handed = select(n, late(o.shipped_at > order_lines.c.ship_by)).select_from(
            order_lines.join(orders, o.id == order_lines.c.order_fk)
        )
        items, too_late = conn.execute(handed.where(o.shipped_at.is_not(None))).one()
        assert (items, round(100 * too_late / items, 2)) == (25_398, 9.37)
        score, answers = counted(conn, func.avg(reviews.c.score), n)
        assert (round(float(score), 4), answers) == (3.6489, 14_572)
        assert counted(conn, n, where=vendors.c.kind == "drop_shipper") == (3_095,)
        assert counted(conn, n, where=o.line_count == 0) == (775,)
    found = impossible_histories(database, AS_OF)
    told = {words: list(found.columns["contradiction"]).count(words) for words in set(found.columns["contradiction"])}
    assert told["Shipped before it was paid"] == 284
    assert told["Delivered before it was shipped"] == 6
    assert told["Delivered without a date"] == 8
    assert told["Cancelled, yet delivered"] == 6
    again = run(database, olist(real_data), AS_OF)
    assert {count.inserted + count.updated for file in again.files for count in file.counts} == {0}


def contents(database: Any) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with database.read() as conn:
        for name in ("orders", "order_lines", "payments", "reviews", "customers", "products", "vendors", "channels"):
            columns = [column for column in metadata.tables[name].c if column.name not in _ORIGINS]
            found[name] = sorted(map(repr, conn.execute(select(*columns))))
    return found


@pytest.mark.slow
def test_olist_files_in_any_order_end_in_the_same_rows(sqlite_database: Any, tmp_path: Path, real_data: Path) -> None:
    from opsconsole.store.database import open_database

    files = olist(real_data)
    run(sqlite_database, files, AS_OF)
    expected = contents(sqlite_database)
    shuffled = random.Random(20181130).sample(files, len(files))
    assert shuffled != files
    other = open_database(tmp_path / "other.db", create=True)
    try:
        for path in shuffled:
            run(other, [path], AS_OF)
        found = contents(other)
    finally:
        other.close()
    for name, rows in expected.items():
        assert found[name] == rows, name


def test_online_retail_sums_to_what_its_lines_sum_to(database: Any, real_data: Path) -> None:
    now = from_iso("2011-12-31")
    file = real_data / "online_retail" / "online_retail.csv.gz"
    (done,) = run(database, [file], now).files
    assert (done.state, done.total("read"), done.total("inserted")) == ("done", 541_909, 541_909)
    with database.read() as conn:
        everything, lines = counted(conn, func.sum(sales_history.c.amount), func.count())
        kept = counted(conn, func.sum(sales_history.c.amount), where=~sales_history.c.document.startswith("C"))
    assert lines == 541_909
    assert round(everything / 100) == 9_747_748
    assert round(kept[0] / 100) == 10_644_560
    assert run(database, [file], now).total("inserted") == 0


def test_the_masked_shopify_orders_sum_to_their_totals(sqlite_database: Any, real_data: Path, now: int) -> None:
    sample = real_data.parent / "formats" / "samples" / "shopify" / "orders_export_75col_masked.csv"
    if not sample.exists():
        pytest.skip(f"{sample} is not there")
    report = run(sqlite_database, [sample], now)
    assert report.exit_code == 0
    with sqlite_database.read() as conn:
        assert counted(conn, func.sum(orders.c.total), func.count()) == (1_663_200, 5)
