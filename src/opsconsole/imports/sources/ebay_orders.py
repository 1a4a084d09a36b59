"""eBay's orders report: a blank line, the header, a row of nothing, orders, and at the end how many they are and whose.

An order of one article is one row. One of several is a summary row with buyer, address and money but no article, then a
row per article: counting both counts it twice. Without an order number the sales record number tells the order (nobody
has paid then). Amounts carry their currency, days have no time of day. Every site has its own words, see _NAMES.
"""

from opsconsole.imports.source import Signature, Source, columns

# United States | United Kingdom | Australia | Germany | France; where a name is not known the first one holds.
_NAMES = tuple(
    tuple(name.strip() for name in line.split("|"))
    for line in """
Sales Record Number | Sales record number | Sales Record Number | Verkaufsprotokollnummer | Numéro de vente
Order Number | Order number | Order Number | Bestellnummer | Numéro de commande
Buyer Username | Buyer username | Buyer Username | Nutzername des Käufers | Pseudo de l'acheteur
Buyer Name | Buyer name | Buyer Name | Name des Käufers | Nom de l'acheteur
Buyer Email | Buyer email | Buyer Email | E-Mail des Käufers | E-mail de l'acheteur
Buyer Note | Buyer note | Buyer Note | Nachricht des Käufers | Note de l'acheteur
Ship To Name | Post to name | Post To Name | Name des Empfängers | Nom du destinataire
Ship To Phone | Post to phone | Post To Phone | Telefonnummer des Empfängers | Téléphone du destinataire
Ship To Address 1 | Post to address 1 | Post To Address 1 | Adresse 1 des Empfängers | Adresse 1 du destinataire
Ship To Address 2 | Post to address 2 | Post To Address 2 | Adresse 2 des Empfängers | Adresse 2 du destinataire
Ship To City | Post to city | Post To City | Versand nach - Ort | Ville du destinataire
Ship To State | Post to county | Post To State | Versand nach - Bundesland | Région du destinataire
Ship To Zip | Post to postcode | Post To Postcode | Versand nach - PLZ | Code postal du destinataire
Ship To Country | Post to country | Post To Country | Versand nach - Land | Pays du destinataire
Item Number | Item number | Item Number | Artikelnummer | Numéro de l'objet
Item Title | Item title | Item Title | Angebotstitel | Intitulé de l'objet
Custom Label | Custom label | Custom Label | Bestandseinheit | Étiquette personnalisée
Quantity | Quantity | Quantity | Anzahl | Quantité
Sold For | Sold for | Sold For | Verkauft für | Vendu pour
Shipping And Handling | Postage and packaging | Postage And Handling | Verpackung und Versand | Livraison et manutention
Seller Collected Tax | Seller collected tax | Seller Collected Tax | Vom Verkäufer eingezogene Steuer |
eBay Collected Tax | eBay collected tax | eBay Collected Tax | Von eBay eingezogene Steuer | Taxe perçue par eBay
Total Price | Total price | Total Price | Gesamtbetrag | Prix total
Payment Method | Payment method | Payment Method | Zahlungsmethode | Mode de paiement
Sale Date | Sale date | Sale Date | Verkauft am | Date de vente
Paid On Date | Paid on date | Paid On Date | Zahlungsdatum | Date de paiement
Ship By Date | Post by date | Post By Date | Versenden bis - Datum | Expédier avant le
Maximum Estimated Delivery Date | Maximum estimated delivery date | Maximum Estimated Delivery Date | |
Shipped On Date | Dispatched on date | Posted On Date | Verschickt am - Datum | Date d'expédition
Shipping Service | Delivery service | Postage Service | Versandservice | Service de livraison
Tracking Number | Tracking number | Tracking Number | Sendungsnummer | Numéro de suivi
Transaction ID | Transaction ID | Transaction ID | Transaktionsnummer | Numéro de transaction
Variation Details | Variation details | Variation Details | Variantendetails | Détails de la variante
""".strip().splitlines()
)
_MORE = columns("""
    Buyer Address 1 | Buyer Address 2 | Buyer City | Buyer State | Buyer Zip | Buyer County | Buyer Postcode
    Buyer Country | Buyer Tax Identifier Name | Buyer Tax Identifier Value | Sold Via Promoted Listings | Item Location
    Item Zip Code | Item Postcode | Item Country | eBay Collect And Remit Tax Rate | eBay Collect And Remit Tax Type
    eBay Reference Name | eBay Reference Value | Tax Status | Electronic Waste Recycling Fee | Mattress Recycling Fee
    Battery Recycling Fee | White Goods Disposal Tax | Tire Recycling Fee | Additional Fee | Lumber Fee
    Prepaid Wireless Fee | Road Improvement And Food Delivery Fee | eBay Collected Charges | Commitment Date
    eBay Collected Tax and Fees Included in Total | eBay Collected Tax Included in Total | Feedback Left
    Minimum Estimated Delivery Date | Feedback Received | My Item Note | PayPal Transaction ID | Global Shipping Program
    Global Shipping Reference ID | Click And Collect | Click And Collect Reference Number | eBay Plus
    Authenticity Verification Program | Authenticity Verification Status | Authenticity Verification Outcome Reason
    PSA Vault Program | eBay Vault Program | Vault Fulfillment Type | eBay Fulfillment Program | Tax City | Tax State
    Tax Zip | Tax Country | eBay International Shipping
    Adresse 1 des Käufers | Adresse 2 des Käufers | Wohnort des Käufers | PLZ des Käufers | Land des Käufers
    Verkauft über Anzeigen | Inklusive MwSt.-Satz
""")
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
_NOT_PAID = {
    "from": "Paid On Date",
    "extract": "^$",
    "default": "pending",
    "optional": True,
}  # unknown without a column
_SUMMARY: dict[str, object] = {"column": "Item Number", "matches": "^(--)?$"}


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "null": ["--"], "optional": True, **more}


def _of_order(name: str, **more: object) -> dict[str, object]:
    """What one of an order's rows tells of it, be it before or after those of its articles."""
    return _text(name, within=_KEY, **more)


def _site(label: str, at: int, inferred: str = "") -> Signature:
    names = [line[at] or line[0] for line in _NAMES]
    essential = tuple(line[at] for line in _NAMES if line[0] in _ESSENTIAL)
    return Signature(f"eBay's orders report ({label})", (*names, *_MORE), all_of=essential, inferred=inferred)


_LEFT: object = {**_ITEM, "also": _SHIPPED}
_ALL_LEFT: object = {**_SUMMARY, "also": _SHIPPED}
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
        _site("Australia", 2, "the British report and a program that reads older Australian ones"),
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
    aliases={line[0]: tuple(dict.fromkeys(name for name in line[1:] if name and name != line[0])) for line in _NAMES},
)  # fmt: skip
