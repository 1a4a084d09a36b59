"""The audit trail: who did what to what, append-only, each writer's rows chained by hashes.

A chain per writer (a person on a computer), so that writers do not wait for each other. A row's hash covers the hash
before it and the canonical JSON of the row itself; triggers refuse UPDATE and DELETE. Changing, removing or reordering
rows in the middle of a chain therefore shows in ``verify``.
"""

import getpass
import hashlib
import json
import platform
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from opsconsole.store import dialect
from opsconsole.store.schema import audit

_BEGINNING = "0" * 64


def canonical(value: Any) -> str:
    """JSON text that is the same for equal values: sorted keys, no blanks; only JSON's own types are allowed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def this_writer() -> str:
    """Name of the chain that this process writes."""
    try:
        person = getpass.getuser()
    except (OSError, KeyError):
        person = "unknown"
    return f"{person}@{platform.node() or 'unknown'}"


def record(
    conn: Connection, *, who: str, action: str, subject: str, detail: Mapping[str, Any], at: int, writer: str = ""
) -> int:
    """Add a row inside the connection's transaction; returns its number in the writer's chain.

    ``detail`` holds JSON values only (instants as microseconds, amounts as minor units). One row per bulk batch.
    """
    chain = writer or this_writer()
    dialect.hold_lock(conn, f"audit:{chain}")
    last = conn.execute(
        select(audit.c.number, audit.c.hash).where(audit.c.writer == chain).order_by(audit.c.number.desc()).limit(1)
    ).first()
    number, previous = (last[0] + 1, last[1]) if last else (1, _BEGINNING)
    row = {"writer": chain, "number": number, "at": at, "who": who, "action": action, "subject": subject}
    row |= {"detail_json": canonical(dict(detail)), "previous_hash": previous}
    conn.execute(insert(audit).values(**row, hash=_hash(row)))
    return int(number)


def verify(conn: Connection) -> list[str]:
    """What is wrong with the trail, in words; empty when every chain holds."""
    problems: list[str] = []
    expected: dict[str, tuple[int, str]] = {}
    names = [column.name for column in audit.c if column.name not in ("id", "hash")]
    columns = [audit.c[name] for name in names]
    statement = select(*columns, audit.c.hash).order_by(audit.c.writer, audit.c.number)
    for values in conn.execute(statement):
        row = dict(zip(names, values, strict=False))
        number, previous = expected.get(row["writer"], (1, _BEGINNING))
        place = f"row {row['number']} of {row['writer']}"
        if row["number"] != number:
            problems.append(f"Audit trail: {place} follows row {number - 1}; what was between is gone.")
        elif row["previous_hash"] != previous:
            problems.append(f"Audit trail: {place} does not continue the row before it.")
        if values[-1] != _hash(row):
            problems.append(f"Audit trail: {place} was changed after it was written.")
        expected[row["writer"]] = (row["number"] + 1, values[-1])
    return problems


def _hash(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(dict(row)).encode()).hexdigest()
