"""ISO 8601 dates and times of fixed width, read by arrays: what most exports write, much faster than one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_DAY = 86_400_000_000
_MINUTE = 60_000_000
NO_OFFSET = np.int16(-32768)

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

# Length of the text → what follows the seconds: nothing, Z, an offset with its sign at a place and maybe a colon.
_FORMS = {10: "day", 19: "", 20: "Z", 24: "offset", 25: "offset"}


@dataclass(frozen=True, slots=True)
class IsoDates:
    """Wall times in microseconds as if UTC, offsets in minutes, and which of the texts were read."""

    micros: Numbers
    offsets: npt.NDArray[np.int16]
    has_time: npt.NDArray[np.bool_]
    read: npt.NDArray[np.bool_]


def read_iso(texts: Sequence[str]) -> IsoDates:
    """Read the texts that are of one of the fixed forms; the others are left unread, whatever they are."""
    count = len(texts)
    found = IsoDates(
        np.zeros(count, np.int64), np.full(count, NO_OFFSET), np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    )
    lengths = np.fromiter(map(len, texts), np.int64, count)
    for length, form in _FORMS.items():
        places = np.flatnonzero(lengths == length)
        if not len(places):
            continue
        try:
            data = np.array([texts[place] for place in places.tolist()], dtype=f"S{length}")
        except UnicodeEncodeError:
            continue
        _read_form(found, places, data.view(np.uint8).reshape(-1, length), form)
    return found


def _read_form(found: IsoDates, places: Numbers, data: Bytes, form: str) -> None:
    micros, good = _day(data)
    offsets = np.full(len(data), NO_OFFSET)
    if form != "day":
        time, right = _time(data)
        micros, good = micros + time, good & right & ((data[:, 10] == ord(" ")) | (data[:, 10] == ord("T")))
    if form == "Z":
        good &= data[:, 19] == ord("Z")
        offsets[:] = 0
    elif form == "offset":
        minutes, right = _offset(data)
        good &= right
        offsets = minutes.astype(np.int16)
    kept = places[good]
    found.micros[kept], found.offsets[kept] = micros[good], offsets[good]
    found.has_time[kept], found.read[kept] = form != "day", True


def _number(data: Bytes, start: int, length: int) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    digits = data[:, start : start + length].astype(np.int64) - ord("0")
    right = np.logical_and.reduce((digits >= 0) & (digits <= 9), axis=1)
    weights = 10 ** np.arange(length - 1, -1, -1, dtype=np.int64)
    return np.asarray(digits @ weights, np.int64), np.asarray(right, np.bool_)


def _day(data: Bytes) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    (year, a), (month, b), (day, c) = _number(data, 0, 4), _number(data, 5, 2), _number(data, 8, 2)
    good = a & b & c & (data[:, 4] == ord("-")) & (data[:, 7] == ord("-"))
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    good &= day <= following - first
    return (first + np.where(good, day, 1) - 1) * _DAY, good


def _time(data: Bytes) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    (hour, a), (minute, b), (second, c) = _number(data, 11, 2), _number(data, 14, 2), _number(data, 17, 2)
    good = a & b & c & (data[:, 13] == ord(":")) & (data[:, 16] == ord(":"))
    good &= (hour < 24) & (minute < 60) & (second < 60)
    return hour * 60 * _MINUTE + minute * _MINUTE + second * 1_000_000, good


def _offset(data: Bytes) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """``+0200`` straight after the seconds or after a blank, or ``+02:00``."""
    length = data.shape[1]
    colon = (data[:, length - 3] == ord(":")) if length == 25 else np.zeros(len(data), np.bool_)
    blank = (data[:, 19] == ord(" ")) & ~colon if length == 25 else np.zeros(len(data), np.bool_)
    sign = np.where(blank, data[:, min(20, length - 1)], data[:, 19])
    with_colon, without = _number(data, length - 5, 2), _number(data, length - 4, 2)
    hours = np.where(colon, with_colon[0], without[0])
    minutes, right = _number(data, length - 2, 2)
    good = right & np.where(colon, with_colon[1], without[1]) & ((sign == ord("+")) | (sign == ord("-")))
    good &= colon | blank | (length == 24)
    good &= (minutes < 60) & (hours * 60 + minutes <= 15 * 60)
    total = hours * 60 + minutes
    return np.where(sign == ord("-"), -total, total), good
