"""X12 EDI cut into the texts of its segments as it is read, however many interchanges with signs of their own follow.

Memory: a block of the file, and the segment that it ends in.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opsconsole.imports import limits

_MARK = re.compile(r"(?<![A-Za-z0-9])ISA([^A-Za-z0-9\s])")
_MARK_LENGTH = 4
_BREAK_BEFORE_SEGMENT = r"[\r\n]+(?=[A-Z][A-Z0-9]{1,2}%s)"
_OF_ISA = 16  # elements


@dataclass(frozen=True, slots=True)
class Signs:
    """What separates elements and components and ends segments in an interchange."""

    separator: str
    component: str
    terminator: str

    def elements(self, text: str) -> tuple[str, ...]:
        """Elements of a segment; the first is its name. What stands behind a senseless number of them stays whole."""
        found = text.split(self.separator, limits.MAX_COLUMNS)
        # The last element of ISA is the component separator itself.
        if not self.component or self.component not in text or text.startswith("ISA"):
            return tuple(map(str.strip, found))
        return tuple(element.strip().rstrip(self.component).strip() for element in found)


def segment_texts(blocks: Iterable[str], name: str, *, at_breaks: bool) -> Iterator[tuple[Signs, list[str]]]:
    """The segments of a file's text, block by block, with the signs that they are written with.

    ``at_breaks``: a segment also ends where a line does and another segment begins. UserError where one never ends;
    ``name`` is the file's.
    """
    signs: Signs | None = None
    held = ""
    for begins, text in _interchanges(blocks):
        if begins:
            yield from _rest(held, signs, at_breaks)
            signs, held = None, ""
        held += text
        signs = signs or (_signs(held) if _tells_signs(held) else None)
        if signs is not None:
            pieces = held.split(signs.terminator)
            held = pieces.pop()
            yield signs, _plain(pieces, signs, at_breaks)
        if len(held) > limits.MAX_LINE:
            raise limits.too_large(name, "a segment of it has more than 16 million characters")
    yield from _rest(held, signs, at_breaks)


def _rest(held: str, signs: Signs | None, at_breaks: bool) -> Iterator[tuple[Signs, list[str]]]:
    """What an interchange ends with."""
    if held:
        signs = signs or _signs(held)
        yield signs, _plain(held.split(signs.terminator), signs, at_breaks)


def _plain(pieces: list[str], signs: Signs, at_breaks: bool) -> list[str]:
    """Segments without line ends and spaces around them; what holds no text is none."""
    if at_breaks:
        pattern = re.compile(_BREAK_BEFORE_SEGMENT % re.escape(signs.separator))
        pieces = [piece for whole in pieces for piece in pattern.split(whole)]
    found = []
    for piece in pieces:
        plain = piece.replace("\r", "").replace("\n", "").replace("\xa0", " ").strip()
        if plain and plain != signs.component:
            found.append(plain)
    return found


def _interchanges(blocks: Iterable[str]) -> Iterator[tuple[bool, str]]:
    """The text from the first ISA on in pieces; true where an interchange begins with what follows."""
    text = ""
    given = 0  # characters that were given before: the last one, since marks depend on what stands before them
    inside = False
    for block in blocks:
        text += block
        for mark in _MARK.finditer(text, given):
            start = mark.start()
            # What stands between two element separators is a value.
            if text[max(start - 1, 0) : start] != mark[1]:
                if inside:
                    yield False, text[given:start]
                yield True, ""
                given, inside = start, True
        end = max(len(text) - _MARK_LENGTH + 1, given)  # a mark may begin behind it
        if inside:
            yield False, text[given:end]
        text, given = text[max(end - 1, 0) :], min(end, 1)
    if inside:
        yield False, text[given:]


def _tells_signs(text: str) -> bool:
    """Whether the beginning of an interchange tells its signs."""
    return len(text) >= _MARK_LENGTH and 0 < _behind_isa(text) < len(text) - 1


def _behind_isa(text: str) -> int:
    """Where the last element of ISA stands; 0 where there are fewer elements."""
    place = 0
    for _ in range(_OF_ISA):
        place = text.find(text[3], place) + 1
        if not place:
            return 0
    return place


def _signs(text: str) -> Signs:
    """The signs of an interchange that begins like this."""
    separator, place = text[3], _behind_isa(text)
    if not place:
        return Signs(separator, "", "~")
    component, terminator = text[place : place + 1], text[place + 1 : place + 2] or "~"
    if terminator.isalnum():  # ISA16 is missing: what stands in its place ends the segment
        return Signs(separator, "", component)
    return Signs(separator, component, terminator)
