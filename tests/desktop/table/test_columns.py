"""How wide the columns of a list are, and which give way."""

from types import ModuleType

from columns_of import column_of, shown
from pytestqt.qtbot import QtBot

from opsconsole.desktop.settings import Settings
from opsconsole.desktop.table.arranger import Arranger
from opsconsole.desktop.table.fitting import LEGIBLE
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.tasks import Tasks
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing


def test_numbers_that_come_later_and_are_longer_are_not_cut(view: ListView, formats: Formats, qtbot: QtBot) -> None:
    fields = (Field("file", "File", stretch=True), Field("read", "Read", Kind.QUANTITY))

    def show(*counts: int | None) -> None:
        columns = {"file": ["a.csv"] * len(counts), "read": list(counts)}
        with qtbot.waitSignal(view.arranged):
            view.set_listing(Arranger(Listing(fields, columns, list(range(len(counts))), 0)), formats)

    show(None)
    show(60_000_000, None)
    assert view.grid.columnWidth(1) >= view.grid.delegate.width_of(view.model.cells(0)[1])
    wide = view.grid.columnWidth(1)
    show(1)
    assert view.grid.columnWidth(1) == wide


def test_columns_fit_the_width_there_is(view: ListView) -> None:
    view.resize(1440, 560)
    widths = sum(view.header.sectionSize(number) for number in view.columns.visible())
    assert column_of(view, "why") in view.columns.visible()
    assert widths == view.grid.viewport().width()
    view.resize(900, 560)
    assert column_of(view, "why") not in view.columns.visible()
    assert sum(view.header.sectionSize(number) for number in view.columns.visible()) <= view.grid.viewport().width()


def test_states_that_come_later_get_the_room_to_be_read(
    qtbot: QtBot, tasks: Tasks, settings: Settings, formats: Formats
) -> None:
    fields = (
        Field("file", "File", stretch=True),
        Field("state", "State", Kind.STATUS, labels=(("done", "Done"), ("partial", "Partly done"))),
    )

    def rows(*states: str) -> Arranger:
        columns = {"file": [f"orders_{at}.csv" for at in range(len(states))], "state": list(states)}
        return Arranger(Listing(fields, columns, range(len(states)), 0))

    made = ListView("imports", tasks, settings)
    qtbot.addWidget(made)
    made.set_listing(rows("done"), formats)
    before = made.header.sectionSize(1)
    made.set_listing(rows("partial", "done"), formats)
    assert made.header.sectionSize(1) > before + 20


def test_a_column_that_is_sorted_by_later_has_room_for_its_label_and_the_arrow(
    qtbot: QtBot, tasks: Tasks, settings: Settings, formats: Formats
) -> None:
    fields = (Field("title", "Title", stretch=True), Field("days", "Days of cover", Kind.QUANTITY))
    listing = Listing(fields, {"title": ["a" * 90], "days": [1.0]}, [1], 0)
    view = ListView("sorted", tasks, settings)
    qtbot.addWidget(view)
    view.resize(200, 300)
    view.set_listing(Arranger(listing), formats)
    view.sort_by("days")
    qtbot.waitUntil(lambda: not tasks.is_running())
    assert view.header.sectionSize(1) >= view.header.width_of(fields[1])


def test_spare_columns_leave_a_narrow_list_before_words_are_cut_short(view: ListView, qtbot: QtBot) -> None:
    def narrowed(width: int) -> list[str]:
        view.resize(width, 560)
        qtbot.waitUntil(lambda: view.width() == width)
        assert view.grid.horizontalScrollBar().maximum() == 0
        assert view.grid.columnWidth(column_of(view, "type")) >= LEGIBLE - 8  # widths are shared out evenly
        return shown(view)

    every = shown(view)
    assert [key for key in every if key not in narrowed(830)] == ["age"]
    assert [key for key in every if key not in narrowed(740)] == ["channel", "age"]
    assert narrowed(966) == every


def test_a_spare_column_that_was_asked_for_stays(view: ListView, qtbot: QtBot) -> None:
    view.columns.show("age", True)
    view.resize(740, 560)
    qtbot.waitUntil(lambda: "channel" not in shown(view))
    assert "age" in shown(view)


def test_columns_are_measured_again_when_rows_come_into_an_empty_list(
    view: ListView, sample: ModuleType, formats: Formats
) -> None:
    owner = column_of(view, "owner")
    wanted = view.header.sectionSize(owner)
    view.set_listing(Arranger(sample.listing().where([])), formats)
    view.set_listing(Arranger(sample.listing()), formats)
    assert view.header.sectionSize(owner) >= wanted
