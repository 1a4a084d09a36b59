"""The panel of one incident: its cost with the rows behind it, the playbook, what attached, what was done."""

from collections.abc import Callable
from typing import NamedTuple

from opsconsole.desktop import sections
from opsconsole.desktop.figure_rows import figure_rows
from opsconsole.desktop.pages.parts import history_section, listing_section
from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import unmarked
from opsconsole.domain.incidents import PARTIES, IncidentPage
from opsconsole.domain.instants import SECOND
from opsconsole.domain.wording import plural

_SHOWN = ("severity", "type", "order", "state")


class IncidentCalls(NamedTuple):
    """What the panel leads to: rows of a figure, an exception, a step's tick."""

    show_rows: Callable[[str], None]
    tick: Callable[[int, bool], None]


def incident_panel(page: IncidentPage, formats: Formats, calls: IncidentCalls) -> PanelContent:
    """Contents of the panel."""
    parts = []
    if page.summary:
        parts.append(Section("Summary", sections.sentences(page.summary)))
    parts.append(Section("Cost", figure_rows(page.figures, formats, calls.show_rows), "now, each with its rows"))
    if page.playbook:
        parts.append(_playbook(page, formats, calls.tick))
    attached = listing_section("Exceptions", page.exceptions, _SHOWN, formats)
    if attached is not None:
        link = ("Show all", lambda: calls.show_rows("exceptions"))
        total = page.exceptions.total
        more = f", the first {len(page.exceptions)} shown" if total > len(page.exceptions) else ""
        parts.append(attached._replace(link=link, note=f"{formats.count(total)}{more}"))
    parts.append(Section("About", sections.pairs(_about(page, formats))))
    parts.append(Section("Attaches by itself", sections.sentences(_types(page))))
    parts.append(history_section(page.history, formats))
    is_open = page.state == "open"
    until = page.as_of if page.ends_at is None else min(page.as_of, page.ends_at)
    lasted = formats.duration((until - page.starts_at) // SECOND)
    return PanelContent(
        page.title,
        badge="Open" if is_open else "Closed",
        badge_tone="warn" if is_open else "good",
        subtitle=f"{page.kind_label}, since {formats.instant(page.starts_at)}",
        aside=f"{'lasts' if page.ends_at is None else 'lasted'} {lasted}",
        notice=_notice(page),
        sections=tuple(parts),
    )


def _notice(page: IncidentPage) -> Notice | None:
    if page.excuses:
        return Notice("Excuses the SLA events of the orders it touched")
    return None


def _playbook(page: IncidentPage, formats: Formats, tick: Callable[[int, bool], None]) -> Section:
    done = sum(step.done_at is not None for step in page.playbook)
    items = [
        (unmarked(step.words), step.done_at is not None, "" if step.done_at is None else formats.clock(step.done_at))
        for step in page.playbook
    ]
    body = sections.checklist(items, lambda index, on: tick(page.playbook[index].number, on))
    return Section("Playbook", body, f"{done} of {len(items)} done")


def _about(page: IncidentPage, formats: Formats) -> list[tuple[str, str]]:
    ended = "it lasts" if page.ends_at is None else formats.instant(page.ends_at)
    rows = [
        *page.about,
        ("Fault", dict(PARTIES).get(page.responsible, page.responsible)),
        ("SLA events", "excused" if page.excuses else "charged"),
        ("Began", formats.instant(page.starts_at)),
        ("Ended", ended),
        ("Opened", f"{formats.instant(page.opened_at)} by {page.opened_by}"),
    ]
    if page.closed_at is not None and page.state == "closed":
        rows.append(("Closed", f"{formats.instant(page.closed_at)} by {page.closed_by}"))
    return rows


def _types(page: IncidentPage) -> str:
    names = [label for _, label in page.types]
    if not names:
        return "Nothing: exceptions are attached by hand."
    until = "while it lasts" if page.ends_at is None else "until it ended"
    about = ", ".join(words for _, words in page.about)
    return f"{plural(len(names), 'type')} that began {until}, about **{about}**: {', '.join(names).lower()}."
