"""Amounts of mapped files: their currency is said by the file, its mapping, its channel, or asked; never guessed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from opsconsole.services.import_report import FileReport
from opsconsole.services.imports import import_files
from opsconsole.store.schema import orders

DATA = Path(__file__).parents[1] / "data"
Take = Callable[..., FileReport]


@pytest.fixture
def take(database: Any, now: int, tmp_path: Path) -> Take:
    """Imports one file."""

    def run(path: Path, **said: Any) -> FileReport:
        (file,) = import_files(database, [path], now=now, who="Tester", folder=tmp_path / "none", **said).files
        return file

    return run


def write(folder: Path, name: str, file: str = "") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(
        f'name = "{name}"\nchannel = "till"\n{file}[[records]]\nkind = "orders"\n'
        '[records.fields]\norder_id = "id"\nplaced_at = "at"\ntotal = "sum"\n'
    )
    return path


def test_amounts_are_asked_for_their_currency_once_with_what_is_likely_and_why(
    take: Take, database: Any, tmp_path: Path
) -> None:
    mapping, path = write(tmp_path, "Till"), tmp_path / "till.csv"
    path.write_text("id,at,sum\n1,2026-11-16,12.50\n")
    take(DATA / "shopify_orders_75.csv")  # four orders in USD
    asked = take(path, mapping=mapping)
    assert (asked.state, asked.ask_currencies) == ("refused", (("USD", "most orders are in it"),))
    assert "--currency USD on the command line (most orders are in it)" in asked.hint
    assert take(path, mapping=mapping, currency="pounds").message == "“pounds” is no currency."
    done = take(path, mapping=mapping, currency="gbp")
    assert (done.currency, "Its amounts are in GBP, as told." in done.notes) == ("GBP", True)
    path.write_text("id,at,sum\n2,2026-11-16,1.00\n")
    assert "Its amounts are in GBP, as the last time." in take(path, mapping=mapping).notes
    with database.read() as conn:
        sums = conn.execute(select(orders.c.total, orders.c.currency).where(orders.c.channel == "till")).all()
    assert sorted(tuple(row) for row in sums) == [(100, "GBP"), (1250, "GBP")]


def test_amounts_are_in_the_currency_of_their_channel_where_it_has_one(take: Take, tmp_path: Path) -> None:
    path = tmp_path / "till.csv"
    path.write_text("id,at,sum\n1,2026-11-16,12.50\n")
    said = take(path, mapping=write(tmp_path, "A", '[file]\ncurrency = "CAD"\n'))
    assert (said.currency, said.notes[-1]) == ("", "Its channel is till, as its mapping says.")
    assert "Its amounts are in CAD, as its channel till." in take(path, mapping=write(tmp_path, "B")).notes
