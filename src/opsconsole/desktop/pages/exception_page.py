"""The panel of one exception: why, where it leads, timeline, runbook, what else is wrong with the order, history."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from opsconsole.desktop import sections
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.pages.fraud_section import fraud_section
from opsconsole.desktop.pages.parts import history_section, timeline
from opsconsole.desktop.panel import Badge, Notice, PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.words import Words, unmarked
from opsconsole.domain.pages import ExceptionPage, Link, OtherException, RunbookStep
from opsconsole.domain.statuses import EXCEPTION_STATES
from opsconsole.domain.wording import plural

_LINK_WORDS = {"tracking": "Tracking page", "order": "Order page", "mail": "Mail", "ticket": "Copy ticket"}
_DAY = 24 * 3600 * 1_000_000


class Callbacks(NamedTuple):
    """What the panel's parts do: they get an exception's id, an order's, a text, a step and its tick, a link."""

    show_other: Callable[[int], None]
    show_order: Callable[[int], None]
    copy: Callable[[str], None]
    tick: Callable[[int, bool], None]
    follow: Callable[[Link], None]


def exception_panel(page: ExceptionPage, formats: Formats, callbacks: Callbacks) -> PanelContent:
    """Contents of the panel."""
    parts = [Section("Why", _why(page, callbacks.follow))]
    if page.stops:
        parts.append(Section("Timeline", timeline(page.stops, formats, page.incidents)))
    if page.runbook:
        parts.append(_runbook(page, formats, callbacks.tick))
    if page.fraud is not None:
        parts.append(fraud_section(page.fraud, formats))
    if page.others:
        parts.append(Section("Also on this order", _others(page.others, callbacks.show_other)))
    parts.append(history_section(page.history, formats))
    number = page.order or page.subject
    links: list[tuple[str, str, Callable[[], None]]] = [
        ("copy", "Copy the number", lambda: callbacks.copy(number)),
    ]
    if page.order_fk is not None:
        order = page.order_fk
        links.append(("arrow-square-out", "Open the order", lambda: callbacks.show_order(order)))
    over = page.time_left is not None and page.time_left.seconds < 0
    return PanelContent(
        page.title,
        badge=page.severity,
        subtitle=f"**{number}** {_about(page)}",
        aside="" if page.time_left is None else formats.time_left(page.time_left.seconds),
        aside_tone="bad" if over else "",
        notice=_notice(page, formats, callbacks.show_other),
        sections=tuple(parts),
        links=tuple(links),
    )


def step_at(page: ExceptionPage, place: int) -> RunbookStep | None:
    """The runbook step shown at a place, counted from 1; None where there is none."""
    return page.runbook[place - 1] if 0 < place <= len(page.runbook) else None


def _about(page: ExceptionPage) -> str:
    return ", ".join(part for part in (page.about, *page.tags) if part)


def _why(page: ExceptionPage, follow: Callable[[Link], None]) -> QWidget:
    note = "; ".join(page.severity_words)
    words = sections.sentences(" ".join(page.why), note=f"{note}." if note else "")
    if not page.links:
        return words
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(words)
    row = QHBoxLayout()
    row.setSpacing(8)
    for link in page.links:
        button = KeyButton(_LINK_WORDS.get(link.kind, link.label), style="link")
        button.setToolTip(link.label)
        button.clicked.connect(lambda checked=False, link=link: follow(link))
        row.addWidget(button)
    row.addStretch(1)
    column.addLayout(row)
    return box


def _runbook(page: ExceptionPage, formats: Formats, tick: Callable[[int, bool], None]) -> Section:
    done = sum(step.done_at is not None for step in page.runbook)
    items = [(unmarked(step.words), step.done_at is not None, _done(step, page, formats)) for step in page.runbook]
    body = sections.checklist(items, lambda index, on: tick(page.runbook[index].number, on))
    return Section("Runbook", body, f"{done} of {len(items)} done, keys 1–{min(len(items), 9)}")


def _done(step: RunbookStep, page: ExceptionPage, formats: Formats) -> str:
    """Who ticked it when: ``Shift A, 08:12``."""
    if step.done_at is None:
        return ""
    fresh = page.as_of - step.done_at < _DAY
    when = formats.clock(step.done_at) if fresh else formats.instant(step.done_at).split(",")[0]
    return f"{step.done_by}, {when}" if step.done_by else when


def _others(others: Sequence[OtherException], show: Callable[[int], None]) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    for row, other in enumerate(others):
        button = KeyButton(other.label, style="link")
        button.clicked.connect(lambda checked=False, identity=other.id: show(identity))
        state = EXCEPTION_STATES.get(other.state)
        grid.addWidget(Badge(other.severity, ""), row, 0)
        grid.addWidget(button, row, 1)
        grid.addWidget(Words(state.label if state else other.state, role="small"), row, 2)
    grid.setColumnStretch(2, 1)
    return box


def _notice(page: ExceptionPage, formats: Formats, show_other: Callable[[int], None]) -> Notice | None:
    if page.snoozed_until is not None and page.snoozed_until > page.as_of:
        return Notice(f"Snoozed until {formats.instant(page.snoozed_until)}")
    if page.ignored_until is not None and page.ignored_until > page.as_of:
        return Notice(f"Ignored until {formats.instant(page.ignored_until)}: {page.ignored_reason}")
    if page.waiting_on:
        until = f" until {formats.instant(page.waiting_until)}" if page.waiting_until is not None else ""
        return Notice(f"Waiting on {page.waiting_on}{until}")
    if not page.others:
        return None
    names = ", ".join(other.label.lower() for other in page.others[:2])
    more = len(page.others) - 2
    words = f"Also on this order: {names}" + (f" and {plural(more, 'other')}" if more > 0 else "")
    first = page.others[0].id
    return Notice(words, link=("Show", lambda: show_other(first)))
