"""The exception rules: what fires, how urgent it is, and how it is said.

A new rule is one ``Rule`` in the module of its phase (and its SELECT): list, chips, filters, page, command line and
workbook follow.
"""

from opsconsole.rules import (
    order_exceptions_aftersales,
    order_exceptions_checkout,
    order_exceptions_fulfillment,
    order_exceptions_records,
    order_exceptions_transit,
)
from opsconsole.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *order_exceptions_checkout.RULES,
    *order_exceptions_fulfillment.RULES,
    *order_exceptions_transit.RULES,
    *order_exceptions_aftersales.RULES,
    *order_exceptions_records.RULES,
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
LABELS: tuple[tuple[str, str], ...] = tuple((rule.code, rule.label) for rule in RULES)
