"""The console at work: looks taken over the last two days, and what people did with what was found."""

from opsconsole.domain.instants import HOUR
from opsconsole.domain.progress import Progress
from opsconsole.services.demo_company.world import World
from opsconsole.services.detection import detect
from opsconsole.store.database import Database

# Hours before now at which the rules ran; the last one is now.
LOOKS = (50, 26, 13, 3, 0)


def look_and_act(database: Database, world: World, progress: Progress) -> None:
    """Run the rules as of each look, the first and the last time over everything."""
    for hours in LOOKS:
        progress.step(0, 0, "Looking for exceptions")
        detect(database, world.clock.as_of - hours * HOUR, full=hours in (LOOKS[0], 0))
