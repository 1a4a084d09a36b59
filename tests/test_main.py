"""Where a start goes: to the window or to the command line."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole import __main__, app


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the window was started with."""
    monkeypatch.delenv("OPSCONSOLE_DATABASE", raising=False)
    told: list[Any] = []

    def main(options: app.Options | None = None) -> int:
        told.append(options)
        return 0

    monkeypatch.setattr(app, "main", main)
    return told


def test_without_arguments_the_window_opens_as_it_was_left(started: list[Any]) -> None:
    assert __main__.main([]) == 0
    assert started == [None]


def test_the_window_takes_database_demo_and_moment(started: list[Any]) -> None:
    assert __main__.main(["--demo"]) == 0
    assert __main__.main(["--database", "a.db", "--as-of", "1970-01-01T00:00:01Z"]) == 0
    assert started == [app.Options(demo=True), app.Options(database="a.db", as_of=1_000_000)]


def test_the_environments_database_is_opened(started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSCONSOLE_DATABASE", "env.db")
    assert __main__.main([]) == 0
    assert started == [app.Options(database="env.db")]


def test_a_screenshot_is_drawn_with_what_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Any] = []

    def render(*given: Any, **named: Any) -> Path:
        told.append((given, named))
        return tmp_path / "o.png"

    monkeypatch.setattr(app, "render_screenshot", render)
    given = [
        "screenshot",
        "kpis",
        "o.png",
        "--size",
        "800x600",
        "--theme",
        "dark",
        "--scale",
        "2",
        "--database",
        "a.db",
    ]
    assert __main__.main(given) == 0
    assert told == [(("kpis", Path("o.png"), (800, 600), "dark", 2.0), {"database_url": "a.db", "as_of": None})]
    assert capsys.readouterr().out.strip() == str(tmp_path / "o.png")


def test_a_mistake_of_the_window_ends_with_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(folder, str(tmp_path))
    assert __main__.main(["screenshot", "no-such-tab", "o.png", "--database", "none.db"]) == 2
    assert capsys.readouterr().err.startswith("opsconsole: There is no tab")


def test_a_program_without_a_console_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert __main__.main(["--version"]) == 0
    assert __main__.main(["list", "nothing"]) == 2
    for stream in (sys.stdout, sys.stderr):
        stream.close()
