"""The benchmark of detection runs on a small company, and what changed agrees with everything."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import detection

from opsconsole.services.demo_company import create_demo


def test_looking_at_changes_leaves_nothing_to_find(database, now, monkeypatch):
    monkeypatch.setattr(detection, "WANTED", 200)
    create_demo(database, orders=2_000, as_of=now)
    whole, changed = detection.compare(database, 20, 2)
    assert detection.open_exceptions(database) >= 150
    assert whole > 0
    assert changed > 0
