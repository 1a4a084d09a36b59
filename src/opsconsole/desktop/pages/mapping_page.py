"""The panel of one saved mapping: what it reads, where it is kept, which files were read with it, what is wrong."""

from collections.abc import Callable
from typing import NamedTuple

from opsconsole.desktop import sections
from opsconsole.desktop.mapping_editor.listings import how_words
from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.errors import UserError
from opsconsole.domain.file_mapping import MappingDraft, from_content
from opsconsole.domain.wording import field_label

_MOST_FIELDS = 40


class MappingPage(NamedTuple):
    """A saved mapping; ``files`` are (batch, name, when, read, rejected), ``labels`` words for kinds of records."""

    mapping: object
    name: str
    text: str
    place: str
    path: str
    fault: str
    deleted: bool
    changed_by: str
    changed_at: int
    draft: MappingDraft
    labels: dict[str, str]
    files: tuple[tuple[int, str, int, int, int], ...]
    time_zone: str


def draft_of(content: dict[str, object]) -> MappingDraft:
    """What a mapping says as far as it can be shown; nothing for a broken one."""
    try:
        return from_content(content)
    except UserError:
        return MappingDraft()


def mapping_panel(page: MappingPage, formats: Formats, show_import: Callable[[int], None]) -> PanelContent:
    """Contents of the panel; ``show_import`` leads to an import."""
    parts: list[Section] = []
    if page.fault:
        parts.append(Section("What is wrong", sections.sentences(page.fault)))
    for number, record in enumerate(page.draft.records):
        rows = [
            (field_label(use.field), how_words(use) if use.editable else "", use.words()[:40])
            for use in page.draft.uses
            if use.record == number
        ]
        if rows:
            parts.append(Section(page.labels.get(record.kind, record.kind), sections.pairs(rows[:_MOST_FIELDS])))
    if page.files:
        rows_ = [[name, formats.instant(at), f"{read:,}", f"{refused:,}"] for _, name, at, read, refused in page.files]
        table = sections.table(("File", "Imported", "Read", "Rejected"), rows_, right=(2, 3))
        newest = page.files[0][0]
        parts.append(Section("Files read with it", table, "newest first", ("Show newest", lambda: show_import(newest))))
    else:
        parts.append(Section("Files read with it", sections.sentences("None yet. A file of its header is recognized.")))
    facts = [("Kept in", "the database" if page.place == "database" else page.path)]
    facts += [("Changed", formats.instant(page.changed_at))] if page.changed_at else []
    facts += [("By", page.changed_by)] if page.changed_by else []
    parts.append(Section("The mapping", sections.pairs(facts)))
    badge, tone = ("Deleted", "") if page.deleted else ("Broken", "bad") if page.fault else ("Ready", "good")
    return PanelContent(
        page.name,
        badge=badge,
        badge_tone=tone,
        subtitle="Recognized by the header it was made for, or by the columns it reads",
        notice=Notice("It cannot be used until it is mended", "bad") if page.fault else None,
        sections=tuple(parts),
    )
