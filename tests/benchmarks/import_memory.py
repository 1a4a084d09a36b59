"""Peak memory and seconds of importing large files of many kinds, at several lengths: how far memory grows with a file.

Each import runs in a process of its own, into an empty database. Run by name:

    python tests/benchmarks/import_memory.py [--kinds "inventory; xlsx"] [--rows 100000 500000] [--dry-run]
        [--postgresql] [--most MB]

``--dry-run`` looks at the files as the window does first. Kinds joined by `` + `` are dropped together.
Prints seconds, peak MB and what was read for each kind and length. The named alternative is the same kind at the
shortest length, and for files dropped together each of them alone: the growth and the ratio of the peaks are printed.
Exit code 1 where the longest needs over ``--most`` MB more than the shortest, or a drop than its most demanding file.
"""

import argparse
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
from import_files import KINDS
from import_orders import NOW

from postgres_server import Server, start_server

TOGETHER = " + "
MOST = 150  # MB; of 400,000 rows more, ids alone are some dozens


def peak() -> int:
    """The largest memory of this process so far, MB; of nothing before it, where the system tells."""
    with contextlib.suppress(OSError):
        told = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
        if told:
            return int(told[1]) // 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1024)


def run(paths: list[Path], url: str, *, dry_run: bool) -> dict[str, Any]:
    """Import files into a fresh database, or look at them, in this process."""
    from opsconsole.domain.import_answers import Answers
    from opsconsole.services import databases, imports
    from opsconsole.services.import_preview import preview_files

    database = databases.open_database(url, create=True)
    mappings = {path: path.with_suffix(".toml") for path in paths}
    said = {
        str(path): Answers(channel="shop", currency="USD", mapping=str(mapping) if mapping.exists() else "")
        for path, mapping in mappings.items()
    }
    before, began, spent = peak(), time.perf_counter(), time.process_time()
    if dry_run:
        files = [one.report for one in preview_files(database, paths, answers=said, who="Benchmark", now=NOW).files]
    else:
        files = imports.import_files(database, paths, answers=said, who="Benchmark", now=NOW).files
    figures = {"s": time.perf_counter() - began, "cpu": time.process_time() - spent, "mb": peak(), "before": before}
    database.close()
    for file in files:
        if file.state not in ("done", "partly", "dry_run"):
            raise SystemExit(f"{file.state}: {file.message} {file.hint}")
    totals = {what: sum(file.total(what) for file in files) for what in ("read", "inserted", "rejected")}
    return figures | totals


def make(kind: str, folder: Path, rows: int) -> None:
    """The files of a kind, each in a folder of its own, with its mapping."""
    for number, one in enumerate(kind.split(TOGETHER)):
        write, mapping = KINDS[one]
        place = folder / f"{number}"
        place.mkdir()
        path = write(place, rows)
        if mapping:
            path.with_suffix(".toml").write_text(mapping, "utf-8")


def measure(kind: str, rows: int, *, dry_run: bool, server: Server | None) -> dict[str, Any]:
    """Figures of one import in a process of its own; the files are made in another one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, __file__, "--make", kind, "--rows", str(rows), "--at", name], check=True)
        url = (
            server.create_database(f"memory_{time.time_ns()}")
            if server is not None
            else f"sqlite:///{folder / 'ops.db'}"
        )
        command = [sys.executable, __file__, "--at", name, "--url", url, *(["--dry-run"] if dry_run else [])]
        figures: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    told = f"{figures['read']:9,} records read, {figures['inserted']:9,} new, {figures['rejected']:9,} refused"
    print(
        f"{kind:26} {rows:8,} rows {figures['s']:7.1f} s ({figures['cpu']:6.1f} of this process) "
        f"{figures['before']:5,} → {figures['mb']:5,} MB {told}",
        flush=True,
    )
    return figures


def compare(kind: str, lengths: list[int], most: int, *, dry_run: bool, server: Server | None) -> bool:
    """Measure a kind at each length, and files of one drop beside each alone; whether all is in bounds."""
    peaks = [measure(kind, rows, dry_run=dry_run, server=server)["mb"] for rows in lengths]
    growth = peaks[-1] - peaks[0]
    print(f"{kind:26} grew {growth:,} MB, × {peaks[-1] / peaks[0]:.2f}", flush=True)
    good = growth <= most
    alone = kind.split(TOGETHER)
    if len(alone) > 1:
        largest = max(measure(one, lengths[-1], dry_run=dry_run, server=server)["mb"] for one in alone)
        print(f"{kind:26} {peaks[-1] - largest:+,} MB beside its largest, × {peaks[-1] / largest:.2f}", flush=True)
        good = good and peaks[-1] - largest <= most
    return good


def main() -> int:
    """All kinds asked for, at each length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default="; ".join(KINDS), help="separated by semicolons, those of one drop by +")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 500_000])
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--most", type=int, default=MOST, help="MB that the longest may need more than the shortest")
    for name in ("--make", "--at", "--url"):
        parser.add_argument(name, default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        make(given.make, Path(given.at), given.rows[0])
        return 0
    if given.url:
        paths = sorted(path for path in Path(given.at).glob("*/*") if path.suffix != ".toml")
        print(json.dumps(run(paths, given.url, dry_run=given.dry_run)))
        return 0
    kinds = [" + ".join(map(str.strip, kind.split("+"))) for kind in given.kinds.split(";")]
    with start_server() if given.postgresql else contextlib.nullcontext() as server:
        good = [compare(kind, given.rows, given.most, dry_run=given.dry_run, server=server) for kind in kinds]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
