"""An X12 file as a table like any other: a header of element names, a row per item, charge or status.

The line of a row is the number of its segment; segments count from 1 at the first ISA.
"""

import codecs
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from opsconsole.domain import wording
from opsconsole.domain.errors import UserError
from opsconsole.imports import limits, sniff
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.reject_store import RejectStore, in_order
from opsconsole.imports.rejects import Reject
from opsconsole.imports.tables import FileOptions, InputFile, NumberedRow, open_unpacked
from opsconsole.imports.x12 import Segment, Transaction, transactions
from opsconsole.imports.x12_envelopes import Envelopes
from opsconsole.imports.x12_invoices import invoice_rows
from opsconsole.imports.x12_orders import notice_rows, order_rows, status_rows
from opsconsole.imports.x12_rows import COLUMNS, COMMON, Row
from opsconsole.imports.x12_stream import Signs, segment_texts
from opsconsole.imports.x12_told import Told
from opsconsole.imports.x12_units import Packs, count_pieces, lacks_pack
from opsconsole.imports.x12_units import expected as units_expected

_BLOCK = limits.MEBIBYTE // 4
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


@dataclass
class _Contents:
    """What a file holds: how many transactions by kind, what is refused of those that are read.

    ``at_breaks``: its segments also end where lines do. ``faulty``: a transaction is not whole, of whatever kind.
    """

    at_breaks: bool
    kinds: Counter[str] = field(default_factory=Counter)
    refused: RejectStore = field(default_factory=RejectStore)
    faulty: bool = False
    envelopes: Envelopes = field(default_factory=Envelopes)


