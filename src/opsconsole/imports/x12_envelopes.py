"""Whether what stands around the transactions of an X12 file is whole: groups (GS to GE) and interchanges (ISA to IEA).

Their ends state how much is in them and repeat the control number of their beginning. What does not agree is told, and
what is there and whole is read all the same: a lost transaction cannot be refused, for nobody knows what it was.
"""

from dataclasses import dataclass

from opsconsole.domain import wording
from opsconsole.imports.rejects import readable
from opsconsole.imports.x12 import Segment

_MOST_NAMED = 5
_SAME = "should be the same"
_LONGEST = 40  # characters of what is shown of an element


@dataclass(frozen=True, slots=True)
class _Level:
    """Names of an envelope, of what is counted in it, and of the elements of its beginning and its end."""

    name: str
    inside: str
    begins: str
    ends: str
    control: int  # place in the segment that begins it


_GROUP = _Level("group", "transaction", "GS", "GE", 6)
_INTERCHANGE = _Level("interchange", "group", "ISA", "IEA", 13)


class _Envelope:
    """The envelope of a level that is open, if any, and how much is in it."""

    def __init__(self, level: _Level) -> None:
        self.level = level
        self.first: Segment | None = None
        self.count = 0

    def begin(self, segment: Segment) -> None:
        self.first, self.count = segment, 0

    def end(self, last: Segment | None) -> list[str]:
        """What does not agree; it is closed then. ``last`` is its end, None where that is missing."""
        level, first, self.first = self.level, self.first, None
        if first is None:
            if last is None:
                return []
            return [
                f"A {level.name} ends in segment {last.number:,} ({level.ends}) that did not begin: "
                f"its {level.begins} is missing."
            ]
        control = first.at(level.control)
        what = f"{level.name.capitalize()} {_shown(control)} (segment {first.number:,})"
        if last is None:
            return [
                f"{what} has no end ({level.ends}): the file was cut off or lost segments, and more may be missing. "
                f"{wording.plural(self.count, level.inside).capitalize()} of it {_was(self.count)} found."
            ]
        said: list[str] = []
        if _plain(last.at(1)) != str(self.count):
            has = wording.plural(self.count, level.inside)
            said.append(
                f"{what} has {has}, and its end says “{_shown(last.at(1))}” ({level.ends}01, segment {last.number:,})."
            )
        if _plain(last.at(2)) != _plain(control):
            said.append(
                f"{what} ends with another control number, “{_shown(last.at(2))}” ({level.ends}02, segment "
                f"{last.number:,}): {level.begins}{level.control:02} and {level.ends}02 {_SAME}."
            )
        return said


class Envelopes:
    """Filled with the segments that begin or end something, in their order."""

    def __init__(self) -> None:
        self._group = _Envelope(_GROUP)
        self._interchange = _Envelope(_INTERCHANGE)
        self._said: list[str] = []
        self._more = 0
        self._lost = False  # maybe: what is counted or an end is missing

    def add(self, segment: Segment) -> None:
        """Take note of one."""
        name = segment.name
        if name == "ST":
            self._group.count += 1
        elif name == "GS":
            self._tell(self._group.end(None))
            self._interchange.count += 1
            self._group.begin(segment)
        elif name == "GE":
            self._tell(self._group.end(segment))
        elif name == "ISA":
            self._end()
            self._interchange.begin(segment)
        elif name == "IEA":
            self._tell(self._group.end(None))
            self._tell(self._interchange.end(segment))

    def _end(self) -> None:
        self._tell(self._group.end(None))
        self._tell(self._interchange.end(None))

    def _tell(self, said: list[str]) -> None:
        room = _MOST_NAMED - len(self._said)
        self._said += said[:room]
        self._more += len(said[room:])
        self._lost = self._lost or any(_SAME not in one for one in said)

    def notes(self) -> list[str]:
        """What does not agree in all of the file: the first few, how many more, and what it means."""
        self._end()
        if not self._said:
            return []
        more = [f"{wording.plural(self._more, 'more fault')} of groups and interchanges."] if self._more else []
        lost = "What is there and whole was read; ask the sender whether all of it arrived."
        return [*self._said, *more, lost if self._lost else "It was read all the same."]


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _shown(text: str) -> str:
    return readable(text)[:_LONGEST]


def _plain(number: str) -> str:
    """A number without zeros before it."""
    return number.strip().lstrip("0") or "0"
