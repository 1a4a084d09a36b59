"""The form of a SQL feed: the query with its first rows, what the rows are, how far it has read, and when it runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from opsconsole.desktop.dialogs.fields_form import FieldsForm, column_of, side_by_side
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.words import Words
from opsconsole.domain.sourcing import SqlFeed, feed_problems
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.table.arranger import Arranger
    from opsconsole.services.sourcing_page import Choices

_PREVIEW, _ASKING = "First rows", "Asking the query"
SCHEDULE_HINT = "every 15 minutes, or Mon-Fri 06:30, 14:00"
_QUERY_HINT = "SELECT … FROM orders\n\n:since stands for the highest value of the high-water column read so far."


class QueryForm(FieldsForm):
    """``saved`` and ``preview_asked`` carry a feed without problems; ``stop_asked``: nobody waits for its rows."""

    saved = Signal(object)
    preview_asked = Signal(object)
    stop_asked = Signal()

    def __init__(
        self, feed: SqlFeed, choices: "Choices", mark: str, rows: ListView, parent: QWidget | None = None
    ) -> None:
        super().__init__("New SQL feed" if not feed.id else f"SQL feed: {feed.name}", parent)
        self._feed, self._choices = feed, choices
        self._kinds = {str(one.id): one.kind for one in choices.connections}
        self.rows = rows
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(12)
        body = QHBoxLayout()
        body.setSpacing(24)
        body.addLayout(self._about(feed, mark), 2)
        body.addLayout(self._asked(feed), 3)
        whole.addLayout(body, 1)
        whole.addWidget(self.foot)
        whole.addLayout(self.buttons((_PREVIEW, "Ask the query and show its first rows; nothing is written",
                                      self.preview)))  # fmt: skip
        self.resize(1080, 620)

    def _about(self, feed: SqlFeed, mark: str) -> QVBoxLayout:
        column = column_of("Feed")
        self.line(column, "name", "Name", feed.name, "ERP orders")
        connections = [(str(one.id), f"{one.name}: {one.place}") for one in self._choices.connections]
        self.choice(column, "connection_id", "Database", connections, str(feed.connection_id or ""))
        self.choice(column, "source", "Its rows are", self._choices.sources, feed.source)
        places = column_of(), column_of()
        self.choice(places[0], "channel", "Channel", [("", ""), *self._choices.channels], feed.channel, free=True)
        self.choice(places[1], "location", "Site", [("", ""), *self._choices.locations], feed.location, free=True)
        column.addLayout(side_by_side(*places))
        column.addSpacing(6)
        column.addWidget(Words("Only what is new", role="section"))
        marks = column_of(), column_of()
        self.line(marks[0], "mark_column", "High-water column", feed.mark_column, "updated_at")
        self.line(marks[1], "begin_with", "First run begins with", feed.begin_with, "everything")
        column.addLayout(side_by_side(*marks))
        limits = column_of(), column_of()
        self.line(limits[0], "overlap", "Overlap, minutes", str(feed.overlap or ""), "0")
        self.line(limits[1], "time_limit_seconds", "Time limit, seconds", str(feed.time_limit_seconds))
        column.addLayout(side_by_side(*limits))
        column.addWidget(Words(f"Read up to **{mark}**." if mark else "Not run yet.", role="small", wrap=True))
        column.addSpacing(6)
        column.addWidget(Words("When", role="section"))
        self.line(column, "schedule", "Schedule (empty: by hand)", feed.schedule, SCHEDULE_HINT)
        column.addStretch(1)
        return column

    def _asked(self, feed: SqlFeed) -> QVBoxLayout:
        column = column_of("Query")
        editor = QPlainTextEdit(feed.query)
        editor.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        editor.setPlaceholderText(_QUERY_HINT)
        editor.setTabChangesFocus(True)
        editor.setMinimumHeight(150)
        self.add(column, "query", "One SELECT; the database is only read", editor)
        column.setStretchFactor(editor, 2)
        column.addWidget(Words("First rows", role="section"))
        self.rows.setAccessibleName("First rows of the query")
        self.rows.show_empty("No rows yet", "“First rows” asks the query; nothing is written.", ())
        self.rows.empty_words = lambda: ("No rows", "The query finds none; nothing was written.")
        column.addWidget(self.rows, 3)
        return column

    def draft(self, only: Callable[[str], bool] = lambda key: True) -> SqlFeed | None:
        """The feed as it is typed; None where something is wrong with what ``only`` names."""
        found: dict[str, str] = {}
        connection = self.text("connection_id")
        feed = replace(
            self._feed, name=self.text("name"), connection_id=int(connection or 0), query=self.text("query"),
            source=self.text("source"), channel=self.text("channel"), location=self.text("location"),
            mark_column=self.text("mark_column"), begin_with=self.text("begin_with"),
            overlap=self.number("overlap", found, 0) or 0,
            time_limit_seconds=self.number("time_limit_seconds", found, 600) or 600, schedule=self.text("schedule"),
        )  # fmt: skip
        found = {**feed_problems(feed, self._kinds.get(connection, "")), **found}
        found = {key: words for key, words in found.items() if only(key)}
        self.show_problems(found)
        return None if found else feed

    def save(self) -> None:
        """Hand the feed over, if nothing is wrong."""
        feed = self.draft()
        if feed is not None:
            self.saved.emit(feed)

    def preview(self) -> None:
        """Ask for the first rows, or stop asking; a name or a schedule is not needed for that."""
        if self.foot.plain == _ASKING:
            self.stop_asked.emit()
            self.say("Stopped; nothing was written.")
            return
        feed = self.draft(lambda key: key in ("connection_id", "query", "mark_column", "begin_with"))
        if feed is not None:
            self.say(_ASKING)
            self.preview_asked.emit(feed)

    def say(self, words: str, tone: str = "") -> None:
        """Say it at the foot; as long as the query is asked, the button that asked it stops it."""
        super().say(words, tone)
        self.others[_PREVIEW].set_label("Stop" if words == _ASKING else _PREVIEW)

    def show_rows(self, arranger: "Arranger", formats: Formats) -> None:
        """Show the first rows."""
        count = plural(len(arranger.listing), "row")
        words = f"The first {count}; nothing was written." if len(arranger.listing) else "The query has no rows."
        self.say(words, "good" if len(arranger.listing) else "warn")
        self.rows.set_listing(arranger, formats)

    def fit(self) -> None:
        """As high as the sentences need, and never lower than it was: the first rows have what is left."""
        height = self.height()
        super().fit()
        self.resize(self.width(), max(height, self.height()))

    def keyPressEvent(self, event: Any) -> None:
        """Enter inside of a field does not close the form."""
        if event.key() in (0x01000004, 0x01000005):
            return
        super().keyPressEvent(event)
