"""What the random business has of what records say of each other, beside what world.py makes."""


def found(world, now):
    """Tables that are there before the first order."""


def adorn(choose, order, now):
    """More of a new order."""


def move(choose, order, now):
    """Something happens to an order."""
