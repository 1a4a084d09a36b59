"""The window while a large file is imported: 100,000 rows of orders, then 100,000 rows of stock, each with the rules.

A timer beats on the window's thread, as in ``test_triage.py``. The longest the thread itself worked without a beat must
stay within 100 ms. The longest wait by the wall's clock tells how long the worker kept the interpreter to itself; it is
printed beside its named alternative, a worker that only counts in plain Python for a while: what the machine and its
other work cost. Run by name, on a quiet machine:

    python tests/benchmarks/test_import_window.py [--rows 100000]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))
from import_memory import KINDS
from import_orders import NOW
from test_triage import LIMIT_MS, Beat, Figures, _until, report

ROWS = 100_000
FILES = {"100,000 rows of orders": "shopify", "100,000 rows of stock": "inventory"}
_COUNTING_SECONDS = 5.0


def measure(folder: Path, rows: int) -> dict[str, Figures]:
    """Both imports in one window, and the alternative."""
    from opsconsole.app import App, Options
    from opsconsole.desktop.settings import LAST_TAB
    from opsconsole.domain.import_answers import Answers
    from opsconsole.services import databases

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    url = f"sqlite:///{folder / 'ops.db'}"
    databases.open_database(url, create=True).close()
    app = App(application, Options(url, as_of=NOW, settings=folder / "s.ini", cache=folder, alone=True))
    beat = Beat(application)

    def quiet() -> bool:
        return app.window.settled and not app.tasks.is_running()

    try:
        app.settings.set(LAST_TAB, "data")
        app.start()
        _until(application, quiet)
        tab: Any = app.window.tab("data")
        figures = {"a worker that counts": beat.over(lambda: app.tasks.run(_count, kind="count"), quiet)}
        for name, kind in FILES.items():
            place = folder / kind
            place.mkdir()
            path = KINDS[kind][0](place, rows)
            said = {str(path): Answers(channel="shop", currency="USD")}
            figures[name] = beat.over(lambda path=path, said=said: tab.importing.import_now([path], said), quiet)
            assert [file.state for file in tab.importing.last.files] in (["done"], ["partly"])
        return figures
    finally:
        app.window.close()
        app.stop()
        app.window.deleteLater()


def _count(_progress: Any) -> int:
    number, ends = 0, time.monotonic() + _COUNTING_SECONDS
    while time.monotonic() < ends:
        number += 1
    return number


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_window_answers_while_large_files_are_imported(qapp: QApplication, tmp_path: Path) -> None:
    figures = measure(tmp_path, ROWS)
    report(figures)
    assert {name: one.worked for name, one in figures.items() if one.worked > LIMIT_MS} == {}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    report(measure(Path(tempfile.mkdtemp()), parser.parse_args().rows))
