"""The XML of one cell behind its reference, for each kind of value."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from opsconsole.domain import wording
from opsconsole.domain.field import ClauseValue, Field, Kind, NoValue
from opsconsole.domain.instants import DAY, MINUTE, day_to_date, from_datetime, to_datetime, to_iso
from opsconsole.domain.money import digits
from opsconsole.exports import formats
from opsconsole.exports.text import element

Body = Callable[[Any], str]

# Day 1 of the 1900 date system is 1 January 1900, and it counts a 29 February 1900 that never was: serials are right
# from 1 March 1900 on (61).
_EPOCH_SERIAL = 25_569
_FIRST_SERIAL = 61
_LAST_SERIAL = 2_958_466
_LONG = 100 * 3_600  # seconds from which hours and minutes say less than days


class Looks(NamedTuple):
    """Style numbers of a column: values, words in place of a value, text that looks like a formula."""

    value: int
    muted: int
    marked: int
    whole: int = -1


@dataclass(frozen=True)
class Form:
    """How a field's values stand in cells: format, divisor, whether values repeat, width of a value in characters.

    ``whole`` is the format of whole numbers where it is another one.
    """

    number_format: str
    display: Callable[[Any], int]
    divisor: float = 1.0
    repeats: bool = False
    header_note: str = ""
    whole: str = ""


def form_of(known: Field, values: Sequence[Any]) -> Form:
    """Form of every kind that takes one column and no second one to decide its format."""
    kind = known.kind
    unit = f", {known.unit}" if known.unit and known.unit.lower() not in known.label.lower() else ""
    if kind is Kind.QUANTITY:
        places = known.decimals if known.decimals is not None else (2 if _fractions(values) else 0)
        whole = formats.number(0) if known.decimals is None and places else ""
        return Form(formats.number(places), lambda v: len(f"{v:,.{places}f}"), header_note=unit, whole=whole)
    if kind is Kind.PERCENT:
        places = 1 if known.decimals is None else known.decimals
        return Form(formats.percent(places), lambda v: places + 6)
    if kind is Kind.DURATION:
        return _duration_form(known, values)
    if kind is Kind.INSTANT:
        return Form(formats.INSTANT, lambda v: 19)
    if kind is Kind.DATE:
        return Form(formats.DATE, lambda v: 12, repeats=True)
    if kind is Kind.TIME_LEFT:
        return Form(formats.TIME_LEFT, lambda v: 12, divisor=3_600)
    if kind in (Kind.SEVERITY, Kind.GRADE):
        return Form("General", lambda v: 4, repeats=True)
    repeats = kind not in (Kind.TREND, Kind.IDENTIFIER)
    return Form(formats.TEXT, lambda v: len(wording.code(known, v)), repeats=repeats)


def _duration_form(known: Field, values: Sequence[Any]) -> Form:
    seconds = [v for v in values if isinstance(v, (int, float)) and v == v]
    if known.unit.startswith("day") or max(seconds, default=0) >= _LONG:
        return Form(formats.with_unit(1, "d"), lambda v: 8, divisor=86_400)
    if min(seconds, default=0) < 0:
        # A negative time is shown as ##### by Excel.
        return Form(formats.with_unit(1, "h"), lambda v: 8, divisor=3_600)
    return Form(formats.DURATION, lambda v: 8, divisor=86_400, header_note=", h:mm")


def unit_form(unit: str) -> tuple[str, float]:
    """Number format and divisor of raw values in a unit: ``fraction``, ``seconds``, a currency code, another word."""
    if unit == "fraction":
        return formats.percent(1), 1.0
    if unit == "seconds":
        return formats.with_unit(1, "d"), 86_400.0
    if len(unit) == 3 and unit.isupper():
        return formats.money(unit), 1.0
    return formats.number(2), 1.0


def divided(divisor: float) -> Callable[[float], float]:
    """A function that divides; whole numbers stay whole where nothing is to divide."""
    return (lambda value: value) if divisor == 1.0 else (lambda value: value / divisor)


def _fractions(values: Sequence[Any]) -> bool:
    return any(isinstance(v, float) and not v.is_integer() and not math.isnan(v) for v in values[:2000])


def body_of(known: Field, form: Form, looks: Looks, zone: str) -> Body:
    """Body of a field's values, for every kind except money and clauses (they need more than the value)."""
    kind = known.kind
    if kind in (Kind.QUANTITY, Kind.PERCENT):
        return number_body(known, looks.value, looks.muted, whole=looks.whole)
    if kind is Kind.DURATION:
        return number_body(known, looks.value, looks.muted, part=lambda seconds: seconds / form.divisor)
    if kind is Kind.TIME_LEFT:
        return number_body(known, looks.value, looks.muted, part=lambda left: left.seconds / form.divisor)
    if kind is Kind.INSTANT:
        return _instant_body(known, looks, zone)
    if kind is Kind.DATE:
        return _date_body(known, looks)
    return text_body(known, looks)


