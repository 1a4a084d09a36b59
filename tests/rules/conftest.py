"""Writes the files of an example and runs the rules; the examples' modules stand beside the tests that use them."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

Files = Mapping[str, Any]
_ELSEWHERE = ("feed", "tables")


@pytest.fixture
def raised(writing: Any, now: int) -> Callable[[Files], dict[tuple[str, str], Any]]:
    """All exceptions by (code, subject), after the files were written and the rules run."""
    from sqlalchemy import select

    from opsconsole.services.detection import detect
    from opsconsole.store.schema import exceptions

    def run(files: Files) -> dict[tuple[str, str], Any]:
        _fill(writing, files, now)
        detect(writing.database, now)
        with writing.database.read() as connection:
            rows = connection.execute(select(exceptions)).all()
        return {(row.rule, row.subject): row for row in rows}

    return run


@pytest.fixture
def found(raised: Callable[[Files], dict[tuple[str, str], Any]]) -> Callable[[Files], set[tuple[str, str]]]:
    """Codes and subjects of the exceptions after the files were written and the rules run."""
    return lambda files: set(raised(files))


def _fill(writing: Any, files: Files, now: int) -> None:
    from examples import SHOP, dated
    from sqlalchemy import insert

    from opsconsole.store.schema import feeds, metadata

    tables: dict[str, Sequence[Mapping[str, Any]]] = files.get("tables", {})
    with writing.database.write() as connection:
        for name, rows in tables.items():
            connection.execute(insert(metadata.tables[name]), [dated(row, now) for row in rows])
    for kind, rows in files.items():
        if kind not in _ELSEWHERE:
            writing(at=now - 3_600_000_000, **{kind: [dated(row, now) for row in rows]})
    with writing.database.write() as connection:
        if files.get("feed"):
            row = {"source": "orders_file", "channel": SHOP, "label": "Orders", "usual_interval_seconds": 3600}
            newest = now + files["feed"]["newest_data_at"]
            connection.execute(insert(feeds).values(**row, newest_data_at=newest, arrivals=3))
