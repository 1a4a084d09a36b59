"""X12 EDI as a seller gets and sends it: orders of retailers (850), what left for them (856), carriers' reports (214).

Read only where somebody names it, since the same files tell a buyer of its own orders. The price is one piece's; the
order's number is the retailer's.
"""

from opsconsole.imports.source import Signature, Source
from opsconsole.imports.sources.x12 import CARRIER, SIGNATURE, STATUS

_SENT = {"from": "GS04 sent", "format": ["iso"]}


def _of(kind: str, row: str = "") -> list[dict[str, object]]:
    test: dict[str, object] = {"column": "ST01 transaction", "equals": [kind]}
    return [{**test, "also": {"column": "row", "equals": [row]}} if row else test]


def _first(*names: str) -> dict[str, object]:
    return {"first": [{"from": name} for name in names]}


def _day(*names: str) -> dict[str, object]:
    return {"first": [{"from": name, "format": ["iso"]} for name in names]}


_AMOUNT = {"product": ["PO102 quantity", "PO104 price"], "round": 2}

SOURCE = Source(
    key="x12_as_seller",
    label="X12 EDI, as the seller",
    platform="x12",
    signatures=(Signature(SIGNATURE.label, SIGNATURE.columns, all_of=SIGNATURE.all_of),),
    records=(
        {"kind": "orders", "keep_where": _of("850"), "one_per": ["BEG03 order"], "fields": {
            "order_id": "BEG03 order",
            "updated_at": _SENT,
            "placed_at": _day("BEG05 ordered", "GS04 sent"),
            "status": {"first": [
                {"const": "cancelled", "where": {"column": "BEG01 purpose", "equals": ["01", "03"]}},
                {"const": "processing"},
            ]},
            "customer_id": _first("N104 buyer id", "N102 buyer", "GS02 sender"),
            "customer_name": _first("N102 buyer", "N102 ship to"),
            "currency": "CUR02 currency",
            "total": {**_AMOUNT, "rows": "sum"},
            "service": "TD505 routing",
            "ship_by_on": _day("DTM02 shipping"),
            "deliver_by_on": _day("DTM02 delivery"),
            "ship_name": "N102 ship to",
            "address1": "N301 street",
            "address2": "N302 street",
            "city": "N401 city",
            "province": "N402 state",
            "postcode": "N403 zip",
            "country": "N404 country",
        }},
        {"kind": "order_lines", "keep_where": _of("850", "item"), "fields": {
            "order_id": "BEG03 order",
            "line_id": "PO101 line",
            "updated_at": _SENT,
            "sku": _first("PO1 vendor's item", "PO1 trade item", "PO1 buyer's item", "PO1 other item"),
            "title": "PID05 description",
            "currency": "CUR02 currency",
            "quantity": "PO102 pieces",
            "unit_price": {"from": "PO104 each", "round": 2},
            "amount": _AMOUNT,
            "ship_by_on": _day("DTM02 shipping"),
        }},
        {"kind": "shipments", "keep_where": _of("856", "item"),
         "one_per": ["PRF01 order", "BSN02 shipment", "MAN02 tracking"], "fields": {
            "order_id": "PRF01 order",
            "shipment_id": _first("MAN02 tracking", "REF02 tracking", "BSN02 shipment"),
            "updated_at": _SENT,
            "tracking_number": _first("MAN02 tracking", "REF02 tracking"),
            "carrier_key": CARRIER,
            "status": {"const": "shipped"},
            "quantity": {"from": "SN102 pieces", "rows": "sum"},
            "shipped_at": _day("DTM02 shipped", "BSN03 created"),
            "deliver_by_on": _day("DTM02 expected"),
        }},
        STATUS,
    ),
    on_request=True,
)  # fmt: skip
