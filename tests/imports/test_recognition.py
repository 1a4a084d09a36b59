"""No two sources claim each other's files: every layout is recognized as itself, whole, in parts, turned, in capitals.

The layouts are the headers of the sample files, which are genuine or as sure as their sources say they are.
"""

import json
import random

import pytest
from sample_layouts import LAYOUTS

from opsconsole.imports.files import open_table
from opsconsole.imports.recognize import best_fit, score
from opsconsole.imports.source import all_sources, header_names
from opsconsole.imports.tables import FileOptions, head, input_file

_MARGIN = 0.2  # at least so much better than any other source


def header_of(path):
    """The header row of a sample file, as its own source finds it."""
    rows = head(open_table(input_file(path), FileOptions()))
    fit = best_fit(rows, list(all_sources().values()))
    assert fit is not None
    return [name.split(" (")[0] if name.endswith(" (2)") else name for name in fit.names]


def ranked(header):
    """Points and keys of all sources for a header, best first."""
    return sorted(((score(source, header).points, key) for key, source in all_sources().items()), reverse=True)


def check(header, key, margin=_MARGIN):
    (best, winner), (second, other) = ranked(header)[:2]
    assert winner == key, f"{winner} instead of {key}: {best:.2f}"
    assert best - second >= margin, f"{other} comes near: {second:.2f} to {best:.2f}"


def test_every_source_that_tells_files_by_their_header_has_a_sample_file():
    told = {key for key, source in all_sources().items() if not source.on_request}
    assert {key for key in told - {key for _, key in LAYOUTS} if not key.startswith("x12")} == set()


@pytest.mark.parametrize(("path", "key"), LAYOUTS, ids=[path.name for path, _ in LAYOUTS])
def test_a_layout_is_recognized_whole_turned_in_capitals_and_in_parts(path, key):
    source = all_sources()[key]
    if source.on_request:
        pytest.skip("read on request only: another source reads the same files")
    header = header_of(path)
    check(header, key)
    chance = random.Random(path.name)
    turned = list(header)
    chance.shuffle(turned)
    check(turned, key)
    check([name.upper() for name in header], key)
    check([f"  {name} " for name in header], key)
    # What it is told by, and half of the rest.
    fitting = max(source.signatures, key=lambda signature: signature.score(header_names(header)).points)
    needed = header_names(fitting.all_of) | {
        name for name in header_names(header) if fitting.any_prefix and name.startswith(fitting.any_prefix.casefold())
    }
    part = [name for name in header if header_names([name]) <= needed or chance.random() < 0.5]
    check(part, key)
    # Columns of the shop's own beside them.
    check([*header, *(f"Own field {number}" for number in range(len(header) // 2))], key)


_NAMES = {
    "shopify.orders": "shopify_orders", "shopify.inventory": "shopify_inventory",
    "shopify.products": "shopify_products", "shopify.customers": "shopify_customers",
    "amazon.all_orders": "amazon_orders", "amazon.unshipped": "amazon_unshipped",
    "amazon.new_orders": "amazon_new_orders",
    "amazon.fba_manage_inventory": "amazon_fba_inventory", "amazon.fba_returns": "amazon_fba_returns",
    "amazon.fba_inventory_adjustments": "amazon_fba_adjustments",
    "amazon.fba_inventory_received": "amazon_fba_received", "amazon.fba_reimbursements": "amazon_fba_reimbursements",
    "amazon.listings_all": "amazon_listings", "amazon.settlement_v1": "amazon_settlement_v1",
    "amazon.settlement_v2": "amazon_settlement_v2", "amazon.date_range_transaction": "amazon_date_range",
    "woocommerce.products": "woocommerce_products", "woocommerce.orders.analytics": "woocommerce_analytics",
    "woocommerce.orders.webtoffee": "woocommerce_orders", "magento.sales_order_grid": "magento_orders",
    "magento.stock_sources": "magento_stock", "magento.catalog": "magento_products", "ebay.orders": "ebay_orders",
    "etsy.sold_orders": "etsy_orders", "etsy.sold_order_items": "etsy_order_items", "walmart.orders": "walmart_orders",
    "bigcommerce.orders": "bigcommerce_orders", "shipstation.order": "shipstation_orders",
    "shipstation.shipment": "shipstation_shipments", "zendesk.tickets": "zendesk_tickets",
    "fishbowl.sales_order_import.header": "fishbowl_orders", "fedex.billing": "fedex_billing",
    "ups.quantum_view": "ups_quantum_view",
}  # fmt: skip


@pytest.mark.real_data
def test_every_genuine_header_is_recognized_as_what_it_is(genuine):
    layouts = json.loads((genuine.parent / "headers.json").read_text(encoding="utf-8"))
    for name, layout in layouts.items():
        if name == "fishbowl.sales_order_import.item":
            continue  # the second header of the file that begins with the one before
        key = next(key for prefix, key in _NAMES.items() if name.startswith(prefix))
        if not all_sources()[key].on_request:
            check(next(value for value in layout.values() if isinstance(value, list)), key)
