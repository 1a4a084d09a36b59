"""The list: one component that every tab shows its rows with.

``view.ListView`` is what a tab uses. A ``domain.Listing`` goes in; ``order`` arranges it (sort, filter, search, groups)
with NumPy in a worker, ``model`` turns rows into cells, ``grid`` paints them.
"""
