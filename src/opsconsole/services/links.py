"""Links out of an exception: the carrier's tracking page, the channel's order page, a mail, the text of a ticket.

Their templates ship in resources/links and are overridden by dated business settings. Values are percent-encoded in
addresses, so that nothing in an order can change where a link leads; only http, https and mailto are ever returned.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy import Connection

from opsconsole.domain.pages import Link
from opsconsole.domain.resources import resource
from opsconsole.domain.tracking import carrier_family
from opsconsole.services.business import setting

SCHEMES = frozenset({"http", "https", "mailto"})
TRACKING, ORDERS = "tracking_links", "order_links"
MAIL_SUBJECT, MAIL_BODY, TICKET = "mail_subject", "mail_body", "ticket_text"
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Subject:
    """What links may name: ``values`` by placeholder, and the keys by which templates are chosen."""

    values: Mapping[str, str]
    carrier: str = ""
    channel: str = ""
    platform: str = ""
    carrier_label: str = ""
    channel_label: str = ""


def links(connection: Connection, subject: Subject, now: int) -> tuple[Link, ...]:
    """The links that a subject's values suffice for, as of ``now``."""
    made: list[Link] = []
    formats = setting(connection, "tracking_formats", now) or {}
    family = carrier_family(formats.get(subject.carrier, subject.carrier))
    page = _chosen(connection, TRACKING, "tracking", (subject.carrier, family), now)
    made += _web("tracking", f"Track at {subject.carrier_label or subject.carrier}", page, subject.values)
    page = _chosen(connection, ORDERS, "orders", (subject.channel, subject.platform), now)
    made += _web("order", f"Order at {subject.channel_label or subject.channel}", page, subject.values)
    email = subject.values.get("email", "")
    if "@" in email:
        address = mail_url(
            email, *(_message(connection, key, now, subject.values) for key in (MAIL_SUBJECT, MAIL_BODY))
        )
        made.append(Link("mail", "Mail to the customer", address))
    made.append(Link("ticket", "Copy as ticket", "", _message(connection, TICKET, now, subject.values)))
    return tuple(made)


def web_url(template: str, values: Mapping[str, str]) -> str:
    """A template's address with its values percent-encoded; empty where a value is missing or it is no web address."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    if any(not values.get(name) for name in names):
        return ""
    address = template.format_map({name: quote(values[name], safe="") for name in names})
    return address if urlsplit(address).scheme in SCHEMES - {"mailto"} else ""


def mail_url(email: str, subject: str, body: str) -> str:
    """A ``mailto:`` address (RFC 6068: percent-encoded, lines ended by CRLF)."""
    lines = "\r\n".join(body.strip().splitlines())
    return f"mailto:{quote(email, safe='@')}?subject={quote(subject, safe='')}&body={quote(lines, safe='')}"


def filled(template: str, values: Mapping[str, str]) -> str:
    """A message with its values; what is not known is said to be unknown."""
    return template.strip().format_map(_Told({name: value or _UNKNOWN for name, value in values.items()}))


class _Told(dict[str, str]):
    """Placeholders that nobody knows stay as they were written."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


@cache
def shipped() -> Mapping[str, Mapping[str, str]]:
    """The templates that ship with the program."""
    told: dict[str, dict[str, str]] = tomllib.loads(resource("links", "templates.toml").read_text(encoding="utf-8"))
    return told


def _chosen(connection: Connection, key: str, group: str, names: tuple[str, ...], now: int) -> str:
    own: Any = setting(connection, key, now) or {}
    for known in (own, shipped()[group]):
        for name in names:
            if name and name in known:
                return str(known[name])
    return ""


def _message(connection: Connection, key: str, now: int, values: Mapping[str, str]) -> str:
    template = setting(connection, key, now) or shipped()["messages"][key]
    try:
        return filled(str(template), values)
    except (ValueError, IndexError, KeyError, AttributeError):
        # Braces that are no placeholders: the text as somebody wrote it says more than nothing.
        return str(template).strip()


def _web(kind: str, label: str, template: str, values: Mapping[str, str]) -> list[Link]:
    try:
        address = web_url(template, values) if template else ""
    except (ValueError, IndexError, KeyError, AttributeError):
        return []
    return [Link(kind, label, address)] if address else []
