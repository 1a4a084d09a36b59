"""Amazon's All Listings report: what the marketplace offers, whose stock it is and what it believes can be sold.

The quantity is empty, not zero, where Amazon itself fulfills (``AMAZON_NA``, ``AMAZON_EU`` ...); ``DEFAULT`` is
ourselves. The character set is the marketplace's, also within descriptions, so that the whole file decides.
"""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    item-name | item-description | listing-id | seller-sku | price | quantity | open-date | image-url
    item-is-marketplace | product-id-type | zshop-shipping-fee | item-note | item-condition | zshop-category1
    zshop-browse-path | zshop-storefront-feature | asin1 | asin2 | asin3 | will-ship-internationally
    expedited-shipping | zshop-boldface | product-id | bid-for-featured-placement | add-delete | pending-quantity
    fulfillment-channel | merchant-shipping-group | status
""")

SOURCE = Source(
    key="amazon_listings",
    label="Amazon, all listings",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's All Listings report",
            _COLUMNS,
            all_of=("item-name", "listing-id", "seller-sku", "price", "quantity", "fulfillment-channel"),
        ),
    ),
    records=(
        {"kind": "products", "one_per": ["seller-sku"], "fields": {"sku": "seller-sku", "title": "item-name"}},
        {"kind": "listings", "fields": {
            "sku": "seller-sku",
            "title": "item-name",
            "price": "price",
            "quantity": "quantity",
            "fulfilled_by": {
                "const": "amazon", "where": {"column": "fulfillment-channel", "startswith": ["AMAZON", "AFN"]},
            },
            "status": {"from": "status", "optional": True, "default": "active", "map": {
                "active": "active", "inactive": "inactive", "incomplete": "draft", "blocked": "suppressed",
            }},
        }},
    ),
    file=UNQUOTED,
)  # fmt: skip
