"""What rules learn from history: once a day, from what had happened when the day (UTC) began.

All runs of a day then ask with the same values, so that looking at changes equals looking at everything.
"""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from opsconsole.domain.instants import DAY
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.rule import Lesson, Moment, Rule

if TYPE_CHECKING:
    from opsconsole.services.detection_scope import Scope


def take_lessons(connection: Connection, scope: "Scope") -> None:
    """Fill ``scope.learned``; one of today is taken again only where it had nothing to say and new data came."""
    today = scope.now // DAY
    judged = scope.before.get("judged", {})
    same_day = judged.get("day") == today
    same_data = judged.get("lessons_batch") == scope.newest_batch and not scope.full
    earlier: dict[str, Any] = scope.before.get("learned", {}) if same_day else {}
    scope.judged |= {"day": today, "lessons_batch": scope.newest_batch}
    for rule in RULES:
        if not rule.learn or not scope.is_on(rule):
            continue
        known = earlier.get(rule.code, {})
        moment = _moment(rule, scope, today * DAY)
        scope.learned[rule.code] = {
            lesson.key: known[lesson.key]
            if known.get(lesson.key) or (lesson.key in known and same_data)
            else _take(connection, lesson, moment)
            for lesson in rule.learn
        }


def _moment(rule: Rule, scope: "Scope", at: int) -> Moment:
    asked = scope.values.of(rule).asked
    values = {p.key: value for p, value in zip(rule.parameters, asked, strict=True)}
    return rule.moment(at, values, clocks=scope.clocks)


def _take(connection: Connection, lesson: Lesson, moment: Moment) -> dict[str, float]:
    rows = [dict(row) for row in connection.execute(lesson.select(moment)).mappings()]
    return {case: float(value) for case, value in lesson.reduce(rows, moment).items()}
