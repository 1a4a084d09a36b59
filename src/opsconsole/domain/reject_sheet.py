"""The workbook of refused lines, as the one that writes it and the one that reads it back both know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The hidden sheet that tells the workbook from any other: a word and its value per row.
HIDDEN_SHEET = "opsconsole"
MARK = "opsconsole rejected lines"
LINE, WRONG = "Line", "What is wrong"
BEYOND = "(beyond the header)"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line: its cells as they are now, what is wrong in words, and the numbers of the cells at fault."""

    line: int
    cells: tuple[str, ...]
    wrong: str = ""
    faults: Mapping[int, str] = field(default_factory=dict)
    first: bool = False


@dataclass(frozen=True, slots=True)
class RejectSheet:
    """Refused lines of an import; ``key`` tells it from one of the same number in another database."""

    batch_id: int
    key: str
    file: str
    label: str
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    as_of: int
    more: int = 0
