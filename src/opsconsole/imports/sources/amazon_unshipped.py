"""Amazon's Unshipped Orders report: what still has to leave, 27 columns (30 in India).

A picture of one moment: an order that a newer report leaves out has left the list, it need not have been shipped, so
nothing is concluded. ``promise-date`` is ship-by; ``days-past-promise`` is negative while there is time and is not
read. Lines are known by article as in the All Orders report, which has no item ids.
"""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    order-id | order-item-id | purchase-date | payments-date | reporting-date | promise-date | days-past-promise
    buyer-email | buyer-name | buyer-phone-number | sku | product-name | quantity-purchased | quantity-shipped
    quantity-to-ship | ship-service-level | recipient-name | ship-address-1 | ship-address-2 | ship-address-3
    ship-city
    ship-state | ship-postal-code | ship-country | is-business-order | purchase-order-number | price-designation
    is-iba | verge-of-cancellation | verge-of-lateShipment
""")
_PART = {"column": "quantity-shipped", "matches": r"^0*[1-9]"}


def _when(name: str) -> dict[str, object]:
    return {"from": name, "format": ["iso"], "optional": True}


SOURCE = Source(
    key="amazon_unshipped",
    label="Amazon, unshipped orders",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's Unshipped Orders report",
            _COLUMNS,
            all_of=("order-id", "order-item-id", "promise-date", "days-past-promise", "quantity-to-ship"),
        ),
    ),
    records=(
        {"kind": "orders", "one_per": ["order-id"], "fields": {
            "order_id": "order-id",
            "placed_at": _when("purchase-date"),
            "paid_at": _when("payments-date"),
            "payment_status": {"const": "paid", "where": {"column": "payments-date", "filled": True}},
            "status": {"first": [{"const": "partially_shipped", "where": _PART}, {"const": "processing"}]},
            "ship_by": {**_when("promise-date"), "rows": "min"},
            "service": "ship-service-level",
            "email": "buyer-email",
            "customer_name": "buyer-name",
            "phone": {"from": "buyer-phone-number", "strip_prefix": "'"},
            "ship_name": "recipient-name",
            "address1": "ship-address-1",
            "address2": {"join": [{"from": "ship-address-2"}, {"from": "ship-address-3"}], "separator": ", "},
            "city": "ship-city",
            "province": "ship-state",
            "postcode": {"from": "ship-postal-code", "strip_prefix": "'"},
            "country": "ship-country",
        }},
        {"kind": "order_lines", "fields": {
            "order_id": "order-id",
            "line_id": {"occurrence_of": ["sku", "product-name"], "within": ["order-id"]},
            "sku": "sku",
            "title": "product-name",
            "quantity": "quantity-purchased",
            "shipped_quantity": "quantity-shipped",
            "ship_by": _when("promise-date"),
        }},
    ),
    file=UNQUOTED,
)  # fmt: skip
