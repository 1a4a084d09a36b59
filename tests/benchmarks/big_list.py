"""A listing of a million rows and twelve columns, as services give large ones: arrays and dictionary codes."""

from typing import Any

import numpy as np

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Coded, Listing
from opsconsole.domain.statuses import EXCEPTION_STATES

FIELDS = (
    Field("severity", "Severity", Kind.SEVERITY, total=Total.COUNT, total_words="rows"),
    Field("type", "Type"),
    Field("order", "Order", Kind.IDENTIFIER),
    Field("channel", "Channel"),
    Field("site", "Site"),
    Field("age", "Age", Kind.DURATION),
    Field("value", "Value", Kind.MONEY, currency="USD", total=Total.SUM),
    Field("quantity", "Quantity", Kind.QUANTITY, total=Total.SUM),
    Field("owner", "Owner", missing="Unassigned", total=Total.MISSING, total_words="without owner"),
    Field("state", "State", Kind.STATE),
    Field("placed_at", "Placed", Kind.INSTANT),
    Field("share", "Share", Kind.PERCENT),
)
_SETS = {
    "severity": ["S1", "S2", "S3", "S4"],
    "type": [
        f"{one} {two}" for one in ("Late", "Stuck", "Missing", "Duplicate") for two in ("order", "scan", "shipment")
    ],
    "channel": ["Amazon", "Shopify", "Walmart", "eBay", "Etsy", "Wholesale"],
    "site": ["Reno 1", "Columbus", "Harbor"],
    "owner": ["Shift A", "Shift B", "Stock desk", "Carrier desk", "Ops manager"],
    "state": list(EXCEPTION_STATES),
}


def listing(rows: int, seed: int = 7) -> Listing:
    """Rows by a fixed seed; one column is different in every row, one is missing in a tenth of them."""
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {
        key: Coded(random.integers(-1 if key == "owner" else 0, len(values), rows, dtype=np.int8), values)
        for key, values in _SETS.items()
    }
    numbers = random.permutation(rows)
    columns["order"] = np.char.add(b"SO-", np.char.zfill(numbers.astype("S7"), 7))
    columns["age"] = random.integers(60, 900_000, rows, dtype=np.int32)
    columns["value"] = random.integers(500, 250_000, rows, dtype=np.int64)
    columns["quantity"] = random.integers(0, 40, rows, dtype=np.int32)
    columns["placed_at"] = random.integers(1_780_000_000, 1_795_000_000, rows, dtype=np.int64) * 1_000_000
    columns["share"] = random.random(rows)
    return Listing(FIELDS, columns, np.arange(rows, dtype=np.int32), 1_795_000_000_000_000)
