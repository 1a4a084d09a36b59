"""Bringing the columns of orders that follow from other rows up to date, in chunks."""

from collections import defaultdict, namedtuple
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.imports import writer_facts as facts
from opsconsole.imports.writer_around import Around
from opsconsole.imports.writer_days import Days
from opsconsole.imports.writer_promises import Channel, delivery_promise, load_channels, ship_promise, stated
from opsconsole.imports.writer_shipments import SHIPMENT_DERIVED, ScanTimes, derived_shipment, scan_times
from opsconsole.store import dialect, schema

Row = Any  # named tuples of columns: read a hundred times each, so made once and looked up fast

_CHUNK = 5_000
_ADDRESS = ("city", "province", "postcode", "country")
_DERIVED = (
    *("time_zone", *_ADDRESS, "address_from", "placed_on"),
    *("ship_by", "ship_by_on", "ship_by_basis", "deliver_by", "deliver_by_on", "deliver_by_basis"),
    *("first_shipped_at", "shipped_at", "shipped_on", "delivered_at", "delivered_on"),
    *("lines_total", "line_count", "quantity_ordered", "quantity_shipped", "quantity_cancelled"),
    *("content_hash", "carrier_key", "ready_at", "status_since", "last_event_at", "changed_at"),
)
_ORDER = namedtuple(
    "_ORDER",
    "id channel customer_id customer_name email status currency total stated_time_zone placed_at paid_at cancelled_at "
    "stated_shipped_at stated_delivered_at stated_ship_by stated_ship_by_on stated_deliver_by stated_deliver_by_on "
    "address1 address2 stated_city stated_province stated_postcode stated_country payment_status payment_method "
    "payment_terms stated_ready_at held_at cancel_requested_at refunded_at source_time field_sources_json "
    "status_seen_json",
)
_LINE = namedtuple(
    "_LINE",
    "id order_fk sku title quantity shipped_quantity cancelled_quantity amount unit_price stated_ship_by "
    "stated_ship_by_on ship_by ship_by_on shipped_at",
)
_SHIPMENT = namedtuple(
    "_SHIPMENT",
    "id order_fk shipment_id carrier_key tracking_number status voided quantity labeled_at stated_shipped_at "
    "stated_delivered_at stated_deliver_by stated_deliver_by_on stated_first_scan_at stated_last_scan_at first_scan_at "
    "last_scan_at shipped_at shipped_on delivered_at delivered_on deliver_by deliver_by_on label_failed_at",
)
_REVIEW = namedtuple("_REVIEW", "id order_fk answered_at answered_on")
_CUSTOMER = namedtuple("_CUSTOMER", "channel customer_id person_id email city province postcode country")
_TABLES = {_ORDER: "orders", _LINE: "order_lines", _SHIPMENT: "shipments", _REVIEW: "reviews"}


def derive_orders(
    conn: Connection, ids: Sequence[int], now: int, step: Callable[[int], None] = lambda done: None
) -> None:
    """Recompute everything that follows from the given orders' own values, lines, shipments, scans and customers.

    Reads what is stored and writes the derived columns of orders, order_lines, shipments and reviews; ``changed_at``
    becomes ``now``. Call it with the ids of orders whose channel's promise or calendar was edited, too.
    """
    derivation = _Derivation(conn, now)
    for chunk in dialect.chunks(sorted(ids), _CHUNK):
        derivation.chunk(chunk)
        step(len(chunk))


