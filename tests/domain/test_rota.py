"""Rotas as people write them. Weekdays of dates: 17 November 2026 is a Tuesday."""

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import from_iso
from opsconsole.domain.rota import Shift, in_words, on_duty, parse

ROTA = """Ann: Mon-Fri 08:00-16:00
Bo: Mon-Fri 16:00-24:00
Night desk: 22:00-06:00
Cy: Sat, Sun"""


def test_a_rota_reads_what_it_writes():
    shifts = parse(ROTA)
    assert shifts[0] == Shift("Ann", (0, 1, 2, 3, 4), "08:00-16:00")
    assert shifts[3] == Shift("Cy", (5, 6), "")
    assert in_words(shifts) == ROTA
    assert parse("Desk: working hours; Night: outside hours") == (
        Shift("Desk", hours="working"),
        Shift("Night", hours="outside"),
    )


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-11-17T07:59:00Z", ""),
        ("2026-11-17T08:00:00Z", "Ann"),
        ("2026-11-17T16:00:00Z", "Bo"),
        ("2026-11-18T05:59:00Z", "Night desk"),
        ("2026-11-18T06:00:00Z", ""),
        ("2026-11-21T12:00:00Z", "Cy"),
    ],
)
def test_the_first_line_whose_time_it_is_names_who_is_on_duty(moment, who):
    assert on_duty(parse(ROTA), from_iso(moment), "UTC", False) == who


def test_times_are_those_of_the_place():
    assert on_duty(parse("Ann: 08:00-16:00"), from_iso("2026-11-17T15:00:00Z"), "America/Los_Angeles", False) == ""
    assert on_duty(parse("Ann: 08:00-16:00"), from_iso("2026-11-17T16:00:00Z"), "America/Los_Angeles", False) == "Ann"


def test_a_span_over_midnight_belongs_to_the_day_it_begins():
    friday_night = parse("Ann: Fri 22:00-06:00")
    assert on_duty(friday_night, from_iso("2026-11-21T05:00:00Z"), "UTC", False) == "Ann"
    assert on_duty(friday_night, from_iso("2026-11-20T05:00:00Z"), "UTC", False) == ""


def test_working_hours_are_those_of_the_calendar():
    shifts = parse("Desk: working hours; Night: outside hours")
    moment = from_iso("2026-11-17T12:00:00Z")
    assert (on_duty(shifts, moment, "UTC", True), on_duty(shifts, moment, "UTC", False)) == ("Desk", "Night")


@pytest.mark.parametrize(
    "line", ["Ann", "Ann:", ": Mon", "Ann: someday", "Ann: Mon 25:00-26:00", "Ann: Mon 08:61-09:00"]
)
def test_a_line_that_is_none_is_named(line):
    with pytest.raises(UserError, match="Write it as in"):
        parse(line)
