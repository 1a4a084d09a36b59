"""What is proposed for files that nobody has mapped; the expected readings are written by hand."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proposing import Write, fields_of, how, proposed_for

from opsconsole.domain.file_mapping import as_content, from_content
from opsconsole.imports.dates import parse
from opsconsole.imports.proposals.assignment import best_assignment
from opsconsole.imports.proposals.date_reading import read_dates
from opsconsole.imports.proposals.header import find_header
from opsconsole.imports.proposals.names import name_score
from opsconsole.imports.proposals.propose import missing_fields
from opsconsole.imports.proposals.text_reading import status_code

OLIST: dict[str, tuple[str, dict[str, str]]] = {
    "olist_customers_dataset.csv": ("customers", {
        "customer_id": "customer_id", "customer_unique_id": "person_id", "customer_zip_code_prefix": "postcode",
        "customer_city": "city", "customer_state": "province"}),
    "olist_order_items_dataset.csv": ("order_lines", {
        "order_id": "order_id", "order_item_id": "line_id", "product_id": "sku", "seller_id": "vendor_key",
        "shipping_limit_date": "ship_by", "price": "amount", "freight_value": "shipping"}),
    "olist_order_payments_dataset.csv": ("payments", {
        "order_id": "order_id", "payment_sequential": "payment_id", "payment_type": "method",
        "payment_installments": "installments", "payment_value": "amount"}),
    "olist_order_reviews_dataset.csv": ("reviews", {
        "review_id": "review_id", "order_id": "order_id", "review_score": "score", "review_comment_message": "comment",
        "review_creation_date": "asked_at", "review_answer_timestamp": "answered_at"}),
    "olist_orders_dataset.csv": ("orders", {
        "order_id": "order_id", "customer_id": "customer_id", "order_status": "status",
        "order_purchase_timestamp": "placed_at", "order_approved_at": "paid_at",
        "order_delivered_carrier_date": "stated_shipped_at", "order_delivered_customer_date": "stated_delivered_at",
        "order_estimated_delivery_date": "deliver_by_on"}),
    "olist_products_dataset.csv": ("products", {
        "product_id": "sku", "product_category_name": "category", "product_weight_g": "weight_grams"}),
    "olist_sellers_dataset.csv": ("vendors", {
        "seller_id": "key", "seller_zip_code_prefix": "postcode", "seller_city": "city", "seller_state": "province"}),
}  # fmt: skip


@pytest.mark.real_data
@pytest.mark.parametrize("name", OLIST)
def test_the_files_of_olist_are_understood_by_names_and_values(real_data: Path, name: str) -> None:
    kind, fields = OLIST[name]
    made = proposed_for(real_data / "olist" / name)
    assert [record.kind for record in made.draft.records] == [kind]
    assert fields_of(made) == fields
    assert made.questions == []
    if kind == "orders":
        words = {"created": "pending", "approved": "processing", "invoiced": "processing", "processing": "processing",
                 "shipped": "shipped", "delivered": "delivered", "canceled": "cancelled",
                 "unavailable": "unavailable"}  # fmt: skip
        assert how(made, "status")["map"] == words
        assert how(made, "placed_at") == {"from": "order_purchase_timestamp", "format": "iso"}
    if kind == "vendors":
        assert how(made, "kind") == {"const": "drop_shipper"}


@pytest.mark.real_data
def test_a_translation_table_is_no_record_of_any_kind(real_data: Path) -> None:
    made = proposed_for(real_data / "olist" / "product_category_name_translation.csv")
    assert made.draft.records == ()


@pytest.mark.real_data
def test_the_invoice_lines_of_online_retail_are_sales_with_a_derived_amount(real_data: Path) -> None:
    made = proposed_for(real_data / "online_retail" / "online_retail.csv.gz")
    assert [record.kind for record in made.draft.records] == ["sales_history"]
    assert fields_of(made) == {
        "InvoiceNo": "document", "StockCode": "sku", "Description": "title", "Quantity": "quantity",
        "InvoiceDate": "sold_at", "UnitPrice": "unit_price_e4", "CustomerID": "customer_id", "Country": "country",
    }  # fmt: skip
    assert how(made, "amount") == {"product": ["Quantity", "UnitPrice"], "round": 2}
    assert how(made, "customer_id") == {"from": "CustomerID", "strip_suffix": ".0"}
    use = made.draft.use(0, "sold_at")
    assert use is not None
    assert use.proof == "all 541,909 values fit YYYY-MM-DD"


def half_converted() -> str:
    """Every day of April to June 2022: up to the twelfth a spreadsheet wrote slashes, the others kept their dashes."""
    days = [f"{4 + month:02d}{'/' if day <= 12 else '-'}{day:02d}{'/' if day <= 12 else '-'}22"
            for month in range(3) for day in range(1, 31)]  # fmt: skip
    rows = [f"{number},40{number % 9}-{number:07d}-1,{day},Shipped,{number}.50" for number, day in enumerate(days)]
    return "index,Order ID,Date,Status,Amount\n" + "\n".join(rows) + "\n"


def test_a_half_converted_date_column_is_read_in_the_order_that_its_other_half_proves(text_file: Write) -> None:
    made = proposed_for(text_file(half_converted()), ["orders"])
    use = made.draft.use(0, "placed_at")
    assert use is not None
    assert use.how["format"] == "%m-%d-%y|%m/%d/%y"
    # 3 months × 18 days after the twelfth, 3 × 12 up to it.
    assert use.proof.startswith("54 values only fit MM-DD-YY; 36 written MM/DD/YY fit both")
    assert any("a spreadsheet seems to have converted part of it" in note for note in made.notes)
    read = parse(["04/05/22", "04-25-22", "25/04/22"], "%m-%d-%y|%m/%d/%y", "UTC")
    assert read.good.tolist() == [True, True, False]
    assert read.days.tolist()[:2] == [19_087, 19_107]  # 5 and 25 April 2022, as counted by `date -d`


def test_one_order_of_days_and_months_is_proved_by_the_count_of_values_that_only_it_reads() -> None:
    found = read_dates("Date", {"01-13-22": 9_000, "04-30-22": 362, "01-02-22": 6_000, "03-04-22": 993})
    assert (found.format, found.proof) == ("%m-%d-%y", "9,362 values only fit MM-DD-YY, 6,993 fit both")


def test_dates_that_nothing_proves_are_asked_with_both_readings() -> None:
    found = read_dates("Created", {"02/03/2026": 4, "11/11/2026": 1})
    assert found.format == ""
    assert found.options == (
        ("%m/%d/%Y", "MM/DD/YYYY: 02/03/2026 is 3 February 2026"),
        ("%d/%m/%Y", "DD/MM/YYYY: 02/03/2026 is 2 March 2026"),
    )
    assert "all 5 values fit MM/DD/YYYY and DD/MM/YYYY" in found.question


def test_a_column_that_mixes_two_orders_is_asked_with_its_counts() -> None:
    found = read_dates("Created", {"31/05/2026": 3, "05/31/2026": 2, "01/02/2026": 7})
    assert found.format == ""
    assert "3 values only fit DD/MM/YYYY and 2 values only fit MM/DD/YYYY" in found.question


def test_another_column_of_the_file_settles_an_ambiguous_one(text_file: Write) -> None:
    rows = "".join(f"#{n},0{n % 9 + 1}/02/2026,{n % 12 + 1:02d}/{13 + n % 9}/2026,{n}.00\n" for n in range(1, 30))
    made = proposed_for(text_file("Order,Order date,Ship date,Total\n" + rows), ["orders"])
    assert how(made, "stated_shipped_at")["format"] == "%m/%d/%Y"
    assert how(made, "placed_at")["format"] == "%m/%d/%Y"
    assert [question for question in made.questions if question.kind == "date"] == []
    assert how(made, "order_number") == {"from": "Order", "strip_prefix": "#"}


GERMAN = (
    "Bericht Bestellungen\n\nBestellnummer;Bestelldatum;Kunde;E-Mail;Artikelnummer;Menge;Einzelpreis;Status;Land;PLZ\n"
    + "".join(
        f"B-{1000 + n // 2};{n % 27 + 1:02d}.05.2026;Kunde {n};k{n}@example.org;ART-{n % 7:03d};{n % 3 + 1};"
        f"{n},50 €;{('versendet', 'offen', 'storniert', 'beim Zoll')[n % 4]};{('DE', 'AT', 'CH')[n % 3]};0{1000 + n}\n"
        for n in range(40)
    )
    + "Summe;;;;;80;;;;\n"
)


def test_a_german_export_with_a_title_a_decimal_comma_and_a_sum_is_orders_and_their_lines(text_file: Write) -> None:
    made = proposed_for(text_file(GERMAN, "bestellungen.csv", "cp1252"))
    assert [record.kind for record in made.draft.records] == ["orders", "order_lines"]
    assert made.draft.file == {"decimal": ",", "currency": "EUR"}
    assert fields_of(made, 0) == {
        "Bestellnummer": "order_id", "Bestelldatum": "placed_at", "Kunde": "customer_name", "E-Mail": "email",
        "Status": "status", "Land": "country", "PLZ": "postcode",
    }  # fmt: skip
    assert fields_of(made, 1) == {
        "Bestellnummer": "order_id", "Artikelnummer": "sku", "Menge": "quantity", "Einzelpreis": "unit_price",
    }  # fmt: skip
    assert how(made, "amount", 1) == {"product": ["Menge", "Einzelpreis"], "round": 2}
    assert how(made, "line_id", 1) == {"occurrence_of": ["Artikelnummer"], "within": ["Bestellnummer"]}
    assert made.draft.records[0].rest["one_per"] == ["Bestellnummer"]
    assert made.draft.records[1].skips == ({"column": "Bestellnummer", "equals": ["Summe"]},)
    assert how(made, "status")["map"] == {"versendet": "shipped", "offen": "pending", "storniert": "cancelled"}
    asked = [(question.kind, question.text) for question in made.questions]
    assert asked == [("status", "beim Zoll")]
    assert from_content(as_content(made.draft)).uses[0].how == made.draft.uses[0].how


def orders_of_lines(status_of: Callable[[int], str]) -> str:
    header = "Auftrag|Datum|Artikel|Menge|Preis EUR|Status|Versandtermin\n"
    each = "WEB-{0:05}|{1:02}/11/2026|TEE-{2:02}|2|7,25|{3}|{4:02}/11/2026\n"
    rows = [each.format(5000 + at // 2, at // 2 % 20 + 1, at % 7, status_of(at), at // 2 % 20 + 3) for at in range(60)]
    return header + "".join(rows)


def test_a_status_that_all_lines_of_each_order_share_is_the_orders(text_file: Write) -> None:
    made = proposed_for(text_file(orders_of_lines(lambda at: ("offen", "versendet")[at // 2 % 2]), "auftraege.txt"))
    lines, orders = (
        fields_of(made, [record.kind for record in made.draft.records].index(kind))
        for kind in ("order_lines", "orders")
    )
    assert (orders["Status"], orders["Versandtermin"]) == ("status", "ship_by")
    assert "Status" not in lines
    assert "Versandtermin" not in lines


def test_a_status_that_differs_within_an_order_is_the_lines(text_file: Write) -> None:
    made = proposed_for(text_file(orders_of_lines(lambda at: ("offen", "versendet")[at % 2]), "auftraege.txt"))
    kinds = [record.kind for record in made.draft.records]
    assert fields_of(made, kinds.index("order_lines"))["Status"] == "status"


def test_a_state_that_holds_words_of_status_is_no_province_and_a_line_total_is_of_the_line(text_file: Write) -> None:
    header = "Order ref,Placed,Customer,SKU,Units,Line total,State,Ship by\n"
    each = "B2B-{0:05},2026-11-{1:02},{2},TEE-{3:02},2,{4}.50,{5},2026-11-{1:02}\n"
    rows = [
        each.format(at, at % 20 + 1, ("Ana Ruiz", "J. Meier")[at % 2], at % 7, at + 10, ("open", "shipped")[at % 2])
        for at in range(40)
    ]
    made = proposed_for(text_file(header + "".join(rows), "b2b.csv"))
    assert [record.kind for record in made.draft.records] == ["orders", "order_lines"]
    assert fields_of(made, 0) == {
        "Order ref": "order_id", "Placed": "placed_at", "Customer": "customer_name", "State": "status",
        "Ship by": "ship_by",
    }  # fmt: skip
    assert fields_of(made, 1) == {"Order ref": "order_id", "SKU": "sku", "Units": "quantity", "Line total": "amount"}
    places = "".join(rows).replace("open", "CA").replace("shipped", "NY")
    assert fields_of(proposed_for(text_file(header + places, "b2b.csv")))["State"] == "province"


def test_rows_that_name_a_purchase_order_are_its_lines_though_products_fit_more_columns(text_file: Write) -> None:
    header = "PO No.\tItem code\tQty\tPcs/ctn\tUnit price EUR\tWeight kg\n"
    each = "PO-{0:04}\tSKU-{1:03}\t{2}\t12\t{3:.2f}\t1.4\n"
    rows = "".join(each.format(5000 + at // 3, at % 7, 12 * at + 12, at + 2.18) for at in range(30))
    made = proposed_for(text_file(header + rows, "goods.tsv"))
    assert made.draft.records[0].kind == "purchase_order_lines"
    assert fields_of(made) == {
        "PO No.": "po_number", "Item code": "sku", "Qty": "quantity", "Unit price EUR": "unit_cost",
    }  # fmt: skip
    assert fields_of(proposed_for(text_file(header + rows, "goods.tsv"), ["products"]))["Pcs/ctn"] == "pack_size"


def test_weights_and_units_become_grams_and_parcels_are_told_by_their_check_digits(text_file: Write) -> None:
    # Genuine example numbers of the carriers' own guides: UPS, and three of UPU standard S10.
    numbers = ["1Z999AA10123456784", "RR473124829GB", "RB123456785GB", "RR123456785GB"]
    rows = "".join(f'{1000 + n},UPS Ground,{number},2.5 lb,"$1,0{n}0.50"\n' for n, number in enumerate(numbers))
    made = proposed_for(text_file("Ref,Carrier,Piece,Weight,Cost\n" + rows), ["shipments"])
    assert how(made, "tracking_number") == {"from": "Piece"}
    assert how(made, "weight_grams") == {"from": "Weight", "strip_suffix": "lb", "scale": "453.59237"}
    assert how(made, "carrier_key") == {"from": "Carrier", "slug": True}
    assert made.draft.file["currency"] == "USD"
    use = made.draft.use(0, "tracking_number")
    assert use is not None
    assert "valid check digit" in use.reason


def test_a_weight_that_says_no_unit_is_asked(text_file: Write) -> None:
    made = proposed_for(text_file("SKU,Title,Weight\nA,Mug red,1.5\nB,Mug blue,2.25\n"), ["products"])
    assert [(question.kind, question.field) for question in made.questions] == [("unit", "weight_grams")]


def test_what_the_database_knows_of_the_values_tells_more_than_a_name(text_file: Write) -> None:
    text = "X,Y,Qty\n" + "".join(f"A{n},B{n},{n}\n" for n in range(20))
    known = {"X": {"order_id": 1.0}, "Y": {"sku": 0.95}}
    made = proposed_for(text_file(text), ["order_lines"], known)
    assert fields_of(made) == {"X": "order_id", "Y": "sku", "Qty": "quantity"}
    use = made.draft.use(0, "sku")
    assert use is not None
    assert use.reason == "95% of its values are SKUs of the item master"


def test_amounts_in_several_currencies_take_each_rows_own(text_file: Write) -> None:
    rows = "".join(f"{n},2026-05-{n % 28 + 1:02d},{'€' if n % 2 else '£'}{n}.50\n" for n in range(1, 20))
    made = proposed_for(text_file("Order number,Order date,Total\n" + rows), ["orders"])
    assert how(made, "currency") == {"from": "Total", "extract": "€|£", "map": {"€": "EUR", "£": "GBP"}}


def test_needed_fields_that_nothing_fills_are_told(text_file: Write) -> None:
    made = proposed_for(text_file("Title,Comment\nA,x\nB,y\n"), ["stock_levels"])
    assert missing_fields(made.draft) == {0: ["sku", "location"]}


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([["Report"], [""], ["Order", "Date", "Total"], ["1", "2026-01-01", "5"], ["2", "2026-01-02", "6"]], 3),
        ([["", "", ""], ["sku", "on hand", "bin"], ["A", "4", "x"], ["B", "5", "y"]], 2),
        ([["2026-01-01", "x", "5"], ["sku", "title", "price"], ["A", "b", "5"], ["B", "c", "6"]], 2),
    ],
)
def test_the_header_is_found_below_titles_and_blank_lines(rows: list[list[str]], line: int) -> None:
    assert find_header(list(enumerate(rows, start=1))).line == line


def test_a_wide_header_over_nearly_empty_rows_is_the_header_whatever_words_the_rows_hold() -> None:
    """Eight cells of 69 are filled below it, all with words that are names of columns elsewhere."""
    header = ["Deal", "Owner", "Stage", "Area", *(f"Own property {number}" for number in range(1, 66))]
    words = ["SKU", "Order", "Status", "Email", "Quantity", "Price", "Total", "Location"]
    rows = [["Deals of the quarter"], [], header, *([*words, *[""] * 61] for _ in range(30))]
    assert find_header(list(enumerate(rows, start=1))).line == 3


@pytest.mark.parametrize(
    ("column", "kind", "field"),
    [
        ("OrderQty", "order_lines", "quantity"),
        ("Código do produto", "order_lines", "sku"),
        ("Numéro de suivi", "shipments", "tracking_number"),
        ("Lagerbestand", "stock_levels", "on_hand"),
        ("PO #", "purchase_orders", "po_number"),
        ("ship-postal-code", "orders", "postcode"),
        ("Prix unitaire (EUR)", "order_lines", "unit_price"),
        ("Fecha de entrega", "shipments", "delivered_at"),
    ],
)
def test_names_are_known_in_several_languages(column: str, kind: str, field: str) -> None:
    assert name_score(column, kind, field)[0] >= 0.9


@pytest.mark.parametrize(
    ("text", "codes", "code"),
    [
        ("wc-processing", {"processing": "Processing", "shipped": "Shipped"}, "processing"),
        ("Expédiée", {"processing": "Processing", "shipped": "Shipped"}, "shipped"),
        ("On Hold", {"on_hold": "On hold"}, "on_hold"),
        ("MANUAL", {"approve": "Approved", "review": "To be reviewed"}, "review"),
        ("beim Zoll", {"shipped": "Shipped"}, ""),
    ],
)
def test_words_of_status_are_known_in_several_languages(text: str, codes: dict[str, str], code: str) -> None:
    assert status_code(text, codes) == code


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=4, max_size=4), min_size=1, max_size=4))
def test_the_assignment_is_the_best_of_all_there_are(rows: list[list[int]]) -> None:
    scores = np.array(rows, dtype=float)
    found = sum(scores[row, column] for row, column in best_assignment(scores))
    best = max(
        sum(scores[row, column] for row, column in enumerate(columns)) for columns in permutations(range(4), len(rows))
    )
    assert found == best


def test_a_greedy_choice_would_take_the_wrong_column() -> None:
    # The first field fits both columns, the second only the one that the first likes best.
    assert best_assignment(np.array([[0.9, 0.8], [0.85, 0.0]])) == [(0, 1), (1, 0)]