class _Derivation:
    """One pass over orders; keeps what all of them share."""

    def __init__(self, conn: Connection, now: int) -> None:
        self._conn = conn
        self._now = now
        self._days = Days()
        self._channels = load_channels(conn)
        self._default = Channel()
        self._around = Around(conn)

    def chunk(self, ids: Sequence[int]) -> None:
        """Bring some orders up to date."""
        orders = self._rows(_ORDER, "id", ids)
        customers = self._customers(ids)
        zones = {order.id: self._zone(order) for order in orders}
        lines = _by_order(self._promised(self._rows(_LINE, "order_fk", ids), zones))
        shipments = self._rows(_SHIPMENT, "order_fk", ids)
        parcels = _by_order(self._moved(shipments, zones, scan_times(self._conn, shipments)))
        self._date_reviews(ids, zones)
        newest, steps = self._around.newest(ids), self._around.steps(ids)
        nothing: list[Row] = []
        derived = [
            self._order(
                order,
                customers.get((order.channel, order.customer_id)),
                lines.get(order.id, nothing),
                parcels.get(order.id, nothing),
                zones[order.id],
                (newest.get(order.id), steps.get(order.id, {})),
            )
            for order in orders
        ]
        columns = dict(zip(_DERIVED, zip(*derived, strict=True), strict=bool(derived)))
        dialect.bulk_update(self._conn, schema.orders, [order.id for order in orders], columns)

    def _rows(self, kind: type[Row], key: str, ids: Sequence[int]) -> list[Row]:
        table = schema.metadata.tables[_TABLES[kind]]
        with dialect.id_set(self._conn, ids) as wanted:
            statement = (
                select(*[table.c[name] for name in kind._fields])
                .select_from(wanted.join(table, table.c[key] == wanted.c.id))
                .order_by(table.c.id)
            )
            return list(map(kind._make, self._conn.execute(statement).all()))

    def _customers(self, ids: Sequence[int]) -> dict[tuple[str, str], Row]:
        orders, customers = schema.orders, schema.customers
        with dialect.id_set(self._conn, ids) as wanted:
            on = (customers.c.channel == orders.c.channel) & (customers.c.customer_id == orders.c.customer_id)
            statement = select(*[customers.c[name] for name in _CUSTOMER._fields]).select_from(
                wanted.join(orders, orders.c.id == wanted.c.id).join(customers, on)
            )
            found = list(map(_CUSTOMER._make, self._conn.execute(statement).all()))
        return {(row.channel, row.customer_id): row for row in found}

    def _zone(self, order: Row) -> str:
        return str(order.stated_time_zone or self._channels.get(order.channel, self._default).time_zone)

    def _order(
        self,
        order: Row,
        customer: Row | None,
        lines: Sequence[Row],
        shipments: Sequence[Row],
        zone: str,
        around: tuple[int | None, Mapping[str, int]],
    ) -> tuple[Any, ...]:
        """Values of ``_DERIVED``; ``around`` is the newest fact of other records, and the newest of each step."""
        days, channel = self._days, self._channels.get(order.channel, self._default)
        parcels = [row for row in shipments if not row.voided and row.status != "voided"]
        address, address_from = _address(order, customer)
        counted = facts.quantities(lines)
        shipped = facts.shipping(order, lines, parcels, counted)
        placed_on = days.of(order.placed_at, zone)
        line_limit = min((row.ship_by for row in lines if row.ship_by is not None), default=None)
        ship = ship_promise(order, line_limit, placed_on, zone, channel, days)
        delivery = delivery_promise(order, ship, zone, channel, days)
        person = customer and (customer.person_id or customer.email)
        whole_address = (order.address1, order.address2, *address)
        return (
            *(zone, *address, address_from, placed_on),
            *ship,
            *delivery,
            *(shipped.first, shipped.whole, days.of(shipped.whole, zone)),
            *(shipped.delivered, days.of(shipped.delivered, zone)),
            *(facts.lines_total(lines), len(lines)),
            *(counted.ordered, facts.shipped_quantity(counted, shipped), counted.cancelled),
            facts.content_hash(order, person, whole_address, lines),
            *(facts.carrier(parcels), facts.ready_at(order), facts.status_since(order, around[1])),
            *(facts.last_event(order, shipped, shipments, (around[0], *around[1].values())), self._now),
        )

    def _promised(self, lines: Sequence[Row], zones: Mapping[int, str]) -> list[Row]:
        """Lines with the promise that their file states, as an instant and a local date."""
        promises: list[tuple[int | None, int | None]] = []
        for row in lines:
            if row.stated_ship_by is None and row.stated_ship_by_on is None:
                promises.append((None, None))
            else:
                zone = zones[row.order_fk]
                promises.append(stated(row.stated_ship_by, row.stated_ship_by_on, zone, self._days)[:2])
        return self._change(lines, ("ship_by", "ship_by_on"), promises)

    def _moved(self, shipments: Sequence[Row], zones: Mapping[int, str], scans: Mapping[str, ScanTimes]) -> list[Row]:
        """Shipments with what follows from their files and scans."""
        derived = [
            derived_shipment(row, scans.get(row.tracking_number), zones[row.order_fk], self._days) for row in shipments
        ]
        return self._change(shipments, SHIPMENT_DERIVED, derived)

    def _date_reviews(self, ids: Sequence[int], zones: Mapping[int, str]) -> None:
        rows = self._rows(_REVIEW, "order_fk", ids)
        dates = [(self._days.of(row.answered_at, zones[row.order_fk]),) for row in rows]
        self._change(rows, ("answered_on",), dates)

    def _change(self, rows: Sequence[Row], names: Sequence[str], derived: Sequence[tuple[Any, ...]]) -> list[Row]:
        """Write the rows whose derived values differ from what is stored; returns all as they are then."""
        stored = attrgetter(*names) if len(names) > 1 else lambda row: (getattr(row, names[0]),)
        changed, new = list(rows), []
        for place, (row, values) in enumerate(zip(rows, derived, strict=True)):
            if stored(row) != values:
                changed[place] = row._replace(**dict(zip(names, values, strict=True)))
                new.append((row.id, *values))
        if new:
            ids, *columns = zip(*new, strict=True)
            table = schema.metadata.tables[_TABLES[type(rows[0])]]
            dialect.bulk_update(self._conn, table, ids, dict(zip(names, columns, strict=True)))
        return changed


def _by_order(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.order_fk].append(row)
    return found


def _address(order: Row, customer: Row | None) -> tuple[tuple[str | None, ...], str | None]:
    """The order's own address, or its customer's where the order has none at all."""
    own = (order.stated_city, order.stated_province, order.stated_postcode, order.stated_country)
    if customer is None or any(own) or order.address1 or order.address2:
        return own, None
    theirs = (customer.city, customer.province, customer.postcode, customer.country)
    return (theirs, "customer") if any(theirs) else (own, None)
