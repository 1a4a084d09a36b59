"""Rows of X12 transactions: one per item, charge or status, with what stands above it in the transaction.

Every column is named after its element, ``PO102 quantity``, so that whatever is told of a value names it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from opsconsole.imports import x12_codes as codes
from opsconsole.imports.x12 import Segment, Transaction, date, time

COMMON = ("ST01 transaction", "ST02 control number", "GS02 sender", "GS03 receiver", "GS04 sent", "row")
_PARTIES = {
    "supplier": ("SU", "VN", "SE", "SF"),
    "ship to": ("ST",),
    "buyer": ("BY", "BT"),
}
_PARTY_COLUMNS = tuple(
    f"{element} {who}{more}" for who in _PARTIES for element, more in (("N102", ""), ("N104", " id"))
)
_ADDRESS = ("N301 street", "N302 street", "N401 city", "N402 state", "N403 zip", "N404 country")
_DATES = ("DTM02 delivery", "DTM02 shipping", "DTM02 earliest")


def _items(name: str) -> tuple[str, ...]:
    return tuple(f"{name} {whose}" for whose in ("buyer's item", "vendor's item", "trade item", "other item"))


_ORDER_ITEM = (
    *("PO101 line", "PO102 quantity", "PO103 unit", "PO104 price", *_items("PO1"), "PID05 description"),
    *("PO102 pieces", "PO104 each"),
)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "850": (
        *("BEG01 purpose", "BEG03 order", "BEG05 ordered", "CUR02 currency", "TD505 routing"),
        *(*_PARTY_COLUMNS, *_ADDRESS, *_DATES, *_ORDER_ITEM),
    ),
    "855": (
        *("BAK01 purpose", "BAK02 answer", "BAK03 order", "BAK04 ordered", "BAK09 answered", "CUR02 currency"),
        *(*_PARTY_COLUMNS, *_DATES, *_ORDER_ITEM),
        *("ACK01 answer", "ACK02 quantity", "ACK05 date", "ACK02 pieces"),
    ),
    "856": (
        *("BSN01 purpose", "BSN02 shipment", "BSN03 created", "TD503 carrier", "TD505 routing", "REF02 bill of lading"),
        *("REF02 tracking", "MAN02 tracking", "MAN02 carton", "DTM02 shipped", "DTM02 expected"),
        *("PRF01 order", "LIN01 line", *_items("LIN"), "SN102 quantity", "SN103 unit", "SN102 pieces"),
        *_PARTY_COLUMNS,
    ),
    "810": (
        *("BIG01 invoiced", "BIG02 invoice", "BIG04 order", "BIG07 type", "CUR02 currency", *_PARTY_COLUMNS),
        *("IT101 line", "IT102 quantity", "IT103 unit", "IT104 price", *_items("IT1"), "IT102 pieces"),
        "PID05 description",
        *("SAC01 allowance", "SAC02 code", "SAC05 amount", "SAC15 description", "TXI02 tax"),
    ),
    "214": (
        *("B1001 reference", "B1002 shipment", "B1003 carrier", "L1101 tracking", "L1101 bill of lading"),
        *("AT701 status", "AT701 meaning", "AT702 reason", "AT705 occurred", "MS101 place"),
    ),
}  # fmt: skip


@dataclass
class Row:
    """Cells by column, and the segment that each of them stands in; ``line`` is the segment that made it a row."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    segments: dict[str, int] = field(default_factory=dict)

    def put(self, column: str, text: str, segment: Segment) -> None:
        """A cell; what is there already stays, what is empty is none."""
        if text and column not in self.cells:
            self.cells[column] = text
            self.segments[column] = segment.number

    def below(self, line: int) -> "Row":
        """A row with all of this one's cells."""
        return Row(line, dict(self.cells), dict(self.segments))


def envelope(transaction: Transaction) -> Row:
    """What every row of a transaction begins with."""
    first = next(iter(transaction.segments))
    row = Row(first.number)
    texts = (transaction.kind, transaction.control, transaction.sender, transaction.receiver, transaction.sent)
    for column, text in zip(COMMON, texts, strict=False):
        row.put(column, text, first)
    return row


def put_items(row: Row, segment: Segment, name: str, start: int) -> None:
    """Article numbers that a segment tells in pairs of qualifier and number from an element on."""
    pairs = [(segment.at(at), segment.at(at + 1)) for at in range(start, len(segment.elements), 2)]
    for whose, known in (("buyer's", codes.BUYERS), ("vendor's", codes.VENDORS), ("trade", codes.TRADE)):
        found = [number for qualifier in known for told, number in pairs if told == qualifier and number]
        if found:
            row.put(f"{name} {whose} item", found[0], segment)
    if pairs:
        row.put(f"{name} other item", next((number for _, number in pairs if number), ""), segment)


def put_party(row: Row, segment: Segment) -> str:
    """Name and number of a party; the party's part is told, empty where it plays none here."""
    for who, known in _PARTIES.items():
        if segment.at(1) in known:
            row.put(f"N102 {who}", segment.at(2), segment)
            row.put(f"N104 {who} id", segment.at(4), segment)
            return who
    return ""


def put_address(row: Row, segment: Segment) -> None:
    """Street and town."""
    places = {"N3": ("N301 street", "N302 street"), "N4": ("N401 city", "N402 state", "N403 zip", "N404 country")}
    for place, column in enumerate(places[segment.name], start=1):
        row.put(column, segment.at(place), segment)


def put_dates(row: Row, told: Iterable[Segment], wanted: Mapping[str, Sequence[str]]) -> None:
    """Dates of DTM segments, per column the first qualifier that is told."""
    dates = list(told)
    for column, qualifiers in wanted.items():
        for qualifier in qualifiers:
            for segment in dates:
                if segment.at(1) == qualifier and segment.at(2):
                    row.put(column, date(segment.at(2)), segment)


def occurred(day: str, at: str, zone: str) -> str:
    """Date and time of a status as ISO, with its offset where the time code tells one; the text where it is no date."""
    text = f"{date(day)} {time(at)}".strip()
    if not at:
        return text
    try:
        local = datetime.fromisoformat(text)
        if zone in codes.ZONES:
            offset = local.replace(tzinfo=ZoneInfo(codes.ZONES[zone])).utcoffset() or timedelta()
        elif zone in codes.OFFSETS:
            offset = timedelta(hours=codes.OFFSETS[zone])
        else:
            return text
    except ValueError:
        return text
    minutes = round(offset.total_seconds() / 60)
    return f"{local.isoformat()}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def blocks(segments: Iterable[Segment], *starts: str) -> Iterator[list[Segment]]:
    """The segments before the first of the names, then the blocks that each of these begins."""
    block: list[Segment] = []
    for segment in segments:
        if segment.name in starts:
            yield block
            block = []
        block.append(segment)
    yield block
