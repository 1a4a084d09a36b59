"""The panel of one automation rule: what it is about, what it does, what it did."""

from collections.abc import Callable
from typing import NamedTuple

from opsconsole.desktop import sections
from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain import rota
from opsconsole.domain.automation import AutomationRule
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.tags import join


class AutomationPage(NamedTuple):
    """A rule with its words: (condition, words), its newest deeds (when, exception, type, words), its changes."""

    rule: AutomationRule
    when: tuple[tuple[str, str], ...]
    deeds: tuple[tuple[int, int, str, str], ...]
    changes: tuple[tuple[int, int, str, str], ...]  # id, when, words, state
    time_zone: str


def automation_panel(page: AutomationPage, formats: Formats, undo: Callable[[int], None]) -> PanelContent:
    """Contents of the panel; ``undo`` takes a change back."""
    rule = page.rule
    parts = [
        Section("When", sections.pairs(page.when) if page.when else sections.sentences("Every new exception.")),
        Section("Does", sections.pairs(_does(rule))),
    ]
    if rule.then.rota:
        parts.append(Section("Rota", sections.sentences(rota.in_words(rule.then.rota)), "times of the site"))
    if page.changes:
        change_id, at, words, state = page.changes[0]
        link = ("Undo", lambda: undo(change_id)) if state == "undoable" else None
        told = sections.sentences(f"{words}, **{formats.instant(at)}**{': undone' if state == 'undone' else ''}.")
        parts.append(Section("Last run", told, link=link))
    rows = [(formats.instant(at), label, words) for at, _, label, words in page.deeds]
    body = sections.history(rows) if rows else sections.sentences("It has not acted yet.")
    parts.append(Section("What it did", body, "newest first"))
    return PanelContent(
        rule.name,
        badge="On" if rule.enabled else "Off",
        badge_tone="good" if rule.enabled else "",
        subtitle=f"Acts on what opened since {formats.instant(rule.changed_at)}",
        notice=None if rule.enabled else Notice("Switched off: it does nothing"),
        sections=tuple(parts),
    )


def _does(rule: AutomationRule) -> list[tuple[str, str]]:
    then = rule.then
    rows = [("Assigns to", then.assign if not then.rota else f"the rota{f', else {then.assign}' * bool(then.assign)}")]
    rows = rows if then.assign or then.rota else []
    if then.root_cause:
        rows.append(("Root cause", ROOT_CAUSES[then.root_cause].label))
    if then.snooze_hours:
        rows.append(("Snoozes", f"{then.snooze_hours:g} h"))
    if then.tags:
        rows.append(("Tags", join(then.tags)))
    if then.note:
        rows.append(("Notes", then.note))
    return rows
