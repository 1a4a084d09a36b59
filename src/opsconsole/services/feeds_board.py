"""The board of feeds: what came last, when the next is due, what never came and what it would give.

A feed is fresh until its next data is expected, then due, then late (as the rule of stale feeds sees it).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column, Table

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.instants import SECOND
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.imports.records import KINDS, RecordKind
from opsconsole.imports.source import Source, all_sources
from opsconsole.imports.writer_kinds import column_of
from opsconsole.rules.order_exceptions import RULES
from opsconsole.rules.order_exceptions_records import SYNC_STALE
from opsconsole.rules.rule import Need
from opsconsole.services.freshness import list_feeds
from opsconsole.services.import_report import UNDONE
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, feed_runs, rule_runs, sql_feeds, watched_folders

LATE, DUE, NEVER, UNKNOWN, FRESH = "late", "due", "never", "unknown", "fresh"
STATES = (
    (LATE, "Late"),
    (DUE, "Due"),
    (UNKNOWN, "Not known yet"),
    (FRESH, "Fresh"),
    (NEVER, "Never came"),
)
_ORDER = [code for code, _ in STATES]
_NO_DATA = "No data for this rule: "
_ARRIVALS = 10

_FIELDS = (
    Field("label", "Feed", stretch=True, total=Total.COUNT, total_words="feeds"),
    Field("channel", "Channel", Kind.IDENTIFIER, missing="None", hidden=True),
    Field("state", "State", Kind.STATUS, labels=STATES),
    Field("newest_data_at", "Last data", Kind.INSTANT, missing="never"),
    Field("age", "Age", Kind.DURATION, missing=""),
    Field("usual_interval", "Usual interval", Kind.DURATION, missing="", spare=True),
    Field("expected_at", "Next expected", Kind.INSTANT, missing="", width=150),
    Field("arrivals", "Files", Kind.QUANTITY, spare=True),
    Field("file", "Last file", missing="", wide_only=True, ends_matter=True),
    Field("batch", "Import", Kind.IDENTIFIER, missing="None", hidden=True),
    Field("comes_from", "Comes from", missing="", wide_only=True),
    Field("last_import_at", "Last arrival", Kind.INSTANT, missing="never", hidden=True),
    Field("gives", "Rules that wait for it", missing="", wide_only=True),
    Field("path", "Path", missing="Unknown", hidden=True),
    Field("brought_by", "Brought by", Kind.IDENTIFIER, missing="None", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file of a feed: its import, when it came, what it was called, and how many records it had and refused."""

    batch_id: int
    at: int
    file: str
    read: int
    rejected: int


@dataclass(frozen=True, slots=True)
class FeedPage:
    """The last arrivals of a feed, newest first; of one that never came the rules and sources it concerns."""

    arrivals: tuple[Arrival, ...] = ()
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def list_board(database: Database, now: int) -> Listing:
    """Every feed, the most pressing first, then what rules wait for and never came. Ids are ``source|channel``."""
    known = list_feeds(database, now)
    with database.read() as conn:
        last = _last_files(conn, now)
        waiting = _waiting(conn)
    rows = [_row(identity, row, last, now) for identity, row in zip(known.ids, known.rows(), strict=True)]
    rows += [
        {"id": f"need|{words}", "label": words[:1].upper() + words[1:], "state": NEVER, "gives": ", ".join(rules)}
        for words, rules in waiting.items()
    ]
    rows.sort(key=lambda row: (_ORDER.index(row["state"]), -(row.get("age") or 0), row["label"]))
    return from_rows(_FIELDS, rows, id_key="id", as_of=now, title="Feeds", time_zone=known.time_zone, notes=known.notes)


def feed_page(database: Database, now: int, identity: str) -> FeedPage:
    """What stands behind a row of the board."""
    source, _, rest = identity.partition("|")
    with database.read() as conn:
        if source == "need":
            rules = _waiting(conn).get(rest, [])
            return FeedPage(rules=tuple(rules), sources=tuple(bringing(rest)))
        table = batches.c
        statement = (
            select(table.id, table.started_at, table.file_name, table.records_read, table.rejected)
            .where(table.source == source, func.coalesce(table.channel, "") == rest, table.started_at <= now)
            .order_by(table.id.desc())
            .limit(_ARRIVALS)
        )
        return FeedPage(tuple(Arrival(*row) for row in conn.execute(statement)))


