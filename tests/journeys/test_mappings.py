"""An unknown file is dropped, mapped in the editor, saved and imported; the next one like it is known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from opsconsole.app import App
from opsconsole.desktop.data_lists.mappings import MappingsList
from opsconsole.desktop.mapping_editor.listings import parsed_id
from opsconsole.desktop.tab import Tab
from opsconsole.store.schema import orders

Show = Callable[[str], Tab]
HEADER = "Beleg,Bestellt,Käufer,Wert,Lage\n"


def write(path: Path, first: int) -> Path:
    words = ("versendet", "beim Zoll")
    rows = "".join(
        f"B{n},0{n % 9 + 1}/0{n % 3 + 1}/2026,Kunde {n},{n}.50,{words[n % 2]}\n" for n in range(first, first + 8)
    )
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


@pytest.fixture
def settled(app: App, qtbot: QtBot) -> Callable[[], Any]:
    """Waits until the tab in front is loaded and the editor has looked at the file."""

    def wait() -> Any:
        def still() -> bool:
            tab = app.window.current
            editor = getattr(tab, "editor", None)
            waits = editor is not None and editor._timer.isActive()
            return bool(app.window.settled and not app.tasks.is_running() and not waits)

        qtbot.waitUntil(still, timeout=20_000)
        return app.window.current

    return wait


def row_of(tab: MappingsList, column: str) -> str:
    assert tab.editor is not None
    listing = tab.editor.parts.columns.listing
    assert listing is not None
    return next(str(identity) for identity in listing.ids if parsed_id(str(identity))[0] == column)


def pick(combo: Any, value: str) -> None:
    """Choose as a person does: the signal of a picked entry is what counts."""
    at = combo.findData(value)
    assert at >= 0, value
    combo.setCurrentIndex(at)
    combo.activated.emit(at)


# Said by the offscreen platform of the pop-up of a field's choices.
@pytest.mark.qt_log_ignore(r"This plugin does not support (raise\(\)|grabbing the keyboard)")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_unknown_file_is_mapped_saved_imported_and_the_next_one_is_recognized(
    app: App, show: Show, qtbot: QtBot, settled: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSCONSOLE_MAPPINGS", str(tmp_path / "none"))
    path = write(tmp_path / "auftraege.csv", 1)
    show("data")
    app.window.files_dropped.emit([path])
    settled()
    app.desk.show("data", None, {"list": "mappings", "map_file": str(path)})
    tab = settled()
    assert isinstance(tab, MappingsList)
    editor = tab.editor
    assert editor is not None
    # What nobody could guess is said: what the rows are, and two columns that the names do not tell.
    assert editor.state.draft.records == ()
    kinds = editor.parts.file.kinds
    assert kinds is not None
    pick(kinds, "orders")
    settled()
    editor.change(editor.state.draft.without_use(0, "customer_name"))
    for column, field in (("Beleg", "order_id"), ("Bestellt", "placed_at"), ("Wert", "total"), ("Lage", "status")):
        editor.parts.columns.select(row_of(tab, column))
        fills = editor.parts.column.fills
        assert fills is not None
        pick(fills, f"0.{field}")
        settled()
    # A click on a column leads to its page from any other.
    editor.parts.show_page("file")
    grid = editor.parts.columns.grid
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.visualRect(grid.model().index(1, 0)).center())
    assert editor.parts.column.isVisibleTo(editor)
    # By keys alone: Enter on a row leads to its field, a part of the field's name finds it.
    editor.parts.columns.select(row_of(tab, "Käufer"))
    qtbot.keyClick(editor.parts.columns.grid, Qt.Key.Key_Return)
    edit = editor.parts.column.fills.lineEdit()
    qtbot.keyClicks(edit, "customer na")
    qtbot.keyClick(edit.completer().popup(), Qt.Key.Key_Down)
    qtbot.keyClick(edit.completer().popup(), Qt.Key.Key_Return)
    settled()
    assert editor.state.draft.use(0, "customer_name").column == "Käufer"
    assert editor.state.preview.fault == "Its amounts have no currency. Say which they are in."
    assert not editor.parts.import_button.isEnabled()
    asked = {question.kind: question for question in editor.state.questions}
    assert set(asked) == {"currency", "date", "status"}
    assert "USD is likely: it is the base currency" in asked["currency"].words
    editor.parts.go_to_page("questions")
    assert editor.window().focusWidget() is editor.parts.questions.editors[0]
    qtbot.keyClicks(editor.window().focusWidget(), "USD")
    qtbot.keyClick(editor.window().focusWidget(), Qt.Key.Key_Return)
    settled()
    assert "can be read in two ways" in editor.state.preview.fault
    pick(editor.parts.questions.editors[[q.kind for q in editor.state.questions].index("date")], "%d/%m/%Y")
    settled()
    pick(editor.parts.questions.editors[0], "on_hold")
    settled()
    assert editor.state.questions == []
    assert editor.window().focusWidget() is editor.parts.columns.grid  # the keyboard goes on in the editor
    assert (editor.state.preview.fault, editor.state.preview.read, editor.state.preview.refused) == ("", 8, 0)
    # Leaving loses nothing: the editor goes on where it was left.
    before = editor.state.draft
    tab.escape()
    settled()
    assert tab.editor is None
    assert "is kept as a draft" in tab.bar.text
    tab.map_file(path)
    settled()
    editor = tab.editor
    assert editor is not None
    assert [(use.field, use.how) for use in editor.state.draft.uses] == [(use.field, use.how) for use in before.uses]
    editor.parts.name.setText("Aufträge")
    editor.parts.import_button.click()
    desk = settled()
    # The file was looked at when it was dropped, so it is shown once more before anything is written.
    if desk.previewing:
        assert app.window.focusWidget() is desk.preview.files.grid  # Enter imports, as its button says
        desk.preview.accept_button.click()
        settled()
    with app.desk.workspace.database.read() as connection:  # type: ignore[union-attr]
        found = connection.execute(select(orders.c.order_id, orders.c.status).order_by(orders.c.order_id)).all()
    assert [tuple(row) for row in found][:2] == [("B1", "on_hold"), ("B2", "shipped")]
    app.window.files_dropped.emit([write(tmp_path / "auftraege 2.csv", 20)])
    settled()
    with app.desk.workspace.database.read() as connection:  # type: ignore[union-attr]
        assert len(connection.execute(select(orders.c.id)).all()) == 16
    app.desk.show("data", None, {"list": "mappings"})
    tab = settled()
    row = tab.list.listing.row(0)
    assert (row["name"], row["state"], row["files"], row["columns"]) == ("Aufträge", "ready", 2, 5)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_shared_mapping_is_taken_in_after_it_was_said_what_it_does(
    app: App, show: Show, qtbot: QtBot, settled: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsconsole.desktop.dialogs.prompt import Prompt

    monkeypatch.setenv("OPSCONSOLE_MAPPINGS", str(tmp_path / "none"))
    shared = tmp_path / "till.toml"
    shared.write_text(
        'name = "Till"\n[[records]]\nkind = "vendors"\n[records.fields]\nkey = "K"\nkind = { const = "supplier" }\n'
    )
    show("data")
    app.window.files_dropped.emit([shared])
    tab = settled()
    (prompt,) = tab.panel.findChildren(Prompt)
    assert "It fills vendors: 2 fields of 1 columns." in prompt._fields[0].label
    qtbot.keyClick(prompt, Qt.Key.Key_Return)
    settled()
    assert tab.list.listing.columns["name"] == ["Till"]
    tab.desk.undo()
    settled()
    assert tab.list.listing.columns["state"] == ["deleted"]
