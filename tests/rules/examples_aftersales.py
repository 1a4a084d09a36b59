"""Examples of the rules about what comes after an order; expected by hand from the definitions."""

EXAMPLES = {}
