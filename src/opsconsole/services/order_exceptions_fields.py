"""Columns of the list of order exceptions."""

from collections.abc import Mapping
from typing import Any

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.root_causes import ROOT_CAUSES
from opsconsole.domain.statuses import EXCEPTION_STATES, labels
from opsconsole.rules.order_exceptions import LABELS
from opsconsole.services.names import pairs

# When an exception is due, as a day's work sees it.
DUE = (("over", "Over time"), ("today", "Today"), ("week", "Within 7 days"), ("later", "Later"), ("closed", "Closed"))

_HIDDEN = (
    Field("tags", "Tags", missing="None", hidden=True),
    Field("waiting_on", "Waiting on", missing="Nobody", hidden=True),
    Field("waiting_until", "Waiting until", Kind.INSTANT, missing="Open end", hidden=True),
    Field("due", "Due when", Kind.STATUS, labels=DUE, hidden=True),
    Field("tracking", "Tracking", Kind.IDENTIFIER, missing="None", hidden=True),
    Field("opened_at", "Opened", Kind.INSTANT, hidden=True, help="When the condition became true."),
    Field("detected_at", "Detected", Kind.INSTANT, hidden=True, help="When a run of the rules first saw it."),
    Field("acknowledge_by", "Acknowledge by", Kind.INSTANT, hidden=True),
    Field("due_at", "Due", Kind.INSTANT, hidden=True, help="When it must be resolved."),
    Field("closed_at", "Closed", Kind.INSTANT, missing="Open", hidden=True),
    Field("closed_by", "Closed by", missing="Nobody", hidden=True),
    Field("root_cause", "Root cause", Kind.STATUS, missing="None", labels=labels(ROOT_CAUSES), hidden=True),
    Field("snoozed_until", "Snoozed until", Kind.INSTANT, missing="Awake", hidden=True),
    Field("severity_reason", "Severity because", missing="Its type", hidden=True),
    Field("leads", "Leads its order", Kind.FLAG, hidden=True, help="The one that blocks, where an order has several."),
    Field("also", "Others of the order", missing="None", hidden=True),
    Field("currency", "Currency", hidden=True),
    Field("subject_kind", "Subject kind", hidden=True),
    Field("subject", "Subject", Kind.IDENTIFIER, hidden=True),
    Field("order_fk", "Order row", Kind.QUANTITY, hidden=True),
    Field("version", "Version", Kind.QUANTITY, hidden=True, help="What a change must name to be written."),
)


def fields(
    channels: Mapping[Any, str], sites: Mapping[Any, str], carriers: Mapping[Any, str], currency: str
) -> tuple[Field, ...]:
    """Columns in the order shown; ``currency`` is the base currency, in which sums stand."""
    return (
        Field("severity", "Severity", Kind.SEVERITY, width=64, total=Total.COUNT, total_words="exceptions"),
        Field("type", "Type", Kind.STATUS, labels=LABELS, width=146),
        Field("evidence", "Why", missing="None", stretch=True, wide_only=True, help="What fired the rule, in short."),
        Field("order", "Order", Kind.IDENTIFIER, missing="None", width=92, total=Total.DISTINCT, total_words="orders"),
        Field("channel", "Channel", Kind.STATUS, missing="None", labels=pairs(channels), width=88, spare=True),
        Field("location", "Site", Kind.STATUS, missing="Unknown", labels=pairs(sites), width=92, hidden=True),
        Field("carrier", "Carrier", Kind.STATUS, missing="None yet", labels=pairs(carriers), width=110, hidden=True),
        Field("sku", "SKU", Kind.IDENTIFIER, missing="Unknown", hidden=True),
        Field("customer", "Customer", missing="Unknown", hidden=True),
        Field("age", "Age", Kind.DURATION, width=72, spare=True, help="Since the condition became true."),
        *_measured(currency),
        Field("owner", "Owner", missing="Unassigned", width=102, total=Total.MISSING, total_words="without owner"),
        Field("state", "State", Kind.STATE, labels=labels(EXCEPTION_STATES), width=130),
        *_HIDDEN,
    )


def _measured(currency: str) -> tuple[Field, ...]:
    return (
        Field(
            "time_left",
            "Time left",
            Kind.TIME_LEFT,
            missing="Closed",
            width=154,
            total=Total.OVER,
            total_words="over time",
            help="Until it must be resolved.",
        ),
        Field(
            "value_at_risk",
            "Value at risk",
            Kind.MONEY,
            currency="currency",
            missing="Unknown",
            width=100,
            total=Total.SUM,
            total_of="base_value",
        ),
        Field(
            "base_value",
            f"Value at risk in {currency}",
            Kind.MONEY,
            currency=currency,
            missing="No rate",
            hidden=True,
            help="At today's rate.",
        ),
    )
