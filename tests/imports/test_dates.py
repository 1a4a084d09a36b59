from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import day_from_date, from_datetime, from_iso
from opsconsole.imports.dates import AmbiguousDates, DateChoice, candidates, choose, parse


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2021-05-13 11:01:13 +0200", "2021-05-13T09:01:13Z"),
        ("2021-05-13T11:01:13Z", "2021-05-13T11:01:13Z"),
        ("2021-05-13T11:01:13.250+05:30", "2021-05-13T05:31:13.250Z"),
        ("Sep 30, 2026 8:45:12 PM PDT", "2026-10-01T03:45:12Z"),
        ("5/31/2026 1:02:03 PM", "2026-05-31T13:02:03Z"),
        ("Jul-21-25", "2025-07-21T00:00:00Z"),
        ("26-May-26", "2026-05-26T00:00:00Z"),
        ("10-Dez-25", "2025-12-10T00:00:00Z"),
        ("05-oct.-26", "2026-10-05T00:00:00Z"),
        ("13 juillet 2026", "2026-07-13T00:00:00Z"),
        ("Tue, 17 Nov 2026 10:42:00 +0100", "2026-11-17T09:42:00Z"),
        ("20260513101112", "2026-05-13T10:11:12Z"),
    ],
)
def test_dates_as_exports_write_them_are_read_by_the_format_that_their_form_tells(text: str, instant: str) -> None:
    choice = choose([text], "Date")
    assert choice is not None
    parsed = parse([text], choice.format, "UTC")
    assert parsed.good.all()
    assert parsed.instants[0] == from_iso(instant)


def test_one_day_over_twelve_decides_the_whole_column() -> None:
    choice = choose(["01/02/2026", "03/04/2026", "05/31/2026"], "Created")
    assert choice is not None
    assert (choice.format, choice.proof) == ("%m/%d/%Y", "05/31/2026")


def test_dates_that_can_be_read_in_two_ways_are_asked_about() -> None:
    with pytest.raises(AmbiguousDates) as caught:
        choose(["01/02/2026", "03/04/2026"], "Created")
    assert caught.value.column == "Created"
    assert caught.value.formats == ("%m/%d/%Y", "%d/%m/%Y")
    assert "2 January 2026 or 1 February 2026" in caught.value.message


def test_dates_that_read_alike_both_ways_need_no_question() -> None:
    choice = choose(["01/01/2026", "02/02/2026"], "Created")
    assert choice is not None


def test_a_column_that_a_spreadsheet_half_converted_is_refused() -> None:
    # As in one real file: every day up to the twelfth became MM/DD/YY, the others stayed MM-DD-YY.
    texts = [f"0{n}/03/26" for n in range(1, 10)] + [f"03-{n}-26" for n in range(13, 29)]
    with pytest.raises(UserError, match="mixes date formats"):
        choose(texts, "purchase-date")
    with pytest.raises(UserError, match="mixes date formats"):
        choose(["31/05/2026", "05/31/2026"], "purchase-date")


def test_a_date_that_does_not_exist_leaves_the_format_of_the_others() -> None:
    texts = [f"{day:02d}/05/2026" for day in range(1, 29)] + ["31/02/2026"]
    choice = choose(texts, "Created")
    assert choice is not None
    assert choice.format == "%d/%m/%Y"
    assert parse(["31/02/2026", "01/05/2026"], choice.format, "UTC").good.tolist() == [False, True]


def test_a_local_time_counts_in_its_zone_and_the_skipped_midnight_of_brazil_still_is_a_day() -> None:
    parsed = parse(["2018-11-04 00:00:00", "2018-02-17 23:30:00", "2018-07-01"], "iso", "America/Sao_Paulo")
    assert parsed.good.all()
    # Clocks went from 00:00 to 01:00 on 4 November 2018; 23:30 on 17 February 2018 came twice: the first counts.
    assert parsed.instants.tolist() == [
        from_iso("2018-11-04T03:00:00Z"),
        from_iso("2018-02-18T01:30:00Z"),
        from_iso("2018-07-01T03:00:00Z"),
    ]
    assert parsed.days.tolist() == [day_from_date(date(2018, 11, 4)), day_from_date(date(2018, 2, 17)), 17713]
    assert parsed.has_time.tolist() == [True, True, False]


@pytest.mark.parametrize("text", ["", "n/a", "12", "1234567", "2026", "31-", "12:30", "2026-05", "KET-17-22"])
def test_what_is_no_date_looks_like_none(text: str) -> None:
    assert candidates(text) == ()


def test_days_of_a_spreadsheet_and_seconds_of_unix_are_read_when_told() -> None:
    assert parse(["44329.5"], "excel", "UTC").instants[0] == from_iso("2021-05-13T12:00:00Z")
    assert parse(["1620900000"], "unix", "UTC").instants[0] == 1_620_900_000_000_000


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1)), st.integers(-720, 840))  # noqa: DTZ001
def test_any_moment_with_an_offset_is_read_back(moment: datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=0)
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    parsed = parse([f"{moment:%Y-%m-%d %H:%M:%S} {offset}"], "iso", "Europe/Berlin")
    assert parsed.good[0]
    assert parsed.instants[0] == from_datetime((moment - timedelta(minutes=minutes)).replace(tzinfo=UTC))
    assert parsed.offsets[0] == minutes


_NEAR_ISO = st.builds(
    "{}-{:02d}-{:02d}{}{:02d}:{:02d}:{:02d}{}".format,
    st.sampled_from(["2024", "2025", "1970", "0001", "2o24", "9999"]),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from([" ", "T", "x"]),
    st.integers(0, 25),
    st.integers(0, 61),
    st.integers(0, 61),
    st.sampled_from(["", "Z", " +0200", "+02:00", "-0330", " +02:0", "+2:000", "é", " -1601", " UTC", ".5", "+02"]),
)


@given(st.lists(_NEAR_ISO, min_size=1, max_size=8))
def test_dates_read_by_arrays_are_those_read_one_by_one(texts: list[str]) -> None:
    together = parse(texts, "iso", "Europe/Berlin")
    for position, text in enumerate(texts):
        moment = _one_by_one(text)
        assert bool(together.good[position]) == (moment is not None), text
        if moment is not None:
            assert int(together.instants[position]) == moment


def _one_by_one(text: str) -> int | None:
    import re
    from zoneinfo import ZoneInfo

    match = re.fullmatch(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.5)?) ?(Z|UTC|[+-]\d\d:?\d\d|[+-]\d\d)?", text)
    if match is None:
        return None
    zone = {"Z": "+00:00", "UTC": "+00:00"}.get(match[2], match[2] or "")
    if zone and int(re.sub(r"\D", "", zone)[:2]) * 60 > 15 * 60:
        return None
    try:
        moment = datetime.fromisoformat(match[1] + zone)
    except ValueError:
        return None
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Europe/Berlin")))


def test_one_day_that_does_not_exist_is_a_faulty_text_and_no_second_format() -> None:
    column = ["2026-11-14 09:12:44 -0800", "2026-11-15 10:00:00 -0800", "31/02/2026 14:20"]
    assert choose(column, "created at") == DateChoice("iso", column[0])
    with pytest.raises(UserError, match="mixes date formats"):
        choose([*column[:2], "28/02/2026 14:20"], "created at")
