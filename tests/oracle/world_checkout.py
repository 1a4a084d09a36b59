"""What the random business has of an order as it comes in, beside what world.py makes."""


def found(world, now):
    """Tables that are there before the first order."""


def adorn(choose, order, now):
    """More of a new order."""


def move(choose, order, now):
    """Something happens to an order."""
