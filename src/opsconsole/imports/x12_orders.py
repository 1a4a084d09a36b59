"""Rows of purchase orders (850), their acknowledgments (855), ship notices (856) and carriers' statuses (214)."""

from collections.abc import Iterable, Iterator, Sequence

from opsconsole.domain.wording import plural
from opsconsole.imports import x12_codes as codes
from opsconsole.imports.x12 import Segment, Transaction, date
from opsconsole.imports.x12_rows import (
    Row,
    blocks,
    envelope,
    occurred,
    put_address,
    put_dates,
    put_items,
    put_party,
)
from opsconsole.imports.x12_units import put_packs, total

_DATES = {"DTM02 delivery": codes.DELIVERY, "DTM02 shipping": codes.SHIPPING, "DTM02 earliest": codes.EARLIEST}
_END = ("CTT", "AMT", "SE")
_MOST_NAMED = 5
_ITEM = {"PO101 line": 1, "PO102 quantity": 2, "PO103 unit": 3, "PO104 price": 4, "PO105 basis": 5}
_HEADS = {
    "850": ("BEG", {"BEG01 purpose": 1, "BEG03 order": 3, "BEG05 ordered": 5}),
    "855": ("BAK", {"BAK01 purpose": 1, "BAK02 answer": 2, "BAK03 order": 3, "BAK04 ordered": 4, "BAK09 answered": 9}),
}


def order_rows(transaction: Transaction) -> Iterator[Row]:
    """A row per item of a purchase order, per answer of an acknowledgment; one row where it has none."""
    parts = blocks(transaction.segments, "PO1", *_END)
    above = next(parts)
    head = _head(transaction, above)
    items = (block for block in parts if block[0].name == "PO1")
    count = 0
    for count, block in enumerate(items, start=1):
        yield from _item_rows(head, block, above, count)
    if not count:
        row = head.below(above[0].number)
        put_dates(row, _of(above, "DTM"), _DATES)
        row.cells["row"] = "order"
        yield row


def _head(transaction: Transaction, above: Sequence[Segment]) -> Row:
    row = envelope(transaction)
    name, elements = _HEADS[transaction.kind]
    party = ""
    for segment in above:
        if segment.name == name:
            for column, place in elements.items():
                text = segment.at(place)
                row.put(column, date(text) if column.endswith("ed") else text, segment)
        elif segment.name == "CUR":
            row.put("CUR02 currency", segment.at(2), segment)
        elif segment.name == "TD5":
            row.put("TD505 routing", segment.at(5) or segment.at(3), segment)
        elif segment.name == "N1":
            party = put_party(row, segment)
        elif segment.name in ("N3", "N4") and party == "ship to" and transaction.kind == "850":
            put_address(row, segment)
    return row


def _item_rows(head: Row, block: Sequence[Segment], above: Sequence[Segment], count: int) -> Iterator[Row]:
    first = block[0]
    row = head.below(first.number)
    row.cells["row"] = "item"
    for column, place in _ITEM.items():
        row.put(column, first.at(place), first)
    row.put("PO101 line", str(count), first)
    put_items(row, first, "PO1", 6)
    for segment in _of(block, "PID"):
        row.put("PID05 description", segment.at(5), segment)
    for segment in _of(block, "CUR"):
        row.put("CUR02 currency", segment.at(2), segment)
    put_packs(row, _of(block, "PO4"))
    _put_schedules(row, _of(block, "SCH"))
    put_dates(row, _of(block, "DTM"), _DATES)
    put_dates(row, _of(above, "DTM"), _DATES)
    answers = _of(block, "ACK")
    if not answers:
        yield row
    for segment in answers:
        answer = row.below(segment.number)
        answer.put("ACK01 answer", segment.at(1), segment)
        answer.put("ACK02 quantity", segment.at(2), segment)
        answer.put("ACK03 unit", segment.at(3) or first.at(3), segment)
        answer.put("ACK05 date", date(segment.at(5)), segment)
        yield answer


def _put_schedules(row: Row, schedules: Sequence[Segment]) -> None:
    """An item's parts with days of their own: it is whole on the last day, and may begin to come on the first.

    The parts' sum is its quantity where the item tells none.
    """
    for column, qualifiers in _DATES.items():
        dated = [(segment.at(6), segment) for segment in schedules if segment.at(5) in qualifiers and segment.at(6)]
        if dated:
            row.put(column, date(max(dated, key=lambda pair: pair[0])[0]), max(dated, key=lambda pair: pair[0])[1])
    days = [(segment.at(6), segment) for segment in schedules if segment.at(5) in codes.DELIVERY and segment.at(6)]
    if len({day for day, _ in days}) > 1:
        first = min(days, key=lambda pair: pair[0])
        row.put("DTM02 earliest", date(first[0]), first[1])
    if len(schedules) > 1:
        row.put("SCH parts", total(segment.at(1) for segment in schedules), schedules[0])
    if schedules and "PO102 quantity" not in row.cells:
        row.put("PO102 quantity", total(segment.at(1) for segment in schedules), schedules[0])
        row.put("PO103 unit", schedules[0].at(2), schedules[0])


