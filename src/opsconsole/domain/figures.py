"""A figure with what it means: the number, its words, its definition, and the key under which its rows are found."""

from dataclasses import dataclass

from opsconsole.domain import money
from opsconsole.domain.field import Kind
from opsconsole.domain.wording import count


@dataclass(frozen=True, slots=True)
class Figure:
    """A count, or money in minor units of ``currency``; ``value`` None: not known, and ``missing`` says why.

    ``definition`` is one sentence that says which rows count; ``note`` adds to the number (``$1,204.00 at risk``).
    """

    key: str
    label: str
    value: int | None
    kind: Kind = Kind.QUANTITY
    currency: str = ""
    definition: str = ""
    note: str = ""
    missing: str = "unknown"

    @property
    def words(self) -> str:
        """The number as a person reads it."""
        if self.value is None:
            return self.missing
        return money.in_words(self.value, self.currency) if self.kind is Kind.MONEY else count(self.value)
