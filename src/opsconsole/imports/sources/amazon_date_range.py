"""Amazon's Date Range report: lines of words, then one row per transaction with its amounts side by side.

The currency stands in those words only, or follows from the site. Times are of the marketplace or of UTC, written
``Sep 30, 2026 8:45:12 PM PDT`` in America, ``30.09.2026 20:45:12 UTC`` and the like elsewhere. European sites translate
names, types and months, see _TABLE; in Australia ``17 July 2026 4:26:32 pm GMT+9``. What is deferred is no money yet
and comes again once it is released; a transfer is the payout of its settlement.

A settlement posts a transaction when its money is released, which may be weeks after the transaction: by the day of its
release the two reports tell the same refund, by the day of the transaction hardly ever.
"""

from collections.abc import Sequence

from opsconsole.imports.source import Signature, Source, columns

# English | Germany | France | Spain | Italy | Netherlands, a semicolon between columns; several names of one site are
# separated by a slash with blanks around it.
_TABLE = """
date/time | Datum/Uhrzeit | date/heure | fecha y hora | Data/Ora: / Data/Ora | datum/tijd
; settlement id | Abrechnungsnummer | numéro de versement / Identifiant du paiement | identificador de pago
    | Numero pagamento | schikkings-ID
; type | Typ | type | tipo | Tipo | type; sku | SKU | sku | sku | SKU | sku
; order id | Bestellnummer | numéro de la commande | número de pedido | Numero ordine | bestelnummer
; description | Beschreibung | description | descripción | Descrizione | beschrijving
; quantity | Menge | quantité | cantidad | Quantità | aantal
; marketplace | Marketplace | Marketplace / site de vente | web de Amazon | Marketplace | marketplace
; account type | Kontotyp | type de compte | tipo de cuenta | Tipo di account | accounttype
; fulfillment / fulfilment | Versand | traitement | gestión logística | Gestione | fulfillment
; order city | Ort der Bestellung | ville d'où provient la commande | ciudad de procedencia del pedido
    | Città di provenienza dell'ordine | bestelling stad
; order state | Bundesland | Région d'où provient la commande | comunidad autónoma de procedencia del pedido
    | Provincia di provenienza dell'ordine | status bestelling
; order postal | Postleitzahl | code postal de la commande | código postal de procedencia del pedido | CAP dell'ordine
    | bestelling per post
; tax collection model | Steuererhebungsmodell | Modèle de perception des taxes
    | Formulario de recaudación de impuestos | modello di riscossione delle imposte |
; product sales | Umsätze | ventes de produits | ventas de productos | Vendite | verkoop van producten
; product sales tax | Produktumsatzsteuer | Taxes sur la vente des produits / taxe de ventes prélevée
    | impuesto de ventas de productos | imposta sulle vendite dei prodotti | geïnde omzetbelasting
; shipping credits / postage credits | Gutschrift für Versandkosten | crédits d'expédition | abonos de envío
    | Accrediti per le spedizioni | Verzendtegoeden
; shipping credits tax | Steuer auf Versandgutschrift | taxe sur les crédits d'expédition
    | impuestos por abonos de envío | imposta accrediti per le spedizioni |
; gift wrap credits | Gutschrift für Geschenkverpackung | crédits sur l'emballage cadeau
    | abonos de envoltorio para regalo | Accrediti per confezioni regalo | kredietpunten cadeauverpakking
; giftwrap credits tax | Steuer auf Geschenkverpackungsgutschriften | Taxes sur les crédits cadeaux
    | giftwrap credits tax | imposta sui crediti confezione regalo |
; promotional rebates | Rabatte aus Werbeaktionen | Rabais promotionnels / Total des réductions
    | devoluciones promocionales | Sconti promozionali | promotiekortingen
; promotional rebates tax | Steuer auf Aktionsrabatte | Taxes sur les remises promotionnelles
    | promotional rebates tax | imposta sugli sconti promozionali |
; marketplace withheld tax | Einbehaltene Steuer auf Marketplace | Taxes retenues sur le site de vente
    | impuesto retenido en el sitio web | trattenuta IVA del marketplace | Belasting voor marketplace-facilitator
; selling fees | Verkaufsgebühren | frais de vente | tarifas de venta | Commissioni di vendita | verkoopkosten
; fba fees / fulfilment by amazon fees | Gebühren zu Versand durch Amazon
    | Frais Expédié par Amazon / Frais pour le service Expédié par Amazon
    | tarifas de Logística de Amazon | Costi del servizio Logistica di Amazon | fba-vergoedingen
; other transaction fees | Andere Transaktionsgebühren | autres frais de transaction | tarifas de otras transacciones
    | Altri costi relativi alle transazioni | overige transactiekosten
; other | Andere | autre | otro | Altro | overige; total | Gesamt | total | total | totale | totaal
; Transaction Status | Transaktionsstatus | Statut de la transaction | Estado de la transacción
    | Stato della transazione | Transactiestatus
"""
_NAMES = tuple(
    tuple(tuple(name.strip() for name in site.split(" / ") if name.strip()) for site in line.split("|"))
    for line in _TABLE.split(";")
)
_RELEASED = "Transaction Release Date"
# India's: the tax on what was sold, and what Amazon withholds of it and of the seller's income.
_GST = "Total sales tax liable(GST before adjusting TCS)"
_WITHHELD = {
    "TCS-CGST": "Tax collected at source (CGST)",
    "TCS-SGST": "Tax collected at source (SGST)",
    "TCS-IGST": "Tax collected at source (IGST)",
    "TDS (Section 194-O)": "Tax deducted at source (section 194-O)",
}
_MORE = (
    *columns("Regulatory Fee | Tax On Regulatory Fee | sales tax collected | low value goods"),
    *(_GST, *_WITHHELD, _RELEASED),
)
_ESSENTIAL = ("date/time", "settlement id", "type", "order id", "product sales", "selling fees", "total")
_FORMS = {"format": [
    "%b %d, %Y %I:%M:%S %p%z", "%d %b %Y %H:%M:%S%z", "%d.%m.%Y %H:%M:%S%z", "%d/%m/%Y %H:%M:%S%z",
    "%d/%b/%Y %H.%M.%S%z", "%Y-%m-%d %I:%M:%S %p%z", "%d %b %Y %I:%M:%S %p%z",
]}  # fmt: skip
_WHEN = {"from": "date/time", **_FORMS}
_REFUND = [
    {"column": "type", "contains": ["refund", "chargeback", "a-to-z"]},
    {"column": "type", "startswith": ["Erstattung", "Remboursement", "Reembolso", "Rimborso", "Terugbetaling"]},
]
# Amazon's help calls it "zurückgestellt", "diferida" and "differita"; French and Dutch are guessed. A word that is
# neither among these nor among those of _FREE is told in the report.
_HELD = (
    *("Deferred", "Zurückgestellt", "Différé", "Différée", "Diferido", "Diferida", "Differito", "Differita"),
    "Uitgesteld",
)
_FREE = (
    *("Released", "Freigegeben", "Libéré", "Libérée", "Débloqué", "Débloquée", "Liberado", "Liberada"),
    *("Sbloccato", "Sbloccata", "Rilasciato", "Rilasciata", "Vrijgegeven"),
)
_DEFERRED = {"column": "Transaction Status", "equals": list(_HELD)}
_TRANSFER = {"column": "type", "equals": [
    "Transfer", "Übertrag", "Transfert", "Transferir", "Trasferimento", "Overboeking",
]}  # fmt: skip
_STORAGE = ("storage", "lagergebühr", "frais de stock", "tarifas de inventario", "stoccaggio", "opslag")
_GIVEN = ("reimbursement", "erstattung", "remboursement", "reembolso", "rimborso")
_ADVERTISING = ("advertising", "werbekosten", "publicité", "publicidad", "pubblicità")
_FEES = ("fee", "gebühr", "frais", "tarif", "commission", "subscription", "abonnement")
_SITES = {
    **dict.fromkeys(("amazon.de", "amazon.fr", "amazon.es", "amazon.it", "amazon.nl", "amazon.ie"), "EUR"),
    "amazon.com.be": "EUR", "amazon.co.uk": "GBP", "amazon.se": "SEK", "amazon.pl": "PLN", "amazon.in": "INR",
}  # fmt: skip
_POSTAGE = ("shipping credits", "postage credits")
# What the buyer paid or gets back, in words; the columns after it may be missing from older reports.
_BUYERS: dict[str, tuple[str, Sequence[str]]] = {
    "Product sales": ("sale", ("product sales",)),
    "Shipping": ("sale", _POSTAGE),
    "Gift wrap": ("sale", ("gift wrap credits",)),
    "Product tax": ("tax", ("product sales tax",)),
    "Sales tax": ("tax", ("sales tax collected",)),
    "GST": ("tax", (_GST,)),
    "Shipping tax": ("tax", ("shipping credits tax",)),
    "Gift wrap tax": ("tax", ("giftwrap credits tax",)),
    "Regulatory fee": ("tax", ("Regulatory Fee",)),
    "Tax on the regulatory fee": ("tax", ("Tax On Regulatory Fee",)),
    "Promotion": ("promotion", ("promotional rebates",)),
    "Tax on the promotion": ("promotion", ("promotional rebates tax",)),
}
_BACK = {"const": "refund", "where": _REFUND}
_INFERRED = "the lists of names in four programs that read it"


