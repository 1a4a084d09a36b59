"""Traps of eBay's orders report, from the file into the database. Expected values are worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.instants import from_iso

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("site", "total", "currency", "count"),
    [
        ("us", 3103 + 3000 + 143366, "USD", 3),  # $31.03, $30.00 of two articles, $1,433.66
        ("uk", 2845 + 1000, "GBP", 2),
        ("au", 301200, "AUD", 1),  # AU $3,012.00
        ("de", 11699 + 9000, "EUR", 2),  # 116,99 € and EUR 90,00
    ],
)
def test_a_report_comes_to_what_its_orders_cost(bring: Any, site: str, total: int, currency: str, count: int) -> None:
    """Neither the articles of a summary, nor the padding, nor the end of the report count."""
    report = bring(DATA / f"ebay_orders_{site}.csv")
    assert (report.source, report.total("rejected")) == ("ebay_orders", 0)
    orders = bring.rows("orders", "total", "currency")
    assert (sum(amount for amount, _ in orders), {code for _, code in orders}, len(orders)) == (
        total,
        {currency},
        count,
    )


def test_amounts_of_france_have_spaces_between_thousands(bring: Any) -> None:
    """Plain, no-break and narrow ones: 1 234,50 € for one machine, three bowls for 5,50 € each."""
    text = (DATA / "ebay_orders_fr.csv").read_text(encoding="utf-8-sig")
    amount = "1\u202f234,50 €"
    assert text.count(amount) == 1
    for number, space in enumerate((" ", "\u00a0", "\u202f")):
        bring(text.replace(amount, f"1{space}234,50{space}€"), channel=f"fr{number}")
    found = bring.rows("order_lines", "unit_price", "quantity", "amount", "currency")
    assert found == [(123450, 1.0, 123450, "EUR")] * 3 + [(550, 3.0, 1650, "EUR")] * 3


MONTHS = {
    "us": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
}
FORMS = {"us": "{month}-21-25", "de": "10-{month}-25", "fr": "05-{month}-25"}
DAYS = {"us": 21, "de": 10, "fr": 5}
HEADERS = {
    "us": "Sales Record Number,Order Number,Item Number,Quantity,Sold For,Sale Date",
    "de": "Verkaufsprotokollnummer;Bestellnummer;Artikelnummer;Anzahl;Verkauft für;Verkauft am",
    "fr": "Numéro de vente;Numéro de commande;Numéro de l'objet;Quantité;Vendu pour;Date de vente",
}


@pytest.mark.parametrize("site", MONTHS)
def test_a_day_is_written_with_the_months_of_its_site(bring: Any, site: str) -> None:
    """Jul-21-25, 10-Dez-25, 05-oct.-25: each month by its own name, the day before or after it."""
    sign = "," if site == "us" else ";"
    rows = [
        sign.join([str(n), f"01-{n:02}", "150000000001", "1", "5.00" if site == "us" else "5,00",
                   FORMS[site].format(month=month)])
        for n, month in enumerate(MONTHS[site], start=1)
    ]  # fmt: skip
    bring("\n".join(["", HEADERS[site], sign * 5, *rows]) + "\n", currency="EUR")
    expected = [(f"01-{n:02}", from_iso(f"2025-{n:02}-{DAYS[site]:02}T00:00Z")) for n in range(1, 13)]
    assert bring.rows("orders", "order_id", "placed_at") == expected


def test_a_british_day_is_before_its_month_and_an_american_one_after_it(bring: Any) -> None:
    for site in ("us", "uk"):
        bring(DATA / f"ebay_orders_{site}.csv", channel=site)
    placed = {(channel, order): at for channel, order, at in bring.rows("orders", "channel", "order_id", "placed_at")}
    assert placed["uk", "02-11111-22222"] == from_iso("2026-05-26T00:00Z")  # 26-May-26
    assert placed["us", "01-11111-22222"] == from_iso("2026-11-10T00:00Z")  # Nov-10-26


def test_an_order_without_a_number_goes_by_its_sales_record_and_stays_one_order(bring: Any) -> None:
    """It has no order number as long as nobody has paid."""
    bring(DATA / "ebay_orders_us.csv")
    assert ("103", "pending", 143366) in bring.rows("orders", "order_id", "status", "total")
    again = bring(DATA / "ebay_orders_us.csv")
    assert (again.total("inserted"), again.total("updated")) == (0, 0)


@pytest.mark.parametrize("sep", ["", "sep=,\n", '"sep=,"\n', "\ufeffsep=,\n"])
def test_the_line_that_tells_a_spreadsheet_the_delimiter_is_no_row(bring: Any, sep: str) -> None:
    text = (DATA / "ebay_orders_uk.csv").read_text(encoding="utf-8").removeprefix("\ufeff").removeprefix("sep=,\n")
    bring(sep + text)
    assert bring.rows("orders", "order_id", "total") == [("02-11111-22222", 2845), ("02-11111-22223", 1000)]
