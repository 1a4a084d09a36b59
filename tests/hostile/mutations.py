"""Files as they must not be: a healthy Shopify export, and the operators that harm it.

Every operator says what has to become of its file, from how the harm is done and never from what the importer answers:

``same``      all orders are there, as in the healthy file
``refused``   nothing is written, one sentence says why
``without``   the orders named are refused whole, all others are as in the healthy file
``safe``      nobody can say how much is readable: whatever is written are orders of the healthy file that the harm did
              not touch, as they were, and those touched
"""

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

SEED = 20261117
ORDERS = 40
Rows = list[list[str]]


@dataclass(frozen=True)
class Case:
    """One harmed file; ``touched`` are numbers of orders (their Name) that the harm reaches."""

    operator: str
    name: str
    content: bytes
    outcome: str
    touched: frozenset[str] = frozenset()


def header(folder: Path) -> list[str]:
    """The 79 column names of Shopify's order export."""
    with (folder / "shopify_orders_79.csv").open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def healthy(names: list[str]) -> Rows:
    """Forty paid orders of one to three lines, with accents, line breaks and commas inside cells."""
    places = {name: at for at, name in enumerate(names)}
    dice = random.Random(SEED)
    rows: Rows = []
    for number in range(ORDERS):
        lines = 1 + number % 3
        prices = [dice.randrange(500, 9_900) for _ in range(lines)]
        for line, price in enumerate(prices):
            cells = dict.fromkeys(names, "")
            cells |= {
                "Name": f"#{3001 + number}",
                "Email": f"buyer{number}@example.com",
                "Created at": f"2026-11-{1 + number % 14:02d} 09:{number:02d}:00 -0800",
                "Lineitem quantity": "1",
                "Lineitem name": f"Café “Crème”, size {line}",
                "Lineitem price": f"{price / 100:.2f}",
                "Lineitem sku": f"SKU-{number}-{line}",
                "Lineitem requires shipping": "true",
                "Lineitem fulfillment status": "pending",
                "Lineitem discount": "0.00",
            }
            if line == 0:
                total = f"{sum(prices) / 100:.2f}"
                cells |= {
                    "Financial Status": "paid",
                    "Paid at": f"2026-11-{1 + number % 14:02d} 09:{number:02d}:30 -0800",
                    "Fulfillment Status": "unfulfilled",
                    "Currency": "USD",
                    "Subtotal": total,
                    "Shipping": "0.00",
                    "Taxes": "0.00",
                    "Total": total,
                    "Shipping Name": "José Núñez",
                    "Shipping Address1": f"{number} Alder St",
                    "Shipping City": "Portland",
                    "Shipping Zip": "'97201",
                    "Shipping Province": "OR",
                    "Shipping Country": "US",
                    "Notes": "Leave it\nat the door" if number % 5 == 0 else "",
                    "Payment Method": "Shopify Payments",
                    "Id": str(6_100_000_003_000 + number),
                }
            rows.append([cells[name] for name in places])
    return rows


def text_of(names: list[str], rows: Rows, delimiter: str = ",", ends: str = "\n") -> str:
    """The table as delimited text."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=delimiter, lineterminator=ends)
    writer.writerow(names)
    writer.writerows(rows)
    return made.getvalue()


def sheet_of(names: list[str], rows: Rows) -> bytes:
    """The table as .xlsx, every cell text."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    for row in [names, *rows]:
        sheet.append([cell or None for cell in row])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


