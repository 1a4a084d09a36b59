"""How the demo company's team works: rules of automation, shared views, two incidents."""

import numpy as np
from sqlalchemy import select

from opsconsole.domain.automation import AutomationRule, Then, When
from opsconsole.domain.instants import DAY, HOUR
from opsconsole.domain.rota import WORKING, Shift
from opsconsole.services.automation import add_rule
from opsconsole.services.demo_company.company import PLACE, PLACE_ZONES
from opsconsole.services.demo_company.world import World
from opsconsole.services.incidents_actions import Draft, attach, close_incident, open_incident, tick_playbook
from opsconsole.services.saved_views import save_view
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions

LEAD = "Ops manager"
# Hours before now at which the failure of the carrier was opened; it began before.
FAILURE_OPENED, _FAILURE_BEGAN = 2, 19
_OUTAGE_DAYS_AGO = 12
_TAB = "order_exceptions"

_RULES = (
    AutomationRule("Large orders", When(value_from=40_000), Then(assign=LEAD, tags=("large",))),
    AutomationRule(
        "Carrier desk",
        When(types=("NO_CARRIER_SCAN", "STALLED_IN_TRANSIT", "DELIVERY_EXCEPTION")),
        Then(assign=LEAD, rota=(Shift("Carrier desk", hours=WORKING),)),
    ),
    AutomationRule(
        "Small bills", When(types=("BILLING_VARIANCE",), value_to=500), Then(assign=LEAD, tags=("month end",))
    ),
)
_VIEWS = (
    ("Harbor today", {"equals": {"location": ["harbor"], "due": ["over", "today"]}, "sort": [["time_left", False]]}),
    ("Swiftpost", {"equals": {}, "search": "swiftpost", "sort": [["time_left", False]]}),
    ("Large and open", {"equals": {"state": ["open"]}, "sort": [["value_at_risk", True]]}),
)


def set_up(database: Database, moment: int) -> None:
    """Rules of automation and views, as they are from a moment on."""
    for rule in _RULES:
        add_rule(database, rule, who=LEAD, now=moment)
    for name, view in _VIEWS:
        save_view(database, _TAB, name, {"chip": "", "selected": {}, "search": "", **view}, who=LEAD, now=moment,
                  shared=True)  # fmt: skip


def past_outage(database: Database, world: World) -> None:
    """A day without power at a site, told to its end."""
    site = "harbor"
    zone = world.clock.zone(PLACE_ZONES[PLACE[site]])
    day = int(world.clock.workday(np.array([world.clock.today - _OUTAGE_DAYS_AGO]), 0)[0])
    begun = int(zone.starts[day - zone.first_day]) + 8 * HOUR
    ended = begun + 7 * HOUR
    draft = Draft("warehouse_outage", "Power cut at Harbor", location=site, starts_at=begun)
    (incident,) = open_incident(database, draft, who=LEAD, now=begun + HOUR).ids
    e = exceptions.c
    hit = select(e.id).where(e.location == site, e.opened_at >= begun, e.opened_at < begun + 2 * DAY)
    with database.read() as connection:
        ids = list(connection.execute(hit.where(e.closed_at.is_not(None)).order_by(e.id)).scalars())
    if ids:
        attach(database, incident, ids, who=LEAD, now=begun + 2 * DAY)
    for step in range(1, 5):
        tick_playbook(database, incident, step, done=True, who=LEAD, now=begun + (step + 1) * HOUR)
    summary = "A transformer burned out; seven hours without picking. Late orders left the next day by a later truck."
    close_incident(database, incident, summary=summary, who=LEAD, now=begun + 3 * DAY, ends_at=ended)


def carrier_failure(database: Database, world: World) -> None:
    """A depot that does not move parcels, since yesterday."""
    now = world.clock.as_of
    draft = Draft(
        "carrier_failure",
        "Swiftpost: depot in Memphis closed",
        carrier_key="swiftpost",
        starts_at=now - _FAILURE_BEGAN * HOUR,
    )
    opened = now - FAILURE_OPENED * HOUR
    (incident,) = open_incident(database, draft, who=LEAD, now=opened).ids
    for step in (1, 2):
        tick_playbook(database, incident, step, done=True, who=LEAD, now=opened + step * HOUR // 3)
