"""Ship notices and supplier invoices as lists; values are those of the sample interchange, worked out by hand there."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.services import lists, orders
from opsconsole.services.import_undo import undo_import
from opsconsole.services.imports import import_files

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def purchasing(database: Any, now: int) -> Any:
    """A database with the sample interchange."""
    import_files(database, [DATA / "x12_buying.edi"], now=now, who="Tester")
    return database


def test_what_suppliers_send_is_listed_and_summed_on_the_order(purchasing: Any, now: int) -> None:
    notices = lists.list_named(purchasing, "ship_notices", now)
    assert [(row["po_number"], row["vendor"], row["quantity"]) for row in notices.rows()] == [
        ("PO-7001", "Millworks", 20.0), ("PO-7001", "Millworks", 40.0),
    ]  # fmt: skip
    invoices = lists.list_named(purchasing, "supplier_invoices", now)
    assert sum(invoices.columns["amount"]) == 26950
    (order,) = orders.list_purchase_orders(purchasing, now).rows()
    assert [order[key] for key in ("quantity", "acknowledged", "announced", "received", "status")] == [
        *(150.0, 100.0, 60.0, 0.0, "acknowledged"),
    ]


def test_before_it_was_shipped_nothing_was_announced(purchasing: Any, now: int) -> None:
    earlier = now - 8 * 86_400_000_000
    assert len(lists.list_named(purchasing, "ship_notices", earlier)) == 0
    (order,) = orders.list_purchase_orders(purchasing, earlier).rows()
    assert order["announced"] is None


def test_undoing_an_interchange_leaves_nothing_of_it(sqlite_database: Any, now: int) -> None:
    report = import_files(sqlite_database, [DATA / "x12_buying.edi"], now=now, who="Tester")
    assert any("as the seller" in words for words in report.words())
    undone = undo_import(sqlite_database, report.files[0].batch_id or 0, who="Tester", now=now)
    assert undone.total("stays") == 0
    for name in ("purchase_orders", "ship_notices", "supplier_invoices"):
        assert len(lists.list_named(sqlite_database, name, now)) == 0
