"""Correcting refused lines in the window: the model, the grid, and the page in the place of the list of imports."""
