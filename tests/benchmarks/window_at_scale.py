"""The real window on a large company: ``python tests/benchmarks/window_at_scale.py DATABASE [MOMENT]``.

For each piece of work: the longest the window's thread worked between two beats, by its own processor time and by the
wall's clock (the limit is 100 ms), and how long until the answer was shown (a letter in the search has limits of its
own). What exceeds a limit is named, and the exit code is then 1. The wall's clock says little on a busy machine: the
load is printed beside it. ``multiplied.py`` makes such a company. Rows are assigned, snoozed and put back: use a copy.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QApplication
from test_triage import BULK, LIMIT_MS, Beat, Figures, report

# Until a letter is shown: PERFORMANCE by how many distinct values it looks through.
LETTER_MS = 120.0
NUMBERS = ("SO-185012 25", "SO-2045", "1Z4R7W03", "naomi", "12 25")


class Bench:
    """A window over a database, from start to end of a day's work."""

    def __init__(self, application: QApplication, url: str, moment: int | None, folder: Path) -> None:
        from opsconsole.app import App, Options
        from opsconsole.desktop.settings import LAST_TAB, USER_NAME

        self.figures: dict[str, Figures] = {}
        self.application, self.beat = application, Beat(application)
        self.app = App(application, Options(url, as_of=moment, settings=folder / "s.ini", cache=folder, alone=True))
        self.app.settings.set(USER_NAME, "Bench")
        self.last_tab = LAST_TAB
        self._faults: list[BaseException] = []
        self.app.window.open_failed.connect(self._faults.append)

    @property
    def tab(self) -> Any:
        """The exceptions."""
        return self.app.window.tab("order_exceptions")

    def quiet(self) -> bool:
        """Whether nothing is under way; ends the program when the database did not open."""
        if self._faults:
            sys.exit(str(self._faults[0]))
        return self.app.window.settled and not self.app.tasks.is_running()

    def shown(self) -> bool:
        """Whether what was asked of the list is shown."""
        running = self.app.tasks.is_running
        return not any(running(f"order_exceptions.{kind}") for kind in ("load", "arrange", "write"))

    def listed(self) -> bool:
        """Whether the whole list is shown."""
        return bool(self.shown() and self.tab.list.listing is not None)

    def time(self, name: str, work: Callable[[], Any], done: Callable[[], bool] | None = None) -> None:
        """Measure a piece of work until it is done."""
        self.figures[name] = self.beat.over(work, done or self.shown)

    def rest(self, name: str) -> None:
        """Wait for what goes on behind what is shown."""
        self.figures[f"  {name}"] = self.beat.over(lambda: None, self.quiet)

    def mark(self) -> None:
        """Mark the first rows."""
        model = self.tab.list.grid.listing_model
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        rows = QItemSelection(model.index(0, 0), model.index(BULK - 1, 0))
        self.tab.list.grid.selectionModel().select(rows, flags)

    def deed(self, name: str, service: str, values: dict[str, Any]) -> None:
        """A deed to the rows marked, and its undoing."""
        self.mark()
        ids = self.tab.list.selected_ids()
        assert len(ids) == BULK
        self.time(f"{name} {BULK:,}", lambda: self.tab.deeds._do(service, ids, values))
        self.rest("until all is at rest")
        self.time(f"undoing it ({name})", self.app.window.commands.undo)
        self.rest("until all is at rest")

    def end(self) -> None:
        """Close the window, and end what still runs behind it: nobody sees that any more."""
        self.time("closing the window", self.app.window.close, lambda: not self.app.window.isVisible())
        self.app.stop()
        self.app.window.deleteLater()
        self.application.processEvents()


def a_day(application: QApplication, url: str, moment: int | None, folder: Path) -> dict[str, Figures]:
    """Open the tab cold, search, sort, mark, change and undo, look something up; then start again with kept rows."""
    bench = Bench(application, url, moment, folder)
    bench.app.settings.set(bench.last_tab, "data")
    bench.time("starting on another tab", bench.app.start, bench.quiet)
    bench.time("opening the tab, cold", lambda: bench.app.window.show_tab("order_exceptions"), bench.listed)
    bench.rest("until it is ready to be searched")
    print(f"{len(bench.tab.list.listing):,} open exceptions are listed")
    search, view = bench.tab.toolbar.search, bench.tab.list
    for letters in ("swift", "swiftp", "so-2045", "so-20451"):
        bench.time(f"typing “{letters}”", lambda letters=letters: search.setText(letters))  # type: ignore[misc]
    bench.time("clearing the search", search.clear)
    for key in ("value_at_risk", "order", "evidence", "value_at_risk"):
        bench.time(f"sorting by {key}", lambda key=key: view.sort_by(key))  # type: ignore[misc]
    bench.time("sorting by time left again", lambda: view.sort_by("time_left"))
    bench.time("grouping by SKU", lambda: bench.tab.toolbar.selectors["group"]._pick("sku"))
    bench.time("no groups", lambda: bench.tab.toolbar.selectors["group"]._pick(""))
    bench.time(f"marking {BULK:,}", bench.mark)
    bench.deed("assigning", "assign", {"owner": "Desk"})
    bench.deed("snoozing", "snooze", {"until": bench.tab.request.now + 86_400_000_000})
    look_up(bench)
    bench.time("reading the list again", bench.tab.reload)
    bench.end()
    again = Bench(application, url, moment, folder)
    again.app.settings.set(again.last_tab, "order_exceptions")
    again.time("starting on kept rows", again.app.start, lambda: again.tab.list.model.rowCount() > 0)
    again.rest("until all rows are there")
    again.end()
    return {**bench.figures, **again.figures}


def look_up(bench: Bench) -> None:
    """The palette: numbers that are there, beginnings, parts."""
    from opsconsole.desktop.palette import Palette

    bench.time("opening the palette", bench.app.window.commands.open_palette)
    (palette,) = bench.app.window.findChildren(Palette)
    for text in NUMBERS:
        palette.field.clear()
        found = lambda: bool(palette._found)  # noqa: E731
        bench.time(f"looking up “{text}”", lambda text=text: palette.field.setText(text), found)  # type: ignore[misc]
        bench.rest("until all is told")
    palette.leave()


def main() -> None:
    """Measure and print; what takes too long is named."""
    application = QApplication(sys.argv[:1])
    url, moment = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None
    before = _load()
    figures = a_day(application, url, moment, Path(tempfile.mkdtemp()))
    report(figures)
    print(f"load of the machine: {before} before, {_load()} after, {os.cpu_count()} processors")
    exceeded = [words for name, one in figures.items() for words in _exceeded(name, one)]
    print("\n".join(exceeded) or "No limit was exceeded.")
    sys.exit(1 if exceeded else 0)


def _exceeded(name: str, one: Figures) -> list[str]:
    """What of a piece of work is over its limit, in words."""
    found = []
    if one.worked > LIMIT_MS:
        found.append(f"LIMIT EXCEEDED  {name.strip()}: worked {one.worked:.0f} ms without a beat ({LIMIT_MS:.0f})")
    if one.waited > LIMIT_MS:
        found.append(f"LIMIT EXCEEDED  {name.strip()}: no beat for {one.waited:.0f} ms by the wall ({LIMIT_MS:.0f})")
    if name.startswith("typing") and one.whole > LETTER_MS:
        found.append(f"LIMIT EXCEEDED  {name.strip()}: shown after {one.whole:.0f} ms ({LETTER_MS:.0f})")
    return found


def _load() -> str:
    """How many processes wanted a processor in the last minute."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
