"""Steps of runbooks and playbooks: the business's own first, else those that ship with the program."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection

from opsconsole.domain import evidence as words
from opsconsole.domain.errors import UserError
from opsconsole.domain.incidents import INCIDENT_KINDS
from opsconsole.domain.pages import RunbookStep
from opsconsole.domain.resources import resource
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.services.business import setting

# Each step with its alternatives: the first whose values are known is shown.
Steps = Sequence[Sequence[str]]


def runbook_of(connection: Connection, rule: str, now: int) -> Steps:
    """Steps for exceptions of a rule (setting ``runbook.CODE``); none of a rule that is not known any more."""
    known = BY_CODE.get(rule)
    return () if known is None else _steps(connection, "runbook", rule, known.runbook, now)


def playbook_of(connection: Connection, kind: str, now: int) -> Steps:
    """Steps for incidents of a kind (setting ``playbook.KIND``)."""
    return _steps(connection, "playbook", kind, INCIDENT_KINDS[kind].playbook, now)


def _steps(connection: Connection, what: str, code: str, name: str, now: int) -> Steps:
    own = setting(connection, f"{what}.{code}", now)
    return [(str(step),) for step in own] if own else _shipped(f"{what}s", name)


@cache
def _shipped(folder: str, name: str) -> tuple[tuple[str, ...], ...]:
    steps = tomllib.loads(resource(folder, name).read_text(encoding="utf-8"))["steps"]
    return tuple((step,) if isinstance(step, str) else tuple(step) for step in steps)


def in_words(
    steps: Steps, ticks: Iterable[Any], values: Mapping[str, Any], now: int, zone: str
) -> tuple[RunbookStep, ...]:
    """The steps whose values are known, in words, with who ticked them when; ``ticks`` are rows of their table."""
    ticked = {tick.step: tick for tick in ticks}
    made = []
    for number, step in enumerate(steps, 1):
        said = words.first_that_fits(tuple(step), values, now=now, zone=zone)
        if said is not None:
            tick = ticked.get(number)
            made.append(RunbookStep(number, said, tick.at if tick else None, tick.who if tick else ""))
    return tuple(made)


def check_number(steps: Steps, number: int) -> None:
    """UserError where there is no step of a number."""
    if not 1 <= number <= len(steps):
        raise UserError(f"There is no step {number}.", f"The steps are numbered from 1 to {len(steps)}.")
