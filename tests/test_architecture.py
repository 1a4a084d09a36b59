"""The house keeps its order: floors, sizes, names, and nothing in it that belongs to one machine."""

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "opsconsole"
TEXT = {".py", ".md", ".toml", ".txt", ".json", ".qss", ".csv", ".svg", ".sh", ".yml", ".yaml", ".cfg", ".ini", ".nsi"}

LONGEST_FILE, LONGEST_FUNCTION, MOST_METHODS = 400, 40, 25
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
VAGUE = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "base", "misc"}

# Hosts that may be named: standards, the sources of formulas and formats, places that examples are reserved for, and
# the pages of carriers and marketplaces that a link leads to.
HOSTS = re.compile(
    r"(^|\.)(example\.(com|org|net)|opsconsole\.example|localhost|w3\.org|purl\.org|openxmlformats\.org|microsoft\.com|"
    r"freedesktop\.org|github\.com|python\.org|sqlite\.org|postgresql\.org|qt\.io|scripts\.sil\.org|openfontlicense\.org|rsms\.me|"
    r"spdx\.org|gnu\.org|apache\.org|opensource\.org|debian\.org|cyclonedx\.org|creativecommons\.org|unicode\.org|"
    r"phosphoricons\.com|shipstation\.com|shopify\.com|iso\.org|doi\.org|openssl\.org|intel\.com|mozilla\.org|"
    r"ups\.com|fedex\.com|usps\.com|dhl\.com|ontrac\.com|canadapost-postescanada\.ca|royalmail\.com|laposte\.fr|"
    r"amazon\.com|ebay\.com|"
    r"inkscape\.org|sodipodi\.sourceforge\.net|appstream\.debian\.org|schemas\.android\.com|127\.0\.0\.1)$"
)


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted(SOURCE.rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def definitions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions and classes below a node, at any depth; expressions hold none and are not looked into."""
    for name in ("body", "orelse", "handlers", "finalbody", "cases"):
        inner = getattr(node, name, ())
        for entry in inner if isinstance(inner, list) else ():
            if isinstance(entry, (*FUNCTIONS, ast.ClassDef)):
                yield entry
            yield from definitions(entry)


def tracked() -> list[Path]:
    """Files of the repository; without git, those of the folders it is made of."""
    try:
        told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
        found = [ROOT / name for name in told.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        folders = ("src", "tests", "resources", "packaging")
        found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [path for path in found if path.is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path.suffix in TEXT or path.parent.name == ".ci" or path.name in ("LICENSE", ".gitignore"):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8", errors="replace")


def test_the_floors_hold() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*modules(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "packaging").rglob("*.py")]
        if (lines := path.read_text(encoding="utf-8").count("\n")) > LONGEST_FILE
    }
    assert long == {}


def test_functions_are_short_and_classes_have_few_methods() -> None:
    large: dict[str, int] = {}
    for path in modules():
        for node in definitions(tree_of(path)):
            place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
            if not isinstance(node, ast.ClassDef):
                if (length := _length(node)) > LONGEST_FUNCTION:
                    large[place] = length
            elif (methods := sum(isinstance(entry, FUNCTIONS) for entry in node.body)) > MOST_METHODS:
                large[place] = methods
    assert large == {}


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring: what has to be read to follow it."""
    first = node.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    words = (first.end_lineno or first.lineno) - first.lineno + 1 if told else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - words


def test_modules_are_named_for_what_they_are_about() -> None:
    assert [str(path) for path in modules() if path.stem in VAGUE or path.parent.name in VAGUE] == []


def test_nothing_public_is_without_a_docstring() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', path.stem)}"
        for path in modules()
        for node in [tree_of(path), *tree_of(path).body]
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        and not getattr(node, "name", "").startswith("_")
        and not ast.get_docstring(node)
        and path.stat().st_size
        and "versions" not in path.parts
    ]
    assert bare == []


def test_sql_is_written_for_both_databases_in_one_place() -> None:
    """Only store/dialect.py and store/database.py may ask which database it is."""
    allowed = {"store/dialect.py", "store/database.py"}
    asked = re.compile(r"""\bdialect\.name\b|==\s*["'](sqlite|postgresql)["']|sqlalchemy\.dialects""")
    found = {
        str(path.relative_to(SOURCE))
        for path in modules()
        if asked.search(path.read_text(encoding="utf-8")) and "migrations" not in path.parts
    }
    assert found <= allowed


