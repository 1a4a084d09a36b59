"""Which kinds of records a file holds: the one whose fields fit its columns best, and those that the rest fills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from opsconsole.imports.proposals.matching import Known, Match, matches
from opsconsole.imports.proposals.names import name_score, words_of
from opsconsole.imports.proposals.profile import Profile
from opsconsole.imports.records import KINDS, RecordKind

# Needed fields that can be filled without a column of their own: by a constant, or worked out of others.
_FILLED_OTHERWISE: Mapping[str, frozenset[str]] = {
    "vendors": frozenset({"kind"}),
    "tickets": frozenset({"helpdesk"}),
    "stock_levels": frozenset({"location"}),
    "warehouse_orders": frozenset({"location"}),
    "purchase_order_lines": frozenset({"line_id"}),
    "payments": frozenset({"payment_id"}),
    "shipments": frozenset({"shipment_id"}),
    "returns": frozenset({"return_id"}),
    "reviews": frozenset({"review_id"}),
    "freight_charges": frozenset({"vendor_key"}),
    "receipts": frozenset({"receipt_id"}),
}
# A kind needs one of these, else it is another kind that only names its parent.
_TELLING: Mapping[str, frozenset[str]] = {
    "orders": frozenset({"placed_at", "status", "total", "payment_status", "customer_name", "email", "ship_by",
                         "stated_shipped_at", "deliver_by_on"}),
    "order_lines": frozenset({"sku", "title"}),
    "payments": frozenset({"amount"}),
    "shipments": frozenset({"tracking_number", "carrier_key", "shipped_at"}),
    "returns": frozenset({"return_id", "reason", "requested_at", "received_at", "disposition"}),
    "reviews": frozenset({"score"}),
    "refunds": frozenset({"amount"}),
    "claims": frozenset({"claim_id"}),
    "picks": frozenset({"picked_quantity"}),
    "products": frozenset({"title", "category", "barcode", "unit_cost", "list_price", "weight_grams"}),
    "stock_levels": frozenset({"on_hand", "available", "allocated", "inbound"}),
    "listings": frozenset({"status", "price"}),
    "purchase_orders": frozenset({"vendor_key", "ordered_at", "status"}),
    "purchase_order_lines": frozenset({"sku", "quantity"}),
    "vendors": frozenset({"name", "email", "city", "lead_time_days", "postcode", "country"}),
    "customers": frozenset({"name", "email", "city", "postcode", "person_id"}),
    "freight_charges": frozenset({"tracking_number", "invoice_number", "billed_on"}),
    "order_events": frozenset({"code"}),
    "tickets": frozenset({"subject", "opened_at", "status"}),
}  # fmt: skip
# What one file may hold beside a kind.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "orders": ("order_lines", "shipments", "payments"),
    "order_lines": ("orders", "shipments"),
    "purchase_orders": ("purchase_order_lines",),
    "purchase_order_lines": ("purchase_orders",),
    "products": ("stock_levels",),
    "stock_levels": ("products",),
}
# Rows with the number of such a document are of it, so a kind without a use for that column fits them less.
_DOCUMENTS = ("po_number", "order_id", "tracking_number", "return_id")
_STRONG = 0.75
_BETTER = 0.25


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind with its matches; ``points`` say how well the file fits it."""

    kind: RecordKind
    matches: tuple[Match, ...]
    points: float


def choices(columns: Sequence[Profile], known: Known, file_name: str) -> list[KindChoice]:
    """Kinds that the file could hold, the best first."""
    named = set(words_of(file_name.rsplit("/", 1)[-1].split(".")[0]))
    documents = {column.name for column in columns if _names_a_document(column)}
    made = []
    for kind in KINDS.values():
        found = matches(columns, kind, known)
        if not _possible(kind, found):
            continue
        points = sum(one.points for one in found)
        # Keys tell the kind more than what many kinds have in common.
        points += sum(0.6 for one in found if one.field.key in kind.identity and one.points > 0.85)
        points += 0.8 * (set(words_of(kind.label)) <= named) + 0.3 * len(set(words_of(kind.label)) & named)
        points -= 0.8 * sum(key != "channel" and key not in _keys(found) for key in kind.identity)
        points -= 1.5 * len(documents - {one.column.name for one in found})
        made.append(KindChoice(kind, tuple(found), points))
    return sorted(made, key=lambda one: -one.points)


def _names_a_document(column: Profile) -> bool:
    return any(name_score(column.name, "", key)[0] > 0.85 for key in _DOCUMENTS)


def _keys(found: Sequence[Match]) -> set[str]:
    return {one.field.key for one in found}


def _possible(kind: RecordKind, found: Sequence[Match]) -> bool:
    keys = _keys(found)
    needed = {field.key for field in kind.fields if field.required} - {"channel"}
    telling = _TELLING.get(kind.key)
    return needed - _FILLED_OTHERWISE.get(kind.key, frozenset()) <= keys and (telling is None or bool(telling & keys))


def together(first: KindChoice, columns: Sequence[Profile], known: Known) -> list[KindChoice]:
    """A kind and those beside it; a column that fits a field of theirs much better than one of its own is theirs."""
    weak = {one.column.name: one.points for one in first.matches if one.points < _STRONG and not _is_key(first, one)}
    others = beside(
        replace(first, matches=tuple(m for m in first.matches if m.column.name not in weak)), columns, known
    )
    lost = {
        match.column.name
        for one in others
        for match in one.matches
        if match.column.name in weak and match.points > weak[match.column.name] + _BETTER
    }
    kept = tuple(one for one in first.matches if one.column.name not in lost)
    others = beside(replace(first, matches=kept), columns, known) if lost else beside(first, columns, known)
    return [replace(first, matches=kept), *others]


def _is_key(choice: KindChoice, match: Match) -> bool:
    return match.field.required or match.field.key in choice.kind.identity


def beside(first: KindChoice, columns: Sequence[Profile], known: Known) -> list[KindChoice]:
    """Further kinds that the columns left over by the first one fill, with the keys they share with it."""
    made: list[KindChoice] = []
    taken = {one.column.name for one in first.matches}
    shared = {
        one.column.name for one in first.matches if one.field.key in first.kind.identity or one.field.key == "sku"
    }
    shared |= {one.column.name for one in first.matches if one.field.key == "currency"}
    for key in _BESIDE.get(first.kind.key, ()):
        kind = KINDS[key]
        rest = [column for column in columns if column.name not in taken or column.name in shared]
        found = matches(rest, kind, known)
        own = [one for one in found if one.column.name not in taken]
        strong = [one for one in own if one.points >= _STRONG and one.column.filled > 0.02]
        telling = {one.field.key for one in strong} & _TELLING.get(key, frozenset())
        if strong and telling and _possible(kind, found) and (len(strong) > 1 or key == "shipments"):
            made.append(KindChoice(kind, tuple(found), sum(one.points for one in own)))
            taken |= {one.column.name for one in own}
    return made
