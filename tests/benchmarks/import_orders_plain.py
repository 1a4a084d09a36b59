"""The job of ``import_orders.py`` as an able engineer writes it plainly: ``csv.DictReader``, a loop, ``executemany``.

It ends with the rows that the console ends with, in the same tables with the same indexes and keys: every column read
from the file, every column that follows from it (local dates, promises, sums of the lines, the content hash), the same
rejects with their lines, and what undoing needs. Amounts go through ``Decimal``, times through ``datetime``; nothing
is cached or vectorized and nothing of the console is called. One order's lines may stand anywhere in the file.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from pathlib import Path
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = date(1970, 1, 1)
STATUSES = {
    "fulfilled": "shipped",
    "partial": "partially_shipped",
    "restocked": "returned",
    "unfulfilled": "processing",
    "pending": "processing",
    "": "processing",
}
PAID = {"paid", "partially_refunded", "refunded"}
AMOUNT = "an amount with a decimal point"
PLACES = {"total": "Total", "subtotal": "Subtotal", "tax": "Taxes", "shipping": "Shipping"}
PLACES |= {"discount": "Discount Amount", "refunded": "Refunded Amount"}
TIMES = {"placed_at": "Created at", "paid_at": "Paid at", "cancelled_at": "Cancelled at"}
TEXTS = {
    "order_id": "Name",
    "email": "Email",
    "payment_status": "Financial Status",
    "payment_method": "Payment Method",
    "payment_terms": "Payment Terms Name",
    "currency": "Currency",
    "service": "Shipping Method",
    "location": "Location",
    "tags": "Tags",
    "note": "Notes",
    "ship_name": "Shipping Name",
    "bill_name": "Billing Name",
    "bill_address1": "Billing Address1",
    "bill_city": "Billing City",
    "bill_country": "Billing Country",
}
ADDRESS = ("address1", "address2", "city", "province", "postcode", "country")
PLACE = {name: f"Shipping {'Zip' if name == 'postcode' else name.title()}" for name in ADDRESS}

Row = dict[str, Any]


class Order:
    """What the file says of one order so far."""

    def __init__(self) -> None:
        self.order: Row | None = None
        self.lines: list[Row] = []
        self.payment: Row | None = None
        self.rows: list[int] = []
        self.faults: list[tuple[int, str, str, str, str]] = []  # line, field, found, expected, column
        self.seen: dict[str, int] = {}


def cents(text: str) -> int | None:
    """An amount in cents; ValueError where it is none."""
    if not text:
        return None
    minor = Decimal(text) * 100
    if minor != int(minor):
        raise ValueError(text)
    return int(minor)


def instant(text: str) -> datetime | None:
    """A time with its offset."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z") if text else None


def micros(at: datetime | None) -> int | None:
    """Microseconds since 1970."""
    return None if at is None else (at - EPOCH) // timedelta(microseconds=1)


def days(at: date) -> int:
    """Days since 1970."""
    return (at - FIRST_DAY).days


def later(day: date, count: int) -> date:
    """The local date so many weekdays later."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def end_of(day: date, at: datetime) -> int | None:
    """Last microsecond of a local date."""
    return micros(datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, at.tzinfo))


def letters(text: str | None) -> str:
    """Letters and digits only, case folded."""
    return re.sub(r"[\W_]+", "", text.casefold()) if text else ""


def zone_of(at: datetime) -> str:
    """The fixed zone of a whole hour's offset."""
    hours = (at.utcoffset() or timedelta(0)) // timedelta(hours=1)
    return "UTC" if not hours else f"Etc/GMT{'-' if hours > 0 else '+'}{abs(hours)}"


def guarded(text: str) -> str | None:
    """A text less the apostrophe that guards it against spreadsheets; a dash is none."""
    text = text.removeprefix("'").strip()
    return None if text in ("", "-") else text


