"""Adobe Commerce's product export: one row per product, further rows for store views that override some of its texts.

Configurable, bundled and grouped products are not on a shelf themselves. Attributes and extensions add columns. The
unit of weights is a setting of the shop and not in the file, so weights are left out.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    sku | store_view_code | attribute_set_code | product_type | categories | categories_store_name
    categories_position | category_ids | product_websites | name | description | short_description | weight
    product_online | tax_class_name | visibility | price | special_price | special_price_from_date
    special_price_to_date | url_key | meta_title | meta_keywords | meta_description | base_image | base_image_label
    small_image | small_image_label | thumbnail_image | thumbnail_image_label | swatch_image | swatch_image_label
    created_at | updated_at | new_from_date | new_to_date | display_product_options_in | map_price | msrp_price
    map_enabled | gift_message_available | custom_design | custom_design_from | custom_design_to
    custom_layout_update | page_layout | product_options_container | msrp_display_actual_price_type
    country_of_manufacture | qty | out_of_stock_qty | use_config_min_qty | is_qty_decimal | allow_backorders
    use_config_backorders | min_cart_qty | use_config_min_sale_qty | max_cart_qty | use_config_max_sale_qty
    is_in_stock | notify_on_stock_below | use_config_notify_stock_qty | manage_stock | use_config_manage_stock
    use_config_qty_increments | qty_increments | use_config_enable_qty_inc | enable_qty_increments
    is_decimal_divided | website_id | related_skus | related_position | crosssell_skus | crosssell_position
    upsell_skus | upsell_position | additional_images | additional_image_labels | hide_from_product_page
    custom_options | additional_attributes | bundle_price_type | bundle_sku_type | bundle_price_view
    bundle_weight_type | bundle_values | bundle_shipment_type | associated_skus | configurable_variations
    configurable_variation_labels | downloadable_links | downloadable_samples
""")
_NOT_GOODS = [
    {"column": "product_type", "equals": ["configurable", "bundle", "grouped"]},
    {"column": "store_view_code", "filled": True},
]


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "optional": True, **more}


SOURCE = Source(
    key="magento_products",
    label="Adobe Commerce, products",
    platform="magento",
    signatures=(
        Signature(
            "Adobe Commerce's product export", _COLUMNS,
            all_of=("sku", "store_view_code", "attribute_set_code", "product_type"),
        ),
    ),
    records=(
        {"kind": "products", "skip_where": _NOT_GOODS, "fields": {
            "sku": "sku",
            "title": _text("name"),
            "category": _text("categories"),
            "list_price": _text("price"),
            "origin_country": _text("country_of_manufacture"),
            "active": _text("product_online", map={"1": "true", "2": "false"}),
        }},
        {"kind": "listings", "skip_where": _NOT_GOODS, "fields": {
            "sku": "sku",
            "title": _text("name"),
            "price": {"first": [_text("special_price"), _text("price")]},
            "quantity": _text("qty"),
            "status": _text("product_online", map={"1": "active", "2": "inactive"}),
        }},
    ),
)  # fmt: skip
