"""The panel of a feed: how old it is by its own clock, its last files; of one that never came what it would give."""

from typing import TYPE_CHECKING, Any

from opsconsole.desktop import sections
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.table.formats import Formats

if TYPE_CHECKING:
    from opsconsole.services.feeds_board import FeedPage

TONES = {"late": "bad", "due": "warn", "never": "warn", "fresh": "good", "unknown": ""}


def feed_panel(row: dict[str, Any], page: "FeedPage", formats: Formats, state: str) -> PanelContent:
    """Contents of the panel; ``state`` is the row's in words."""
    tone = TONES.get(row["state"], "")
    if row["state"] == "never":
        return PanelContent(
            row["label"], badge=state, badge_tone=tone, subtitle="No file has told it yet", sections=_missing(page)
        )
    facts = [
        ("Last data", _instant(row["newest_data_at"], formats)),
        ("Age", "unknown" if row["age"] is None else formats.duration(row["age"])),
        ("Usual interval", "not known yet" if not row["usual_interval"] else formats.duration(row["usual_interval"])),
        ("Next expected", _instant(row["expected_at"], formats, "not known yet")),
        ("Last arrival", _instant(row["last_import_at"], formats)),
        ("Files so far", formats.count(row["arrivals"] or 0)),
        ("Comes from", row["comes_from"] or "unknown"),
    ]
    parts = [Section("By the clock", sections.pairs(facts))]
    if page.arrivals:
        lines = [
            (one.file, formats.instant(one.at), formats.count(one.read), formats.count(one.rejected))
            for one in page.arrivals
        ]
        table = sections.table(("File", "Came", "Read", "Rejected"), [_short(line) for line in lines], right=(2, 3))
        parts.append(Section("Last files", table))
    return PanelContent(
        row["label"],
        badge=state,
        badge_tone=tone,
        subtitle=_told(row, formats),
        sections=tuple(parts),
    )


def _missing(page: "FeedPage") -> tuple[Section, ...]:
    told = "\n".join(f"**{rule}**" for rule in page.rules) or "No rule waits for it any more."
    parts = [Section("What it would give", sections.sentences(told), "rules that wait for it")]
    if page.sources:
        words = f"These files tell it: {', '.join(page.sources)}."
    else:
        words = "None of the files that are recognized by themselves tells it."
    note = "Any other file does once its columns are mapped."
    parts.append(Section("Where it comes from", sections.sentences(words, note=note)))
    return tuple(parts)


def _told(row: dict[str, Any], formats: Formats) -> str:
    expected = row["expected_at"]
    if expected is None:
        return "Its usual interval is known after a few files"
    words = formats.duration(abs(expected - formats.as_of) // 1_000_000)
    return f"Expected {words} ago" if expected < formats.as_of else f"Next in {words}"


def _instant(value: int | None, formats: Formats, missing: str = "never") -> str:
    return missing if value is None else formats.instant(value)


def _short(line: tuple[str, ...]) -> tuple[str, ...]:
    name = line[0] if len(line[0]) <= 20 else f"{line[0][:9]}…{line[0][-10:]}"
    return (name, *line[1:])
