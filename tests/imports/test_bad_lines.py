"""A bad line rejects its whole order, whatever kind of record it is; tickets and charges stand for themselves."""

import pytest

FIELDS = {
    "order_events": 'code = { const = "picked" }\noccurred_at = "At"',
    "picks": 'sku = "Key"\npicked_at = "At"',
    "warehouse_orders": 'location = "Key"\nreleased_at = "At"',
    "refunds": 'refund_id = "Key"\nrefunded_at = "At"',
    "disputes": 'dispute_id = "Key"\nopened_at = "At"',
    "claims": 'claim_id = "Key"\nfiled_at = "At"',
    "fraud_decisions": 'decision = { const = "review" }\ndecided_at = "At"',
    "returns": 'return_id = "Key"\nauthorized_at = "At"',
}
ROWS = "Order,Key,At\n1,a,2026-11-01\n1,b,never\n2,c,2026-11-02\n"


def mapped(kind, fields):
    return f'name = "m"\n[[records]]\nkind = "{kind}"\n[records.fields]\norder_id = "Order"\n{fields}\n'


@pytest.mark.parametrize("kind", FIELDS)
def test_a_bad_line_rejects_its_whole_order(text_file, mapping, read, rows_of, kind):
    parsed = read(text_file(ROWS), forced=mapping(mapped(kind, FIELDS[kind])))
    assert [row["order_id"] for row in rows_of(parsed, kind)] == ["2"]
    assert (parsed.records_read[kind], parsed.records_rejected[kind]) == (3, 2)
    assert [(reject.line, reject.found) for reject in parsed.rejects] == [(2, ""), (3, "never")]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("tickets", 'helpdesk = { const = "h" }\nticket_id = "Key"\nopened_at = "At"'),
        ("freight_charges", 'vendor_key = { const = "v" }\ncharge_id = "Key"\namount = "Order"\nbilled_at = "At"'),
    ],
)
def test_a_bad_ticket_or_charge_is_rejected_alone(text_file, mapping, read, rows_of, kind, fields):
    parsed = read(text_file(ROWS), forced=mapping(mapped(kind, fields)), currency="USD")
    assert [row["order_id"] for row in rows_of(parsed, kind)] == ["1", "2"]
    assert len(parsed.rejects) == 1
