"""What brings data by itself, through the window: a connection, a query, a watched folder, the clock."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import settled
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from opsconsole.app import App
from opsconsole.desktop.dialogs.connection_form import ConnectionForm
from opsconsole.desktop.dialogs.folder_form import FolderForm
from opsconsole.desktop.dialogs.query_form import QueryForm
from opsconsole.desktop.feed_clock import FeedClock
from opsconsole.desktop.tab import Tab
from opsconsole.services import watched_folders_run
from opsconsole.store.schema import orders

Show = Callable[[str], Tab]
MAPPING = """
name = "Orders"
channel = "shop"

[[records]]
kind = "orders"

[records.fields]
order_id = { from = "Order" }
total = { from = "Total" }
currency = { const = "EUR" }
"""


# What it writes is tested on both databases with the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "orders.toml").write_text(MAPPING)
    monkeypatch.setenv("OPSCONSOLE_MAPPINGS", str(tmp_path / "mappings"))
    monkeypatch.setattr(watched_folders_run, "_BETWEEN_LOOKS_SECONDS", 0.0)


def order_numbers(app: App) -> set[str]:
    database = app.desk.workspace.database  # type: ignore[union-attr]
    with database.read() as conn:
        return set(conn.execute(select(orders.c.order_id)).scalars())


def form_of(tab: Any, kind: type[Any]) -> Any:
    assert isinstance(tab.deeds.form, kind)
    return tab.deeds.form


def test_a_query_of_another_database_is_made_looked_at_and_run(
    app: App, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "erp.db")) as erp:
        erp.execute('CREATE TABLE sales ("Order" TEXT, "Total" TEXT, changed TEXT)')
        erp.execute("INSERT INTO sales VALUES ('1', '10.00', '2026-11-16T10:00:00Z')")
        erp.commit()
    tab: Any = show("connections")
    tab.deeds.edit_query()
    settled(qtbot, app)
    assert "no connection to ask yet" in tab.bar.text
    tab.deeds.edit_connection()
    form = form_of(tab, ConnectionForm)
    form.save()
    assert {key for key, words in form._faults.items() if not words.isHidden()} >= {"name", "database", "host", "user"}
    form.fields["kind"].setCurrentIndex(form.fields["kind"].findData("sqlite"))
    assert not form.fields["host"].isEnabled()
    form.fields["name"].setText("ERP")
    form.fields["database"].setText(str(tmp_path / "none.db"))
    form.test()
    qtbot.waitUntil(lambda: "There is no file" in form.foot.plain, timeout=20_000)
    form.fields["database"].setText(str(tmp_path / "erp.db"))
    form.test()
    qtbot.waitUntil(lambda: "opened for reading only" in form.foot.plain, timeout=20_000)
    form.save()
    settled(qtbot, app)
    assert tab.list.listing.row(0)["name"] == "ERP"
    assert (tab.list.current_id(), tab._page.connection.name) == (1, "ERP")

    tab._new_feed()
    settled(qtbot, app)
    query = form_of(tab, QueryForm)
    assert query.text("connection_id") == "1"
    height = query.height()
    query.fields["query"].setPlainText("DROP TABLE sales")
    query.preview()
    assert "DROP is no question" in query._faults["query"].plain
    assert query.height() >= height, "what is said takes no room from the first rows"
    query.fields["query"].setPlainText("SELECT * FROM sales")
    query.fields["mark_column"].setText("changed")
    query.preview()
    qtbot.waitUntil(lambda: query.rows.listing is not None and query.rows.listing.total == 1, timeout=20_000)
    assert order_numbers(app) == set()
    query.fields["name"].setText("ERP orders")
    query.fields["source"].setCurrentIndex(query.fields["source"].findData("mapping:Orders"))
    query.fields["schedule"].setText("every 15 minutes")
    query.save()
    settled(qtbot, app)

    # The new feed is what one sees next: its row is current and its panel open, ready to run.
    watching: Any = app.window.current
    assert (watching.key, watching.list.current_id()) == ("watching", "query:1")
    qtbot.waitUntil(lambda: watching._page is not None and not app.tasks.is_running(), timeout=20_000)
    assert watching._page.feed.name == "ERP orders"
    assert "“ERP orders” added" in watching.bar.text
    assert watching.list.listing.row(0)["state"] == "planned"
    watching.deeds.run_now("query:1", dry_run=True)
    settled(qtbot, app)
    assert "Nothing was written" in watching.bar.text
    watching.deeds.run_now("query:1")
    settled(qtbot, app)
    assert order_numbers(app) == {"1"}
    assert watching._page.mark == "2026-11-16T10:00:00Z"
    watching._map()
    settled(qtbot, app)
    mapping: Any = app.window.current
    qtbot.waitUntil(lambda: mapping.editor is not None and not app.tasks.is_running(), timeout=20_000)
    assert mapping.key == "mappings"
    assert (app.desk.cache_folder / "query_samples" / "erp_orders.csv").read_text().startswith("Order,Total,changed")
    watching = show("watching")
    watching._edit()
    settled(qtbot, app)
    assert form_of(watching, QueryForm).text("schedule") == "every 15 minutes"
    watching.deeds.form.close()


def test_a_folder_is_watched_by_the_clock_and_a_refused_file_is_retried(
    app: App, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    tab: Any = show("watching")
    tab.deeds.edit_folder()
    settled(qtbot, app)
    form = form_of(tab, FolderForm)
    form.fields["name"].setText("Drop")
    form.fields["path"].setText(str(drop / "none"))
    form.save()
    settled(qtbot, app)
    assert "There is no folder" in form._faults["name"].plain
    form.fields["path"].setText(str(drop))
    form.save()
    settled(qtbot, app)
    assert (tab.list.current_id(), tab._page.folder.name) == ("folder:1", "Drop")
    (drop / "a.csv").write_text("Order,Total\n1,10.00\n")
    (drop / "b.csv").write_text("What,Else\n1,2\n")
    clock = FeedClock(app.desk, app.window)
    clock.tick()
    settled(qtbot, app)
    assert order_numbers(app) == {"1"}
    assert "b.csv is not recognized" in tab.bar.text
    assert tab.list.listing.row(0)["state"] == "retrying"
    assert [name for name, _, _ in tab._page.refused] == ["b.csv"]
    (drop / "b.csv").write_text("Order,Total\n2,10.00\n")
    tab.deeds.run_now("folder:1")
    settled(qtbot, app)
    assert order_numbers(app) == {"1", "2"}
    assert tab.list.listing.row(0)["state"] == "planned"
    tab._switch()
    settled(qtbot, app)
    assert tab.list.listing.row(0)["state"] == "off"
    tab.deeds.remove("folder:1")
    settled(qtbot, app)
    assert tab.list.listing.total == 0
    assert (drop / "a.csv").exists()
