"""What the records around orders tell of them: how new they are, and when which step was done."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from opsconsole.store import dialect, schema

# Instants of facts, not of promises, in the tables whose rows belong to orders.
_FACTS: Mapping[str, tuple[str, ...]] = {
    "payments": ("paid_at",),
    "picks": ("picked_at",),
    "warehouse_orders": ("released_at", "shipped_at", "cancelled_at"),
    "returns": (
        *("requested_at", "authorized_at", "shipped_at", "received_at", "inspected_at", "dispositioned_at"),
        "refunded_at",
    ),
    "refunds": ("refunded_at",),
    "disputes": ("opened_at", "submitted_at", "closed_at"),
    "tickets": ("opened_at", "last_customer_at", "last_reply_at", "solved_at"),
    "claims": ("filed_at", "settled_at"),
    "fraud_decisions": ("decided_at",),
    "freight_charges": ("billed_at",),
}


class Around:
    """Reads the records around orders; a table without rows is asked once."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._filled = [name for name in (*_FACTS, "order_events") if self._any(name)]

    def _any(self, name: str) -> bool:
        table = schema.metadata.tables[name]
        return self._conn.execute(select(table.c.id).limit(1)).first() is not None

    def newest(self, ids: Sequence[int]) -> dict[int, int]:
        """Newest fact per order."""
        found: dict[int, int] = {}
        for name in self._filled:
            if name not in _FACTS:
                continue
            table = schema.metadata.tables[name]
            newest = [func.max(table.c[fact]) for fact in _FACTS[name]]
            with dialect.id_set(self._conn, ids) as wanted:
                joined = wanted.join(table, table.c.order_fk == wanted.c.id)
                statement = select(table.c.order_fk, *newest).select_from(joined).group_by(table.c.order_fk)
                for order, *instants in self._conn.execute(statement):
                    known = [at for at in (found.get(order), *instants) if at is not None]
                    if known:
                        found[order] = max(known)
        return found

    def steps(self, ids: Sequence[int]) -> dict[int, dict[str, int]]:
        """Per order the newest instant of each step."""
        found: dict[int, dict[str, int]] = defaultdict(dict)
        if "order_events" not in self._filled:
            return found
        table = schema.order_events
        with dialect.id_set(self._conn, ids) as wanted:
            joined = wanted.join(table, table.c.order_fk == wanted.c.id)
            columns = (table.c.order_fk, table.c.code)
            statement = select(*columns, func.max(table.c.occurred_at)).select_from(joined).group_by(*columns)
            for order, code, at in self._conn.execute(statement):
                found[order][code] = at
        return found
