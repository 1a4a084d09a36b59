"""Amazon's settlements, date range report and reimbursements.

All sample files tell the same statement, worked out by hand: an order of 49.00 with shipping, tax, promotions and fees
leaves 30.55, one of 15.00 leaves 12.75 and is refunded for 13.20 less; the account pays 39.99 and 3.10, gets 12.34 and
10.00 of its reserve. 30.55 + 12.75 - 13.20 - 39.99 - 3.10 + 12.34 + 10.00 = 9.35, the payout.
"""

from collections import Counter

import pytest

from opsconsole.domain.instants import from_iso

ONE, TWO = "111-0000001-0000001", "111-0000002-0000002"
FILES = {
    "amazon_settlement_v1": "amazon_settlement_v1.txt",
    "amazon_settlement_v2": "amazon_settlement_v2.txt",
    "amazon_date_range": "amazon_date_range_30.csv",
}
# Nothing of the reserve is in a date range report.
RESERVE = 1000


def by_kind(entries):
    sums = Counter()
    for row in entries:
        sums[row["kind"]] += row["amount"]
    return dict(sums)


@pytest.mark.parametrize("source", FILES)
def test_the_entries_of_a_statement_come_to_its_payout(read, sample_files, rows_of, source):
    parsed = read(sample_files / FILES[source])
    assert (parsed.source, parsed.rejects, parsed.unused) == (source, [], ())
    (payout,) = rows_of(parsed, "payouts")
    assert (payout["statement_id"], payout["amount"], payout["currency"]) == ("18000000001", 935, "USD")
    assert payout["deposited_at"] == from_iso("2026-11-17T04:00:00Z")
    entries = rows_of(parsed, "marketplace_entries")
    missing = RESERVE if source == "amazon_date_range" else 0
    assert sum(row["amount"] for row in entries) == 935 - missing
    assert {row["currency"] for row in entries} == {"USD"}


@pytest.mark.parametrize("source", FILES)
def test_each_report_calls_the_same_money_by_the_same_kinds(read, sample_files, rows_of, source):
    entries = rows_of(read(sample_files / FILES[source]), "marketplace_entries")
    expected = {
        "sale": 4900 + 600 + 1500,
        "tax": 0,
        "promotion": -1100,
        "fee": -735 - 225 + 180 - 3999,
        "fulfillment": -610,
        "storage": -310,
        "refund": -1500,
        "reimbursement": 1234,
        "reserve": RESERVE,
    }
    if source == "amazon_date_range":
        del expected["reserve"]
    assert by_kind(entries) == expected
    first = [row for row in entries if row["order_id"] == ONE]
    assert sum(row["amount"] for row in first) == 3055
    assert {(row["sku"], row["posted_at"]) for row in first} == {("KET-17", from_iso("2026-11-04T05:23:19Z"))}


@pytest.mark.parametrize("source", FILES)
def test_a_refund_is_what_the_buyer_gets_back_whichever_report_tells_it(read, sample_files, rows_of, source):
    (refund,) = rows_of(read(sample_files / FILES[source]), "refunds")
    assert (refund["order_id"], refund["refund_id"], refund["sku"]) == (
        *(TWO, "18000000001/000000/20261109", "000000"),
    )
    assert (refund["amount"], refund["refunded_at"]) == (1500, from_iso("2026-11-09T21:45:12Z"))


def test_the_first_row_of_a_settlement_is_no_entry(read, sample_files, rows_of):
    """Adding up the file's columns naively counts the payout once more."""
    for name in ("amazon_settlement_v1.txt", "amazon_settlement_v2.txt"):
        parsed = read(sample_files / name)
        assert parsed.records_read["payouts"] == 1
        assert all(row["amount"] != 935 for row in rows_of(parsed, "marketplace_entries"))


