"""Automation on the command line: list, add, off, on, move, run, try."""

import argparse
from decimal import Decimal, InvalidOperation

from opsconsole.cli.opened import moment, opened, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE
from opsconsole.domain import rota
from opsconsole.domain.automation import AutomationRule, Then, When
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import to_iso
from opsconsole.domain.money import to_minor
from opsconsole.store.database import Database


def run(parsed: argparse.Namespace) -> int:
    """``automation DEED``: the exit code."""
    return {"list": _list, "add": _add, "off": _switch, "on": _switch, "move": _move, "run": _run, "try": _try}[
        parsed.deed
    ](parsed)


def _list(parsed: argparse.Namespace) -> int:
    from opsconsole.services.automation import list_automation

    with opened(parsed, read_only=True) as database:
        print_listing(list_automation(database, moment(parsed)), as_json=parsed.json)
    return DONE


def _add(parsed: argparse.Namespace) -> int:
    from opsconsole.services import automation
    from opsconsole.services.automation_run import try_automation

    now = moment(parsed)
    with opened(parsed, read_only=parsed.dry_run) as database:
        draft = _draft(parsed, database, now)
        if parsed.dry_run:
            print_listing(try_automation(database, now, [draft]), as_json=parsed.json)
            return DONE
        change = automation.add_rule(database, draft, who=who(), now=now)
    return _tell(parsed, change, now)


def _draft(parsed: argparse.Namespace, database: Database, now: int) -> AutomationRule:
    from opsconsole.services.automation import base_currency

    currency = base_currency(database, now)
    when = When(
        tuple(parsed.type),
        tuple(parsed.severity),
        tuple(parsed.channel),
        tuple(parsed.location),
        _minor(parsed.value_from, currency),
        _minor(parsed.value_to, currency),
    )
    then = Then(
        parsed.assign.strip(),
        rota.parse(parsed.rota),
        parsed.root_cause,
        parsed.snooze_hours,
        tuple(parsed.tag),
        parsed.note.strip(),
    )
    return AutomationRule(parsed.name, when, then)


def _minor(text: str | None, currency: str) -> int | None:
    if text is None:
        return None
    try:
        return to_minor(Decimal(text), currency)
    except InvalidOperation:
        raise UserError(f"“{text}” is not an amount.", "Write it as in 250 or 99.50.") from None


def _switch(parsed: argparse.Namespace) -> int:
    from opsconsole.services import automation

    now = moment(parsed)
    with opened(parsed) as database:
        rule = automation.find_rule(database, parsed.name)
        change = automation.switch_rule(database, rule, on=parsed.deed == "on", who=who(), now=now)
    return _tell(parsed, change, now)


def _move(parsed: argparse.Namespace) -> int:
    from opsconsole.services import automation

    now = moment(parsed)
    with opened(parsed) as database:
        rule = automation.find_rule(database, parsed.name)
        change = automation.move_rule(database, rule, -1 if parsed.where == "up" else 1, who=who(), now=now)
    return _tell(parsed, change, now)


def _run(parsed: argparse.Namespace) -> int:
    from opsconsole.services.automation_run import run_automation

    now = moment(parsed)
    with opened(parsed) as database:
        acted = run_automation(database, now, everything=True)
    if parsed.json:
        done = [{"change": change.id, "words": change.words, "ids": list(change.ids)} for change in acted.changes]
        print_json({"as_of": to_iso(now), "acted": len(acted.touched), "changes": done})
    else:
        told = [f"{change.words} (change {change.id})." for change in acted.changes]
        print_lines(told or ["There was nothing to do."])
    return DONE


def _try(parsed: argparse.Namespace) -> int:
    from opsconsole.services import automation
    from opsconsole.services.automation_run import try_automation

    now = moment(parsed)
    with opened(parsed, read_only=True) as database:
        drafts = None if parsed.name is None else [automation.find_rule(database, parsed.name)]
        print_listing(try_automation(database, now, drafts), as_json=parsed.json)
    return DONE


def _tell(parsed: argparse.Namespace, change: Change, now: int) -> int:
    if parsed.json:
        print_json({"as_of": to_iso(now), "words": change.words, "rule": change.ids[0] if change.ids else None})
    else:
        print_lines([f"{change.words}."])
    return DONE
