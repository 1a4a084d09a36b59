"""A listing made ready to be arranged. Imports NumPy: made in a worker, used from any one thread at a time."""

import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.table import sums
from opsconsole.desktop.table.arrangement import Arranged, Arrangement
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.order import Mask, Order
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress, aside, rest

if TYPE_CHECKING:
    from opsconsole.services.splicing import Reread


# Seconds in which rows that were just placed are painted: what nobody waits for yet begins afterwards.
_PAINTED = 0.15


class Arranger:
    """Rows, groups and totals of one listing for any arrangement."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self._order = Order(listing)
        self._lock = threading.Lock()
        self._of_all: tuple[Formats, Mapping[str, tuple[str, str]]] | None = None

    def arrange(self, arrangement: Arrangement, formats: Formats) -> Arranged:
        """The rows to show and the totals of those that no filter hides."""
        with self._lock:
            mask = self._order.mask(arrangement)
            rows = self._order.sorted(arrangement.sort, mask)
            totals = self._totals(mask, formats)
            return self._order.group(rows, arrangement)._replace(totals=totals)

    def _totals(self, mask: Mask | None, formats: Formats) -> Mapping[str, tuple[str, str]]:
        if mask is not None:
            return sums.totals(self._order, mask, formats)
        if self._of_all is None or self._of_all[0] != formats:
            self._of_all = (formats, sums.totals(self._order, None, formats))
        return self._of_all[1]

    def prepare(self, arrangement: Arrangement, formats: Formats, facets: Iterable[str] = ()) -> None:
        """Do beforehand, in a worker, what the first arrangements and choices will ask for."""
        self.arrange(arrangement, formats)
        for key in facets:
            if any(field.key == key for field in self.listing.fields):
                self.facet(key)

    def warm(self, progress: Progress) -> None:
        """Make what the first letter typed will look through; stops where it is when nobody waits for it any more.

        Nobody who arranges or asks for a facet waits meanwhile, and the window has its turns between.
        """
        with aside(progress):
            rest(_PAINTED)
            for key in self._order.searched():
                progress.step(0, 0, "")
                made = self._order.make_searchable(key)
                with self._lock:
                    self._order.keep_searchable(key, made)

    def spliced(self, reread: "Reread") -> "Arranger":
        """The arranger of a listing of which a few rows were read again: what was made of the others is kept."""
        made = Arranger(reread.listing)
        with self._lock:
            made._order.take_over(self._order, reread)
        return made

    def facet(self, key: str) -> list[tuple[Any, int]]:
        """Distinct raw values of a field with their counts, most frequent first; ``None`` stands for missing."""
        with self._lock:
            return self._order.facet(key)
