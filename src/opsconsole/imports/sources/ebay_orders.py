"""eBay's orders report: a blank line, the header, a row of nothing, orders, and at the end how many they are and whose.

An order of one article is one row. One of several is a summary row with buyer, address and money but no article, then a
row per article: counting both counts it twice. Without an order number the sales record number tells the order (nobody
has paid then). Amounts carry their currency, days have no time of day. Every site has its own words, see _NAMES.
"""

from opsconsole.imports.source import Signature, Source, columns

# United States | United Kingdom | Australia | Germany | France, a semicolon between columns; where a site's name is the
# same but for letter case, or not known for sure, the first one holds.
_TABLE = """
Sales Record Number | | | Verkaufsprotokollnummer | Numéro de vente; Buyer Name | | | Name des Käufers |
; Order Number | | | Bestellnummer | Numéro de commande; Paid On Date | | | Zahlungsdatum |
; Buyer Username | | | Nutzername des Käufers | Pseudo de l'acheteur; Transaction ID | | | Transaktionsnummer |
; Buyer Email | | | E-Mail des Käufers |; Ship To Name | Post to name | Post To Name | Name des Empfängers |
; Ship To Phone | Post to phone | Post To Phone | Telefonnummer des Empfängers |
; Ship To Address 1 | Post to address 1 | Post To Address 1 | Adresse 1 des Empfängers |
; Ship To Address 2 | Post to address 2 | Post To Address 2 | Adresse 2 des Empfängers |
; Ship To City | Post to city | Post To City | Versand nach - Ort |; Ship To State | Post to county | Post To State | |
; Ship To Zip | Post to postcode | Post To Postcode | Versand nach - PLZ |; Total Price | | | Gesamtbetrag |
; Ship To Country | Post to country | Post To Country | Versand nach - Land |; Quantity | | | Anzahl | Quantité
; Item Number | | | Artikelnummer | Numéro de l'objet; Item Title | | | Angebotstitel | Intitulé de l'objet
; Custom Label | | | Bestandseinheit |; Sold For | | | Verkauft für | Vendu pour
; Shipping And Handling | Postage and packaging | Postage And Handling | Verpackung und Versand
    | Livraison et manutention
; Payment Method | | | Zahlungsmethode |; Sale Date | | | Verkauft am | Date de vente
; Ship By Date | Post by date | Post By Date | |; Tracking Number | | | Sendungsnummer |
; Shipped On Date | Dispatched on date | Posted On Date | Verschickt am - Datum |
; Shipping Service | Delivery service | Postage Service | Versandservice |; Variation Details | | | Variantendetails |
"""
_NAMES = tuple(tuple(name.strip() for name in line.split("|")) for line in _TABLE.split(";"))
_MORE = columns("""
    Sold Via Promoted Listings | Seller Collected Tax | Electronic Waste Recycling Fee | Mattress Recycling Fee
    Battery Recycling Fee | White Goods Disposal Tax | Tire Recycling Fee | Additional Fee | Lumber Fee
    Prepaid Wireless Fee | Road Improvement And Food Delivery Fee | Commitment Date | Minimum Estimated Delivery Date
    Maximum Estimated Delivery Date | My Item Note | PayPal Transaction ID | PSA Vault Program | Vault Fulfillment Type
    Adresse 1 des Käufers | Adresse 2 des Käufers | Wohnort des Käufers | PLZ des Käufers | Land des Käufers
    Verkauft über Anzeigen | Inklusive MwSt.-Satz | Buyer Note | eBay Collected Tax
""")
_PREFIXES = columns(
    "Authenticity Verification | Buyer | Click And Collect | Feedback | Global Shipping | Item | Tax | eBay"
)
_ESSENTIAL = {"Sales Record Number", "Sold For", "Sale Date", "Quantity"}
_NUMBERS = ("Order Number", "Sales Record Number")
_KEY = [_NUMBERS]
# Neither an order nor an article: "3 record(s) downloaded", "Seller ID : shop".
_FOOTER = [
    {"column": "Sale Date", "filled": False, "also": {"column": "Item Number", "filled": False}},
    *({"column": name, "contains": ["record(s) downloaded", "Seller ID"]} for name in _NUMBERS),
]
_ORDER_ID = {"first": [{"from": name, "null": ["--"], "optional": True} for name in _NUMBERS]}
_CURRENCY = {"first": [{"currency_of": name, "within": _KEY} for name in ("Total Price", "Sold For")]}
_DAYS = ["%b-%d-%y", "%d-%b-%y", "%b-%d-%y %H:%M:%S", "%d-%b-%y %H:%M:%S"]


def _filled(name: str, **more: object) -> dict[str, object]:
    return {"column": name, "filled": True, "not_equals": ["--"], **more}


