import threading

import pytest
from sqlalchemy import func, select, text

from opsconsole.domain.errors import Cancelled
from opsconsole.domain.progress import Progress
from opsconsole.store import schema

ENDLESS = text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n")
CHANNEL = schema.channels.insert().values(key="web", label="Web")


def channel_count(database):
    with database.read() as conn:
        return conn.execute(select(func.count()).select_from(schema.channels)).scalar_one()


def test_a_cancel_ends_the_statement_that_runs_and_undoes_what_was_written(database):
    before = channel_count(database)
    progress = Progress()

    def write_endlessly():
        with database.write(progress) as conn:
            conn.execute(CHANNEL)
            threading.Thread(target=progress.cancel).start()
            conn.execute(ENDLESS)

    with pytest.raises(Cancelled):
        write_endlessly()
    assert channel_count(database) == before
    with database.write() as conn:
        conn.execute(CHANNEL)
    assert channel_count(database) == before + 1


def test_a_statement_that_begins_after_the_cancel_is_ended_too(database):
    progress = Progress()

    def write_endlessly():
        with database.write(progress) as conn:
            progress.cancel()
            conn.execute(ENDLESS)

    with pytest.raises(Cancelled):
        write_endlessly()


def test_a_cancel_after_the_last_statement_undoes_what_was_written_too(database):
    before = channel_count(database)
    progress = Progress()

    def write_and_cancel():
        with database.write(progress) as conn:
            conn.execute(CHANNEL)
            progress.cancel()

    with pytest.raises(Cancelled):
        write_and_cancel()
    assert channel_count(database) == before


def test_what_ends_before_the_cancel_stays_written(database):
    before = channel_count(database)
    progress = Progress()
    with database.write(progress) as conn:
        conn.execute(CHANNEL)
    progress.cancel()
    assert channel_count(database) == before + 1


def test_a_fault_of_a_statement_that_nobody_cancelled_is_told_as_it_is(database):
    with pytest.raises(ZeroDivisionError), database.write(Progress()):
        raise ZeroDivisionError
    assert "cancel statement" not in {thread.name for thread in threading.enumerate()}
