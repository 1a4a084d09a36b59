import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import HOUR, MINUTE, from_iso, to_iso
from opsconsole.domain.schedule import parse

ZONE = "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "same", "words"),
    [
        ("every 15 minutes", "every 15 minutes", "Every 15 minutes"),
        ("2 h", "every 120 minutes", "Every 2 hours"),
        ("every 60 min", "every 60 minutes", "Every hour"),
        ("06:30", "06:30", "Daily at 06:30"),
        ("daily at 6:30", "06:30", "Daily at 06:30"),
        ("every day at 06:30", "06:30", "Daily at 06:30"),
        ("Mon-Fri 14:00, 6:30", "Mon-Fri 06:30, 14:00", "Mon-Fri at 06:30, 14:00"),
        ("sat, sun 08:00", "Sat, Sun 08:00", "Sat, Sun at 08:00"),
        ("", "", "By hand"),
        ("by hand", "", "By hand"),
    ],
)
def test_what_people_write_is_understood(text: str, same: str, words: str) -> None:
    found = parse(text)
    assert (found.text, found.words) == (same, words)
    assert parse(found.text) == found


@pytest.mark.parametrize("text", ["every 0 minutes", "every 20000 minutes", "often", "25:00", "06:75", "Xyz 06:30"])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse(text)


def test_a_distance_counts_from_the_last_run() -> None:
    now = from_iso("2026-11-17T15:42:00Z")
    assert parse("every 15 minutes").next_after(now, ZONE) == now + 15 * MINUTE
    assert parse("").next_after(now, ZONE) is None


def test_a_time_of_day_is_that_of_the_business_on_its_weekdays() -> None:
    plan = parse("Mon-Fri 06:30, 14:00")
    # A Friday afternoon in Berlin (UTC+1): next is Monday's first.
    assert to_iso(plan.next_after(from_iso("2026-11-20T13:00:00Z"), ZONE) or 0) == "2026-11-23T05:30:00Z"
    assert to_iso(plan.next_after(from_iso("2026-11-20T12:59:59Z"), ZONE) or 0) == "2026-11-20T13:00:00Z"
    # Shortly after midnight there, still the day before in UTC.
    assert to_iso(plan.next_after(from_iso("2026-11-19T23:30:00Z"), ZONE) or 0) == "2026-11-20T05:30:00Z"


def test_a_time_that_the_clocks_skip_or_repeat_comes_once() -> None:
    """The clocks of Berlin went from 02:00 to 03:00 on 29 March 2026 and from 03:00 to 02:00 on 25 October."""
    plan = parse("02:30")
    skipped = plan.next_after(from_iso("2026-03-28T12:00:00Z"), ZONE)
    assert to_iso(skipped or 0) == "2026-03-29T01:30:00Z"
    assert to_iso(plan.next_after(skipped or 0, ZONE) or 0) == "2026-03-30T00:30:00Z"
    repeated = plan.next_after(from_iso("2026-10-24T12:00:00Z"), ZONE)
    assert to_iso(repeated or 0) == "2026-10-25T00:30:00Z"
    assert (plan.next_after(repeated or 0, ZONE) or 0) - (repeated or 0) == 25 * HOUR
