"""What the preview of an import asks, and what is said of its files: dates, currency, source."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import drop, press, rows_of, settled
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from opsconsole.app import App
from opsconsole.desktop.dialogs.prompt import Prompt
from opsconsole.desktop.dialogs.treat_as import TreatAs
from opsconsole.desktop.tab import Tab
from opsconsole.store.schema import orders

Show = Callable[[str], Tab]
MAPPING = (
    'name = "M"\nchannel = "shop"\n[[records]]\nkind = "orders"\n[records.fields]\norder_id = "id"\nplaced_at = "at"\n'
)


MONEY = (
    'name = "Till"\nchannel = "shop"\n[[records]]\nkind = "orders"\n[records.fields]\n'
    'order_id = "id"\nplaced_at = "at"\ntotal = "sum"\n'
)


@pytest.fixture
def mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Saves a mapping where the window finds it."""
    folder = tmp_path / "mappings"
    folder.mkdir()
    monkeypatch.setenv("OPSCONSOLE_MAPPINGS", str(folder))
    return lambda text: (folder / "m.toml").write_text(text) and None


def test_amounts_without_a_currency_are_asked_with_what_is_likely_and_why(
    looking: App, show: Show, mapped: Callable[[str], None], tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    mapped(MONEY)
    file = tmp_path / "till.csv"
    file.write_text("id,at,sum\n1,2026-04-03,12.50\n")
    drop(qtbot, app, file)
    report = front.preview.file.report
    assert report.ask_currencies == (("USD", "it is the base currency as long as nothing else is known"),)
    assert [row["state"] for row in rows_of(front.preview.files.listing)] == ["asks"]
    assert not front.preview.accept_button.isEnabled()
    front.preview.answers.say_currency("GBP")
    settled(qtbot, app)
    assert (front.preview.file.ready, front.preview.file.report.currency) == (True, "GBP")
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_Return)
    with app.desk.workspace.database.read() as connection:  # type: ignore[union-attr]
        assert connection.execute(select(orders.c.total, orders.c.currency)).one() == (1250, "GBP")
    file.write_text("id,at,sum\n2,2026-04-04,1.00\n")
    drop(qtbot, app, file)
    assert "Its amounts are in GBP, as the last time." in front.preview.file.report.notes


