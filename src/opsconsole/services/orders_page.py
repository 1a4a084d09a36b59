"""The page of one order: lines, money, promises, parcels, scans, returns, what stands around it, timeline, history."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from opsconsole.domain import money, wording
from opsconsole.domain.errors import UserError
from opsconsole.domain.pages import Fact, HistoryEvent, OrderPage
from opsconsole.domain.statuses import DUTY_STATUSES, ORDER_STATUSES, PAYMENT_STATUSES
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.services.business import business
from opsconsole.services.fraud import concerning
from opsconsole.services.history import read_events
from opsconsole.services.incidents import marks
from opsconsole.services.marketplaces import money_of_order
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.services.order_exceptions_page import of_order
from opsconsole.services.orders_page_around import AROUND, around
from opsconsole.services.orders_page_tables import OrderTables
from opsconsole.services.orders_timeline import Way, promises, read_way, stops
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, exceptions, returns, shipments

_TABLES = {"shipment": shipments, "return": returns, **{key: one.table for key, one in AROUND.items()}}


def order_page(database: Database, now: int, order_fk: int) -> OrderPage:
    """Everything known about an order as of ``now``; UserError when there is none with this number."""
    with database.read() as connection:
        company = business(connection, now)
        way = read_way(connection, order_fk, now, company.time_zone)
        if way is None:
            raise UserError(f"There is no order {order_fk}.", "Look at the list of orders.")
        return _page(connection, way, order_fk)


def page_of(database: Database, now: int, identity: int | str) -> OrderPage | None:
    """The page of the order that a row of any list of orders belongs to; None when it belongs to none.

    ``identity`` is an order's id, or ``shipment:number``, ``return:number``, ``purchase_order:number``, or the name of
    a table around orders and the row's number, as in ``tickets:7``.
    """
    if isinstance(identity, str) and not identity.isdigit():
        kind, _, number = identity.partition(":")
        table = _TABLES.get(kind)
        if table is None:
            return None
        with database.read() as connection:
            found = connection.execute(select(table.c.order_fk).where(table.c.id == int(number))).scalar()
        return None if found is None else order_page(database, now, found)
    return order_page(database, now, int(identity))


def _page(connection: Connection, way: Way, order_fk: int) -> OrderPage:
    order, now, zone = way.order, way.now, way.zone
    channel = channel_names(connection).get(order["channel"], order["channel"])
    sites = location_names(connection)
    site = sites.get(order["location"], order["location"])
    open_exceptions = of_order(connection, order_fk, now)
    blocked = next((BY_CODE[row.rule].blocks for row in open_exceptions if row.rule in BY_CODE), "")
    status = _status(way)
    made = OrderTables(connection, order_fk, now, zone, order["currency"] or "")
    lines = wording.plural(order["line_count"], "line") if order["line_count"] else ""
    about = ", ".join(part for part in (channel, site, lines) if part)
    return OrderPage(
        order_fk=order_fk,
        title=order["order_number"] or order["order_id"],
        channel=channel,
        status=status,
        status_label=ORDER_STATUSES[status].label if status in ORDER_STATUSES else status or "Unknown",
        currency=order["currency"] or "",
        about=about,
        facts=tuple(_facts(connection, way)),
        money=(*_money(way), *money_of_order(connection, order_fk, now)),
        address=_address(way),
        promises=tuple(replace(p, basis=_basis_words(p.basis)) for p in promises(way).values()),
        stops=stops(way, blocked),
        flags=_flags(way),
        lines=made.lines(),
        payments=made.payments(),
        shipments=made.shipments(),
        scans=made.scans(),
        returns=made.returns(),
        reviews=made.reviews(),
        exceptions=made.exceptions(open_exceptions),
        history=_history(connection, way, order_fk),
        as_of=now,
        time_zone=zone,
        around=around(connection, order_fk, now, zone, order["currency"] or ""),
        incidents=marks(connection, order_fk, now),
        fraud=concerning(connection, order_fk, now),
    )


def _status(way: Way) -> str:
    """Status less what has not happened yet."""
    status = way.order["status"] or ""
    for group, fact in (("voided", "cancelled_at"), ("shipped", "shipped_at")):
        at = way.order[fact]
        if way.status_in(group) and at is not None and at > way.now:
            return "processing"
    delivered = way.order["delivered_at"]
    if status in ("delivered", "returned") and delivered is not None and delivered > way.now:
        return "shipped"
    return status


def _basis_words(basis: str) -> str:
    return {"platform": "from the platform", "lines": "from its lines", "channel": "channel's promise"}.get(
        basis, basis
    )


def _facts(connection: Connection, way: Way) -> Iterable[Fact]:
    order, carriers = way.order, vendor_names(connection)
    payment = PAYMENT_STATUSES.get(order["payment_status"] or "")
    duty = DUTY_STATUSES.get(order["duty_status"] or "")
    texts = (
        ("Order id", order["order_id"]),
        ("Customer", order["customer_name"] or order["customer_id"]),
        ("E-mail", order["email"]),
        ("Phone", order["phone"]),
        ("Payment", payment.label if payment else order["payment_status"]),
        ("Paid by", order["payment_method"]),
        ("Terms", order["payment_terms"]),
        ("Fulfilled by", order["fulfilled_by"]),
        ("Service", order["service"]),
        ("Carrier", carriers.get(order["carrier_key"], order["carrier_key"])),
        ("Risk", order["risk_level"]),
        ("Hold reason", order["hold_reason"]),
        ("Billed to", ", ".join(part for part in (order["bill_name"], order["bill_country"]) if part)),
        ("Customs number", order["customs_number"]),
        ("Duty", duty.label if duty else order["duty_status"]),
        ("Tags", order["tags"]),
        ("Note", order["note"]),
        ("Cancel reason", order["cancel_reason"]),
        ("Cancelled by", order["cancelled_by"]),
    )
    yield from (Fact(label, str(value)) for label, value in texts if value)


def _money(way: Way) -> Iterable[Fact]:
    order = way.order
    currency = order["currency"] or ""
    named = (
        ("Lines", "lines_total"),
        ("Subtotal", "subtotal"),
        ("Discount", "discount"),
        ("Shipping", "shipping"),
        ("Tax", "tax"),
        ("Total", "total"),
        ("Refunded", "refunded"),
    )
    for label, name in named:
        if order[name]:
            yield Fact(label, money.in_words(order[name], currency))


def _address(way: Way) -> tuple[str, ...]:
    order = way.order
    town = " ".join(part for part in (order["city"], order["province"], order["postcode"]) if part)
    shown = (order["ship_name"], order["address1"], order["address2"], town, order["country"])
    lines = tuple(part for part in shown if part)
    return (*lines, "From the customer's record") if lines and order["address_from"] == "customer" else lines


def _flags(way: Way) -> tuple[str, ...]:
    """Impossible histories; the same conditions as in the list of orders."""
    order = way.order

    def before(earlier: str, later: str) -> bool:
        return order[earlier] is not None and order[later] is not None and order[earlier] < order[later]

    arrived = order["delivered_at"] is not None
    told = (
        ("Delivered before shipped", before("delivered_at", "shipped_at")),
        ("Delivered without a date", order["status"] == "delivered" and not arrived),
        ("Cancelled yet delivered", way.status_in("voided") and arrived),
        ("Shipped before placed", before("first_shipped_at", "placed_at")),
        ("Shipped before paid", before("first_shipped_at", "paid_at")),
        ("Delivered before placed", before("delivered_at", "placed_at")),
        ("Delivered, never shipped", arrived and order["first_shipped_at"] is None),
    )
    return tuple(words for words, holds in told if holds)


def _history(connection: Connection, way: Way, order_fk: int) -> tuple[HistoryEvent, ...]:
    """What happened to the order's exceptions, and when files last told of it."""
    e = exceptions.c
    rows = connection.execute(select(e.id, e.rule).where(e.order_fk == order_fk)).all()
    events: list[HistoryEvent] = []
    for row in rows:
        label = BY_CODE[row.rule].label if row.rule in BY_CODE else row.rule
        for event in read_events(connection, [row.id], way.now):
            events.append(replace(event, words=f"{label}: {event.words[:1].lower()}{event.words[1:]}"))
    batch = connection.execute(select(batches).where(batches.c.id == way.order["batch_id"])).first()
    if batch is not None and (batch.finished_at or batch.started_at) <= way.now:
        at = batch.finished_at or batch.started_at
        events.append(HistoryEvent(at, batch.imported_by, f"Read from {batch.file_name}", "import"))
    return tuple(sorted(events, key=lambda event: (event.at, event.id), reverse=True))
