import subprocess
import sys

import pytest

from opsconsole.cli.arguments import LISTS, parse
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import from_iso


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSCONSOLE_DATABASE", raising=False)


def test_nothing_asked_for_is_the_window() -> None:
    parsed = parse([])
    assert (parsed.command, parsed.database, parsed.as_of, parsed.json, parsed.demo) == (
        "window",
        None,
        None,
        False,
        False,
    )


@pytest.mark.parametrize(
    "given",
    [
        ["--database", "a.db", "--as-of", "2018-11-30", "--json", "list", "orders"],
        ["list", "orders", "--database", "a.db", "--as-of", "2018-11-30", "--json"],
        ["--json", "list", "--database", "a.db", "orders", "--as-of", "2018-11-30"],
    ],
)
def test_common_options_stand_before_or_behind_the_command(given: list[str]) -> None:
    parsed = parse(given)
    # A date alone includes that day: its last microsecond in UTC.
    assert (parsed.database, parsed.as_of, parsed.json) == ("a.db", from_iso("2018-11-30T23:59:59.999999Z"), True)


def test_the_environment_names_the_database_and_the_option_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSCONSOLE_DATABASE", "env.db")
    assert parse(["detect"]).database == "env.db"
    assert parse(["detect", "--database", "own.db"]).database == "own.db"


def test_every_list_can_be_asked_for() -> None:
    assert [parse(["list", name]).what for name in LISTS] == list(LISTS)


def test_filters_add_up() -> None:
    given = ["list", "exceptions", "--filter", "type=LATE_SHIPMENT", "--filter", "owner="]
    assert parse(given).filters == [("type", "LATE_SHIPMENT"), ("owner", "")]


def test_screenshot_reads_size_theme_and_scale() -> None:
    parsed = parse(["screenshot", "kpis", "o.png", "--size", "1920x1080", "--theme", "dark", "--scale", "1.5"])
    assert (parsed.size, parsed.theme, parsed.scale) == ((1920, 1080), "dark", 1.5)


def test_a_tab_has_the_name_of_its_list_too() -> None:
    assert parse(["screenshot", "exceptions", "o.png"]).tab == parse(["screenshot", "order_exceptions", "o.png"]).tab


def test_demo_create_takes_its_own_options() -> None:
    parsed = parse(["demo", "create", "d.db", "--orders", "500", "--seed", "3", "--as-of", "2026-11-17T10:42:00Z"])
    assert (parsed.target, parsed.orders, parsed.seed) == ("d.db", 500, 3)
    assert parsed.as_of == from_iso("2026-11-17T10:42:00Z")


@pytest.mark.parametrize(
    "given",
    [
        ["list", "customers"],
        ["list", "orders", "--filter", "status"],
        ["detect", "--as-of", "yesterday"],
        ["screenshot", "kpis", "o.png", "--size", "big"],
        ["screenshot", "kpis", "o.png", "--scale", "9"],
        ["demo", "create", "d.db", "--orders", "0"],
        ["import", "a.csv", "--source", "x", "--mapping", "m.toml"],
        ["export", "qbr", "o.xlsx"],
        ["fly"],
        ["--fly"],
    ],
)
def test_a_mistake_is_one_line_for_the_user(given: list[str]) -> None:
    with pytest.raises(UserError) as mistake:
        parse(given)
    assert "\n" not in str(mistake.value)
    assert "--help" in mistake.value.hint


def run(*given: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "opsconsole", *given], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_mistake_ends_with_two_and_one_line() -> None:
    ended = run("list", "customers")
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)


def test_the_version_is_told_without_a_heavy_import() -> None:
    code = (
        "import sys; from opsconsole.__main__ import main; main(['--version']);"
        "print(sorted({'argparse', 'PySide6', 'sqlalchemy', 'pandas', 'openpyxl', 'numpy'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    version, loaded = ended.stdout.splitlines()
    assert version.startswith("opsconsole ")
    assert loaded == "[]"


def test_help_is_told_without_a_heavy_import() -> None:
    code = (
        "import sys, contextlib\nfrom opsconsole.__main__ import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "print(sorted({'PySide6', 'sqlalchemy', 'pandas', 'openpyxl', 'numpy'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
    assert "Exit codes: 0 done" in ended.stdout
