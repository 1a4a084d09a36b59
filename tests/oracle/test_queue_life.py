"""Whatever is imported, found, done and undone in whatever order: one row per key, no note lost, no state untrue.

What must be is kept beside in plain Python from what was done here: which orders are late by their own dates, which
notes were written and not taken back, who resolved what.
"""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from opsconsole.domain.automation import AutomationRule, Then, When
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, HOUR, MINUTE
from opsconsole.services import changes, clockwork
from opsconsole.services import order_exceptions as queue
from opsconsole.services.automation import add_rule
from opsconsole.services.history import read_events
from opsconsole.store import schema
from opsconsole.store.schema import automation_deeds, batches, exception_events, exceptions

ACTIVE = ("open", "acknowledged", "in_progress", "waiting")
KEPT = frozenset({"audit", "schema_steps"})
ORDERS = ("1", "2", "3")

_orders = st.sampled_from(ORDERS)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("import"), _orders, st.sampled_from(("late", "gone"))),
        st.tuples(st.just("detect"), st.booleans()),
        st.tuples(
            st.just("act"),
            _orders,
            st.sampled_from(
                (
                    *("acknowledge", "start", "wait", "assign", "snooze", "ignore", "resolve", "reopen", "tag"),
                    *("add_note", "add_note"),
                )
            ),
            st.booleans(),
        ),
        st.tuples(st.just("undo"), st.integers(0, 5)),
        st.tuples(st.just("pass"), st.sampled_from((MINUTE, HOUR, 30 * HOUR))),
    ),
    min_size=4,
    max_size=14,
)