def text_body(known: Field, looks: Looks) -> Body:
    """Words of a value; the field's missing word muted; formula-like text in the style that marks it as text."""
    empty = _words_cell(known.missing, looks.muted)

    def body(value: Any) -> str:
        if value is None or value == "":
            return empty
        if isinstance(value, NoValue):
            return _words_cell(value.words, looks.muted)
        text, marked = element(wording.code(known, value))
        return f' s="{looks.marked if marked else looks.value}" t="inlineStr"><is>{text}</is></c>'

    return body


def number_body(
    known: Field,
    look: int,
    muted: int,
    *,
    part: Callable[[Any], Any] | None = None,
    words: str | None = None,
    whole: int = -1,
) -> Body:
    """A number (``part`` takes it out of the raw value); anything that is none in words, muted.

    ``whole`` is the style of whole numbers, where it is another one.
    """
    before = f' s="{look}"><v>'
    empty = _words_cell(known.missing if words is None else words, muted)

    def body(value: Any) -> str:
        if isinstance(value, NoValue):
            return _words_cell(value.words, muted)
        number = value if part is None or value is None or value != value else part(value)
        if number is None or number != number or number in (math.inf, -math.inf):
            return empty
        if whole >= 0 and number == int(number):
            return f' s="{whole}"><v>{int(number)}</v></c>'
        return f"{before}{number}</v></c>"

    return body


def money_body(known: Field, currency: str, look: int, muted: int) -> Body:
    """Minor units as the exact decimal amount."""
    before, places = f' s="{look}"><v>', digits(currency)
    unit, empty = 10**places, _words_cell(known.missing, muted)

    def body(value: Any) -> str:
        if value is None or value != value:
            return empty
        if isinstance(value, NoValue):
            return _words_cell(value.words, muted)
        whole, rest = divmod(abs(int(value)), unit)
        sign = "-" if value < 0 else ""
        return f"{before}{sign}{whole}.{rest:0{places}d}</v></c>" if places else f"{before}{sign}{whole}</v></c>"

    return body


def clause_body(known: Field, part: str, looks: Mapping[str, int], muted: int) -> Body:
    """Value, target or floor of a clause in its own unit (% as a fraction); ``looks`` are the style numbers by unit."""
    empty = _words_cell(known.missing if part == "value" else "", muted)

    def body(value: Any) -> str:
        if isinstance(value, NoValue):
            return _words_cell(value.words if part == "value" else "", muted)
        if not isinstance(value, ClauseValue):
            return empty
        number = getattr(value, part)
        if number is None:
            return empty
        number = round(number / 100, 12) if value.unit == "%" else number
        return f' s="{looks[value.unit]}"><v>{number}</v></c>'

    return body


def clause_format(known: Field, unit: str) -> str:
    """Number format of a clause's unit."""
    if unit == "%":
        return formats.percent(1 if known.decimals is None else known.decimals)
    return formats.with_unit(1 if known.decimals is None else known.decimals, unit)


def _instant_body(known: Field, looks: Looks, zone: str) -> Body:
    before, empty = f' s="{looks.value}"><v>', _words_cell(known.missing, looks.muted)
    offsets: dict[int, int] = {}
    # Zones change their offset on quarters of an hour at the finest since 1972 (tz database).
    step = 15 * MINUTE

    def body(value: Any) -> str:
        if value is None or isinstance(value, NoValue) or value != value:
            return _words_cell(value.words, looks.muted) if isinstance(value, NoValue) else empty
        value = int(value)
        slot = value // step
        offset = offsets.get(slot)
        if offset is None:
            moment = to_datetime(slot * step, zone)
            offset = offsets[slot] = from_datetime(moment.replace(tzinfo=to_datetime(0).tzinfo)) - slot * step
        serial = (value + offset) / DAY + _EPOCH_SERIAL
        if not _FIRST_SERIAL <= serial < _LAST_SERIAL:
            return _words_cell(to_iso(value), looks.muted)
        return f"{before}{serial:.9f}</v></c>"

    return body


def _date_body(known: Field, looks: Looks) -> Body:
    before, empty = f' s="{looks.value}"><v>', _words_cell(known.missing, looks.muted)

    def body(value: Any) -> str:
        if value is None or isinstance(value, NoValue) or value != value:
            return _words_cell(value.words, looks.muted) if isinstance(value, NoValue) else empty
        serial = int(value) + _EPOCH_SERIAL
        if not _FIRST_SERIAL <= serial < _LAST_SERIAL:
            return _words_cell(day_to_date(int(value)).isoformat(), looks.muted)
        return f"{before}{serial}</v></c>"

    return body


def _words_cell(words: str, look: int) -> str:
    if not words:
        return f' s="{look}"/>'
    return f' s="{look}" t="inlineStr"><is>{element(words)[0]}</is></c>'