class Schedules:
    """What to say of items that come in parts: what counts as promised, and parts that are not all of it."""

    def __init__(self) -> None:
        self._parted = 0
        self._unlike: list[str] = []

    def add(self, row: Row) -> None:
        """Take note of a row."""
        cells = row.cells
        if "SCH parts" not in cells:
            return
        self._parted += 1
        if len(self._unlike) < _MOST_NAMED and total([cells.get("PO102 quantity", "")]) != cells["SCH parts"]:
            self._unlike.append(
                f"The parts of line {cells['PO101 line']} of order {cells.get('BEG03 order', '')} come to "
                f"{cells['SCH parts']}, it orders {cells.get('PO102 quantity', 'nothing')}."
            )

    def notes(self) -> list[str]:
        """All of it."""
        if not self._parted:
            return []
        lines = plural(self._parted, "line")
        first = (
            f"{lines} of orders come in parts with days of their own (SCH): the last day counts "
            "as promised, the first as the earliest."
        )
        return [first, *self._unlike]


def _of(segments: Iterable[Segment], *names: str) -> list[Segment]:
    return [segment for segment in segments if segment.name in names]


_REFERENCES = {"BM": "REF02 bill of lading", "CN": "REF02 tracking", "2I": "REF02 tracking"}
_MARKS = {"CP": "MAN02 tracking", "CA": "MAN02 tracking", "GM": "MAN02 carton", "AA": "MAN02 carton"}
_SHIP_DATES = {"DTM02 shipped": codes.SHIPPED, "DTM02 expected": codes.EXPECTED}


def notice_rows(transaction: Transaction) -> Iterator[Row]:
    """A row per item of a ship notice; what holds for a level of it holds for the levels inside."""
    parts = blocks(transaction.segments, "HL", *_END)
    top = envelope(transaction)
    _put_level(top, next(parts))
    levels: dict[str, Row] = {}
    parents = {segment.at(2) for segment in _of(transaction.segments, "HL")}
    last = top
    for block in parts:
        if block[0].name == "HL":
            parent = block[0].at(2)
            last = levels.get(parent, top if not parent else last).below(block[0].number)
            if block[0].at(1) in parents:
                levels[block[0].at(1)] = last
        for part in blocks(block, "LIN"):
            items = _of(part, "LIN", "SN1")
            if items:
                row = last.below(items[-1].number)
                _put_level(row, part)
                row.cells["row"] = "item"
                yield row
            else:
                _put_level(last, part)


def _put_level(row: Row, segments: Sequence[Segment]) -> None:
    for segment in segments:
        if segment.name == "BSN":
            row.put("BSN01 purpose", segment.at(1), segment)
            row.put("BSN02 shipment", segment.at(2), segment)
            row.put("BSN03 created", date(segment.at(3)), segment)
        elif segment.name == "TD5":
            row.put("TD503 carrier", segment.at(3), segment)
            row.put("TD505 routing", segment.at(5), segment)
        elif segment.name in ("REF", "MAN"):
            known = _REFERENCES if segment.name == "REF" else _MARKS
            if segment.at(1) in known:
                row.put(known[segment.at(1)], segment.at(2), segment)
        elif segment.name == "PRF":
            row.put("PRF01 order", segment.at(1), segment)
        elif segment.name == "N1":
            put_party(row, segment)
        elif segment.name == "LIN":
            row.put("LIN01 line", segment.at(1), segment)
            put_items(row, segment, "LIN", 2)
        elif segment.name == "PO4":
            put_packs(row, [segment])
        elif segment.name == "SN1":
            row.put("LIN01 line", segment.at(1), segment)
            row.put("SN102 quantity", segment.at(2), segment)
            row.put("SN103 unit", segment.at(3), segment)
    put_dates(row, _of(segments, "DTM"), _SHIP_DATES)


_LABELS = {"2I": "L1101 tracking", "CN": "L1101 tracking", "97": "L1101 tracking", "BM": "L1101 bill of lading"}


def status_rows(transaction: Transaction) -> Iterator[Row]:
    """A row per status of a carrier; the place stands in the segment after it."""
    head = envelope(transaction)
    for segment in _of(transaction.segments, "B10"):
        for column, place in (("B1001 reference", 1), ("B1002 shipment", 2), ("B1003 carrier", 3)):
            head.put(column, segment.at(place), segment)
    for segment in _of(transaction.segments, "L11"):
        if segment.at(2) in _LABELS:
            head.put(_LABELS[segment.at(2)], segment.at(1), segment)
    for block in blocks(transaction.segments, "AT7"):
        first = block[0]
        if first.name != "AT7":
            continue
        row = head.below(first.number)
        row.cells["row"] = _what(first.at(1))
        row.put("AT701 status", first.at(1), first)
        meaning = codes.STATUSES.get(first.at(1), ("", f"Status {first.at(1)}"))[1]
        reason = first.at(2)
        row.put("AT701 meaning", f"{meaning}, reason {reason}" if reason not in ("", "NS", "NA") else meaning, first)
        row.put("AT702 reason", reason, first)
        row.put("AT705 occurred", occurred(first.at(5), first.at(6), first.at(7)), first)
        for segment in _of(block, "MS1"):
            row.put("MS101 place", ", ".join(part for part in segment.elements[1:4] if part), segment)
        yield row


def _what(status: str) -> str:
    """Only what happened is a status; appointments and estimates are not."""
    if not status:
        return "appointment"
    return "estimate" if status in codes.ESTIMATES else "status"
