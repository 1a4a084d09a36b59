"""Large files of many kinds, to measure importing them: by name, what makes one of so many rows and its mapping."""

import csv
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from import_orders import SEED
from import_orders import make as make_orders

DATA = Path(__file__).resolve().parents[1] / "data"
ORDERS = """name = "Orders"
[[records]]
kind = "orders"
one_per = ["Order"]
[records.fields]
order_id = { from = "Order" }
placed_at = { from = "Placed", format = "%d/%m/%Y %H:%M" }
email = { from = "Email" }
currency = { const = "EUR" }
total = { from = "Total", decimal = "," }
[[records]]
kind = "order_lines"
[records.fields]
order_id = { from = "Order" }
line_id = { from = "Line" }
sku = { from = "SKU" }
quantity = { from = "Qty" }
"""
SHIPMENTS = """name = "Shipments"
[[records]]
kind = "vendors"
one_per = ["Carrier"]
[records.fields]
key = { from = "Carrier", slug = true }
name = { from = "Carrier" }
kind = { const = "carrier" }
[[records]]
kind = "shipments"
[records.fields]
order_id = { from = "Order" }
shipment_id = { from = "Parcel" }
tracking_number = { from = "Parcel" }
carrier_key = { from = "Carrier", slug = true }
shipped_at = { from = "Shipped", format = "%d/%m/%Y %H:%M" }
"""
TICKETS = """name = "Tickets"
[[records]]
kind = "tickets"
[records.fields]
helpdesk = { const = "desk" }
ticket_id = { from = "Ticket" }
order_id = { from = "Order" }
subject = { from = "Subject" }
opened_at = { from = "Opened", format = "%d/%m/%Y %H:%M" }
"""

Rows = Iterator[list[str]]


def header(name: str, delimiter: str = ",") -> list[str]:
    """The first line with cells of a sample file."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as stream:
        return next(row for row in csv.reader(stream, delimiter=delimiter) if any(row))


def filled(names: list[str], given: dict[str, str]) -> list[str]:
    """A row of the given cells."""
    return [given.get(name, "") for name in names]


def inventory(rows: int) -> Rows:
    """Stock of a Shopify shop: two locations a variant."""
    names = header("shopify_inventory_19.csv")
    yield names
    for row in range(rows):
        figures = {name: str(row % 97) for name in names if "(" in name and "new" not in name}
        given = {"Handle": f"article-{row // 2}", "Title": f"Article {row // 2}", "Option1 Name": "Title"}
        given |= {"Option1 Value": "Default Title", "SKU": f"SKU-{row // 2:06}", "Location": ("Reno", "Leeds")[row % 2]}
        yield filled(names, given | figures)


def settlement(rows: int) -> Rows:
    """One settlement of Amazon's, V2: the first row is the payout."""
    names = header("amazon_settlement_v2.txt", "\t")
    yield names
    of = {"settlement-id": "18000000001"}
    instants = {
        "settlement-start-date": "2026-11-01T04:00:00+00:00",
        "settlement-end-date": "2026-11-15T04:00:00+00:00",
    }
    yield filled(names, {**of, **instants, "total-amount": "9.35", "currency": "USD"})
    for row in range(rows - 1):
        order = row // 4
        given = {**of, "order-id": f"111-{order // 9999999:07}-{order:07}", "marketplace-name": "Amazon.com"}
        given |= {"transaction-type": "Refund" if order % 20 == 0 else "Order", "sku": f"SKU-{order % 4000}"}
        given |= {"amount-type": ("ItemPrice", "ItemPrice", "ItemFees", "ItemFees")[row % 4]}
        given |= {"amount-description": ("Principal", "Shipping", "Commission", "FBAPerUnitFulfillmentFee")[row % 4]}
        given |= {"amount": f"{(row % 9000) / 100:.2f}", "order-item-code": f"6{order:013}"}
        moment = f"2026-11-{1 + order % 14:02}T{order % 24:02}:{order % 60:02}:{order // 60 % 60:02}+00:00"
        yield filled(names, {**given, "posted-date-time": moment, "posted-date": moment[:10]})