class X12Table:
    """Rows of the transactions that are read; ``refused`` are those that are not whole, ``notes`` what else to say.

    The file is read a few times, transaction by transaction. Memory: one of them.
    """

    ragged = False

    def __init__(self, file: InputFile, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self._told: Told | None = None  # of all rows, when they were read to the end

    @cached_property
    def _contents(self) -> _Contents:
        found = self._scan(_Contents(at_breaks=False))
        if found.faulty:  # a terminator may be lost where a line ends
            again = self._scan(_Contents(at_breaks=True))
            found = found if again.faulty else again
        if not any(kind in _ROWS for kind in found.kinds):
            kinds = ", ".join(sorted(found.kinds)) or "none"
            raise UserError(
                f"{self._file.name} is X12 EDI, but has no transaction that is read: {kinds}.",
                f"Those that are read are {', '.join(_ROWS)}.",
            )
        return found

    def _scan(self, contents: _Contents) -> _Contents:
        parts = self._parts(contents.at_breaks)
        for one in transactions(parts, self._file.name, _ROWS, contents.envelopes.add):
            contents.kinds[one.kind] += 1
            line, told, expected = one.fault
            if not line:
                continue
            contents.faulty = True
            if contents.at_breaks:
                break  # it is read without them
            if one.kind in _ROWS:
                raw = as_written(one.last)
                contents.refused.append(Reject(_KINDS[one.kind], line, "transaction (SE01)", told, expected, raw))
        return contents

    def _parts(self, at_breaks: bool) -> Iterator[tuple[Signs, list[str]]]:
        return segment_texts(self._blocks(), self._file.name, at_breaks=at_breaks)

    def _blocks(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        with open_unpacked(self._file) as stream:
            while block := stream.read(_BLOCK):
                yield decoder.decode(block).replace("\ufeff", "")
        yield decoder.decode(b"", final=True).replace("\ufeff", "")

    def _whole(self) -> Iterator[Transaction]:
        """The transactions that are read, as far as they are whole."""
        found = transactions(self._parts(self._contents.at_breaks), self._file.name, _ROWS)
        return (one for one in found if one.kind in _ROWS and not one.fault[0])

    @property
    def description(self) -> str:
        """``utf-8, X12 850, 214``."""
        kinds = sorted(kind for kind in self._contents.kinds if kind in _ROWS)
        return f"{self._encoding.removesuffix('-sig')}, X12 {', '.join(kinds)}"

    @property
    def why(self) -> str:
        """``it begins with an interchange (ISA) and has 2 transactions that are read: 850 (2)``."""
        read = Counter({kind: number for kind, number in self._contents.kinds.items() if kind in _ROWS})
        kinds = ", ".join(f"{kind} ({number:,})" for kind, number in sorted(read.items()))
        verb = "is" if read.total() == 1 else "are"
        told = f"{wording.plural(read.total(), 'transaction')} that {verb} read: {kinds}"
        return f"it begins with an interchange (ISA) and has {told}"

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that its transactions have."""
        kinds = self._contents.kinds
        found = [*COMMON, *(column for kind in COLUMNS if kind in kinds for column in COLUMNS[kind])]
        return tuple(dict.fromkeys(found))

    def rows(self) -> Iterator[NumberedRow]:
        """The header, then the rows in the order of their segments."""
        yield 1, list(self.columns)
        told = Told()
        for row in self._rows(told):
            yield row.line, [row.cells.get(column, "") for column in self.columns]
        self._told = told

    def _rows(self, told: Told | None = None) -> Iterator[Row]:
        """Rows of the transactions that are whole, in their order; what else is to be said goes into ``told``."""
        for one in self._whole():
            if told is not None:
                told.add_transaction(one)
            for row in self._rows_of(one):
                if told is not None:
                    told.add(row)
                yield row

    def _rows_of(self, one: Transaction) -> Iterator[Row]:
        for row in _ROWS[one.kind](one):
            if lacks_pack(row):
                self._packs.put(row)
            count_pieces(row)
            yield row

    @cached_property
    def _packs(self) -> Packs:
        """What packs hold that orders and answers tell of, wherever they stand in the file."""
        telling = (one for one in self._whole() if one.kind in ("850", "855"))
        return Packs(row for one in telling for row in _ROWS[one.kind](one))

    @property
    def told(self) -> Told:
        """What all of its rows say besides."""
        if self._told is None:
            for _ in self.rows():
                pass
        assert self._told is not None
        return self._told

    def refused(self) -> Sequence[Reject]:
        """Transactions that lost segments on their way."""
        return self._contents.refused

    def notes(self) -> list[str]:
        """Transactions that are not read, envelopes that do not agree, and what figures do not agree in."""
        unread = Counter({kind: number for kind, number in self._contents.kinds.items() if kind not in _ROWS})
        said = []
        if unread:
            kinds = ", ".join(f"{kind} ({number})" for kind, number in sorted(unread.items()))
            said.append(f"{wording.plural(unread.total(), 'transaction')} of other kinds not read: {kinds}.")
        return [*said, *self._contents.envelopes.notes(), *self.told.notes()]

    def with_elements(self, rejects: RejectStore) -> RejectStore:
        """Rejects that name the element beside the field, where it stands, and the segment as it is written.

        They come by their lines, as they are told then.
        """
        told = RejectStore()
        by_line = rejects if rejects.ordered else (one for _, one in in_order([rejects], key=lambda one: one.line))
        every = iter(by_line)
        reject = next(every, None)
        for one in self._whole() if reject is not None else ():
            its: list[Reject] = []
            while reject is not None and reject.line < one.number + one.count:
                its.append(reject)
                reject = next(every, None)
            if its:
                told.extend(_with_elements(its, one, self._rows_of(one)))
            if reject is None:
                break
        if reject is not None:
            told.extend([reject, *every])
        return told


def _with_elements(rejects: Sequence[Reject], one: Transaction, rows: Iterable[Row]) -> Iterator[Reject]:
    """Rejects of a transaction with the element and the segment that is at fault."""
    lines = {reject.line for reject in rejects}
    on: dict[int, list[Row]] = {}
    for row in rows:
        if row.line in lines:
            on.setdefault(row.line, []).append(row)
    for reject in rejects:
        yield _with_element(reject, _place(reject, on.get(reject.line, ())), one)


def _place(reject: Reject, rows: Iterable[Row]) -> tuple[str, int] | None:
    """The column that is at fault and the segment it stands in."""
    found = None
    for row in rows:
        column = next((name for name in reject.columns if name in row.segments), "")
        if column:
            found = column, row.segments[column]
    return found


def _with_element(reject: Reject, place: tuple[str, int] | None, one: Transaction) -> Reject:
    if place is None:
        return replace(reject, raw=_raw(one, reject.line) or reject.raw)
    column, segment = place
    element = column.partition(" ")[0]
    expected = reject.expected
    if column.endswith(" pieces"):
        expected = units_expected(reject.found) or expected
    where = element if segment == reject.line else f"{element} in segment {segment}"
    return replace(reject, field=f"{reject.field} ({where})", expected=expected, raw=_raw(one, segment))


def _raw(one: Transaction, number: int) -> str:
    """A segment of a transaction as it is shown; empty where the number is none of its."""
    place = number - one.number
    return as_written(Segment(number, one.signs.elements(one.texts[place]))) if 0 <= place < one.count else ""


def as_written(segment: Segment) -> str:
    """A segment as it is shown, whatever its signs."""
    return "*".join(segment.elements)


def settle_x12(parsed: ParsedFile, table: X12Table) -> None:
    """Say of an X12 file what no other has: elements of rejects, lost segments, transactions that are not read."""
    parsed.rejects = table.with_elements(parsed.rejects)
    parsed.rejects.extend(table.refused())
    for reject in table.refused():
        for counts in (parsed.records_read, parsed.records_rejected):
            counts[reject.kind] = counts.get(reject.kind, 0) + 1
    parsed.why = table.why
    parsed.replaced = table.told.anew.orders(parsed.as_told())
    parsed.notes += table.notes()
    if parsed.source == "x12" and parsed.records_read.get("purchase_order_lines"):
        parsed.notes.append(_AS_BUYER)


def open_x12(file: InputFile, options: FileOptions) -> X12Table:
    """An X12 file as a table; UserError when none of its transactions is read."""
    return X12Table(file, options.encoding or sniff.sniff_encoding(file))
