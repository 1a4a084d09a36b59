"""Dates and times in text: one explicit format for the whole column, chosen with proof, never row by row.

Formats are written as in ``strptime`` (``%d/%m/%Y %H:%M``), or are one of ``iso`` (ISO 8601),
``excel`` (days since 1899-12-30), ``unix`` and ``unix_ms``. Several with a bar between them, ``%m-%d-%y|%m/%d/%y``,
read a column that a spreadsheet half converted: each text by the first that reads it. Only a person may say so.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from opsconsole.domain.errors import UserError
from opsconsole.imports.iso_dates import NO_OFFSET, read_iso

ISO = "iso"
NUMERIC_FORMATS = {"excel": 86_400_000_000.0, "unix": 1_000_000.0, "unix_ms": 1_000.0}
_EXCEL_EPOCH = -25_569 * 86_400_000_000  # 1899-12-30
_DAY = 86_400_000_000
_RARE = 0.05  # a share of texts that may be faulty; more of another form means the column is mixed

_ISO = re.compile(
    r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$"
)
_ISO_WALL = re.compile(r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)?$")
_TIME = (
    r"(?P<gap>[T,]?\s*)(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2}(?P<fraction>\.\d{1,6})?)?"
    r"(?P<half>\s?[AaPp]\.?[Mm]\.?)?(?P<zone>\s?(?:GMT[+-]\d{1,2}(?::?\d{2})?|[+-]\d{2}:?\d{2}|[A-Z]{1,4}))?"
)
_NUMERIC = re.compile(rf"^(?P<a>\d{{1,4}})(?P<sep>[/.\- ])(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{4}}|\d{{2}})(?:{_TIME})?$")
_DAY_NAME = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?\s)?"
_WEEKDAY = re.compile(rf"^{_DAY_NAME}")
_MONTH = r"(?P<month>[^\W\d_]{3,10}\.?)"
_DAY_MONTH = re.compile(
    rf"^{_DAY_NAME}(?P<a>\d{{1,2}})(?P<sep>[ \-./]){_MONTH}(?P<sep2>,?[ \-./])(?P<c>\d{{4}}|\d{{2}})(?:{_TIME})?$"
)
_MONTH_DAY = re.compile(
    rf"^{_DAY_NAME}{_MONTH}(?P<sep>[ \-./])(?P<a>\d{{1,2}})(?P<sep2>,?[ \-./])(?P<c>\d{{4}}|\d{{2}})(?:{_TIME})?$"
)
_COMPACT = re.compile(r"^(?:19|20)\d{6}(?P<time>\d{6})?$")

# Three letters tell the month in the languages that marketplaces export in.
_MONTHS = {
    "jan": 1, "ene": 1, "gen": 1, "jän": 1, "feb": 2, "fev": 2, "fév": 2, "mar": 3, "mär": 3, "mrz": 3, "maa": 3,
    "mrt": 3, "apr": 4, "abr": 4, "avr": 4, "may": 5, "mai": 5, "mag": 5, "mei": 5, "jun": 6, "jui": 6, "giu": 6,
    "jul": 7, "lug": 7, "aug": 8, "ago": 8, "aoû": 8, "aou": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "out": 10,
    "ott": 10, "nov": 11, "dec": 12, "dez": 12, "déc": 12, "dic": 12,
}  # fmt: skip
_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ZONES = {
    "Z": "+0000", "UTC": "+0000", "GMT": "+0000", "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500",
    "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700", "AKST": "-0900", "AKDT": "-0800", "HST": "-1000",
    "WET": "+0000", "WEST": "+0100", "BST": "+0100", "CET": "+0100", "CEST": "+0200", "EET": "+0200", "EEST": "+0300",
    "JST": "+0900", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
}  # fmt: skip


class AmbiguousDates(UserError):  # noqa: N818 - a question to the user
    """Dates that can be read in several ways; whoever can ask the user passes one of ``formats`` for ``column``."""

    def __init__(self, column: str, example: str, formats: Sequence[str]) -> None:
        self.readings = tuple((pattern, _reading(example, pattern)) for pattern in formats)
        told = " or ".join(words for _, words in self.readings)
        super().__init__(
            f"The dates of the column “{column}” can be read in two ways: {example} is {told}.",
            f'Say which in a mapping: format = "{formats[0]}" or "{formats[1]}".',
        )
        self.column = column
        self.example = example
        self.formats = tuple(formats)


@dataclass(frozen=True, slots=True)
class DateChoice:
    """The format of a column; ``proof`` is a text that only this format reads (empty: it was stated)."""

    format: str
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Distinct texts read as dates, arrays of equal length.

    ``instants`` microseconds UTC, ``days`` local dates as days since 1970, ``offsets`` minutes east of UTC where the
    text says so (else -32768), ``good`` whether it could be read, ``has_time`` whether a time of day was given.
    """

    instants: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int16]
    good: npt.NDArray[np.bool_]
    has_time: npt.NDArray[np.bool_]