def test_a_settlement_with_decimal_commas_and_dotted_dates_is_read_as_it_is_meant(read, sample_files, rows_of):
    parsed = read(sample_files / "amazon_settlement_v2_eu.txt")
    assert (parsed.description, parsed.rejects) == ("cp1252, tab", [])
    assert [(row["sku"], row["amount"], row["currency"]) for row in rows_of(parsed, "marketplace_entries")] == [
        ("TÜR-1", 145241, "EUR"), ("TÜR-1", -21786, "EUR"),
    ]  # fmt: skip
    (payout,) = rows_of(parsed, "payouts")
    assert payout["amount"] == 145241 - 21786
    # All of its days and months are 12 or less: the dots say which is which.
    assert payout["ends_at"] == from_iso("2026-11-12T00:00:00Z")
    assert rows_of(parsed, "marketplace_entries")[0]["posted_at"] == from_iso("2026-11-05T10:00:00Z")


def test_the_older_date_range_report_is_read_by_name(read, sample_files, rows_of):
    older = read(sample_files / "amazon_date_range_29.csv")
    assert (older.source, older.header_line, older.unused) == ("amazon_date_range", 8, ())
    newer = read(sample_files / "amazon_date_range_30.csv")
    for kind in ("payouts", "marketplace_entries", "refunds"):
        assert rows_of(older, kind) == rows_of(newer, kind)


def test_the_words_above_a_date_range_report_say_its_currency(read, sample_files, rows_of, text_file):
    text = (sample_files / "amazon_date_range_30.csv").read_text().replace("in USD", "in CAD")
    parsed = read(text_file(text), currency="EUR")
    assert {row["currency"] for row in rows_of(parsed, "marketplace_entries")} == {"CAD"}
    without = "\n".join(text.splitlines()[7:]) + "\n"
    parsed = read(text_file(without, "without.csv"), currency="EUR")
    assert {row["currency"] for row in rows_of(parsed, "payouts")} == {"EUR"}


@pytest.mark.parametrize(
    ("name", "site"), [("amazon_date_range_de.csv", "Germany"), ("amazon_date_range_fr.csv", "France")]
)
def test_the_sites_of_europe_write_the_same_in_their_own_words(read, sample_files, rows_of, name, site):
    """1,234.50 sold with 20.00 of postage and 185.18 of fees; 100.00 refunded, 12.00 of fees back; 3.10 of storage."""
    parsed = read(sample_files / name, currency="USD")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("amazon_date_range", [], ())
    assert f"({site})" in parsed.why
    assert any("is inferred from the lists of names" in note for note in parsed.notes)
    entries = rows_of(parsed, "marketplace_entries")
    # The French file has lost the words above its header: the site tells its currency.
    assert {row["currency"] for row in entries} == {"EUR"}
    assert by_kind(entries) == {"sale": 125450, "fee": -18518 + 1200, "refund": -10000, "storage": -310}
    assert entries[0]["posted_at"] == from_iso("2026-11-03T06:23:19Z")
    (refund,) = rows_of(parsed, "refunds")
    assert (refund["refund_id"], refund["amount"]) == ("19001/KET-17/20261109", 10000)
    (payout,) = rows_of(parsed, "payouts")
    # 1,069.32 - 88.00 - 3.10
    assert (payout["amount"], payout["currency"]) == (97822, "EUR")


def test_india_tells_its_taxes_in_columns_of_its_own(read, sample_files, rows_of):
    """1,050.00 sold, 189.00 of GST on it; 6.31 withheld as TCS and TDS; a refund of 200.00 and 36.00 of GST."""
    parsed = read(sample_files / "amazon_date_range_in.csv", currency="USD")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("amazon_date_range", [], ())
    entries = rows_of(parsed, "marketplace_entries")
    assert {row["currency"] for row in entries} == {"INR"}
    assert by_kind(entries) == {
        "sale": 105000, "tax": 18900 - 631 + 120, "refund": -20000 - 3600, "fee": -15000 - 2000 + 3000,
        "advertising": -11800, "reimbursement": 14838,
    }  # fmt: skip
    (refund,) = rows_of(parsed, "refunds")
    assert (refund["order_id"], refund["amount"]) == ("403-0000001-0000001", 23600)
    assert refund["refunded_at"] == from_iso("2026-11-05T13:41:32Z")
    (payout,) = rows_of(parsed, "payouts")
    assert payout["amount"] == sum(row["amount"] for row in entries) == 88827