def ebay(rows: int) -> Rows:
    """eBay's orders report, in the order of sales but for every hundredth order, which comes at the end once more."""
    names = header("ebay_orders_us.csv")
    yield names
    for row in range(rows):
        order = row if row < rows * 99 // 100 else (row * 100) % rows
        day = f"Nov-{1 + order % 15:02}-26"
        given = {"Sales Record Number": str(order), "Order Number": f"11-{order:05}-{order % 99999:05}"}
        given |= {"Buyer Username": f"b{order % 40000}", "Buyer Email": f"b{order % 40000}@example.com"}
        given |= {"Item Number": f"{row:012}", "Item Title": f"Article {row % 4000}", "Quantity": "1"}
        given |= {"Custom Label": f"SKU-{row % 4000}", "Sold For": f"${(row % 9000) / 100:.2f}", "Sale Date": day}
        given |= {"Total Price": f"${(order % 9000) / 100:.2f}", "Paid On Date": day, "Ship By Date": "Nov-20-26"}
        given |= {"Transaction ID": f"{row:013}", "Tracking Number": f"94{row:020}", "Shipped On Date": day}
        yield filled(names, given)


def fedex(rows: int) -> Rows:
    """FedEx's billing, a parcel a row."""
    names = header("fedex_billing.csv")
    yield names
    for row in range(rows):
        given = {"Bill to Account Number": "100200300", "Invoice Date": "20261116", "Payor": "Shipper"}
        given |= {"Invoice Number": f"8-{row // 1000:03}-45678", "Express or Ground Tracking ID": f"79{row:010}"}
        given |= {"Transportation Charge Amount": f"{(row % 9000) / 100:.2f}", "Service Type": "FedEx Home Delivery"}
        given |= {"Net Charge Amount": f"{(row % 9000) / 100:.2f}", "Shipment Date": f"202611{1 + row % 14:02}"}
        yield filled(names, given)


def orders(rows: int) -> Rows:
    """Orders of two lines each, for a mapping: sorted by day, dates that only the last half prove."""
    yield ["Order", "Line", "Placed", "Email", "Total", "SKU", "Qty"]
    for row in range(rows):
        order = row // 2
        placed = f"{1 + 27 * order * 2 // rows:02}/10/2026 {order % 24:02}:{order % 60:02}"
        total = f"{order % 9000},{order % 100:02}"
        yield [f"A-{order}", str(row % 2), placed, f"c{order}@example.com", total, f"S-{row % 4000}", str(1 + row % 3)]


def unsorted_orders(rows: int) -> Rows:
    """The same in any order."""
    found = orders(rows)
    yield next(found)
    every = list(found)
    random.Random(SEED).shuffle(every)
    yield from every


def shipments(rows: int) -> Rows:
    """Parcels, for a mapping."""
    yield ["Parcel", "Order", "Carrier", "Shipped"]
    for row in range(rows):
        yield [
            f"94{row:020}",
            f"A-{row}",
            ("UPS", "FedEx", "USPS")[row % 3],
            f"{1 + row % 28:02}/10/2026 10:{row % 60:02}",
        ]


def tickets(rows: int) -> Rows:
    """Tickets, for a mapping."""
    yield ["Ticket", "Order", "Subject", "Opened"]
    for row in range(rows):
        yield [str(row), f"A-{row % 9000}", f"Where is parcel {row}?", f"{1 + row % 28:02}/10/2026 10:{row % 60:02}"]


def text(make: Callable[[int], Rows], ending: str = "csv") -> Callable[[Path, int], Path]:
    """Writes rows as text."""

    def write(folder: Path, rows: int) -> Path:
        path = folder / f"file.{ending}"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter="\t" if ending == "txt" else ",", lineterminator="\n").writerows(make(rows))
        return path

    return write


