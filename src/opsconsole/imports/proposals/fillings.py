"""Fields that no column fills by itself: constants, amounts that are worked out, ids of lines that have none."""

from collections.abc import Mapping, Sequence
from typing import Any

from opsconsole.domain.file_mapping import FieldUse, Question
from opsconsole.domain.vendors import VENDOR_KINDS
from opsconsole.imports.convert import slug
from opsconsole.imports.proposals.names import words_of
from opsconsole.imports.proposals.profile import Profile
from opsconsole.imports.records import RecordKind

Uses = Mapping[str, FieldUse]
# What columns call the vendors of a file → their kind.
_VENDORS = {
    "seller": "drop_shipper", "merchant": "drop_shipper", "dropshipper": "drop_shipper", "supplier": "supplier",
    "lieferant": "supplier", "fournisseur": "supplier", "manufacturer": "supplier", "carrier": "parcel_carrier",
    "courier": "parcel_carrier", "3pl": "3pl",
}  # fmt: skip
_PLATFORMS = ("zendesk", "gorgias", "freshdesk", "helpscout", "intercom", "front")


def fillings(
    columns: Sequence[Profile], kind: RecordKind, uses: Uses, record: int, file_name: str
) -> tuple[list[FieldUse], list[Question]]:
    """Further uses for a record of a kind and what must be asked, given what columns already fill."""
    made: list[FieldUse] = []
    asked: list[Question] = []

    def add(key: str, how: Mapping[str, Any], reason: str, score: float = 0.8) -> None:
        if key not in uses and any(known.key == key for known in kind.fields):
            made.append(FieldUse(record, key, how, reason, "", score))

    if kind.key in ("orders", "warehouse_orders") and "order_id" in uses:
        _order_number(add, columns, uses)
    if kind.key == "order_lines":
        _order_lines(add, uses)
    if kind.key in ("purchase_order_lines", "receipts"):
        _numbered(add, "line_id" if kind.key == "purchase_order_lines" else "receipt_id", "po_number", uses)
    _amounts(add, kind, uses)
    _own_ids(add, kind, uses)
    asked += _constants(add, columns, kind, uses, record, file_name)
    return made, asked


def _order_number(add: Any, columns: Sequence[Profile], uses: Uses) -> None:
    name = uses["order_id"].column
    column = next((one for one in columns if one.name == name), None)
    if column is not None and any(text.startswith("#") for text in column.samples):
        add("order_number", {"from": name, "strip_prefix": "#"}, "people write it without the #")


def _order_lines(add: Any, uses: Uses) -> None:
    _numbered(add, "line_id", "order_id", uses)
    if "quantity" not in uses:
        add("quantity", {"const": "1"}, "no column has a quantity: each row counts as one piece", 0.6)
        if "unit_price" in uses and "amount" not in uses:
            add("amount", dict(uses["unit_price"].how), "of one piece the price is the amount", 0.7)


def _numbered(add: Any, key: str, parent: str, uses: Uses) -> None:
    """Lines without an id are known by their article and how-manieth of it they are."""
    names = [uses[field].column for field in ("sku", "title", "line_id") if field in uses and uses[field].column]
    within = uses[parent].column if parent in uses else ""
    if names and within:
        add(key, {"occurrence_of": names[:2], "within": [within]}, "lines without an id: article and how-manieth of it")


def _amounts(add: Any, kind: RecordKind, uses: Uses) -> None:
    price = "unit_price_e4" if kind.key == "sales_history" else "unit_price"
    if kind.key in ("sales_history", "order_lines") and {"quantity", price} <= set(uses) and "amount" not in uses:
        columns = [uses["quantity"].column, uses[price].column]
        if all(columns):
            add("amount", {"product": columns, "round": 2}, f"no column has the amount: {columns[0]} × {columns[1]}")


def _own_ids(add: Any, kind: RecordKind, uses: Uses) -> None:
    for of, key, parts in (
        ("shipments", "shipment_id", ("tracking_number", "order_id")),
        ("returns", "return_id", ("tracking_number", "order_id")),
        ("reviews", "review_id", ("order_id",)),
        ("payments", "payment_id", ("method", "order_id")),
    ):
        part = next((uses[name] for name in parts if name in uses and uses[name].column), None)
        if kind.key == of and key not in uses and part is not None:
            add(key, {"from": part.column}, f"no column has an id: {part.column} stands for it")
    if kind.key == "vendors" and "key" not in uses and "name" in uses:
        add("key", {"from": uses["name"].column, "slug": True}, "no column has a key: it is made of the name")


def _constants(
    add: Any, columns: Sequence[Profile], kind: RecordKind, uses: Uses, record: int, file_name: str
) -> list[Question]:
    words = {word for column in columns for word in words_of(column.name)} | set(words_of(file_name.split(".")[0]))
    if kind.key == "vendors" and "kind" not in uses:
        found = next((meant for word, meant in _VENDORS.items() if word in words), "")
        if found:
            add("kind", {"const": found}, f"its columns speak of {next(w for w in _VENDORS if w in words)}s", 0.7)
            return []
        return [
            Question("const", "What kind of vendors are in the file?", tuple(VENDOR_KINDS.items()), "", record, "kind")
        ]
    if kind.key == "tickets" and "helpdesk" not in uses:
        found = next((name for name in _PLATFORMS if name in file_name.casefold()), slug(file_name.split(".")[0]))
        add("helpdesk", {"const": found or "helpdesk"}, "tickets need the name of their help desk", 0.6)
    if kind.key in ("stock_levels", "warehouse_orders") and "location" not in uses:
        return [Question("const", "Which location is the file about?", (), "", record, "location")]
    if kind.key == "freight_charges" and "vendor_key" not in uses:
        return [Question("const", "Which carrier or site sends this bill?", (), "", record, "vendor_key")]
    return []
