import json
from pathlib import Path

import pytest

from opsconsole.services import self_test
from opsconsole.services.self_test import Check, DataChecks, lines, timed, write_report


def test_the_installed_programs_data_checks_pass_on_the_sample_files(tmp_path: Path) -> None:
    data = DataChecks(tmp_path)
    steps = (("open", data.opened), ("import", data.imported), ("detect", data.detected), ("workbook", data.workbook))
    checks = [timed(name, step) for name, step in steps]
    data.close()
    assert [check.detail for check in checks if not check.passed] == []
    assert checks[1].detail.endswith("again 0 new")


def test_a_rule_that_finds_nothing_fails_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "EXPECTED_TYPES", frozenset({"NO_SUCH_RULE"}))
    data = DataChecks(tmp_path)
    data.opened()
    data.imported()
    check = timed("detection", data.detected)
    data.close()
    assert not check.passed
    assert "not found: NO_SUCH_RULE" in check.detail


def test_a_fault_is_one_line_that_says_where() -> None:
    def step() -> str:
        raise ValueError("two\nlines")

    check = timed("chart", step)
    assert check.line.startswith("FAIL")
    assert "ValueError: two lines (test_self_test.py:" in check.line


@pytest.mark.parametrize("name", ["report.json", "report.txt"])
def test_the_report_is_written_for_programs_without_a_console(tmp_path: Path, name: str) -> None:
    checks = [Check("window", True, 12, "xcb"), Check("chart", False, 3, "no line")]
    write_report(tmp_path / name, checks)
    text = (tmp_path / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        told = json.loads(text)
        assert told["passed"] is False
        assert [check["name"] for check in told["checks"]] == ["window", "chart"]
    else:
        assert text.splitlines() == lines(checks)
        assert "1 of 2 checks failed" in text
