"""What a chart shows, as plain values: the tabs fill it, the chart draws it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: ``x`` ascending, ``y`` of equal length with ``None`` where there is no value.

    ``role`` decides color and dash: ``current`` (chart 1, solid), ``previous`` (muted, dashed), ``projection``
    (chart 1, dashed), ``without`` (bad, dotted), or ``1`` … ``8`` for a series of its own. ``incomplete`` holds
    indices of points whose period is not over: hollow, with a dashed link.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float | None]
    role: str = "current"
    incomplete: frozenset[int] = frozenset()
    points: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """Control limits from ``start`` to ``end`` (x values)."""

    start: float
    end: float
    mean: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Range:
    """A filled range around a projection: ``lower`` and ``upper`` per ``x``."""

    x: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line: role ``target`` (good), ``warn`` or ``muted``; ``inside`` puts its label into the plot."""

    value: float
    label: str
    role: str = "target"
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """An annotation: a numbered flag on top with a dashed line down."""

    x: float
    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark at a point, by its role.

    ``signal`` (larger, bad), ``receipt`` (triangle up), ``proposed`` (hollow), ``went`` (triangle down) or ``out``
    (cross).
    """

    x: float
    y: float
    label: str
    role: str = "signal"


def _plain(value: float) -> str:
    return f"{value:,.6g}"


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """Everything one chart shows.

    ``x_label`` and ``y_label`` turn axis values into words. ``ticks`` are the labeled
    x values (all points where empty). ``now`` draws the solid line "Today".
    ``description`` is what a screen reader says instead of the picture.
    """

    lines: Sequence[Line]
    x_label: Callable[[float], str] = _plain
    y_label: Callable[[float], str] = _plain
    limits: Sequence[Limits] = ()
    ranges: Sequence[Range] = ()
    levels: Sequence[Level] = ()
    flags: Sequence[Flag] = ()
    marks: Sequence[Mark] = ()
    ticks: Sequence[float] = ()
    now: float | None = None
    y_floor: float | None = None
    y_ceiling: float | None = None
    description: str = ""
    empty: str = "no data"
    bars: bool = False
    bar_labels: Sequence[str] = field(default=())
