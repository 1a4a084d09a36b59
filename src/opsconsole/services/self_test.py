"""Trying the installed program on its own sample files: import, detection, workbook; the window is tried by its floor.

Every check is a function that returns what it saw in words and raises when something is wrong; ``timed`` turns either
into a ``Check``, so that one failing check does not hide the next.
"""

import json
import platform
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from opsconsole import __version__
from opsconsole.domain.instants import from_iso
from opsconsole.domain.resources import resource

# The sample files are true for this moment.
AS_OF = from_iso("2026-11-17T15:42:00Z")
SAMPLES = ("shopify_orders.csv", "shopify_inventory.csv")
# Planted in the sample files: what a person finds who reads them.
EXPECTED_TYPES = frozenset({"LATE_SHIPMENT", "PAYMENT_PENDING", "ADDRESS_INVALID", "DUPLICATE_ORDER"})
_ORDERS = 6


@dataclass(frozen=True, slots=True)
class Check:
    """One thing tried: its name, whether it is right, how long it took, what was seen."""

    name: str
    passed: bool
    milliseconds: int
    detail: str

    @property
    def line(self) -> str:
        """``ok      12 ms  import: 6 orders``."""
        return f"{'ok  ' if self.passed else 'FAIL'} {self.milliseconds:>6,} ms  {self.name}: {self.detail}"


def timed(name: str, step: Callable[[], str]) -> Check:
    """Run a check; an exception makes it a failed one with its last lines as detail."""
    started = time.perf_counter()
    try:
        passed, detail = True, step()
    except Exception as fault:
        where = traceback.extract_tb(fault.__traceback__)[-1]
        passed, detail = False, f"{type(fault).__name__}: {fault} ({Path(where.filename).name}:{where.lineno})"
    return Check(name, passed, round((time.perf_counter() - started) * 1000), " ".join(detail.split()))


class DataChecks:
    """The checks without a window, on a new database in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = str(folder / "self-test.db")
        self._database: Any = None

    def opened(self) -> str:
        """Make a database and open it."""
        from opsconsole.services import databases

        self._database = databases.open_database(self.url, create=True)
        return f"{self._database.label}, {self._database.dialect}"

    def imported(self) -> str:
        """Import the sample files, twice: the second time nothing is new."""
        from opsconsole.services.imports import import_files

        paths = [resource("samples", name) for name in SAMPLES]
        first, again = (
            import_files(self._database, paths, channel="sample-shop", who="self-test", now=AS_OF) for _ in range(2)
        )
        _require(first.exit_code == 0, " ".join(first.words()))
        _require(again.total("inserted") == 0, f"{again.total('inserted')} records were new the second time")
        return f"{first.total('inserted')} records from {len(paths)} files, again 0 new"

    def detected(self) -> str:
        """Run the exception rules and look for what the sample files hold."""
        from opsconsole.services.detection import detect
        from opsconsole.services.lists import list_named

        report = detect(self._database, AS_OF, who="self-test")
        found = set(list_named(self._database, "exceptions", AS_OF).columns["type"])
        _require(found >= EXPECTED_TYPES, f"not found: {', '.join(sorted(EXPECTED_TYPES - found))}")
        return f"{report.opened} exceptions of {len(found)} types"

    def workbook(self) -> str:
        """Write the review and read it back."""
        from opsconsole.exports.reading import read_tables
        from opsconsole.services.exports import export_review, export_tab

        review = read_tables(export_review(self._database, self.folder / "review.xlsx", AS_OF))
        _require(review.charts > 0, "the review has no charts")
        orders = read_tables(export_tab(self._database, "orders", self.folder / "orders.xlsx", AS_OF))
        rows = next(iter(orders.rows.values()))
        _require(rows == _ORDERS, f"{rows} orders in the workbook instead of {_ORDERS}")
        return f"{len(review.sheets)} sheets, {review.charts} charts, {sum(review.rows.values())} rows read back"

    def close(self) -> None:
        """Close the database."""
        if self._database is not None:
            self._database.close()


def _require(condition: bool, words: str) -> None:
    if not condition:
        raise AssertionError(words)


def lines(checks: Sequence[Check]) -> list[str]:
    """The report as text."""
    failed = sum(not check.passed for check in checks)
    verdict = "all checks passed" if not failed else f"{failed} of {len(checks)} checks failed"
    return [_system(), *(check.line for check in checks), f"opsconsole {__version__}: {verdict}"]


def as_json(checks: Sequence[Check]) -> str:
    """The report as one JSON object."""
    told = {
        "version": __version__,
        "system": _system(),
        "passed": all(check.passed for check in checks),
        "checks": [asdict(check) for check in checks],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def write_report(path: Path, checks: Sequence[Check]) -> None:
    """Write the report as JSON (.json) or text."""
    text = as_json(checks) if path.suffix.lower() == ".json" else "\n".join(lines(checks)) + "\n"
    path.write_text(text, encoding="utf-8")


def _system() -> str:
    return f"opsconsole {__version__} on {platform.system()} {platform.release()}, Python {platform.python_version()}"
