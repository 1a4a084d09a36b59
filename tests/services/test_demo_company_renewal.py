"""A demo company of days ago is made afresh, but never over what somebody did in it."""

import shutil

import pytest
from sqlalchemy import select

from opsconsole.domain.instants import HOUR, MINUTE
from opsconsole.services.demo_company import create_demo
from opsconsole.services.demo_company.renewal import FRESH_HOURS, is_outdated
from opsconsole.services.order_exceptions_actions import add_note
from opsconsole.store.database import open_database
from opsconsole.store.schema import exceptions


@pytest.fixture(scope="module")
def made(tmp_path_factory, now):
    path = tmp_path_factory.mktemp("renewal") / "demo.db"
    create_demo(path, orders=500, as_of=now)
    return path


def test_a_demo_of_this_morning_is_kept(made, now):
    assert not is_outdated(made, now + FRESH_HOURS * HOUR)


def test_a_demo_of_yesterday_is_outdated(made, now):
    assert is_outdated(made, now + FRESH_HOURS * HOUR + MINUTE)


def test_a_demo_that_somebody_worked_in_is_kept(made, now, tmp_path):
    path = tmp_path / "demo.db"
    shutil.copyfile(made, path)
    database = open_database(path)
    with database.read() as connection:
        key = connection.execute(select(exceptions.c.id).where(exceptions.c.closed_at.is_(None))).scalars().first()
    add_note(database, [key], text="Called the site.", who="Floor lead", now=now + HOUR)
    database.close()
    assert not is_outdated(path, now + 48 * HOUR)


def test_a_demo_that_a_window_has_open_is_kept(made, now):
    database = open_database(made)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE batches SET id = id WHERE id = 1")
    assert not is_outdated(made, now + 48 * HOUR)
    database.close()


def test_another_database_is_never_outdated(tmp_path, now):
    path = tmp_path / "ops.db"
    open_database(path, create=True).close()
    assert not is_outdated(path, now)
    assert not is_outdated(tmp_path / "none.db", now)
