"""What the database knows of a column's values: SKUs of the item master, orders, locations, vendors ..."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.imports.proposals.profile import Profile
from opsconsole.store.database import Database
from opsconsole.store.schema import customers, locations, orders, products, purchase_orders, shipments, vendors

_MOST_TEXTS = 100  # of a column are looked up

# What looks so for more than this share of its values holds no keys.
_NO_KEYS = {"date": 0.5, "long": 0.3, "flag": 0.9, "money": 0.5, "time": 0.5, "negative": 0.1}

_LOOKED_UP: Mapping[str, Any] = {
    "sku": products.c.sku,
    "order_id": orders.c.order_id,
    "order_number": orders.c.order_number,
    "po_number": purchase_orders.c.po_number,
    "tracking_number": shipments.c.tracking_number,
    "location": locations.c.key,
    "vendor_key": vendors.c.key,
    "customer_id": customers.c.customer_id,
}


def known_values(database: Database, columns: Sequence[Profile]) -> dict[str, dict[str, float]]:
    """For each column that could hold keys, the share of its values that the database knows as what."""
    found: dict[str, dict[str, float]] = {}
    with database.read() as connection:
        for column in columns:
            if column.distinct < 2 or any(column.look(name) > share for name, share in _NO_KEYS.items()):
                continue
            if column.look("fraction") > 0.5 and column.look("integer") < 0.5:
                continue
            texts = list(column.counts)[:_MOST_TEXTS]
            shares = {
                what: share for what, key in _LOOKED_UP.items() if (share := _share(connection, key, texts)) > 0.2
            }
            if shares:
                found[column.name] = shares
    return found


def _share(connection: Connection, key: Any, texts: Sequence[str]) -> float:
    spoken = {form for text in texts for form in (text, text.lstrip("#'"))}
    known = set(connection.execute(select(key).where(key.in_(spoken)).distinct()).scalars())
    return sum(text in known or text.lstrip("#'") in known for text in texts) / len(texts)
