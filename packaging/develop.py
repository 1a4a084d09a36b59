"""All the set-up in one command, on a machine that has only Python 3.11, 3.12 or 3.13.

    python3 packaging/develop.py demo            open the console on the demo company
    python3 packaging/develop.py test [ARGS]     run the tests (ARGS go to pytest)
    python3 packaging/develop.py check           lint, format, types, import contracts
    python3 packaging/develop.py setup           only the set-up
    python3 packaging/develop.py lock            resolve requirements.lock again (--upgrade: newest versions)

On Windows: `py packaging/develop.py demo`. The set-up makes `.venv` from the locked, hashed dependencies and looks for
the system libraries that Qt needs; when nothing has changed since, it is skipped.
"""

# This file is read by Pythons that are too old to run the rest, so that they can say so.
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from environment import Environment

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ((3, 11), (3, 13))
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    commands = {"setup": setup_only, "demo": demo, "test": test, "check": check, "lock": renew_lock}
    if command not in commands:
        print(__doc__)
        return 0 if command in ("-h", "--help", "help") else 2
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        return with_supported_python(arguments)
    from environment import SetupError
    from qt_libraries import LibrariesMissingError

    try:
        return commands[command](rest)
    except (SetupError, LibrariesMissingError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def with_supported_python(arguments: list[str]) -> int:
    """Go on with a Python that is neither too old nor too new, if the machine has one, else say so."""
    for minor in range(SUPPORTED[1][1], SUPPORTED[0][1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            return subprocess.run([other, str(Path(__file__).resolve()), *arguments], check=False).returncode
    print(
        f"opsconsole needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}.\n"
        "Install one of them (Debian: apt-get install python3 python3-venv; elsewhere: python.org) and try again.",
        file=sys.stderr,
    )
    return 2


def setup_only(_rest: list[str]) -> int:
    """Set up for developing."""
    set_up("dev")
    print(f"Ready: {ROOT / '.venv'}")
    return 0


def demo(rest: list[str]) -> int:
    """Open the console on the demo company."""
    from environment import SetupError, run

    venv = set_up()
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SetupError(
            "Everything is installed, but there is no display to open a window on (DISPLAY is not set).\n"
            "Run this in a desktop session, over `ssh -X`, or under a virtual screen: "
            "xvfb-run python3 packaging/develop.py demo"
        )
    return run([str(venv.bin / "opsconsole"), "--demo", *rest])


def test(rest: list[str]) -> int:
    """Run the tests without a screen, on both databases."""
    from environment import run

    venv = set_up("dev")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # On several cores when all tests run; a chosen few run quicker in one process.
    spread = [] if rest else ["-n", str(max(2, min(os.cpu_count() or 2, 8)))]
    return run([str(venv.python), "-P", "-m", "pytest", *spread, *rest])


def check(_rest: list[str]) -> int:
    """Run every check, also after one has failed; 1 if any has."""
    from environment import run

    venv = set_up("dev")
    failed = []
    for words in CHECKS:
        print(f"\n== {' '.join(words)}", flush=True)
        if run([str(venv.bin / words[0]), *words[1:]]):
            failed.append(" ".join(words))
    print("\n" + (f"Failed: {', '.join(failed)}" if failed else "All checks passed."))
    return 1 if failed else 0


def renew_lock(rest: list[str]) -> int:
    """Make requirements.lock anew from pyproject.toml."""
    import lock

    return lock.renew(rest)


def set_up(*extras: str) -> Environment:
    """Bring `.venv` to what the lock says, with these extras; quick when it is there already."""
    import lock
    import qt_libraries
    from environment import Environment

    venv = Environment(ROOT / ".venv")
    stamp = venv.folder / "opsconsole-setup.txt"
    state = fingerprint()
    known = stamp.read_text("utf-8").split() if stamp.exists() and venv.python.exists() else []
    done = set(known[1:]) if known and known[0] == state else None
    linux = sys.platform.startswith("linux")
    if linux:
        qt_libraries.ensure()
    if done is not None and done >= set(extras):
        return venv
    venv.make()
    text = lock.subset(*extras, also=lock.INSTALLER)
    print(f"Installing the locked packages (once, about {180 if extras else 135} MB to download)", flush=True)
    venv.install_locked(text)
    venv.install_project(editable=True)
    if linux:
        qt_libraries.check_loads(venv.python)
    stamp.write_text(" ".join([state, *sorted((done or set()) | set(extras))]) + "\n", "utf-8")
    return venv


def fingerprint() -> str:
    """Changes when the set-up has to run again: lock, project file, place, Python."""
    digest = hashlib.sha256()
    for part in (ROOT / "requirements.lock", ROOT / "pyproject.toml"):
        digest.update(part.read_bytes())
    digest.update(f"{ROOT}|{sys.version_info[:2]}".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
