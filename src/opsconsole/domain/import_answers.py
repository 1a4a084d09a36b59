"""What was asked and said of one file before it is imported."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answers:
    """Its channel, the currency of its amounts, the source or mapping to read it with, date formats by column.

    ``leave_out``: it is not to be imported after all.
    """

    channel: str = ""
    currency: str = ""
    source: str = ""
    mapping: str = ""
    formats: Mapping[str, str] = field(default_factory=dict)
    leave_out: bool = False
