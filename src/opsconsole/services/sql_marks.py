"""How far a feed has read: the highest value of its high-water column, and the query for what came since.

Rows with the mark's own value are read again, so that none of several with one value is lost when they arrive apart;
rows without a value are always read, and counted. An import of what is known already changes nothing.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from opsconsole.domain import query_text, wording
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import DAY, to_datetime
from opsconsole.domain.sourcing import KINDS, SqlConnection, SqlFeed
from opsconsole.services.sql_drivers import url_of

_ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")
# Kinds that compare a text with a number or a date as texts, so that a value to begin with must be typed here.
_TYPED = {"sqlite": (int, Decimal), "oracle": (int, Decimal, datetime)}


def to_json(value: Any) -> str:
    """A mark as text that keeps its type; UserError where values of its type have no order."""
    for name, known in _TYPES.items():
        if type(value) is known:
            return json.dumps({"type": name, "value": _WRITE.get(name, str)(value)}, sort_keys=True)
    raise UserError(
        f"The high-water column holds {type(value).__name__}.", "Choose one with times, dates, numbers or text."
    )


def from_json(text: str | None) -> Any:
    """The mark that ``to_json`` told; None for none."""
    if not text:
        return None
    told = json.loads(text)
    return _READ[told["type"]](told["value"])


_TYPES = {
    "integer": int, "decimal": Decimal, "float": float, "time": datetime, "date": date, "text": str, "bytes": bytes
}  # fmt: skip
_WRITE = {"time": lambda at: at.isoformat(" "), "bytes": lambda raw: raw.hex(), "float": repr}
_READ: dict[str, Any] = {
    "integer": int, "decimal": Decimal, "float": float, "time": datetime.fromisoformat, "date": date.fromisoformat,
    "text": str, "bytes": bytes.fromhex,
}  # fmt: skip


def words_of(text: str | None) -> str:
    """A stored mark as people read it; empty for none."""
    return "" if not text else str(json.loads(text)["value"])


def begin_value(text: str, kind: str) -> Any:
    """The value of the first run: text, which most databases take for whatever their column is."""
    words = text.strip()
    typed = _TYPED.get(kind, ())
    if re.fullmatch(r"-?\d+", words) and int in typed:
        return int(words)
    if re.fullmatch(r"-?\d+\.\d+", words) and Decimal in typed:
        return Decimal(words)
    if datetime in typed and re.match(r"\d{4}-\d{2}-\d{2}", words):
        try:
            return datetime.fromisoformat(words)
        except ValueError:
            return words
    return words


def earlier(mark: Any, overlap: int) -> Any:
    """A mark less the overlap: minutes of times, days of dates, whole numbers; text that is no time stays as it is."""
    if not overlap or isinstance(mark, bytes):
        return mark
    if isinstance(mark, datetime):
        return mark - timedelta(minutes=overlap)
    if isinstance(mark, date):
        return mark - timedelta(days=overlap)
    if isinstance(mark, str):
        if not _ISO_TIME.fullmatch(mark):
            return mark
        moved = datetime.fromisoformat(mark) - timedelta(minutes=overlap)
        written = moved.isoformat(mark[10], timespec="microseconds" if "." in mark else "seconds")
        return written.replace("+00:00", "Z") if mark.endswith("Z") else written
    return mark - overlap


@dataclass(frozen=True, slots=True)
class Asked:
    """The statement to send and its values; ``in_order``: its rows come in the order of the high-water column."""

    words: str
    values: dict[str, Any] = field(default_factory=dict)
    in_order: bool = False


def statement(feed: SqlFeed, one: SqlConnection, since: Any) -> Asked:
    """What is sent for a feed; ``since`` None: from the beginning.

    UserError where the query is none that only reads, or cannot be asked for what came since.
    """
    backslashes = KINDS[one.kind].backslashes
    plain = query_text.check(feed.query, backslashes=backslashes)
    if query_text.uses_since(plain, backslashes=backslashes):
        return Asked(plain, {query_text.SINCE: since})
    if not feed.mark_column:
        return Asked(plain)
    if one.kind == "mssql" and plain[:4].lower() == "with":
        raise UserError(
            "SQL Server takes no WITH inside of another query.", "Compare the high-water column with :since yourself."
        )
    column = f"feed_rows.{url_of(one).get_dialect()().identifier_preparer.quote(feed.mark_column)}"
    where = "" if since is None else f"\nWHERE {column} >= :{query_text.SINCE} OR {column} IS NULL"
    wrapped = f"SELECT * FROM (\n{plain}\n) feed_rows{where}\nORDER BY {column}"
    return Asked(wrapped, {} if since is None else {query_text.SINCE: since}, in_order=True)


@dataclass
class MarkWatch:
    """Watches the high-water column of the rows that pass by.

    Times more than a day ahead of ``now`` are typing errors at the source: they are read, but do not move the mark,
    else nothing would come after them. ``in_order``: the rows come in the order of the column, so that of texts, which
    each database sorts in its own way, the last one is the highest.
    """

    column: str
    now: int
    in_order: bool = False
    highest: Any = None
    without: int = 0
    ahead: int = 0
    _place: int = field(default=-1, repr=False)

    def begin(self, names: Sequence[str], query: str) -> None:
        """Find the column; UserError when the result has none of that name."""
        wanted = self.column.casefold()
        found = [place for place, name in enumerate(names) if name.casefold() == wanted]
        if not found:
            raise UserError(
                f"{query}: the result has no column “{self.column}”.", f"Its columns are {', '.join(names[:12])}."
            )
        self._place = found[0]

    def take(self, rows: Sequence[Sequence[Any]]) -> None:
        """Look at rows; UserError where values cannot be compared."""
        values = [row[self._place] for row in rows]
        there = [value for value in values if value is not None]
        self.without += len(values) - len(there)
        counted = [value for value in there if not self._is_ahead(value)]
        self.ahead += len(there) - len(counted)
        if not counted:
            return
        if self.in_order and isinstance(counted[-1], str):
            self.highest = counted[-1]
            return
        try:
            best = max(counted)
            self.highest = best if self.highest is None else max(self.highest, best)
        except TypeError:
            kinds = sorted({type(value).__name__ for value in [*counted, self.highest] if value is not None})
            raise UserError(
                f"The column “{self.column}” holds values of several kinds: {', '.join(kinds)}.",
                "Convert it in the query.",
            ) from None

    def _is_ahead(self, value: Any) -> bool:
        if isinstance(value, datetime):
            limit = to_datetime(self.now + DAY)
            # A local time may be up to 14 hours ahead of UTC.
            return value > limit if value.tzinfo else value > limit.replace(tzinfo=None) + timedelta(hours=14)
        if isinstance(value, date):
            return value > to_datetime(self.now + DAY, "UTC").date() + timedelta(days=1)
        return False

    def notes(self) -> list[str]:
        """What a reader of the report should know of the column."""
        told = []
        if self.without:
            told.append(
                f"{wording.plural(self.without, 'row')} without {self.column}: read every time. "
                "COALESCE it with another column in the query to spare that."
            )
        if self.ahead:
            told.append(
                f"{wording.plural(self.ahead, 'row')} with {self.column} more than a day ahead: the mark does not "
                "follow."
            )
        return told


def newer(before: Any, found: Any) -> Any:
    """The mark after a run: never lower than before where the two can be compared."""
    if found is None:
        return before
    if before is None or type(before) is not type(found) or isinstance(found, str):
        return found
    if isinstance(found, datetime) and bool(found.tzinfo) != bool(before.tzinfo):
        return found
    return max(before, found)


def as_utc(mark: Any) -> Any:
    """A mark of an aware time in UTC, so that it is stored alike whatever the server's zone."""
    return mark.astimezone(UTC) if isinstance(mark, datetime) and mark.tzinfo else mark
