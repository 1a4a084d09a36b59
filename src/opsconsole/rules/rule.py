"""What an exception rule is: a value that says when it fires, on what, how urgent that is, and how to say it.

A rule's ``select`` builds one set-based SELECT. It gives the columns of ``COLUMNS`` (in any order) and, beside them,
the evidence: further columns whose labels the sentences name. Columns whose labels begin with ``_`` are for ``check``
alone. Time enters only as bound cut-offs from the ``Moment``.

Subjects are text and unique within their kind: an order is ``channel/order_id``, a line ``channel/order_id/line_id``,
a shipment ``channel/order_id/shipment_id``, a return ``channel/order_id/return_id`` (with ``/sku`` where it has one), a
dispute ``channel/order_id/dispute_id``, a ticket ``helpdesk/ticket_id``, a purchase order its number, a charge
``vendor_key/charge_id``, a listing ``channel/sku``, a SKU ``sku @ location`` (``sku`` alone where the location is
unknown), a feed ``source/channel`` (``source`` alone where it serves all channels).

A select or a check may give one column more, ``due_at``: the instant until which it must be resolved, where that is a
date of its own (a cut-off, a pickup, the end of a claim window) and not a span of the rule's clock; NULL: the clock's.
A check may also give ``severity`` where a row is graver than its type.
``due_at`` is no evidence: a sentence that names it needs a column of its own beside it. A rule about two kinds of
subjects tells each row's in ``subject_kind``; without that column it is the rule's.

``learn`` holds what a rule learns from history. Each lesson is taken once a day, from what had happened when the day
(UTC) began, and its answer stands in ``moment.learned[lesson.key]``; a case it says nothing about has too little
history, and the rule falls back on its parameter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Select

from opsconsole.domain.evidence import Sentence
from opsconsole.domain.instants import DAY, HOUR, MINUTE, SECOND

# Evidence of a rule that rechecks by it: other orders, wherever they go, can end or change the exception.
RESTS_ON_OTHERS = "rests_on_others"
AT = " @ "  # between a SKU and its place, in a subject
COLUMNS = ("subject", "order_fk", "opened_at", "value_at_risk", "currency", "channel", "location")


class SubjectKind(StrEnum):
    """What a rule is about."""

    ORDER = "order"
    LINE = "line"
    SHIPMENT = "shipment"
    SKU = "sku"
    FEED = "feed"
    RETURN = "return"
    PURCHASE_ORDER = "purchase_order"
    DISPUTE = "dispute"
    TICKET = "ticket"
    CHARGE = "charge"
    LISTING = "listing"


_UNITS = {"minutes": MINUTE, "hours": HOUR, "days": DAY}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold a user may edit: default, unit and range; what is in force stands in the table ``rule_values``.

    With ``delays`` it is a time that must pass before the rule fires, and moves ``opened_at`` by as much; ``working``
    where that is working time.
    """

    key: str
    label: str
    default: float
    unit: str
    low: float
    high: float
    help: str = ""
    delays: bool = False
    working: bool = False


class WorkingClock(Protocol):
    """Working time of places; the location's calendar, else its channel's, else the business's own."""

    def add(self, start: int, seconds: float, location: str | None, channel: str | None) -> int:
        """Instant at which ``seconds`` of working time after ``start`` have passed."""
        ...

    def between(self, start: int, end: int, location: str | None, channel: str | None) -> int:
        """Seconds of working time from ``start`` to ``end``; 0 when it is not after."""
        ...

    def ends(self, seconds: float, first: int, last: int) -> Sequence[tuple[int, int]]:
        """Per calendar in use, from when to when so much working time ends that begins from ``first`` to ``last``."""
        ...

    def starts(self, seconds: float, first: int, last: int) -> Sequence[tuple[int, int]]:
        """Per calendar in use, from when to when so much working time begins that ends from ``first`` to ``last``."""
        ...

    def cut_off(self, after: int, location: str | None, carrier: str | None, service: str | None) -> int | None:
        """The first cut-off of a carrier's service not before ``after``; None where none is known."""
        ...

    def pickup(self, after: int, location: str | None, carrier: str | None, service: str | None) -> int | None:
        """The first pickup of a carrier's service not before ``after``; None where none is known."""
        ...


class AroundTheClock:
    """A clock of a business that never closes and knows no cut-offs."""

    def add(self, start: int, seconds: float, location: str | None, channel: str | None) -> int:
        """``seconds`` after ``start``."""
        return start + int(seconds * SECOND)

    def between(self, start: int, end: int, location: str | None, channel: str | None) -> int:
        """Seconds from ``start`` to ``end``; 0 when it is not after."""
        return max(0, end - start) // SECOND

    def ends(self, seconds: float, first: int, last: int) -> Sequence[tuple[int, int]]:
        """That much later."""
        return [(first + int(seconds * SECOND), last + int(seconds * SECOND))]

    def starts(self, seconds: float, first: int, last: int) -> Sequence[tuple[int, int]]:
        """That much earlier."""
        return [(first - int(seconds * SECOND), last - int(seconds * SECOND))]

    def cut_off(self, after: int, location: str | None, carrier: str | None, service: str | None) -> int | None:
        """None."""
        return None

    def pickup(self, after: int, location: str | None, carrier: str | None, service: str | None) -> int | None:
        """None."""
        return None


