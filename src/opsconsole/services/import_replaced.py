"""Lines of orders that a file tells anew without them: nothing of them is ordered any more."""

from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.wording import plural
from opsconsole.imports.parsed import ParsedFile, Replaced
from opsconsole.imports.records_kind import Records
from opsconsole.store.schema import order_lines, orders, purchase_order_lines, purchase_orders

# What a line comes to of which nothing is ordered any more.
_NOTHING: dict[str, dict[str, Any]] = {
    "purchase_order_lines": {"quantity": 0.0},
    "order_lines": {"quantity": 0.0, "amount": 0},
}


def take_out_lines(conn: Connection, parsed: ParsedFile) -> list[str]:
    """Add a record for every line that an order had and a file that replaces it lacks: its quantity is 0 from then on.

    The line stays, since answers and receipts may name it; such records are written, tried out and undone like all
    others. Returns what to say of it.
    """
    said = []
    for one in parsed.replaced:
        gone = sorted((_known(conn, one) | one.also) - one.lines)
        if not gone:
            continue
        columns = {name: [value] * len(gone) for name, value in {**one.owner, **_NOTHING[one.kind]}.items()}
        records = Records(one.kind, {**columns, "line_id": gone}, [one.line] * len(gone), [one.at] * len(gone))
        parsed.records.append(records)
        parsed.records_read[one.kind] = parsed.records_read.get(one.kind, 0) + len(gone)
        number = [*one.owner.values()][-1]
        said.append(
            f"Order {number} replaces what was said of it before: {plural(len(gone), 'line')} no longer in it "
            f"({', '.join(gone[:5])}{', …' if len(gone) > 5 else ''}), with a quantity of 0 now."
        )
    return said


def _known(conn: Connection, one: Replaced) -> set[str]:
    if one.kind == "purchase_order_lines":
        line, owner = purchase_order_lines.c, purchase_orders
        statement = select(line.line_id).join_from(purchase_order_lines, owner, line.purchase_order_fk == owner.c.id)
    else:
        line, owner = order_lines.c, orders
        statement = select(line.line_id).join_from(order_lines, owner, line.order_fk == owner.c.id)
    conditions = [owner.c[name] == value for name, value in one.owner.items()]
    return set(conn.execute(statement.where(*conditions)).scalars())
