"""The panels of a feed and of a connection: what it is, how it stands, what its runs did."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.sections import history, pairs, sentences
from opsconsole.desktop.table.formats import Formats
from opsconsole.domain.sourcing import KINDS, OUTCOMES, TLS
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.services.sourcing_page import ConnectionPage, FeedPage

_TONES = {"waiting": "bad", "retrying": "warn", "running": "", "planned": "good", "off": "", "elsewhere": ""}
_WORDS = {
    "waiting": "Waits for you", "retrying": "Tries again", "running": "Runs now", "planned": "In order", "off": "Off",
    "elsewhere": "On another computer", "by_hand": "By hand",
}  # fmt: skip


def feed_panel(
    page: "FeedPage", formats: Formats, retry: Callable[[], None], connect: Callable[[], None]
) -> PanelContent:
    """Contents of the panel of a SQL feed or a watched folder; ``retry`` runs it, ``connect`` opens its database."""
    parts = []
    if page.failing and page.state in ("waiting", "retrying"):
        parts.append(Section("What is wrong", sentences(page.last_words)))
    if page.not_ready:
        parts.append(Section("What is missing", sentences(page.not_ready)))
    to_connection = None if page.connection is None else ("Connection", connect)
    parts.append(Section("What it brings", pairs(_about(page)), link=to_connection))
    if page.feed is not None and page.feed.mark_column:
        mark = page.mark or "not run yet"
        parts.append(Section("Only what is new", pairs([(f"Highest {page.feed.mark_column} read", mark)])))
    parts.append(Section("When", pairs(_when(page, formats))))
    if page.refused:
        told = [f"{_bold(name, words)} {_again(due, formats)}" for name, words, due in page.refused[:5]]
        parts.append(Section("Files refused", sentences("\n".join(told)), f"{len(page.refused)}", ("Retry", retry)))
    if page.feed is not None:
        parts.append(Section("Query", sentences(page.feed.query)))
    rows = [(formats.instant(at), dict(OUTCOMES).get(outcome, outcome), words) for at, outcome, words, _ in page.runs]
    parts.append(Section("Runs", history(rows) if rows else sentences("It has brought nothing yet."), "newest first"))
    return PanelContent(
        page.known.name,
        badge=_WORDS.get(page.state, page.state),
        badge_tone=_TONES.get(page.state, ""),
        subtitle="SQL feed" if page.feed is not None else "Watched folder",
        notice=_notice(page, retry, connect),
        sections=tuple(parts),
    )


def _about(page: "FeedPage") -> list[tuple[str, str]]:
    one = page.feed or page.folder
    assert one is not None
    rows = [("Database" if page.feed is not None else "Folder", page.place), ("Its rows are", page.source)]
    if page.folder is not None:
        rows.append(("Files", page.folder.pattern or "every table and archive"))
        rows += [("Folders inside", "too")] if page.folder.recursive else []
        rows.append(("Computer", page.folder.workstation))
    rows += [("Channel", one.channel)] if one.channel else []
    rows += [("Site", one.location)] if one.location else []
    return rows


def _when(page: "FeedPage", formats: Formats) -> list[tuple[str, str]]:
    return [
        ("Schedule", page.schedule),
        ("Last run", "never" if page.last_at is None else formats.instant(page.last_at)),
        ("Next run", "none" if page.next_at is None else formats.instant(page.next_at)),
    ]


def _notice(page: "FeedPage", retry: Callable[[], None], connect: Callable[[], None]) -> Notice | None:
    if page.not_ready:
        return Notice("It cannot run on this computer", "warn", ("Connection", connect))
    if page.state in ("waiting", "retrying"):
        words = "The last run failed" if page.failing else f"{plural(len(page.refused), 'file')} refused"
        words = f"{words}; {'it waits for you' if page.state == 'waiting' else 'it tries again by itself'}"
        return Notice(words, "bad" if page.state == "waiting" else "warn", ("Retry", retry))
    if page.state == "off":
        return Notice("Switched off: it runs only by hand")
    if page.state == "elsewhere" and page.folder is not None:
        return Notice(f"Only {page.folder.workstation} looks into it")
    return None


def _bold(name: str, words: str) -> str:
    return words.replace(name, f"**{name}**", 1) if words.startswith(name) else f"**{name}**: {words}"


def _again(due: int | None, formats: Formats) -> str:
    return "It waits for you." if due is None else f"Next try **{formats.instant(due)}**."


def connection_panel(page: "ConnectionPage", enter: Callable[[], None], *, kept: bool) -> PanelContent:
    """Contents of the panel of a connection; ``enter`` opens its form for the password, ``kept``: a keyring has it."""
    one, kind = page.connection, KINDS[page.connection.kind]
    rows = [("Kind", kind.label), ("File" if kind.port is None else "Server and database", one.place)]
    if kind.port is not None:
        rows += [("Account", one.user), ("Secured", dict(TLS).get(one.tls, one.tls))]
        rows += [("Authority", one.ca_file)] if one.ca_file else []
        typed = "known until the window is closed" if page.password_known else "not known on this computer"
        rows.append(("Password", "known on this computer" if kept else typed))
    parts = [Section("Where it is", pairs(rows)), Section("Only read", sentences(page.read_only_words))]
    parts.append(Section("Feeds", sentences(_listed([name for _, name in page.feeds]))))
    notice = None
    if not page.password_known:
        notice = Notice("Its password is not known on this computer", "warn", ("Enter it", enter))
    return PanelContent(one.name, subtitle=kind.label, notice=notice, sections=tuple(parts))


def _listed(names: Sequence[str]) -> str:
    return "\n".join(f"**{name}**" for name in names) or "No feed asks it yet."
