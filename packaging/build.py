"""Installers, from the locked dependencies, on the system they are for.

    python3 packaging/build.py deb         a package for Debian and Ubuntu (dist/opsconsole_VERSION_ARCH.deb)
    python3 packaging/build.py portable    the same program as an archive to unpack anywhere
    python3 packaging/build.py sbom        the bill of materials (CycloneDX) alone
    python3 packaging/build.py program     only the folder (build/program/opsconsole)

What is built for which system and where it was tried is in packaging/README.md. Everything intermediate is in `build`.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import debian
import lock
import materials
import notices
import qt_libraries
import stripping
from environment import Environment, SetupError

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
DIST = ROOT / "dist"
PROGRAM = BUILD / "program" / "opsconsole"
# Programs of the system that the Linux builds call -> Debian package.
TOOLS = {"objdump": "binutils", "strip": "binutils"}


def main(arguments: list[str]) -> int:
    """Build one target and say what came of it."""
    targets = {"program": program, "portable": portable, "deb": deb, "sbom": sbom}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=sorted(targets))
    try:
        made = targets[parser.parse_args(arguments).target]()
    except (SetupError, qt_libraries.LibrariesMissingError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    print(f"Made {made.relative_to(ROOT)} ({size_of(made) / 1e6:.0f} MB)")
    return 0


def version() -> str:
    """Version of the checkout, the only place where it is written."""
    text = (ROOT / "src" / "opsconsole" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    assert found, "src/opsconsole/__init__.py has no __version__"
    return found.group(1)


def build_time() -> int:
    """Seconds since 1970 that files and packages carry: the last commit's, so that a build can be repeated exactly."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def program() -> Path:
    """The program as a folder, with the licenses and the bill of materials of what is in it."""
    os.environ["SOURCE_DATE_EPOCH"] = str(build_time())
    linux = sys.platform.startswith("linux")
    if linux:
        need_tools(TOOLS)
        qt_libraries.ensure()
    freezer = freezing_environment()
    freezer.install_project(editable=False)
    icons = BUILD / "icons"
    run([str(freezer.python), "packaging/icons/render.py", str(icons)])
    os.environ["OPSCONSOLE_ICONS"] = str(icons)
    freeze = ["-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"]
    freeze += ["--distpath", str(PROGRAM.parent), "--workpath", str(BUILD / "work"), "packaging/opsconsole.spec"]
    run([str(freezer.python), *freeze])
    if linux:
        print(f"Stripping saved {stripping.strip_libraries(PROGRAM) / 1e6:.0f} MB")
    write_notices(freezer, PROGRAM)
    write_materials(freezer, PROGRAM / "sbom.cdx.json")
    return PROGRAM


def write_notices(environment: Environment, folder: Path) -> None:
    """Gather the licenses of what a program's folder carries; its packages come from this environment."""
    notices.gather(materials.site_packages(environment), set(lock.names_for()), folder, version())


def freezing_environment() -> Environment:
    """What the program needs and PyInstaller, nothing else: whatever is here may end up in the program."""
    environment = Environment(BUILD / "freeze")
    environment.make()
    environment.install_locked(lock.subset("build", also=lock.INSTALLER))
    return environment


def write_materials(environment: Environment, target: Path) -> None:
    """Write the bill of materials for the packages in an environment that belong to the program."""
    tool = Environment(BUILD / "sbom")
    tool.make()
    tool.install_locked(lock.subset("sbom", program=False))
    materials.write(tool, environment, set(lock.names_for()), target, version())


def sbom() -> Path:
    """The bill of materials as a file of its own."""
    DIST.mkdir(exist_ok=True)
    target = DIST / f"opsconsole-{version()}.cdx.json"
    write_materials(freezing_environment(), target)
    return target


def portable() -> Path:
    """The program's folder as one archive."""
    folder = program()
    DIST.mkdir(exist_ok=True)
    name = f"opsconsole-{version()}-{sys.platform}-{platform.machine().lower()}"
    if sys.platform == "win32":
        return Path(shutil.make_archive(str(DIST / name), "zip", folder.parent, folder.name))
    target = DIST / f"{name}.tar.gz"
    moment = build_time()

    def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = moment
        return entry

    with tarfile.open(target, "w:gz") as archive:
        archive.add(folder, arcname=name, filter=anonymous)
    return target


def deb() -> Path:
    """The Debian package, looked over by lintian."""
    need_tools({**TOOLS, **debian.TOOLS})
    wayland = qt_libraries.missing_libraries(qt_libraries.WAYLAND)
    if wayland:
        # dpkg-shlibdeps finds the package of a library only where it is installed.
        qt_libraries.apt_install([qt_libraries.WAYLAND[name] for name in wayland], "Wayland's libraries")
    stage, home = debian.stage_program(program(), BUILD)
    write_notices(Environment(BUILD / "freeze"), home)
    DIST.mkdir(exist_ok=True)
    return debian.make_package(stage, BUILD, DIST, version(), build_time())


def need_tools(tools: dict[str, str]) -> None:
    """Install the system's programs that are missing, or say how."""
    missing = {package for name, package in tools.items() if shutil.which(name) is None}
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    if sys.base_prefix == "/usr" and not list(Path("/usr/lib").glob(f"**/libpython{minor}.so.1.0")):
        missing.add(f"libpython{minor}")
    if missing:
        qt_libraries.apt_install(sorted(missing), "Programs for building")


def run(command: list[str]) -> None:
    """Run a step; SetupError with its command when it fails."""
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        raise SetupError(f"failed: {' '.join(command)}")


def size_of(path: Path) -> int:
    """Bytes of a file or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
