"""Start-up against a bare PySide6 window: first paint, first page of rows, the list itself, memory.

Each start is a process of its own; bare and console take turns, so that a busy machine slows both. Medians and ratios
are printed (``-s``, or run the file as a program). Targets of PERFORMANCE: first paint at most 1.25 times the bare
window, the first page of rows 1.6 times, memory then 1.3 times. The first page are the rows the window was closed
with; when the list itself stands (over the rows kept, before any database answers) is printed beside it.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROUNDS = 9
PROGRAM = Path(__file__).resolve().with_name("first_paint.py")
URL = "test://ops-main"


def start(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    """Figures of one start."""
    command = [sys.executable, str(PROGRAM), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=True)
    lines = ran.stdout.strip().splitlines()
    return dict(json.loads(lines[-1])) if lines else {}


def environment(folder: Path) -> dict[str, str]:
    """As an installed program runs: with compiled modules; offscreen where there is no display."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY") and sys.platform.startswith("linux"):
        kept["QT_QPA_PLATFORM"] = "offscreen"
    return kept


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_start_up(tmp_path: Path) -> None:
    surroundings = environment(tmp_path)
    # Twice: the first run settles the window's size, which a small display may change.
    for _ in range(2):
        start(surroundings, "prepare", str(tmp_path), URL)
    for warm_up in (("bare",), ("console", str(tmp_path), URL)):
        start(surroundings, *warm_up)
    bare, console = [], []
    for _ in range(ROUNDS):
        bare.append(start(surroundings, "bare"))
        console.append(start(surroundings, "console", str(tmp_path), URL))
    ratios = {}
    for name, key, of_bare, target in (
        ("first paint", "paint", "paint", 1.25),
        ("first page of rows", "rows", "paint", 1.6),
        ("memory then (KB)", "memory", "memory", 1.3),
        ("the list itself", "list", "paint", None),
        ("memory then (KB)", "list_memory", "memory", None),
    ):
        ours = statistics.median(run[key] for run in console)
        theirs = statistics.median(run[of_bare] for run in bare)
        ratios[key] = ours / theirs
        print(
            f"{name:20s} {ours:8.0f}, bare {theirs:8.0f}, ratio {ours / theirs:.2f}"
            + (f" ({target})" if target else "")
        )
        if f"{key}_cpu" in console[0]:
            ours, theirs = (
                statistics.median(run[part] for run in runs)
                for runs, part in ((console, f"{key}_cpu"), (bare, "paint_cpu"))
            )
            print(f"{'  processor time':20s} {ours:8.0f}, bare {theirs:8.0f}, ratio {ours / theirs:.2f}")
    assert ratios["paint"] < 2.5
    assert ratios["rows"] < 3


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-s", "-q", "-p", "no:cacheprovider"]))
