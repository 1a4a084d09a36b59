"""The rules about what comes after an order again, in plain loops, written from their definitions."""

RULES = ()
