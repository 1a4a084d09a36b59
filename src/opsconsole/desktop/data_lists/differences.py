"""Differences: where a channel's feed and a warehouse's feed tell differently of the same orders or the same stock."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.export import export_with
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.sections import pairs, sentences
from opsconsole.desktop.tab_content import Request, Selector, TabAction, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

_LISTS = (("pairs", "pairs of feeds"), ("differences", "differences"))


class DifferencesList(DataList):
    """The pairs of feeds that can be held against each other, and what each pair differs in."""

    key = "differences"
    search_hint = "Order, SKU, file"
    noun = ("difference", "differences")
    subjects = frozenset({"imports", "orders", "order_exceptions"})
    selectors = (
        Selector("what", "Show", choices=_LISTS),
        Selector("pair", "Feeds", field="pair"),
        Selector("kind", "Difference", field="what"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.add_button(
            "Report",
            self._export,
            icon="download-simple",
            tip="Save a workbook: the pairs, and a sheet per pair with its rows",
        )

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The pairs of feeds, or every difference."""
        from opsconsole.services import reconciliation

        progress.step(0, 0, "Holding the feeds against each other")
        if request.options.get("what") == "differences":
            listing = reconciliation.list_differences(workspace.database, request.now)
            return list_content(workspace, request, listing, "difference", data="differences")
        listing = reconciliation.list_feed_pairs(workspace.database, request.now)
        return list_content(workspace, request, listing, "pair of feeds", status=_told(listing), data="pairs")

    def build_panel(self, identity: Any, detail: Any) -> PanelContent:
        """What both sides say; of a pair its figures and what they count."""
        row = self.row_of(identity)
        listing = self.list.listing
        if row is None or listing is None:
            return super().build_panel(identity, detail)
        if self.content.data == "differences":
            return self._difference(row)
        found = super().build_panel(identity, detail)
        title = f"{listing.field('subject').label_of(row['subject'])}: {row['channel_feed']}"
        counted = Section("What is counted", sentences("\n".join([*listing.notes, *_helps(listing)])))
        # The pair in words, by which its differences are found, is the title once more.
        told = (section for section in found.sections if section.title != listing.field("pair").label)
        return PanelContent(title, subtitle=f"against {row['warehouse_feed']}", sections=(*told, counted))

    def _difference(self, row: Mapping[str, Any]) -> PanelContent:
        formats = self.desk.formats(self.request.now)
        listing = self.list.listing
        assert listing is not None

        def side(name: str) -> str:
            said, at = row[f"{name}_says"], row[f"{name}_time"]
            when = f"as of {formats.instant(at)}" if at is not None else "no time known"
            if said is None:
                return f"knows nothing of it, {when}"
            return f"{said}, {when}"

        told = pairs(
            [
                ("Channel", side("channel")),
                ("Its file", row["channel_file"] or "none"),
                ("Warehouse", side("warehouse")),
                ("Its file", row["warehouse_file"] or "none"),
            ]
        )
        raised = row["exception"]
        words = f"It is exception **{raised}**." if raised else listing.field("exception").help
        return PanelContent(
            str(row["order"]),
            subtitle=listing.field("what").label_of(row["what"]),
            sections=(Section("Both sides", told), Section("Exception", sentences(words))),
        )

    def row_actions(self) -> tuple[TabAction, ...]:
        """From a pair to its differences, from a difference to the order or its exception."""
        return (
            TabAction("open", "Show what is behind", lambda ids: self._open(), "O", primary=True),
            TabAction(
                "exception",
                "Show exception",
                lambda ids: self._show_exception(),
                "E",
                enabled=lambda ids: self.content.data == "differences",
                why_not="A pair of feeds is no exception",
            ),
        )

    def _open(self) -> None:
        identity = self.list.current_id()
        row = self.row_of(identity)
        if row is None:
            return
        if self.content.data == "differences":
            self.desk.show("orders", None, {"list": "orders", "search": str(row["order"])})
        else:
            self.reveal(None, {"what": "differences", "pair": str(row["pair"])})

    def _show_exception(self) -> None:
        row = self.row_of(self.list.current_id())
        if row is not None and row.get("exception"):
            self.desk.show("order_exceptions", int(row["exception"]), {"state": "all"})
        else:
            self.bar.show_message("warn", "This row is no exception.")

    def _export(self) -> None:
        def write(workspace: Workspace, path: Path, progress: Progress) -> Path:
            from opsconsole.services import exports

            return exports.export_tab(workspace.database, "reconciliation", path, workspace.now(), progress=progress)

        export_with(self, "Reconciliation", write)


def _told(listing: Any) -> tuple[str, ...]:
    apart = sum(sum(listing.columns[key]) for key in ("differ", "only_channel", "only_warehouse"))
    compared = sum(listing.columns["compared"])
    count, _, words = plural(len(listing), "pair").partition(" ")
    return (
        f"**{count}** {words} of feeds, **{compared:,}** compared",
        f"**{apart:,}** differ or are known to one side",
    )


def _helps(listing: Any) -> list[str]:
    return [f"**{field.label}**: {field.help}" for field in listing.fields if field.help]


TAB = DifferencesList
