"""The panel of one exception: why, timeline, runbook, history."""

from collections.abc import Callable

from opsconsole.desktop import sections
from opsconsole.desktop.pages.parts import history_section, timeline
from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import unmarked
from opsconsole.domain.pages import ExceptionPage
from opsconsole.domain.wording import plural


def exception_panel(
    page: ExceptionPage,
    formats: Formats,
    *,
    show_other: Callable[[int], None],
    show_order: Callable[[int], None],
    copy: Callable[[str], None],
    tick: Callable[[int, bool], None],
) -> PanelContent:
    """Contents of the panel; the callbacks get an exception's id, an order's, a text, a step's number and its tick."""
    parts = [Section("Why", sections.sentences(" ".join(page.why), note=page.severity_reason))]
    if page.stops:
        parts.append(Section("Timeline", timeline(page.stops, formats)))
    if page.runbook:
        parts.append(_runbook(page, formats, tick))
    parts.append(history_section(page.history, formats))
    number = page.order or page.subject
    links: list[tuple[str, str, Callable[[], None]]] = [("copy", "Copy the number", lambda: copy(number))]
    if page.order_fk is not None:
        order = page.order_fk
        links.append(("arrow-square-out", "Open the order", lambda: show_order(order)))
    over = page.time_left is not None and page.time_left.seconds < 0
    return PanelContent(
        page.title,
        badge=page.severity,
        subtitle=f"**{number}** {page.about}",
        aside="" if page.time_left is None else formats.time_left(page.time_left.seconds),
        aside_tone="bad" if over else "",
        notice=_notice(page, formats, show_other),
        sections=tuple(parts),
        links=tuple(links),
    )


def _runbook(page: ExceptionPage, formats: Formats, tick: Callable[[int, bool], None]) -> Section:
    done = sum(step.done_at is not None for step in page.runbook)
    items = [
        (unmarked(step.words), step.done_at is not None, "" if step.done_at is None else formats.clock(step.done_at))
        for step in page.runbook
    ]
    body = sections.checklist(items, lambda index, on: tick(page.runbook[index].number, on))
    return Section("Runbook", body, f"{done} of {len(items)} done")


def _notice(page: ExceptionPage, formats: Formats, show_other: Callable[[int], None]) -> Notice | None:
    if page.snoozed_until is not None and page.snoozed_until > page.as_of:
        return Notice(f"Snoozed until {formats.instant(page.snoozed_until)}")
    if page.ignored_until is not None and page.ignored_until > page.as_of:
        return Notice(f"Ignored until {formats.instant(page.ignored_until)}: {page.ignored_reason}")
    if not page.others:
        return None
    names = ", ".join(other.label.lower() for other in page.others[:2])
    more = len(page.others) - 2
    words = f"Also on this order: {names}" + (f" and {plural(more, 'other')}" if more > 0 else "")
    first = page.others[0].id
    return Notice(words, link=("Show", lambda: show_other(first)))
