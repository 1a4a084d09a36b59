"""A raw value as what is painted: words, tone, weight and the marks of its kind."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from opsconsole.desktop.table.formats import MINUS, Formats
from opsconsole.domain.field import ClauseValue, Cover, Field, Kind, NoValue, TimeLeft
from opsconsole.domain.statuses import EXCEPTION_STATES

NO_WORDS = "–"
LONG_COVER = 365

RIGHT_KINDS = frozenset(
    {
        Kind.QUANTITY, Kind.MONEY, Kind.PERCENT, Kind.DURATION, Kind.INSTANT, Kind.DATE, Kind.TIME_LEFT, Kind.COVER,
        Kind.CLAUSE,
    }
)  # fmt: skip

Tone = Callable[[Any], str]
Tones = Mapping[str, Tone]


class Cell(NamedTuple):
    """``text`` in the color role ``tone``; ``mark`` names the painter of a kind and ``detail`` what it needs.

    mark      detail
    text      () or (words that stand muted behind the text,)
    ends      –, text that is cut in the middle
    severity  –
    state     (glyph,): ring, quarter, half, pause, done
    bar       (share, tone): time left
    cover     (share, lead time's share or -1, tone)
    clause    (share, target's share, tone)
    grade     –
    trend     ((x, y), …) in a unit square, y down
    """

    text: str
    tone: str = "text"
    strong: bool = False
    mark: str = "text"
    detail: tuple[Any, ...] = ()


Maker = Callable[[Field, Any, str, Formats], Cell]


def make_cell(field: Field, raw: Any, currency: str, formats: Formats, tone: Tone | None = None) -> Cell:
    """Cell of a raw value; ``tone`` may give another color role for it (empty: the kind's own)."""
    if raw is None:
        cell = Cell(field.missing or NO_WORDS, "text_muted")
    elif isinstance(raw, NoValue):
        cell = Cell(NO_WORDS if field.kind == Kind.GRADE else raw.words, "text_muted")
    else:
        cell = _MAKERS[field.kind](field, raw, currency, formats)
    role = tone(raw) if tone is not None else ""
    return cell._replace(tone=role, strong=role == "bad" or cell.strong) if role else cell


def aligned_right(field: Field) -> bool:
    """Whether the cells and the header of a field stand right."""
    return field.kind in RIGHT_KINDS


def tooltip(field: Field, raw: Any, cell: Cell, formats: Formats) -> str:
    """Full text of a cell; UTC for instants; the reason where there is no value."""
    if isinstance(raw, NoValue):
        return raw.words
    if field.kind == Kind.INSTANT and raw is not None:
        return f"{formats.instant_full(raw)}\n{formats.instant_utc(raw)}"
    if field.kind == Kind.CLAUSE and isinstance(raw, ClauseValue):
        return f"{cell.text}, target {_plain(raw.target)}, floor {_plain(raw.floor)} {raw.unit}".strip()
    if field.kind == Kind.COVER and isinstance(raw, Cover) and raw.lead_time is not None:
        return f"{cell.text} days of cover, lead time {_plain(raw.lead_time)} days"
    return cell.text


def _plain(number: float) -> str:
    return f"{number:g}"


def _text(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    text = str(raw)
    mark = "ends" if field.ends_matter else "text"
    # A column that only explains its row steps back behind the columns that are compared.
    return (
        Cell(text, "text_muted" if field.wide_only else "text", mark=mark)
        if text
        else Cell(field.missing or NO_WORDS, "text_muted")
    )


def _status(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    return Cell(field.label_of(raw))


def _flag(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    return Cell("Yes") if raw else Cell("No", "text_muted")


def _quantity(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    text = formats.count(raw, field.decimals)
    return Cell(f"{text} {field.unit}" if field.unit else text, "text" if raw else "text_muted")


def _money(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    return Cell(formats.money(int(raw), currency), "text" if raw else "text_muted")


def _percent(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    decimals = 1 if field.decimals is None else field.decimals
    return Cell(formats.percent(float(raw), decimals))


def _duration(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    text = formats.duration(raw)
    return Cell(MINUS + text if raw < 0 else text, "text" if raw else "text_muted")


def _instant(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    return Cell(formats.instant(int(raw)))


def _date(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    far = field.estimate and formats.is_far(int(raw))
    return Cell("1 year +", "text_muted") if far else Cell(formats.day(int(raw)), "text")


def _severity(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    return Cell(str(raw), f"{raw}_fg", True, "severity")


_GLYPHS = {
    "open": "ring",
    "acknowledged": "quarter",
    "in_progress": "half",
    "waiting": "pause",
    "resolved": "done",
    "closed": "done",
}


def _state(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    known = EXCEPTION_STATES.get(str(raw))
    words = field.label_of(raw) if field.labels else known.label if known else str(raw)
    return Cell(words, "text", False, "state", (_GLYPHS.get(str(raw), "ring"),))


def _time_left(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    left = raw if isinstance(raw, TimeLeft) else TimeLeft(int(raw), 1.0)
    text = formats.time_left(left.seconds)
    if left.seconds < 0:
        return Cell(text, "bad", True, "bar", (1.0, "bad"))
    tone = "bad" if left.share < 0.1 else "warn" if left.share < 0.3 else "text"
    return Cell(text, tone, False, "bar", (left.share, "text_muted" if tone == "text" else tone))


def _cover(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    scale = 60.0
    lead = -1.0 if raw.lead_time is None else min(raw.lead_time / scale, 1.0)
    if raw.days is None:
        return Cell("no demand", "text_muted", False, "cover", (1.0, lead, "text_muted"))
    if raw.days > LONG_COVER:
        return Cell(f"over {formats.count(LONG_COVER)}", "text", False, "cover", (1.0, lead, "text_muted"))
    tone = "bad" if raw.days < 7 else "warn" if raw.lead_time is not None and raw.days < raw.lead_time else "text"
    text = formats.count(raw.days, 1 if raw.days < 100 else 0)
    detail = (min(raw.days / scale, 1.0), lead, "text_muted" if tone == "text" else tone)
    return Cell(text, tone, tone != "text", "cover", detail)


def clause_share(value: float, clause: ClauseValue) -> float:
    """Place of a value on a clause's bar, 0 … 1: floor at one third, stretch at the end, lower-is-better mirrored."""
    stretch = clause.target if clause.stretch is None else clause.stretch
    span = stretch - clause.floor
    if span == 0:
        return 1.0 if (value >= clause.target) == clause.higher else 0.0
    return min(max((1 + 2 * (value - clause.floor) / span) / 3, 0.0), 1.0)


def _clause(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    sign = 1 if raw.higher else -1
    below_floor = sign * raw.value < sign * raw.floor
    below_target = sign * raw.value < sign * raw.target
    tone = "bad" if below_floor else "warn" if below_target else "text"
    number = formats.count(raw.value, 1 if field.decimals is None else field.decimals)
    words = number if raw.unit in ("", "%") else f"{formats.count(raw.value, field.decimals or 0)} {raw.unit}"
    bar = (clause_share(raw.value, raw), clause_share(raw.target, raw), "text_muted" if tone == "text" else tone)
    return Cell(words, tone, tone == "bad", "clause", bar)


def _grade(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    tone = {"A": "good", "C": "warn", "D": "bad"}.get(str(raw), "text_muted")
    return Cell(str(raw), tone, True, "grade")


def trend_points(values: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    """Points of a small line in a unit square; at least a quarter of the mean is its height, so noise stays small."""
    if not values:
        return ()
    low, high = min(values), max(values)
    mean = sum(values) / len(values)
    span = max(high - low, abs(mean) / 4, 1e-9)
    middle = (low + high) / 2
    step = 1 / max(len(values) - 1, 1)
    return tuple((index * step, 0.5 - (value - middle) / span) for index, value in enumerate(values))


def _trend(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    if not raw:
        return Cell(field.missing or NO_WORDS, "text_muted")
    words = f"from {formats.count(round(raw[0], 2))} to {formats.count(round(raw[-1], 2))}"
    return Cell(words, "text_muted", False, "trend", trend_points(tuple(raw)))


def _proposal(field: Field, raw: Any, currency: str, formats: Formats) -> Cell:
    text = str(raw)
    if not text or text == "None":
        return Cell(text or "None", "text_muted")
    can_be_accepted = any(character.isdigit() for character in text)
    return Cell(text, "accent" if can_be_accepted else "text", can_be_accepted)


_MAKERS: dict[Kind, Maker] = {
    Kind.TEXT: _text,
    Kind.IDENTIFIER: _text,
    Kind.QUANTITY: _quantity,
    Kind.MONEY: _money,
    Kind.PERCENT: _percent,
    Kind.DURATION: _duration,
    Kind.INSTANT: _instant,
    Kind.DATE: _date,
    Kind.FLAG: _flag,
    Kind.SEVERITY: _severity,
    Kind.STATE: _state,
    Kind.STATUS: _status,
    Kind.TIME_LEFT: _time_left,
    Kind.COVER: _cover,
    Kind.CLAUSE: _clause,
    Kind.GRADE: _grade,
    Kind.TREND: _trend,
    Kind.PROPOSAL: _proposal,
}
