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
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
SUPPORTED = ((3, 11), (3, 13))
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)


class SetupError(Exception):
    """Something on this machine has to change first; the text says what."""


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    commands = {"setup": setup_only, "demo": demo, "test": test, "check": check, "lock": renew_lock}
    if command not in commands:
        print(__doc__)
        return 0 if command in ("-h", "--help", "help") else 2
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        return with_supported_python(arguments)
    from qt_libraries import LibrariesMissingError

    try:
        return commands[command](rest)
    except (SetupError, LibrariesMissingError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def setup_only(_rest: list[str]) -> int:
    """Set up for developing."""
    set_up("dev")
    print(f"Ready: {VENV}")
    return 0


def demo(rest: list[str]) -> int:
    """Open the console on the demo company."""
    set_up()
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SetupError(
            "Everything is installed, but there is no display to open a window on (DISPLAY is not set).\n"
            "Run this in a desktop session, over `ssh -X`, or under a virtual screen: "
            "xvfb-run python3 packaging/develop.py demo"
        )
    return run([str(BIN / "opsconsole"), "--demo", *rest])


def test(rest: list[str]) -> int:
    """Run the tests without a screen, on both databases."""
    set_up("dev")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # On several cores when all tests run; a chosen few run quicker in one process.
    spread = [] if rest else ["-n", str(max(2, min(os.cpu_count() or 2, 8)))]
    return run([str(PYTHON), "-P", "-m", "pytest", *spread, *rest])


def check(_rest: list[str]) -> int:
    """Run every check, also after one has failed; 1 if any has."""
    set_up("dev")
    failed = []
    for words in CHECKS:
        print(f"\n== {' '.join(words)}", flush=True)
        if run([str(BIN / words[0]), *words[1:]]):
            failed.append(" ".join(words))
    print("\n" + (f"Failed: {', '.join(failed)}" if failed else "All checks passed."))
    return 1 if failed else 0


def renew_lock(rest: list[str]) -> int:
    """Make requirements.lock anew from pyproject.toml."""
    import lock

    return lock.renew(rest)


def with_supported_python(arguments: list[str]) -> int:
    """Go on with a Python that is neither too old nor too new, if the machine has one, else say so."""
    for minor in range(SUPPORTED[1][1], SUPPORTED[0][1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            return run([other, str(Path(__file__).resolve()), *arguments])
    print(
        f"opsconsole needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}.\n"
        "Install one of them (Debian: apt-get install python3 python3-venv; elsewhere: python.org) and try again.",
        file=sys.stderr,
    )
    return 2


def set_up(*extras: str) -> None:
    """Bring `.venv` to what the lock says, with these extras; quick when it is there already."""
    import qt_libraries

    stamp = VENV / "opsconsole-setup.txt"
    state = fingerprint()
    done = stamp.read_text("utf-8").split() if stamp.exists() and PYTHON.exists() else []
    linux = sys.platform.startswith("linux")
    if linux:
        qt_libraries.ensure()
    if done and done[0] == state and set(extras) <= set(done[1:]):
        return
    make_environment()
    install_dependencies(extras)
    install_project()
    if linux:
        qt_libraries.check_loads(PYTHON)
    kept = set(done[1:]) if done and done[0] == state else set()
    stamp.write_text(" ".join([state, *sorted(kept | set(extras))]) + "\n", "utf-8")


def fingerprint() -> str:
    """Changes when the set-up has to run again: lock, project file, place, Python."""
    digest = hashlib.sha256()
    for part in (ROOT / "requirements.lock", ROOT / "pyproject.toml"):
        digest.update(part.read_bytes())
    digest.update(f"{ROOT}|{sys.version_info[:2]}".encode())
    return digest.hexdigest()


def make_environment() -> None:
    """Make `.venv` with pip in it, unless a working one is there."""
    if works(["-m", "pip", "--version"]) or works(["-m", "ensurepip"]):
        return
    print(f"Making {VENV}", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, check=False, capture_output=True).returncode == 0:
        return
    if shutil.which("apt-get"):
        # Debian splits venv off; this raises with the command when it may not install.
        import qt_libraries

        qt_libraries.apt_install(["python3-venv"], "Python's parts for environments")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def works(arguments: list[str]) -> bool:
    """Whether the environment's Python runs this."""
    try:
        return subprocess.run([str(PYTHON), *arguments], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def install_dependencies(extras: tuple[str, ...]) -> None:
    """Install from the lock what running (and these extras) need, ready-made files only: nothing is compiled here."""
    import lock

    text = lock.subset(*extras, also=lock.INSTALLER)
    count = sum(1 for line in text.splitlines() if line and not line.startswith(" "))
    print(f"Installing up to {count} locked packages (once, about {180 if extras else 135} MB to download)", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        chosen = Path(folder) / "requirements.txt"
        chosen.write_text(text, "utf-8")
        code = pip("--require-hashes", "--only-binary", ":all:", "-r", str(chosen))
    if code:
        raise SetupError(
            "The dependencies could not be installed (see above). They come from Python's package index: "
            "check the connection, or set HTTPS_PROXY or PIP_INDEX_URL if your network needs it, and run this again."
        )


def install_project() -> None:
    """Put the project into the environment as it stands here (editable)."""
    code = pip("--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT))
    if code:
        raise SetupError("The project itself could not be installed into .venv (see above).")


def pip(*arguments: str) -> int:
    """Run `pip install` in the environment, quietly."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    if not WINDOWS and os.geteuid() == 0:
        options.append("--root-user-action=ignore")
    return run([str(PYTHON), "-m", "pip", "install", *options, *arguments])


def run(command: list[str]) -> int:
    """Run a program in the project's folder and return its exit code."""
    return subprocess.run(command, check=False, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
