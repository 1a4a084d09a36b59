"""Shopify's product export: one row per variant, the title only on a product's first; further rows are only images.

Three layouts by name: the classic one, the one of 2023 with costs, status and prices per market, and the new names of
2024. The SKU may be blank: then the variant is known by handle and options, as in the inventory export. It is also what
the channel lists; its quantity is only there for shops with one location.
"""

from opsconsole.imports.source import Signature, Source, columns

_CLASSIC = columns("""
    Handle | Title | Body (HTML) | Vendor | Product Category | Type | Tags | Published | Option1 Name | Option1 Value
    Option2 Name | Option2 Value | Option3 Name | Option3 Value | Variant SKU | Variant Grams
    Variant Inventory Tracker | Variant Inventory Qty | Variant Inventory Policy | Variant Fulfillment Service
    Variant Price | Variant Compare At Price | Variant Requires Shipping | Variant Taxable | Variant Barcode | Image Src
    Image Position | Image Alt Text | Gift Card | SEO Title | SEO Description
    Google Shopping / Google Product Category | Google Shopping / Gender | Google Shopping / Age Group
    Google Shopping / MPN | Google Shopping / AdWords Grouping | Google Shopping / AdWords Labels
    Google Shopping / Condition | Google Shopping / Custom Product | Google Shopping / Custom Label 0
    Google Shopping / Custom Label 1 | Google Shopping / Custom Label 2 | Google Shopping / Custom Label 3
    Google Shopping / Custom Label 4 | Variant Image | Variant Weight Unit | Variant Tax Code | Cost per item | Status
""")
_OF_2024 = columns("""
    Title | URL handle | Description | Vendor | Product category | Type | Tags | Published on online store | Status
    SKU | Barcode | Option1 name | Option1 value | Option1 Linked To | Option2 name | Option2 value | Option2 Linked To
    Option3 name | Option3 value | Option3 Linked To | Price | Compare-at price | Cost per item | Charge tax | Tax code
    Unit price total measure | Unit price total measure unit | Unit price base measure | Unit price base measure unit
    Inventory tracker | Inventory quantity | Continue selling when out of stock | Weight value (grams)
    Weight unit for display | Requires shipping | Fulfillment service | Product image URL | Image position
    Image alt text | Variant image URL | Gift card | SEO title | SEO description
""")
# Prices per market, by the names that the shop gave its markets; columns for Google.
_MARKETS = ("Included / ", "Price / ", "Compare At Price / ", "Compare-at price / ", "Google Shopping / ")
_HANDLE = ["Handle", "URL handle"]
_OPTIONS = [
    {"from": "Option1 Value", "null": ["Default Title"]},
    {"from": "Option2 Value", "optional": True},
    {"from": "Option3 Value", "optional": True},
]
_SKU = {
    "first": [
        {"from": ["Variant SKU", "SKU"], "strip_prefix": "'"},
        {"join": [{"from": _HANDLE}, *_OPTIONS], "separator": "/"},
    ]
}
# A variant has a price; a row without one is one more image.
_VARIANTS = [{"column": "Variant Price", "filled": True}, {"column": "Price", "filled": True}]


def _of_product(*names: str, **more: object) -> dict[str, object]:
    """A value that only the first row of a product has."""
    return {"first": [
        {"from": list(names), "within": [handle], "optional": True, **more} for handle in _HANDLE
    ]}  # fmt: skip


def _either(*names: str, **more: object) -> dict[str, object]:
    return {"from": list(names), "optional": True, **more}


_TITLE = {"join": [_of_product("Title"), *_OPTIONS], "separator": " / "}
_PRICE = ("Variant Price", "Price")

SOURCE = Source(
    key="shopify_products",
    label="Shopify, products",
    platform="shopify",
    signatures=(
        Signature(
            "Shopify's product export", _CLASSIC, all_of=("Handle", "Title", "Variant SKU", "Variant Price"),
            prefixes=_MARKETS,
        ),
        Signature(
            "Shopify's product export", _OF_2024, all_of=("URL handle", "Title", "SKU", "Price"), prefixes=_MARKETS,
        ),
    ),
    records=(
        {"kind": "products", "keep_where": _VARIANTS, "fields": {
            "sku": _SKU,
            "title": _TITLE,
            "category": _of_product("Product Category", "Type"),
            "barcode": _either("Variant Barcode", "Barcode", strip_prefix="'"),
            "unit_cost": _either("Cost per item"),
            # What is struck out is the list price; without it the price is.
            "list_price": {"first": [_either("Variant Compare At Price", "Compare-at price"), _either(*_PRICE)]},
            "weight_grams": _either("Variant Grams", "Weight value (grams)"),
        }},
        {"kind": "listings", "keep_where": _VARIANTS, "fields": {
            "sku": _SKU,
            "title": _TITLE,
            "price": _either(*_PRICE),
            "quantity": _either("Variant Inventory Qty", "Inventory quantity"),
            "fulfilled_by": _either("Variant Fulfillment Service", "Fulfillment service", null=["manual"]),
            "status": {"first": [
                _of_product("Status", lower=True),
                _of_product("Published", map={"true": "active", "false": "inactive"}),
            ]},
        }},
    ),
)  # fmt: skip
