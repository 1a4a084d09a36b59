"""The rules once more, in plain Python loops over exported rows, written from their definitions.

Shares nothing with the program but the names of columns: own as-of logic, own check digits, own stock arithmetic.
``tables`` maps a table's name to its rows as dicts; ``meets`` returns per (rule, subject) the instant it began at, or
None where the definition does not say.
"""

import plain_aftersales
import plain_checkout
import plain_fulfillment
import plain_records
import plain_transit
import plain_warehouse
from plain_shop import Shop

RULES = (
    *plain_checkout.RULES,
    *plain_fulfillment.RULES,
    *plain_warehouse.RULES,
    *plain_transit.RULES,
    *plain_aftersales.RULES,
    *plain_records.RULES,
)


def meets(tables, now):
    """(rule, subject) -> since when, of everything that meets a rule as of ``now``."""
    shop = Shop(tables, now)
    found = {(rule.__name__.upper(), key): since for rule in RULES for key, since in rule(shop)}
    # What is to begin later and is true all the same began when it is seen.
    return {key: None if since is None else min(since, now) for key, since in found.items()}
