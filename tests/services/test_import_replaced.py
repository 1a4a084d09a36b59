"""An order told anew takes out the lines that it no longer has; undoing the import brings them back."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from opsconsole.services import import_undo, imports
from opsconsole.store.schema import order_lines, purchase_order_lines, purchase_orders


def edi(purpose: str, sent: str, *lines: str) -> str:
    body = f"BEG*{purpose}*SA*PO-1**20261102~CUR*BY*USD~N1*SU*Mill*92*S-1~" + "".join(f"{line}~" for line in lines)
    return (
        f"ISA*00* *00* *ZZ*US *ZZ*THEM *{sent[2:]}*0915*U*00401*1*0*T*>~GS*PO*US*THEM*{sent}*0915*1*X*004010~"
        f"ST*850*0001~{body}SE*{body.count('~') + 2}*0001~GE*1*1~IEA*1*1~"
    )


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