class Reading:
    """One pass over the file."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}

    def read(self, path: Path) -> None:
        """Everything the file says, order by order."""
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            line = 2
            for row in reader:
                order = self.orders.setdefault(row["Name"], Order())
                order.rows.append(line)
                if row["Currency"] and order.order is None:
                    order.order = self._order(order, line, row)
                    order.payment = self._payment(order, line, row)
                if row["Lineitem quantity"]:
                    order.lines.append(self._line(order, line, row))
                line = reader.line_num + 1

    def _value(self, order: Order, line: int, row: Row, field: str, column: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(row[column].strip())
        except (ValueError, InvalidOperation):
            expected = AMOUNT if read is cents else "a time"
            order.faults.append((line, field, row[column], expected, column))
            return None

    def _order(self, order: Order, line: int, row: Row) -> Row:
        said: Row = {field: row[column].strip() or None for field, column in TEXTS.items()}
        said |= {field: self._value(order, line, row, field, column, cents) for field, column in PLACES.items()}
        said |= {field: self._value(order, line, row, field, column, instant) for field, column in TIMES.items()}
        shipped = self._value(order, line, row, "shipped_at", "Fulfilled at", instant)
        said["stated_shipped_at"] = shipped if row["Fulfillment Status"] in ("fulfilled", "restocked") else None
        said["status"] = "cancelled" if said["cancelled_at"] else STATUSES[row["Fulfillment Status"]]
        said["order_number"] = row["Name"].removeprefix("#")
        said["risk_level"] = row["Risk Level"].lower() or None
        said["customer_name"] = row["Billing Name"] or row["Shipping Name"] or None
        said["phone"] = row["Shipping Phone"] or row["Phone"] or row["Billing Phone"] or None
        said["bill_postcode"] = guarded(row["Billing Zip"])
        said |= {field: guarded(row[column]) for field, column in PLACE.items()}
        return said

    def _payment(self, order: Order, line: int, row: Row) -> Row | None:
        number = row["Payment Reference"] or row["Payment ID"]
        if not number:
            return None
        total = self._value(order, line, row, "amount", "Total", cents)
        left = self._value(order, line, row, "amount", "Outstanding Balance", cents)
        return {"payment_id": number, "amount": None if total is None else total - (left or 0)}

    def _line(self, order: Order, line: int, row: Row) -> Row:
        sku, title = guarded(row["Lineitem sku"]), row["Lineitem name"] or None
        known_by = row["Lineitem sku"] or title or "line"
        count = order.seen[known_by] = order.seen.get(known_by, 0) + 1
        quantity = self._value(order, line, row, "quantity", "Lineitem quantity", float)
        price = self._value(order, line, row, "unit_price", "Lineitem price", cents)
        discount = self._value(order, line, row, "discount", "Lineitem discount", cents)
        fulfilled = row["Lineitem fulfillment status"] == "fulfilled"
        return {
            "line_id": known_by if count == 1 else f"{known_by} ({count})",
            "sku": sku,
            "title": title,
            "quantity": quantity,
            "shipped_quantity": quantity if fulfilled else 0.0,
            "unit_price": price,
            "discount": discount,
            "amount": None if price is None or quantity is None else int(price * quantity) - (discount or 0),
            "requires_shipping": row["Lineitem requires shipping"] == "true",
            "status": row["Lineitem fulfillment status"] or None,
        }


def derived(order: Row, lines: list[Row], source_time: int) -> Row:
    """What follows for an order from itself and its lines."""
    placed, shipped = order["placed_at"], order["stated_shipped_at"]
    ship_by = later(placed.date(), 2)
    deliver_by = later(ship_by, 5)
    ordered = sum(line["quantity"] for line in lines)
    left = sum(line["shipped_quantity"] for line in lines)
    partly = order["status"] == "partially_shipped" or 0 < left < ordered
    whole = None if partly else shipped
    events = [order["placed_at"], order["paid_at"], order["cancelled_at"], shipped]
    ready = order["paid_at"] or (placed if order["payment_status"] in PAID else None)
    return {
        "time_zone": zone_of(placed),
        "placed_on": days(placed.date()),
        "ship_by": end_of(ship_by, placed),
        "ship_by_on": days(ship_by),
        "ship_by_basis": "assumed",
        "deliver_by": end_of(deliver_by, placed),
        "deliver_by_on": days(deliver_by),
        "deliver_by_basis": "assumed",
        "first_shipped_at": micros(shipped),
        "shipped_at": micros(whole),
        "shipped_on": None if whole is None else days(whole.date()),
        "lines_total": sum(line["amount"] for line in lines),
        "line_count": len(lines),
        "quantity_ordered": ordered,
        "quantity_shipped": left,
        "content_hash": content_hash(order, lines),
        "ready_at": micros(ready),
        "status_since": source_time,
        "last_event_at": max(at for at in map(micros, events) if at is not None),
    }


def content_hash(order: Row, lines: list[Row]) -> str | None:
    """Equal for the same customer, address, goods and total."""
    customer = order["email"] or order["customer_name"]
    place = [letters(order[name]) for name in ADDRESS]
    goods = sorted((letters(line["sku"] or line["title"]), line["quantity"]) for line in lines)
    if not customer or not any(place) or not goods or not goods[0][0]:
        return None
    content = repr((letters(customer), place, goods, order["total"], order["currency"]))
    return blake2b(content.encode(), digest_size=16).hexdigest()


def refusals(path: Path, orders: list[Order]) -> tuple[list[Row], list[Row]]:
    """Every line of the refused orders, why, and its cells: read once more, for those lines."""
    wanted = {line: (part, order) for part, order in enumerate(orders, start=1) for line in order.rows}
    told, kept = [], []
    line = 1
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        for cells in reader:
            if line in wanted:
                part, order = wanted[line]
                kept.append({"line": line, "part": part, "cells_json": json.dumps(cells, ensure_ascii=False)})
                told += rejects_of(order, line, cells)
            line = reader.line_num + 1
    return told, kept


def rejects_of(order: Order, line: int, cells: list[str]) -> list[Row]:
    """What is told of one line of a refused order: each text that cannot be read once."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    own = [fault[1:] for fault in order.faults if fault[0] == line]
    causes = {found: (field, found, expected, column) for field, found, expected, column in reversed(own)}
    waits = ("", "", f"the whole order: its line {min(order.faults)[0]:,} was refused", "")
    told = []
    for field, found, expected, column in list(causes.values()) or [waits]:
        columns = json.dumps([column]) if column else None
        reject = {"record_kind": "orders", "line": line, "field": field, "found": found, "expected": expected}
        told.append({**reject, "raw": text.getvalue(), "columns_json": columns})
    return told


