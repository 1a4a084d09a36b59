"""The licenses of everything that an installation carries, gathered into its folder `licenses`.

Python packages bring their texts; for what lies inside their wheels (Qt, OpenSSL, libpq ...) and for Python itself the
texts are those in packaging/licenses and on the machine that builds. A component that is in the program
without a text stops the build.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from lock import normalized

HERE = Path(__file__).resolve().parent
TEXTS = HERE / "licenses"
ROOT = HERE.parent
TEXT_NAMES = re.compile(r"licen[cs]e|copying|notice|copyright|authors", re.IGNORECASE)


@dataclass(frozen=True)
class Component:
    """A library that comes inside a wheel: how its files are recognized, its license and the texts of that."""

    name: str
    files: str
    license: str
    texts: tuple[str, ...]


COMPONENTS = (
    Component("Qt, PySide6 and Shiboken", r"(Qt6|PySide6/|shiboken6)", "LGPL-3.0-only", ("LGPL-3.txt", "GPL-3.txt")),
    Component("ICU", r"(libicu|icuuc|icudt)", "Unicode-DFS-2016", ("ICU.txt",)),
    Component("SQLite and SQLCipher", r"sqlcipher3/", "blessing AND BSD-3-Clause", ("SQLCipher.txt",)),
    Component("OpenSSL", r"(libcrypto|libssl|sqlcipher3/)", "Apache-2.0", ("Apache-2.0.txt",)),
    Component("libpq", r"libpq", "PostgreSQL", ("PostgreSQL.txt",)),
    Component("MIT Kerberos", r"lib(krb5|gssapi|k5crypto|com_err)", "MIT-krb5", ("MIT-krb5.txt",)),
    Component("OpenLDAP", r"lib(ldap|lber)", "OLDAP-2.8", ("OpenLDAP.txt",)),
    Component("Cyrus SASL", r"libsasl2", "BSD-4-Clause-UC", ("Cyrus-SASL.txt",)),
    Component("keyutils, libxcrypt", r"lib(keyutils|crypt-)", "LGPL-2.1-or-later", ("LGPL-2.1.txt",)),
)

HEAD = """# What this program is made of

opsconsole itself is under the MIT license (opsconsole/LICENSE). It carries the libraries below, each under its own
license; the texts are in this folder.

Qt, PySide6, Shiboken and psycopg are used under the GNU Lesser General Public License, version 3. They are separate
files in the program's folder and may be replaced by other builds of the same version. Their source code is published by
The Qt Company (download.qt.io) and by the Psycopg project (psycopg.org). Qt contains further
third-party code, listed under "Licenses Used in Qt" in Qt's documentation.