def test_the_sources_module_is_found_by_its_folder() -> None:
    from opsconsole.imports.source import all_sources

    files = {path.stem for path in (SOURCE / "imports" / "sources").glob("*.py")} - {"__init__"}
    assert set(all_sources()) == files


def test_every_rule_says_everything_that_screens_show() -> None:
    from opsconsole.rules.order_exceptions import RULES

    incomplete = [
        rule.code
        for rule in RULES
        if not (
            rule.code.isupper() and rule.label and rule.sentences and rule.short and rule.closed_words and rule.needs
        )
    ]
    assert incomplete == []
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_every_kpi_says_what_it_counts() -> None:
    from opsconsole.rules.kpis import KPIS

    for key, kpi in KPIS.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
        assert kpi.key == key
        assert kpi.label, key
        assert kpi.definition, key
        assert kpi.clock, key


def test_every_list_of_the_command_line_has_a_service() -> None:
    from opsconsole.cli.arguments import LISTS
    from opsconsole.services.lists import SOURCES

    assert set(LISTS) == set(SOURCES)
    for source in SOURCES.values():
        assert callable(getattr(importlib.import_module(f"opsconsole.services.{source.module}"), source.function))


def test_services_are_light_to_import() -> None:
    """Importing the package of the services, the command line or the exports loads none of the heavy libraries."""
    code = (
        "import sys, opsconsole.services, opsconsole.cli, opsconsole.exports;"
        "print(sorted({'sqlalchemy', 'pandas', 'openpyxl', 'numpy', 'PySide6', 'pyqtgraph'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.strip() == "[]"


def test_no_path_of_this_machine_is_in_the_repository() -> None:
    """Neither where the checkout lies, nor the folders beside it, nor the home of who made it."""
    private = [str(ROOT)]
    private += [str(path) for path in ROOT.parent.iterdir() if path.is_dir() and len(ROOT.parts) <= 3]
    private += [str(Path.home())] if len(Path.home().parts) > 2 else []
    found = [
        f"{path}: {place}" for path, text in texts() for place in private if re.search(rf"{re.escape(place)}\b", text)
    ]
    assert found == []


def test_no_package_index_of_this_machine_is_in_the_repository() -> None:
    """The indexes that pip and uv are told to use here are nobody else's business."""
    settings = (
        "PIP_INDEX_URL",
        "PIP_EXTRA_INDEX_URL",
        "UV_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "UV_INDEX",
        "GOPROXY",
        "NPM_CONFIG_REGISTRY",
    )
    hosts = {urlsplit(url).hostname for name in settings for url in re.split(r"[\s,]+", os.environ.get(name, ""))}
    for file in (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf"):
        if file.exists():
            hosts |= {urlsplit(url).hostname for url in re.findall(r"https?://\S+", file.read_text(encoding="utf-8"))}
    public = {"pypi.org", "files.pythonhosted.org", "proxy.golang.org", "registry.npmjs.org", None, ""}
    found = [f"{path}: {host}" for path, text in texts() for host in hosts - public if str(host) in text]
    assert found == []


def test_only_known_hosts_are_named() -> None:
    found = {
        f"{path}: {host}"
        for path, text in texts()
        if "licenses" not in path.parts and path.suffix != ".lock" and "locks" not in path.parts
        for host in re.findall(r"https?://([A-Za-z0-9.-]+\.[A-Za-z]+|localhost)", text)
        if not HOSTS.search(host.lower())
    }
    assert found == set()


@pytest.mark.parametrize(
    "pattern",
    [r"\bissue\s+#?\d", r"\b(?:TODO|FIXME|XXX)\b(?!\W*\|)", r"(?i)\b(?:a\.?i\.?|language) (?:agent|assistant|model)\b"],
)
def test_the_text_speaks_of_the_project_only(pattern: str) -> None:
    own = Path("tests") / Path(__file__).name
    found = [
        f"{path}: {match[0]}"
        for path, text in texts()
        if path != own and path.suffix in (".py", ".md", ".toml") and "licenses" not in path.parts
        for match in re.finditer(pattern, text)
    ]
    assert found == []
