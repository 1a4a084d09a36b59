"""The .deb: the frozen program under /usr/lib/opsconsole, a command, a menu entry, a manual page."""

import gzip
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

from environment import SetupError
from stripping import is_elf

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LINUX = HERE / "linux"
# Programs called here -> Debian package.
TOOLS = {"dpkg-shlibdeps": "dpkg-dev", "fakeroot": "fakeroot", "lintian": "lintian"}
MAINTAINER = "The opsconsole authors <authors@opsconsole.invalid>"
# Lintian's tags that only an upload to Debian itself would have to answer.
NOT_UPLOADED = "initial-upload-closes-no-bugs,no-manual-page"


def stage_program(program: Path, build: Path) -> tuple[Path, Path]:
    """Copy the program to where the package is put together; returns that folder and the program's place in it.

    Libraries of the system that the folder carries for other distributions are left out: the package depends on them.
    """
    stage = build / "deb"
    shutil.rmtree(stage, ignore_errors=True)
    home = stage / "usr" / "lib" / "opsconsole"
    shutil.copytree(program, home, symlinks=True)
    for library in (home / "_internal").glob("lib*.so*"):
        if not library.is_symlink() and not library.name.startswith("libpython"):
            library.unlink()
    return stage, home


def make_package(stage: Path, build: Path, dist: Path, version: str, moment: int) -> Path:
    """Describe, pack and check what is staged; returns the package. Times inside are `moment` (seconds since 1970)."""
    home = stage / "usr" / "lib" / "opsconsole"
    (stage / "usr" / "bin").mkdir(parents=True)
    (stage / "usr" / "bin" / "opsconsole").symlink_to("../lib/opsconsole/opsconsole")
    _integration(stage, build / "icons")
    _documents(stage, home, version, moment)
    _modes(stage)
    architecture = _output(["dpkg", "--print-architecture"])
    control = stage / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(_control(stage, version, architecture, _depends(stage, build)), "utf-8")
    _checksums(stage)
    target = dist / f"opsconsole_{version}_{architecture}.deb"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(moment)}
    command = ["fakeroot", "dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(stage), str(target)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    check(target)
    return target


def check(package: Path) -> None:
    """Lintian's word on a package; SetupError when it finds an error or a warning that no override explains."""
    command = ["lintian", "--fail-on", "error,warning", "--suppress-tags", NOT_UPLOADED, "--allow-root", str(package)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    print(done.stdout, end="")
    if done.returncode:
        raise SetupError(f"lintian found the above in {package.name} {done.stderr}")


def _integration(stage: Path, icons: Path) -> None:
    share = stage / "usr" / "share"
    _put(LINUX / "opsconsole.desktop", share / "applications" / "opsconsole.desktop")
    _put(LINUX / "opsconsole.metainfo.xml", share / "metainfo" / "opsconsole.metainfo.xml")
    for picture in sorted(icons.glob("opsconsole-*.png")):
        size = picture.stem.rsplit("-", 1)[1]
        _put(picture, share / "icons" / "hicolor" / f"{size}x{size}" / "apps" / "opsconsole.png")
    drawing = ROOT / "resources" / "icons" / "opsconsole.svg"
    _put(drawing, share / "icons" / "hicolor" / "scalable" / "apps" / "opsconsole.svg")
    _put(LINUX / "lintian-overrides", share / "lintian" / "overrides" / "opsconsole")


def _documents(stage: Path, home: Path, version: str, moment: int) -> None:
    share = stage / "usr" / "share"
    documents = share / "doc" / "opsconsole"
    documents.mkdir(parents=True)
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(moment))
    entry = f"opsconsole ({version}) stable; urgency=medium\n\n  * Release {version}; see CHANGELOG.md.\n"
    _compressed(f"{entry}\n -- {MAINTAINER}  {date}\n", documents / "changelog.gz")
    _put(LINUX / "copyright", documents / "copyright")
    # The texts stay with the program: systems that leave documentation out must still have the licenses.
    (documents / "licenses").symlink_to("../../../lib/opsconsole/licenses")
    shutil.copyfile(ROOT / "CHANGELOG.md", documents / "CHANGELOG.md")
    (documents / "sbom.cdx.json").symlink_to("../../../lib/opsconsole/sbom.cdx.json")
    page = (LINUX / "opsconsole.1").read_text("utf-8").replace("@VERSION@", version)
    _compressed(page, share / "man" / "man1" / "opsconsole.1.gz")
    assert (home / "licenses" / "NOTICES.md").is_file(), "the licenses are not in the program"


def _modes(stage: Path) -> None:
    """Folders and programs 755, everything else 644; libraries are opened, not run."""
    for path in stage.rglob("*"):
        if path.is_symlink():
            continue
        runs = path.is_dir() or (path.stat().st_mode & stat.S_IXUSR and ".so" not in path.name and is_elf(path))
        path.chmod(0o755 if runs else 0o644)


def _depends(stage: Path, build: Path) -> str:
    """Debian packages of the shared libraries that the program takes from the system."""
    binaries = [path for path in stage.rglob("*") if path.is_file() and not path.is_symlink() and is_elf(path)]
    work = build / "shlibdeps"
    (work / "debian").mkdir(parents=True, exist_ok=True)
    (work / "debian" / "control").write_text("Source: opsconsole\n\nPackage: opsconsole\nArchitecture: any\n", "utf-8")
    private = sorted({str(path.parent) for path in binaries})
    command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0", *(f"-l{folder}" for folder in private)]
    said = _output([*command, *(f"-e{path}" for path in binaries)], work)
    return said.removeprefix("shlibs:Depends=")


def _control(stage: Path, version: str, architecture: str, depends: str) -> str:
    size = sum(path.stat().st_size for path in stage.rglob("*") if path.is_file() and not path.is_symlink())
    return f"""Package: opsconsole
Version: {version}
Section: misc
Priority: optional
Architecture: {architecture}
Maintainer: {MAINTAINER}
Installed-Size: {size // 1024}
Depends: {depends}
Recommends: hicolor-icon-theme
Suggests: gnome-keyring | kwalletmanager, libreoffice-calc
Description: operations console for e-commerce
 Reads the order, stock and tracking files that selling and shipping platforms
 let one download and shows order exceptions, stock levels, vendor SLAs and KPI
 charts; hands each of them on as an Excel workbook.
 .
 Works on one computer with its data in one file, or for a team on a PostgreSQL
 server. Everything it needs to run is included.
"""


def _checksums(stage: Path) -> None:
    files = sorted(path for path in (stage / "usr").rglob("*") if path.is_file() and not path.is_symlink())
    listed = subprocess.run(
        ["md5sum", *(str(path.relative_to(stage)) for path in files)], cwd=stage, check=True, capture_output=True
    ).stdout
    (stage / "DEBIAN" / "md5sums").write_bytes(listed)


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _compressed(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def _output(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise SetupError(f"{command[0]} failed: {done.stderr}")
    return done.stdout.strip()