def sheet(folder: Path, rows: int) -> Path:
    """The orders as a spreadsheet."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet("Orders")
    for row in orders(rows):
        page.append(row)
    book.save(folder / "file.xlsx")
    return folder / "file.xlsx"


def shopify(folder: Path, rows: int) -> Path:
    """Orders of Shopify, sorted by order."""
    make_orders(folder / "file.csv", rows)
    return folder / "file.csv"


def unsorted_shopify(folder: Path, rows: int) -> Path:
    """The same in any order of lines."""
    path = shopify(folder, rows)
    first, *rest = path.read_text("utf-8").splitlines(keepends=True)
    random.Random(SEED).shuffle(rest)
    path.write_text(first + "".join(rest), "utf-8")
    return path


def spoiled(kind: Callable[[Path, int], Path], column: str, spoil: Callable[[int], str]) -> Callable[[Path, int], Path]:
    """Writes a kind of file with other texts in one column, by the number of the row."""

    def write(folder: Path, rows: int) -> Path:
        path = kind(folder, rows)
        whole = path.with_name(f"whole-{path.name}")
        path.rename(whole)
        with whole.open(encoding="utf-8", newline="") as found, path.open("w", encoding="utf-8", newline="") as stream:
            read, writer = csv.reader(found), csv.writer(stream, lineterminator="\n")
            names = next(read)
            writer.writerow(names)
            place = names.index(column)
            writer.writerows([*row[:place], spoil(number), *row[place + 1 :]] for number, row in enumerate(read))
        whole.unlink()
        return path

    return write


def x12(folder: Path, rows: int, unit: str = "EA", items: int = 10, lost: int = 0) -> Path:
    """Purchase orders of some items each; ``lost``: segments that each of them lacks."""
    path = folder / "file.edi"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("ISA*00*          *00*          *ZZ*OURSELVES      *ZZ*MILLWORKS      *261102*0915*U*00401*")
        stream.write("000000101*0*T*>~\nGS*PO*OURSELVES*MILLWORKS*20261102*0915*101*X*004010~\n")
        for order in range(rows // items):
            stream.write(f"ST*850*{order:09}~\nBEG*00*SA*PO-{order}**20261102~\nCUR*BY*USD~\nDTM*002*20261116~\n")
            stream.write("N1*ST*Reno FC*92*RENO~\nN1*SU*Millworks*92*S-77~\n")
            for item in range(items):
                sku = f"SKU-{(order * items + item) % 4000}"
                stream.write(f"PO1*{item + 1}*{1 + item % 90}*{unit}*4.25**BP*{sku}~\n")
            stream.write(f"CTT*{items}~\nSE*{items + 8 + lost}*{order:09}~\n")
        stream.write(f"GE*{rows // items}*101~\nIEA*1*000000101~\n")
    return path


KINDS: dict[str, tuple[Callable[[Path, int], Path], str]] = {
    "shopify": (shopify, ""),
    "shopify, unsorted": (unsorted_shopify, ""),
    "inventory": (text(inventory), ""),
    "settlement": (text(settlement, "txt"), ""),
    "ebay": (text(ebay), ""),
    "fedex": (text(fedex), ""),
    "orders, mapped": (text(orders), ORDERS),
    "orders, mapped, unsorted": (text(unsorted_orders), ORDERS),
    "shipments, mapped": (text(shipments), SHIPMENTS),
    "tickets, mapped": (text(tickets), TICKETS),
    "xlsx": (sheet, ORDERS),
    "x12": (x12, ""),
    # Every row is refused.
    "shopify, no dates": (spoiled(shopify, "Created at", lambda row: f"day {row}"), ""),
    "shopify, no prices": (spoiled(shopify, "Lineitem price", lambda row: f"price {row}"), ""),
    "inventory, no figures": (spoiled(text(inventory), "Available (not editable)", lambda row: f"{row} or so"), ""),
    "x12, unknown packs": (partial(x12, unit="CA"), ""),
    "x12, lost segments": (partial(x12, items=1, lost=1), ""),
    "orders, mapped, no names": (spoiled(text(orders), "Order", lambda row: ""), ORDERS),
}
