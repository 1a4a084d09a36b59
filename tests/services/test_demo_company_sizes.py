"""What is planted is found, all of it and nothing else, at the sizes people make: named, slow, on both databases."""

from collections import Counter

import pytest
from sqlalchemy import select

from opsconsole.domain.instants import from_iso
from opsconsole.services.demo_company import create_demo
from opsconsole.store.schema import exceptions, rule_runs

pytestmark = pytest.mark.slow

# A Tuesday morning, and a Saturday afternoon on which nobody works.
MORNING, WEEKEND = "2026-11-17T15:42:00Z", "2026-11-21T22:00:00Z"


@pytest.mark.parametrize(
    ("orders", "moment", "seed"),
    [(1000, MORNING, 7), (1000, WEEKEND, 3), (20_000, MORNING, 7), (100_000, MORNING, 7)],
)
def test_precision_and_recall_are_one(database, tmp_path, orders, moment, seed):
    report = create_demo(database, orders=orders, seed=seed, as_of=from_iso(moment), truth_path=tmp_path / "truth.json")
    e, r = exceptions.c, rule_runs.c
    with database.read() as conn:
        found = {
            (row.rule, row.subject_kind, row.subject)
            for row in conn.execute(select(e.rule, e.subject_kind, e.subject).where(e.closed_at.is_(None)))
        }
        older = {row.rule: row.older_count for row in conn.execute(select(r.rule, r.older_count)) if row.older_count}
    planted = {(row["rule"], row["subject_kind"], row["subject"]) for row in report.truth["exceptions"]}
    assert found - planted == set()
    assert planted - found == set()
    assert older == Counter(row["rule"] for row in report.truth["older"])
