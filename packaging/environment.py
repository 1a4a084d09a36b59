"""A virtual environment filled from the lock: the one for developing, and those that installers are built from."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import qt_libraries

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = sys.platform == "win32"


class SetupError(Exception):
    """Something on this machine has to change first; the text says what."""


class Environment:
    """A virtual environment in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / ("Scripts" if WINDOWS else "bin")
        self.python = self.bin / ("python.exe" if WINDOWS else "python")

    def make(self) -> None:
        """Make it with pip in it, unless a working one is there."""
        if self.works("-m", "pip", "--version") or self.works("-m", "ensurepip"):
            return
        print(f"Making {self.folder}", flush=True)
        command = [sys.executable, "-m", "venv", "--clear", str(self.folder)]
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            return
        if shutil.which("apt-get"):
            # Debian splits venv off; this raises with the command when it may not install.
            qt_libraries.apt_install(["python3-venv"], "Python's parts for environments")
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SetupError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")

    def works(self, *arguments: str) -> bool:
        """Whether the environment's Python runs this."""
        try:
            return subprocess.run([str(self.python), *arguments], check=False, capture_output=True).returncode == 0
        except OSError:
            return False

    def install_locked(self, requirements: str) -> None:
        """Install a subset of the lock with its hashes; only ready-made files, nothing is compiled here."""
        with tempfile.TemporaryDirectory() as folder:
            chosen = Path(folder) / "requirements.txt"
            chosen.write_text(requirements, "utf-8")
            code = self._pip("--require-hashes", "--only-binary", ":all:", "-r", str(chosen))
        if code:
            raise SetupError(
                "The dependencies could not be installed (see above). They come from Python's package index: "
                "check the connection, or set HTTPS_PROXY or PIP_INDEX_URL if your network needs it, and try again."
            )

    def install_project(self, editable: bool) -> None:
        """Install the project itself, as it stands in the checkout (editable) or as it will be shipped."""
        how = ["--editable"] if editable else ["--force-reinstall"]
        if self._pip("--no-deps", "--no-build-isolation", "--no-index", *how, str(ROOT)):
            raise SetupError(f"The project itself could not be installed into {self.folder} (see above).")

    def _pip(self, *arguments: str) -> int:
        options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
        if not WINDOWS and os.geteuid() == 0:
            options.append("--root-user-action=ignore")
        return run([str(self.python), "-m", "pip", "install", *options, *arguments])


def run(command: list[str]) -> int:
    """Run a program in the project's folder and return its exit code."""
    return subprocess.run(command, check=False, cwd=ROOT).returncode
