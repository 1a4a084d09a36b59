"""WooCommerce's own product export: one row per product and per variation, header in the language of the shop.

Units of weight stand in the header. Text that begins with ``=``, ``+``, ``-`` or ``@`` has an apostrophe before it. A
product with variations is not sold itself. A variation that shares its parent's stock says so instead of a number.
"""

from opsconsole.imports.source import Signature, Source, columns

# English | German | French | Spanish; several words where versions differ, separated by slashes.
_NAMES = tuple(
    tuple(tuple(name.strip() for name in names.split(" / ")) for names in line.split("|"))
    for line in """
Type | Typ | Type | Tipo
SKU | Artikelnummer | UGS | SKU
GTIN, UPC, EAN, or ISBN | GTIN, UPC, EAN oder ISBN | GTIN, UPC, EAN ou ISBN | GTIN, UPC, EAN o ISBN
Name | Name | Nom | Nombre
Published | Veröffentlicht | Publié | Publicado
Is featured? | Ist hervorgehoben? / Hervorgehoben? | Mis en avant ? | ¿Está destacado?
Visibility in catalog | Sichtbarkeit im Katalog | Visibilité dans le catalogue | Visibilidad en el catálogo
Short description | Kurzbeschreibung | Description courte | Descripción corta
Description | Beschreibung | Description | Descripción
Tax status | Steuerstatus | État de la TVA | Estado del impuesto
Tax class | Steuerklasse | Classe de TVA | Clase de impuesto
In stock? | Vorrätig? / Auf Lager? | En stock ? | ¿En inventario? / ¿Existencias?
Stock | Lager / Bestand / Lagerbestand | Stock | Inventario
Low stock amount | Geringe Lagermenge | Montant de stock faible | Cantidad de bajo inventario
Sale price | Angebotspreis | Tarif promo / Prix promo | Precio rebajado
Regular price | Regulärer Preis / Normaler Preis | Tarif régulier / Prix régulier | Precio normal / Precio regular
Categories | Kategorien | Catégories | Categorías
Tags | Schlagwörter | Étiquettes | Etiquetas
Shipping class | Versandklasse | Classe d'expédition | Clase de envío
Images | Bilder | Images | Imágenes
Parent | Übergeordnetes Produkt | Parent | Superior
External URL | Externe URL | URL externe | URL externa
""".strip().splitlines()
)
_MORE = columns("""
    ID | Date sale price starts | Date sale price ends | Backorders allowed? | Sold individually? | Button text
    Allow customer reviews? | Purchase note | Download limit | Download expiry days | Grouped products | Upsells
    Cross-sells | Position | Brands | Datum, an dem Angebotspreis beginnt | Datum, an dem Angebotspreis endet
    Lieferrückstände erlaubt? | Rückstände erlaubt? | Nur einzeln verkaufen? | Kundenrezensionen erlauben?
    Kundenbewertungen erlauben? | Hinweis zum Kauf | Download-Limit | Downloadlimit | Ablauftage des Downloads
    Gruppierte Produkte | Zusatzverkäufe | Cross-Sells | Cross-Sells (Querverkäufe) | Button-Text | Marken
    Date de début de promo | Date de fin de promo | Autoriser les commandes de produits en rupture ? | Marques
    Vendre individuellement ? | Autoriser les avis clients ? | Note de commande | Limite de téléchargement
    Jours d'expiration du téléchargement | Groupes de produits | Produits suggérés | Ventes croisées
    Libellé du bouton | Día en que empieza el precio rebajado | Día en que termina el precio rebajado
    ¿Permitir reservas de productos agotados? | ¿Vendido individualmente? | ¿Permitir valoraciones de clientes?
    Nota de compra | Límite de descargas | Días de caducidad de la descarga | Productos agrupados | Ventas dirigidas
    Ventas cruzadas | Texto del botón | Posición | Marcas
""")
_WEIGHT = ("Weight", "Gewicht", "Poids", "Peso")
_GRAMS = {"kg": "1000", "g": "1", "lbs": "453.59237", "oz": "28.349523125"}
_SIZES = tuple(
    f"{name} ({unit})"
    for name in ("Length", "Width", "Height", "Länge", "Breite", "Höhe", "Longueur", "Largeur", "Hauteur", "Longitud",
                 "Anchura", "Altura")
    for unit in ("m", "cm", "mm", "in", "yd")
)  # fmt: skip
_WEIGHTS = tuple(f"{name} ({unit})" for name in _WEIGHT for unit in _GRAMS)
_NUMBERED = (
    "Attribute ", "Attribut ", "Atributo ", "Nom de l'attribut ", "Valeur(s) de l'attribut ", "Nombre del atributo ",
    "Valor(es) del atributo ", "Download ", "Téléchargement ", "Descarga ",
)  # fmt: skip
_ESSENTIAL = {"SKU", "Name", "Published", "Regular price"}
_NOT_SOLD = [{"column": "Type", "startswith": ["variable", "grouped", "external"]}]


def _language(label: str, at: int) -> Signature:
    names = [name for line in _NAMES for name in line[at]]
    essential = tuple(line[at][0] for line in _NAMES if line[0][0] in _ESSENTIAL)
    known = (*names, *_WEIGHTS, *_SIZES, *_MORE)
    return Signature(f"WooCommerce's product export ({label})", known, all_of=essential, prefixes=_NUMBERED)


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


_SKU = {"first": [_text("SKU"), {"join": [{"const": "id:"}, {"from": "ID"}], "separator": ""}]}
_WEIGHT_GRAMS = {"first": [
    {"from": [f"{name} ({unit})" for name in _WEIGHT], "scale": grams, "round": 1, "optional": True}
    for unit, grams in _GRAMS.items()
]}  # fmt: skip

SOURCE = Source(
    key="woocommerce_products",
    label="WooCommerce, products",
    platform="woocommerce",
    decimal="",
    signatures=tuple(_language(label, at) for at, label in enumerate(("English", "German", "French", "Spanish"))),
    records=(
        {"kind": "products", "skip_where": _NOT_SOLD, "fields": {
            "sku": _SKU,
            "title": _text("Name"),
            "category": _text("Categories"),
            "barcode": _text("GTIN, UPC, EAN, or ISBN"),
            "list_price": _text("Regular price"),
            "weight_grams": _WEIGHT_GRAMS,
            "active": _text("Published", map={"1": "true", "0": "false", "-1": "false"}),
        }},
        {"kind": "listings", "skip_where": _NOT_SOLD, "fields": {
            "sku": _SKU,
            "title": _text("Name"),
            "price": {"first": [_text("Sale price"), _text("Regular price")]},
            "quantity": _text("Stock", null=["parent"]),
            "status": _text("Published", map={"1": "active", "0": "inactive", "-1": "draft"}),
        }},
    ),
    aliases={line[0][0]: tuple(name for names in line[1:] for name in names if name != line[0][0]) for line in _NAMES},
)  # fmt: skip
