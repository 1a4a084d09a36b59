"""A listing made ready to be arranged. Imports NumPy: made in a worker, used from any one thread at a time."""

import threading
from typing import Any

from opsconsole.desktop.table import sums
from opsconsole.desktop.table.arrangement import Arranged, Arrangement
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.order import Order
from opsconsole.domain.listing import Listing


class Arranger:
    """Rows, groups and totals of one listing for any arrangement."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self._order = Order(listing)
        self._lock = threading.Lock()

    def arrange(self, arrangement: Arrangement, formats: Formats) -> Arranged:
        """The rows to show and the totals of those that no filter hides."""
        with self._lock:
            rows = self._order.keep(arrangement)
            totals = sums.totals(self._order, rows, formats)
            return self._order.group(rows, arrangement)._replace(totals=totals)

    def facet(self, key: str) -> list[tuple[Any, int]]:
        """Distinct raw values of a field with their counts, most frequent first; ``None`` stands for missing."""
        with self._lock:
            return self._order.facet(key)
