"""X12 EDI as a buyer gets it: orders to suppliers (850), what they answer (855), announce (856) and invoice (810), and
what carriers report (214).

A 850 counts as an order of ours to a supplier: the other three speak of the same order by its number. Who sells, and
gets 850 from retailers, names the source ``x12_as_seller``. Until a supplier answers, the day that was asked for is the
promised one.
"""

from opsconsole.imports.source import Signature, Source
from opsconsole.imports.x12_codes import CARRIERS, STATUSES
from opsconsole.imports.x12_rows import COLUMNS, COMMON

_SENT = {"from": "GS04 sent", "format": ["iso"]}


def _of(*kinds: str, row: str = "") -> list[dict[str, object]]:
    test: dict[str, object] = {"column": "ST01 transaction", "equals": list(kinds)}
    return [{**test, "also": {"column": "row", "equals": [row]}} if row else test]


def _first(*names: str) -> dict[str, object]:
    return {"first": [{"from": name} for name in names]}


def _day(*names: str) -> dict[str, object]:
    return {"first": [{"from": name, "format": ["iso"]} for name in names]}


def _is(column: str, *codes: str) -> dict[str, object]:
    return {"column": column, "equals": list(codes)}


def _item(name: str) -> dict[str, object]:
    """Our own number of the article, else the supplier's, else the trade's."""
    return _first(*(f"{name} {whose}" for whose in ("buyer's item", "vendor's item", "trade item", "other item")))


