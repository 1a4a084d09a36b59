"""Orders that a shipping program tells under its own name of a shop are the shop's."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from opsconsole.services import imports
from opsconsole.store.schema import channels, orders

HEAD = "Order - Number,Date - Order Date,Order - Status,Amount - Order Total,Market - Store Name\n"


@pytest.fixture
def bring(sqlite_database: Any, now: int, tmp_path: Path) -> Any:
    def run(*rows: str, **more: Any) -> tuple[Any, list[tuple[str, str]]]:
        path = tmp_path / "orders.csv"
        path.write_text(HEAD + "\n".join(rows) + "\n")
        report = imports.import_files(sqlite_database, [path], now=now, who="Tester", **more)
        with sqlite_database.read() as connection:
            found = connection.execute(select(orders.c.channel, orders.c.order_id).order_by(orders.c.id)).all()
        return report.files[0], [tuple(row) for row in found]

    with sqlite_database.write() as connection:
        connection.execute(channels.insert().values(key="web", label="House Brand", time_zone="UTC"))
    return run


def test_a_store_is_the_channel_of_its_name(bring: Any) -> None:
    report, found = bring(
        "1,11/14/2026,Shipped,5.00,House Brand", "2,11/14/2026,Shipped,5.00,Outlet", "3,11/14/2026,Shipped,5.00,"
    )
    assert found == [("web", "1"), ("outlet", "2"), ("shipstation", "3")]
    assert "Its store “house_brand” is the channel web, by its name." in report.notes


def test_a_file_of_one_store_is_of_the_channel_that_is_told(bring: Any) -> None:
    report, found = bring("1,11/14/2026,Shipped,5.00,Outlet", channel="web")
    assert found == [("web", "1")]
    assert "Its store “outlet” is the channel web, as told." in report.notes
