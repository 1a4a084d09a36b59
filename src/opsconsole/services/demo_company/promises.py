"""What the channels promise: the day and the instant of hand-over and of delivery."""

from dataclasses import dataclass

import numpy as np

from opsconsole.domain.instants import HOUR, SECOND
from opsconsole.services.demo_company.arrays import Ints
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import CHANNELS


@dataclass(frozen=True)
class Promises:
    """Per order: local days (of the channel's zone) and the last instants that keep them."""

    ship_by_on: Ints
    ship_by: Ints
    deliver_by_on: Ints
    deliver_by: Ints


def promise(clock: Clock, channel: Ints, placed_on: Ints) -> Promises:
    """Working days after the local day of the order; marketplaces with a cut-off count to that hour of the last day."""
    size = len(channel)
    ship_on, ship, deliver_on, deliver = (np.zeros(size, dtype=np.int64) for _ in range(4))
    for number, spec in enumerate(CHANNELS):
        mine = channel == number
        if not mine.any():
            continue
        zone = clock.zone(spec.zone)
        ship_on[mine] = clock.workday(placed_on[mine], spec.ship_days)
        deliver_on[mine] = clock.workday(ship_on[mine], spec.deliver_days)
        cut_off = np.full(int(mine.sum()), spec.cut_off * HOUR // SECOND, dtype=np.int64)
        ship[mine] = zone.at(ship_on[mine], cut_off) if spec.cut_off else zone.day_end(ship_on[mine])
        deliver[mine] = zone.day_end(deliver_on[mine])
    return Promises(ship_on, ship, deliver_on, deliver)
