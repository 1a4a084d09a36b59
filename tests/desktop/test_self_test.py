import json
from pathlib import Path

import pytest

from opsconsole import app
from opsconsole.desktop import self_test


@pytest.mark.usefixtures("qapp")
def test_the_self_test_passes_and_tells_each_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    assert self_test.run(app.open_alone, report) == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [check["name"] for check in told["checks"]] == [
        "database",
        "import",
        "detection",
        "window",
        "chart",
        "workbook",
    ]
    assert len(capsys.readouterr().out.splitlines()) == 7


@pytest.mark.usefixtures("qapp")
def test_a_window_that_does_not_open_fails_the_self_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(url: str, as_of: int, folder: Path) -> app.App:
        raise RuntimeError("no screen")

    assert self_test.run(broken) == 1
    assert "RuntimeError: no screen" in capsys.readouterr().out
