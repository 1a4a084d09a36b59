"""Which channel account a file's orders belong to: told, remembered, or the only one there is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, or_, select, update

from opsconsole.domain.errors import UserError
from opsconsole.imports.columns import normalized
from opsconsole.imports.convert import slug
from opsconsole.imports.opened import Opened
from opsconsole.imports.rejects import readable
from opsconsole.imports.source import Source
from opsconsole.services.business import setting
from opsconsole.store import dialect
from opsconsole.store.schema import channels, customers, orders, settings

_PLATFORMS = {
    "shopify": "Shopify", "shipstation": "ShipStation", "woocommerce": "WooCommerce", "bigcommerce": "BigCommerce",
    "magento": "Adobe Commerce", "ebay": "eBay",
}  # fmt: skip


class ChannelNeeded(UserError):  # noqa: N818 - a question to the user
    """Somebody must say which of ``channels`` (keys) a file is from."""

    def __init__(self, name: str, channels: Sequence[str]) -> None:
        super().__init__(
            f"{name}: which of {', '.join(channels)} is it from?",
            "Name its channel: when it is imported in the window, in the entry of its watched folder, or with "
            "“--channel” on the command line; it is remembered for this folder.",
        )
        self.channels = tuple(channels)


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """The channel of a file (empty: the file does not need one), how it was found, and what else there is."""

    key: str = ""
    note: str = ""
    others: tuple[str, ...] = ()
    said: bool = False  # somebody said so of this very file


def needs_channel(opened: Opened) -> bool:
    """Whether its records belong to a channel that neither the file nor its mapping names."""
    candidate = opened.fit.candidate
    if isinstance(candidate, Source):
        return candidate.needs_channel and not tells_channels(opened)
    if candidate.channel:
        return False
    return any(
        any(known.key == "channel" and known.required for known in record.kind.fields)
        and "channel" not in record.fields
        for record in candidate.records
    )


def _only_belongs(opened: Opened) -> bool:
    """Whether all its records belong to orders of another file: they are of a channel that is there already.

    Customers do too: orders name them, and are found by their channel.
    """
    candidate = opened.fit.candidate
    kinds = {record.kind.key: record.kind for record in opened.spec.records}
    belong = all(kind.parent == "orders" or kind.key == "customers" for kind in kinds.values())
    return not isinstance(candidate, Source) and belong


def is_own_channel(opened: Opened) -> bool:
    """Whether a mapped file brings orders of a channel that nobody named: it is kept, else the next had another."""
    candidate = opened.fit.candidate
    return (
        not isinstance(candidate, Source)
        and not candidate.channel
        and needs_channel(opened)
        and any(record.kind.key == "orders" for record in opened.spec.records)
    )


def _waiting(conn: Connection) -> Sequence[str]:
    """Channels made by mappings of which customers or parts of orders are known, and no orders of their own yet."""
    of_channel = orders.c.channel == channels.c.key
    told = or_(orders.c.placed_at.is_not(None), orders.c.status.is_not(None))
    some = select(orders.c.id).where(of_channel).exists()
    bought = select(customers.c.id).where(customers.c.channel == channels.c.key).exists()
    statement = select(channels.c.key).where(
        channels.c.platform.is_(None), or_(some, bought), ~select(orders.c.id).where(of_channel, told).exists()
    )
    return conn.execute(statement.order_by(channels.c.key)).scalars().all()


def tells_channels(opened: Opened) -> bool:
    """Whether the file has a column for the channel of each of its orders, as where it is of several shops."""
    known = {normalized(name) for name in opened.fit.names}
    told = [record.fields["channel"].columns for record in opened.spec.records if "channel" in record.fields]
    return bool(told) and all(any(normalized(name) in known for name in names) for names in told)


def choose_channel(conn: Connection, opened: Opened, told: str | None, folder: Path, now: int) -> ChannelChoice:
    """The channel for a file; UserError when there are several and nobody said which.

    Two shops may both have an order #1001: with more than one shop of a platform, guessing would mix them.
    """
    candidate = opened.fit.candidate
    if told:
        return ChannelChoice(told, "as told", said=True)
    if not isinstance(candidate, Source) and candidate.channel:
        return ChannelChoice(candidate.channel, "as its mapping says")
    memory = setting(conn, _memory_key(opened.key), now, {})
    remembered = memory.get("folders", {}).get(readable(str(folder))) or memory.get("last", "")
    if remembered:
        return ChannelChoice(remembered, "as the last time")
    platform = candidate.platform if isinstance(candidate, Source) else ""
    if not needs_channel(opened):
        tells = isinstance(candidate, Source) and candidate.needs_channel
        return ChannelChoice(platform, "for orders without a shop") if tells else ChannelChoice()
    note = "the only one there is"
    if _only_belongs(opened):
        known: Sequence[str] = [key for key, _ in known_channels(conn)]
    elif is_own_channel(opened):
        known, note = _waiting(conn), "whose other records came before its orders"
    else:
        known = _of_platform(conn, platform)
    if len(known) == 1:
        return ChannelChoice(known[0], note)
    if len(known) > 1:
        raise ChannelNeeded(opened.file.name, known)
    return ChannelChoice(platform or slug(opened.spec.name), "a new one", ())


def known_channels(conn: Connection) -> list[tuple[str, str]]:
    """Keys and labels of all channels."""
    return [(row[0], row[1]) for row in conn.execute(select(channels.c.key, channels.c.label).order_by(channels.c.key))]


def _of_platform(conn: Connection, platform: str) -> Sequence[str]:
    if not platform:
        return []
    statement = select(channels.c.key).where(channels.c.platform == platform).order_by(channels.c.key)
    return conn.execute(statement).scalars().all()


def _memory_key(source: str) -> str:
    return f"import.channel.{source}"


def remember_channel(conn: Connection, source: str, channel: str, folder: Path, *, who: str, now: int) -> None:
    """Keep the channel that was told for a source and a folder."""
    memory = setting(conn, _memory_key(source), now, {})
    folders = {**memory.get("folders", {}), readable(str(folder)): channel}
    row = {
        "key": _memory_key(source),
        "valid_from": now,
        "value_json": json.dumps({"folders": folders, "last": channel}, sort_keys=True, ensure_ascii=False),
        "changed_by": who,
        "changed_at": now,
    }
    if folders != memory.get("folders") or memory.get("last") != channel:
        dialect.upsert(conn, settings, [row], ["key", "valid_from"])


def describe_channel(conn: Connection, key: str, opened: Opened) -> list[str]:
    """Make a channel that is new; complete one that other records only named. Returns the new one, if it is."""
    if not key or tells_channels(opened):
        return []
    candidate = opened.fit.candidate
    platform = candidate.platform if isinstance(candidate, Source) and candidate.needs_channel else None
    spec = opened.spec
    known = conn.execute(select(channels).where(channels.c.key == key)).mappings().first()
    if known is None:
        label = _PLATFORMS.get(key) or (spec.name if key == slug(spec.name) else key.replace("_", " ").title())
        row = {
            "key": key,
            "label": label,
            "platform": platform,
            "time_zone": spec.time_zone or "UTC",
            "currency": spec.currency or None,
        }
        dialect.insert_missing(conn, channels, [row], ["key"])
        return [key]
    better: dict[str, Any] = {}
    if platform and not known["platform"]:
        better["platform"] = platform
    if spec.time_zone and known["time_zone"] == "UTC":
        better["time_zone"] = spec.time_zone
    if spec.currency and not known["currency"]:
        better["currency"] = spec.currency
    if better:
        conn.execute(update(channels).where(channels.c.key == key).values(**better))
    return []
