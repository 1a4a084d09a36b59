"""What a column is: its key, its words, and the kind of value it holds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Kind of a column's raw values; screens, command line and workbooks each render a kind in one place.

    Raw values (``None`` = no value, shown as the field's ``missing`` word):

    ========== ==========================================================================================
    text       str
    identifier str, never shown as a number
    quantity   int or float in the field's unit
    money      int, minor units of the row's currency
    percent    float, fraction of one (0.964)
    duration   int, seconds
    instant    int, microseconds since 1970-01-01Z
    date       int, days since 1970-01-01
    flag       bool
    severity   str, ``S1`` … ``S4``
    state      str, a code of ``domain.statuses.EXCEPTION_STATES``
    status     str, any other status code; the field's ``labels`` translate it
    time_left  TimeLeft
    cover      Cover
    clause     ClauseValue
    grade      str ``A`` … ``D`` or NoValue
    trend      tuple of float, oldest first
    proposal   str, verb and number
    ========== ==========================================================================================
    """

    TEXT = "text"
    IDENTIFIER = "identifier"
    QUANTITY = "quantity"
    MONEY = "money"
    PERCENT = "percent"
    DURATION = "duration"
    INSTANT = "instant"
    DATE = "date"
    FLAG = "flag"
    SEVERITY = "severity"
    STATE = "state"
    STATUS = "status"
    TIME_LEFT = "time_left"
    COVER = "cover"
    CLAUSE = "clause"
    GRADE = "grade"
    TREND = "trend"
    PROPOSAL = "proposal"


class Total(StrEnum):
    """What the totals row says under a column."""

    NONE = "none"
    SUM = "sum"
    COUNT = "count"  # rows with a value
    DISTINCT = "distinct"
    MEDIAN = "median"
    OVER = "over"  # time-left cells that are over
    MISSING = "missing"  # rows without a value


class NumberState(StrEnum):
    """States of a number (never 0 or 100 in place of the last three)."""

    VALUE = "value"
    NO_DATA = "no_data"
    TOO_FEW = "too_few"
    MATURING = "maturing"


class NoValue(NamedTuple):
    """Stands in a numeric cell whose number does not exist; ``words`` is what the cell shows: ``n 9 of 30``."""

    state: NumberState
    words: str


class TimeLeft(NamedTuple):
    """Seconds until due (negative: over) and the share of the clock that is left, 0.0 … 1.0."""

    seconds: int
    share: float


class Cover(NamedTuple):
    """Days of cover (``None``: no demand, so no end) and the lead time in days (the mark on the bar)."""

    days: float | None
    lead_time: float | None


class ClauseValue(NamedTuple):
    """Attainment of an SLA clause; floor, target and stretch in the value's unit; ``higher`` is better or not."""

    value: float
    floor: float
    target: float
    stretch: float | None
    higher: bool
    unit: str


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a listing.

    ``currency`` names the sibling field that holds each row's ISO 4217 code (money only), or is itself a code of
    three capital letters. ``unit`` is shown where it is not obvious. ``hidden`` columns exist in the listing and the
    workbook's column chooser but are not shown at first; ``wide_only`` ones are shown where there is room for them
    beside the others; ``spare`` ones leave a narrow window, the last first, before words of others can no longer be
    read. ``ends_matter`` is for words whose end tells as much as their start (files with their dates and suffixes):
    what does not fit is cut in the middle. ``total`` is what the totals row says. ``estimate`` is for days that are
    worked out: more than a year ahead the day itself means nothing.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    currency: str = ""
    missing: str = ""
    help: str = ""
    group: str = ""
    hidden: bool = False
    stretch: bool = False
    wide_only: bool = False
    spare: bool = False
    ends_matter: bool = False
    estimate: bool = False
    decimals: int | None = None
    width: int = 0
    total: Total = Total.NONE
    total_words: str = ""
    total_of: str = ""
    labels: tuple[tuple[str, str], ...] = ()

    def label_of(self, code: object) -> str:
        """Words for a status code; the code itself where the field knows none."""
        for known, words in self.labels:
            if known == code:
                return words
        return "" if code is None else str(code)
