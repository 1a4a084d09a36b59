from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from opsconsole.desktop.charts.chart import Chart
from opsconsole.desktop.charts.kpi_words import annotations
from opsconsole.desktop.charts.mini import MiniChart
from opsconsole.desktop.charts.spec import ChartSpec, Flag, Level, Limits, Line, Mark
from opsconsole.desktop.charts.timeline import Stop, Timeline
from opsconsole.desktop.theme import theme
from opsconsole.services.kpis_series import SeriesAnnotation

LINE = Line("This year", [0, 1, 2, 3], [98.0, None, 97.0, 96.4], incomplete=frozenset({3}))


def shown(qtbot: QtBot, spec: ChartSpec) -> Chart:
    chart = Chart()
    qtbot.addWidget(chart)
    chart.resize(600, 300)
    chart.show_spec(spec)
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def has_color(widget: Chart | MiniChart | Timeline, role: str) -> bool:
    image = widget.grab().toImage()
    wanted = QColor(theme.color(role)).rgb()
    return any(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_a_chart_keeps_every_value_of_its_lines_in_view(qtbot: QtBot) -> None:
    chart = shown(qtbot, ChartSpec([LINE], levels=[Level(99.5, "Target 99.5")]))
    (left, right), (low, high) = chart.plot_item.vb.viewRange()
    assert left <= 0
    assert right >= 3
    assert low <= 96.4
    assert high >= 99.5


def test_arrows_choose_a_point_and_enter_asks_for_its_rows(qtbot: QtBot) -> None:
    chart = shown(qtbot, ChartSpec([LINE], x_label=lambda x: f"week {x:.0f}", y_label=lambda y: f"{y:.1f}%"))
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.accessibleDescription() == "This year, week 3: 96.4%, not complete yet"
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    with qtbot.waitSignal(chart.point_chosen) as chosen:
        qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert chosen.args == [0, 2]


def test_a_signal_is_drawn_in_the_color_of_bad(qtbot: QtBot) -> None:
    calm = shown(qtbot, ChartSpec([LINE], limits=[Limits(0, 3, 97, 96, 98)], flags=[Flag(1, 1, "3PL starts")]))
    assert not has_color(calm, "bad")
    alarmed = shown(qtbot, ChartSpec([LINE], marks=[Mark(3, 96.4, "below the lower limit")]))
    assert has_color(alarmed, "bad")


def test_a_chart_without_values_is_drawn_without_a_fault(qtbot: QtBot) -> None:
    chart = shown(qtbot, ChartSpec([Line("Nothing yet", [], [])]))
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert not chart.grab().isNull()


def test_a_mini_chart_marks_only_a_signal_in_bad(qtbot: QtBot) -> None:
    mini = MiniChart()
    qtbot.addWidget(mini)
    mini.show_values([1.0, 2.0, 1.5], (0.5, 1.5, 2.5), signal=False)
    assert not has_color(mini, "bad")
    mini.show_values([1.0, 2.0, 9.0], (0.5, 1.5, 2.5), signal=True)
    assert has_color(mini, "bad")


def test_a_timeline_reads_its_stops_and_promises_aloud(qtbot: QtBot) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(380, 140)
    timeline.show_stops(
        [
            Stop("Placed", "Fri 13\n09:12"),
            Stop("Packed", state="blocked", late=True, elapsed="26h 11m"),
            Stop("Shipped", state="ahead", promise=("Ship-by missed", "Mon 16, 16:00", True)),
        ]
    )
    assert timeline.accessibleDescription() == (
        "Placed Fri 13 09:12; Packed blocked; Shipped ahead, Ship-by missed Mon 16, 16:00"
    )
    assert has_color(timeline, "bad")


def test_a_mark_that_restarts_the_limits_says_so_apart_from_its_name() -> None:
    def mark(number: int, label: str, *, rebases: bool) -> SeriesAnnotation:
        return SeriesAnnotation(number, number, 0, 1, None, label, "vendor", rebases)

    marks = (mark(1, "Harbor starts", rebases=True), mark(2, "Weekend", rebases=False))
    said = annotations(cast("Any", SimpleNamespace(annotations=marks)))
    assert said == "**1**  Harbor starts: limits restart here\n**2**  Weekend"
