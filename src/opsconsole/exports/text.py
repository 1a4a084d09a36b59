"""Text that is safe in a workbook: never a formula, never a character that the format forbids, never too long."""

import re
from collections.abc import Container

LONGEST_TEXT = 32_767  # UTF-16 units in a cell: Excel specifications and limits
LONGEST_SHEET_NAME = 31
LONGEST_TABLE_NAME = 255

# XML 1.0 production [2] Char leaves these out; a lone surrogate cannot be encoded at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# "_x0041_" would be read as an escaped "A" (ECMA-376 part 1, 22.9.2.19 ST_Xstring).
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# Where text starts with one of these a spreadsheet may take it for a formula.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_UNUSUAL = re.compile("[\x00-\x1f&<>\ufffe\uffff\ud800-\udfff]|_x|^[=+\\-@\uff1d\uff0b\uff0d\uff20]|^ | $|  ")
_EDGE_SPACE = re.compile(r"^\s|\s$|\n|  ")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_TABLE_NAME = re.compile(r"[^0-9A-Za-z_]")


def cleaned(text: str) -> str:
    """Text with forbidden characters removed and cut to what a cell holds; a cut says how much is missing."""
    text = _FORBIDDEN.sub("", text)
    if len(text) * 2 <= LONGEST_TEXT or _units(text) <= LONGEST_TEXT:
        return text
    note = f" … (cut, {len(text):,} characters in all)"
    room = LONGEST_TEXT - len(note)
    kept = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", errors="ignore")
    return kept + note


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula: such a cell is marked as text."""
    return text.startswith(_FORMULA_START)


def element(text: str) -> tuple[str, bool]:
    """The ``<t>`` element of a text and whether its cell has to be marked as text (formula-like)."""
    if _UNUSUAL.search(text) is None and len(text) * 2 <= LONGEST_TEXT:
        return f"<t>{text}</t>", False
    text = cleaned(text)
    marked = is_formula_like(text)
    space = ' xml:space="preserve"' if _EDGE_SPACE.search(text) else ""
    return f"<t{space}>{escaped(text)}</t>", marked


def escaped(text: str) -> str:
    """Cleaned text as XML content or attribute; what looks like an escape is escaped itself."""
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text.replace("\r", "_x000D_")


def one_line(text: str) -> str:
    """Cleaned text with every run of white space as one space, for headers, names and titles."""
    return " ".join(cleaned(text).split())


def sheet_name(wanted: str, taken: Container[str]) -> str:
    """A legal sheet name near ``wanted`` that is not in ``taken`` (lower-cased names)."""
    name = _NOT_IN_SHEET_NAME.sub(" ", one_line(wanted)).strip(" '") or "Sheet"
    if name.lower() == "history":  # reserved by Excel
        name = "History list"
    return _unique(name, taken, LONGEST_SHEET_NAME, " ({})")


def table_name(wanted: str, taken: Container[str]) -> str:
    """A legal table name near ``wanted`` that is not in ``taken`` (lower-cased names); starts with a letter."""
    name = _NOT_IN_TABLE_NAME.sub("_", one_line(wanted)).strip("_") or "table"
    # "t_" also keeps it from looking like a cell reference such as AB12 or R1C1.
    return _unique(f"t_{name}", taken, LONGEST_TABLE_NAME, "_{}")


def unique_header(wanted: str, taken: Container[str]) -> str:
    """A table header near ``wanted`` that is not in ``taken`` (lower-cased headers)."""
    return _unique(one_line(wanted) or "Column", taken, LONGEST_TABLE_NAME, " ({})")


def quoted_sheet(name: str) -> str:
    """Sheet name as references write it: ``'Stock levels'``."""
    return "'" + name.replace("'", "''") + "'"


def _unique(name: str, taken: Container[str], longest: int, suffix: str) -> str:
    candidate, count = _cut(name, longest), 1
    while candidate.lower() in taken:
        count += 1
        end = suffix.format(count)
        candidate = _cut(name, longest - len(end)).rstrip() + end
    return candidate


def _cut(text: str, units: int) -> str:
    return (
        text if _units(text) <= units else text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore").strip()
    )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
