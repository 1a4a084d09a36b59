"""X12 EDI taken apart: segments and transactions, whatever harm mail, editors and gateways have done to the file.

The element separator is the 4th character, the segment terminator the one after the 16th element of ISA. Spaces that
pad ISA may be missing or be no-break spaces, lines may break anywhere between segments, the last terminator may be
gone. What must agree is the number of segments that SE states: a transaction that lost some of them is refused. What
the ends of groups and interchanges state is compared and told (imports/x12_envelopes.py); nothing is refused for it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from opsconsole.imports import limits
from opsconsole.imports.rejects import readable
from opsconsole.imports.x12_stream import Signs

_ENVELOPES = frozenset(("ISA", "IEA", "GS", "GE", "ST", "SE"))
_BEGINNINGS = frozenset(name[:2] for name in _ENVELOPES)
_FEW = 2_000  # segments that are kept taken apart


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment with its number in the file, from 1; ``elements[0]`` is its name."""

    number: int
    elements: tuple[str, ...]

    @property
    def name(self) -> str:
        """``PO1``."""
        return self.elements[0]

    def at(self, place: int) -> str:
        """An element by its place, from 1; empty where there is none."""
        return self.elements[place] if place < len(self.elements) else ""


@dataclass
class Transaction:
    """A transaction set from ST to SE with what its envelopes say; ``sent`` is an ISO date, with a time if known.

    ``count`` are its segments, the first of which has the ``number`` in the file; ``texts`` are those that were kept,
    as they are written; ``size`` are the characters of these.
    """

    kind: str
    control: str
    sender: str
    receiver: str
    sent: str
    number: int
    signs: Signs
    texts: list[str]
    count: int = 1
    size: int = 0
    _few: list[Segment] = field(default_factory=list)

    @property
    def segments(self) -> Iterable[Segment]:
        """Its segments; those of a long one are taken apart anew each time."""
        if self.count > _FEW:
            return self._apart()
        if not self._few:
            self._few = list(self._apart())
        return self._few

    def _apart(self) -> Iterator[Segment]:
        elements = self.signs.elements
        return (Segment(number, elements(text)) for number, text in enumerate(self.texts, start=self.number))

    @property
    def fault(self) -> tuple[int, str, str]:
        """Where it is not whole: the segment's number, what it says and what was expected; no number where it is."""
        last = self.last
        if last.name != "SE":
            return last.number, "", f"SE: the end of transaction {self.control} is missing"
        if last.at(1).strip() != str(self.count) and last.at(1).strip().lstrip("0") != str(self.count):
            return last.number, last.at(1), f"{self.count}: the number of segments that are there"
        return 0, "", ""

    @property
    def last(self) -> Segment:
        """The segment it ends with."""
        return Segment(self.number + self.count - 1, self.signs.elements(self.texts[-1]))


def looks_like(start: bytes) -> bool:
    """Whether bytes at the start of a file are those of an X12 interchange."""
    text = start.decode("utf-8", "replace").lstrip("\ufeff \t\r\n\xa0")
    return text.startswith("ISA") and len(text) > 4 and not text[3].isalnum() and text.count(text[3]) > 10


def transactions(
    parts: Iterable[tuple[Signs, list[str]]],
    name: str = "",
    kinds: Collection[str] | None = None,
    envelope: Callable[[Segment], None] | None = None,
) -> Iterator[Transaction]:
    """Transactions in a file's segments, one after the other; one that another begins in is not whole.

    Of those that are not of the ``kinds`` only the last segment is kept. UserError where one has no end in sight;
    ``name`` is the file's. ``envelope`` is told every segment that begins or ends something.
    """
    number = 0
    isa: Segment | None = None
    group: Segment | None = None
    current: Transaction | None = None
    for signs, texts in parts:
        for text in texts:
            number += 1
            told = ""
            if text[:2] in _BEGINNINGS:
                segment = Segment(number, signs.elements(text))
                told = segment.name if segment.name in _ENVELOPES else ""
            if told and envelope is not None:
                envelope(segment)
            if current is not None and told in ("", "SE"):
                _append(current, text, name, kinds)
            if current is not None and told:
                yield current
                current = None
            if told == "ISA":
                isa, group = segment, None
            elif told == "GS":
                group = segment
            elif told == "ST":
                current = _begun(segment, isa, group, signs, text)
    if current is not None:
        yield current


def _append(transaction: Transaction, text: str, name: str, kinds: Collection[str] | None) -> None:
    transaction.count += 1
    if kinds is not None and transaction.kind not in kinds:
        transaction.texts[:] = [text]
        return
    transaction.texts.append(text)
    transaction.size += len(text)
    if transaction.count > limits.MAX_SEGMENTS or transaction.size > limits.MAX_TRANSACTION:
        most = f"{limits.MAX_SEGMENTS:,} segments or {limits.MAX_TRANSACTION >> 20} MB"
        what = f"its transaction {readable(transaction.control)[:40]} ({readable(transaction.kind)[:40]})"
        raise limits.too_large(name, f"{what} has more than {most}")


def _begun(segment: Segment, isa: Segment | None, group: Segment | None, signs: Signs, text: str) -> Transaction:
    def said(place: int, other: int) -> str:
        return (group.at(place) if group else "") or (isa.at(other) if isa else "")

    sent = f"{date(said(4, 9))} {time(said(5, 10))}".strip()
    of = (segment.at(1), segment.at(2), said(2, 6), said(3, 8), sent)
    return Transaction(*of, segment.number, signs, [text])


def date(text: str) -> str:
    """``20260715`` or ``260715`` as ``2026-07-15``; anything else as it is."""
    if re.fullmatch(r"\d{6}", text):
        text = f"20{text}"
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"\d{8}", text) else text


def time(text: str) -> str:
    """``1305`` or ``130559`` (with decimals of a second) as ``13:05`` or ``13:05:59``; anything else as it is."""
    if not re.fullmatch(r"\d{4}|\d{6,8}", text):
        return text
    return ":".join(part for part in (text[:2], text[2:4], text[4:6]) if part)
