"""Shopify's customer export: one row per customer; ids, zips and phone numbers have an apostrophe before them."""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Customer ID | First Name | Last Name | Email | Accepts Email Marketing | Default Address Company
    Default Address Address1 | Default Address Address2 | Default Address City | Default Address Province Code
    Default Address Country Code | Default Address Zip | Default Address Phone | Phone | Accepts SMS Marketing
    Total Spent | Total Orders | Note | Tax Exempt | Tags
""")


def _text(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "strip_prefix": "'", "optional": True, **more}


SOURCE = Source(
    key="shopify_customers",
    label="Shopify, customers",
    platform="shopify",
    signatures=(
        Signature(
            "Shopify's customer export", _COLUMNS, all_of=("Customer ID", "Email", "Default Address Country Code"),
        ),
    ),
    records=(
        {"kind": "customers", "fields": {
            "customer_id": {"from": "Customer ID", "strip_prefix": "'"},
            "name": {"join": [_text("First Name"), _text("Last Name")]},
            "email": _text("Email"),
            "phone": {"first": [_text("Phone"), _text("Default Address Phone")]},
            "city": _text("Default Address City"),
            "province": _text("Default Address Province Code"),
            "postcode": _text("Default Address Zip", null=["-"]),
            "country": _text("Default Address Country Code"),
        }},
    ),
)  # fmt: skip