def parse(texts: Sequence[str], pattern: str, zone: str) -> Parsed:
    """Read texts by one format; times without an offset are local times of ``zone``.

    A local time that the clocks skip counts from the offset before the change; one that occurs twice is the first.
    """
    if "|" in pattern:
        return _parse_either(texts, pattern.split("|"), zone)
    if pattern in NUMERIC_FORMATS:
        return _parse_numeric(texts, pattern, zone)
    if pattern != ISO:
        return _located(*_read_slowly(texts, pattern), zone)
    quick = read_iso(texts)
    micros, offsets, good, has_time = quick.micros, quick.offsets, quick.read, quick.has_time
    rest = np.array([at for at in np.flatnonzero(~good).tolist() if _ISO.match(texts[at])], dtype=np.int64)
    if len(rest):
        slow = _read_slowly([texts[at] for at in rest.tolist()], pattern)
        micros[rest], offsets[rest], good[rest], has_time[rest] = slow
    return _located(micros, offsets, good, has_time, zone)


def _parse_either(texts: Sequence[str], patterns: Sequence[str], zone: str) -> Parsed:
    """Each text by the first of the formats that reads it."""
    found = parse(texts, patterns[0], zone)
    for pattern in patterns[1:]:
        other = parse(texts, pattern, zone)
        take = other.good & ~found.good
        parts = ((getattr(other, name), getattr(found, name)) for name in Parsed.__slots__)
        found = Parsed(*(np.where(take, theirs, ours) for theirs, ours in parts))
    return found


def _located(
    micros: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int16],
    good: npt.NDArray[np.bool_],
    has_time: npt.NDArray[np.bool_],
    zone: str,
) -> Parsed:
    """Instants of wall times: by their own offset, else by the zone."""
    instants = micros - np.where(offsets == NO_OFFSET, 0, offsets).astype(np.int64) * 60_000_000
    naive = good & (offsets == NO_OFFSET)
    instants[naive] = _to_utc(micros[naive], zone)
    return Parsed(instants, np.floor_divide(micros, _DAY), offsets, good, has_time)


