"""Pages: everything a detail panel or page shows about one exception or one order, as plain values."""

from dataclasses import dataclass, field

from opsconsole.domain.field import TimeLeft
from opsconsole.domain.fraud import FraudCheck
from opsconsole.domain.listing import Listing


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise under a stop. ``state``: kept, missed, to_come; ``words``: ``Ship-by missed``, ``Deliver by``.

    ``when`` is the instant or date in words, ``basis`` where it comes from (``assumed`` is said wherever it decides).
    """

    key: str
    words: str
    at: int
    when: str
    state: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class TimelineStop:
    """A stop of an order's way. ``state``: done, blocked, ahead.

    ``elapsed`` are seconds since the stop before it (for the blocked stop: until now); ``late`` marks the link that
    took too long; ``note`` adds to the label (``3 scans``).
    """

    key: str
    label: str
    at: int | None
    state: str
    elapsed: int | None = None
    late: bool = False
    note: str = ""
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class RunbookStep:
    """A next action, its number from 1, and who ticked it when."""

    number: int
    words: str
    done_at: int | None = None
    done_by: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """What happened, newest first in a page's history; ``id`` is 0 for events that follow from the clock."""

    at: int
    who: str
    words: str
    action: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class OtherException:
    """Another active exception of the same order, the blocking one first."""

    id: int
    rule: str
    label: str
    severity: str
    state: str


@dataclass(frozen=True, slots=True)
class Link:
    """A way out of the program. ``kind``: tracking, order, mail (``url`` is opened), ticket (``text`` is copied)."""

    kind: str
    label: str
    url: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class IncidentMark:
    """An incident that touched an order, for its timeline; ``ends_at`` is None while it is open."""

    id: int
    title: str
    starts_at: int
    ends_at: int | None = None


@dataclass(frozen=True)
class ExceptionPage:
    """All about one exception; money in minor units of ``currency``, instants in microseconds UTC."""

    id: int
    version: int
    rule: str
    title: str
    severity: str
    severity_reason: str
    state: str
    subject_kind: str
    subject: str
    order_fk: int | None
    order: str
    channel: str
    location: str
    about: str
    owner: str
    opened_at: int
    detected_at: int
    acknowledge_by: int
    due_at: int
    time_left: TimeLeft | None
    value_at_risk: int | None
    currency: str
    why: tuple[str, ...]
    others: tuple[OtherException, ...] = ()
    stops: tuple[TimelineStop, ...] = ()
    runbook: tuple[RunbookStep, ...] = ()
    history: tuple[HistoryEvent, ...] = ()
    root_cause: str = ""
    snoozed_until: int | None = None
    ignored_until: int | None = None
    ignored_reason: str = ""
    as_of: int = 0
    time_zone: str = "UTC"
    waiting_on: str = ""
    waiting_until: int | None = None
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    incidents: tuple[IncidentMark, ...] = ()
    severity_words: tuple[str, ...] = ()
    fraud: FraudCheck | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value of an order in words; ``note`` says where it comes from or what is odd about it."""

    label: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class OrderPage:
    """All about one order; the tables are listings, so the list and the workbook show them like any other.

    ``around`` are the further tables that have rows (picks, refunds, disputes, tickets, charges, ...), titled.
    """

    order_fk: int
    title: str
    channel: str
    status: str
    status_label: str
    currency: str
    about: str
    facts: tuple[Fact, ...]
    money: tuple[Fact, ...]
    address: tuple[str, ...]
    promises: tuple[Promise, ...]
    stops: tuple[TimelineStop, ...]
    flags: tuple[str, ...]
    lines: Listing
    payments: Listing
    shipments: Listing
    scans: Listing
    returns: Listing
    reviews: Listing
    exceptions: Listing
    history: tuple[HistoryEvent, ...] = field(default_factory=tuple)
    as_of: int = 0
    time_zone: str = "UTC"
    around: tuple[Listing, ...] = ()
    incidents: tuple[IncidentMark, ...] = ()
    fraud: FraudCheck | None = None