_PAID, _SHIPPED, _ITEM = _filled("Paid On Date"), _filled("Shipped On Date"), _filled("Item Number")
# Where the file has no such column, nobody knows.
_NOT_PAID = {"from": "Paid On Date", "extract": "^$", "default": "pending", "optional": True}
_SUMMARY: dict[str, object] = {"column": "Item Number", "matches": "^(--)?$"}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "null": ["--"], "optional": True, **more}


def _of_order(name: str, **more: object) -> dict[str, object]:
    """What one of an order's rows tells of it, be it before or after those of its articles."""
    return _text(name, within=_KEY, **more)


def _site(label: str, at: int, inferred: str = "") -> Signature:
    names = [line[at] or line[0] for line in _NAMES]
    essential = tuple(line[at] or line[0] for line in _NAMES if line[0] in _ESSENTIAL)
    label = f"eBay's orders report ({label})"
    return Signature(label, (*names, *_MORE), all_of=essential, inferred=inferred, prefixes=_PREFIXES)


_LEFT, _ALL_LEFT = ({**rows, "also": _SHIPPED} for rows in (_ITEM, _SUMMARY))
_ORDER: dict[str, object] = {
    "order_id": _ORDER_ID,
    "order_number": _ORDER_ID,
    # Not before all its articles are: of these three words the one that is first in the alphabet counts.
    "status": {"rows": "min", "first": [
        {"const": "shipped", "where": _ALL_LEFT, "within": _KEY},
        {"const": "shipped", "where": [_SUMMARY, _LEFT]},
        {"const": "processing", "where": _PAID, "within": _KEY},
        _NOT_PAID,
    ]},
    "payment_status": {"first": [{"const": "paid", "where": _PAID, "within": _KEY}, _NOT_PAID]},
    "currency": _CURRENCY,
    "total": _text("Total Price", rows="max"),
    "shipping": _text("Shipping And Handling", rows="max"),
    "tax": {"sum": [_text("Seller Collected Tax"), _text("eBay Collected Tax")], "rows": "max", "optional": True},
    **{field: _of_order(name, format=_DAYS) for field, name in (
        ("placed_at", "Sale Date"), ("paid_at", "Paid On Date"), ("ship_by_on", "Ship By Date"),
        ("deliver_by_on", "Maximum Estimated Delivery Date"),
    )},
    **{field: _of_order(name) for field, name in (
        ("payment_method", "Payment Method"), ("service", "Shipping Service"), ("customer_id", "Buyer Username"),
        ("customer_name", "Buyer Name"), ("email", "Buyer Email"), ("note", "Buyer Note"),
        ("ship_name", "Ship To Name"), ("phone", "Ship To Phone"), ("address1", "Ship To Address 1"),
        ("address2", "Ship To Address 2"), ("city", "Ship To City"), ("province", "Ship To State"),
        ("postcode", "Ship To Zip"), ("country", "Ship To Country"),
    )},
}  # fmt: skip
_SHIPPED_AT = {"first": [
    _text("Shipped On Date", format=_DAYS),
    _of_order("Shipped On Date", format=_DAYS, where=_SUMMARY),
]}  # fmt: skip

SOURCE = Source(
    key="ebay_orders",
    label="eBay, orders report",
    platform="ebay",
    decimal="",
    signatures=(
        _site("United States", 0),
        _site("United Kingdom", 1),
        _site("Australia", 2, "the British report and two programs that each read a part of it"),
        _site("Germany", 3, "three programs that each read a part of it"),
        _site("France", 4, "one program that reads a part of it"),
    ),
    records=(
        {"kind": "orders", "one_per": _KEY, "skip_where": _FOOTER, "fields": _ORDER},
        {"kind": "order_lines", "keep_where": [_ITEM], "fields": {
            "order_id": _ORDER_ID,
            "line_id": {"first": [_text("Transaction ID"), {"occurrence_of": ["Item Number"], "within": _KEY}]},
            "sku": _text("Custom Label"),
            "title": {"join": [_text("Item Title"), _text("Variation Details")], "separator": ", "},
            "currency": _CURRENCY,
            "quantity": "Quantity",
            "unit_price": "Sold For",  # of one piece, while a summary row has the sum of all
            "amount": {"product": ["Quantity", "Sold For"]},
            "shipped_at": _SHIPPED_AT,
        }},
        {"kind": "shipments", "needs": ["Tracking Number"], "keep_where": [_filled("Tracking Number")], "fields": {
            "order_id": _ORDER_ID,
            "shipment_id": _text("Tracking Number"),
            "tracking_number": _text("Tracking Number"),
            "service": _of_order("Shipping Service"),
            "status": {"const": "shipped"},
            "shipped_at": _SHIPPED_AT,
        }},
    ),
    aliases={line[0]: tuple(dict.fromkeys(name for name in line[1:] if name)) for line in _NAMES},
)  # fmt: skip
