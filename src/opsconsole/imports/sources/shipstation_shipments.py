"""ShipStation's shipment export: "Group - Field" columns that the user picks and orders; only the names are certain.

One row per label, or per item where item columns were picked. Voided labels and return labels are rows like any other.
Times are local to the account.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Shipment - Tracking Number | Shipment - Carrier | Shipment - Service | Shipment - Weight (Oz) | Shipment - Zone
    Shipment - Package Count | Shipment - Package Type | Shipment - Void Date | Shipment - Void Flag | Carrier - Fee
    Carrier - Name | Carrier - Service Selected | Date - Label Create Date | Date - Order Date | Date - Shipped Date
    Delivery - Date | Delivery - Message | Order - Number | Return - RMA Number | Return - Return Label Flag
    Operations - Warehouse | Operations - Batch Number | Market - Store Name | Weight - TotalOz
""")

# As ShipStation writes them; which one a file has is decided over the whole column.
_FORMATS = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "iso"]
_RETURN_LABEL = {"column": "Return - Return Label Flag", "equals": ["true", "yes", "1"]}
_VOIDED = {"column": "Shipment - Void Flag", "equals": ["true", "yes", "1"]}
_VOID_DATE = {"column": "Shipment - Void Date", "filled": True}
_CARRIERS = ("Shipment - Carrier", "Carrier - Name")


def _when(name: str) -> dict[str, object]:
    return {"from": name, "format": _FORMATS, "optional": True}


def _filled(name: str) -> dict[str, object]:
    return {"column": name, "filled": True}


def _carrier(**more: object) -> dict[str, object]:
    return {"first": [{"from": name, "optional": True, **more} for name in _CARRIERS]}


# A label without a number is known by its order and when it was made.
_LABEL = {
    "first": [
        {"from": "Shipment - Tracking Number", "strip_prefix": "'"},
        {"join": [{"from": "Order - Number"}, {"from": "Date - Label Create Date", "optional": True}]},
    ]
}

_SHIPMENT = {
    "order_id": "Order - Number",
    "shipment_id": _LABEL,
    "tracking_number": {"from": "Shipment - Tracking Number", "strip_prefix": "'", "optional": True},
    "carrier_key": _carrier(slug=True),
    "service": {"from": ["Shipment - Service", "Carrier - Service Selected"], "optional": True},
    "location": {"from": "Operations - Warehouse", "optional": True},
    "voided": {"first": [{"const": "true", "where": [_VOIDED, _VOID_DATE]}, {"const": "false"}]},
    "status": {
        "first": [
            {"const": "voided", "where": [_VOIDED, _VOID_DATE]},
            {"const": "delivered", "where": _filled("Delivery - Date")},
            {"const": "shipped", "where": _filled("Date - Shipped Date")},
            {"const": "labeled"},
        ]
    },
    "labeled_at": _when("Date - Label Create Date"),
    "shipped_at": _when("Date - Shipped Date"),
    "delivered_at": _when("Delivery - Date"),
    "cost": {"from": "Carrier - Fee", "optional": True},
    "weight_grams": {
        "from": ["Shipment - Weight (Oz)", "Weight - TotalOz"],
        "scale": "28.349523125",  # grams of an avoirdupois ounce
        "round": 1,
        "optional": True,
    },
}

SOURCE = Source(
    key="shipstation_shipments",
    label="ShipStation, shipments",
    platform="shipstation",
    signatures=(
        Signature(
            "ShipStation's shipment export",
            _COLUMNS,
            all_of=("Order - Number",),
            any_prefix="Shipment - ",
        ),
    ),
    records=(
        {
            "kind": "vendors",
            "one_per": _CARRIERS,
            "keep_where": [_filled(name) for name in _CARRIERS],
            "fields": {"key": _carrier(slug=True), "name": _carrier(), "kind": {"const": "parcel_carrier"}},
        },
        {
            "kind": "shipments",
            "one_per": ["Order - Number", "Shipment - Tracking Number", "Date - Label Create Date"],
            "skip_where": [_RETURN_LABEL],
            "fields": _SHIPMENT,
        },
        {
            "kind": "returns",
            "one_per": ["Order - Number", "Return - RMA Number"],
            "keep_where": [{**_RETURN_LABEL, "also": _filled("Return - RMA Number")}],
            "fields": {
                "order_id": "Order - Number",
                "return_id": "Return - RMA Number",
                "stage": {"const": "authorized"},
                "requested_at": _when("Date - Label Create Date"),
            },
        },
    ),
    needs_channel=False,
)
