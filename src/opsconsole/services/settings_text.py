"""A setting as a form shows it: its value as text, and the text that was typed as a value again."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from opsconsole.domain.errors import UserError
from opsconsole.services.settings import SETTINGS, Setting, settings_in_force
from opsconsole.store.database import Database
from opsconsole.store.schema import settings

_YES, _NO = ("yes", "on", "true", "1"), ("no", "off", "false", "0")
_LONG = frozenset({"mapping", "lines"})
_LONG_TEXTS = frozenset({"mail_body", "ticket_text"})


@dataclass(frozen=True, slots=True)
class SettingPage:
    """A setting, its value and default as text, whether it takes several lines, and its changes, newest first."""

    setting: Setting
    text: str
    default: str
    several_lines: bool
    changes: tuple[tuple[int, str, str], ...]


def setting_page(database: Database, key: str, now: int) -> SettingPage:
    """Everything about one setting as of ``now``; UserError when there is none of this name."""
    setting = setting_named(key)
    with database.read() as connection:
        value = settings_in_force(connection, now)[key]
        s = settings.c
        rows = connection.execute(
            select(s.valid_from, s.changed_by, s.value_json)
            .where(s.key == key, s.valid_from <= now)
            .order_by(s.valid_from.desc())
            .limit(20)
        ).all()
    changes = tuple(
        (row.valid_from, row.changed_by or "", text_of(setting, json.loads(row.value_json)) or "default")
        for row in rows
    )
    long = setting.kind in _LONG or key in _LONG_TEXTS
    return SettingPage(setting, text_of(setting, value), text_of(setting, setting.default), long, changes)


def setting_named(key: str) -> Setting:
    """The setting of a key; UserError when there is none."""
    setting = SETTINGS.get(key)
    if setting is None:
        raise UserError(f"There is no setting “{key}”.", "Look at the list of settings.")
    return setting


def text_of(setting: Setting, value: Any) -> str:
    """A value as it is typed; empty where there is none."""
    if value is None:
        return ""
    if setting.kind == "flag":
        return "yes" if value else "no"
    if setting.kind == "mapping":
        return "\n".join(f"{name} = {told}" for name, told in value.items())
    if setting.kind == "lines":
        return "\n".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def value_of(setting: Setting, text: str) -> Any:
    """What was typed as a value; empty is the default. UserError where the text does not fit the kind."""
    typed = text.strip()
    if not typed:
        return setting.default
    if setting.kind == "flag":
        if typed.casefold() not in (*_YES, *_NO):
            raise UserError(f"{setting.label} is on or off.", "Write yes or no.")
        return typed.casefold() in _YES
    if setting.kind == "currency":
        return typed.upper()
    if setting.kind == "mapping":
        return dict(_pair(setting, number, line) for number, line in enumerate(typed.splitlines(), 1) if line.strip())
    # Numbers and lines are read where they are checked.
    return typed


def _pair(setting: Setting, number: int, line: str) -> tuple[str, str]:
    name, sign, value = line.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise UserError(
            f"{setting.label}, line {number}: “{line.strip()}” is no pair.", "Write one a line, as in name = value."
        )
    return name.strip(), value.strip()
