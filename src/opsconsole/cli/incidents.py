"""Incidents on the command line: open, list, show, attach, detach, tick, close, reopen."""

import argparse
from collections.abc import Callable
from typing import Any

from opsconsole.cli.opened import moment, opened, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE, PARTLY
from opsconsole.domain.change import Change
from opsconsole.domain.field import Kind
from opsconsole.domain.figures import Figure
from opsconsole.domain.incidents import PARTIES, IncidentPage
from opsconsole.domain.instants import to_iso
from opsconsole.domain.money import to_decimal
from opsconsole.domain.wording import instant, unmarked


def run(parsed: argparse.Namespace) -> int:
    """``incidents DEED``: the exit code."""
    if parsed.deed == "list":
        return _list(parsed)
    if parsed.deed == "show":
        return _show(parsed)
    return _write(parsed)


def _list(parsed: argparse.Namespace) -> int:
    from opsconsole.services.incidents import list_incidents

    with opened(parsed, read_only=True) as database:
        listing = list_incidents(database, moment(parsed), state=parsed.state)
    print_listing(listing, as_json=parsed.json)
    return DONE


def _show(parsed: argparse.Namespace) -> int:
    from opsconsole.services import incidents

    with opened(parsed, read_only=True) as database:
        if parsed.rows:
            listing = incidents.incident_rows(database, moment(parsed), parsed.incident, parsed.rows)
            print_listing(listing, as_json=parsed.json)
            return DONE
        page = incidents.incident_page(database, moment(parsed), parsed.incident)
    if parsed.json:
        print_json(_as_json(page))
    else:
        print_lines(_as_lines(page))
    return DONE


def _write(parsed: argparse.Namespace) -> int:
    from opsconsole.services import incidents_actions as service

    deeds: dict[str, Callable[..., Change]] = {
        "open": lambda database, **act: service.open_incident(database, _draft(parsed), **act),
        "attach": lambda database, **act: service.attach(
            database, parsed.incident, service.exceptions_of(database, parsed.names, act["now"]), **act
        ),
        "detach": lambda database, **act: service.detach(
            database, parsed.incident, service.exceptions_of(database, parsed.names, act["now"]), **act
        ),
        "tick": lambda database, **act: service.tick_playbook(
            database, parsed.incident, parsed.step, done=not parsed.undo, **act
        ),
        "close": lambda database, **act: service.close_incident(
            database, parsed.incident, summary=parsed.summary, ends_at=parsed.ended, **act
        ),
        "reopen": lambda database, **act: service.reopen_incident(database, parsed.incident, **act),
    }
    now = moment(parsed)
    with opened(parsed) as database:
        change = deeds[parsed.deed](database, who=who(), now=now)
    told = [conflict.words or f"{conflict.subject} was changed meanwhile" for conflict in change.conflicts]
    if parsed.json:
        number = change.ids[0] if change.ids else None
        print_json({"as_of": to_iso(now), "words": change.words, "incident": number, "conflicts": told})
    else:
        numbered = f" It is number {change.ids[0]}." if parsed.deed == "open" else ""
        print_lines([f"{change.words}.{numbered}", *told])
    return DONE if change.complete else PARTLY


def _draft(parsed: argparse.Namespace) -> Any:
    from opsconsole.services.incidents_actions import Draft

    return Draft(
        parsed.kind,
        parsed.title,
        location=parsed.location,
        carrier_key=parsed.carrier,
        channel=parsed.channel,
        source=parsed.source,
        types=None if parsed.types is None else tuple(code for code in parsed.types.split(",") if code.strip()),
        responsible=parsed.responsible,
        excuses=None if parsed.excuses is None else parsed.excuses == "yes",
        starts_at=parsed.starts,
    )


def _as_lines(page: IncidentPage) -> list[str]:
    began = instant(page.starts_at, page.time_zone, year_of=page.as_of)
    ended = "it lasts" if page.ends_at is None else f"until {instant(page.ends_at, page.time_zone, year_of=page.as_of)}"
    fault = dict(PARTIES).get(page.responsible, page.responsible).lower()
    about = ", ".join(words for _, words in page.about)
    lines = [
        f"{page.id} {page.title} ({page.state})",
        f"{page.kind_label}, {about}, since {began}, {ended}; fault: {fault}; SLA events "
        f"{'excused' if page.excuses else 'charged'}.",
    ]
    if page.summary:
        lines.append(page.summary)
    lines += ["", *(_figure(figure) for figure in page.figures), ""]
    lines += [f"[{'x' if step.done_at else ' '}] {step.number}. {unmarked(step.words)}" for step in page.playbook]
    return lines


def _figure(figure: Figure) -> str:
    note = f" ({figure.note})" if figure.note else ""
    return f"{figure.label}: {figure.words}{note}"


def _as_json(page: IncidentPage) -> dict[str, Any]:
    return {
        "as_of": to_iso(page.as_of),
        "id": page.id,
        "kind": page.kind,
        "title": page.title,
        "state": page.state,
        "about": {label.lower(): words for label, words in page.about},
        "responsible": page.responsible,
        "excuses": page.excuses,
        "starts_at": to_iso(page.starts_at),
        "ends_at": None if page.ends_at is None else to_iso(page.ends_at),
        "summary": page.summary or None,
        "types": [code for code, _ in page.types],
        "figures": [_figure_json(figure) for figure in page.figures],
        "playbook": [
            {"number": s.number, "words": unmarked(s.words), "done_by": s.done_by or None} for s in page.playbook
        ],
    }


def _figure_json(figure: Figure) -> dict[str, Any]:
    value: Any = figure.value
    if figure.kind is Kind.MONEY and value is not None:
        value = str(to_decimal(value, figure.currency))
    return {
        "key": figure.key,
        "label": figure.label,
        "value": value,
        "currency": figure.currency or None,
        "definition": figure.definition,
    }
