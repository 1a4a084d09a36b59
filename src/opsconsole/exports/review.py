"""The weekly review: one workbook that a meeting can be held with, and that explains itself to who was not there."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl.worksheet.worksheet import Worksheet

from opsconsole.domain.field import Field, Kind, NoValue, NumberState, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.exports.charts import bar_chart
from opsconsole.exports.cover import Link, add_cover
from opsconsole.exports.kpi_lines import KpiLine, add_chart_sheet, add_data_sheet
from opsconsole.exports.pack import ReviewPack
from opsconsole.exports.sheet import ListingSheet
from opsconsole.exports.workbook import Workbook

_MOST_BARS = 15


def write_review(pack: ReviewPack, path: Path, progress: Progress | None = None) -> Path:
    """Write the pack; raises UserError for the target's faults (see ``target``), Cancelled when asked to stop."""
    book = Workbook(pack.title, pack.as_of)
    cover = book.add_sheet("Cover")
    exceptions = book.add_listing(pack.exceptions, "Order exceptions")[0]
    types = book.add_listing(_types_listing(pack), "Exception types")[0]
    _add_pareto(book.sheet(types.name), types, len(pack.types))
    stock = book.add_listing(pack.stock, "Stock levels")[0]
    vendors = book.add_listing(pack.vendors, "Vendor SLA")[0]
    charts = book.add_sheet("KPI charts")
    kpis = book.add_listing(pack.kpis, "KPI table")[0]
    data = book.add_sheet("KPI data")
    places = add_data_sheet(data, pack.lines, pack.title)
    add_chart_sheet(charts, data, places, pack.lines, title=pack.title, as_of=pack.as_of, time_zone=pack.time_zone)
    links = (
        Link(exceptions.name, _rows_words(pack.exceptions)),
        Link(types.name, "Which types the open exceptions are of, most frequent first"),
        Link(stock.name, _rows_words(pack.stock)),
        Link(vendors.name, _rows_words(pack.vendors)),
        Link(charts.title, "Each KPI against its target and last year"),
        Link(kpis.name, _rows_words(pack.kpis)),
        Link(data.title, "The numbers behind the charts"),
    )
    add_cover(cover, pack, links)
    return book.save(path, progress)


def write_kpis(
    listing: Listing, lines: Sequence[KpiLine], path: Path, time_zone: str, progress: Progress | None = None
) -> Path:
    """Write the KPIs alone: their table, a chart each, the numbers behind the charts."""
    book = Workbook("KPIs", listing.as_of)
    charts = book.add_sheet("KPI charts")
    placed = book.add_listing(listing, "KPI table")[0]
    data = book.add_sheet("KPI data")
    places = add_data_sheet(data, lines, "KPIs")
    add_chart_sheet(charts, data, places, lines, title="KPIs", as_of=listing.as_of, time_zone=time_zone)
    book.add_about(listing, placed)
    return book.save(path, progress)


def _rows_words(listing: Listing) -> str:
    first = listing.notes[0] if listing.notes else ""
    return f"{len(listing):,} rows. {first}".strip()


def _types_listing(pack: ReviewPack) -> Listing:
    fields = (
        Field("type", "Type", help="Type of order exception."),
        Field("severity", "Severity", Kind.SEVERITY, help="Base severity of the type."),
        Field("open", "Open", Kind.QUANTITY, total=Total.SUM, help="Exceptions that are open now."),
        Field("share", "Share", Kind.PERCENT, help="Of all open exceptions."),
        Field("cumulative", "Cumulative", Kind.PERCENT, help="Share of this type and the more frequent ones together."),
        Field("value", "Value at risk", Kind.MONEY, currency="currency", total=Total.SUM),
    )
    ordered = sorted(pack.types, key=lambda kind: (-kind.count, kind.label))
    whole = sum(kind.count for kind in ordered)
    rows, so_far = [], 0
    for kind in ordered:
        so_far += kind.count
        share: float | NoValue = kind.count / whole if whole else NoValue(NumberState.NO_DATA, "no data")
        cumulative = so_far / whole if whole else share
        rows.append(
            {
                "type": kind.label,
                "severity": kind.severity,
                "open": kind.count,
                "share": share,
                "cumulative": cumulative,
                "value": kind.value,
                "currency": kind.currency,
            }
        )
    return from_rows(
        (*fields, Field("currency", "Currency", hidden=True)),
        rows,
        id_key="type",
        as_of=pack.as_of,
        title="Exception types",
        time_zone=pack.time_zone,
        notes=("Open order exceptions by type, most frequent first.",),
    )


def _add_pareto(sheet: Worksheet, types: ListingSheet, count: int) -> None:
    if not count:
        return
    last = types.first_row + min(count, _MOST_BARS) - 1
    keys = list(types.letters)
    chart = bar_chart(
        sheet,
        "Open order exceptions by type",
        categories=keys.index("type") + 1,
        column=keys.index("open") + 1,
        rows=(types.first_row, last),
    )
    chart.width, chart.height = 18, max(6.0, 2.2 + 0.75 * (last - types.first_row + 1))
    sheet.add_chart(chart, f"I{types.header_row}")
