"""Group rows: the kept rows by the value of a field, with counts and sums, in one pass over arrays.

Imports NumPy, so it is imported in workers only.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from opsconsole.desktop.table.arrangement import Arranged, Arrangement, Group
from opsconsole.desktop.table.cells import NO_WORDS
from opsconsole.domain.field import Field, Kind, Total

if TYPE_CHECKING:
    from opsconsole.desktop.table.order import Order

Rows = npt.NDArray[np.int32]
Numbers = npt.NDArray[Any]
Figures = list[tuple[tuple[str, float], ...]]
_SUMMED = frozenset({Kind.MONEY, Kind.QUANTITY, Kind.DURATION})


def grouped(order: "Order", rows: Rows, arrangement: Arrangement) -> Arranged:
    """Rows under their group rows. Groups stand in the listing's own order unless the sort leads with their field."""
    field = order.field(arrangement.group_by)
    codes, values = order.key(field.key).coded()
    present, first, of_rows = np.unique(codes[rows], return_index=True, return_inverse=True)
    leads = bool(arrangement.sort) and arrangement.sort[0].key == field.key
    appearance = first if leads else _first_rows(codes, present)
    place = np.empty(len(present), dtype=np.int32)
    place[np.argsort(appearance, kind="stable")] = np.arange(len(present), dtype=np.int32)
    numbers = place[of_rows.reshape(-1)]
    by_group = np.argsort(numbers, kind="stable")
    members = rows[by_group]
    starts = np.searchsorted(numbers[by_group], np.arange(len(present)))
    ends = np.append(starts[1:], len(members))
    sums = _sums(order, members, starts)
    groups: list[Group] = []
    pieces: list[Rows] = []
    for number, code in enumerate(present[np.argsort(place)]):
        value = None if code < 0 else values[code]
        collapsed = arrangement.all_collapsed != (value in arrangement.collapsed)
        figures = {key: found for key, known in sums.items() if (found := known[number])}
        count = int(ends[number] - starts[number])
        groups.append(Group(value, _words(field, value), count, collapsed, figures))
        pieces.append(np.array([-len(groups)], dtype=np.int32))
        if not collapsed:
            pieces.append(members[starts[number] : ends[number]])
    return Arranged(np.concatenate(pieces), tuple(groups), len(rows))


def _first_rows(codes: npt.NDArray[Any], present: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    order, first = np.unique(codes, return_index=True)
    return np.asarray(first[np.searchsorted(order, present)], dtype=np.intp)


def _words(field: Field, value: Any) -> str:
    if value is None:
        return field.missing or NO_WORDS
    return field.label_of(value) if field.labels else str(value)


def _sums(order: "Order", members: Rows, starts: npt.NDArray[np.intp]) -> dict[str, Figures]:
    """Per field with a sum, and of time that is over, the figures of each group: pairs of currency and amount."""
    found: dict[str, Figures] = {}
    for field in order.listing.fields:
        if field.total == Total.SUM and field.kind in _SUMMED:
            found[field.key] = _amounts(order, field, members, starts)
        elif field.total == Total.OVER:
            key = order.key(field.key)
            over = _present(key.numbers, key.missing, members) < 0
            counts = np.add.reduceat(over.astype(np.int64), starts)
            found[field.key] = [(("", int(count)),) if count else () for count in counts]
    return found


def _amounts(order: "Order", field: Field, members: Rows, starts: npt.NDArray[np.intp]) -> Figures:
    pairs: list[list[tuple[str, float]]] = [[] for _ in starts]
    left: npt.NDArray[np.bool_] | None = None
    if field.total_of and order.knows(field.total_of):
        base = order.field(field.total_of)
        key = order.key(base.key)
        _add(pairs, base.currency, _present(key.numbers, key.missing, members), starts)
        left = np.zeros(len(members), np.bool_) if key.missing is None else key.missing[members]
    own = order.key(field.key)
    numbers = _present(own.numbers, own.missing, members)
    if left is not None:
        if not left.any():
            return [tuple(pair) for pair in pairs]
        numbers = np.where(left, numbers, 0)
    if field.kind != Kind.MONEY or not order.knows(field.currency):
        _add(pairs, field.currency if field.kind == Kind.MONEY else "", numbers, starts)
    else:
        codes, names = order.key(field.currency).coded()
        of_rows = codes[members]
        for code in np.unique(of_rows[numbers != 0]):
            name = "" if code < 0 else str(names[code])
            _add(pairs, name, np.where(of_rows == code, numbers, 0), starts)
    return [tuple(pair) for pair in pairs]


def _present(numbers: Numbers, missing: npt.NDArray[np.bool_] | None, members: Rows) -> Numbers:
    picked: Numbers = numbers[members]
    return picked if missing is None else np.where(missing[members], 0, picked)


def _add(pairs: list[list[tuple[str, float]]], currency: str, numbers: Numbers, starts: npt.NDArray[np.intp]) -> None:
    for pair, total in zip(pairs, np.add.reduceat(numbers, starts), strict=True):
        if total:
            pair.append((currency, float(total)))
