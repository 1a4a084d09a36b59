"""The best way to give columns to fields, over all together: the Hungarian method (Kuhn 1955), by shortest paths."""

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


def best_assignment(scores: Scores) -> list[tuple[int, int]]:
    """Pairs (row, column) of the largest sum of scores; each row and column once, pairs without a score left out."""
    rows, columns = scores.shape
    if not rows or not columns:
        return []
    if rows > columns:
        return [(row, column) for column, row in best_assignment(scores.T)]
    cost = np.max(scores) - scores
    by_column = _matched(cost)
    pairs = [(int(row), column) for column, row in enumerate(by_column.tolist()) if row >= 0]
    return sorted((row, column) for row, column in pairs if scores[row, column] > 0)


def _matched(cost: Scores) -> npt.NDArray[np.int64]:
    """For each column the row it is given to (-1: none), at the least cost; there are at most as many rows as columns.

    Rows come in one by one; each takes the cheapest path of columns that change hands. Potentials keep all reduced
    costs at or above zero.
    """
    rows, columns = cost.shape
    of_row, of_column = np.zeros(rows), np.zeros(columns + 1)
    given = np.full(columns + 1, -1, np.int64)  # the last column stands for "not yet"
    for row in range(rows):
        given[columns] = row
        shortest = np.full(columns, np.inf)
        before = np.full(columns, columns, np.int64)
        done = np.zeros(columns + 1, np.bool_)
        at = columns
        while given[at] >= 0:
            done[at] = True
            free = np.flatnonzero(~done[:columns])
            reduced = cost[given[at], free] - of_row[given[at]] - of_column[free]
            nearer = reduced < shortest[free]
            shortest[free[nearer]] = reduced[nearer]
            before[free[nearer]] = at
            chosen = int(free[int(np.argmin(shortest[free]))])
            step = shortest[chosen]
            of_row[given[done]] += step
            of_column[done] -= step
            shortest[free] -= step
            at = chosen
        while at != columns:
            given[at] = given[before[at]]
            at = int(before[at])
    return given[:columns]
