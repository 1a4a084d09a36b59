"""The one lock file: which of its entries a purpose needs, and how it is made anew.

`requirements.lock` holds every package for every purpose (running, developing, building an installer) with the hashes
of all its files, for Linux, Windows and macOS and every supported Python. What one purpose needs is found in the lock
itself: its `# via` comments are the dependency graph, and pyproject.toml names the roots. A subset is an ordinary
requirements file, so `pip install --require-hashes` still refuses anything that was left out or changed.
"""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"

# What installs the project itself (its build back end), so that this too comes from the lock.
INSTALLER = ("editables", "hatchling")


@dataclass
class Entry:
    """One package of the lock: its lines as they stand there (one block per version) and who asks for it."""

    name: str
    blocks: list[str] = field(default_factory=list)
    via: set[str] = field(default_factory=set)


def normalized(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named_in(requirement: str) -> str:
    """Name of the distribution that a requirement such as `psycopg[binary]>=3.2` asks for."""
    found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement.strip())
    if found is None:
        raise ValueError(f"not a requirement: {requirement!r}")
    return normalized(found.group())


def read_lock(text: str) -> dict[str, Entry]:
    """Entries of a lock file by normalized name."""
    entries: dict[str, Entry] = {}
    for block in re.findall(r"^[A-Za-z0-9][^\n]*\n(?:[ \t]+[^\n]*\n?)*", text, re.MULTILINE):
        name = named_in(block)
        entry = entries.setdefault(name, Entry(name))
        pinned, _, comment = block.partition("    # via")
        entry.blocks.append(pinned)
        entry.via |= {normalized(word) for word in re.findall(r"[A-Za-z0-9][\w.-]*", comment)}
    return entries


def roots(project: dict[str, object], extras: Iterable[str] = ()) -> set[str]:
    """Names that pyproject.toml asks for directly: what the program needs, and the given extras."""
    table = project["project"]
    assert isinstance(table, dict)
    wanted = list(table["dependencies"])
    for extra in extras:
        wanted += table["optional-dependencies"][extra]
    return {named_in(requirement) for requirement in wanted}


def closure(entries: dict[str, Entry], wanted: set[str]) -> list[str]:
    """The wanted names and all that they need, sorted; KeyError names a root that the lock lacks."""
    missing = wanted - entries.keys()
    if missing:
        raise KeyError(f"not in the lock (run: python3 packaging/develop.py lock): {', '.join(sorted(missing))}")
    found = set(wanted)
    while True:
        more = {name for name, entry in entries.items() if entry.via & found} - found
        if not more:
            return sorted(found)
        found |= more


def names_for(*extras: str, also: Iterable[str] = (), program: bool = True) -> list[str]:
    """Names of what the program needs, directly or not, plus the same for extras and single packages.

    Without `program` only the latter: a tool that stands alone.
    """
    project = tomllib.loads(PROJECT.read_text("utf-8"))
    wanted = roots(project, extras) | {normalized(name) for name in also}
    if not program:
        wanted -= roots(project)
    return closure(read_lock(LOCK.read_text("utf-8")), wanted)


def subset(*extras: str, also: Iterable[str] = (), program: bool = True) -> str:
    """Text of a requirements file for the names of `names_for`, versions and hashes as locked."""
    entries = read_lock(LOCK.read_text("utf-8"))
    names = names_for(*extras, also=also, program=program)
    # The last hash of an entry ends in a backslash when a comment followed it; pip wants no such end.
    return "".join(block.rstrip("\\\n ") + "\n" for name in names for block in entries[name].blocks)


def renew(arguments: list[str]) -> int:
    """Resolve again with uv (kept where still allowed; `--upgrade` takes the newest); returns uv's exit code."""
    uv = shutil.which("uv")
    if uv is None:
        print("Making the lock needs uv: install it (`pip install uv`) and run this again.")
        return 2
    command = [
        uv,
        "pip",
        "compile",
        PROJECT.name,
        "--output-file",
        LOCK.name,
        "--universal",
        "--python-version",
        "3.11",
    ]
    command += ["--all-extras", "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
