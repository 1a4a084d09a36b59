"""A run of the rules that nobody waits for any more ends soon and leaves nothing."""

import pytest
from sqlalchemy import func, select

from opsconsole.domain.errors import Cancelled
from opsconsole.domain.instants import DAY, HOUR
from opsconsole.domain.progress import Progress
from opsconsole.services.detection import detect
from opsconsole.store.schema import exceptions

WRITING = "Writing what was found"


@pytest.fixture
def database(sqlite_writing, now):
    """A shop with one order past its ship-by."""
    late = {"channel": "shop", "order_id": "1", "status": "processing", "payment_status": "paid"}
    sqlite_writing(at=now, orders=[{**late, "placed_at": now - 3 * DAY, "ship_by": now - HOUR}])
    return sqlite_writing.database


def count(database):
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(exceptions)).scalar_one()


def test_a_cancelled_run_writes_nothing(database, now):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        detect(database, now, progress=progress)
    assert count(database) == 0
    assert detect(database, now).opened == 1


def test_a_run_that_is_cancelled_while_it_writes_ends_before_the_next_rule_and_writes_nothing(database, now):
    told = []

    def listen(done, total, text):
        told.append(text)
        if told.count(WRITING) == 2:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled):
        detect(database, now, progress=progress)
    assert told.count(WRITING) == 2
    assert count(database) == 0
