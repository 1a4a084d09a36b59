"""The look of a workbook: colors by role from the light theme, and cell styles by what they are for."""

import json
from dataclasses import dataclass
from functools import cache

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from opsconsole.domain.resources import resource

FONT = "Calibri"  # the people who get the workbook have it, or a font of the same widths
BODY_SIZE = 11


@cache
def colors() -> dict[str, str]:
    """Colors by role as ``RRGGBB``; series of charts as ``chart_1`` …."""
    theme = json.loads(resource("theme", "tokens.json").read_text(encoding="utf-8"))["themes"]["light"]
    roles = {role: value.lstrip("#") for role, value in theme["color"].items()}
    roles.update({f"chart_{number}": value.lstrip("#") for number, value in theme["chart"].items()})
    return roles


def font(role: str = "text", *, size: float = BODY_SIZE, bold: bool = False, underline: str | None = None) -> Font:
    """Font in the color of a role."""
    return Font(name=FONT, size=size, bold=bold, color=colors()[role], underline=underline)


def fill(role: str) -> PatternFill:
    """Solid fill in the color of a role."""
    return PatternFill("solid", fgColor=colors()[role], bgColor=colors()[role])


def line_below(role: str = "line", style: str = "thin") -> Border:
    """A line under the cell."""
    return Border(bottom=Side(style=style, color=colors()[role]))


def judged(foreground: str, background: str = "", *, bold: bool = False) -> DifferentialStyle:
    """What conditional formatting lays over a cell: text color, and fill where named."""
    shade = PatternFill(bgColor=colors()[background]) if background else None
    return DifferentialStyle(font=Font(color=colors()[foreground], bold=bold or None), fill=shade)


@dataclass(frozen=True, slots=True)
class Look:
    """What decides a cell's style: number format, alignment, color role, weight, fill, lines, text mark."""

    number_format: str = "General"
    align: str = "left"
    role: str = "text"
    bold: bool = False
    fill: str = ""
    size: float = BODY_SIZE
    line: str = "line"
    text_mark: bool = False
    header: bool = False  # wraps, stands on the line
    indent: int = 0


class StyleBook:
    """Style numbers of one workbook by look; a look is registered once."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._book = book
        self._sheet = sheet
        self._known: dict[Look, int] = {}
        self._closed = False

    def close(self) -> None:
        """The styles are written: a look asked for later would point at nothing."""
        self._closed = True

    def number(self, look: Look) -> int:
        """Index of the look among the workbook's cell formats (the ``s`` attribute of a cell)."""
        known = self._known.get(look)
        if known is None:
            if self._closed:
                raise RuntimeError(f"{look} is asked for after the styles were written")
            known = self._known[look] = self._register(look)
        return known

    def _register(self, look: Look) -> int:
        cell = WriteOnlyCell(self._sheet)
        cell.font = font(look.role, size=look.size, bold=look.bold)
        cell.alignment = Alignment(
            horizontal=look.align,
            vertical="bottom" if look.header else "center",
            wrap_text=look.header,
            indent=look.indent,
        )
        cell.number_format = look.number_format
        if look.fill:
            cell.fill = fill(look.fill)
        if look.line:
            cell.border = line_below(look.line, "medium" if look.line == "line_strong" else "thin")
        if look.text_mark:
            cell.quotePrefix = True
        style: int = cell.style_id
        return style