class Harm:
    """The operators; each makes one case from a source of chance."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.rows = healthy(names)
        self.text = text_of(names, self.rows)

    def at(self, name: str) -> int:
        """Place of a column."""
        return self.names.index(name)

    def _csv(self, operator: str, text: str, outcome: str = "same", touched: frozenset[str] = frozenset()) -> Case:
        return Case(operator, "orders_export.csv", text.encode("utf-8"), outcome, touched)

    def _order(self, dice: random.Random) -> int:
        """A row that holds an order's first line."""
        return dice.choice([at for at, row in enumerate(self.rows) if row[self.at("Total")]])

    def _with_cell(self, row: int, column: str, text: str) -> Rows:
        changed = [list(one) for one in self.rows]
        changed[row][self.at(column)] = text
        return changed

    # Forms of the same table.

    def shuffled_columns(self, dice: random.Random) -> Case:
        order = list(range(len(self.names)))
        dice.shuffle(order)
        rows = [[row[at] for at in order] for row in self.rows]
        return self._csv("shuffled columns", text_of([self.names[at] for at in order], rows))

    def other_encoding(self, dice: random.Random) -> Case:
        encoding = dice.choice(["cp1252", "utf-16", "utf-8-sig", "utf-16-le", "utf-16-be"])
        return Case(f"encoding {encoding}", "orders_export.csv", self.text.encode(encoding), "same")

    def other_delimiter(self, dice: random.Random) -> Case:
        delimiter = dice.choice([";", "\t", "|"])
        return self._csv(f"delimiter {delimiter!r}", text_of(self.names, self.rows, delimiter))

    def other_line_ends(self, dice: random.Random) -> Case:
        return self._csv("CRLF", text_of(self.names, self.rows, ends="\r\n"))

    def five_hundred_columns(self, dice: random.Random) -> Case:
        more = 500 - len(self.names)
        rows = [row + [str(dice.randrange(10**6)) for _ in range(more)] for row in self.rows]
        return self._csv("500 columns", text_of([*self.names, *(f"Extra {n}" for n in range(more))], rows))

    def blank_lines_first(self, dice: random.Random) -> Case:
        return self._csv("blank lines first", "\n" * dice.randrange(1, 5) + self.text)

    def stated_separator(self, dice: random.Random) -> Case:
        return self._csv("sep=,", "sep=,\n" + self.text)

    def gzipped(self, dice: random.Random) -> Case:
        return Case("gzip", "orders_export.csv.gz", gzip.compress(self.text.encode(), mtime=0), "same")

    def zipped(self, dice: random.Random) -> Case:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as package:
            package.writestr(dice.choice(["a/orders.csv", "../../orders.csv", "/orders.csv"]), self.text)
        return Case("zip with a path in it", "orders.zip", made.getvalue(), "same")

    def spreadsheet_named_text(self, dice: random.Random) -> Case:
        return Case("xlsx named .csv", "orders_export.csv", sheet_of(self.names, self.rows), "same")

    def far_cell(self, dice: random.Random) -> Case:
        """One cell in the last row and column a sheet can have, in a package of a few KB."""
        package = io.BytesIO(sheet_of(self.names, self.rows))
        made = io.BytesIO()
        with zipfile.ZipFile(package) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.infolist():
                content = old.read(part)
                if part.filename.endswith("sheet1.xml"):
                    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
                    content = content.replace(b"</sheetData>", far)
                new.writestr(part.filename, content)
        return Case("a cell at XFD1048576", "orders.xlsx", made.getvalue(), "safe")

    def repeated_whole(self, dice: random.Random) -> Case:
        """Saved twice into one file: the header comes again in the middle."""
        return self._csv("twice in one file", self.text + self.text, "safe", frozenset(self._names()))

    # Harm to single orders.

    def bad_value(self, dice: random.Random) -> Case:
        column, text = dice.choice(
            [
                ("Total", "twelve"),
                ("Created at", "2026-13-45 25:00:00 -0800"),
                ("Lineitem quantity", "1x"),
                ("Lineitem price", "1.2.3"),
                ("Subtotal", "#REF!"),
                ("Paid at", "soon"),
            ]
        )
        row = self._order(dice)
        return self._csv(
            f"{column} = {text}", text_of(self.names, self._with_cell(row, column, text)), "without", self._of(row)
        )

    def null_bytes(self, dice: random.Random) -> Case:
        row = self._order(dice)
        rows = self._with_cell(row, "Lineitem sku", f"SKU\x00{dice.randrange(100)}")
        return self._csv("a NUL in a cell", text_of(self.names, rows), "safe", self._of(row))

    def too_wide(self, dice: random.Random) -> Case:
        row = self._order(dice)
        rows = [list(one) for one in self.rows]
        rows[row].insert(dice.randrange(5, 60), "stray")
        return self._csv("a cell too many", text_of(self.names, rows), "without", self._of(row))

    def too_narrow(self, dice: random.Random) -> Case:
        row = self._order(dice)
        rows = [list(one) for one in self.rows]
        del rows[row][dice.randrange(5, 60)]
        return self._csv("a cell too few", text_of(self.names, rows), "without", self._of(row))

    def broken_bytes(self, dice: random.Random) -> Case:
        row = self._order(dice)
        marked = text_of(self.names, self._with_cell(row, "Lineitem name", "@@"))
        content = marked.encode().replace(b"@@", bytes(dice.choice([[0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0, 0x80]])))
        return Case("bytes that are no text", "orders_export.csv", content, "without", self._of(row))

    def flipped_bits(self, dice: random.Random) -> Case:
        content = bytearray(self.text.encode())
        begin = self.text.index("\n") + 1
        lines = self.text.encode().split(b"\n")
        for _ in range(dice.randrange(1, 6)):
            content[dice.randrange(begin, len(content))] ^= 1 << dice.randrange(8)
        changed = bytes(content).split(b"\n")
        alike = lines == changed
        touched = frozenset() if alike else frozenset(self._names())
        return Case("flipped bits", "orders_export.csv", bytes(content), "safe", touched)

    def open_quote(self, dice: random.Random) -> Case:
        row = self._order(dice)
        marked = text_of(self.names, self._with_cell(row, "Lineitem name", "@@")).replace("@@", '"never closed')
        after = frozenset(one[self.at("Name")] for one in self.rows[row:])
        return self._csv("a quote never closed", marked, "safe", after)

    # Harm to the whole.

    def cut(self, dice: random.Random) -> Case:
        content = self.text.encode()
        end = dice.randrange(self.text.index("\n") + 200, len(content) - 1)
        whole = content[:end].decode("utf-8", "ignore")
        last = [n for n in self._names() if f"\n{n}," in whole]
        missing = frozenset(self._names()) - frozenset(last[:-1])
        return Case("cut off", "orders_export.csv", content[:end], "safe", missing)

    def cut_gzip(self, dice: random.Random) -> Case:
        packed = gzip.compress(self.text.encode(), mtime=0)
        return Case("cut gzip", "orders.csv.gz", packed[: dice.randrange(30, len(packed) - 10)], "refused")

    def cut_spreadsheet(self, dice: random.Random) -> Case:
        packed = sheet_of(self.names, self.rows)
        return Case("cut xlsx", "orders.xlsx", packed[: dice.randrange(100, len(packed) - 100)], "refused")

    def noise(self, dice: random.Random) -> Case:
        return Case("noise", "orders_export.csv", dice.randbytes(dice.randrange(1, 60_000)), "refused")

    def no_header(self, dice: random.Random) -> Case:
        return self._csv("no header", self.text.split("\n", 1)[1], "refused")

    def missing_column(self, dice: random.Random) -> Case:
        gone = self.at(dice.choice(["Name", "Lineitem quantity"]))
        names = [name for at, name in enumerate(self.names) if at != gone]
        rows = [[cell for at, cell in enumerate(row) if at != gone] for row in self.rows]
        return self._csv("a needed column is missing", text_of(names, rows), "refused")

    def empty(self, dice: random.Random) -> Case:
        content = dice.choice([b"", b"\n\n\n", b"\xef\xbb\xbf", b" "])
        return Case("nothing in it", "orders_export.csv", content, "refused")

    def old_excel(self, dice: random.Random) -> Case:
        content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + dice.randbytes(4_000)
        return Case("old or protected Excel", "orders.xlsx", content, "refused")

    def web_page(self, dice: random.Random) -> Case:
        page = f"<!DOCTYPE html><html><table><tr><td>{self.text[:500]}</td></tr></table></html>"
        return Case("a web page", "orders_export.csv", page.encode(), "refused")

    def external_entity(self, dice: random.Random) -> Case:
        """A sheet whose XML asks for a file of the machine and for a thousand million laughs."""
        package = io.BytesIO(sheet_of(self.names, self.rows))
        made = io.BytesIO()
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        inside = f'<!DOCTYPE w [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY l0 "ha">{laughs}]>'
        with zipfile.ZipFile(package) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.infolist():
                content = old.read(part)
                if part.filename.endswith("sheet1.xml"):
                    entity = dice.choice([b"&f;", b"&l9;"])
                    content = content.replace(b"Portland", entity)
                    content = content.replace(b"<worksheet", inside.encode() + b"<worksheet", 1)
                new.writestr(part.filename, content)
        return Case("entities in a sheet", "orders.xlsx", made.getvalue(), "refused")

    def bomb(self, dice: random.Random) -> Case:
        """A package of about 200 KB that unpacks to hundreds of MB."""
        kind = dice.choice(["gz", "zip", "xlsx"])
        zeros = (b"," * 1023 + b"\n") * (300 * 1024)
        if kind == "gz":
            return Case("gzip bomb", "orders.csv.gz", gzip.compress(zeros, 9, mtime=0), "refused")
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
            if kind == "xlsx":
                package.writestr("[Content_Types].xml", "<Types/>")
            package.writestr("xl/sharedStrings.xml" if kind == "xlsx" else "orders.csv", zeros)
        return Case(f"{kind} bomb", f"orders.{kind}", made.getvalue(), "refused")

    def endless_line(self, dice: random.Random) -> Case:
        """A hundred MB without a line break."""
        cell = dice.choice([b"x", b'"x', b"x,"])
        content = self.text.encode() + cell * (100 * (1 << 20) // len(cell))
        return Case("100 MB on one line", "orders_export.csv", content, "refused")

    def _names(self) -> list[str]:
        return list(dict.fromkeys(row[self.at("Name")] for row in self.rows))

    def _of(self, row: int) -> frozenset[str]:
        return frozenset({self.rows[row][self.at("Name")]})


QUICK: tuple[str, ...] = (
    *("shuffled_columns", "other_encoding", "other_delimiter", "other_line_ends", "five_hundred_columns"),
    *("blank_lines_first", "stated_separator", "gzipped", "zipped", "spreadsheet_named_text", "far_cell"),
    *("repeated_whole", "bad_value", "null_bytes", "too_wide", "too_narrow", "broken_bytes", "flipped_bits"),
    *("open_quote", "cut", "cut_gzip", "cut_spreadsheet", "noise", "no_header", "missing_column", "empty"),
    *("old_excel", "web_page", "external_entity"),
)
HEAVY: tuple[str, ...] = ("bomb", "endless_line")


def cases(names: list[str], count: int, operators: tuple[str, ...]) -> list[Callable[[], Case]]:
    """``count`` harmed files of the fixed seed, operator after operator; each is made when it is called."""
    harm = Harm(names)

    def one(number: int) -> Callable[[], Case]:
        operator: Callable[[random.Random], Case] = getattr(harm, operators[number % len(operators)])
        return lambda: operator(random.Random(SEED * 1_000 + number))

    return [one(number) for number in range(count)]
