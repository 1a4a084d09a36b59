"""Data: import files, see what each did and what was set aside; feeds, sources, rules and settings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.importing import Importing, ImportOutcome
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.pages.import_page import import_panel
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.sections import pairs, sentences
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, Selector, TabContent, read_freshness
from opsconsole.desktop.table.cells import make_cell
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.listing import Listing
from opsconsole.domain.progress import Progress

_LISTS = (
    ("imports", "imports"),
    ("rejects", "rejected lines"),
    ("feeds", "feeds"),
    ("sources", "sources"),
    ("rules", "exception rules"),
    ("settings", "settings"),
)


def _bad_if_any(count: Any) -> str:
    return "bad" if count else "text_muted"


class DataTab(Tab):
    """Where files come in."""

    key = "data"
    search_hint = "File, source, field"
    noun = ("entry", "entries")
    subjects = frozenset({"imports", "order_exceptions"})
    selectors = (Selector("list", "Show", choices=_LISTS),)
    tones = {"rejected": _bad_if_any}

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.importing = Importing(self, self._show_outcome)
        button = KeyButton("Import files", key="Ctrl+I", icon="file")
        button.clicked.connect(lambda: self.importing.choose())
        self.toolbar.add_left(button)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """The chosen list."""
        from opsconsole.services import freshness, imports, order_exceptions, settings

        database, now = workspace.database, request.now
        readers: dict[str, Callable[[], Listing]] = {
            "imports": lambda: imports.list_imports(database, now),
            "rejects": lambda: imports.list_rejects(database, now),
            "feeds": lambda: freshness.list_feeds(database, now),
            "sources": imports.list_sources,
            "rules": lambda: order_exceptions.list_rules(database, now),
            "settings": lambda: settings.list_settings(database, now),
        }
        chosen = request.options.get("list") or "imports"
        listing = readers[chosen]()
        return TabContent(
            listing,
            status=(f"**{len(listing):,}** {_noun(chosen, len(listing))}",),
            freshness=read_freshness(database, now),
            data=chosen,
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> Listing | None:
        """The lines an import set aside."""
        from opsconsole.services import imports

        return imports.list_rejects(workspace.database, now, identity) if isinstance(identity, int) else None

    def build_panel(self, identity: Any, detail: Listing | None) -> PanelContent:
        """An import's page; of the other lists the row's values in words."""
        listing = self.list.listing
        if listing is None or identity not in listing.ids:
            return PanelContent("Gone", subtitle="This row is no longer there.")
        row = listing.row(list(listing.ids).index(identity))
        formats = self.desk.formats(self.request.now)
        if self.content.data == "imports" and detail is not None:
            last = self.importing.last
            files = last.files if last is not None else []
            report = next((file for file in files if file.batch_id == identity), None)
            return import_panel(
                row, detail, report, formats, show_rejects=lambda: self.reveal(None, {"list": "rejects"})
            )
        words = [
            (
                field.label,
                make_cell(field, row[field.key], str(row.get(field.currency) or field.currency), formats).text,
            )
            for field in listing.fields
        ]
        title = words[0][1] if self.content.data != "rejects" else f"{row['file']}, line {row['line']}"
        sections = [Section("All values", pairs([pair for pair in words[1:] if len(pair[1]) <= 48]))]
        sections += [Section(label, sentences(text)) for label, text in words[1:] if len(text) > 48]
        return PanelContent(title, sections=tuple(sections))

    def reveal(self, identity: Any, options: dict[str, str]) -> None:
        """Import files that another part of the window asks for; else as every tab."""
        files = [Path(line) for line in options.pop("files", "").splitlines() if line]
        asked, check_only = options.pop("import", ""), bool(options.pop("check_only", ""))
        super().reveal(identity, {"list": "imports", **options})
        if files:
            self.importing.start(files, check_only=check_only)
        elif asked:
            self.importing.choose()

    def _show_outcome(self, outcome: ImportOutcome) -> None:
        written = [file.batch_id for file in outcome.files if file.batch_id is not None]
        if written:
            self.reveal(written[-1], {})
        else:
            words = [line for file in outcome.files for line in file.words()]
            title = "Checked, nothing written" if outcome.dry_run else "Nothing was imported"
            self.set_panel_open(True)
            self.panel.show_content(PanelContent(title, sections=(Section("Files", sentences("\n".join(words))),)))


def _noun(chosen: str, count: int) -> str:
    many = dict(_LISTS)[chosen]
    return many.removesuffix("s") if count == 1 else many


TAB = DataTab
