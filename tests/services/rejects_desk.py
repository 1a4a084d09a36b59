"""Who imports a file with mistakes and corrects its refused lines."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from opsconsole.services import imports
from opsconsole.services.import_rejects import correct_rejects

DATA = Path(__file__).parents[1] / "data"
GOOD = (DATA / "shopify_orders_75.csv").read_text(encoding="utf-8")
# Two mistakes: a quantity in words in line 9 (order #2003), a total in words in line 2 (order #2001).
BAD = GOOD.replace(",4,Bowl,18.00,", ",four,Bowl,18.00,")


@dataclass
class Desk:
    """Imports files and corrects their lines as the same person."""

    database: Any
    now: int
    folder: Path

    def take(self, text: str, name: str = "orders.csv", **more: Any) -> Any:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        given = {"now": self.now, "who": "Tester", "folder": self.folder / "mappings", **more}
        return imports.import_files(self.database, [path], **given).files[0]

    def correct(self, batch: int, cells: dict[Any, str], **more: Any) -> Any:
        return correct_rejects(self.database, batch, cells, **{"who": "Tester", "now": self.now, **more})

    def column(self, column: Any, *where: Any) -> list[Any]:
        with self.database.read() as conn:
            return list(conn.execute(select(column).where(*where).order_by(column)).scalars())

    def count(self, table: Any) -> int:
        with self.database.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table)).scalar_one())
