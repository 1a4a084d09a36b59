import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from opsconsole.desktop.table.brush import Texts
from opsconsole.desktop.table.cells import Cell, clause_share, make_cell, tooltip, trend_points
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.marks import PAINTERS
from opsconsole.domain.field import ClauseValue, Cover, Field, Kind, NoValue, NumberState, TimeLeft

FORMATS = Formats(QLocale("en_US"), "UTC", 0)
TOO_FEW = NoValue(NumberState.TOO_FEW, "n 9 of 30")

SAMPLES = {
    Kind.TEXT: "Amazon", Kind.IDENTIFIER: "SO-1", Kind.QUANTITY: 7, Kind.MONEY: 41260, Kind.PERCENT: 0.964,
    Kind.DURATION: 3060, Kind.INSTANT: 0, Kind.DATE: 5, Kind.FLAG: True, Kind.SEVERITY: "S2", Kind.STATE: "in_progress",
    Kind.STATUS: "paid", Kind.TIME_LEFT: TimeLeft(60, 0.5), Kind.COVER: Cover(18.2, 21.0),
    Kind.CLAUSE: ClauseValue(96.2, 97.0, 98.5, 100.0, True, "%"), Kind.GRADE: "C", Kind.TREND: (1.0, 2.0),
    Kind.PROPOSAL: "Buy 312",
}  # fmt: skip


def _cell(kind: Kind, raw: object, **more: object) -> Cell:
    return make_cell(Field("a", "A", kind, **more), raw, "USD", FORMATS)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_words_and_a_painter(kind: Kind) -> None:
    cell = _cell(kind, SAMPLES[kind])
    assert cell.text
    assert cell.mark in PAINTERS


@pytest.mark.parametrize("kind", list(Kind))
def test_a_missing_value_is_a_muted_word_never_an_empty_cell(kind: Kind) -> None:
    assert _cell(kind, None, missing="Unassigned")[:2] == ("Unassigned", "text_muted")
    assert _cell(kind, None)[:2] == ("–", "text_muted")


def test_a_name_that_does_not_fit_keeps_its_start_its_date_and_its_suffix(qapp: QApplication) -> None:
    name = "eBay-OrdersReport-of-the-second-account-2026-11-29.csv"
    cell = _cell(Kind.TEXT, name, ends_matter=True)
    assert (cell.text, cell.mark in PAINTERS) == (name, True)
    texts = Texts("body", strong=False)
    shown, width = texts.fitting(name, 180, both_ends=True)
    assert shown.text().startswith("eBay-O")
    assert shown.text().endswith("-29.csv")
    assert width <= 180.5
    assert texts.fitting(name, 180)[0].text().endswith("…")


def test_a_number_that_does_not_exist_says_why() -> None:
    assert _cell(Kind.CLAUSE, TOO_FEW)[:2] == ("n 9 of 30", "text_muted")
    assert _cell(Kind.GRADE, TOO_FEW)[:2] == ("–", "text_muted")
    field = Field("grade", "Grade", Kind.GRADE)
    assert tooltip(field, TOO_FEW, make_cell(field, TOO_FEW, "", FORMATS), FORMATS) == "n 9 of 30"


@pytest.mark.parametrize(
    ("left", "text", "tone", "strong"),
    [
        (TimeLeft(-13_320, 0.0), "3h 42m over", "bad", True),
        (TimeLeft(480, 0.09), "8m left", "bad", False),
        (TimeLeft(1_440, 0.29), "24m left", "warn", False),
        (TimeLeft(5_880, 0.3), "1h 38m left", "text", False),
    ],
)
def test_the_clock_is_judged_by_what_is_left(left: TimeLeft, text: str, tone: str, strong: bool) -> None:
    assert _cell(Kind.TIME_LEFT, left)[:3] == (text, tone, strong)


@pytest.mark.parametrize(
    ("cover", "text", "tone"),
    [
        (Cover(6.5, 21), "6.5", "bad"),
        (Cover(20.3, 21), "20.3", "warn"),
        (Cover(21.1, 21), "21.1", "text"),
        (Cover(185, 21), "185", "text"),
        (Cover(400, 21), "over 365", "text"),
        (Cover(None, 21), "no demand", "text_muted"),
        (Cover(10, None), "10.0", "text"),
    ],
)
def test_cover_is_judged_by_a_week_and_by_the_lead_time(cover: Cover, text: str, tone: str) -> None:
    assert _cell(Kind.COVER, cover)[:2] == (text, tone)


def test_a_clause_is_judged_by_floor_and_target_in_its_direction() -> None:
    def tone(value: float, higher: bool) -> str:
        floor, target, stretch = (90.0, 95.0, 100.0) if higher else (3.0, 2.0, 1.0)
        return _cell(Kind.CLAUSE, ClauseValue(value, floor, target, stretch, higher, "%")).tone

    assert [tone(value, True) for value in (89.9, 90.0, 94.9, 95.0)] == ["bad", "warn", "warn", "text"]
    assert [tone(value, False) for value in (3.1, 3.0, 2.1, 2.0)] == ["bad", "warn", "warn", "text"]


def test_the_bar_of_a_clause_grows_towards_better() -> None:
    for higher, floor, target, stretch in ((True, 90.0, 95.0, 100.0), (False, 3.0, 2.0, 1.0)):
        clause = ClauseValue(0, floor, target, stretch, higher, "%")
        shares = [clause_share(value, clause) for value in (floor, target, stretch)]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
    flat = ClauseValue(5, 5, 5, None, True, "%")
    assert clause_share(5, flat) == 1.0


def test_zero_is_muted_and_what_can_be_accepted_is_accented() -> None:
    assert _cell(Kind.QUANTITY, 0).tone == "text_muted"
    assert _cell(Kind.MONEY, 0) == Cell("$0.00", "text_muted")
    assert _cell(Kind.PROPOSAL, "Buy 312").tone == "accent"
    assert _cell(Kind.PROPOSAL, "Wait for PO").tone == "text"
    assert _cell(Kind.PROPOSAL, "None").tone == "text_muted"


def test_a_tab_can_judge_a_column_itself() -> None:
    field = Field("available", "Available", Kind.QUANTITY)
    cell = make_cell(field, 0, "", FORMATS, lambda raw: "bad" if raw == 0 else "")
    assert (cell.tone, cell.strong) == ("bad", True)
    assert make_cell(field, 5, "", FORMATS, lambda raw: "bad" if raw == 0 else "").tone == "text"


def test_noise_stays_small_in_a_trend() -> None:
    heights = [y for _, y in trend_points((100.0, 101.0, 100.0))]
    assert max(heights) - min(heights) < 0.05
    swing = [y for _, y in trend_points((0.0, 10.0))]
    assert max(swing) - min(swing) == 1.0


def test_an_estimated_day_beyond_a_year_is_only_that_and_a_known_one_is_told() -> None:
    assert _cell(Kind.DATE, 400)[:2] == ("5 Feb 1971", "text")
    assert _cell(Kind.DATE, 400, estimate=True)[:2] == ("1 year +", "text_muted")
    assert _cell(Kind.DATE, 300, estimate=True)[:2] == ("28 Oct", "text")
