"""A feed of another program's database into the console's, for the tests of SQL feeds."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from opsconsole.domain.change import Change
from opsconsole.domain.sourcing import SqlFeed
from opsconsole.services import sql_connections, sql_feeds, sql_feeds_run
from opsconsole.services.sql_marks import words_of
from opsconsole.store.schema import orders
from opsconsole.store.schema import sql_feeds as feeds_table

MAPPING = """
name = "ERP orders"
channel = "erp"

[file]
time_zone = "UTC"

[[records]]
kind = "orders"

[records.fields]
order_id = { from = "order_no" }
status = { from = "state", map = { OPEN = "processing", GONE = "shipped" } }
total = { from = "total" }
currency = { const = "EUR" }
placed_at = { from = "placed" }
updated_at = { from = "changed" }
"""
TABLE = "CREATE TABLE sales (order_no VARCHAR(20), state VARCHAR(10), total DECIMAL(12,2), placed {at}, changed {at})"
QUERY = "SELECT order_no, state, total, placed, changed FROM sales"


@dataclass
class Desk:
    """A feed of another database into the console's, with what a test wants to know of it."""

    database: Any
    other: Any
    now: int
    folder: Path
    feed: SqlFeed = field(default_factory=lambda: SqlFeed("ERP orders", query=QUERY, source="mapping:ERP orders"))

    def prepare(self, **more: Any) -> None:
        at = {"sqlite": "TEXT"}.get(self.other.connection.kind, "TIMESTAMP(3)")
        self.other.execute(TABLE.format(at=f"{at} NULL"))
        self.folder.mkdir()
        (self.folder / "erp.toml").write_text(MAPPING)
        made = sql_connections.save_connection(self.database, self.other.connection, who="Ann", now=self.now)
        self.save(replace(self.feed, connection_id=made.ids[0], **more))

    def save(self, feed: SqlFeed) -> Change:
        change = sql_feeds.save_feed(self.database, feed, who="Ann", now=self.now, folder=self.folder)
        self.feed = sql_feeds.find_feed(self.database, change.ids[0])
        return change

    def sell(self, number: str, changed: str | None, state: str = "OPEN", total: str = "12.50") -> None:
        said = "NULL" if changed is None else f"'{changed}'"
        self.other.execute(f"INSERT INTO sales VALUES ('{number}', '{state}', {total}, '2026-11-10 08:00:00', {said})")

    def run(self, **more: Any) -> Any:
        given = {"who": "Ann", "now": self.now, "mappings": self.folder, **more}
        return sql_feeds_run.run_feed(self.database, self.feed.id, self.other.passwords, **given)

    @property
    def mark(self) -> str:
        return words_of(sql_feeds.stored_mark(self.database, self.feed.id))

    def row(self) -> Any:
        with self.database.read() as conn:
            return conn.execute(select(feeds_table).where(feeds_table.c.id == self.feed.id)).one()

    def count(self, table: Any = orders) -> int:
        with self.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table)).scalar_one())