def _site(label: str, at: int, inferred: str = "") -> Signature:
    """A site's layout; ``at`` is its place in the table, what it has no name for is as in English."""
    names = [name for line in _NAMES for name in (line[at] or line[0])]
    # Of several names of a column any one will do: it is not asked for.
    essential = tuple((line[at] or line[0])[0] for line in _NAMES if line[0][0] in _ESSENTIAL and len(line[at]) == 1)
    return Signature(f"Amazon's Date Range report ({label})", (*names, *_MORE), all_of=essential, inferred=inferred)


def _is(kind: str, column: str, *words: str) -> dict[str, object]:
    return {"const": kind, "where": {"column": column, "contains": list(words)}}


def _amount(names: Sequence[str], kind: Sequence[object], description: object) -> dict[str, object]:
    """The entries of one amount column; zero is no entry."""
    keep = [{"column": name, "matches": "[1-9]"} for name in names]
    return {"kind": "marketplace_entries", "keep_where": keep, "skip_where": [_DEFERRED, _TRANSFER], "fields": {
        "statement_id": "settlement id",
        "order_id": "order id",
        "sku": "sku",
        "kind": {"first": list(kind)},
        "transaction_type": "type",
        "description": description,
        "quantity": "quantity",
        "amount": {"from": list(names), "optional": True},
        "posted_at": _WHEN,
        "precedence": {"const": "3"},
    }}  # fmt: skip


