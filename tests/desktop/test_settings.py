from pathlib import Path

from opsconsole.desktop.settings import COMPACT_ROWS, PANEL_OPEN, SETTINGS, THEME, Settings


def test_what_was_never_set_has_its_default(settings: Settings) -> None:
    assert [settings.get(setting) for setting in SETTINGS] == [setting.default for setting in SETTINGS]


def test_settings_survive_a_restart_in_their_types(tmp_path: Path) -> None:
    first = Settings(tmp_path / "a.ini")
    first.set(THEME, "dark")
    first.set(COMPACT_ROWS, True)
    first.set(PANEL_OPEN, False)
    first.set_layout("list/orders", {"sort": [["age", True]], "columns": {"widths": {"age": 80}}})
    first.save()
    again = Settings(tmp_path / "a.ini")
    assert again.get(THEME) == "dark"
    assert again.get(COMPACT_ROWS) is True
    assert again.get(PANEL_OPEN) is False
    assert again.layout("list/orders") == {"sort": [["age", True]], "columns": {"widths": {"age": 80}}}


def test_a_value_that_is_no_choice_gives_the_default(tmp_path: Path) -> None:
    (tmp_path / "a.ini").write_text("[look]\ntheme=pink\n[layout]\nlist\\orders=not json\n")
    settings = Settings(tmp_path / "a.ini")
    assert settings.get(THEME) == "light"
    assert settings.layout("list/orders") == {}


def test_keys_are_declared_once() -> None:
    keys = [setting.key for setting in SETTINGS]
    assert len(keys) == len(set(keys))
