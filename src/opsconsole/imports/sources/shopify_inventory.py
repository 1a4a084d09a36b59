"""Shopify's inventory export: one row per variant and location; 17 columns in 2023, 19 since 2024.

The SKU may be blank on every row: then the variant is known by its handle and option values.
"""

from opsconsole.imports.source import Signature, Source, columns

_VARIANT = columns("""
    Handle | Title | Option1 Name | Option1 Value | Option2 Name | Option2 Value | Option3 Name | Option3 Value | SKU
    HS Code | COO | Location
""")
_OF_2023 = columns("Incoming | Unavailable | Committed | Available | On hand")
_OF_2024 = columns("""
    Bin name | Incoming (not editable) | Unavailable (not editable) | Committed (not editable)
    Available (not editable) | On hand (current) | On hand (new)
""")
_ALL_OF = ("Handle", "Location", "Option1 Value", "SKU")

_OPTIONS = [
    # A product without options is exported with the one option "Default Title".
    {"from": "Option1 Value", "null": ["Default Title"]},
    {"from": "Option2 Value", "optional": True},
    {"from": "Option3 Value", "optional": True},
]
_SKU = {
    "first": [
        {"from": "SKU", "strip_prefix": "'"},
        {"join": [{"from": "Handle"}, *_OPTIONS], "separator": "/"},
    ]
}
_TITLE = {"join": [{"from": "Title"}, *_OPTIONS], "separator": " / "}


def _figure(name: str, of_2024: str = "not editable") -> dict[str, object]:
    return {"from": [name, f"{name} ({of_2024})"], "optional": True}


# A variant that a location does not stock says so instead of a number.
_NOT_STOCKED = [
    {"column": name, "equals": ["not stocked"]}
    for name in ("On hand", "On hand (current)", "Available", "Available (not editable)")
]

SOURCE = Source(
    key="shopify_inventory",
    label="Shopify, inventory",
    platform="shopify",
    signatures=(
        Signature("Shopify's inventory export", _VARIANT + _OF_2023, all_of=(*_ALL_OF, "On hand")),
        Signature("Shopify's inventory export", _VARIANT + _OF_2024, all_of=(*_ALL_OF, "On hand (current)")),
    ),
    records=(
        {"kind": "products", "one_per": ["SKU", "Handle", *(f"Option{n} Value" for n in (1, 2, 3))], "fields": {
            "sku": _SKU,
            "title": _TITLE,
            "hs_code": {"from": "HS Code", "strip_prefix": "'", "optional": True},
            "origin_country": {"from": "COO", "optional": True},
        }},
        {"kind": "stock_levels", "skip_where": _NOT_STOCKED, "fields": {
            "sku": _SKU,
            "title": _TITLE,
            "location": "Location",
            "on_hand": _figure("On hand", "current"),
            "allocated": _figure("Committed"),
            "held": _figure("Unavailable"),
            "available": _figure("Available"),
            "inbound": _figure("Incoming"),
            "bin": {"from": "Bin name", "optional": True},
        }},
    ),
    needs_channel=False,
)  # fmt: skip
