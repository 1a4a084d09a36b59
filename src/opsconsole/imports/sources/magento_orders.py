"""Adobe Commerce (Magento 2), the order grid: one row per order, 8 columns by default, 18 when all are shown.

Increment ids keep their leading zeros. Times are local to the store, on a clock of 24 hours that says AM and PM all the
same. A closed order was refunded: nothing is left to ship. Shops add statuses of their own; those count as processing.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    ID | Purchase Point | Purchase Date | Bill-to Name | Ship-to Name | Grand Total (Base) | Grand Total (Purchased)
    Status | Billing Address | Shipping Address | Shipping Information | Customer Email | Customer Group | Subtotal
    Shipping and Handling | Customer Name | Payment Method | Total Refunded
""")
_FORMATS = [f"%b %d, %Y{comma} {clock} %p" for comma in ("", ",") for clock in ("%I:%M:%S", "%H:%M:%S")] + ["iso"]
_CODES = columns("""
    pending | pending_payment | pending_paypal | processing | on_hold | holded | complete | closed | canceled
    suspected_fraud | fraud | payment_review
""")
_KNOWN = (*_CODES, *(code.replace("_", " ") for code in _CODES))
_TOTALS = ("Grand Total (Purchased)", "Grand Total (Base)")


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "optional": True, **more}


def _status(other: str, **codes: str) -> dict[str, object]:
    """Labels and codes of the statuses; what is neither is ``other``."""
    labels = {name.replace("_", " "): code for name, code in codes.items()}
    return {"from": "Status", "lower": True, "map": {**codes, **labels}, "default": other}


SOURCE = Source(
    key="magento_orders",
    label="Adobe Commerce, order grid",
    platform="magento",
    decimal="",
    signatures=(
        Signature("Adobe Commerce's order grid", _COLUMNS, all_of=("ID", "Purchase Date", "Status", _TOTALS[0])),
        Signature("Adobe Commerce's order grid", _COLUMNS, all_of=("ID", "Purchase Point", "Purchase Date", "Status")),
    ),
    records=(
        {"kind": "orders", "fields": {
            "order_id": "ID",
            "order_number": "ID",
            "placed_at": {"from": "Purchase Date", "format": _FORMATS},
            "status": _status(
                "processing", pending="pending", pending_payment="pending", pending_paypal="pending",
                processing="processing", on_hold="on_hold", holded="on_hold", complete="shipped", closed="cancelled",
                canceled="cancelled", suspected_fraud="on_hold", fraud="on_hold", payment_review="on_hold",
            ),
            "payment_status": _status(
                "", pending="pending", pending_payment="pending", pending_paypal="pending", processing="paid",
                complete="paid", closed="refunded", canceled="voided", payment_review="authorized",
            ),
            "hold_reason": _status("", suspected_fraud="suspected fraud", fraud="suspected fraud",
                                   payment_review="payment review"),
            "payment_method": _text("Payment Method"),
            "currency": {"first": [{"currency_of": name} for name in _TOTALS], "optional": True},
            "total": {"from": list(_TOTALS)},
            "subtotal": _text("Subtotal"),
            "shipping": _text("Shipping and Handling"),
            "refunded": _text("Total Refunded"),
            "service": _text("Shipping Information"),
            "customer_name": {"first": [_text("Customer Name"), _text("Bill-to Name")]},
            "email": _text("Customer Email"),
            "ship_name": _text("Ship-to Name"),
            "address1": _text("Shipping Address"),
            "bill_name": _text("Bill-to Name"),
            "bill_address1": _text("Billing Address"),
        }},
    ),
    own_words=("Status", _KNOWN, "Their orders count as processing."),
    lacks="Adobe Commerce's order grid has no articles: its orders come without lines.",
)  # fmt: skip
