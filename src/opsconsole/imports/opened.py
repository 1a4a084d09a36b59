"""What the reader is told besides a file, and a file whose table and header are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opsconsole.imports.mapping import MappingSpec
from opsconsole.imports.numbered import for_header
from opsconsole.imports.recognize import Fit
from opsconsole.imports.source import Source
from opsconsole.imports.tables import InputFile, Table


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader is told besides the file. ``formats`` are date formats the user gave for columns.

    ``decimals`` are decimal signs by column, where another reading of the same columns has decided them. ``channel``,
    ``location``, ``currency``, ``time_zone``: what holds where neither the file nor its mapping says. ``now``: facts
    after it have not happened.
    """

    channel: str = ""
    location: str = ""
    currency: str = ""
    time_zone: str = ""
    formats: Mapping[str, str] | None = None
    decimals: Mapping[str, str] | None = None
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose table and header are known, not yet read; ``spec`` is what its columns mean."""

    file: InputFile
    table: Table
    fit: Fit
    spec: MappingSpec = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out once what its columns mean: some sources have hundreds of numbered ones."""
        candidate = self.fit.candidate
        spec = candidate.spec if isinstance(candidate, Source) else candidate
        object.__setattr__(self, "spec", for_header(spec, self.fit.names))

    @property
    def key(self) -> str:
        """Key of the source; of a saved mapping ``mapping:`` and its name."""
        candidate = self.fit.candidate
        return candidate.key if isinstance(candidate, Source) else f"mapping:{candidate.name}"

    @property
    def label(self) -> str:
        """``Shopify, orders`` or ``Mapping: open PO lines``."""
        candidate = self.fit.candidate
        return candidate.label if isinstance(candidate, Source) else f"Mapping: {candidate.name}"

    @property
    def needed(self) -> set[str]:
        """Normalized names of the columns that its records are read from."""
        return {name for names, _ in self.spec.column_groups() for name in names}