@dataclass(frozen=True)
class Moment:
    """What a rule is asked at: the instant, its parameters' values, and how plain the data is.

    ``settled`` says that no known fact is dated after ``now``; conditions are then the plain ones that the partial
    indexes serve. ``among`` is a table of the ids of the orders asked about (None: all); ``skus`` one
    of SKUs, beside that of the orders that ask for them. ``channels``
    are those whose files tell what the rule needs (None: all do, or the rule does not ask). ``said`` maps a batch and
    record kind to the fields its files had; ``formats`` a carrier's key to the family of its tracking numbers, where
    the business has set one. ``learned`` maps a lesson's key to its values by case; ``clocks`` answer in working time.
    ``forwarders`` are postcodes of freight forwarders (None: those that ship with the program). ``spans`` are
    firsts and lasts of the instants that a rule's clock looks at.
    """

    now: int
    values: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    settled: bool = False
    among: Any = None
    skus: Any = None
    channels: frozenset[str] | None = None
    said: Mapping[tuple[int, str], frozenset[str]] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    learned: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    clocks: WorkingClock = field(default_factory=AroundTheClock)
    forwarders: frozenset[str] | None = None
    spans: Sequence[tuple[Any, Any]] = ()

    def span(self, key: str) -> int:
        """A parameter as microseconds."""
        return int(self.values[key] * _UNITS[self.units[key]])

    def ago(self, key: str) -> int:
        """The instant that lies a parameter's time before now."""
        return self.now - self.span(key)


@dataclass(frozen=True)
class Need:
    """Data a rule cannot do without: ``words`` name it, ``probe`` selects a row that proves it is there.

    With ``by_channel`` the probe reads orders and is asked per channel; channels without are left out of the rule.
    """

    words: str
    probe: Callable[[], Select[Any]]
    by_channel: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """A reason why the data no longer shows the exception: ``fact`` is a key of the order's facts that is then true.

    ``words`` is a template over those facts; ``cause`` is the code recorded.
    """

    cause: str
    fact: str
    words: str


Row = Mapping[str, Any]
Check = Callable[[Sequence[Row], Moment], Sequence[Row | None]]


@dataclass(frozen=True)
class Lesson:
    """What a rule learns from history: ``select`` gives rows as of the moment, ``reduce`` makes values by case of them.

    A case with too few rows is left out (DOMAIN: 30 cases at least). Values are plain numbers in the unit the rule
    wants them in.
    """

    key: str
    select: Callable[[Moment], Select[Any]]
    reduce: Callable[[Sequence[Row], Moment], Mapping[str, float]]


@dataclass(frozen=True)
class Rule:
    """An exception rule; ``about`` says in words when it fires.

    ``resolve_hours`` is the resolve-within clock, in working time of the location when ``working``. ``check`` looks at
    the selected rows in Python where SQL cannot decide (check digits, postcodes): per row None = nothing is wrong, else
    further evidence (which may replace ``opened_at``). ``clock`` selects the ids of the orders whose condition the
    passing of time between two instants can have made true; ``spans`` are those of working time that it looks at, as
    ``moment.spans``. ``neighbors`` selects the ids of further orders whose
    condition depends on the changed ones. ``scoped`` rules are asked about changed orders only; the others always as a
    whole, unless nothing in ``watches`` (tables beside the orders) and no order changed; with ``skus``, which selects
    orders and the SKUs they ask for, about those that changed orders ask for or asked for at the last run; its
    exceptions' subjects begin with their SKU. ``recheck`` names what asks it about orders of active exceptions that did
    not change: any changed order, where the evidence says so (``rests_on_others``), one that the evidence names by its
    number (``twin_fk``), a table's change, another day in UTC (``day``), an exception's due time (``due``), a newer
    file that says the same (``files``). ``learn`` are its lessons. With ``keeps_opened`` an
    exception keeps the instant it was opened at while it lasts. ``cause`` names evidence whose change makes it another
    exception: an ignored one then comes back (a new promise was missed, another number is bad); figures that move while
    it lasts do not belong there. ``rank`` orders exceptions of one order, the blocking one first; ``blocks`` is the
    timeline stop that does not happen.
    """

    code: str
    label: str
    about: str
    severity: str
    resolve_hours: float
    working: bool
    subject: SubjectKind
    select: Callable[[Moment], Select[Any]]
    short: Sentence
    sentences: tuple[Sentence, ...]
    rank: int
    blocks: str = ""
    parameters: tuple[Parameter, ...] = ()
    needs: tuple[Need, ...] = ()
    check: Check | None = None
    clock: Callable[[Moment, int], Select[Any]] | None = None
    spans: Callable[[Moment, int], list[tuple[int, int]]] | None = None
    neighbors: Callable[[Any], Select[Any]] | None = None
    scoped: bool = True
    skus: Callable[[Moment], Select[Any]] | None = None
    watches: tuple[str, ...] = ()
    recheck: tuple[str, ...] = ()
    learn: tuple[Lesson, ...] = ()
    keeps_opened: bool = False
    cause: tuple[str, ...] = ()
    closings: tuple[Closing, ...] = ()
    closed_words: str = "The data no longer shows it"

    @property
    def resolve_seconds(self) -> int:
        """The resolve-within clock in seconds."""
        return int(self.resolve_hours * HOUR // SECOND)

    @property
    def runbook(self) -> str:
        """File name of the rule's runbook in resources/runbooks."""
        return f"{self.code.lower()}.toml"

    def moment(self, now: int, values: Mapping[str, float] | None = None, **more: Any) -> Moment:
        """A moment with the rule's parameters, defaults where ``values`` has none."""
        given = values or {}
        return Moment(
            now,
            {parameter.key: given.get(parameter.key, parameter.default) for parameter in self.parameters},
            {parameter.key: parameter.unit for parameter in self.parameters},
            **more,
        )
