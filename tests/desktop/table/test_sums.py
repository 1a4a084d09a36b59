from typing import Any

import numpy as np
from PySide6.QtCore import QLocale

from opsconsole.desktop.table.arrangement import Arrangement
from opsconsole.desktop.table.arranger import Arranger
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.field import Cover, Field, Kind, NoValue, NumberState, TimeLeft, Total
from opsconsole.domain.listing import Coded, Listing

FORMATS = Formats(QLocale("en_US"), "UTC", 0)


def _total(field: Field, column: Any, search: str = "", **more: Any) -> tuple[str, str] | None:
    columns = {"a": column, **more}
    fields = (field, *(Field(key, key, Kind.TEXT) for key in more))
    listing = Listing(fields, columns, list(range(len(column))), 0)
    return dict(Arranger(listing).arrange(Arrangement(search=search), FORMATS).totals).get("a")


def _field(kind: Kind, total: Total, **more: Any) -> Field:
    return Field("a", "A", kind, total=total, **more)


def test_sums_stay_whole_and_per_currency() -> None:
    money = _field(Kind.MONEY, Total.SUM, currency="USD")
    assert _total(money, [100, None, 4_831_140]) == ("$48,312.40\n$48,312\n$48,312", "")
    assert _total(money, np.array([100, 200], dtype=np.int64)) == ("$3.00\n$3\n$3", "")
    assert _total(money, [723_934_600]) == ("$7,239,346.00\n$7,239,346\n$7.24M", "")
    mixed = _field(Kind.MONEY, Total.SUM, currency="code")
    assert _total(mixed, [100, 200, 300], code=["EUR", "USD", "EUR"]) == ("€4.00 + $2.00\n€4 + $2\n€4 + 1 more", "")


def test_totals_follow_the_filter() -> None:
    quantity = _field(Kind.QUANTITY, Total.SUM)
    assert _total(quantity, [1, 2, 4], "x", word=["x", "y", "xx"]) == ("5", "")


def test_words_stand_after_the_figure_or_around_it() -> None:
    column = ["a", "b", "a", None]
    assert _total(_field(Kind.TEXT, Total.COUNT, total_words="rows"), column) == ("3 rows", "")
    assert _total(_field(Kind.TEXT, Total.COUNT, total_words="files"), ["a"]) == ("1 file", "")
    assert _total(_field(Kind.TEXT, Total.COUNT, total_words="breaches"), ["a"]) == ("1 breach", "")
    assert _total(_field(Kind.TEXT, Total.DISTINCT, total_words="orders"), Coded([0, 1, 0, -1], ["a", "b"])) == (
        "2 orders",
        "",
    )
    assert _total(_field(Kind.TEXT, Total.MISSING, total_words="without owner"), column) == ("1 without owner", "")
    assert _total(_field(Kind.QUANTITY, Total.SUM, total_words="Buy {}"), [3]) == ("Buy 3", "")


def test_what_is_over_is_bad_and_nothing_is_said_when_nothing_is() -> None:
    over = _field(Kind.TIME_LEFT, Total.OVER, total_words="over time")
    assert _total(over, [TimeLeft(-5, 0.0), TimeLeft(5, 1.0), None]) == ("1 over time", "bad")
    assert _total(over, [TimeLeft(5, 1.0)]) is None


def test_medians_leave_out_what_has_no_value() -> None:
    column = [Cover(10.0, 3), Cover(None, 3), NoValue(NumberState.NO_DATA, "no data"), Cover(20.0, 3)]
    assert _total(_field(Kind.COVER, Total.MEDIAN), column) == ("median 15.0", "")
    assert _total(_field(Kind.COVER, Total.MEDIAN), [None]) is None
