"""The console at work: looks taken over the last two days, and what people did with what was found.

Nobody resolves, snoozes or ignores anything here: what was planted stays in the queue.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from opsconsole.domain.instants import HOUR, MINUTE
from opsconsole.domain.progress import Progress
from opsconsole.services.automation_run import run_automation
from opsconsole.services.demo_company.history import DESKS
from opsconsole.services.demo_company.teamwork import carrier_failure, past_outage, set_up
from opsconsole.services.demo_company.world import World
from opsconsole.services.detection import detect
from opsconsole.services.order_exceptions_actions import acknowledge, add_note, assign, start, wait
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions

# Hours before now at which the rules ran; the last one is now.
LOOKS = (50, 26, 13, 3, 0)
_LEAD = "Ops manager"
_NOTES = {
    "LATE_SHIPMENT": "Asked the site, leaves with the next truck.",
    "OUT_OF_STOCK": "Supplier confirmed the next delivery.",
    "NO_TRACKING": "Label reprinted, waiting for the number.",
    "LATE_DELIVERY": "Trace opened with the carrier.",
    "ADDRESS_INVALID": "Wrote to the customer.",
    "PAYMENT_PENDING": "Reminder sent.",
    "UNMAPPED_SKU": "Asked the shop which item this is.",
    "PARTIAL_SHIPMENT": "Rest is on the next wave.",
    "DUPLICATE_ORDER": "Asked the customer which one to keep.",
}
_ASSIGNED, _SEEN, _BEGUN, _WAITING, _NOTED = 0.72, 0.58, 0.34, 0.13, 0.18


def look_and_act(database: Database, world: World, progress: Progress) -> None:
    """Run the rules as of each look, the first and the last time over everything; people act after all but the last."""
    past_outage(database, world)
    for hours in LOOKS:
        progress.step(0, 0, "Looking for exceptions")
        moment = world.clock.as_of - hours * HOUR
        report = detect(database, moment, full=hours in (LOOKS[0], 0))
        if hours == LOOKS[0]:
            set_up(database, moment)
        run_automation(database, moment, report.touched)
        if hours:
            _act(database, world.seed, moment)
        if hours == LOOKS[-2]:
            carrier_failure(database, world)


def _share(seed: int, subject: str, matter: str) -> float:
    """A number from 0 to 1 that is a subject's own."""
    digest = hashlib.blake2b(f"{seed}|{matter}|{subject}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def _act(database: Database, seed: int, moment: int) -> None:
    """Give new exceptions to their desks, which look at some, begin some, and wait for others to answer."""
    e = exceptions.c
    with database.read() as conn:
        rows = conn.execute(
            select(e.id, e.rule, e.subject).where(e.detected_at == moment, e.closed_at.is_(None)).order_by(e.id)
        ).all()
    teams: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for row in rows:
        if _share(seed, row.subject, "owner") < _ASSIGNED:
            desks = DESKS.get(row.rule, (_LEAD,))
            desk = desks[int(_share(seed, row.subject, "desk") * len(desks))]
            teams[desk].append((row.id, row.rule, row.subject))
    for desk, cases in sorted(teams.items()):
        _work(database, seed, moment, desk, cases)


def _work(database: Database, seed: int, moment: int, desk: str, cases: list[tuple[int, str, str]]) -> None:
    drawn = {case[0]: _share(seed, case[2], "state") for case in cases}

    def under(limit: float) -> list[int]:
        return [key for key in drawn if drawn[key] < limit]

    assign(database, list(drawn), owner=desk, who=_LEAD, now=moment + 12 * MINUTE)
    if under(_SEEN):
        acknowledge(database, under(_SEEN), who=desk, now=moment + 31 * MINUTE)
    if under(_BEGUN):
        start(database, under(_BEGUN), who=desk, now=moment + 48 * MINUTE)
    for rule, keys in _by_rule(case for case in cases if drawn[case[0]] < _NOTED):
        if rule in _NOTES:
            add_note(database, keys, text=_NOTES[rule], who=desk, now=moment + 83 * MINUTE)
    if under(_WAITING):
        wait(database, under(_WAITING), who=desk, now=moment + 95 * MINUTE)


def _by_rule(cases: Iterable[tuple[int, str, str]]) -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, rule, _ in cases:
        found[rule].append(key)
    return sorted(found.items())
