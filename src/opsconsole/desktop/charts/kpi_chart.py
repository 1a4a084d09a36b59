"""From a KPI's series to what the chart and the tiles show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.charts.spec import ChartSpec, Flag, Level, Limits, Line, Mark
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.field import Kind
from opsconsole.domain.instants import day_of
from opsconsole.domain.periods import Period, period_of, previous

if TYPE_CHECKING:
    from opsconsole.desktop.table.arranger import Arranger
    from opsconsole.services.kpis_series import Series

_DAY = 86_400


def figure(value: float, kpi: Any, currency: str, formats: Formats) -> str:
    """A KPI's value in words: ``96.4%``, ``$7.84``, ``2.9 d``, ``4.43``."""
    if kpi.kind == Kind.PERCENT:
        return formats.percent(value, kpi.decimals)
    if kpi.kind == Kind.MONEY:
        return formats.money(round(value), currency, whole=abs(value) >= 1_000_000)
    if kpi.kind == Kind.DURATION:
        return f"{formats.count(value / _DAY, 1)} d" if value >= _DAY else formats.duration(value)
    return formats.count(value, kpi.decimals)


def trend_spec(series: "Series", formats: Formats) -> ChartSpec:
    """The big chart: this period against target, last year, limits, signals and annotations."""
    kpi, currency = series.kpi, series.currency
    count = len(series.periods)
    positions = list(range(count))

    def words(value: float) -> str:
        return figure(value, kpi, currency, formats)

    def when(x: float) -> str:
        index = min(max(round(x), 0), count - 1) if count else 0
        return formats.day(series.periods[index].start) if count else ""

    shown = _shown(series)
    unfinished = frozenset(index for index, done in enumerate(series.complete) if not done)
    lines = [Line("This year", positions, shown, "current", unfinished)]
    if any(value is not None for value in series.previous_year):
        lines.append(Line("Last year", positions, list(series.previous_year), "previous"))
    target = series.target
    rate = kpi.kind == Kind.PERCENT
    return ChartSpec(
        lines,
        x_label=when,
        y_label=words,
        limits=_limits(series, count),
        levels=() if target is None else (Level(target, f"Target {words(target)}"),),
        flags=[Flag(mark.index, mark.number, f"{when(mark.index)}: {mark.label}") for mark in series.annotations],
        marks=_marks(series, shown, count),
        y_floor=0.0,
        y_ceiling=1.0 if rate else None,
        description=_description(series, shown, words, when),
    )


def _shown(series: "Series") -> list[float | None]:
    return [
        value if value is not None else draft for value, draft in zip(series.values, series.provisional, strict=True)
    ]


def _limits(series: "Series", count: int) -> list[Limits]:
    spans = []
    for position, segment in enumerate(series.limits):
        if segment.mean is None or segment.lower is None or segment.upper is None:
            continue
        last = position + 1 == len(series.limits)
        end = min(segment.stop - 1 if last else segment.stop, count - 1)
        spans.append(Limits(max(0, segment.start), end, segment.mean, segment.lower, segment.upper))
    return spans


def _marks(series: "Series", shown: list[float | None], count: int) -> list[Mark]:
    marks = []
    for signal in series.signals:
        value = shown[signal.index] if 0 <= signal.index < count else None
        if value is None:
            continue
        # Only the newest signal carries its sentence: older ones would write over each other.
        newest = signal.index == max(other.index for other in series.signals)
        marks.append(Mark(signal.index, value, signal.words if newest else "", "signal"))
    return marks


def _description(series: "Series", shown: list[float | None], words: Any, when: Any) -> str:
    known = [(index, value) for index, value in enumerate(shown) if value is not None]
    if not known:
        return f"{series.kpi.label}: no data"
    index, value = known[-1]
    sentences = [f"{series.kpi.label}: {words(value)} in the period from {when(index)}"]
    if series.target is not None:
        sentences.append(f"target {words(series.target)}")
    return ", ".join([*sentences, *(signal.words for signal in series.signals)])


@dataclass(frozen=True)
class KpiChart:
    """A chart ready to be shown, with the series it was made from."""

    series: "Series"
    spec: ChartSpec
    title: str
    subtitle: str


SPLIT_LINES = 4


def following(period: Period) -> Period:
    """The period after one."""
    return period_of(period.end + 1, period.grain)


def load_chart(
    database: Any, now: int, key: str, last: Period, options: Mapping[str, str], formats: Formats
) -> KpiChart:
    """A KPI's series up to a period, compared or split as the options say; runs in a worker."""
    from opsconsole.services import kpis

    by, compare = options.get("by", ""), options.get("compare", "year")
    # The running period follows the newest complete one, hollow, since it is not over.
    end = following(last) if following(last).start <= day_of(now) else last
    series = kpis.kpi_series(database, now, key, grain=last.grain, last=end)
    spec = trend_spec(series, formats)
    if compare == "before":
        before = kpis.kpi_series(database, now, key, grain=series.grain, last=previous(series.periods[0]))
        spec = replace(spec, lines=[spec.lines[0], Line("Period before", spec.lines[0].x, before.values, "previous")])
    elif compare == "none":
        spec = replace(spec, lines=spec.lines[:1])
    if by:
        spec = replace(spec, lines=_split_lines(kpis, database, now, series, by), limits=(), marks=())
    noun = f"per {series.grain}, by {series.kpi.clock}"
    return KpiChart(series, spec, series.kpi.label, noun)


def _split_lines(kpis: Any, database: Any, now: int, series: "Series", by: str) -> list[Line]:
    groups = kpis.kpi_breakdown(database, now, series.kpi.key, series.periods[-2], by)[:SPLIT_LINES]
    lines = []
    for number, group in enumerate(groups, 1):
        one = kpis.kpi_series(
            database, now, series.kpi.key, grain=series.grain, by=by, group=group.group, last=series.periods[-1]
        )
        unfinished = frozenset(index for index, done in enumerate(one.complete) if not done)
        shown = [
            value if value is not None else draft for value, draft in zip(one.values, one.provisional, strict=True)
        ]
        lines.append(Line(group.label, list(range(len(shown))), shown, str(number), unfinished))
    return lines


def load_rows(database: Any, now: int, key: str, period: Period, part: str) -> "Arranger":
    """Rows behind a KPI's number, ready for the list; runs in a worker."""
    from opsconsole.desktop.table.arranger import Arranger
    from opsconsole.services import kpis

    return Arranger(kpis.kpi_rows(database, now, key, period, part))
