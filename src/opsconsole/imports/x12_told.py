"""What an X12 file says besides its records: gathered row by row while they are read, to be told at the end."""

from opsconsole.domain import wording
from opsconsole.imports.x12 import Transaction
from opsconsole.imports.x12_invoices import difference
from opsconsole.imports.x12_orders import Schedules
from opsconsole.imports.x12_replaced import Anew
from opsconsole.imports.x12_rows import Row

_MOST_NAMED = 20


class Told:
    """Filled with all rows and transactions of a file, in their order."""

    def __init__(self) -> None:
        self.anew = Anew()
        self._ahead = 0
        self._schedules = Schedules()
        self._unlike: list[str] = []
        self._more_unlike = 0

    def add(self, row: Row) -> None:
        """Take note of a row."""
        self._ahead += row.cells["row"] in ("estimate", "appointment")
        self._schedules.add(row)
        self.anew.add(row)

    def add_transaction(self, one: Transaction) -> None:
        """Take note of a transaction that is whole."""
        unlike = difference(one) if one.kind == "810" else None
        if unlike and len(self._unlike) == _MOST_NAMED:
            self._more_unlike += 1
        elif unlike:
            number, found, told = unlike
            self._unlike.append(f"The lines of invoice {number} come to {found:,.2f}, it says {told:,.2f}.")

    def notes(self) -> list[str]:
        """What is no scan, what comes in parts, and what figures do not agree."""
        said = []
        if self._ahead:
            statuses = wording.plural(self._ahead, "status", "statuses")
            said.append(f"{statuses} told of estimates or appointments and no scans.")
        said += [*self._schedules.notes(), *self._unlike]
        if self._more_unlike:
            more = wording.plural(self._more_unlike, "more invoice")
            said.append(f"The lines of {more} do not come to what they say.")
        return said