class Life:
    """A queue and what must be true of it."""

    def __init__(self, writing, now):
        self.writing, self.database, self.now = writing, writing.database, now
        self.shop = {}
        self.notes = {}  # number of the change -> (exception, text)
        self.seen = {}  # versions as somebody read them some time ago
        self.imported_at = 0
        with self.database.write() as connection:
            for table in reversed(schema.metadata.sorted_tables):
                if table.name not in KEPT:
                    connection.execute(delete(table))
        helper = AutomationRule("Helper", When(types=("LATE_SHIPMENT",)), Then(assign="Robot", tags=("seen",)))
        add_rule(self.database, helper, who="Ann", now=now)

    def rows(self):
        with self.database.read() as connection:
            found = connection.execute(select(exceptions).where(exceptions.c.rule == "LATE_SHIPMENT")).all()
        return {row.subject.rsplit("/", 1)[-1]: row for row in found}

    def run(self, step):
        self.now += MINUTE
        getattr(self, f"do_{step[0]}")(*step[1:])
        self.check()

    def do_import(self, order, what):
        status = "processing" if what == "late" else "cancelled"
        row = {"channel": "shop", "order_id": order, "status": status, "payment_status": "paid", "currency": "USD"}
        row |= {"total": 5000, "placed_at": self.now - 9 * DAY, "ship_by": self.now - HOUR}
        if order in self.shop:
            row |= self.shop[order][1]
        self.shop[order] = (what, {"placed_at": row["placed_at"], "ship_by": row["ship_by"]})
        self.writing.now = self.now
        self.writing(at=self.now, orders=[row])
        with self.database.write() as connection:
            newest = select(func.max(batches.c.id)).scalar_subquery()
            at = {"started_at": self.now, "finished_at": self.now}
            connection.execute(batches.update().where(batches.c.id == newest).values(at))
        self.imported_at = self.now

    def do_detect(self, full):
        before = self.rows()
        clockwork.turn(self.database, self.now, full=full)
        after = self.rows()
        for order, (what, _) in self.shop.items():
            row = after.get(order)
            if what == "gone":
                assert row is None or row.state not in ACTIVE, "what the data no longer shows is closed"
                if row is not None and before[order].state in ACTIVE:
                    assert (row.state, row.closed_by, row.closed_at) == ("closed", "System", self.now)
                continue
            assert row is not None, "what the data shows is there"
            was = before.get(order)
            stays_resolved = was is not None and was.state == "resolved" and self.imported_at <= was.closed_at
            assert (row.state in ACTIVE) != stays_resolved, "resolved stays so until newer data still shows it"
            if row.state == "waiting" and row.waiting_until is not None:
                assert row.waiting_until > self.now, "a wait ends when its time has passed"
            if was is not None and was.state in ACTIVE and was.state != "waiting":
                assert row.state == was.state, "a run does not undo what people did"

    def do_act(self, order, what, with_seen):
        row = self.rows().get(order)
        if row is None:
            return
        more = {
            "wait": {"on": "UPS", "until": self.now + 3 * HOUR},
            "assign": {"owner": f"P{self.now % 3}"},
            "snooze": {"until": self.now + 2 * HOUR},
            "ignore": {"reason": "known", "until": self.now + 20 * HOUR},
            "resolve": {"root_cause": "other"},
            "tag": {"add": [f"t{self.now % 4}"], "remove": [f"t{(self.now + 1) % 4}"]},
            "add_note": {"text": f"note {self.now}"},
        }.get(what, {})
        versions = {row.id: self.seen.get(row.id, row.version)} if with_seen else None
        change = getattr(queue, what)(self.database, [row.id], who="Ann", now=self.now, versions=versions, **more)
        self.seen[row.id] = row.version
        if what == "add_note":
            assert change.complete, "a note collides with nothing"
            self.notes[change.id] = (row.id, more["text"])
        for conflict in change.conflicts:
            after = self.rows()[order]
            assert after == row, "what is refused is left as it was"
            for told in conflict.differences:
                assert getattr(after, told.field.key) == told.there

    def do_undo(self, back):
        listed = list(changes.list_changes(self.database, self.now).rows())
        open_ones = [one for one in listed if one["state"] == "undoable"]
        if back >= len(open_ones):
            return
        number = int(open_ones[back]["number"])
        change = changes.undo_change(self.database, number, who="Bo", now=self.now)
        if change.ids:
            self.notes.pop(number, None)
            with pytest.raises(UserError, match="already"):
                changes.undo_change(self.database, number, who="Bo", now=self.now)

    def do_pass(self, time):
        self.now += time

    def check(self):
        with self.database.read() as connection:
            e = exceptions.c
            keys = connection.execute(select(e.rule, e.subject_kind, e.subject)).all()
            assert len(keys) == len(set(keys)), "one row per key"
            told = {i: [x.words for x in read_events(connection, [i], self.now)] for i, _ in self.notes.values()}
            written = connection.execute(
                select(func.count()).select_from(exception_events).where(exception_events.c.action == "noted")
            ).scalar()
            d = automation_deeds.c
            deeds = dict(connection.execute(select(d.exception_fk, func.count()).group_by(d.exception_fk)).all())
        assert written >= len(self.notes)
        for row_id, text in self.notes.values():
            assert told[row_id].count(f"Note: {text}") == 1, "no note is lost or told twice"
        for row in self.rows().values():
            assert deeds.get(row.id, 0) == 1 + row.reopened, "automation decides once per opening"
            assert (row.closed_at is None) == (row.state in ACTIVE)
            assert (row.state == "waiting") or row.waiting_until is None
            assert (row.ignored_until is None) == (row.ignored_reason is None)


def live(writing, now, steps):
    life = Life(writing, now)
    life.run(("import", "1", "late"))
    life.run(("detect", True))
    for step in steps:
        life.run(step)
    life.run(("detect", True))


def examples(number):
    return settings(
        max_examples=number,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@examples(8)
@given(steps=_steps)
def test_any_sequence_keeps_one_row_per_key_and_every_note(writing, now, steps):
    live(writing, now, steps)


@pytest.mark.slow
@examples(150)
@given(steps=_steps)
def test_many_sequences_keep_one_row_per_key_and_every_note(writing, now, steps):
    live(writing, now, steps)
