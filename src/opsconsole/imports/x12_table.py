"""An X12 file as a table like any other: a header of element names, a row per item, charge or status.

The line of a row is the number of its segment; segments count from 1 at the first ISA.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from opsconsole.domain import wording
from opsconsole.domain.errors import UserError
from opsconsole.imports import limits, sniff
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.rejects import Reject
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, open_unpacked
from opsconsole.imports.x12 import Segment, Transaction, split, transactions
from opsconsole.imports.x12_invoices import difference, invoice_rows
from opsconsole.imports.x12_orders import notice_rows, order_rows, schedule_notes, status_rows
from opsconsole.imports.x12_replaced import replaced_orders
from opsconsole.imports.x12_rows import COLUMNS, COMMON, Row
from opsconsole.imports.x12_units import count_pieces, noted, put_noted
from opsconsole.imports.x12_units import expected as units_expected

_MOST = 256 * limits.MEBIBYTE
_AS_BUYER = (
    "Purchase orders (850) were taken for ours to suppliers; who sells and gets them from customers imports such files "
    "as “X12 EDI, as the seller” (source x12_as_seller)."
)
_ROWS: Mapping[str, Callable[[Transaction], Iterator[Row]]] = {
    "850": order_rows,
    "855": order_rows,
    "856": notice_rows,
    "810": invoice_rows,
    "214": status_rows,
}
_KINDS = {
    "850": "purchase_orders",
    "855": "purchase_orders",
    "856": "ship_notices",
    "810": "supplier_invoice_lines",
    "214": "shipment_events",
}


class X12Table:
    """Rows of the transactions that are read; ``refused`` are those that are not whole, ``notes`` what else to say."""

    ragged = False

    def __init__(self, file: InputFile, encoding: str) -> None:
        self._file = file
        self._encoding = encoding

    @cached_property
    def _segments(self) -> list[Segment]:
        with open_unpacked(self._file) as stream:
            content = stream.read(_MOST + 1)
        if len(content) > _MOST:
            raise limits.too_large(self._file.name, "it is an EDI file of more than 256 MB")
        return split(content.decode(self._encoding, "replace").replace("\ufeff", ""))

    @cached_property
    def _transactions(self) -> list[Transaction]:
        found = transactions(self._segments)
        if not any(one.kind in _ROWS for one in found):
            kinds = ", ".join(sorted({one.kind for one in found})) or "none"
            raise UserError(
                f"{self._file.name} is X12 EDI, but has no transaction that is read: {kinds}.",
                f"Those that are read are {', '.join(_ROWS)}.",
            )
        return found

    @property
    def description(self) -> str:
        """``utf-8, X12 850, 214``."""
        kinds = sorted({one.kind for one in self._transactions if one.kind in _ROWS})
        return f"{self._encoding.removesuffix('-sig')}, X12 {', '.join(kinds)}"

    @property
    def why(self) -> str:
        """``it begins with an interchange (ISA) and has 2 transactions that are read: 850 (2)``."""
        read = Counter(one.kind for one in self._transactions if one.kind in _ROWS)
        kinds = ", ".join(f"{kind} ({number:,})" for kind, number in sorted(read.items()))
        verb = "is" if read.total() == 1 else "are"
        told = f"{wording.plural(read.total(), 'transaction')} that {verb} read: {kinds}"
        return f"it begins with an interchange (ISA) and has {told}"

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that its transactions have."""
        kinds = {one.kind for one in self._transactions}
        found = [*COMMON, *(column for kind in COLUMNS if kind in kinds for column in COLUMNS[kind])]
        return tuple(dict.fromkeys(found))

    def rows(self) -> Iterator[NumberedRow]:
        """The header, then the rows in the order of their segments."""
        yield 1, list(self.columns)
        for row in self.told_rows():
            yield row.line, [row.cells.get(column, "") for column in self.columns]

    def told_rows(self) -> Iterator[Row]:
        """Rows of the transactions that are whole, in their order."""
        packs = noted(row for one in self._whole() if one.kind in ("850", "855") for row in _ROWS[one.kind](one))
        for one in self._whole():
            for row in sorted(_ROWS[one.kind](one), key=lambda row: row.line):
                put_noted(row, packs)
                count_pieces(row)
                yield row

    def _whole(self) -> list[Transaction]:
        return [one for one in self._transactions if one.kind in _ROWS and not one.fault[0]]

    def raw(self, lines: Collection[int]) -> Mapping[int, str]:
        """Segments as they are written, by their number."""
        return {line: "*".join(self._segments[line - 1].elements) for line in lines if 0 < line <= len(self._segments)}

    def refused(self) -> list[Reject]:
        """Transactions that lost segments on their way."""
        found: list[Reject] = []
        for one in self._transactions:
            line, told, expected = one.fault
            if line and one.kind in _ROWS:
                raw = self.raw([line])[line]
                found.append(Reject(_KINDS[one.kind], line, "transaction (SE01)", told, expected, raw))
        return found

    def notes(self) -> list[str]:
        """Transactions that are not read, and what their figures do not agree in."""
        unread = Counter(one.kind for one in self._transactions if one.kind not in _ROWS)
        said = []
        if unread:
            kinds = ", ".join(f"{kind} ({number})" for kind, number in sorted(unread.items()))
            said.append(f"{wording.plural(unread.total(), 'transaction')} of other kinds not read: {kinds}.")
        ahead = sum(1 for row in self.told_rows() if row.cells["row"] in ("estimate", "appointment"))
        if ahead:
            said.append(
                f"{wording.plural(ahead, 'status', 'statuses')} told of estimates or appointments and no scans."
            )
        said += schedule_notes(self.told_rows())
        for one in self._transactions:
            unlike = difference(one) if one.kind == "810" and not one.fault[0] else None
            if unlike:
                number, found, told = unlike
                said.append(f"The lines of invoice {number} come to {found:,.2f}, it says {told:,.2f}.")
        return said

    def with_elements(self, rejects: list[Reject]) -> list[Reject]:
        """Rejects that name the element beside the field, where it stands, and the segment as it is written."""
        rows = {row.line: row for row in self.told_rows()} if rejects else {}
        return [self._with_element(reject, rows.get(reject.line)) for reject in rejects]

    def _with_element(self, reject: Reject, row: Row | None) -> Reject:
        named = [column for column in reject.columns if row and column in row.segments]
        if not named or not row:
            return replace(reject, raw=self.raw([reject.line]).get(reject.line, reject.raw))
        segment = row.segments[named[0]]
        element = named[0].partition(" ")[0]
        expected = reject.expected
        if named[0].endswith(" pieces"):
            expected = units_expected(reject.found) or expected
        where = element if segment == reject.line else f"{element} in segment {segment}"
        raw = self.raw([segment]).get(segment, reject.raw)
        return replace(reject, field=f"{reject.field} ({where})", expected=expected, raw=raw)


def settle_x12(parsed: ParsedFile, table: X12Table) -> None:
    """Say of an X12 file what no other has: elements of rejects, lost segments, transactions that are not read."""
    parsed.rejects = [*table.with_elements(parsed.rejects), *table.refused()]
    for reject in table.refused():
        for counts in (parsed.records_read, parsed.records_rejected):
            counts[reject.kind] = counts.get(reject.kind, 0) + 1
    parsed.why = table.why
    parsed.replaced = replaced_orders(parsed.records, table.told_rows())
    parsed.notes += table.notes()
    if parsed.source == "x12" and parsed.records_read.get("purchase_order_lines"):
        parsed.notes.append(_AS_BUYER)


def open_x12(file: InputFile, options: FileOptions) -> X12Table:
    """An X12 file as a table; UserError when none of its transactions is read."""
    return X12Table(file, options.encoding or sniff.sniff_encoding(file))
