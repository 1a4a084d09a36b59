"""Which orders customs hold, or will hold: an event, duty that is not paid, papers that are not complete."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select, text, true
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain.customs import crosses_customs, number_needed
from opsconsole.domain.fulfillment import MARKETPLACE_LOCATIONS
from opsconsole.domain.scans import scans_in
from opsconsole.rules.order_exceptions_conditions import line, needs_shipping, o, order_columns
from opsconsole.rules.order_exceptions_transit_select import first_unanswered, moving, of_open_orders, s, troubled
from opsconsole.rules.rule import Moment, Row
from opsconsole.store.schema import batch_fields, locations, order_lines, orders, products, shipment_events
from opsconsole.store.schema.orders import PROBLEM

CUSTOMS = scans_in("customs")
# A failed delivery comes after customs: only what the carrier says before it moves on leaves a hold as it is.
_NO_END = scans_in("before", "customs", "exception")


def data_for_customs() -> Select[Any]:
    """A row where files tell anything about customs: of orders, of products, or by scans."""
    told = batch_fields.c
    of_orders = exists(
        select(told.batch_id).where(
            told.record_kind == "orders",
            or_(told.fields_json.like('%"duty_status"%'), told.fields_json.like('%"customs_number"%')),
        )
    )
    of_products = exists(
        select(products.c.id).where(or_(products.c.hs_code.is_not(None), products.c.origin_country.is_not(None)))
    )
    problems = text(f"shipment_events.{PROBLEM}")
    of_scans = exists(select(shipment_events.c.id).where(problems, shipment_events.c.code.in_(CUSTOMS)))
    return select(literal(1)).where(or_(of_orders, of_products, of_scans))


def customs_hold(moment: Moment) -> Select[Any]:
    """Undelivered orders that customs hold, with unpaid duty, or over a border; the check looks at the papers."""
    held = _held(moment)
    sender = _sender()
    unpaid = o.duty_status == "unpaid"
    return (
        select(
            *order_columns(o.placed_at),
            held.c.held_at.label("held_at"),
            case((unpaid, "unpaid"), else_=None).label("duty"),
            sender.label("sender"),
            _code(o.country).label("receiver"),
            o.deliver_by.label("deliver_by"),
            o.carrier_key.label("carrier"),
            o.service.label("service"),
            o.customs_number.label("_number"),
            o.batch_id.label("_batch_id"),
            o.field_sources_json.label("_field_sources"),
            _first_without("hs_code").label("_without_code"),
            _first_without("origin_country").label("_without_origin"),
        )
        .join_from(orders, held, held.c.order_fk == o.id, isouter=True)
        .where(
            or_(held.c.held_at.is_not(None), unpaid, _crosses(sender)),
            of_open_orders(moment),
            needs_shipping(),
        )
    )


def _held(moment: Moment) -> Any:
    """Per order since when customs hold a parcel of it."""
    parcels = (
        select(s.order_fk, first_unanswered(moment, CUSTOMS, _NO_END).label("held_at"))
        .where(moving(moment), troubled(moment))
        .cte("held_parcels")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(parcels.c.order_fk, func.min(parcels.c.held_at).label("held_at"))
        .where(parcels.c.held_at.is_not(None))
        .group_by(parcels.c.order_fk)
        .cte("held")
        .prefix_with("MATERIALIZED")
    )


def _code(country: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.upper(func.trim(country))


def _sender() -> ColumnElement[Any]:
    """The country of the order's location; where that is unknown, the one all of ours are in."""
    where = locations.c
    of_location = select(_code(where.country)).where(where.key == o.location).correlate(orders).scalar_subquery()
    only = (
        select(case((func.min(_code(where.country)) == func.max(_code(where.country)), func.min(_code(where.country)))))
        .where(where.country.is_not(None), coalesce(where.kind, "").not_in(sorted(MARKETPLACE_LOCATIONS)))
        .scalar_subquery()
    )
    return coalesce(of_location, only)


def _crosses(sender: ColumnElement[Any]) -> ColumnElement[bool]:
    """Perhaps: which countries declare between each other is for the check to know."""
    return sender != _code(o.country)


def _first_without(column: str) -> ColumnElement[Any]:
    """A product of the order that lacks what others have; NULL where no product in the item master has it."""
    known = products.alias(f"with_{column}")
    tells = exists(select(known.c.id).where(known.c[column].is_not(None)))
    return (
        select(func.min(products.c.sku))
        .join_from(order_lines, products, products.c.sku == line.sku)
        .where(
            line.order_fk == o.id,
            coalesce(products.c[column], "") == "",
            coalesce(line.requires_shipping, true()) == true(),
            tells,
        )
        .correlate(orders)
        .scalar_subquery()
    )


def customs_faults(rows: Sequence[Row], moment: Moment) -> list[Row | None]:
    """What is missing of the papers, in words; with a hold or unpaid duty nothing has to be missing."""
    found: list[Row | None] = []
    for row in rows:
        missing = _missing(row, moment) if crosses_customs(row["sender"], row["receiver"]) else ""
        if not missing and row["held_at"] is None and row["duty"] is None:
            found.append(None)
            continue
        began = row["opened_at"] if missing or row["duty"] else row["held_at"]
        found.append({"missing": missing or None, "opened_at": began})
    return found


def _missing(row: Row, moment: Moment) -> str:
    parts = []
    if row["_without_code"]:
        parts.append(f"the HS code of {row['_without_code']}")
    if row["_without_origin"]:
        parts.append(f"the origin of {row['_without_origin']}")
    if not (row["_number"] or "").strip() and _says_number(row, moment):
        parts.append(f"the {number_needed(row['receiver'])}")
    return " and ".join(parts) if len(parts) < 3 else f"{parts[0]}, {parts[1]} and {parts[2]}"


def _says_number(row: Row, moment: Moment) -> bool:
    """Whether the order's file has such a number at all: one that no file has is not missing."""
    fields = moment.said.get((row["_batch_id"], "orders"))
    return fields is None or "customs_number" in fields or '"customs_number"' in (row["_field_sources"] or "")
