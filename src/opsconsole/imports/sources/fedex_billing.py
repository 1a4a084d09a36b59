"""FedEx Billing Online: one row per parcel, about 150 columns, the last of them pairs of charges with repeated names.

A parcel's net charge is its transportation charge and all its pairs. Discounts (negative) belong to the transportation
charge, which is a list price: together they are what the freight costs. Service-failure credits are negative, too. What
the invoice as a whole comes to repeats on every row and is not read. Dates are yyyymmdd; the proof of delivery (local
to the receiver) is the parcel's delivery. An account on Ground may have the tracking number in two columns.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Bill to Account Number | Invoice Date | Invoice Number | Store ID | Original Amount Due | Current Balance | Payor
    Ground Tracking ID Prefix | Express or Ground Tracking ID | Transportation Charge Amount | Net Charge Amount
    Service Type | Ground Service | Shipment Date | POD Delivery Date | POD Delivery Time | POD Service Area Code
    POD Signature Description | Actual Weight Amount | Actual Weight Units | Rated Weight Amount | Rated Weight Units
    Number of Pieces | Bundle Number | Meter Number | TDMasterTrackingID | Service Packaging | Dim Length | Dim Width
    Dim Height | Dim Divisor | Dim Unit | Recipient Name | Recipient Company | Recipient Address Line 1
    Recipient Address Line 2 | Recipient City | Recipient State | Recipient Zip Code | Recipient Country/Territory
    Shipper Company | Shipper Name | Shipper Address Line 1 | Shipper Address Line 2 | Shipper City | Shipper State
    Shipper Zip Code | Shipper Country/Territory | Original Customer Reference | Original Ref#2
    Original Ref#3/PO Number | Consolidated Account Number
""")
_PAIRS = tuple(
    f"Tracking ID Charge {name}{'' if number == 1 else f' ({number})'}"
    for number in range(1, 26)
    for name in ("Description", "Amount")
)
_FREIGHT = "Transportation Charge Amount"
_ID = "Express or Ground Tracking ID"
_SHORT = {"column": _ID, "matches": r"^\d{1,11}$", "also": {"column": "Ground Tracking ID Prefix", "filled": True}}
_TRACKING = {"first": [
    {"join": [{"from": "Ground Tracking ID Prefix"}, {"from": _ID}], "separator": "", "where": _SHORT},
    {"from": _ID},
]}  # fmt: skip
_DESCRIPTION, _AMOUNT = "Tracking ID Charge Description ({n})", "Tracking ID Charge Amount ({n})"
_DISCOUNT = {"column": _DESCRIPTION, "contains": ["discount", "savings", "earned", "grace"]}
_POD_DAY, _POD_TIME = "POD Delivery Date", "POD Delivery Time"


def _date(name: str) -> dict[str, object]:
    return {"from": name, "format": ["%Y%m%d"], "optional": True}


def _weight(*units: str, grams: str) -> dict[str, object]:
    unit = {"column": "Rated Weight Units", "equals": list(units)}
    return {"from": "Rated Weight Amount", "scale": grams, "round": 1, "where": unit, "optional": True}


def _kind(kind: str, *words: str) -> dict[str, object]:
    return {"const": kind, "where": {"column": _DESCRIPTION, "contains": list(words)}}


def _proof(time: str, pattern: str) -> dict[str, object]:
    at = {"column": _POD_TIME, "matches": time}
    return {"join": [{"from": _POD_DAY}, {"from": _POD_TIME}], "format": [f"%Y%m%d {pattern}"], "where": at}


_OF_PARCEL = {
    "vendor_key": {"const": "fedex"},
    "invoice_number": "Invoice Number",
    "tracking_number": _TRACKING,
    "order_id": {"from": "Original Customer Reference", "strip_prefix": "#", "optional": True},
    "service": {"from": ["Service Type", "Ground Service"], "optional": True},
    "status": {"const": "open"},
    "billed_on": _date("Invoice Date"),
    "billed_at": _date("Invoice Date"),
}

SOURCE = Source(
    key="fedex_billing",
    label="FedEx, billing",
    platform="fedex",
    signatures=(
        Signature(
            "FedEx Billing Online",
            _COLUMNS + _PAIRS,
            all_of=("Invoice Number", "Invoice Date", _ID, "Net Charge Amount"),
        ),
    ),
    records=(
        {"kind": "vendors", "one_per": ["Payor"], "fields": {
            "key": {"const": "fedex"}, "name": {"const": "FedEx"}, "kind": {"const": "parcel_carrier"},
        }},
        {"kind": "freight_charges", "keep_where": [{"column": _FREIGHT, "filled": True}], "fields": {
            **_OF_PARCEL,
            "kind": {"const": "freight"},
            "description": {"const": "Transportation charge"},
            "amount": {"sum": [{"from": _FREIGHT}, {"from": _AMOUNT, "each": True, "where": _DISCOUNT}]},
            "billed_weight_grams": {"first": [
                _weight("L", "LB", "LBS", grams="453.59237"), _weight("K", "KG", "KGS", grams="1000"),
            ]},
        }},
        {"kind": "freight_charges", "keep_where": [{"column": _AMOUNT, "filled": True}],
         "skip_where": [_DISCOUNT], "fields": {
            **_OF_PARCEL,
            "kind": {"first": [
                _kind("credit", "service failure", "money-back", "money back", "refund", "credit"),
                _kind("duty", "duty", "customs", "clearance"),
                _kind("tax", "vat", "tax", "gst"),
                {"const": "surcharge"},
            ]},
            "description": _DESCRIPTION,
            "amount": _AMOUNT,
        }},
        {"kind": "shipment_events", "keep_where": [{"column": _POD_DAY, "filled": True}], "fields": {
            "tracking_number": _TRACKING,
            "occurred_at": {"first": [
                _proof(r"^\d{1,2}:\d{2}$", "%H:%M"), _proof(r"^\d{4}$", "%H%M"), _date(_POD_DAY),
            ]},
            "code": {"const": "delivered"},
            "description": {"const": "Delivered (proof of delivery)"},
            "place": {"join": [
                {"from": "Recipient City", "optional": True}, {"from": "Recipient State", "optional": True},
            ], "separator": ", "},
        }},
    ),
    needs_channel=False,
)  # fmt: skip
