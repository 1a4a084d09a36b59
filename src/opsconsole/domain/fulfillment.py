"""Who packs and ships an order."""

# Words of files for orders that a marketplace ships from its own warehouses: its duty, not the seller's.
MARKETPLACE = frozenset(
    {"marketplace", "amazon", "afn", "fba", "wfs", "walmart", "walmart fulfilled", "amazon_na", "amazon_eu", "fbt"}
)
# Kinds of locations whose stock a marketplace handles.
MARKETPLACE_LOCATIONS = frozenset({"marketplace", "marketplace_fulfilled", "fba", "wfs"})