def _read_slowly(
    texts: Sequence[str], pattern: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int16], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Wall times in microseconds, offsets, whether it could be read, whether it says a time of day."""
    shaped = np.array([bool(text) for text in texts], dtype=bool)
    cleaned, offsets = _without_offsets(pd.Series(list(texts), dtype=object), shaped, pattern)
    if pattern == ISO:  # an offset that cannot be makes the text no date
        shaped &= np.array([_ISO_WALL.match(text) is not None for text in cleaned.tolist()], dtype=bool)
    wall_pattern = "ISO8601" if pattern == ISO else pattern.replace("%z", "").replace("%Z", "").strip()
    wall = pd.to_datetime(cleaned.where(pd.Series(shaped), None), format=wall_pattern, errors="coerce")
    good = wall.notna().to_numpy() & shaped
    if "%z" in pattern or "%Z" in pattern:
        good &= offsets != NO_OFFSET
    micros = np.array(wall.astype("datetime64[us]").astype("int64"), dtype=np.int64)
    if "%H" in pattern and "%p" in pattern:  # a 24-hour clock that says PM all the same
        good &= np.array(["p" in _half(text) for text in texts], dtype=bool) == (micros % _DAY >= _DAY // 2)
    micros[~good] = 0
    timed = [":" in text if pattern == ISO else "%H" in pattern or "%I" in pattern for text in texts]
    return micros, offsets, np.asarray(good, np.bool_), np.array(timed, dtype=np.bool_)


def _parse_numeric(texts: Sequence[str], pattern: str, zone: str) -> Parsed:
    numbers = pd.to_numeric(pd.Series(list(texts), dtype=object), errors="coerce").to_numpy(dtype=float)
    good = np.isfinite(numbers) & (np.abs(numbers) < 1e13)
    micros = np.where(good, np.round(numbers * NUMERIC_FORMATS[pattern]), 0).astype(np.int64)
    offsets = np.full(len(texts), 0, dtype=np.int16)
    has_time = np.ones(len(texts), dtype=bool)
    instants = micros
    if pattern == "excel":
        micros = micros + _EXCEL_EPOCH
        offsets[:] = NO_OFFSET
        has_time = micros % _DAY != 0
        instants = _to_utc(micros, zone)
    return Parsed(instants, np.floor_divide(micros, _DAY), offsets, good, has_time)


def _to_utc(micros: npt.NDArray[np.int64], zone: str) -> npt.NDArray[np.int64]:
    """Instants of local wall times."""
    if zone == "UTC" or not len(micros):
        return micros
    wall = pd.DatetimeIndex(micros.astype("datetime64[us]"))
    first = np.ones(len(wall), dtype=bool)
    local = wall.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    instants = local.as_unit("us").asi8.copy()
    skipped = np.asarray(local.isna())
    if skipped.any():
        before = (wall[skipped] - pd.Timedelta(hours=3)).tz_localize(zone, ambiguous=first[skipped])
        instants[skipped] = (before.as_unit("us").asi8) + 3 * 3_600_000_000
    return instants


def _without_offsets(
    series: "pd.Series[str]", shaped: npt.NDArray[np.bool_], pattern: str
) -> tuple["pd.Series[str]", npt.NDArray[np.int16]]:
    """Texts less their offset or zone, months in English; and the offsets in minutes."""
    offsets = np.full(len(series), NO_OFFSET, dtype=np.int16)
    texts: list[str] = series.tolist()
    if "%b" in pattern or "%B" in pattern:
        texts = [_english(_WEEKDAY.sub("", text)) for text in texts]
        texts = [text.replace(".m.", "m") if "%p" in pattern else text for text in texts]
    if pattern == ISO or "%z" in pattern or "%Z" in pattern:
        for position, text in enumerate(texts):
            tail = _OFFSET.search(text) if shaped[position] and len(text) > 10 else None
            if tail:
                minutes = _minutes(tail.group(1))
                if minutes is not None:
                    offsets[position] = minutes
                    texts[position] = text[: tail.start()]
    if "%B" in pattern or "%b" in pattern or "%p" in pattern:
        texts = [" ".join(text.split()) for text in texts]
    return pd.Series(texts, dtype=object), offsets


def _half(text: str) -> str:
    found = _HALF.search(text)
    return found[0].lower() if found else ""


_HALF = re.compile(r"(?<=[\d\s])[AaPp]\.?[Mm]\b")
_OFFSET = re.compile(
    r"(?<=[\d\sMm])\s?(Z|[A-Z]{2,4}(?<![AP]M)|(?:GMT)?[+-]\d{2}[:.]?\d{2}|GMT[+-]\d{1,2}|(?<=:\d{2})[+-]\d{2})$"
)


def _minutes(text: str) -> int | None:
    signed = _ZONES.get(text, text.removeprefix("GMT"))
    if signed[0] not in "+-":
        return None
    digits = signed[1:].replace(":", "").replace(".", "").zfill(2).ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 15 * 60:
        return None
    return -minutes if signed[0] == "-" else minutes


def _english(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        month = _MONTHS.get(match.group(1)[:3].lower())
        if month is None:
            return match.group()
        # French "juin" and "juillet" share their first three letters.
        if match.group(1).lower().startswith("juil"):
            month = 7
        return _ENGLISH[month - 1]

    return re.sub(r"([^\W\d_]{3,10})\.?", replace, text)


def candidates(text: str) -> tuple[str, ...]:
    """Formats that a text could be in; empty when it does not look like a date."""
    if _ISO.match(text):
        return (ISO,)
    if compact := _COMPACT.match(text):
        return ("%Y%m%d%H%M%S" if compact["time"] else "%Y%m%d",)
    if match := _NUMERIC.match(text):
        sep, time = match["sep"], _time_format(match)
        if len(match["a"]) == 4:
            return (f"%Y{sep}%m{sep}%d{time}",)
        if len(match["a"]) == 3:
            return ()
        year = "%Y" if len(match["c"]) == 4 else "%y"
        orders = [f"%m{sep}%d{sep}{year}", f"%d{sep}%m{sep}{year}"]
        if year == "%y" and len(match["a"]) == 2:
            orders.append(f"%y{sep}%m{sep}%d")
        return tuple(order + time for order in orders)
    for pattern, order in ((_DAY_MONTH, "%d{sep}%b{sep2}{year}"), (_MONTH_DAY, "%b{sep}%d{sep2}{year}")):
        match = pattern.match(text)
        if match and match["month"].rstrip(".")[:3].lower() in _MONTHS:
            year = "%Y" if len(match["c"]) == 4 else "%y"
            return (order.format(sep=match["sep"], sep2=match["sep2"], year=year) + _time_format(match),)
    return ()


def _time_format(match: re.Match[str]) -> str:
    if not match["hour"]:
        return ""
    gap = match["gap"] if match["gap"].strip() or not match["gap"] else " "
    half = f"{' ' if match['half'][0].isspace() else ''}%p" if match["half"] else ""
    fraction = ".%f" if match["fraction"] else ""
    zone = "%z" if match["zone"] else ""
    # "15:04:05 PM" is a 24-hour clock that says PM all the same; the column tells (_by_clock).
    return f"{gap}{'%I' if half else '%H'}:%M{':%S' if match['second'] else ''}{fraction}{half}{zone}"


def choose(texts: Iterable[str], column: str, preferred: Sequence[str] = ()) -> DateChoice | None:
    """The one format of a column, None where it holds no dates at all.

    Raises AmbiguousDates when several formats read every text differently, and UserError when the column mixes forms.
    ``preferred`` formats win where they too read every text.
    """
    kept = [text for text in texts if text]
    forms: Counter[tuple[str, ...]] = Counter(candidates(text) for text in kept)
    faulty = forms.pop((), 0)
    if not forms:
        return None
    main, count = forms.most_common(1)[0]
    others = sum(forms.values()) - count
    if others > _RARE * count:
        real = _dates_of_other_forms(kept, main)
        if real.total() > _RARE * count:
            raise _mixed(column, kept, main, real.most_common(1)[0][0])
    if faulty > count:
        return None
    mine = [text for text in kept if candidates(text) == main]
    main = _by_clock(main, mine)
    if len(main) == 1:
        return DateChoice(main[0], mine[0])
    return _choose_order(mine, main, column, preferred)


def _dates_of_other_forms(texts: Sequence[str], main: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    """Dates of other forms than the main one, by form: 31/02/2026 is a faulty text, not another form."""
    by_form: dict[tuple[str, ...], list[str]] = {}
    for text in texts:
        by_form.setdefault(candidates(text), []).append(text)
    others = {form: found for form, found in by_form.items() if form and form != main}
    read = {form: [parse(found, pattern, "UTC").good for pattern in form] for form, found in others.items()}
    return Counter({form: int(np.logical_or.reduce(good).sum()) for form, good in read.items()})


def _by_clock(formats: tuple[str, ...], texts: Sequence[str]) -> tuple[str, ...]:
    """The formats with a 24-hour clock where a text proves it: ``15:04:05 PM``."""
    if "%p" in formats[0] and any(_AFTERNOON.search(text) for text in texts):
        return tuple(pattern.replace("%I", "%H") for pattern in formats)
    return formats


_AFTERNOON = re.compile(r"\b(?:1[3-9]|2[0-3]|0?0):\d{2}(?::\d{2}(?:\.\d+)?)?\s?[AaPp]\.?[Mm]\b")


def _choose_order(
    texts: list[str], formats: tuple[str, ...], column: str, preferred: Sequence[str]
) -> DateChoice | None:
    readings = {pattern: parse(texts, pattern, "UTC") for pattern in formats}
    failures = {pattern: int((~reading.good).sum()) for pattern, reading in readings.items()}
    best = min(failures.values())
    if best == len(texts):
        return None
    fitting = [pattern for pattern in formats if failures[pattern] == best]
    if best and len(fitting) > 1 and any((readings[p].good != readings[fitting[0]].good).any() for p in fitting):
        raise _mixed(column, texts, fitting[:1], fitting[1:])
    if len(fitting) == 1:
        second = sorted(failures.values())[1]
        if best > _RARE * len(texts) or best * 10 > second:
            raise _mixed(column, texts, (fitting[0],), tuple(p for p in formats if p not in fitting))
        rest = [readings[pattern].good for pattern in formats if pattern != fitting[0]]
        decisive = readings[fitting[0]].good & ~np.logical_or.reduce(rest)
        return DateChoice(fitting[0], texts[int(np.argmax(decisive))])
    for pattern in preferred:
        if pattern in fitting:
            return DateChoice(pattern)
    first = readings[fitting[0]]
    if all(np.array_equal(readings[p].days[first.good], first.days[first.good]) for p in fitting[1:]):
        return DateChoice(fitting[0])
    differing = np.flatnonzero(readings[fitting[0]].days != readings[fitting[1]].days)
    example = texts[int(differing[0])] if len(differing) else texts[0]
    raise AmbiguousDates(column, example, fitting)


def _mixed(column: str, texts: list[str], main: Sequence[str], other: Sequence[str]) -> UserError:
    examples = []
    for formats in (main, other):
        reads = [text for text in texts if set(formats) & set(candidates(text))]
        only = [t for t in reads if parse([t], formats[0], "UTC").good[0] and t not in examples]
        examples.append((only or reads or texts)[0])
    return UserError(
        f"The column “{column}” mixes date formats: {examples[0]} and {examples[-1]}.",
        "A spreadsheet may have converted part of it. Export it again, or say its format in a mapping.",
    )


def _reading(text: str, pattern: str) -> str:
    parsed = parse([text], pattern, "UTC")
    if not parsed.good[0]:
        return pattern
    moment = pd.Timestamp(int(parsed.days[0]) * _DAY, unit="us")
    return f"{moment.day} {moment:%B %Y}"


def in_words(text: str, pattern: str) -> str:
    """The day that a text says by a format, ``2 January 2026``; the format where it says none."""
    return _reading(text, pattern)
