"""An outage through the window: opened, its orders seen with what they cost, steps ticked, closed, taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from hands import fill, prompt_of, settled
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from opsconsole.app import App
from opsconsole.desktop.dialogs.prompt import Prompt
from opsconsole.desktop.figure_rows import FigureRow
from opsconsole.desktop.sections import Step
from opsconsole.desktop.tab import Tab
from opsconsole.domain.instants import DAY, HOUR
from opsconsole.services import incidents, incidents_actions
from opsconsole.services.incidents_actions import Draft
from opsconsole.store.schema import exceptions, locations

Show = Callable[[str], Tab]


@pytest.fixture
def trouble(app: App, now: int) -> None:
    """Two late shipments at Reno."""
    database = app.desk.workspace.database  # type: ignore[union-attr]
    with database.write() as connection:
        connection.execute(insert(locations).values(key="reno", label="Reno 1"))
        row = {
            "rule": "LATE_SHIPMENT", "subject_kind": "order", "subject": "shop/1", "severity": "S1", "state": "open",
            "opened_at": now - HOUR, "detected_at": now - HOUR, "acknowledge_by": now, "due_at": now, "currency": "USD",
            "value_at_risk": 1000, "location": "reno", "evidence_json": "{}",
        }  # fmt: skip
        connection.execute(insert(exceptions), [row, {**row, "subject": "shop/2", "opened_at": now - DAY}])


def figure(tab: Any, name: str) -> FigureRow:
    return next(row for row in tab.panel.findChildren(FigureRow) if row.text() == name)


@pytest.mark.usefixtures("trouble")
def test_an_outage_is_opened_worked_and_closed(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("incidents")
    tab.deeds.open_new()
    # Five hours ago in UTC: the older of the two began a day ago.
    fill(prompt_of(tab), kind="warehouse_outage", about="location=reno", starts_at="2026-11-17 10:42")
    settled(qtbot, app)
    assert [(row["title"], row["exceptions"], row["value_at_risk"]) for row in tab.list.listing.rows()] == [
        ("Warehouse outage, Reno 1", 1, 1000)
    ]

    figure(tab, "Value at risk now").click()
    settled(qtbot, app)
    assert tab.shows_rows
    assert list(tab.rows.list.listing.columns["order"]) == ["shop/1"]
    tab.escape()
    assert not tab.shows_rows

    tab.panel.findChildren(Step)[0].click()
    settled(qtbot, app)
    assert tab.panel.findChildren(Step)[0].isChecked()

    tab.deeds.close(tab._page)
    fill(prompt_of(tab), summary="Power is back.")
    settled(qtbot, app)
    assert list(tab.list.listing.columns["state"]) == ["closed"]
    assert app.desk.undo()
    settled(qtbot, app)
    assert list(tab.list.listing.columns["state"]) == ["open"]


@pytest.mark.usefixtures("trouble")
def test_what_is_done_with_the_panel_closed_is_done_to_the_current_incident(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("incidents")
    for title in ("One", "Two"):
        tab.deeds.open_new()
        fill(prompt_of(tab), title=title, kind="warehouse_outage", about="location=reno")
        settled(qtbot, app)
    titles = dict(zip(tab.list.listing.columns["title"], tab.list.listing.ids, strict=True))
    one, two = titles["One"], titles["Two"]
    tab.list.select(one)
    settled(qtbot, app)
    tab.set_panel_open(False)
    tab.list.select(two)
    tab.deeds_of_rows.run(next(action for action in tab.row_actions() if action.key == "close"))
    settled(qtbot, app)
    fill(prompt_of(tab), summary="Over")
    settled(qtbot, app)
    told = {row["title"]: row["state"] for row in tab.list.listing.rows()}
    assert told == {"One": "open", "Two": "closed"}


@pytest.mark.usefixtures("trouble")
def test_a_wrong_answer_keeps_what_was_typed(app: App, show: Show, qtbot: QtBot) -> None:
    tab: Any = show("incidents")
    tab.deeds.open_new()
    fill(prompt_of(tab), about="location=reno", title="Fire", starts_at="yesterday")
    assert prompt_of(tab).answers()["title"] == "Fire"
    fill(prompt_of(tab), starts_at="2027-01-01 00:00")
    settled(qtbot, app)
    assert prompt_of(tab).answers()["title"] == "Fire"
    assert len(tab.list.listing) == 0


@pytest.mark.usefixtures("trouble")
def test_exceptions_are_attached_from_their_own_list(app: App, show: Show, qtbot: QtBot, now: int) -> None:
    database = app.desk.workspace.database  # type: ignore[union-attr]
    queue: Any = show("order_exceptions")
    queue.reload()
    settled(qtbot, app)
    attach = next(action for action in queue.row_actions() if action.key == "incident")
    attach.run(list(queue.list.listing.ids))
    settled(qtbot, app)
    assert queue.panel.findChildren(Prompt) == []
    draft = Draft("warehouse_outage", location="reno", types=())
    opened = incidents_actions.open_incident(database, draft, who="Lead", now=now).ids[0]
    attach.run(list(queue.list.listing.ids))
    qtbot.waitUntil(lambda: len(queue.panel.findChildren(Prompt)) == 1, timeout=10_000)
    fill(prompt_of(queue), incident=str(opened))
    settled(qtbot, app)
    assert len(incidents.incident_rows(database, now, opened, "exceptions")) == 2
