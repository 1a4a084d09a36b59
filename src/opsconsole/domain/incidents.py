"""Incidents: what kinds there are, whose fault one can be, and everything a page shows about one."""

from collections.abc import Mapping
from dataclasses import dataclass

from opsconsole.domain.figures import Figure
from opsconsole.domain.listing import Listing
from opsconsole.domain.pages import HistoryEvent, RunbookStep
from opsconsole.domain.statuses import Status

INCIDENT_STATES: Mapping[str, Status] = {
    "open": Status("open", "Open", "warn"),
    "closed": Status("closed", "Closed", "good"),
}

# Whose fault an incident is. What is not the vendor's excuses its SLA events unless somebody decides otherwise.
PARTIES = (("vendor", "Vendor"), ("us", "Us"), ("force_majeure", "Force majeure"))
EXCUSING = frozenset({"us", "force_majeure"})

# What an incident can be about, and the column of the table it is kept in.
SUBJECTS = (("location", "Site"), ("carrier_key", "Carrier"), ("channel", "Channel"), ("source", "Feed"))


@dataclass(frozen=True, slots=True)
class IncidentKind:
    """A kind of incident: its code names its playbook, ``about`` what it is usually about (a column of ``SUBJECTS``).

    ``types`` are the exception types that attach by themselves unless others are chosen.
    """

    code: str
    label: str
    about: str
    responsible: str
    types: tuple[str, ...]

    @property
    def playbook(self) -> str:
        """File name of its playbook in resources/playbooks."""
        return f"{self.code}.toml"


INCIDENT_KINDS: Mapping[str, IncidentKind] = {
    kind.code: kind
    for kind in (
        IncidentKind(
            "warehouse_outage",
            "Warehouse outage",
            "location",
            "vendor",
            (
                *("LATE_SHIPMENT", "SHIP_BY_RISK", "STUCK_ORDER", "ROUTING_FAILED", "SHORT_PICK", "PARTIAL_SHIPMENT"),
                *("LABEL_FAILED", "WEIGHT_MISMATCH", "DAMAGED_IN_WAREHOUSE", "NO_CARRIER_SCAN", "LATE_DELIVERY"),
                "CUSTOMER_ESCALATION",
            ),
        ),
        IncidentKind(
            "carrier_failure",
            "Carrier failure",
            "carrier_key",
            "vendor",
            (
                *("NO_CARRIER_SCAN", "STALLED_IN_TRANSIT", "DELIVERY_EXCEPTION", "LATE_DELIVERY", "RETURN_TO_SENDER"),
                *("LABEL_FAILED", "NO_TRACKING", "DELIVERED_NOT_RECEIVED", "CARRIER_CLAIM_DUE", "CUSTOMER_ESCALATION"),
            ),
        ),
        IncidentKind(
            "integration_down",
            "Integration down",
            "source",
            "us",
            (
                *("SYNC_STALE", "STUCK_ORDER", "ROUTING_FAILED", "LATE_SHIPMENT", "NO_TRACKING", "CHANNEL_MISMATCH"),
                *("UNMAPPED_SKU", "DROPSHIP_NO_ACK", "OUT_OF_STOCK", "CANCEL_AFTER_RELEASE"),
            ),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Touch:
    """An incident on an order's timeline: from when to when (None: it lasts), what it is called, and its state."""

    order_fk: int
    incident: int
    kind: str
    title: str
    state: str
    starts_at: int
    ends_at: int | None


@dataclass(frozen=True)
class IncidentPage:
    """All about one incident; instants in microseconds UTC. ``about`` are pairs of what it is about in words.

    ``types`` are pairs of code and label of the exceptions that attach by themselves, ``figures`` its cost and counts,
    ``exceptions`` the most urgent of what is attached now (``total`` says how many there are).
    """

    id: int
    version: int
    kind: str
    kind_label: str
    title: str
    state: str
    about: tuple[tuple[str, str], ...]
    responsible: str
    excuses: bool
    starts_at: int
    ends_at: int | None
    opened_by: str
    opened_at: int
    closed_by: str
    closed_at: int | None
    summary: str
    types: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    playbook: tuple[RunbookStep, ...]
    history: tuple[HistoryEvent, ...]
    exceptions: Listing
    as_of: int
    time_zone: str = "UTC"

    def figure(self, key: str) -> Figure:
        """A figure by key; KeyError when there is none."""
        return {figure.key: figure for figure in self.figures}[key]
