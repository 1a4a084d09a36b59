"""Files in any order end in the same rows: generated files, written in two orders into the same empty database."""

from collections.abc import Iterator

from generated_files import files, words
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COMPARED = [
    *("orders", "order_lines", "payments", "shipments", "shipment_events", "returns", "reviews", "customers"),
    *("products", "stock_levels", "stock_history", "sales_history", "purchase_orders", "purchase_order_lines"),
    *("receipts", "vendors", "channels", "locations", "order_events", "picks", "warehouse_orders", "refunds"),
    *("disputes", "tickets", "claims", "fraud_decisions", "freight_charges", "ship_methods", "listings"),
]
NOT_COMPARED = frozenset({"id", "batch_id", "field_sources_json", "version", "changed_at"})
NOT_COMPARED |= {"shipment_fk", "purchase_order_fk", "purchase_order_line_fk", "line_id_number", "status_seen_json"}

SETTINGS = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def everything(writing) -> Iterator[tuple[str, list]]:
    for table in COMPARED:
        yield table, writing.rows(table, hide=NOT_COMPARED)


@SETTINGS
@given(case=files())
def test_files_in_any_order_end_in_the_same_rows(writing, case):
    made, permutation = case
    states = []
    for order in (range(len(made)), permutation):
        writing.wipe()
        for number in order:
            writing(**made[number])
        states.append(dict(everything(writing)))
    for table in COMPARED:
        assert states[0][table] == states[1][table], table


@SETTINGS
@given(
    values=st.lists(
        st.fixed_dictionaries({"note": st.none() | words, "tags": st.none() | words}), min_size=2, max_size=4
    ),
    data=st.data(),
)
def test_one_source_may_also_empty_its_values_in_any_order(writing, values, data):
    permutation = data.draw(st.permutations(range(len(values))))
    states = []
    for order in (range(len(values)), permutation):
        writing.wipe()
        for number in order:
            writing(at=number + 1, source="s", orders=[{"channel": "a", "order_id": "1", **values[number]}])
        states.append(writing.row("orders", "note", "tags", "source_time"))
    assert states[0] == states[1]


@SETTINGS
@given(case=files())
def test_the_same_files_again_change_nothing(writing, case):
    made, _ = case
    writing.wipe()
    for file in made:
        writing(**file)
    before = dict(everything(writing))
    for file in made:
        result = writing(**file)
        assert all(counts.inserted == counts.updated == 0 for counts in result.counts.values())
        assert result.touched_orders == []
    assert dict(everything(writing)) == before
