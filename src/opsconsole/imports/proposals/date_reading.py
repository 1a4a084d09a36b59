"""The format of a date column, proposed over all its rows with proof; what cannot be proved is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from opsconsole.imports import dates
from opsconsole.imports.date_words import in_letters
from opsconsole.imports.proposals.words import NOTHING

_FEW = 0.05  # a share of values that may be faulty


@dataclass(frozen=True)
class DateReading:
    """``format`` is empty where it must be asked: ``options`` are (format, words). ``null`` are texts of no value."""

    format: str = ""
    proof: str = ""
    options: tuple[tuple[str, str], ...] = ()
    question: str = ""
    null: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Form:
    """Texts of one form, rows by text, and for each format that the form allows which of them it reads."""

    texts: list[str]
    rows: np.ndarray
    readings: Mapping[str, dates.Parsed]

    def fits(self, pattern: str) -> int:
        """Rows that a format reads."""
        return int(self.rows[self.readings[pattern].good].sum())

    def only(self, pattern: str) -> int:
        """Rows that this format reads and no other."""
        others = [reading.good for name, reading in self.readings.items() if name != pattern]
        alone = self.readings[pattern].good & ~np.logical_or.reduce(others) if others else self.readings[pattern].good
        return int(self.rows[alone].sum())

    def both(self) -> int:
        """Rows that more than one format reads."""
        goods = np.array([reading.good for reading in self.readings.values()])
        return int(self.rows[goods.sum(axis=0) > 1].sum())

    def best(self) -> list[str]:
        """Formats that read the most rows."""
        most = max(self.fits(pattern) for pattern in self.readings)
        return [pattern for pattern in self.readings if self.fits(pattern) == most]


def read_dates(name: str, counts: Mapping[str, int]) -> DateReading:
    """The reading of a column of texts with their numbers of rows."""
    null = tuple(text for text in counts if text.casefold() in NOTHING)
    forms: dict[tuple[str, ...], dict[str, int]] = {}
    for text, count in counts.items():
        if text not in null:
            forms.setdefault(dates.candidates(text), {})[text] = count
    faulty = sum(forms.pop((), {}).values())
    total = faulty + sum(sum(texts.values()) for texts in forms.values())
    made = [_form(patterns, texts) for patterns, texts in forms.items() if sum(texts.values()) > 0.002 * total]
    if not made:
        return DateReading(null=null)
    made.sort(key=lambda one: -int(one.rows.sum()))
    notes = (f"{faulty:,} values are no dates and will be refused.",) if faulty else ()
    found = _one_form(name, made[0]) if len(made) == 1 else _several(name, made)
    return DateReading(found.format, found.proof, found.options, found.question, null, (*found.notes, *notes))


def _form(patterns: tuple[str, ...], texts: Mapping[str, int]) -> _Form:
    listed = list(texts)
    return _Form(listed, np.array(list(texts.values())), {p: dates.parse(listed, p, "UTC") for p in patterns})


def _one_form(name: str, form: _Form) -> DateReading:
    best = form.best()
    rows = int(form.rows.sum())
    if len(form.readings) == 1:
        told = f"{form.fits(best[0]):,} of {rows:,} values are {in_letters(best[0])}"
        return DateReading(
            best[0], told if form.fits(best[0]) < rows else f"all {rows:,} values fit {_letters(best[0])}"
        )
    if len(best) == 1:
        others = [pattern for pattern in form.readings if pattern != best[0] and form.only(pattern)]
        proof = _proof(form, best[0])
        if not others:
            return DateReading(best[0], proof)
        against = max(form.only(pattern) for pattern in others)
        if against <= _FEW * form.only(best[0]):
            note = f"{against:,} values do not fit it and will be refused."
            return DateReading(best[0], proof, notes=(note,))
        best = [best[0], *others]
        words = " and ".join(f"{form.only(pattern):,} values only fit {_letters(pattern)}" for pattern in best)
        return DateReading(
            options=_options(form, best),
            question=f"“{name}” mixes two orders: {words}. Which rows are right? The others will be refused.",
        )
    first = form.readings[best[0]]
    if all(np.array_equal(form.readings[p].days[first.good], first.days[first.good]) for p in best[1:]):
        return DateReading(best[0], f"all {rows:,} values read alike both ways")
    return DateReading(
        options=_options(form, best),
        question=f"“{name}”: all {form.both():,} values fit {' and '.join(_letters(p) for p in best)}. Which is it?",
    )


def _proof(form: _Form, pattern: str) -> str:
    both = form.both()
    told = f"{form.only(pattern):,} values only fit {_letters(pattern)}"
    return f"{told}, {both:,} fit both" if both else told


def _letters(pattern: str) -> str:
    return in_letters(pattern)


def _options(form: _Form, patterns: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Each format with what some texts say by it, those that tell the formats apart first."""
    days = [form.readings[pattern].days for pattern in patterns]
    apart = np.flatnonzero(np.logical_or.reduce([days[0] != other for other in days[1:]]))
    examples = [form.texts[at] for at in (apart if len(apart) else [0])[:2]]
    made = []
    for pattern in patterns:
        told = "; ".join(f"{text} is {dates.in_words(text, pattern)}" for text in examples)
        made.append((pattern, f"{_letters(pattern)}: {told}"))
    return tuple(made)


def _several(name: str, forms: list[_Form]) -> DateReading:
    """A column of more than one form: what a spreadsheet leaves when it converts the dates it can read."""
    proven = [one for one in forms if len(one.best()) == 1]
    chosen: list[str] = []
    told: list[str] = []
    asked: list[_Form] = []
    for form in forms:
        best = form.best()
        if len(best) == 1:
            chosen.append(best[0])
            told.append(_proof(form, best[0]))
            continue
        same = _same_order(form, best, proven)
        if same:
            chosen.append(same)
            told.append(
                f"{form.both():,} written {_letters(same)} fit both, and their months lie among those of the others"
            )
        else:
            asked.append(form)
    note = f"“{name}” holds {len(forms)} forms of dates: a spreadsheet seems to have converted part of it."
    if asked:
        form = asked[0]
        rest = [pattern for other in forms if other is not form for pattern in other.best()[:1]]
        options = tuple(("|".join([*rest, value]), words) for value, words in _options(form, form.best()))
        return DateReading(options=options, question=f"{note} How are the {form.both():,} others meant?", notes=(note,))
    return DateReading("|".join(chosen), "; ".join(told), notes=(note,))


def _order_of(pattern: str) -> str:
    return "".join(letter for letter in pattern if letter in "mdbyY").lower().replace("b", "m")[:3]


def _same_order(form: _Form, best: Sequence[str], proven: Sequence[_Form]) -> str:
    """The one reading whose order another form proves and whose months lie among that form's months."""
    for other in proven:
        order = _order_of(other.best()[0])
        fitting = [pattern for pattern in best if _order_of(pattern) == order]
        rest = [pattern for pattern in best if pattern not in fitting]
        if len(fitting) == 1 and rest:
            known = _months(other, other.best()[0])
            mine, theirs = _months(form, fitting[0]), _months(form, rest[0])
            if mine <= known and not theirs <= known:
                return fitting[0]
    return ""


def _months(form: _Form, pattern: str) -> set[int]:
    reading = form.readings[pattern]
    days = reading.days[reading.good].astype("datetime64[D]")
    return set(days.astype("datetime64[M]").astype(int).tolist())
