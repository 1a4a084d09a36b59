"""Writing a list of 200,000 rows as a workbook, against openpyxl's write-only mode on the same sheet.

Both write the same cells with the same styles, the table, frozen header and conditional formatting. Run by name:

    python tests/benchmarks/excel.py [--rows 200000] [--rounds 3]

Prints CPU seconds (medians), their ratio, added memory and file sizes. Target: at least 10 times.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from openpyxl import Workbook as Book
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.table import Table, TableStyleInfo

from opsconsole.domain.field import Field, Kind, TimeLeft, Total
from opsconsole.domain.instants import from_iso, to_datetime
from opsconsole.domain.listing import Listing
from opsconsole.exports.workbook import Workbook

NOW = from_iso("2026-11-17T15:42:00Z")
FIELDS = (
    Field("severity", "Severity", Kind.SEVERITY),
    Field("type", "Type"),
    Field("why", "Why", stretch=True),
    Field("order", "Order", Kind.IDENTIFIER),
    Field("channel", "Channel"),
    Field("location", "Site"),
    Field("opened_at", "Opened", Kind.INSTANT),
    Field("age", "Age", Kind.DURATION),
    Field("time_left", "Time left", Kind.TIME_LEFT, total=Total.OVER),
    Field("units", "Units", Kind.QUANTITY, total=Total.SUM),
    Field("value", "Value at risk", Kind.MONEY, currency="USD", total=Total.SUM),
    Field("share", "Share", Kind.PERCENT),
    Field("owner", "Owner", missing="Unassigned", total=Total.MISSING),
    Field("state", "State", Kind.STATE),
)


def make(rows: int) -> Listing:
    """A queue of order exceptions; the same at every run."""
    pick = random.Random(7)
    columns = {
        "severity": pick.choices(["S1", "S2", "S3", "S4"], k=rows),
        "type": pick.choices(["Late shipment", "Out of stock", "No tracking", "Address invalid"], k=rows),
        "why": [f"Ship-by passed {pick.randrange(1, 90)}h ago, no ship confirm" for _ in range(rows)],
        "order": [f"SO-{200_000 + number}" for number in range(rows)],
        "channel": pick.choices(["Amazon", "Shopify", "eBay", "Walmart"], k=rows),
        "location": pick.choices(["Reno 1", "Columbus", "Harbor"], k=rows),
        "opened_at": [NOW - pick.randrange(90 * 86_400) * 1_000_000 for _ in range(rows)],
        "age": [pick.randrange(90 * 86_400) for _ in range(rows)],
        "time_left": [TimeLeft(pick.randrange(-20_000, 200_000), 0.5) for _ in range(rows)],
        "units": [pick.randrange(1, 40) for _ in range(rows)],
        "value": [pick.randrange(500, 200_000) for _ in range(rows)],
        "share": [pick.random() for _ in range(rows)],
        "owner": pick.choices([None, "Shift A", "Stock desk"], k=rows),
        "state": pick.choices(["open", "acknowledged", "waiting"], k=rows),
    }
    return Listing(FIELDS, columns, range(rows), NOW, title="Order exceptions", time_zone="America/New_York")


def ours(listing: Listing, path: Path) -> None:
    """The console's own path."""
    book = Workbook(listing.title, listing.as_of)
    book.add_listing(listing)
    book.save(path)


def openpyxl_write_only(listing: Listing, path: Path) -> None:
    """The same sheet through openpyxl, the fastest way it has."""
    book = Book(write_only=True)
    sheet = book.create_sheet("Order exceptions")
    line = Border(bottom=Side(style="thin", color="DADFE6"))
    font = Font(name="Calibri", size=11, color="18202B")
    formats = {
        Kind.INSTANT: "d mmm yyyy hh:mm", Kind.DURATION: '0.0" d"', Kind.TIME_LEFT: '0.0" h left";0.0" h over"',
        Kind.QUANTITY: "#,##0", Kind.MONEY: '"$"#,##0.00', Kind.PERCENT: "0.0%",
    }  # fmt: skip
    sheet.freeze_panes = "A3"
    last = len(listing) + 2
    sheet.conditional_formatting.add(f"A3:A{last}", CellIsRule(operator="equal", formula=['"S1"'], fill=PatternFill()))
    sheet.append([f"=SUBTOTAL(109,K3:K{last})"])
    sheet.append([field.label for field in listing.fields])
    columns = [_plain(field, listing) for field in listing.fields]
    styles = []
    for field in listing.fields:
        pattern = WriteOnlyCell(sheet)
        pattern.font, pattern.border, pattern.number_format = font, line, formats.get(field.kind, "@")
        styles.append(pattern._style)  # registered once: assigning font and border to every cell takes twice as long
    for values in zip(*columns, strict=True):
        cells = []
        for style, value in zip(styles, values, strict=True):
            cell = WriteOnlyCell(sheet, value)
            cell._style = style
            cells.append(cell)
        sheet.append(cells)
    table = Table(displayName="t_exceptions", ref=f"A2:N{last}", tableStyleInfo=TableStyleInfo(name="TableStyleLight1"))
    table._initialise_columns()
    for column, field in zip(table.tableColumns, listing.fields, strict=True):
        column.name = field.label
    sheet.add_table(table)
    book.save(path)


def _plain(field: Field, listing: Listing) -> list[object]:
    column = listing.columns[field.key]
    if field.kind is Kind.INSTANT:
        return [to_datetime(value, listing.time_zone).replace(tzinfo=None) for value in column]
    if field.kind is Kind.MONEY:
        return [value / 100 for value in column]
    if field.kind is Kind.DURATION:
        return [timedelta(seconds=value) / timedelta(days=1) for value in column]
    if field.kind is Kind.TIME_LEFT:
        return [value.seconds / 3600 for value in column]
    return [field.missing if value is None else value for value in column]


def _seconds(work: Callable[[Listing, Path], None], listing: Listing, path: Path, rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        started = time.process_time()
        work(listing, path)
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def _peak() -> float:
    """Most memory so far, MiB."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def main() -> None:
    """Run both and print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    listing = make(told.rows)
    with tempfile.TemporaryDirectory() as folder:
        own, theirs = Path(folder) / "own.xlsx", Path(folder) / "theirs.xlsx"
        ours(make(100), own)
        before = _peak()
        fast = _seconds(ours, listing, own, told.rounds)
        added = _peak() - before
        slow = _seconds(openpyxl_write_only, listing, theirs, 1)
        size = own.stat().st_size / 2**20, theirs.stat().st_size / 2**20
    print(f"{told.rows:,} rows × {len(FIELDS)} columns, {datetime.now().astimezone():%Y-%m-%d}")
    print(f"streamed rows         {fast:7.2f} s CPU  {size[0]:6.1f} MiB file  {added:6.0f} MiB added")
    print(f"openpyxl write-only   {slow:7.2f} s CPU  {size[1]:6.1f} MiB file")
    print(f"ratio                 {slow / fast:7.1f}  (target 10)")


if __name__ == "__main__":
    main()