CARRIER = {"first": [
    {"from": "TD503 carrier", "map": dict(CARRIERS), "where": _is("TD503 carrier", *CARRIERS)},
    {"from": "TD503 carrier", "lower": True},
    {"from": "TD505 routing", "map": dict(CARRIERS), "where": _is("TD505 routing", *CARRIERS)},
    {"from": "TD505 routing", "lower": True},
]}  # fmt: skip
_SUPPLIER = _first("N104 supplier id", "N102 supplier")
_SELLER = _first("N104 supplier id", "N102 supplier", "GS02 sender")
_REFUSED = ("IR", "ID", "IB", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8")
_PO_LINE = {"po_number": "BEG03 order", "line_id": "PO101 line", "updated_at": _SENT, "sku": _item("PO1"),
            "currency": "CUR02 currency"}  # fmt: skip
_INVOICE = {
    "vendor_key": _SELLER,
    "invoice_number": "BIG02 invoice",
    "po_number": "BIG04 order",
    "invoiced_on": _day("BIG01 invoiced"),
    "updated_at": _SENT,
    "currency": "CUR02 currency",
}
_CREDIT = {"column": "BIG07 type", "equals": ["CR"]}
STATUS = {"kind": "shipment_events", "keep_where": _of("214", row="status"), "fields": {
    "tracking_number": _first("L1101 tracking", "B1001 reference", "B1002 shipment"),
    "occurred_at": {"from": "AT705 occurred", "format": ["iso"]},
    "code": {"first": [
        {"from": "AT701 status", "map": {code: ours for code, (ours, _) in STATUSES.items()},
         "where": _is("AT701 status", *STATUSES)},
        {"from": "AT701 status"},
    ]},
    "description": "AT701 meaning",
    "place": "MS101 place",
}}  # fmt: skip

RECORDS = (
    {"kind": "vendors", "keep_where": _of("850", "855", "856", "810"),
     "one_per": ["N104 supplier id", "N102 supplier", "GS02 sender"],
     "skip_where": [{"column": "N102 supplier", "filled": False, "also": _is("ST01 transaction", "850", "855", "856")}],
     "fields": {"key": _SELLER, "name": _first("N102 supplier", "N104 supplier id", "GS02 sender"),
                "kind": {"const": "supplier"}}},
    {"kind": "purchase_orders", "keep_where": _of("850"), "one_per": ["BEG03 order"], "fields": {
        "po_number": "BEG03 order",
        "updated_at": _SENT,
        "vendor_key": _SUPPLIER,
        "location": "N104 ship to id",  # a name without a number may be a customer that is supplied directly
        "currency": "CUR02 currency",
        "status": {"first": [{"const": "cancelled", "where": _is("BEG01 purpose", "01", "03")}, {"const": "open"}]},
        "ordered_at": _day("BEG05 ordered"),
    }},
    {"kind": "purchase_order_lines", "keep_where": _of("850", row="item"), "fields": {
        **_PO_LINE,
        "quantity": "PO102 pieces",
        "unit_cost": {"from": "PO104 each", "round": 2},
        "promised_on": _day("DTM02 delivery", "DTM02 shipping"),
        "earliest_on": _day("DTM02 earliest"),
    }},
    {"kind": "purchase_orders", "keep_where": _of("855"), "one_per": ["BAK03 order"], "fields": {
        "po_number": "BAK03 order",
        "updated_at": _SENT,
        "status": {"first": [{"const": "cancelled", "where": _is("BAK02 answer", "RJ", "RD", "RO")},
                             {"const": "acknowledged"}]},
        "acknowledged_at": _day("BAK09 answered", "GS04 sent"),
    }},
    {"kind": "purchase_order_lines", "keep_where": _of("855", row="item"),
     "one_per": ["BAK03 order", "PO101 line"], "fields": {
        **_PO_LINE,
        "po_number": "BAK03 order",
        "acknowledged_quantity": {"first": [
            {"const": "0", "where": _is("ACK01 answer", *_REFUSED)}, {"from": "ACK02 pieces"},
            {"from": "PO102 pieces"},
        ], "rows": "sum"},
        "promised_on": {**_day("ACK05 date", "DTM02 delivery", "DTM02 shipping"), "rows": "max"},
    }},
    {"kind": "ship_notices", "keep_where": _of("856", row="item"), "fields": {
        "po_number": "PRF01 order",
        "notice_id": "BSN02 shipment",
        # A line may be packed into several cartons.
        "line_id": {"occurrence_of": ["LIN01 line", "LIN buyer's item", "LIN vendor's item", "LIN trade item"],
                    "within": ["BSN02 shipment", "PRF01 order"]},
        "updated_at": _SENT,
        "sku": _item("LIN"),
        "quantity": "SN102 pieces",
        "carrier_key": CARRIER,
        "tracking_number": _first("MAN02 tracking", "REF02 tracking"),
        "bill_of_lading": "REF02 bill of lading",
        "carton_id": "MAN02 carton",
        "shipped_on": _day("DTM02 shipped"),
        "expected_on": _day("DTM02 expected"),
    }},
    {"kind": "supplier_invoice_lines", "keep_where": _of("810", row="item"), "fields": {
        **_INVOICE,
        "line_id": "IT101 line",
        "kind": {"const": "goods"},
        "sku": _item("IT1"),
        "description": "PID05 description",
        "quantity": "IT102 pieces",
        "amount": {"first": [
            {"product": ["IT102 quantity", "IT104 price"], "scale": "-1", "round": 2, "where": _CREDIT},
            {"product": ["IT102 quantity", "IT104 price"], "round": 2},
        ]},
    }},
    {"kind": "supplier_invoice_lines", "keep_where": [*_of("810", row="charge"), *_of("810", row="tax")], "fields": {
        **_INVOICE,
        "line_id": {"occurrence_of": ["SAC02 code", "SAC15 description"], "within": ["BIG02 invoice"]},
        "kind": {"first": [
            {"const": "tax", "where": [_is("SAC02 code", "H740", "H750", "H760", "H770", "H780", "H850"),
                                       _is("row", "tax")]},
            {"const": "discount", "where": _is("SAC01 allowance", "A")},
            {"const": "freight", "where": _is("SAC02 code", "D240", "D260", "D270", "G821", "G822", "G830")},
            {"const": "charge"},
        ]},
        "description": "SAC15 description",
        "amount": {"first": [{"from": "SAC05 amount"}, {"from": "TXI02 tax"}]},
    }},
    STATUS,
)  # fmt: skip
SIGNATURE = Signature(
    "X12 EDI", tuple(dict.fromkeys((*COMMON, *(name for names in COLUMNS.values() for name in names)))),
    all_of=("ST01 transaction", "ST02 control number", "GS02 sender"),
)  # fmt: skip

SOURCE = Source(
    key="x12",
    label="X12 EDI",
    platform="x12",
    signatures=(SIGNATURE,),
    records=RECORDS,
    needs_channel=False,
)
