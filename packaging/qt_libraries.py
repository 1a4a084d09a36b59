"""Which system libraries Qt needs on Linux, and the packages that hold them on Debian and Fedora families.

The PySide6 wheel carries Qt but not the libraries under it. Where one is missing, Python only says that libEGL.so.1
cannot be opened; here the answer is the list of packages, installed at once where that is allowed.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

# Shared object -> its package (Debian and Ubuntu, Fedora and its kin).
LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libX11.so.6": ("libx11-6", "libX11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
    "libbrotlicommon.so.1": ("libbrotli1", "libbrotli"),
    "libbrotlidec.so.1": ("libbrotli1", "libbrotli"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2", "krb5-libs"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libstdc++.so.6": ("libstdc++6", "libstdc++"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-glx.so.0": ("libxcb-glx0", "libxcb"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libz.so.1": ("zlib1g", "zlib"),
    "libzstd.so.1": ("libzstd1", "libzstd"),
}
# Needed for a window on Wayland without X: nobody is asked to install them, but a package depends on them.
WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
FONTS = ("fonts-dejavu-core", "dejavu-sans-fonts")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")

# Run with the environment's own Python: loads what the window loads, with the plug-in that talks to an X server.
PROBE = """
import ctypes, pathlib, PySide6
plugins = pathlib.Path(PySide6.__file__).parent / "Qt" / "plugins"
from PySide6 import QtCore, QtGui, QtNetwork, QtSvg, QtWidgets
for plugin in ("platforms/libqxcb.so", "platforms/libqoffscreen.so", "xcbglintegrations/libqxcb-egl-integration.so"):
    ctypes.CDLL(str(plugins / plugin))
"""


class LibrariesMissingError(Exception):
    """The text says which packages to install, and how."""


def missing_libraries(names: Iterable[str] = LIBRARIES) -> list[str]:
    """Shared objects of these that the loader cannot open."""
    missing = []
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def fonts_missing() -> bool:
    """Whether no font at all is installed: every letter would be an empty box."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return not any(next(folder.rglob("*.[to]tf"), None) for folder in folders if folder.is_dir())


def packages(names: list[str], family: int, fonts: bool) -> list[str]:
    """Packages to install for these shared objects; `family` 0 is Debian's, 1 is Fedora's."""
    return sorted({LIBRARIES[name][family] for name in names} | ({FONTS[family]} if fonts else set()))


def ensure() -> None:
    """Install what is missing where that is allowed, else raise LibrariesMissingError with the command to run."""
    names, fonts = missing_libraries(), fonts_missing()
    if not names and not fonts:
        return
    if shutil.which("apt-get"):
        apt_install(packages(names, 0, fonts), "Qt's system libraries")
        still = missing_libraries()
        if still:
            raise LibrariesMissingError(f"Still missing after the installation: {', '.join(still)}.")
        return
    tool = next((name for name in ("dnf", "yum") if shutil.which(name)), None)
    if tool:
        command = " ".join(["sudo", tool, "install", *packages(names, 1, fonts)])
        raise LibrariesMissingError(
            f"Qt's system libraries are missing. Install them, then run this again:\n\n    {command}\n"
        )
    raise LibrariesMissingError(
        "Qt's system libraries are missing. Install what holds these with your system's package tool, "
        f"then run this again:\n\n    {' '.join(names) or 'a TrueType font, DejaVu Sans for example'}\n"
    )


def apt_install(wanted: list[str], what: str) -> None:
    """Install Debian packages as root; for anybody else raise LibrariesMissingError with the command to run."""
    listed = " ".join(wanted)
    if os.geteuid() != 0:
        raise LibrariesMissingError(
            f"{what} are missing. Install them, then run this again:\n\n    sudo apt-get install {listed}\n"
        )
    print(f"Installing {what}: {listed}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    for command in (["apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=environment, check=False, stdin=subprocess.DEVNULL, capture_output=True)
        # A list that could not be refreshed (one dead mirror of several) need not stop an installation.
        if done.returncode and command is install:
            sys.stderr.write(done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace"))
            raise LibrariesMissingError(f"They could not be installed (see above). By hand: apt-get install {listed}")


def check_loads(python: Path) -> None:
    """Load Qt and its X plug-in for real; raise LibrariesMissingError with the loader's words if that fails."""
    done = subprocess.run([str(python), "-c", PROBE], check=False, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise LibrariesMissingError(
            f"Qt does not load: {said[0]}. Install the package that holds the library named there, then run this again."
        )