def test_two_refunds_of_an_article_stay_two_though_two_files_tell_them(read, sample_files, rows_of, text_file, writing):
    lines = (sample_files / "amazon_date_range_de.csv").read_text().splitlines()
    head, sale, refund = lines[2:5]
    later = refund.replace("09.11.2026", "14.11.2026").replace("-100,00", "-50,00")
    files = (f"{head}\n{sale}\n{refund}\n", f"{head}\n{refund}\n{later}\n", f"{head}\n{sale}\n{refund}\n")
    for at, text in enumerate(files, start=1):
        parsed = read(text_file(text, f"part_{at}.csv"), currency="USD")
        writing(at=at, refunds=rows_of(parsed, "refunds"), orders=[{"channel": "amazon", "order_id": "302-1"}])
    assert sorted(row["amount"] for row in writing.rows("refunds", "amount")) == [5000, 10000]


def test_deferred_money_is_none_yet(read, sample_files, rows_of, text_file):
    text = (sample_files / "amazon_date_range_30.csv").read_text()
    entries = rows_of(read(sample_files / "amazon_date_range_30.csv"), "marketplace_entries")
    assert "111-0000007-0000007" not in {row["order_id"] for row in entries}
    released = rows_of(read(text_file(text.replace('"Deferred"', '"Released"'))), "marketplace_entries")
    assert [row["amount"] for row in released if row["order_id"] == "111-0000007-0000007"] == [101500, -15225]


def test_reimbursements_are_money_or_stock_and_may_be_taken_back(read, sample_files, rows_of):
    parsed = read(sample_files / "amazon_fba_reimbursements.txt")
    assert (parsed.source, parsed.rejects, parsed.unused) == ("amazon_fba_reimbursements", [], ())
    rows = rows_of(parsed, "reimbursements")
    assert [(r["reimbursement_id"], r["sku"], r["amount"], r["cash_quantity"], r["stock_quantity"]) for r in rows] == [
        ("9000000001", "000000", 1234, 1.0, 0.0),
        ("9000000002", "KET-17", 4100, 2.0, 0.0),
        ("9000000002", "MUG-B", 0, 0.0, 1.0),
        ("9000000003", "KET-17", -2050, -1.0, 0.0),
    ]
    assert [row["order_id"] for row in rows] == [None, ONE, ONE, ONE]
    assert rows[3]["reversed_id"] == "9000000002"


def write(writing, parsed, at=0):
    kinds = {}
    for records in parsed.records:
        kinds.setdefault(records.kind, []).extend(records.rows())
    return writing(at=at, channel="shop", **kinds)


def test_the_same_statement_in_three_reports_is_refunded_and_paid_out_once(sqlite_writing, read, sample_files):
    for at, name in enumerate(FILES.values(), start=1):
        write(sqlite_writing, read(sample_files / name), at)
    assert sqlite_writing.row("refunds", "order_fk", "amount") == {"order_fk": f"shop/{TWO}", "amount": 1500}
    assert sqlite_writing.row("payouts", "statement_id", "amount") == {"statement_id": "18000000001", "amount": 935}
    again = write(sqlite_writing, read(sample_files / "amazon_date_range_29.csv"), 9)
    assert again.counts["marketplace_entries"].inserted == 0


def test_entries_find_their_order_whichever_file_comes_first(sqlite_writing, read, sample_files):
    write(sqlite_writing, read(sample_files / "amazon_settlement_v2.txt"), 1)
    write(sqlite_writing, read(sample_files / "amazon_fba_reimbursements.txt"), 1)
    assert {row["order_fk"] for row in sqlite_writing.rows("marketplace_entries")} == {None}
    write(sqlite_writing, read(sample_files / "amazon_orders_33.txt"), 2)
    orders = Counter(row["order_fk"] for row in sqlite_writing.rows("marketplace_entries"))
    assert orders == {f"shop/{ONE}": 10, f"shop/{TWO}": 5, None: 5}
    orders = Counter(row["order_fk"] for row in sqlite_writing.rows("reimbursements"))
    assert orders == {f"shop/{ONE}": 3, None: 1}
