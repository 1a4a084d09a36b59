"""Order exceptions as of a moment: the queue, its chips, the rules, the page behind a row, what people do to them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from opsconsole.domain.listing import Listing, plain_values
from opsconsole.domain.severity import SEVERITIES
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.services.business import business
from opsconsole.services.exception_rows import SUMMED, summed, worth_of
from opsconsole.services.order_exceptions_actions import (
    acknowledge,
    add_note,
    assign,
    ignore,
    reopen,
    resolve,
    snooze,
    start,
    tag,
    tick_runbook,
    wait,
)
from opsconsole.services.order_exceptions_actions_undo import undo
from opsconsole.services.order_exceptions_page import exception_page
from opsconsole.services.order_exceptions_queue import is_in, list_exceptions
from opsconsole.services.order_exceptions_reread import newest_event, reread, told_since
from opsconsole.store.database import Database
from opsconsole.store.schema import exceptions

__all__ = [
    "TypeCount",
    "acknowledge",
    "add_note",
    "assign",
    "counts_of",
    "exception_page",
    "ignore",
    "list_exceptions",
    "newest_event",
    "owners",
    "reopen",
    "reread",
    "resolve",
    "snooze",
    "start",
    "tag",
    "tick_runbook",
    "told_since",
    "type_counts",
    "undo",
    "wait",
]

_e = exceptions.c


# --- chips ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TypeCount:
    """A chip: active exceptions of a type and their value at risk in minor units of ``currency``.

    ``severity`` is the type's base. Values in currencies without a rate are in ``others`` as pairs of code and amount.
    """

    rule: str
    label: str
    severity: str
    count: int
    value: int
    currency: str
    others: tuple[tuple[str, int], ...] = ()


def type_counts(database: Database, now: int) -> list[TypeCount]:
    """One chip per type with active exceptions, the most severe and most frequent first."""
    with database.read() as connection:
        company = business(connection, now)
        rows = connection.execute(
            select(_e.rule, *summed(company), func.count(), func.sum(_e.value_at_risk))
            .where(is_in("active", now), _e.detected_at <= now)
            .group_by(_e.rule, *SUMMED)
        ).all()
    counts: dict[str, int] = defaultdict(int)
    values: dict[str, int] = defaultdict(int)
    others: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rule, currency, each, count, total in rows:
        counts[rule] += count
        worth = worth_of(company, currency, each, total)
        if worth is None:
            others[rule][currency] += int(total)
        else:
            values[rule] += worth
    return _chips(counts, values, others, company.base_currency)


def counts_of(listing: Listing) -> list[TypeCount]:
    """The same of a listing of the queue's active ones, without asking the database again."""
    columns = (plain_values(listing.columns[key]) for key in ("type", "base_value", "value_at_risk", "currency"))
    counts: dict[str, int] = defaultdict(int)
    values: dict[str, int] = defaultdict(int)
    others: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rule, worth, amount, currency in zip(*columns, strict=True):
        counts[rule] += 1
        values[rule] += worth or 0
        if worth is None and amount:
            others[rule][currency] += amount
    return _chips(counts, values, others, listing.field("base_value").currency)


def _chips(
    counts: Mapping[str, int], values: Mapping[str, int], others: Mapping[str, Mapping[str, int]], currency: str
) -> list[TypeCount]:
    chips = []
    for code, count in counts.items():
        rule = BY_CODE.get(code)
        label, severity = (rule.label, rule.severity) if rule else (code, SEVERITIES[-1])
        more = tuple(sorted(others[code].items())) if code in others else ()
        chips.append(TypeCount(code, label, severity, count, values.get(code, 0), currency, more))
    return sorted(chips, key=lambda chip: (SEVERITIES.index(chip.severity), -chip.count, chip.label))


def owners(database: Database, now: int) -> list[str]:
    """Everybody who has or had an exception, for the assign dialog."""
    with database.read() as connection:
        found = connection.execute(select(_e.owner).where(_e.owner.is_not(None)).distinct().order_by(_e.owner))
        return list(found.scalars())
