"""The one command that sets everything up: what it says where something is missing, and when it has nothing to do."""

import ast
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest


def shell_lines(text: str) -> list[str]:
    """Lines of the fenced sh blocks of a Markdown text."""
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


def test_ci_runs_the_readme_s_test_command(root):
    test = "python3 packaging/develop.py test"
    assert test in shell_lines((root / "README.md").read_text("utf-8"))
    ci = (root / ".ci" / "run").read_text("utf-8").splitlines()
    assert any(line.startswith(f"within {test} ||") for line in ci)
    assert "export OPSCONSOLE_REQUIRE_PG=1" in ci


def test_the_readme_opens_the_demo_company_with_one_command_on_each_system(root):
    lines = shell_lines((root / "README.md").read_text("utf-8"))
    assert "python3 packaging/develop.py demo" in lines
    assert "py packaging\\develop.py demo" in lines
    assert "py packaging\\develop.py test" in lines


def test_an_old_python_can_read_the_script_and_is_told_what_is_needed(root, develop, monkeypatch, capsys):
    ast.parse((root / "packaging" / "develop.py").read_text("utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))
    monkeypatch.setattr(develop.shutil, "which", lambda name: None)
    assert develop.main(["demo"]) == 2
    assert "3.11, 3.12 or 3.13" in capsys.readouterr().err


def test_an_old_python_hands_over_to_one_that_fits(develop, monkeypatch):
    ran = []
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(develop.shutil, "which", lambda name: f"/bin/{name}" if name == "python3.12" else None)
    monkeypatch.setattr(
        develop.subprocess, "run", lambda command, check: ran.append(command) or SimpleNamespace(returncode=0)
    )
    assert develop.main(["test", "-x"]) == 0
    assert ran[0][0] == "/bin/python3.12"
    assert ran[0][2:] == ["test", "-x"]


def test_without_a_display_the_demo_says_so_in_a_sentence(develop, monkeypatch, capsys):
    monkeypatch.setattr(develop, "set_up", lambda *extras: None)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert develop.main(["demo"]) == 2
    said = capsys.readouterr().err
    assert "no display" in said
    assert "Traceback" not in said


def test_nothing_is_installed_again_while_lock_and_project_stay_the_same(
    develop, environment, qt_libraries, monkeypatch, tmp_path
):
    bare = environment.Environment(tmp_path / ".venv")
    bare.bin.mkdir(parents=True)
    bare.python.touch()
    installed = []
    monkeypatch.setattr(develop, "ROOT", tmp_path)
    monkeypatch.setattr(develop, "fingerprint", lambda: "as-locked")
    monkeypatch.setattr(environment.Environment, "make", lambda self: None)
    monkeypatch.setattr(
        environment.Environment, "install_locked", lambda self, text: installed.append("pytest" in text)
    )
    monkeypatch.setattr(environment.Environment, "install_project", lambda self, editable: None)
    monkeypatch.setattr(qt_libraries, "ensure", lambda: None)
    monkeypatch.setattr(qt_libraries, "check_loads", lambda python: None)
    develop.set_up()
    develop.set_up()
    assert installed == [False]
    develop.set_up("dev")
    develop.set_up()
    assert installed == [False, True]
    monkeypatch.setattr(develop, "fingerprint", lambda: "changed")
    develop.set_up()
    assert installed == [False, True, False]


def test_the_set_up_runs_again_when_the_lock_changes(develop, monkeypatch, tmp_path):
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("one", "utf-8")
    monkeypatch.setattr(develop, "ROOT", tmp_path)
    before = develop.fingerprint()
    assert develop.fingerprint() == before
    (tmp_path / "requirements.lock").write_text("two", "utf-8")
    assert develop.fingerprint() != before


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        (("apt-get",), "sudo apt-get install libegl1 libxcb-cursor0"),
        (("dnf",), "sudo dnf install libglvnd-egl xcb-util-cursor"),
        ((), "libEGL.so.1 libxcb-cursor.so.0"),
    ],
)
def test_missing_libraries_are_named_as_the_packages_to_install(qt_libraries, monkeypatch, tools, expected):
    monkeypatch.setattr(qt_libraries, "missing_libraries", lambda: ["libEGL.so.1", "libxcb-cursor.so.0"])
    monkeypatch.setattr(qt_libraries, "fonts_missing", lambda: False)
    monkeypatch.setattr(qt_libraries.shutil, "which", lambda name: name if name in tools else None)
    monkeypatch.setattr(qt_libraries.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(qt_libraries.LibrariesMissingError, match=re.escape(expected)):
        qt_libraries.ensure()


def test_a_machine_without_fonts_is_asked_for_one(qt_libraries):
    assert qt_libraries.packages([], 0, fonts=True) == ["fonts-dejavu-core"]
    assert qt_libraries.packages(["libxcb-shm.so.0", "libxcb-xkb.so.1"], 1, fonts=False) == ["libxcb"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the list is for Linux")
def test_the_list_holds_every_library_that_qt_asks_the_system_for(qt_libraries):
    """Read from the wheel's own files: what each needs, less what the wheel brings and what every system has."""
    import PySide6

    qt = Path(PySide6.__file__).parent / "Qt"
    names = "Core Gui Widgets Svg Network DBus XcbQpa OpenGL OpenGLWidgets"
    files = [qt / "lib" / f"libQt6{name}.so.6" for name in names.split()]
    files += [*qt.glob("plugins/platforms/libq[ox]*.so"), *qt.glob("plugins/xcbglintegrations/*.so")]
    needed = {name.decode() for file in files for name in re.findall(rb"lib[\w+.-]+\.so\.\d+(?=\0)", file.read_bytes())}
    brought = re.compile(r"lib(Qt6|icu)|lib(c|m|dl|rt|pthread|gcc_s|resolv)\.so")
    assert {name for name in needed if not brought.match(name)} <= set(qt_libraries.LIBRARIES)
