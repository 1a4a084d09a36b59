"""The hand-over's own tables, and all rows behind its figures, for the workbook and the page that is printed."""

from pathlib import Path

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.handover import HandOver
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import unmarked
from opsconsole.services.handover import WORST_DEFINITION, hand_over, handover_rows
from opsconsole.store.database import Database

_OWNER_FIELDS = (
    Field("owner", "Owner", missing="Unassigned", stretch=True),
    Field("open_now", "Open now", Kind.QUANTITY, total=Total.SUM, help="Neither snoozed nor ignored."),
    Field("overdue", "Overdue", Kind.QUANTITY, total=Total.SUM, help="Of what is open now."),
    Field("opened", "Opened", Kind.QUANTITY, total=Total.SUM, help="Raised in the span."),
    Field("closed", "Closed", Kind.QUANTITY, total=Total.SUM, help="In the span, by people or by the data."),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", total=Total.SUM),
    Field("currency", "Currency", hidden=True),
)
_WORST_FIELDS = (
    Field("severity", "Severity", Kind.SEVERITY, total=Total.COUNT, total_words="exceptions"),
    Field("label", "Type"),
    Field("order", "Order", Kind.IDENTIFIER),
    Field("why", "Why", stretch=True),
    Field("next_step", "Next step"),
    Field("time_left", "Time left", Kind.TIME_LEFT, missing="Closed", total=Total.OVER, total_words="over time"),
    Field("value_at_risk", "Value at risk", Kind.MONEY, currency="currency", missing="Unknown", total=Total.SUM),
    Field("owner", "Owner", missing="Unassigned"),
    Field("currency", "Currency", hidden=True),
)


def owners_listing(told: HandOver) -> Listing:
    """One row per owner."""
    rows = [
        {
            "owner": line.owner or None,
            "open_now": line.open_now,
            "overdue": line.overdue,
            "opened": line.opened,
            "closed": line.closed,
            "value_at_risk": line.value_at_risk,
            "currency": told.currency,
        }
        for line in told.owners
    ]
    more = {"title": "By owner", "time_zone": told.time_zone, "notes": (told.span.words,)}
    return from_rows(_OWNER_FIELDS, rows, id_key="owner", as_of=told.as_of, **more)


def worst_listing(told: HandOver) -> Listing:
    """The worst with why they are there and what is next."""
    rows = [
        {
            "id": worst.id,
            "severity": worst.severity,
            "label": worst.label,
            "order": worst.order,
            "why": unmarked(worst.why),
            "next_step": unmarked(worst.next_step),
            "time_left": worst.time_left,
            "value_at_risk": worst.value_at_risk,
            "owner": worst.owner or None,
            "currency": worst.currency or told.currency,
        }
        for worst in told.worst
    ]
    more = {"title": "The worst", "time_zone": told.time_zone, "notes": (WORST_DEFINITION,)}
    return from_rows(_WORST_FIELDS, rows, id_key="id", as_of=told.as_of, **more)


def export_handover(
    database: Database,
    path: str | Path,
    now: int,
    *,
    location: str | None = None,
    hours: int | None = None,
    since: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the hand-over of a span (see ``handover.span_of``) as a workbook: a cover and a sheet per figure."""
    from opsconsole.exports.handover import write_handover
    from opsconsole.exports.target import check_target

    check_target(Path(path))
    told = hand_over(database, now, location=location, hours=hours, since=since, progress=progress)
    rows = {figure.key: handover_rows(database, now, figure.key, told.span, location) for figure in told.figures}
    rows |= {"owners": owners_listing(told), "worst": worst_listing(told)}
    return write_handover(told, rows, Path(path), database.label, progress)
