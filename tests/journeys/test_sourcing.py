"""What brings data by itself, through the window: a connection, a query, a watched folder, the clock."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import settled
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from opsconsole.app import App
from opsconsole.desktop.dialogs.connection_form import ConnectionForm
from opsconsole.desktop.dialogs.folder_form import FolderForm
from opsconsole.desktop.dialogs.query_form import QueryForm
from opsconsole.desktop.feed_clock import FeedClock
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.tab import Tab
from opsconsole.domain.sourcing import SqlConnection, SqlFeed
from opsconsole.services import watched_folders_run
from opsconsole.services.sql_connections import save_connection
from opsconsole.services.sql_feeds import save_feed
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
    assert "There is no folder" in form._faults["path"].plain
    assert form._faults["name"].isHidden()
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
    assert clock._timer.interval() <= 20_000, "else a feed of every minute runs every other minute"
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


def erp_with(path: Path, *totals: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as erp:
        erp.execute('CREATE TABLE sales ("Order" TEXT, "Total" TEXT, changed TEXT)')
        rows = [(str(number), total, f"2026-11-16T10:0{number}:00Z") for number, total in enumerate(totals, 1)]
        erp.executemany("INSERT INTO sales VALUES (?, ?, ?)", rows)
        erp.commit()


def feed_of(app: App, path: Path, **more: Any) -> None:
    """A feed on a database of its own, made without the window."""
    workspace = app.desk.workspace
    assert workspace is not None
    given: dict[str, Any] = {"who": "Ann", "now": workspace.now()}
    place = {name: more.pop(name) for name in ("kind", "host", "user") if name in more}
    one = SqlConnection("ERP", database=str(path), **{"kind": "sqlite", **place})
    made = save_connection(workspace.database, one, **given)
    feed = SqlFeed("ERP orders", made.ids[0], "SELECT * FROM sales", mark_column="changed", **more)
    save_feed(workspace.database, feed, **given)
    app.desk.touched({"sourcing"})


def pressed(tab: Any, words: str) -> None:
    """Press a button of the bar over the list."""
    (button,) = [one for one in tab.bar.findChildren(KeyButton) if one.text() == words and one.isVisible()]
    button.click()


def test_the_bar_leads_from_a_run_to_what_is_to_be_done(app: App, show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "mappings" / "orders.toml").unlink()
    erp_with(tmp_path / "erp.db", "10.00", "ten")
    tab: Any = show("watching")
    feed_of(app, tmp_path / "erp.db")
    settled(qtbot, app)
    tab.deeds.run_now("query:1")
    settled(qtbot, app)
    assert "is not recognized" in tab.bar.text, "it stays when the list is loaded anew"
    pressed(tab, "Map its columns")
    settled(qtbot, app)
    mapping: Any = app.window.current
    qtbot.waitUntil(lambda: mapping.editor is not None and not app.tasks.is_running(), timeout=20_000)
    mapping.editor.close_with_draft()
    (tmp_path / "mappings" / "orders.toml").write_text(MAPPING)
    tab = show("watching")
    tab.deeds.run_now("query:1")
    settled(qtbot, app)
    assert "1 new, 1 refused" in tab.bar.text
    pressed(tab, "Correct lines")
    settled(qtbot, app)
    assert app.window.current.key == "data"


def test_a_feed_that_was_removed_is_taken_back_with_its_mark(
    app: App, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    erp_with(tmp_path / "erp.db", "10.00")
    tab: Any = show("watching")
    feed_of(app, tmp_path / "erp.db", source="mapping:Orders")
    settled(qtbot, app)
    tab.deeds.run_now("query:1")
    settled(qtbot, app)
    tab.deeds.remove("query:1")
    settled(qtbot, app)
    assert tab.list.listing.total == 0
    pressed(tab, "Undo")
    settled(qtbot, app)
    assert tab.list.listing.row(0)["name"] == "ERP orders"
    assert tab.bar.text.startswith("Undone: SQL feed")
    tab.list.select("query:1")
    settled(qtbot, app)
    assert (tab._page.mark, len(tab._page.runs)) == ("2026-11-16T10:01:00Z", 1)


def test_first_rows_that_take_long_are_stopped_and_the_query_stays(
    app: App, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    erp_with(tmp_path / "erp.db", "10.00")
    tab: Any = show("watching")
    feed_of(app, tmp_path / "erp.db")
    settled(qtbot, app)
    tab.deeds.edit_query()
    settled(qtbot, app)
    form = form_of(tab, QueryForm)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"
    form.fields["query"].setPlainText(endless)
    button = form.others["First rows"]
    button.click()
    assert (button.text(), form.foot.plain) == ("Stop", "Asking the query")
    button.click()
    assert (button.text(), form.text("query")) == ("First rows", endless)
    settled(qtbot, app)
    assert form.foot.plain == "Stopped; nothing was written."
    form.fields["query"].setPlainText("")
    form.preview()
    assert form.foot.isHidden(), "what was said of another query is not left standing"
    form.close()


def test_the_board_runs_the_feed_that_brought_the_data(app: App, show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "mappings" / "orders.toml").write_text(f'{MAPPING}updated_at = {{ from = "changed" }}\n')
    erp_with(tmp_path / "erp.db", "10.00")
    tab: Any = show("watching")
    feed_of(app, tmp_path / "erp.db", source="mapping:Orders")
    tab.deeds.run_now("query:1")
    settled(qtbot, app)
    with contextlib.closing(sqlite3.connect(tmp_path / "erp.db")) as erp:
        erp.execute("INSERT INTO sales VALUES ('2', '7.00', '2026-11-16T11:00:00Z')")
        erp.commit()
    board: Any = show("feeds")
    (identity,) = [one for one in board.list.listing.ids if board.row_of(one)["comes_from"] == "SQL feed ERP orders"]
    board._import([identity])
    settled(qtbot, app)
    assert order_numbers(app) == {"1", "2"}
    assert app.window.current is board


def test_the_keys_reach_the_buttons_of_a_list_in_the_order_of_reading(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("watching")
    buttons = [tab._buttons.itemAt(place).widget() for place in range(tab._buttons.count())]
    found: list[Any] = []
    at = tab.filter_button
    while len(found) < len(buttons):
        at = at.previousInFocusChain()
        found.insert(0, at)
    assert found == buttons


def test_what_was_typed_into_a_form_is_not_lost_by_a_slip(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("connections")
    tab.deeds.edit_connection()
    form = form_of(tab, ConnectionForm)
    form.fields["name"].setText("ERP")
    tab.deeds.edit_connection()
    assert (tab.deeds.form, form.foot.plain) == (form, "Save this first, or cancel it.")
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert (form.isVisible(), form.foot.plain) == (True, "This is not saved: press Esc again to drop it.")
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert tab.deeds.form is None
    tab.deeds.edit_connection()
    qtbot.keyClick(form_of(tab, ConnectionForm), Qt.Key.Key_Escape)
    assert tab.deeds.form is None, "nothing was typed: it closes at once"


def test_a_missing_password_leads_to_its_connection(app: App, show: Show, qtbot: QtBot, tmp_path: Path) -> None:
    tab: Any = show("watching")
    feed_of(app, tmp_path / "erp.db", kind="mariadb", host="erp.invalid", user="reader")
    settled(qtbot, app)
    tab.deeds.run_now("query:1")
    settled(qtbot, app)
    assert "password of reader for “ERP” is not known" in tab.bar.text
    pressed(tab, "Connection")
    settled(qtbot, app)
    assert form_of(tab, ConnectionForm).text("host") == "erp.invalid"
    tab.deeds.form.close()


def test_a_run_that_is_cancelled_says_so_and_disturbs_no_other(
    app: App, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    erp_with(tmp_path / "erp.db", "10.00")
    tab: Any = show("watching")
    feed_of(app, tmp_path / "erp.db", source="mapping:Orders")
    workspace: Any = app.desk.workspace
    endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS "Order" FROM n'
    save_feed(workspace.database, SqlFeed("Endless", 1, endless), who="Ann", now=workspace.now())
    settled(qtbot, app)
    tab.deeds.run_now("query:2")
    tab.deeds.run_now("query:2")
    assert tab.bar.text == "It is running already."
    tab.deeds.run_now("query:1")
    qtbot.waitUntil(lambda: order_numbers(app) == {"1"} and not app.tasks.is_running("run.query:1"), timeout=20_000)
    assert app.tasks.is_running("run.query:2")
    app.tasks.cancel("run.query:2")
    qtbot.waitUntil(lambda: tab.bar.text.startswith("Cancelled"), timeout=20_000)
    settled(qtbot, app)
    tab.list.select("query:2")
    settled(qtbot, app)
    assert [outcome for _, outcome, _, _ in tab._page.runs] == ["cancelled"]
