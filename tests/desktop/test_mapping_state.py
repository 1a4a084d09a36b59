"""What the mapping editor works on: answers, steps that can be taken back, drafts that are kept."""

from pathlib import Path

from opsconsole.desktop.mapping_editor import kept
from opsconsole.desktop.mapping_editor.state import State
from opsconsole.domain.file_mapping import FieldUse, Question, answered, from_content


def test_answers_change_how_a_field_is_read_and_every_step_can_be_taken_back() -> None:
    draft = from_content({"records": [{"kind": "orders", "fields": {"placed_at": "When", "status": "State"}}]})
    state = State(draft=draft, questions=[Question("date", "?", (("iso", "ISO"),), "When", 0, "placed_at")])
    state.change(answered(draft, state.questions[0], "iso"), [])
    use = state.draft.use(0, "placed_at")
    assert use is not None
    assert use.how == {"from": "When", "format": "iso"}
    state.change(answered(state.draft, Question("status", "?", (), "State", 0, "status", "odd"), "on_hold"))
    state.change(state.draft.without_use(0, "placed_at").with_use(FieldUse(0, "location", {"const": "EAST"})))
    assert [one.field for one in state.draft.uses] == ["status", "location"]
    while state.undo():
        pass
    assert state.draft == draft
    assert [one.kind for one in state.questions] == ["date"]
    without = draft.with_record("order_lines").with_use(FieldUse(1, "sku", {"from": "SKU"})).without_record(0)
    assert [(use.record, use.field) for use in without.uses] == [(0, "sku")]


def test_drafts_are_kept_newest_last_and_a_damaged_file_is_none(tmp_path: Path) -> None:
    for number in range(25):
        kept.keep(tmp_path, f"file {number}", {"content": {"name": str(number)}})
    assert list(kept.read_all(tmp_path)) == [f"file {number}" for number in range(5, 25)]
    kept.forget(tmp_path, "file 24")
    assert kept.read(tmp_path, "file 24") is None
    assert kept.read(tmp_path, "file 23") == {"content": {"name": "23"}}
    (tmp_path / "mapping_drafts.json").write_text("{broken")
    assert kept.read_all(tmp_path) == {}
