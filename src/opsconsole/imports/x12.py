"""X12 EDI taken apart: segments and transactions, whatever harm mail, editors and gateways have done to the file.

The element separator is the 4th character, the segment terminator the one after the 16th element of ISA. Spaces that
pad ISA may be missing or be no-break spaces, lines may break anywhere between segments, the last terminator may be
gone, and control numbers need not agree. What must agree is the number of segments that SE states: a transaction that
lost some of them is refused.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_BREAK_BEFORE_SEGMENT = r"[\r\n]+(?=[A-Z][A-Z0-9]{1,2}%s)"


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
    """A transaction set from ST to SE with what its envelopes say; ``sent`` is an ISO date, with a time if known."""

    kind: str
    control: str
    sender: str
    receiver: str
    sent: str
    segments: list[Segment] = field(default_factory=list)

    @property
    def fault(self) -> tuple[int, str, str]:
        """Where it is not whole: the segment's number, what it says and what was expected; no number where it is."""
        last = self.segments[-1]
        if last.name != "SE":
            return last.number, "", f"SE: the end of transaction {self.control} is missing"
        if last.at(1).strip() != str(len(self.segments)) and last.at(1).strip().lstrip("0") != str(len(self.segments)):
            return last.number, last.at(1), f"{len(self.segments)}: the number of segments that are there"
        return 0, "", ""


def looks_like(start: bytes) -> bool:
    """Whether bytes at the start of a file are those of an X12 interchange."""
    text = start.decode("utf-8", "replace").lstrip("\ufeff \t\r\n\xa0")
    return text.startswith("ISA") and len(text) > 4 and not text[3].isalnum() and text.count(text[3]) > 10


def split(text: str) -> list[Segment]:
    """Segments of all interchanges in a text."""
    found = _segments(text, at_breaks=False)
    if all(one.fault[0] == 0 for one in transactions(found)):
        return found
    # A terminator may be lost where a line ends.
    again = _segments(text, at_breaks=True)
    return again if all(one.fault[0] == 0 for one in transactions(again)) else found


def _segments(text: str, *, at_breaks: bool) -> list[Segment]:
    found: list[Segment] = []
    for part in _interchanges(text):
        separator, component, terminator = _signs(part)
        pieces: Iterable[str] = part.split(terminator)
        if at_breaks:
            pattern = re.compile(_BREAK_BEFORE_SEGMENT % re.escape(separator))
            pieces = (piece for whole in pieces for piece in pattern.split(whole))
        for piece in pieces:
            plain = re.sub(r"[\r\n]+", "", piece).replace("\xa0", " ").strip()
            if plain and plain != component:
                of_isa = plain.startswith("ISA")  # whose last element is the component separator itself
                empty = "" if of_isa else component
                elements = tuple(element.strip().rstrip(empty).strip() for element in plain.split(separator))
                found.append(Segment(len(found) + 1, elements))
    return found


def _interchanges(text: str) -> Iterator[str]:
    """Texts that begin with ISA; each may have signs of its own."""
    marks = re.finditer(r"(?<![A-Za-z0-9])ISA([^A-Za-z0-9\s])", text)
    # What stands between two element separators is a value.
    starts = [found.start() for found in marks if text[found.start() - 1 : found.start()] != found[1]]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end]


def _signs(text: str) -> tuple[str, str, str]:
    """Element separator, component separator and segment terminator of an interchange."""
    separator = text[3]
    place = 0
    for _ in range(16):
        place = text.find(separator, place) + 1
        if not place:
            return separator, "", "~"
    component, terminator = text[place : place + 1], text[place + 1 : place + 2] or "~"
    if terminator.isalnum():  # ISA16 is missing: what stands in its place ends the segment
        return separator, "", component
    return separator, component, terminator


def transactions(segments: Iterable[Segment]) -> list[Transaction]:
    """Transactions in a file's segments; one that another begins in is not whole."""
    found: list[Transaction] = []
    isa: Segment | None = None
    group: Segment | None = None
    current: Transaction | None = None
    for segment in segments:
        if segment.name == "ISA":
            isa, group, current = segment, None, None
        elif segment.name == "GS":
            group, current = segment, None
        elif segment.name == "ST":
            current = _begun(segment, isa, group)
            found.append(current)
        elif segment.name in ("GE", "IEA"):
            current = None
        elif current is not None:
            current.segments.append(segment)
            current = None if segment.name == "SE" else current
    return found


def _begun(segment: Segment, isa: Segment | None, group: Segment | None) -> Transaction:
    def said(place: int, other: int) -> str:
        return (group.at(place) if group else "") or (isa.at(other) if isa else "")

    sent = f"{date(said(4, 9))} {time(said(5, 10))}".strip()
    return Transaction(segment.at(1), segment.at(2), said(2, 6), said(3, 8), sent, [segment])


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
