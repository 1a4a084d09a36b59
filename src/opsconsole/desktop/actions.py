"""Everything the keyboard does, declared once: the window's own shortcuts, and the list that ``?`` shows."""

from typing import NamedTuple


class WindowAction(NamedTuple):
    """A shortcut of the whole window; ``method`` is the method of ``commands.Commands`` it calls."""

    keys: tuple[str, ...]
    words: str
    method: str


WINDOW_ACTIONS: tuple[WindowAction, ...] = (
    WindowAction(("/", "Ctrl+F"), "Search", "focus_search"),
    WindowAction(("Ctrl+K",), "Find anything", "open_palette"),
    WindowAction(("F5",), "Reload", "reload"),
    WindowAction(("Ctrl+Z",), "Undo the last change", "undo"),
    WindowAction(("Ctrl+Shift+Z",), "List of changes", "show_changes"),
    WindowAction(("Ctrl+I",), "Import files", "import_files"),
    WindowAction(("Ctrl+E",), "Export to a workbook", "export"),
    WindowAction(("Esc",), "Clear search, then filters, then close the panel", "escape"),
    WindowAction(("F6",), "Next region", "next_region"),
    WindowAction(("Shift+F6",), "Previous region", "previous_region"),
    WindowAction(("Alt+M",), "More tabs", "open_more"),
    WindowAction(("Ctrl+Shift+L",), "Light or dark", "switch_theme"),
    WindowAction(("?",), "This list", "show_shortcuts"),
    WindowAction(("Ctrl+Q",), "Quit", "close"),
)

LIST_KEYS: tuple[tuple[str, str], ...] = (
    ("↑ ↓", "Row"),
    ("J K", "Row"),
    ("Space", "Mark the row"),
    ("Shift ↑↓", "Extend the marks"),
    ("Enter", "Open the panel"),
    ("← →", "Fold and unfold a group, with Shift all"),
    ("Ctrl+C", "Copy cells with headers"),
    ("Shift click", "Sort by one more column"),
)
