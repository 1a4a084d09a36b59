"""An order told anew takes out the lines that it no longer has; undoing the import brings them back."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from opsconsole.services import import_undo, imports
from opsconsole.store.schema import metadata, order_lines, orders, purchase_order_lines, purchase_orders


def interchange(kind: str, sent: str, body: str) -> str:
    return (
        f"ISA*00* *00* *ZZ*US *ZZ*THEM *{sent[2:]}*0915*U*00401*1*0*T*>~GS*PO*US*THEM*{sent}*0915*1*X*004010~"
        f"ST*{kind}*0001~{body}SE*{body.count('~') + 2}*0001~GE*1*1~IEA*1*1~"
    )


def edi(purpose: str, sent: str, *lines: str) -> str:
    head = f"BEG*{purpose}*SA*PO-1**20261102~CUR*BY*USD~N1*SU*Mill*92*S-1~"
    return interchange("850", sent, head + "".join(f"{line}~" for line in lines))


def answer(sent: str, *lines: str) -> str:
    return interchange("855", sent, "BAK*00*AC*PO-1*20261102~" + "".join(f"{line}~" for line in lines))


@pytest.fixture
def bring(database: Any, now: int, tmp_path: Path) -> Any:
    def run(text: str, **more: Any) -> Any:
        path = tmp_path / "order.edi"
        path.write_text(text)
        return imports.import_files(database, [path], now=now, who="Buyer", **more).files[0]

    return run


def quantities(database: Any, table: Any) -> dict[str, float]:
    with database.read() as connection:
        rows = connection.execute(select(table.c.line_id, table.c.quantity)).all()
    return {row.line_id: row.quantity for row in rows}


def test_lines_that_a_replacement_lacks_are_ordered_no_more(database: Any, now: int, bring: Any) -> None:
    bring(edi("00", "20261102", "PO1*1*10*EA*4**BP*A", "PO1*2*5*EA*1**BP*B", "PO1*3*2*EA*1**BP*C"))
    anew = edi("05", "20261103", "PO1*1*12*EA*4**BP*A")
    tried = bring(anew, dry_run=True)
    assert any("2 lines no longer in it (2, 3)" in note for note in tried.notes)
    assert quantities(database, purchase_order_lines) == {"1": 10.0, "2": 5.0, "3": 2.0}
    done = bring(anew)
    assert quantities(database, purchase_order_lines) == {"1": 12.0, "2": 0.0, "3": 0.0}
    (told,) = [count for count in done.counts if count.kind == "purchase_order_lines"]
    assert (told.read, told.updated) == (3, 3)
    again = bring(anew)
    assert again.total("updated") == again.total("inserted") == 0
    import_undo.undo_import(database, done.batch_id, now=now, who="Buyer")
    assert quantities(database, purchase_order_lines) == {"1": 10.0, "2": 5.0, "3": 2.0}


def test_a_cancelled_order_is_cancelled_with_all_its_lines(database: Any, bring: Any) -> None:
    bring(edi("00", "20261102", "PO1*1*10*EA*4**BP*A"))
    bring(edi("01", "20261103"))
    with database.read() as connection:
        assert connection.execute(select(purchase_orders.c.status)).scalars().all() == ["cancelled"]


def test_the_order_of_a_retailer_loses_its_lines_too(database: Any, bring: Any) -> None:
    seller = {"source": "x12_as_seller", "channel": "retail"}
    bring(edi("00", "20261102", "PO1*1*10*EA*4**VN*A", "PO1*2*5*EA*1**VN*B"), **seller)
    bring(edi("05", "20261103", "PO1*2*5*EA*1**VN*B"), **seller)
    assert quantities(database, order_lines) == {"1": 0.0, "2": 5.0}


ORIGINAL = edi("00", "20261102", "PO1*1*10*EA*4**BP*A*VN*VA", "PO1*2*5*EA*1**BP*B*VN*VB", "PO1*3*2*EA*1**BP*C*VN*VC")
LATER = (
    # What is answered before and after the replacement, what it makes of the order, and a line that is added to it.
    answer("20261103", "PO1*2*5*EA*1**BP*B~ACK*IA*5*EA*068*20261120"),
    edi("05", "20261104", "PO1*1*12*EA*4**BP*A*VN*VA"),
    answer("20261105", "PO1*3*2*EA*1**BP*C~ACK*IA*2*EA*068*20261121"),
    edi("04", "20261106", "PO1*4*7*EA*2**BP*D*VN*VD"),
)
REPLACED_AGAIN = edi("05", "20261105", "PO1*2*9*EA*1**BP*B*VN*VB")


def state(database: Any, table: Any) -> list[dict[str, Any]]:
    """Rows without their numbers and without which file said what."""
    hidden = {"id", "batch_id", "version", "purchase_order_fk", "order_fk", "changed_at", "field_sources_json"}
    with database.read() as connection:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    return sorted(({k: v for k, v in row.items() if k not in hidden} for row in rows), key=repr)


def emptied(database: Any) -> None:
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in ("audit", "schema_steps"):
                connection.execute(delete(table))


def test_an_order_that_arrives_after_what_replaces_it_brings_no_line_back(database: Any, bring: Any) -> None:
    bring(edi("05", "20261103", "PO1*1*12*EA*4**BP*A"))
    late = bring(ORIGINAL)
    assert quantities(database, purchase_order_lines) == {"1": 12.0, "2": 0.0, "3": 0.0}
    assert any("was told anew in a file that is newer" in note and "2 lines" in note for note in late.notes)
    again = bring(ORIGINAL)
    assert again.total("updated") == again.total("inserted") == 0


@pytest.mark.parametrize("source", ["x12", "x12_as_seller"])
def test_orders_answers_and_what_replaces_them_end_the_same_in_any_order(
    database: Any, bring: Any, source: str
) -> None:
    table, owner = (purchase_order_lines, purchase_orders) if source == "x12" else (order_lines, orders)
    more = {"source": source} if source == "x12" else {"source": source, "channel": "retail"}
    files = [ORIGINAL, *LATER] if source == "x12" else [ORIGINAL, LATER[1], REPLACED_AGAIN, LATER[3]]
    last = {"1": 12.0, "2": 0.0, "3": 0.0, "4": 7.0} if source == "x12" else {"1": 0.0, "2": 9.0, "3": 0.0, "4": 7.0}
    turned = [files[start:] + files[:start] for start in range(len(files))]
    states = []
    for order in [*turned, *(one[::-1] for one in turned)]:
        emptied(database)
        for text in order:
            bring(text, **more)
        assert quantities(database, table) == last
        states.append((state(database, table), state(database, owner)))
    for other in states[1:]:
        assert other == states[0]


def test_one_file_with_the_order_and_what_replaces_it_says_the_same_as_two(database: Any, bring: Any) -> None:
    both = LATER[0] + ORIGINAL + LATER[1] + LATER[3]
    for text in (both, LATER[1] + LATER[3] + LATER[0] + ORIGINAL):
        emptied(database)
        bring(text)
        assert quantities(database, purchase_order_lines) == {"1": 12.0, "2": 0.0, "3": 0.0, "4": 7.0}


def test_an_order_comes_whole_after_what_replaced_it_was_undone(database: Any, now: int, bring: Any) -> None:
    done = bring(edi("05", "20261103", "PO1*1*12*EA*4**BP*A"))
    import_undo.undo_import(database, done.batch_id, now=now, who="Buyer")
    bring(ORIGINAL)
    assert quantities(database, purchase_order_lines) == {"1": 10.0, "2": 5.0, "3": 2.0}


def test_undoing_what_replaced_an_order_tells_what_later_files_brought_without_effect(
    database: Any, now: int, bring: Any
) -> None:
    done = bring(edi("05", "20261103", "PO1*1*12*EA*4**BP*A"))
    late = bring(ORIGINAL)
    undone = import_undo.undo_import(database, done.batch_id, now=now, who="Buyer")
    assert (
        f"Lines of order PO-1 that import {late.batch_id} (order.edi) brought afterwards stay at 0" in undone.notes[0]
    )
    again = import_undo.undo_import(database, late.batch_id, now=now, who="Buyer")
    assert again.notes == ()
    bring(ORIGINAL)
    assert quantities(database, purchase_order_lines) == {"1": 10.0, "2": 5.0, "3": 2.0}
