"""The window while files are imported: ``python tests/benchmarks/window_while_importing.py [--on sqlite,postgresql]``.

Files are generated: 100,000 rows of stock and of orders, a settlement and purchase orders in X12 of 20,000 rows. They
are dropped on the desk, answered for and imported with the rules; before that a preview and an import are canceled in
each of their phases, after it one while the rules run. A timer beats on the window's thread. Printed for each part:

- the longest the thread itself worked between two beats (limit 100 ms), and the longest wait by the wall's clock;
- how much of a wait another thread of the process ran, and the window's own was not only without a processor (Linux
  tells both): the time for which something held the window, mostly the interpreter's lock (limit 100 ms). On a quiet
  machine the two are alike, on a busy one the wall's clock tells how busy it is;
- from pressing Cancel until the worker has ended and the desk says so: 1 s, 2 s where an index or the end of a large
  write is under way.

After each cancel the database must have as many rows in each table as before. What exceeds a limit is named, and the
exit code is then 1. The named alternative is a worker that only counts in plain Python: what two busy threads cost.
``--trace`` prints where all threads stand whenever the window has waited for 100 ms; it is taken beside the interpreter
and can, rarely, end the program. The server is the tests' one.
"""

import argparse
import faulthandler
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from import_files import KINDS
from import_orders import NOW
from test_triage import LIMIT_MS, until_quiet

CANCEL_S, LARGE_S = 1.0, 2.0
COUNTING_S = 5.0
FILES = {"inventory": 100_000, "shopify": 100_000, "settlement": 20_000, "x12": 20_000}
# Where imports are canceled: how far the words of the progress must have come, and which file is imported.
PREVIEW = ("rows read", "Writing orders")
IMPORT = ("rows read", "Writing orders", "Writing order lines", "Building index", "Pointing")
RULES = ("Running the exception rules", "Looking for", "Writing what was found")
LARGE = ("Building index", "Pointing", "Writing what was found")
# What says that something was tried, not what was in the file.
_KEPT = ("import_runs", "unread_files", "audit", "changes")


class Wait(NamedTuple):
    """Milliseconds between two beats: by the wall, held by something else than a lack of processors; and what ran."""

    waited: float = 0.0
    held: float = 0.0
    doing: str = ""


class Figures(NamedTuple):
    """The longest the window's thread worked, its longest wait, the wait in which it was held longest, the whole."""

    worked: float
    waited: Wait
    held: Wait
    whole: float
    cancel: float | None = None


class Watch(QObject):
    """Beats on the window's thread; ``every`` is called at each beat with the words of what is running."""

    def __init__(self, application: QApplication, tasks: Any, trace: bool) -> None:
        super().__init__()
        self._application, self._tasks, self._trace = application, tasks, trace
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._beat)
        self.every: Callable[[str], None] = lambda doing: None
        self.pressed: float | None = None
        self.done: float | None = None

    def _beat(self) -> None:
        wall, worked, threads = time.perf_counter(), time.thread_time(), _threads()
        waited = (wall - self._wall) * 1000
        one = Wait(waited, _held(waited, self._threads, threads), self._doing)
        self._waits = max(self._waits[0], one), max(self._waits[1], one, key=lambda wait: wait.held)
        self._worked = max(self._worked, (worked - self._before) * 1000)
        running = [run.task for run in self._tasks._runs]
        self._doing = " + ".join(task.text or task.kind for task in running)
        self.every(self._doing)
        if self.pressed is not None and self.done is None and all(task.wanted for task in running):
            self.done = wall
        time.sleep(0.001)
        if self._trace:
            faulthandler.dump_traceback_later(LIMIT_MS / 1000, exit=False)
        self._wall, self._before, self._threads = wall, worked, threads

    def over(self, work: Callable[[], Any], done: Callable[[], bool]) -> Figures:
        """Figures of a piece of work, until ``done`` holds and everything was painted."""
        self._waits, self._worked, self._doing, self.pressed = (Wait(), Wait()), 0.0, "", None
        self.done = None
        start = self._wall = time.perf_counter()
        self._before, self._threads = time.thread_time(), _threads()
        self._timer.start()
        ended = until_quiet(self._application, work, done, 900, lambda: self._doing)
        self._timer.stop()
        faulthandler.cancel_dump_traceback_later()
        cancel = None if self.pressed is None else (self.done or ended) - self.pressed
        return Figures(self._worked, *self._waits, ended - start, cancel)


