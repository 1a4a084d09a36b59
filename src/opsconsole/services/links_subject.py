"""What the links of an exception may name: the order, its parcel, its customer, and why it is here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from opsconsole.domain.money import in_words
from opsconsole.domain.wording import instant
from opsconsole.services.links import Subject
from opsconsole.services.names import channel_names, vendor_names
from opsconsole.services.orders_timeline import Way
from opsconsole.store.schema import channels, shipments


def subject_of(
    connection: Connection,
    row: Row[Any],
    way: Way | None,
    title: str,
    why: Sequence[str],
    values: Mapping[str, Any],
) -> Subject:
    """Subject of an exception's row; ``values`` are those of its sentences."""
    order: Mapping[str, Any] = {} if way is None else way.order
    zone, now = (way.zone, way.now) if way is not None else ("UTC", row.due_at)
    number, carrier = _parcel(connection, row, values, order)
    channel = row.channel or order.get("channel") or ""
    known = {
        "order": order.get("order_number") or order.get("order_id") or values.get("order") or row.subject,
        "order_id": order.get("order_id"),
        "channel": channel_names(connection).get(channel, channel),
        "tracking": number,
        "carrier": vendor_names(connection).get(carrier, carrier),
        "sku": values.get("sku"),
        "customer": order.get("customer_name"),
        "email": order.get("email"),
        "type": title,
        "why": " ".join(why).replace("**", ""),
        "due": instant(row.due_at, zone, year_of=now),
        "severity": row.severity,
        "value": None if row.value_at_risk is None else in_words(row.value_at_risk, row.currency or ""),
        "owner": row.owner,
    }
    told = {name: str(value) if value else "" for name, value in known.items()}
    platform = connection.execute(select(channels.c.platform).where(channels.c.key == channel)).scalar()
    return Subject(told, carrier, channel, platform or "", told["carrier"], told["channel"])


def _parcel(
    connection: Connection, row: Row[Any], values: Mapping[str, Any], order: Mapping[str, Any]
) -> tuple[str, str]:
    """Tracking number and carrier's key: those of the evidence, else of the order's newest parcel."""
    number = values.get("tracking")
    s = shipments.c
    parcel = None
    if row.order_fk is not None:
        found = select(s.tracking_number, s.carrier_key).where(
            s.order_fk == row.order_fk, s.tracking_number.is_not(None)
        )
        found = found.where(s.tracking_number == number) if number else found
        parcel = connection.execute(found.order_by(s.id.desc()).limit(1)).first()
    carrier = (parcel.carrier_key if parcel else None) or order.get("carrier_key") or ""
    return str(number or (parcel.tracking_number if parcel else "") or ""), str(carrier)
