"""Know a refund of Amazon's statements by its article and day, as every report of a statement tells it."""

import re
from collections import defaultdict

from alembic import op
from sqlalchemy import Connection, text

from opsconsole.domain.instants import now, to_datetime

revision = "0027"
down_revision = "0026"

_SOURCES = "('amazon_settlement_v1', 'amazon_settlement_v2', 'amazon_date_range')"
_WITH_DAY = re.compile(r"(?P<of>.*)/(?P<day>\d{8})(?P<moment>T\d{6}Z)?$")
_MIDNIGHT = "T000000Z"  # so a report that knows days only told its refunds


def upgrade() -> None:
    """Give refunds of Amazon's statements the one name that all its reports use; what two of them told stays once."""
    settle(op.get_bind())


def settle(conn: Connection) -> None:
    """Rename refunds that go by statement and article, with or without an instant; of the same one keep the first."""
    found = conn.execute(text(
        "SELECT refunds.id, order_fk, refund_id, amount, refunded_at FROM refunds JOIN batches"
        f" ON batches.id = refunds.batch_id WHERE batches.source IN {_SOURCES} ORDER BY refunds.id"
    )).all()  # fmt: skip
    named = [(row, _WITH_DAY.match(row.refund_id)) for row in found]
    newer = {(row.order_fk, name["of"]) for row, name in named if name}
    groups = defaultdict(list)
    touched = set()
    for row, name in named:
        if name:
            groups[row.order_fk, f"{name['of']}/{name['day']}"].append((row, name["moment"]))
        elif (row.order_fk, row.refund_id) in newer:  # the sum of refunds that are told one by one, too
            conn.execute(text("DELETE FROM refunds WHERE id = :id"), {"id": row.id})
            touched.add(row.order_fk)
        elif row.refunded_at is not None:
            day = f"{to_datetime(row.refunded_at):%Y%m%d}"
            groups[row.order_fk, f"{row.refund_id}/{day}"].append((row, ""))
    for (order, identity), rows in groups.items():
        exact = [row for row, moment in rows if moment != _MIDNIGHT]
        kept = exact or [row for row, _ in rows][:1]
        amount = sum(row.amount or 0 for row in kept)
        gone = [row.id for row, _ in rows if row.id != kept[0].id]
        for one in gone:
            conn.execute(text("DELETE FROM refunds WHERE id = :id"), {"id": one})
        values = {"id": kept[0].id, "identity": identity, "amount": amount}
        conn.execute(text("UPDATE refunds SET refund_id = :identity, amount = :amount WHERE id = :id"), values)
        touched |= {order} if gone else set()
    for order in touched:  # so that the rules look at it again
        conn.execute(text("UPDATE orders SET changed_at = :now WHERE id = :id"), {"now": now(), "id": order})