def insert(connection: Any, table: str, rows: list[Row]) -> None:
    """One executemany."""
    if rows:
        names = list(rows[0])
        marks = ", ".join("?" * len(names))
        values = [[row[name] for name in names] for row in rows]
        connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)


def import_plainly(path: Path, connection: Any, batch_id: int, now: int) -> tuple[int, int, int]:
    """The whole job in one transaction; returns the numbers of orders, of lines, and of refused orders."""
    reading = Reading()
    reading.read(path)
    good = [one for one in reading.orders.values() if not one.faults and one.order is not None]
    bad = [one for one in reading.orders.values() if one.faults]
    every = [
        at for one in good for at in (one.order["placed_at"], one.order["paid_at"], one.order["stated_shipped_at"])
    ]
    newest = max(micros(at) for at in every if at is not None)
    origin = {"source_time": newest, "batch_id": batch_id}
    orders, lines, payments = [], [], []
    for number, one in enumerate(good, start=1):
        said = one.order
        row = {"id": number, "channel": "shop", **said, **derived(said, one.lines, newest), "changed_at": now, **origin}
        for name in ("placed_at", "paid_at", "cancelled_at", "stated_shipped_at"):
            row[name] = micros(row[name])
        row["stated_time_zone"] = row["time_zone"]
        for name in ADDRESS[2:]:
            row[f"stated_{name}"] = row[name]
        orders.append(row)
        more = {"order_fk": number, "currency": said["currency"]}
        lines += [{**more, **line, **origin} for line in one.lines]
        if one.payment is not None:
            paid = {"method": said["payment_method"], "status": said["payment_status"], "paid_at": row["paid_at"]}
            payments.append({**more, **one.payment, **paid, **origin})
    told, kept = refusals(path, bad)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO batches (id, file_name, source, source_label, state, imported_by, started_at, source_time) "
        "VALUES (?, ?, 'shopify_orders', 'Shopify, orders', 'partly', 'Benchmark', ?, ?)",
        (batch_id, path.name, now, newest),
    )
    connection.execute("INSERT INTO channels (key, label) VALUES ('shop', 'Shop')")
    for table, rows in (("orders", orders), ("order_lines", lines), ("payments", payments)):
        insert(connection, table, rows)
        ids = json.dumps({"first": [1], "last": [len(rows)]})
        connection.execute(
            "INSERT INTO batch_undo (batch_id, table_name, what, content) VALUES (?, ?, 'inserted', ?)",
            (batch_id, table, ids),
        )
    insert(connection, "rejects", [{"batch_id": batch_id, **row} for row in told])
    insert(connection, "reject_rows", [{"batch_id": batch_id, **row} for row in kept])
    connection.execute("COMMIT")
    return len(orders), len(lines), len(bad)
