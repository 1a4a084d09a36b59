"""Commands about the exception rules: rules list, set, off, on, try, history."""

import argparse
from typing import Any

from opsconsole.cli import values
from opsconsole.cli.opened import moment, opened, progress, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE
from opsconsole.domain.instants import to_iso


def rules(parsed: argparse.Namespace) -> int:
    """``rules ACTION``: see each."""
    return {
        "list": _list,
        "set": _set,
        "off": _switch,
        "on": _switch,
        "try": _try,
        "history": _history,
    }[parsed.rules_command](parsed)


def _list(parsed: argparse.Namespace) -> int:
    from opsconsole.services import exception_rules

    with opened(parsed, read_only=True) as database:
        listing = exception_rules.list_rules(database, moment(parsed))
    print_listing(listing, as_json=parsed.json)
    return DONE


def _history(parsed: argparse.Namespace) -> int:
    from opsconsole.services import exception_rules

    with opened(parsed, read_only=True) as database:
        listing = exception_rules.list_changes(database, moment(parsed), parsed.rule)
    print_listing(listing, as_json=parsed.json)
    return DONE


def _set(parsed: argparse.Namespace) -> int:
    value = None if parsed.value.strip().lower() == "default" else parsed.value
    return _changed(parsed, parsed.key, value)


def _switch(parsed: argparse.Namespace) -> int:
    return _changed(parsed, "on", parsed.rules_command == "on")


def _changed(parsed: argparse.Namespace, key: str, value: Any) -> int:
    from opsconsole.services import exception_rules

    now = moment(parsed)
    place = exception_rules.Place(parsed.channel, parsed.service, parsed.location)
    with opened(parsed) as database:
        change = exception_rules.set_value(
            database, parsed.rule, key, value, reason=parsed.reason, who=who(), now=now, place=place
        )
    if parsed.json:
        print_json({"as_of": to_iso(now), "rule": parsed.rule.upper(), "key": key, "change": change.words})
    else:
        print_lines([f"{change.words}. It holds from the next run of the rules on."])
    return DONE


def _try(parsed: argparse.Namespace) -> int:
    from opsconsole.services import exception_rules
    from opsconsole.services.exception_rules_trial import try_value

    now = moment(parsed)
    place = exception_rules.Place(parsed.channel, parsed.service, parsed.location)
    with opened(parsed, read_only=True) as database:
        trial = try_value(
            database, now, parsed.rule, parsed.key, parsed.value, place=place, days=parsed.days,
            progress=progress(parsed),
        )  # fmt: skip
    if not parsed.json:
        print_lines([f"{trial.words}.", *trial.notes])
        if parsed.rows:
            print_listing(trial.rows, as_json=False)
        return DONE
    told: dict[str, Any] = {
        "as_of": to_iso(now),
        "rule": trial.rule,
        "key": trial.key,
        "old": trial.old,
        "new": trial.new,
        "days": trial.days,
        "raised": trial.total,
        "not_raised": trial.not_raised,
        "escalated": trial.escalated,
        "unknown": trial.unknown,
        "more": trial.more,
        "words": trial.words,
        "notes": list(trial.notes),
    }
    print_json({**told, "rows": values.as_json(trial.rows)["rows"]} if parsed.rows else told)
    return DONE
