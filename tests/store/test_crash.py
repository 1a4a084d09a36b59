"""A process that is killed in the middle of a write leaves the database as it was before."""

import subprocess
import sys

import pytest
from sqlalchemy import func, select

from opsconsole.services import databases
from opsconsole.store import schema
from opsconsole.store.database import open_database

# Writes orders, says so while the transaction is open, and waits to be killed.
WRITER = """
import sys
from opsconsole.imports.records import Records
from opsconsole.imports.writer import write_records
from opsconsole.store.database import open_database

database = open_database(sys.argv[1])
records = [Records("orders", {"channel": ["shop"] * 500, "order_id": [f"{sys.argv[2]}-{n}" for n in range(500)]})]
with database.write() as conn:
    write_records(conn, records, batch_id=1, source_time=0, now=0)
    if sys.argv[3] == "half":
        print("written", flush=True)
        sys.stdin.read()
if sys.argv[3] == "whole":
    print("written", flush=True)
    sys.stdin.read()
"""


def killed(url, name, when):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, url, name, when], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "written\n"
    process.kill()
    process.communicate()


def order_count(database):
    with database.read() as conn:
        return conn.execute(select(func.count()).select_from(schema.orders)).scalar()


def test_a_killed_write_is_undone_and_a_committed_one_stays(database, database_url):
    killed(database_url, "a", "half")
    assert order_count(database) == 0
    killed(database_url, "b", "whole")
    assert order_count(database) == 500
    assert databases.check(database) == []


@pytest.mark.slow
def test_two_hundred_kills_damage_nothing(sqlite_url):
    for number in range(200):
        killed(sqlite_url, str(number), "half" if number % 2 else "whole")
    database = open_database(sqlite_url)
    assert order_count(database) == 100 * 500
    assert databases.check(database) == []
    database.close()
