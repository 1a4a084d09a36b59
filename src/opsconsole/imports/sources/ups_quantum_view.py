"""UPS Quantum View: what happened to each parcel, one row per event, some 125 columns.

The record type tells what happened: manifest (M), origin (O), delivery (D), exception (E), void (V). Dates are yyyymmdd
or MM/DD/YYYY in one and the same feed, times with seconds or without; they are local to where it happened.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Subscriber ID | Subscription Name | Subscription Number | Query Begin Date | Query End Date
    Subscription File Name | File Status | Record Type | Shipper Number | Shipper Name | Shipper Address Line 1
    Shipper Address Line 2 | Shipper Address Line 3 | Shipper City | Shipper State/Province | Shipper Postal Code
    Shipper Country | Ship To Attention | Ship To Phone | Ship To Name | Ship To Address Line 1
    Ship To Address Line 2 | Ship To Address Line 3 | Ship To City | Ship To State/Province | Ship To Postal Code
    Ship To Country | Ship To Location ID | Shipment Reference Number Type 1 | Shipment Reference Number Value 1
    Shipment Reference Number Type 2 | Shipment Reference Number Value 2 | UPS Service | Pickup Date
    Scheduled Delivery Date | Scheduled Delivery Time | Document Type | Package Activity Date | Package Activity Time
    Package Description | Package Count | Package Dimensions Unit of Measurement | Length | Width | Height
    Package Dimensional Weight | Package Weight | Oversize Package Type | Tracking Number | COD Currency Type
    COD Amount Due | Declared Value | Earliest Delivery Time | Hazardous Materials Type | Hold For Pickup
    Saturday Delivery Indicator | Call Tag ARS Type | Manufacture Country | Harmonized Type | Customs Monetary Value
    Special Instructions | Shipment Charge Type | Bill Ship To | Collect Bill | UPS Location
    UPS Location State/Province | UPS Location Country | Exception Status Description | Exception Reason Description
    Exception Resolution Type | Exception Resolution Description | Rescheduled Delivery Date
    Rescheduled Delivery Time | Driver Release | Residential Address | Signed For By | COD Collected Currency Type
    COD Amount Collected | COD Amount Decimal | Bill To Account Number | Bill Option | Exception Reason Code
    Exception Status Code | Receiving Address Name | Activity Type
""")
_OF_ADDRESS = (
    "Street Number", "Street Prefix", "Street Name", "Street Type", "Street Suffix", "Building Name",
    "Room/Suite/Floor", "Political Division 3", "City", "State/Province", "Country", "Postal Code", "Name", "Location",
)  # fmt: skip
_ADDRESSES = tuple(f"{where} {part}" for where in ("Delivery", "Updated Ship To") for part in _OF_ADDRESS)
_REFERENCES = tuple(f"Package Reference Number {part} {n}" for n in range(1, 6) for part in ("Type", "Value"))
# Hours and minutes before seconds: "1430" must not be 14:03:00.
_TIMES = ("%H%M", "%H%M%S", "%I:%M %p", "%I:%M:%S %p", "%H:%M:%S", "%H:%M")
_MOMENT = "|".join(f"{day}{time}" for day in ("%Y%m%d", "%m/%d/%Y") for time in (*(f" {t}" for t in _TIMES), ""))


def _record(*types: str) -> dict[str, object]:
    return {"column": "Record Type", "startswith": list(types)}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


def _place(city: str, state: str) -> dict[str, object]:
    return {"join": [_text(city), _text(state)], "separator": ", ", "optional": True}


_WHY = [_text("Exception Status Description"), _text("Exception Reason Description")]

SOURCE = Source(
    key="ups_quantum_view",
    label="UPS, Quantum View",
    platform="ups",
    inferred="two programs that read its columns",
    signatures=(
        Signature(
            "UPS Quantum View", (*_COLUMNS, *_REFERENCES, *_ADDRESSES),
            all_of=("Record Type", "Tracking Number", "Package Activity Date"),
        ),
    ),
    records=(
        {"kind": "vendors", "one_per": ["Subscriber ID"], "fields": {
            "key": {"const": "ups"}, "name": {"const": "UPS"}, "kind": {"const": "parcel_carrier"},
        }},
        {"kind": "shipment_events", "keep_where": [
            {"column": "Tracking Number", "filled": True, "also": {"column": name, "filled": True}}
            for name in ("Package Activity Date", "Pickup Date")
         ], "fields": {
            "tracking_number": "Tracking Number",
            "occurred_at": {"first": [
                {"join": [_text("Package Activity Date"), _text("Package Activity Time")], "format": [_MOMENT],
                 "where": {"column": "Package Activity Date", "filled": True}},
                {"join": [_text("Pickup Date")], "format": [_MOMENT]},
            ]},
            "code": {"first": [
                {"const": "delivered", "where": _record("D")},
                {"const": "labeled", "where": _record("M")},
                {"const": "voided", "where": _record("V")},
                {"const": "accepted", "where": _record("O")},
                {"join": [{"const": "Exception:"}, *_WHY], "where": _record("E", "X")},
                {"const": "in_transit"},
            ]},
            "description": {"first": [
                {"join": [*_WHY, _text("Exception Resolution Description"), _text("Rescheduled Delivery Date")],
                 "separator": "; ", "where": _record("E", "X")},
                {"join": [{"const": "Delivered, signed for by"}, _text("Signed For By")],
                 "where": {"column": "Signed For By", "filled": True}},
                _text("UPS Service"),
            ]},
            "place": {"first": [
                _place("Delivery City", "Delivery State/Province"),
                _place("UPS Location", "UPS Location State/Province"),
            ]},
        }},
    ),
    needs_channel=False,
)  # fmt: skip
