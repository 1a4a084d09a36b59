"""The panel of one order: what was promised, what happened, lines, money, shipments, exceptions."""

from collections.abc import Callable

from opsconsole.desktop import sections
from opsconsole.desktop.pages.fraud_section import fraud_section
from opsconsole.desktop.pages.parts import history_section, listing_section, timeline
from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.pages import Fact, OrderPage
from opsconsole.domain.wording import plural

_TABLES = (
    ("Exceptions", "exceptions", ("severity", "type", "rule", "state", "due_at")),
    ("Lines", "lines", ("sku", "title", "quantity", "shipped_quantity", "amount")),
    ("Payments", "payments", ("method", "status", "amount", "paid_at")),
    ("Shipments", "shipments", ("carrier", "carrier_key", "tracking_number", "delivered_at")),
    ("Scans", "scans", ("occurred_at", "description", "place")),
    ("Returns", "returns", ("sku", "quantity", "stage", "reason")),
    ("Answers", "reviews", ("answered_at", "score", "comment")),
)


def order_panel(
    page: OrderPage,
    formats: Formats,
    *,
    show_exceptions: Callable[[], None],
    copy: Callable[[str], None],
) -> PanelContent:
    """Contents of the panel of one order."""
    parts = []
    if page.stops:
        parts.append(Section("Timeline", timeline(page.stops, formats, page.incidents)))
    if page.promises:
        rows = [(promise.words, promise.basis, promise.when) for promise in page.promises]
        parts.append(Section("Promises", sections.pairs(rows)))
    parts += _tables(page, formats)
    for title, facts in (("Money", page.money), ("Order", page.facts)):
        if facts:
            parts.append(Section(title, sections.pairs([_pair(fact) for fact in facts])))
    if page.address:
        parts.append(Section("Ships to", sections.sentences("\n".join(page.address))))
    if page.history:
        parts.append(history_section(page.history, formats))
    notice = Notice("; ".join(page.flags)) if page.flags else None
    if notice is None and len(page.exceptions):
        notice = Notice(plural(len(page.exceptions), "open exception"), link=("Show", show_exceptions))
    return PanelContent(
        page.title,
        badge=page.status_label,
        subtitle=page.about,
        notice=notice,
        sections=tuple(parts),
        links=(("copy", "Copy the order number", lambda: copy(page.title)),),
    )


def _tables(page: OrderPage, formats: Formats) -> list[Section]:
    """The tables that have rows, and between them what is known of fraud, which names the decisions itself."""
    told = [listing_section(title, getattr(page, name), keys, formats) for title, name, keys in _TABLES]
    if page.fraud is not None:
        told.append(fraud_section(page.fraud, formats))
    for listing in page.around:
        if page.fraud is None or listing.title != "Fraud decisions":
            shown = tuple(field.key for field in listing.fields if not field.hidden)
            told.append(listing_section(listing.title, listing, shown, formats))
    return [section for section in told if section is not None]


def _pair(fact: Fact) -> tuple[str, str, str]:
    return fact.label, fact.note, fact.words