def _threads() -> dict[str, tuple[int, int]]:
    """Nanoseconds that each thread of this process ran, and had work but no processor; empty where nobody tells."""
    found = {}
    try:
        for thread in Path("/proc/self/task").iterdir():
            ran, lacked, _ = (thread / "schedstat").read_text("ascii").split()
            found[thread.name] = int(ran), int(lacked)
    except (OSError, ValueError):
        pass  # another system; or a thread that ended meanwhile
    return found


def _held(waited: float, before: dict[str, tuple[int, int]], now: dict[str, tuple[int, int]]) -> float:
    """Milliseconds of a wait for which something else in this process ran, and not only a processor was lacking."""
    own = str(os.getpid())
    if own not in now or own not in before:
        return waited
    nothing = (0, 0)
    ran = max((figures[0] - before.get(thread, nothing)[0] for thread, figures in now.items()), default=0)
    return min(waited - (now[own][1] - before[own][1]) / 1e6, ran / 1e6)


class Bench:
    """A window over an empty database, and files."""

    def __init__(self, application: QApplication, url: str, folder: Path, trace: bool) -> None:
        from opsconsole.app import App, Options
        from opsconsole.desktop.settings import LAST_TAB
        from opsconsole.services import databases

        databases.open_database(url, create=True).close()
        self.figures: dict[str, Figures] = {}
        self.faults: list[str] = []
        self.app = App(application, Options(url, as_of=NOW, settings=folder / "s.ini", cache=folder, alone=True))
        self.app.settings.set(LAST_TAB, "data")
        self.watch = Watch(application, self.app.tasks, trace)
        self.time("starting", self.app.start)

    @property
    def tab(self) -> Any:
        """The import desk."""
        return self.app.window.tab("data")

    def quiet(self) -> bool:
        """Whether nothing is under way, not even what nobody wants any more."""
        return bool(self.app.window.settled and not self.app.tasks.is_running() and not self.app.tasks._runs)

    def time(self, name: str, work: Callable[[], Any]) -> None:
        """Measure a piece of work until nothing is under way."""
        self.figures[name] = one = self.watch.over(work, self.quiet)
        if "canceled at" in name and one.cancel is None:
            self.faults.append(f"NOT CANCELED  {name}: this was not said; the desk says: {self.tab.bar.text}")
        self.watch.every = lambda doing: None
        words = f"{one.worked:7.0f} {one.waited.waited:8.0f} {one.held.held:8.0f} {one.whole:8.1f} s"
        words += f" {'' if one.cancel is None else f'{one.cancel:.2f} s':>8}"
        print(f"{words}  {name}  [{one.held.doing}]", flush=True)

    def rows(self) -> dict[str, int]:
        """How many rows each table has, but those that tell what was tried."""
        from sqlalchemy import func, select

        from opsconsole.store import schema

        tables = [table for table in schema.metadata.sorted_tables if table.name not in _KEPT]
        with self.app.desk.workspace.database.read() as conn:
            return {one.name: conn.execute(select(func.count()).select_from(one)).scalar() or 0 for one in tables}

    def press_at(self, words: str) -> None:
        """Press Cancel when the running task says these words, a little later where it tells how far it is."""

        def look(doing: str) -> None:
            if self.watch.pressed is None and words in doing:
                self.watch.pressed = time.perf_counter()
                bars = [self.tab.bar, *([self.tab.preview.bar] if self.tab.preview else [])]
                if not any(bar.cancel_task() for bar in bars):  # too young to be shown
                    for run in self.app.tasks._runs:
                        run.task.cancel()

        self.watch.every = look

    def cancel_at(self, words: str, name: str, work: Callable[[], Any]) -> None:
        """Measure work that is canceled when it says some words, and whether something of it is left."""
        before = self.rows()
        self.press_at(words)
        self.time(f"{name}, canceled at “{words}”", work)
        if changed := {key: count - before[key] for key, count in self.rows().items() if count != before[key]}:
            self.faults.append(f"LEFT BEHIND  {name}, canceled at “{words}”: {changed}")

    def end(self) -> None:
        """Close the window."""
        self.app.window.close()
        self.app.stop()
        self.app.window.deleteLater()


