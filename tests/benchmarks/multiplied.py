"""A large company, made of many copies of a small one: in minutes, and with every rule's trouble in proportion.

Copies share no order, customer, address, SKU, parcel, purchase order, ticket or charge. What is not of orders and goods
(channels, sites, carriers, contracts, batches) is one for all; the daily history of stock is left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from sqlalchemy import Connection, Table, func, select, text

from opsconsole.domain.tracking import tracking_fault
from opsconsole.services.demo_company import tracking
from opsconsole.store.database import Database
from opsconsole.store.schema import metadata

# What tells rows apart, per table: these get the copy's number.
OWN: Mapping[str, tuple[str, ...]] = {
    "customers": ("customer_id", "person_id", "email"),
    "products": ("sku",),
    "orders": ("order_id", "order_number", "customer_id", "email", "address1", "content_hash"),
    "order_lines": ("sku", "pegged_po"),
    "payments": (),
    "shipments": ("tracking_number",),
    "shipment_events": ("tracking_number",),
    "returns": ("sku", "tracking_number"),
    "reviews": (),
    "refunds": ("sku",),
    "disputes": (),
    "tickets": ("ticket_id", "order_id"),
    "claims": ("tracking_number",),
    "fraud_decisions": (),
    "order_events": (),
    "picks": ("sku",),
    "warehouse_orders": (),
    "listings": ("sku",),
    "sku_aliases": ("alias", "sku"),
    "stock_levels": ("sku",),
    "purchase_orders": ("po_number",),
    "purchase_order_lines": ("sku",),
    "receipts": (),
    "freight_charges": ("charge_id", "tracking_number", "order_id", "invoice_number"),
}
_SERIALS = 500_000_000  # far from those of the demo company
_STYLES = (
    (re.compile(r"1Z\w{16}"), "1z", "ups"),
    (re.compile(r"9\d{21}"), "postal", "usps"),
    (re.compile(r"\d{12}"), "express", "fedex"),
    (re.compile(r"\d{10}"), "pro", ""),
    (re.compile(r"TBA\d{12}"), "tba", ""),
)


def multiply(database: Database, times: int) -> None:
    """Make a company as large as ``times`` of it."""
    with database.write() as connection:
        if database.dialect == "postgresql":  # rows point at rows of their own copy: nothing to check
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        indexes = [index for name in OWN for index in metadata.tables[name].indexes]
        for index in indexes:
            index.drop(connection)
        steps = {name: _highest(connection, metadata.tables[name]) for name in OWN}
        numbers = _numbers(connection)
        connection.exec_driver_sql("CREATE TEMP TABLE parcels (old TEXT PRIMARY KEY, new TEXT NOT NULL)")
        for copy in range(1, times):
            _renumber(connection, numbers, copy)
            for name, own in OWN.items():
                _copy(connection, metadata.tables[name], own, steps, copy)
        connection.exec_driver_sql("DROP TABLE parcels")
        for index in indexes:
            index.create(connection)
        if database.dialect == "postgresql":
            for name in steps:
                if "id" in metadata.tables[name].c:
                    connection.exec_driver_sql(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
                    )


def _highest(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.max(table.c.id))).scalar() or 0) if "id" in table.c else 0


def _copy(connection: Connection, table: Table, own: Sequence[str], steps: Mapping[str, int], copy: int) -> None:
    """Insert a copy of the first rows of a table."""
    shown = []
    for column in table.c:
        name = f't."{column.name}"'
        target = next((key.column.table.name for key in column.foreign_keys), table.name)
        if column.name == "tracking_number" and "tracking_number" in own:
            shown.append(f"coalesce(p.new, {name})")
        elif column.name in own:
            shown.append(f"CASE WHEN {name} = '' THEN '' ELSE {name} || ' {copy}' END")
        elif column.name == "id" or (column.foreign_keys and target in steps):
            shown.append(f"{name} + {steps[target] * copy}")
        else:
            shown.append(name)
    names = ", ".join(f'"{column.name}"' for column in table.c)
    parcels = "LEFT JOIN parcels p ON p.old = t.tracking_number" if "tracking_number" in own else ""
    first = f"WHERE t.id <= {steps[table.name]}" if "id" in table.c else "WHERE t.sku NOT LIKE '% %'"
    rows = f'SELECT {", ".join(shown)} FROM "{table.name}" t {parcels} {first}'
    connection.execute(text(f'INSERT INTO "{table.name}" ({names}) {rows}'))


# --- parcels' numbers -------------------------------------------------------------------------------------------------


def _numbers(connection: Connection) -> dict[tuple[str, str], list[str]]:
    """Tracking numbers by style and the family they are checked as; style ``""`` for what fits none."""
    found: dict[tuple[str, str], list[str]] = {}
    known: set[str] = set()
    for name, own in OWN.items():
        if "tracking_number" in own:
            column = metadata.tables[name].c.tracking_number
            known |= set(connection.execute(select(column).where(column.is_not(None)).distinct()).scalars())
    for number in sorted(known - {""}):
        style = next(((style, family) for fits, style, family in _STYLES if fits.fullmatch(number)), ("", ""))
        found.setdefault(style, []).append(number)
    return found


def _renumber(connection: Connection, numbers: Mapping[tuple[str, str], Sequence[str]], copy: int) -> None:
    pairs = [pair for style, known in numbers.items() for pair in _renumbered(style, known, copy)]
    connection.exec_driver_sql("DELETE FROM parcels")
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    connection.exec_driver_sql(f"INSERT INTO parcels VALUES ({mark}, {mark})", pairs)


def _renumbered(style: tuple[str, str], known: Sequence[str], copy: int) -> Iterator[tuple[str, str]]:
    """New numbers of the same style; a bad one stays as bad."""
    if not style[0]:
        yield from ((number, f"{number}-{copy}") for number in known)
        return
    serials = np.arange(len(known), dtype=np.int64) + _SERIALS + copy * 1_000_000
    for old, new in zip(known, tracking.STYLES[style[0]](serials), strict=True):
        bad = style[1] and tracking_fault(style[1], old) is not None
        yield old, tracking.spoiled(new) if bad else new
