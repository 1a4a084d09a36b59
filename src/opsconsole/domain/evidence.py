"""Evidence in words: sentences with typed places, filled from the values that made a rule fire.

A place is ``{name:kind}``. Kinds: none (text as it is), ``count``, ``money`` (currency in the value ``currency``),
``instant``, ``day``, ``promise`` (a promise for a local date shows the date alone; the zone is the value ``zone``),
``coming`` (a promise that is not over yet: one that is counts as missing),
``since`` (time from the value to now), ``until`` (time from now to it), ``span`` (seconds). A sentence is a tuple of
alternatives: the first whose values are all there is used; none fits: the sentence is left out.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from opsconsole.domain import wording
from opsconsole.domain.instants import SECOND, day_end, day_of
from opsconsole.domain.money import in_words

Sentence = tuple[str, ...]

_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
KINDS = frozenset({"", "count", "money", "instant", "day", "promise", "coming", "since", "until", "span"})


@lru_cache(4096)
def _pieces(template: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The words around a template's places, one more than there are places, and the places' names and kinds."""
    parts = _PLACE.split(template)
    return tuple(parts[::3]), tuple(zip(parts[1::3], (kind or "" for kind in parts[2::3]), strict=True))


def places(template: str) -> list[tuple[str, str]]:
    """Names and kinds of a template's places."""
    return list(_pieces(template)[1])


def fill(template: str, values: Mapping[str, Any], *, now: int, zone: str = "UTC") -> str | None:
    """The template with its values in words; None when one of them is missing."""
    around, asked = _pieces(template)
    for name, kind in asked:
        value = values.get(name)
        if value is None or (kind == "coming" and value < now):
            return None
    told = [around[0]]
    for (name, kind), after in zip(asked, around[1:], strict=True):
        told += (_words(values, name, kind, now, zone), after)
    return "".join(told)


def first_that_fits(sentence: Sentence, values: Mapping[str, Any], *, now: int, zone: str = "UTC") -> str | None:
    """The first alternative whose values are all there."""
    filled = (fill(template, values, now=now, zone=zone) for template in sentence)
    return next((words for words in filled if words is not None), None)


def in_sentences(
    sentences: Sequence[Sentence], values: Mapping[str, Any], *, now: int, zone: str = "UTC"
) -> tuple[str, ...]:
    """All sentences that fit, in order; bold values are marked ``**like this**``."""
    chosen = (first_that_fits(sentence, values, now=now, zone=zone) for sentence in sentences)
    return tuple(words for words in chosen if words is not None)


def _words(values: Mapping[str, Any], name: str, kind: str, now: int, zone: str) -> str:
    value = values[name]
    if kind == "count":
        return wording.count(value)
    if kind == "money":
        return in_words(int(value), str(values.get("currency") or ""))
    if kind == "instant":
        return wording.instant(value, zone, year_of=now)
    if kind == "day":
        return wording.day(value, year_of=day_of(now, zone))
    if kind in ("promise", "coming"):
        return promise_words(value, str(values.get("zone") or zone), now=now, shown_in=zone)
    if kind == "since":
        return wording.duration(max(0, now - value) / SECOND)
    if kind == "until":
        return wording.duration(max(0, value - now) / SECOND)
    if kind == "span":
        return wording.duration(value)
    return str(value)


@lru_cache(32_768)
def is_date(promise: int, zone: str) -> bool:
    """Whether a promise stands for a whole local date: the last microsecond of a day in the order's time zone."""
    return promise == day_end(day_of(promise, zone), zone)


def promise_words(promise: int, zone: str, *, now: int, shown_in: str = "UTC") -> str:
    """``Mon 16 Nov`` for a promise that is a local date, ``Mon 16 Nov, 16:00`` for an instant."""
    if is_date(promise, zone):
        return wording.instant(promise, zone, year_of=now).rsplit(",", 1)[0]
    return wording.instant(promise, shown_in, year_of=now)