def measure(bench: Bench, files: dict[str, Path], *, sqlite: bool) -> None:
    """Cancel previews and imports, look at all files and import them, cancel the rules."""
    from opsconsole.domain.import_answers import Answers

    tab, orders = bench.tab, files["shopify"]
    said = {str(path): Answers(channel="shop", currency="USD") for path in files.values()}
    bench.time("a worker that counts", lambda: bench.app.tasks.run(_count, kind="count"))
    bench.time("looking at all", lambda: tab.importing.start(list(files.values())))
    bench.time("answering, looking again", lambda: _answer(tab, said))
    for words in PREVIEW:
        bench.cancel_at(words, "looking at all again", lambda: tab.preview.again.look(list(said)))
    tab.preview.leave()
    for words in IMPORT if sqlite else [words for words in IMPORT if words != "Building index"]:
        bench.cancel_at(words, "importing orders", lambda: tab.importing.import_now([orders], said))
    bench.time("looking at all, prepared", lambda: tab.importing.start(list(files.values())))
    bench.time("answering, looking once more", lambda: _answer(tab, said))
    bench.time("importing all", tab.preview.accept)
    states = [file.state for file in tab.importing.last.files]
    assert all(state in ("done", "partly") for state in states), states
    if not sqlite:  # a server does so by itself after large changes, the tests' one is told not to
        with bench.app.desk.workspace.database.write() as conn:
            conn.exec_driver_sql("ANALYZE")
    for number, words in enumerate(RULES):
        more = {str(orders): Answers(channel=f"shop-{number}", currency="USD")}
        bench.press_at(words)
        bench.time(
            f"importing more, canceled at “{words}”",
            lambda more=more: tab.importing.import_now([orders], more),  # type: ignore[misc]
        )


def _answer(tab: Any, said: dict[str, Any]) -> None:
    for key, answers in said.items():
        tab.preview.answers._keep(key, channel=answers.channel, currency=answers.currency)
    tab.preview.again.look(list(said))


def _count(_progress: Any) -> int:
    number, ends = 0, time.monotonic() + COUNTING_S
    while time.monotonic() < ends:
        number += 1
    return number


def exceeded(figures: dict[str, Figures]) -> list[str]:
    """What is over its limit, in words."""
    found = []
    for name, one in figures.items():
        if one.worked > LIMIT_MS:
            found.append(f"LIMIT EXCEEDED  {name}: worked {one.worked:.0f} ms without a beat ({LIMIT_MS:.0f})")
        if one.held.held > LIMIT_MS:
            found.append(f"LIMIT EXCEEDED  {name}: held for {one.held.held:.0f} ms ({LIMIT_MS:.0f}): {one.held.doing}")
        most = LARGE_S if any(words in name for words in LARGE) else CANCEL_S
        if one.cancel is not None and one.cancel > most:
            found.append(f"LIMIT EXCEEDED  {name}: done with after {one.cancel:.2f} s ({most:.0f})")
    return found


@contextmanager
def _url(kind: str, folder: Path) -> Iterator[str]:
    """An empty database of a kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'ops.db'}"
        return
    from postgres_server import start_server

    with start_server() as server:
        yield server.create_database("importing")


def main() -> None:
    """Measure on each database and print; what takes too long is named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--on", default="sqlite,postgresql")
    parser.add_argument(
        "--rows", type=int, default=100_000, help="of stock and orders, 20,000 or more; the others in proportion"
    )
    parser.add_argument("--trace", action="store_true")
    given = parser.parse_args()
    application = QApplication(sys.argv[:1])
    found: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        files = {}
        for kind, rows in FILES.items():
            (Path(name) / kind).mkdir()
            files[kind] = KINDS[kind][0](Path(name) / kind, rows * given.rows // 100_000)
        for kind in given.on.split(","):
            folder = Path(name) / f"on {kind}"
            folder.mkdir()
            print(f"{kind}\n worked   waited     held    whole   cancel", flush=True)
            with _url(kind, folder) as url:
                bench = Bench(application, url, folder, given.trace)
                measure(bench, files, sqlite=kind == "sqlite")
                bench.end()
            found += [f"{kind}: {words}" for words in (*exceeded(bench.figures), *bench.faults)]
            print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors", flush=True)
    print("\n".join(found) or "No limit was exceeded.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
