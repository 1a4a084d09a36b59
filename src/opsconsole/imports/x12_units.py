"""Units of X12 quantities: how many pieces one of them is, as far as the file tells it.

Dozens and hundreds are numbers. A case, carton or package holds what PO4 tells of the item, here or where another
transaction of the file tells of the same item of the same order. What is sold by length, area or weight is counted in
its own unit. Where a pack's content is told nowhere the quantity keeps its unit, so that it is refused: it is no number
of pieces.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

import numpy as np

from opsconsole.imports.x12 import Segment
from opsconsole.imports.x12_rows import Row

NUMBERS: Mapping[str, int] = {"DZ": 12, "HU": 100, "GS": 144, "TH": 1000, "GG": 1728}
PACKS: Mapping[str, str] = {
    "CA": "case", "CT": "carton", "CS": "cassette", "PK": "package", "BX": "box", "BD": "bundle", "CR": "crate",
    "PL": "pallet", "PF": "pallet", "IP": "inner pack",
}  # fmt: skip
# PO105 and IT105: what the price is of, where it is not of one of the unit.
PER_PIECE = ("PE",)
PER_MANY: Mapping[str, int] = {"HP": 100, "TP": 1000}
PACK, INNER = "PO401 pack", "PO414 inner pack"


def put_packs(row: Row, segments: Iterable[Segment]) -> None:
    """What a PO4 segment says: containers in a pack, and pieces in each of them."""
    for segment in segments:
        row.put(PACK, segment.at(1), segment)
        row.put(INNER, segment.at(14), segment)


# Column of a quantity, of its unit, of a price and of what that is of, and the columns made of them.
_COUNTED = (
    ("PO102 quantity", "PO103 unit", "PO102 pieces"),
    ("ACK02 quantity", "ACK03 unit", "ACK02 pieces"),
    ("SN102 quantity", "SN103 unit", "SN102 pieces"),
    ("IT102 quantity", "IT103 unit", "IT102 pieces"),
)
_PRICED = (("PO103 unit", "PO104 price", "PO105 basis", "PO104 each"), ("IT103 unit", "IT104 price", "IT105 basis", ""))


def count_pieces(row: Row) -> None:
    """Fill the columns of pieces, and of the price of one piece; a price of a hundred becomes one of the unit."""
    for unit, price, basis, each in _PRICED:
        if price in row.cells:
            _put_price(row, price, each, row.cells.get(basis, ""), _factor(row, row.cells.get(unit, "").upper()))
    for quantity, unit, counted in _COUNTED:
        said = row.cells.get(quantity, "")
        if said:
            of = row.cells.get(unit, "").upper()
            factor, number = _factor(row, of), _number(said)
            row.cells[counted] = f"{said} {of}" if factor is None else said
            if factor is not None and factor != 1 and number is not None:
                row.cells[counted] = _plain(number * factor)
            row.segments[counted] = row.segments[quantity]


def unit_price(row: Row, unit: str, price: Decimal, basis: str) -> Decimal:
    """The price of one of the unit, from what the price is of."""
    if basis in PER_PIECE:
        return price * (_factor(row, unit.upper()) or 1)
    return price / PER_MANY.get(basis, 1)


def _put_price(row: Row, price: str, each: str, basis: str, factor: Decimal | None) -> None:
    told = row.cells[price]
    said = _number(told)
    if said is not None and basis in PER_MANY:
        row.cells[price] = _plain(said / PER_MANY[basis])
    elif said is not None and basis in PER_PIECE and factor is not None:
        row.cells[price] = _plain(said * factor)
    if not each:
        return
    row.segments[each] = row.segments[price]
    if said is None or basis in PER_PIECE:
        row.cells[each] = told
    else:
        # Of a pack of unknown content nobody knows the price of a piece; its quantity is refused.
        row.cells[each] = "" if factor is None else _plain(Decimal(row.cells[price]) / factor)


def _factor(row: Row, unit: str) -> Decimal | None:
    if unit in NUMBERS:
        return Decimal(NUMBERS[unit])
    if unit not in PACKS:
        return Decimal(1)
    inner = _number(row.cells.get(INNER, "")) or None
    if unit == "IP":
        return inner
    outer = _number(row.cells.get(PACK, "")) or None
    return None if outer is None else outer * (inner or 1)


def expected(text: str) -> str:
    """What should stand in the place of a quantity such as ``10 CA``; empty where it is another fault."""
    unit = text.rpartition(" ")[2]
    if unit not in PACKS:
        return ""
    return f"a number of pieces: what one {PACKS[unit]} ({unit}) holds is told nowhere in the file (PO4)"


class Packs:
    """What articles' packs hold, by order and number of the article: the first that tells it counts.

    Memory: two numbers per article and order.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        known: dict[tuple[str, str], int] = {}
        hashes, codes = array("q"), array("i")
        for row in rows:
            if not _tells_pack(row):
                continue
            code = known.setdefault((row.cells.get(PACK, ""), row.cells.get(INNER, "")), len(known))
            for key in _keys(row):
                hashes.append(hash(key))
                codes.append(code)
        self._told = list(known)
        distinct, first = np.unique(np.array(hashes, np.int64), return_index=True)
        self._hashes = array("q", distinct.tobytes())
        self._codes = np.array(codes, np.int32)[first]

    def put(self, row: Row) -> None:
        """What other transactions say of the same article's pack, in a row that is silent."""
        for key in _keys(row):
            number = hash(key)
            place = bisect_left(self._hashes, number)
            if place < len(self._hashes) and self._hashes[place] == number:
                told = zip((PACK, INNER), self._told[self._codes[place]], strict=True)
                row.cells.update({name: text for name, text in told if text})
                return


def lacks_pack(row: Row) -> bool:
    """Whether a row counts in packs and does not say what they hold."""
    units = (row.cells.get(unit, "").upper() for _, unit, _ in _COUNTED)
    return any(unit in PACKS for unit in units) and not _tells_pack(row)


def _tells_pack(row: Row) -> bool:
    return PACK in row.cells or INNER in row.cells


def total(quantities: Iterable[str]) -> str:
    """The sum of quantities; the first text that is none, where there is one."""
    texts = list(quantities)
    numbers = [_number(text) for text in texts]
    for text, number in zip(texts, numbers, strict=True):
        if number is None:
            return text
    return _plain(sum((number or Decimal() for number in numbers), Decimal()))


def _keys(row: Row) -> Sequence[tuple[str, str]]:
    orders = [
        row.cells[name] for name in ("BEG03 order", "BAK03 order", "PRF01 order", "BIG04 order") if name in row.cells
    ]
    items = [text for name, text in row.cells.items() if name.endswith(" item")]
    return [(order, item) for order in orders[:1] for item in items]


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None


def _plain(number: Decimal) -> str:
    return f"{round(number, 10).normalize():f}" if number else "0"
