"""Bringing the columns of orders that follow from other rows up to date, in chunks."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from opsconsole.imports import writer_facts as facts
from opsconsole.imports.writer_days import Days
from opsconsole.imports.writer_promises import Channel, delivery_promise, load_channels, ship_promise, stated
from opsconsole.imports.writer_shipments import ScanTimes, derived_shipment, scan_times
from opsconsole.store import dialect, schema

Row = dict[str, Any]

_CHUNK = 5_000
_ADDRESS = ("city", "province", "postcode", "country")
_DERIVED = (
    *("time_zone", *_ADDRESS, "address_from", "placed_on"),
    *("ship_by", "ship_by_on", "ship_by_basis", "deliver_by", "deliver_by_on", "deliver_by_basis"),
    *("first_shipped_at", "shipped_at", "shipped_on", "delivered_at", "delivered_on"),
    *("lines_total", "line_count", "quantity_ordered", "quantity_shipped", "quantity_cancelled"),
    *("content_hash", "carrier_key", "last_event_at", "changed_at"),
)
_ORDER = (
    *("id", "channel", "customer_id", "customer_name", "email", "status", "currency", "total", "stated_time_zone"),
    *("placed_at", "paid_at", "cancelled_at", "stated_shipped_at", "stated_delivered_at"),
    *("stated_ship_by", "stated_ship_by_on", "stated_deliver_by", "stated_deliver_by_on"),
    *("ship_name", "address1", "address2", *(f"stated_{name}" for name in _ADDRESS)),
)
_LINE = (
    *("id", "order_fk", "sku", "title", "quantity", "shipped_quantity", "cancelled_quantity", "amount", "unit_price"),
    *("stated_ship_by", "stated_ship_by_on", "ship_by", "ship_by_on", "shipped_at"),
)
_SHIPMENT = (
    *("id", "order_fk", "shipment_id", "carrier_key", "tracking_number", "status", "voided", "quantity", "labeled_at"),
    *("stated_shipped_at", "stated_delivered_at", "stated_deliver_by", "stated_deliver_by_on"),
    *("stated_first_scan_at", "stated_last_scan_at", "shipped_at", "shipped_on", "delivered_at", "delivered_on"),
    *("deliver_by", "deliver_by_on", "first_scan_at", "last_scan_at"),
)
_CUSTOMER = ("channel", "customer_id", "person_id", "email", *_ADDRESS)


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

    def chunk(self, ids: Sequence[int]) -> None:
        """Bring some orders up to date."""
        orders = {row["id"]: row for row in self._rows(schema.orders, "id", _ORDER, ids)}
        customers = self._customers(ids)
        lines = _by_order(self._rows(schema.order_lines, "order_fk", _LINE, ids))
        shipments = _by_order(self._rows(schema.shipments, "order_fk", _SHIPMENT, ids))
        scans = scan_times(self._conn, [row for rows in shipments.values() for row in rows])
        zones = {order_id: self._zone(order) for order_id, order in orders.items()}
        self._promise_lines(lines, zones)
        self._move_shipments(shipments, zones, scans)
        self._date_reviews(ids, zones)
        columns: dict[str, list[Any]] = {name: [] for name in _DERIVED}
        for order_id, order in orders.items():
            customer = customers.get((order["channel"], order["customer_id"]), {})
            parts = lines.get(order_id, []), shipments.get(order_id, [])
            for name, value in zip(_DERIVED, self._order(order, customer, *parts, zones[order_id]), strict=True):
                columns[name].append(value)
        dialect.bulk_update(self._conn, schema.orders, list(orders), columns)

    def _rows(self, table: Table, key: str, names: Sequence[str], ids: Sequence[int]) -> list[Row]:
        with dialect.id_set(self._conn, ids) as wanted:
            statement = (
                select(*[table.c[name] for name in names])
                .select_from(wanted.join(table, table.c[key] == wanted.c.id))
                .order_by(table.c.id)
            )
            return [dict(zip(names, row, strict=True)) for row in self._conn.execute(statement).all()]

    def _customers(self, ids: Sequence[int]) -> dict[tuple[str, str], Row]:
        orders, customers = schema.orders, schema.customers
        with dialect.id_set(self._conn, ids) as wanted:
            on = (customers.c.channel == orders.c.channel) & (customers.c.customer_id == orders.c.customer_id)
            statement = select(*[customers.c[name] for name in _CUSTOMER]).select_from(
                wanted.join(orders, orders.c.id == wanted.c.id).join(customers, on)
            )
            found = [dict(zip(_CUSTOMER, row, strict=True)) for row in self._conn.execute(statement)]
        return {(row["channel"], row["customer_id"]): row for row in found}

    def _channel(self, order: Row) -> Channel:
        return self._channels.get(order["channel"], self._default)

    def _zone(self, order: Row) -> str:
        return str(order["stated_time_zone"] or self._channel(order).time_zone)

    def _order(
        self, order: Row, customer: Row, lines: Sequence[Row], shipments: Sequence[Row], zone: str
    ) -> tuple[Any, ...]:
        """Values of ``_DERIVED``."""
        days, channel = self._days, self._channel(order)
        parcels = [row for row in shipments if not row["voided"] and row["status"] != "voided"]
        address, address_from = _address(order, customer)
        counted = facts.quantities(lines)
        shipped = facts.shipping(order, lines, parcels, counted)
        placed_on = days.of(order["placed_at"], zone)
        line_limit = min((row["ship_by"] for row in lines if row["ship_by"] is not None), default=None)
        ship = ship_promise(order, line_limit, placed_on, zone, channel, days)
        delivery = delivery_promise(order, ship, zone, channel, days)
        person = customer.get("person_id") or customer.get("email")
        whole_address = (order["address1"], order["address2"], *address)
        return (
            *(zone, *address, address_from, placed_on),
            *ship,
            *delivery,
            *(shipped.first, shipped.whole, days.of(shipped.whole, zone)),
            *(shipped.delivered, days.of(shipped.delivered, zone)),
            *(facts.lines_total(lines), len(lines)),
            *(counted.ordered, facts.shipped_quantity(counted, shipped), counted.cancelled),
            facts.content_hash(order, person, whole_address, lines),
            *(facts.carrier(parcels), facts.last_event(order, shipped, parcels), self._now),
        )

    def _promise_lines(self, lines: Mapping[int, Sequence[Row]], zones: Mapping[int, str]) -> None:
        changes = []
        for order_id, rows in lines.items():
            for row in rows:
                if row["stated_ship_by"] is None and row["stated_ship_by_on"] is None and row["ship_by"] is None:
                    continue
                promise = stated(row["stated_ship_by"], row["stated_ship_by_on"], zones[order_id], self._days)
                changes.append((row, {"ship_by": promise.limit, "ship_by_on": promise.on_day}))
        self._change(schema.order_lines, changes)

    def _move_shipments(
        self, shipments: Mapping[int, Sequence[Row]], zones: Mapping[int, str], scans: Mapping[str, ScanTimes]
    ) -> None:
        changes = []
        for order_id, rows in shipments.items():
            for row in rows:
                scanned = scans.get(row["tracking_number"])
                changes.append((row, derived_shipment(row, scanned, zones[order_id], self._days)))
        self._change(schema.shipments, changes)

    def _date_reviews(self, ids: Sequence[int], zones: Mapping[int, str]) -> None:
        rows = self._rows(schema.reviews, "order_fk", ("id", "order_fk", "answered_at", "answered_on"), ids)
        changes = [(row, {"answered_on": self._days.of(row["answered_at"], zones[row["order_fk"]])}) for row in rows]
        self._change(schema.reviews, changes)

    def _change(self, table: Table, changes: Sequence[tuple[Row, Row]]) -> None:
        """Write the rows whose derived values differ from what is stored, and keep them in the rows at hand."""
        different = [(row, new) for row, new in changes if any(row[name] != value for name, value in new.items())]
        if different:
            names = list(different[0][1])
            columns = {name: [new[name] for _, new in different] for name in names}
            dialect.bulk_update(self._conn, table, [row["id"] for row, _ in different], columns)
            for row, new in different:
                row.update(new)


def _by_order(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["order_fk"]].append(row)
    return found


def _address(order: Row, customer: Row) -> tuple[tuple[str | None, ...], str | None]:
    """The order's own address, or its customer's where the order has none at all."""
    own = tuple(order[f"stated_{name}"] for name in _ADDRESS)
    if any(own) or order["address1"] or order["address2"]:
        return own, None
    theirs = tuple(customer.get(name) for name in _ADDRESS)
    return (theirs, "customer") if any(theirs) else (own, None)
