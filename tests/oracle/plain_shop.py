"""Exported rows with the look-ups that the plain rules need; shares nothing with the program but names of columns."""

from collections import defaultdict

HOUR = 3_600_000_000
DAY = 24 * HOUR
MINUTE = 60_000_000

_MARKET = {"fba", "wfs", "marketplace", "amazon", "afn"}


class Shop:
    """Exported rows with the look-ups the rules need."""

    def __init__(self, tables, now):
        self.t = tables
        self.now = now
        self.orders = {row["id"]: row for row in tables["orders"]}
        self.lines = defaultdict(list)
        for row in tables["order_lines"]:
            self.lines[row["order_fk"]].append(row)
        self._of: dict[str, dict[int, list]] = {}
        self.market_sites = {row["key"] for row in tables["locations"] if row["kind"] == "marketplace"}

    def of(self, table, order):
        """Rows of a table that belong to an order."""
        if table not in self._of:
            rows = self._of[table] = defaultdict(list)
            for row in self.t[table]:
                rows[row["order_fk"]].append(row)
        return self._of[table].get(order["id"], [])

    def past(self, instant):
        return instant is not None and instant <= self.now

    def described(self, order):
        return order["stub"] is None and (order["placed_at"] is None or order["placed_at"] <= self.now)

    def void(self, order):
        if order["cancelled_at"] is not None and order["cancelled_at"] > self.now:
            return False
        return order["status"] in ("cancelled", "unavailable") or (
            order["status"] is None and order["cancelled_at"] is not None
        )

    def delivered(self, order):
        if order["delivered_at"] is not None:
            return order["delivered_at"] <= self.now
        return order["status"] in ("delivered", "returned")

    def shipped(self, order):
        if self.past(order["delivered_at"]):
            return True
        if order["shipped_at"] is not None:
            return order["shipped_at"] <= self.now
        return order["status"] in ("shipped", "delivered", "returned")

    def ours(self, order):
        return (order["fulfilled_by"] or "").lower() not in _MARKET and order["location"] not in self.market_sites

    def ships_goods(self, order):
        lines = self.lines[order["id"]]
        return not lines or any(
            line["requires_shipping"] is not False and line["requires_shipping"] != 0 for line in lines
        )

    def tells(self, channel, fact):
        return any(order["channel"] == channel and fact(order) for order in self.orders.values())


def subject(order, *more):
    return "/".join((order["channel"], order["order_id"], *more))


def _spans(start, days):
    """Weekdays from 9 to 17, UTC; 1970-01-01 was a Thursday."""
    first = start // DAY
    for day in range(first, first + days):
        if (day + 3) % 7 < 5:
            yield day * DAY + 9 * HOUR, day * DAY + 17 * HOUR


def worked(start, end):
    """Working time between two instants."""
    return sum(
        max(0, min(closes, end) - max(opens, start)) for opens, closes in _spans(start, (end - start) // DAY + 2)
    )


def working_hours_later(start, hours):
    """When so many hours were worked after an instant."""
    left = hours * HOUR
    for opens, closes in _spans(start, 400):
        begin = max(opens, start)
        if begin < closes:
            if left <= closes - begin:
                return begin + left
            left -= closes - begin
    raise ValueError("nobody works")
