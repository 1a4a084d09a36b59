"""Rows of invoices (810): goods, allowances and charges, tax; each amount once.

Charges are told per item and again at the end: as a total of those, or as charges of the whole invoice. Which of the
two it is follows from the amounts: per kind of charge where they agree, else from the total that the invoice states.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from heapq import merge

from opsconsole.imports import x12_codes as codes
from opsconsole.imports.x12 import Segment, Transaction, date
from opsconsole.imports.x12_rows import Row, blocks, envelope, put_items, put_party
from opsconsole.imports.x12_units import put_packs, unit_price

_END = ("TDS", "SE")
_ITEM = {"IT101 line": 1, "IT102 quantity": 2, "IT103 unit": 3, "IT104 price": 4, "IT105 basis": 5}
_LARGEST = 10  # power of ten


@dataclass(frozen=True, slots=True)
class Charge:
    """An allowance (negative), a charge or a tax in its segment; amounts in the currency's unit.

    ``unreadable`` is what stands there where it is no amount: it is refused when the row is read.
    """

    segment: Segment
    amount: Decimal
    unreadable: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What it is for."""
        return self.segment.name, self.segment.at(2) if self.segment.name == "SAC" else self.segment.at(1)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What counts for a whole invoice: its head, what its items come to, its charges each once, and what it states."""

    head: Row
    goods: Decimal
    charges: list[Charge]
    stated: Decimal | None


def invoice_rows(transaction: Transaction) -> Iterator[Row]:
    """A row per item and per charge of an invoice, in the order of their segments."""
    facts = _facts(transaction)
    charged = sorted((_charge_row(facts.head, charge) for charge in facts.charges), key=_line)
    return merge(_item_rows(transaction, facts.head), charged, key=_line)


def _line(row: Row) -> int:
    return row.line


def _item_rows(transaction: Transaction, head: Row) -> Iterator[Row]:
    items = (block for block in blocks(transaction.segments, "IT1", *_END) if block[0].name == "IT1")
    for count, block in enumerate(items, start=1):
        first = block[0]
        row = head.below(first.number)
        row.cells["row"] = "item"
        for column, place in _ITEM.items():
            row.put(column, first.at(place), first)
        row.put("IT101 line", str(count), first)
        put_items(row, first, "IT1", 6)
        put_packs(row, (one for one in block if one.name == "PO4"))
        for segment in (one for one in block if one.name == "PID"):
            row.put("PID05 description", segment.at(5), segment)
        yield row


def _facts(transaction: Transaction) -> _Facts:
    parts = blocks(transaction.segments, "IT1", *_END)
    above = next(parts)
    goods = Decimal()
    inside: list[Charge] = []
    outside = charges(above)
    for block in parts:
        if block[0].name == "IT1":
            goods += (_number(block[0].at(2)) or 0) * _price(block)
            inside += charges(block)
        else:
            outside += charges(block)
    total = stated(transaction.segments)
    return _Facts(_head(transaction, above), goods, counted(goods, inside, outside, total), total)


def _head(transaction: Transaction, above: Sequence[Segment]) -> Row:
    head = envelope(transaction)
    for segment in above:
        if segment.name == "BIG":
            head.put("BIG01 invoiced", date(segment.at(1)), segment)
            for column, place in (("BIG02 invoice", 2), ("BIG04 order", 4), ("BIG07 type", 7)):
                head.put(column, segment.at(place), segment)
        elif segment.name == "CUR":
            head.put("CUR02 currency", segment.at(2), segment)
        elif segment.name == "N1":
            put_party(head, segment)
    return head


def _charge_row(head: Row, charge: Charge) -> Row:
    segment = charge.segment
    row = head.below(segment.number)
    row.cells["row"] = "tax" if segment.name == "TXI" else "charge"
    amount = -charge.amount if head.cells.get("BIG07 type") == "CR" else charge.amount
    if segment.name == "TXI":
        row.put("TXI02 tax", str(amount) if charge.amount else segment.at(2), segment)
        row.put("SAC15 description", f"Tax {segment.at(1)}".strip(), segment)
        return row
    row.put("SAC01 allowance", segment.at(1), segment)
    row.put("SAC02 code", segment.at(2), segment)
    row.put("SAC05 amount", charge.unreadable or str(amount), segment)
    words = segment.at(15) or codes.CHARGES.get(segment.at(2), "").capitalize() or f"Charge {segment.at(2)}".strip()
    row.put("SAC15 description", words, segment)
    return row


def charges(segments: Sequence[Segment]) -> list[Charge]:
    """Allowances, charges and taxes among segments; those that are told for information only are none."""
    found: list[Charge] = []
    for segment in segments:
        if segment.name == "SAC" and segment.at(1) in ("A", "C"):
            amount = _number(segment.at(5), places=2)
            if amount is None:
                found.append(Charge(segment, Decimal(), segment.at(5)))
            elif amount:
                found.append(Charge(segment, -abs(amount) if segment.at(1) == "A" else amount))
        elif segment.name == "TXI" and segment.at(2):
            found.append(Charge(segment, _number(segment.at(2)) or Decimal()))
    return found


def _price(item: Sequence[Segment]) -> Decimal:
    """The price of one of an item's unit."""
    first = item[0]
    row = Row(first.number)
    put_packs(row, (segment for segment in item if segment.name == "PO4"))
    return unit_price(row, first.at(3), _number(first.at(4)) or Decimal(), first.at(5))


def counted(goods: Decimal, inside: Sequence[Charge], outside: Sequence[Charge], total: Decimal | None) -> list[Charge]:
    """The charges of an invoice, each once; taxes that a charge tells already are left out."""
    if any(codes.CHARGES.get(one.segment.at(2)) == "tax" for one in (*inside, *outside) if one.segment.name == "SAC"):
        inside, outside = ([one for one in some if one.segment.name != "TXI"] for some in (inside, outside))
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in inside:
        sums[one.key] += one.amount
    both = [*inside, *(one for one in outside if sums.get(one.key) != one.amount)]

    def comes_to(some: Sequence[Charge]) -> bool:
        return round(goods + sum((one.amount for one in some), Decimal()), 2) == total

    return next((list(some) for some in (both, outside, inside) if comes_to(some)), both)


def stated(segments: Iterable[Segment]) -> Decimal | None:
    """What the invoice says it comes to (TDS01, two decimals implied)."""
    return next((_number(segment.at(1), places=2) for segment in segments if segment.name == "TDS"), None)


def difference(transaction: Transaction) -> tuple[str, Decimal, Decimal] | None:
    """Number of an invoice whose lines do not come to what it says, with both sums; None where they do."""
    facts = _facts(transaction)
    found = round(facts.goods + sum((one.amount for one in facts.charges), Decimal()), 2)
    if facts.stated is None or facts.stated == found:
        return None
    return facts.head.cells.get("BIG02 invoice", ""), found, facts.stated


def _number(text: str, places: int = 0) -> Decimal | None:
    """A number, nothing where there is none; ``places`` are decimals that are implied where no point is written.

    None where it is no number, or one of a size that no invoice has.
    """
    try:
        number = Decimal(text.strip() or "0")
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > _LARGEST:
        return None
    return number if "." in text else number.scaleb(-places)