def test_a_file_that_is_not_recognized_is_treated_as_a_source_that_somebody_names(
    looking: App, show: Show, tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    # What Shopify orders need, lost among columns of somebody's own.
    own = ",".join(f"own {number}" for number in range(60))
    needed = "Name,Financial Status,Fulfillment Status,Currency,Total,Created at,Lineitem quantity"
    file = tmp_path / "list.csv"
    file.write_text(f"{needed},{own}\n#1,paid,,USD,5.00,2026-04-03 10:00:00 +0000,1{',' * 60}\n")
    drop(qtbot, app, file)
    assert [row["state"] for row in rows_of(front.preview.files.listing)] == ["not_recognized"]
    front.preview.answers.ask_source()
    settled(qtbot, app)
    (dialog,) = [one for one in desk.findChildren(TreatAs) if one.isVisible()]
    listed = rows_of(dialog.list.listing)
    lacking = [row["lacks"] is not None for row in listed]
    assert lacking == sorted(lacking)  # those that lack nothing come first
    assert not lacking[0]
    assert listed[0]["label"] == "Shopify, orders"
    dialog.search.setText("etsy items")
    assert dialog.list.select("etsy_order_items")
    dialog.choose()
    assert "“Transaction ID”" in dialog.told.plain
    dialog.search.clear()
    dialog.list.select("shopify_orders")
    dialog.choose()
    settled(qtbot, app)
    assert (front.preview.file.ready, front.preview.file.report.label) == (True, "Shopify, orders")


def test_a_file_that_no_source_can_read_is_mapped_from_the_choice_of_sources(
    looking: App, show: Show, tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    file = tmp_path / "spend.csv"
    file.write_text("Campaign,Day,Spend\nBrand,2026-04-03,12.50\n")
    drop(qtbot, app, file)
    front.preview.answers.ask_source()
    settled(qtbot, app)
    (dialog,) = [one for one in desk.findChildren(TreatAs) if one.isVisible()]
    dialog.list.select("shopify_orders")
    dialog.choose()
    for name in ("Name", "Financial Status", "Fulfillment Status", "Currency", "Total", "Created at"):
        assert f"“{name}”" in dialog.told.plain
    assert dialog.told.plain.endswith("and 1 more: map its columns instead.")
    qtbot.mouseClick(dialog.map_button, Qt.MouseButton.LeftButton)
    settled(qtbot, app)
    mapped: Any = app.window.current
    assert mapped.editor.state.file.file.path == file


def test_what_was_said_of_one_file_leaves_the_others_alone_and_no_stale_words_stand_meanwhile(
    looking: App, show: Show, mapped: Callable[[str], None], sample: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    mapped(MONEY)
    file = tmp_path / "till.csv"
    file.write_text("id,at,sum\n1,2026-04-03,12.50\n")
    drop(qtbot, app, sample, file)
    before = {one.key: one for one in front.preview.looked.preview.files}
    front.preview.bar.show_message("warn", "None of these files can be imported yet.")
    front.preview.answers.say_currency("EUR")
    qtbot.waitUntil(lambda: "looking" in {row["state"] for row in rows_of(front.preview.files.listing)})
    states = {row["file"]: (row["state"], row["label"]) for row in rows_of(front.preview.files.listing)}
    assert states["till.csv"] == ("looking", "Mapping: Till")
    assert states["orders_export.csv"][0] == "dry_run"
    assert not front.preview.accept_button.isEnabled()
    qtbot.waitUntil(lambda: not front.preview.lists._there["columns"])
    settled(qtbot, app)
    after = {one.key: one for one in front.preview.looked.preview.files}
    assert after[str(sample)] is before[str(sample)]
    assert after[str(file)].ready
    assert front.preview.bar.text == ""
    assert front.preview.accept_button.isEnabled()


def test_a_remembered_date_format_is_shown_in_words_and_can_be_changed(
    looking: App, show: Show, mapped: Callable[[str], None], tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    mapped(MAPPING)
    file = tmp_path / "f.csv"
    file.write_text("id,At\n1,03/04/2026\n")
    drop(qtbot, app, file)
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_2)
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_Return)
    file.write_text("id,At\n2,05/06/2026\n")
    drop(qtbot, app, file)
    assert "“At” was read as DD/MM/YYYY, as you said the last time." in front.preview.file.report.notes
    front.preview.answers.ask_format()
    (prompt,) = front.preview.panel.findChildren(Prompt)
    assert (prompt.accessibleName(), prompt.answers()) == ("Dates of “At”", {"format": "%d/%m/%Y"})
    prompt._editors["format"].setCurrentIndex(0)
    prompt._accept()
    settled(qtbot, app)
    first = rows_of(front.preview.lists.lists["changes"].listing)[0]
    assert "placed at Wed 6 May" in first["new"]
    # It can be said otherwise once more, though the file does not ask any more.
    assert front.preview.answers.doubt(front.preview.file)[1] == "05/06/2026"


def test_dates_that_can_be_read_in_two_ways_are_asked_with_both_readings(
    looking: App, show: Show, mapped: Callable[[str], None], tmp_path: Path, qtbot: QtBot
) -> None:
    app, desk = looking, show("data")
    front: Any = desk
    mapped(MAPPING)
    file = tmp_path / "f.csv"
    file.write_text("id,at\n1,03/04/2026\n2,05/06/2026\n")
    drop(qtbot, app, file)
    report = front.preview.file.report
    assert (report.ask_example, dict(report.ask_readings)) == (
        "03/04/2026",
        {"%m/%d/%Y": "4 March 2026", "%d/%m/%Y": "3 April 2026"},
    )
    assert not front.preview.accept_button.isEnabled()
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_2)
    assert front.preview.file.ready
    first = rows_of(front.preview.lists.lists["changes"].listing)[0]
    assert "placed at Fri 3 Apr" in first["new"]
    press(qtbot, app, front.preview.files.grid, Qt.Key.Key_Return)
    assert [row["inserted"] for row in rows_of(desk.list.listing)] == [2]


def test_a_file_that_was_mapped_meanwhile_is_looked_at_again_beside_the_others(
    looking: App, show: Show, sample: Path, tmp_path: Path, qtbot: QtBot, mapped: Callable[[str], None]
) -> None:
    app, front = looking, show("data")
    desk: Any = front
    other = tmp_path / "f.csv"
    other.write_text("id,at\n1,2026-04-03\n")
    drop(qtbot, app, sample, other)
    assert [file.ready for file in desk.preview.looked.preview.files] == [True, False]
    mapped(MAPPING)
    app.desk.show("data", None, {"files": str(other)})
    settled(qtbot, app)
    files = desk.preview.looked.preview.files
    assert [(file.report.name, file.ready) for file in files] == [("orders_export.csv", True), ("f.csv", True)]
