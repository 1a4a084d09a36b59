"""Business settings: declared once here, dated in the database, read as of a moment.

The values of rules (``rule.CODE.on``, ``rule.CODE.parameter``) are answered here too, but live in ``rule_values``.
``tracking_formats`` maps a carrier's key to the family of its tracking numbers, where the key does not tell.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, func, select

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.incidents import INCIDENT_KINDS
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.stock_policy import POLICY
from opsconsole.services.rule_values import as_settings, values_in_force
from opsconsole.services.rule_values_changes import set_value
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import settings


@dataclass(frozen=True, slots=True)
class Setting:
    """A business setting; ``kind`` is number (with a range), flag, text, lines, time_zone, currency or mapping."""

    key: str
    label: str
    kind: str
    default: Any
    unit: str = ""
    low: float = 0
    high: float = 0
    help: str = ""
    group: str = "Business"


_BUSINESS = (
    Setting("company_name", "Company", "text", None, help="Stands on the cover of the review."),
    Setting("time_zone", "Time zone", "time_zone", "UTC", help="In which times are shown and days begin."),
    Setting("base_currency", "Base currency", "currency", None, help="None: the one most of the newest orders are in."),
    Setting(
        "detection_horizon_days",
        "Detection horizon",
        "number",
        90,
        "days",
        1,
        3650,
        "Conditions older than this are counted, not raised.",
        "Order exceptions",
    ),
    Setting(
        "small_order_limit",
        "Small order",
        "number",
        25,
        "base currency",
        0,
        1_000_000,
        "Under it an exception is one step less severe while more than half of its clock is left.",
        "Order exceptions",
    ),
    Setting(
        "market_limit_near",
        "Marketplace limit is near",
        "number",
        75,
        "% of what it allows",
        1,
        100,
        "From there on the exceptions that would breach it are one step more severe.",
        "Order exceptions",
    ),
    Setting(
        "default_calendar",
        "Calendar",
        "text",
        None,
        help="Name of the calendar where a location and its channel have none.",
        group="Order exceptions",
    ),
    Setting(
        "tracking_formats",
        "Tracking number formats",
        "mapping",
        {},
        help="Carrier key to ups, fedex, usps, dhl, amazon, ontrac, canada_post or royal_mail.",
        group="Order exceptions",
    ),
    Setting(
        "tracking_links",
        "Tracking pages",
        "mapping",
        {},
        help="Carrier key to an address with {tracking}; else those that ship with the program.",
        group="Links",
    ),
    Setting(
        "order_links",
        "Order pages",
        "mapping",
        {},
        help="Channel key to an address with {order_id} or {order}.",
        group="Links",
    ),
    Setting("mail_subject", "Mail: subject", "text", None, help="Names what stands in braces: {order}.", group="Links"),
    Setting("mail_body", "Mail: text", "text", None, help="None: the text that ships with it.", group="Links"),
    Setting("ticket_text", "Ticket: text", "text", None, help="None: the text that ships with it.", group="Links"),
    Setting(
        "import_undo_days",
        "Imports can be undone for",
        "number",
        30,
        "days",
        0,
        3650,
        "How long what was there before an import is kept; of the newest 200 imports only.",
        "Imports",
    ),
    Setting(
        "freight_forwarders",
        "Freight forwarders",
        "lines",
        None,
        help="Postcodes of parcel forwarders, one a line; None: those that ship with the program.",
        group="Order exceptions",
    ),
)


_STOCK = tuple(
    Setting(f"stock.{one.key}", one.label, "number", one.default, one.unit, one.low, one.high, one.help, "Stock levels")
    for one in POLICY
)


def _of_rules() -> tuple[Setting, ...]:
    made: list[Setting] = []
    for rule in RULES:
        made.append(Setting(f"rule.{rule.code}.on", f"{rule.label}: on", "flag", True, group="Rules"))
        made.append(
            Setting(
                f"runbook.{rule.code}",
                f"{rule.label}: runbook",
                "lines",
                None,
                help="Next actions, one a line; None: those that ship with the program.",
                group="Runbooks",
            )
        )
        made += [
            Setting(
                f"rule.{rule.code}.{p.key}",
                f"{rule.label}: {p.label.lower()}",
                "number",
                p.default,
                p.unit,
                p.low,
                p.high,
                p.help,
                "Rules",
            )
            for p in rule.parameters
        ]
    return tuple(made)


_PLAYBOOKS = tuple(
    Setting(
        f"playbook.{kind.code}",
        f"{kind.label}: playbook",
        "lines",
        None,
        help="What to do, one step a line; None: the steps that ship with the program.",
        group="Runbooks",
    )
    for kind in INCIDENT_KINDS.values()
)

SETTINGS: Mapping[str, Setting] = {setting.key: setting for setting in (*_BUSINESS, *_STOCK, *_of_rules(), *_PLAYBOOKS)}


def settings_in_force(connection: Connection, now: int) -> dict[str, Any]:
    """Values of all settings as of ``now``: the newest not after it, else the default."""
    newest = (
        select(settings.c.key, func.max(settings.c.valid_from).label("valid_from"))
        .where(settings.c.valid_from <= now, settings.c.key.not_like("rule.%"))
        .group_by(settings.c.key)
        .subquery()
    )
    rows = connection.execute(
        select(settings.c.key, settings.c.value_json).join(
            newest, (newest.c.key == settings.c.key) & (newest.c.valid_from == settings.c.valid_from)
        )
    )
    known = {key: json.loads(value) for key, value in rows}
    defaults = {key: setting.default for key, setting in SETTINGS.items()}
    return defaults | known | as_settings(values_in_force(connection, now))


def change_setting(database: Database, key: str, value: Any, *, who: str, now: int) -> Change:
    """Set a business setting from ``now`` on; UserError says why a value cannot be."""
    if key in SETTINGS and key.startswith("rule."):
        _, code, of_rule = key.split(".", 2)
        return set_value(database, code, of_rule, value, reason="Changed in the settings", who=who, now=now)
    checked = _checked(key, value)
    with database.write() as connection:
        before = settings_in_force(connection, now)[key]
        row = {
            "key": key,
            "valid_from": now,
            "value_json": json.dumps(checked, sort_keys=True, ensure_ascii=False),
            "changed_by": who,
            "changed_at": now,
        }
        dialect.upsert(connection, settings, [row], ["key", "valid_from"])
        audit.record(
            connection, who=who, action="setting", subject=key, detail={"before": before, "after": checked}, at=now
        )
    return Change(f"{SETTINGS[key].label} set to {checked}")


def _checked(key: str, value: Any) -> Any:
    setting = SETTINGS.get(key)
    if setting is None:
        raise UserError(f"There is no setting “{key}”.", "Look at the list of settings.")
    if setting.kind == "number":
        return _number(setting, value)
    if setting.kind == "flag":
        if not isinstance(value, bool):
            raise UserError(f"{setting.label} is on or off.", "Write true or false.")
    elif setting.kind == "time_zone":
        _time_zone(setting, value)
    elif setting.kind == "currency":
        if value is not None and not (isinstance(value, str) and len(value) == 3 and value.isupper()):
            raise UserError(f"“{value}” is not a currency.", "Write its three letters, as in USD.")
    elif setting.kind == "mapping" and not isinstance(value, dict):
        raise UserError(f"{setting.label} needs pairs of names.", "Write them as key and value.")
    elif setting.kind == "lines" and value is not None:
        return _lines(setting, value)
    return value


def _lines(setting: Setting, value: Any) -> list[str] | None:
    given = value.splitlines() if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise UserError(f"{setting.label} needs lines of text.", "Write one step a line.")
    return [str(line).strip() for line in given if str(line).strip()] or None


def _number(setting: Setting, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise UserError(f"“{value}” is not a number.", f"{setting.label} is in {setting.unit}.") from None
    if not setting.low <= number <= setting.high:
        raise UserError(
            f"{setting.label} cannot be {number:g} {setting.unit}.",
            f"Choose between {setting.low:g} and {setting.high:g}.",
        )
    return int(number) if number.is_integer() else number


def _time_zone(setting: Setting, value: Any) -> None:
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError):
        raise UserError(f"“{value}” is not a time zone.", "Write one as in America/New_York.") from None


_FIELDS = (
    Field("label", "Setting", stretch=True),
    Field("value", "Value", missing="None", width=260),
    Field("unit", "Unit", width=120),
    Field("default", "Default", missing="None", width=120),
    Field("key", "Key", Kind.IDENTIFIER, hidden=True),
    Field("group", "Group", hidden=True),
    Field("help", "What it does", hidden=True),
)


def list_settings(database: Database, now: int) -> Listing:
    """All business settings with their values as of ``now``; values as text."""
    with database.read() as connection:
        values = settings_in_force(connection, now)
    rows = [
        {
            "key": setting.key,
            "label": setting.label,
            "value": _shown(values[setting.key]),
            "unit": setting.unit,
            "default": _shown(setting.default),
            "group": setting.group,
            "help": setting.help,
        }
        for setting in SETTINGS.values()
    ]
    return from_rows(_FIELDS, rows, id_key="key", as_of=now, title="Settings", group_by="group")


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} = {told}" for name, told in value.items()) or None
    return "; ".join(value) or None if isinstance(value, list) else f"{value:g}"