"""


def gather(site_packages: Path, names: set[str], program: Path, version: str) -> None:
    """Write `licenses` into the program's folder, for those packages of an environment that have one of the names.

    Names are normalized; SystemExit says what has no license text.
    """
    folder = program / "licenses"
    shutil.rmtree(folder, ignore_errors=True)
    _copy(ROOT / "LICENSE", folder / "opsconsole" / "LICENSE")
    rows = [("opsconsole", version, "MIT", "opsconsole/"), _python(folder)]
    rows += [_distribution(found, folder) for found in installed(site_packages, names)]
    present = [file.relative_to(program).as_posix() for file in program.rglob("*") if file.is_file()]
    rows += [_component(part, folder) for part in COMPONENTS if any(re.search(part.files, name) for name in present)]
    rows += _drawings_and_fonts(folder)
    rows += _system_libraries(program, folder)
    table = [
        "| component | version | license | texts |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    (folder / "NOTICES.md").write_text(HEAD + "\n".join(table) + "\n", "utf-8")


def installed(site_packages: Path, names: set[str]) -> list[Distribution]:
    """Packages of an environment that have one of these names, by name."""
    found = {normalized(one.metadata["Name"]): one for one in distributions(path=[str(site_packages)])}
    return [found[name] for name in sorted(found.keys() & names)]


def _python(folder: Path) -> tuple[str, str, str, str]:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    places = (
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(f"/usr/share/doc/python{version}/copyright"),
        Path(f"/usr/share/doc/libpython{version}-minimal/copyright"),
    )
    text = next((place for place in places if place.is_file()), None)
    if text is None:
        raise SystemExit(f"Python's license text is at none of {', '.join(map(str, places))}")
    _copy(text, folder / "CPython" / "LICENSE.txt")
    return "CPython", sys.version.split()[0], "PSF-2.0", "CPython/"


def _distribution(found: Distribution, folder: Path) -> tuple[str, str, str, str]:
    name = found.metadata["Name"]
    place = folder / name.lower()
    for file in found.files or []:
        if ".dist-info" in str(file) and TEXT_NAMES.search(file.name + str(file.parent)):
            _copy(Path(str(found.locate_file(file))), place / str(file).split("/", 1)[1].removeprefix("licenses/"))
    if normalized(name) in ("pyside6-essentials", "shiboken6"):
        return name, found.version, "LGPL-3.0-only", "third-party/"
    if not place.is_dir():
        raise SystemExit(f"{name} brings no license text: put it into packaging/licenses and say so in notices.py")
    return name, found.version, _license_of(found), f"{place.name}/"


def _license_of(found: Distribution) -> str:
    """SPDX expression where the package has one, else its own short words."""
    written = [*(found.metadata.get_all("License-Expression") or []), *(found.metadata.get_all("License") or [])]
    if written and written[0].strip():
        return str(written[0]).strip().splitlines()[0]
    classified = [
        text.rsplit(" :: ", 1)[1] for text in found.metadata.get_all("Classifier") or [] if "License ::" in text
    ]
    return " / ".join(classified) or "see text"


def _component(part: Component, folder: Path) -> tuple[str, str, str, str]:
    for text in part.texts:
        _copy(TEXTS / text, folder / "third-party" / text)
    return part.name, "inside the wheels", part.license, ", ".join(f"third-party/{text}" for text in part.texts)


def _drawings_and_fonts(folder: Path) -> list[tuple[str, str, str, str]]:
    _copy(ROOT / "resources" / "fonts" / "OFL.txt", folder / "third-party" / "OFL-Inter.txt")
    _copy(ROOT / "resources" / "icons" / "LICENSE.txt", folder / "third-party" / "MIT-Phosphor.txt")
    return [
        ("Inter (font)", "", "OFL-1.1", "third-party/OFL-Inter.txt"),
        ("Phosphor Icons (outlines)", "", "MIT", "third-party/MIT-Phosphor.txt"),
    ]


def _system_libraries(program: Path, folder: Path) -> list[tuple[str, str, str, str]]:
    """Libraries of the building system that Python needs (Linux): the notice of the Debian package they are from."""
    if not sys.platform.startswith("linux"):
        return []
    rows = []
    for library in sorted((program / "_internal").glob("lib*.so*")):
        # Links lead to libraries inside wheels.
        if library.is_symlink() or library.name.startswith("libpython"):
            continue
        package, version = _package_of(library.name)
        _copy(Path(f"/usr/share/doc/{package}/copyright"), folder / "system" / f"{package}.txt")
        rows.append((library.name, version, "see text", f"system/{package}.txt"))
    return rows


def _package_of(library: str) -> tuple[str, str]:
    """Debian package that holds a shared library, and its version."""
    cache = subprocess.run(["/sbin/ldconfig", "-p"], check=True, capture_output=True, text=True).stdout
    path = next(line.split(" => ")[1] for line in cache.splitlines() if line.strip().startswith(library + " "))
    for place in (path, str(Path(path).resolve()), path.removeprefix("/usr"), "/usr" + path):
        found = subprocess.run(["dpkg-query", "-S", place], check=False, capture_output=True, text=True)
        if found.returncode == 0:
            package = found.stdout.split(":", 1)[0]
            show = ["dpkg-query", "-W", "-f", "${Version}", found.stdout.split(": ", 1)[0]]
            return package, subprocess.run(show, check=True, capture_output=True, text=True).stdout
    raise SystemExit(f"no Debian package holds {library}: build on Debian")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
