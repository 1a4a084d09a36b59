"""How wide a list's columns are in the width there is: what stretches, what is cut, and what gives way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsconsole.domain.field import Field, Kind

MIN_TEXT = 72
STRETCH_MIN = 160
STRETCH_FLOOR = 120
STRETCH_COMFORT = 320
LEGIBLE = 112  # where words are cut further, spare columns give way
# Cut in this order when the columns do not fit; identifiers never, then the list scrolls sideways.
NEVER_CUT = frozenset({Kind.IDENTIFIER, Kind.QUANTITY, Kind.MONEY, Kind.INSTANT, Kind.DATE, Kind.DURATION})
_CUT_ORDER = ((Kind.TEXT, Kind.STATUS, Kind.PROPOSAL), (Kind.STATE,))


@dataclass(frozen=True)
class Fitting:
    """Columns in a width: ``natural`` are their widths by what is in them, ``dragged`` those that somebody chose.

    ``asked`` are the keys of columns that somebody asked for: they never give way. All widths in pixels.
    """

    room: int
    natural: Mapping[str, int]
    dragged: Mapping[str, int]
    asked: frozenset[str]

    def widths(self, wanted: Sequence[Field]) -> dict[str, int]:
        """Width by key of the columns that are shown; wider together than the room where the list scrolls sideways."""
        shown = self._without_spare(self._without_wide(wanted))
        widths = {field.key: self._wide(field) for field in shown}
        fixed = [field for field in shown if not self._stretches(field)]
        used = sum(widths[field.key] for field in fixed)
        stretching = next((field for field in shown if self._stretches(field)), None)
        if stretching is not None and self.room - used >= STRETCH_MIN:
            self._stretch(stretching, fixed, widths, used)
            return widths
        if stretching is not None and stretching.wide_only and stretching.key not in self.asked:
            # Too narrow for the long words: they are in the panel and the tooltip.
            shown = fixed
            del widths[stretching.key]
        elif stretching is not None:
            widths[stretching.key] = self._least_stretch(stretching, shown, widths, self.room - used)
        self._cut(shown, widths)
        self._spread(shown, widths)
        return widths

    def _wide(self, field: Field) -> int:
        return self.dragged.get(field.key, self.natural[field.key])

    def _stretches(self, field: Field) -> bool:
        return field.stretch and field.key not in self.dragged

    def _without_wide(self, shown: Sequence[Field]) -> list[Field]:
        """Fields less those for wide windows, the last first, while the words of the others would be cut."""
        kept = list(shown)
        wide = [field for field in shown if field.wide_only and not field.stretch and field.key not in self.asked]
        for field in reversed(wide):
            if sum(map(self._wide, kept)) <= self.room:
                break
            kept.remove(field)
        return kept

    def _without_spare(self, shown: Sequence[Field]) -> list[Field]:
        """Fields less the spare ones, the last first, while the words of the others could not be read."""
        kept = list(shown)
        for field in reversed([field for field in shown if field.spare and field.key not in self.asked]):
            if sum(map(self._legible, kept)) <= self.room:
                break
            kept.remove(field)
        return kept

    def _legible(self, field: Field) -> int:
        """Least width at which a column can be read; none for words that go by themselves."""
        if field.stretch and field.wide_only and field.key not in self.asked:
            return 0
        wordy = field.key not in self.dragged and any(field.kind in kinds for kinds in _CUT_ORDER)
        return min(self._wide(field), LEGIBLE) if wordy else self._wide(field)

    def _stretch(self, stretching: Field, fixed: Sequence[Field], widths: dict[str, int], used: int) -> None:
        """Give the stretch column what is left, and the others some air where that is much."""
        loose = [field for field in fixed if field.key not in self.dragged]
        comfort = max(STRETCH_COMFORT, self.natural[stretching.key])
        air = min(max((self.room - used - comfort) // max(len(loose), 1), 0), 16)
        for field in loose:
            widths[field.key] += air
        widths[stretching.key] = max(self.room - used - air * len(loose), STRETCH_MIN)

    def _least_stretch(self, field: Field, shown: Sequence[Field], widths: dict[str, int], left: int) -> int:
        """Width of the stretch column where little is left: that of the other words, which are cut as far for it."""
        others = [widths[key] for keys in self._wordy(shown) for key in keys]
        if STRETCH_FLOOR - left > sum(max(width - MIN_TEXT, 0) for width in others):
            # It scrolls sideways: nothing needs to be cut.
            return max(STRETCH_FLOOR, min(self.natural[field.key], STRETCH_COMFORT))
        words = min(self.natural[field.key], STRETCH_MIN)
        fair = (at for at in range(words, STRETCH_FLOOR, -1) if at - left <= sum(max(one - at, 0) for one in others))
        return max(left, next(fair, STRETCH_FLOOR))

    def _wordy(self, shown: Sequence[Field]) -> list[list[str]]:
        """Columns of words that may be cut, those first that are cut first."""
        loose = [field for field in shown if not field.stretch and field.key not in self.dragged]
        return [[field.key for field in loose if field.kind in kinds] for kinds in _CUT_ORDER]

    def _cut(self, shown: Sequence[Field], widths: dict[str, int]) -> None:
        """Cut the widest columns of words to one width, so that none is cut far more than another."""
        excess = sum(widths.values()) - self.room
        wordy = self._wordy(shown)
        if excess > sum(max(widths[key] - MIN_TEXT, 0) for keys in wordy for key in keys):
            return  # it scrolls sideways anyway: then the words may as well be read
        for keys in wordy:
            taken = min(max(excess, 0), sum(max(widths[key] - MIN_TEXT, 0) for key in keys))
            if not taken:
                continue
            widest = max(widths[key] for key in keys)
            level = next(at for at in range(widest, -1, -1) if sum(max(widths[key] - at, 0) for key in keys) >= taken)
            excess -= taken
            widths |= {key: min(widths[key], level) for key in keys}

    def _spread(self, shown: Sequence[Field], widths: dict[str, int]) -> None:
        """Share what is left among the columns, so that the rows reach the edge without a hole."""
        left = self.room - sum(widths.values())
        takers = [field for field in shown if field.key not in self.dragged and field.kind != Kind.SEVERITY]
        if left <= 0 or not takers:
            return
        share = min(left // len(takers), 24)
        for field in takers:
            widths[field.key] += share