def _row(identity: str, row: Mapping[str, Any], last: Mapping[str, Mapping[str, Any]], now: int) -> dict[str, Any]:
    newest, interval = row["newest_data_at"], row["usual_interval"]
    expected = None if newest is None or not interval or row["state"] == "unknown" else newest + interval * SECOND
    state = {"stale": LATE, "unknown": UNKNOWN}.get(row["state"], FRESH)
    if state == FRESH and expected is not None and now > expected:
        state = DUE
    return {**row, "id": identity, "state": state, "expected_at": expected, **last.get(identity, {})}


def _last_files(conn: Connection, now: int) -> dict[str, dict[str, Any]]:
    """Name, import and folder of each feed's last file."""
    table = batches.c
    newest = (
        select(func.max(table.id))
        .where(table.started_at <= now, table.state != UNDONE)
        .group_by(table.source, func.coalesce(table.channel, ""))
    )
    brought = _brought_by(conn, newest)
    found = conn.execute(select(batches).where(table.id.in_(newest)))
    return {
        f"{row.source}|{row.channel or ''}": {
            "file": row.file_name,
            "batch": str(row.id),
            "path": row.path,
            "comes_from": brought[row.id][1] if row.id in brought else _comes_from(row.path, row.imported_by),
            "brought_by": brought[row.id][0] if row.id in brought else None,
        }
        for row in found
    }


def _brought_by(conn: Connection, newest: Any) -> dict[int, tuple[str, str]]:
    """Imports that an SQL feed or a watched folder brought: its key, as ``query:3``, and what it is in words."""
    r = feed_runs.c
    found = select(r.batch_id, r.feed_fk, sql_feeds.c.name, r.folder_fk, watched_folders.c.name.label("folder"))
    found = found.outerjoin(sql_feeds, sql_feeds.c.id == r.feed_fk)
    found = found.outerjoin(watched_folders, watched_folders.c.id == r.folder_fk).where(r.batch_id.in_(newest))
    return {
        row.batch_id: (f"query:{row.feed_fk}", f"SQL feed {row.name}")
        if row.feed_fk is not None
        else (f"folder:{row.folder_fk}", f"Watched folder {row.folder}")
        for row in conn.execute(found)
    }


def _comes_from(path: str | None, who: str) -> str | None:
    """The folder it lay in, else who brought it."""
    if path:
        return f"Folder {PurePath(path).parent.name or PurePath(path).parent}"
    return who or None


def _waiting(conn: Connection) -> dict[str, list[str]]:
    """What rules need and never came, with the labels of the rules that wait for it."""
    labels = {rule.code: rule.label for rule in RULES}
    statement = select(rule_runs.c.rule, rule_runs.c.reason).where(rule_runs.c.state == "no_data")
    waiting: dict[str, list[str]] = {}
    for rule, reason in conn.execute(statement.order_by(rule_runs.c.rule)):
        words = (reason or "").removeprefix(_NO_DATA)
        if words and rule in labels and rule != SYNC_STALE.code:
            waiting.setdefault(words, []).append(labels[rule])
    return waiting


# --- who would bring it -----------------------------------------------------------------------------------------------


def bringing(words: str) -> list[str]:
    """Labels of the built-in sources whose files tell what a rule needs."""
    need = next((need for rule in RULES for need in rule.needs if need.words == words), None)
    if need is None:
        return []
    wanted = _fields_of(need)
    return [source.label for source in all_sources().values() if _tells(source, wanted)]


def _fields_of(need: Need) -> dict[str, frozenset[str]]:
    """Record kinds whose table a need's probe looks at, with the fields it asks for (none: any will do)."""
    probe = need.probe()
    tables = {table.name for table in probe.get_final_froms() if isinstance(table, Table)}
    columns = _columns(probe.whereclause)
    kinds = [kind for kind in KINDS.values() if kind.table in tables]
    return {kind.key: frozenset(_named(kind, columns)) for kind in kinds}


def _columns(clause: Any) -> set[str]:
    if clause is None:
        return set()
    return {part.name for part in visitors.iterate(clause) if isinstance(part, Column)}


def _named(kind: RecordKind, columns: Iterable[str]) -> Sequence[str]:
    wanted = set(columns)
    return [known.key for known in kind.fields if {known.key, column_of(kind.key, known.key)} & wanted]


def _tells(source: Source, wanted: Mapping[str, frozenset[str]]) -> bool:
    for record in source.spec.records:
        fields = wanted.get(record.kind.key)
        if fields is not None and (not fields or fields & set(record.fields)):
            return True
    return False
