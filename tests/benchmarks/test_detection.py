"""The benchmark of detection runs on a small company, and what changed agrees with everything."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import detection
import multiplied

from opsconsole.domain.instants import MINUTE
from opsconsole.services.demo_company import create_demo
from opsconsole.services.detection import detect


def test_looking_at_changes_leaves_nothing_to_find(database, now, monkeypatch):
    monkeypatch.setattr(detection, "WANTED", 200)
    create_demo(database, orders=2_000, as_of=now)
    whole, changed = detection.compare(database, 20, 2)
    assert detection.open_exceptions(database) >= 150
    assert whole.worked > 0
    assert changed.statements < 200


def test_a_multiplied_company_has_every_trouble_in_proportion(sqlite_database, now):
    create_demo(sqlite_database, orders=500, as_of=now)
    before = detection.open_exceptions(sqlite_database)
    multiplied.multiply(sqlite_database, 3)
    detect(sqlite_database, now + MINUTE, full=True)
    assert detection.open_exceptions(sqlite_database) >= 2.5 * before
    assert detection.rules_without_exceptions(sqlite_database) == set()
