"""After the delivery: claims, returns, refunds, disputes, tickets."""

from opsconsole.rules.rule import Rule

RULES: tuple[Rule, ...] = ()
