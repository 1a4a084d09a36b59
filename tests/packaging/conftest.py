"""The scripts of the packaging folder, which is no package: loaded from their files."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


def _script(name: str) -> ModuleType:
    # The scripts import each other by plain names, as when one of them is run.
    if str(ROOT / "packaging") not in sys.path:
        sys.path.append(str(ROOT / "packaging"))
    return importlib.import_module(name)


@pytest.fixture(scope="session")
def lock() -> ModuleType:
    return _script("lock")


@pytest.fixture(scope="session")
def develop() -> ModuleType:
    return _script("develop")


@pytest.fixture(scope="session")
def qt_libraries() -> ModuleType:
    return _script("qt_libraries")


@pytest.fixture(scope="session")
def environment() -> ModuleType:
    return _script("environment")


@pytest.fixture(scope="session")
def stripping() -> ModuleType:
    return _script("stripping")