SOURCE = Source(
    key="amazon_date_range",
    label="Amazon, date range transactions",
    platform="amazon",
    decimal="",
    signatures=(
        _site("in English", 0),
        _site("Germany", 1, _INFERRED),
        _site("France", 2, _INFERRED),
        _site("Spain", 3, _INFERRED),
        _site("Italy", 4, _INFERRED),
        _site("Netherlands", 5, _INFERRED),
    ),
    records=(
        {"kind": "payouts", "one_per": ["settlement id"], "keep_where": [_TRANSFER], "skip_where": [
            _DEFERRED, {"column": "settlement id", "filled": False},
        ], "fields": {
            "statement_id": "settlement id",
            "amount": {"from": "total", "scale": "-1", "rows": "sum"},
            "deposited_at": _WHEN,
        }},
        *(_amount(names, [_BACK, {"const": kind}], {"const": words}) for words, (kind, names) in _BUYERS.items()),
        _amount(["marketplace withheld tax"], [{"const": "tax"}], {"const": "Tax withheld by the marketplace"}),
        *(_amount([name], [{"const": "tax"}], {"const": words}) for name, words in _WITHHELD.items()),
        _amount(["low value goods"], [{"const": "tax"}], {"const": "Tax on low value goods"}),
        _amount(["selling fees"], [{"const": "fee"}], {"const": "Selling fees"}),
        _amount(["fba fees"], [_is("storage", "description", *_STORAGE), {"const": "fulfillment"}],
                {"const": "FBA fees"}),
        _amount(["other transaction fees"], [_is("advertising", "description", *_ADVERTISING), {"const": "fee"}],
                {"const": "Other transaction fees"}),
        _amount(["other"], [
            _is("reimbursement", "description", *_GIVEN),
            _is("reimbursement", "type", "reimbursement"),
            _is("storage", "description", *_STORAGE),
            _is("storage", "type", *_STORAGE[1:]),
            _is("advertising", "description", *_ADVERTISING),
            _is("fulfillment", "type", "fba", "durch amazon", "par amazon", "de amazon", "di amazon"),
            _is("fee", "type", *_FEES, "shipping services"),
            _is("fee", "description", "subscription", "abonnement"),
            {"const": "other"},
        ], "description"),
        {"kind": "refunds", "one_per": ["order id"], "one_per_field": "refund_id", "keep_where": _REFUND,
         "skip_where": [_DEFERRED, {"column": "order id", "filled": False}], "fields": {
            "order_id": "order id",
            # As in the settlements.
            "refund_id": {"join": [
                {"from": "settlement id"}, {"from": "sku"},
                {"first": [{"day_of": _RELEASED, "optional": True, **_FORMS}, {"day_of": "date/time"}]},
            ], "separator": "/"},
            "sku": "sku",
            "amount": {"sum": [
                {"from": list(names), "scale": "-1", "optional": True} for _, names in _BUYERS.values()
            ], "rows": "sum"},
            "reason": "type",
            "refunded_at": {**_WHEN, "rows": "max"},
        }},
    ),
    currency_said=r"(?:amounts|Beträge|montants|importes|importi|bedragen)\b[^A-Z]*\b([A-Z]{3})\b",
    currency_of=("marketplace", _SITES),
    own_words=("Transaction Status", (*_HELD, *_FREE), "What has such a status counts as released; if it is deferred, "
               "it is no money yet."),
    aliases={line[0][0]: tuple(dict.fromkeys(name for site in line for name in site if name != line[0][0]))
             for line in _NAMES},
    lacks="A date range report tells nothing of reserves, so that its entries may differ from a payout; where a "
    "settlement of the same statement is imported, the settlement's entries count instead. Deferred transactions are "
    "left out until they are released.",
)  # fmt: skip
