"""Which currency the amounts of a mapped file are in, where neither the file nor its mapping says: told or remembered.

Guessing would turn pounds into dollars without a word, so it is asked once, with what is likely and why.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from opsconsole.domain.errors import UserError
from opsconsole.imports.mapping import RecordSpec, type_of
from opsconsole.imports.opened import Opened
from opsconsole.imports.records import Type
from opsconsole.imports.source import Source
from opsconsole.services.business import setting
from opsconsole.store import dialect
from opsconsole.store.schema import orders, settings

_NEWEST = 10_000  # orders are looked at to see which currencies are usual
_MOST = 6
_CODE = re.compile(r"[A-Z]{3}")

Proposals = tuple[tuple[str, str], ...]


class CurrencyNeeded(UserError):  # noqa: N818 - a question to the user
    """Somebody must say which currency a file's amounts are in; ``proposals`` are (code, why), the likely one first."""

    def __init__(self, name: str, proposals: Proposals) -> None:
        code, why = proposals[0]
        super().__init__(
            f"{name}: which currency are its amounts in? Neither the file nor its mapping says.",
            f"Import such a file in the window and answer there, or with --currency {code} on the command line "
            f"({why}): it is remembered for the mapping. Or write it into the mapping: in its editor, or as "
            f'currency = "{code}" under [file].',
        )
        self.proposals = proposals


@dataclass(frozen=True, slots=True)
class CurrencyChoice:
    """The currency of a file's amounts and how it is known; empty where nobody needs to say it."""

    code: str = ""
    note: str = ""


def needs_currency(opened: Opened) -> bool:
    """Whether it has amounts that neither a column nor its mapping gives a currency."""
    spec = opened.spec
    if isinstance(opened.fit.candidate, Source) or spec.currency:
        return False
    return any(_lacks_currency(record) for record in spec.records)


def _lacks_currency(record: RecordSpec) -> bool:
    has = any(known.key == "currency" for known in record.kind.fields) and "currency" not in record.fields
    return has and any(type_of(record, key) in (Type.MONEY, Type.PRICE_E4) for key in record.fields)


def choose_currency(
    conn: Connection, opened: Opened, told: str | None, channel: str, of_channel: str, now: int
) -> CurrencyChoice:
    """The currency for a file; CurrencyNeeded when nobody said it. ``of_channel`` is what the channel's own is."""
    if not needs_currency(opened):
        return CurrencyChoice()
    if told:
        return CurrencyChoice(checked(told), "as told")
    remembered = str(setting(conn, _memory_key(opened.key), now, ""))
    if remembered:
        return CurrencyChoice(remembered, "as the last time")
    if of_channel:
        return CurrencyChoice(of_channel, f"as its channel {channel}")
    raise CurrencyNeeded(opened.file.name, proposals(conn, channel, now))


def checked(code: str) -> str:
    """A currency code in capitals; UserError when it is none."""
    found = code.strip().upper()
    if not _CODE.fullmatch(found):
        raise UserError(f"“{code}” is no currency.", "Write its code of three letters, USD for example.")
    return found


def proposals(conn: Connection | None, channel: str, now: int) -> Proposals:
    """Currencies that amounts may be in, the likely one first, each with the reason; never none.

    Without a connection nothing is known yet.
    """
    found = {} if conn is None else _known_currencies(conn, channel, now)
    if not found:
        found["USD"] = "it is the base currency as long as nothing else is known"
    return tuple(found.items())[:_MOST]


def _known_currencies(conn: Connection, channel: str, now: int) -> dict[str, str]:
    newest = select(orders.c.channel, orders.c.currency).order_by(orders.c.id.desc()).limit(_NEWEST).subquery("newest")
    counted = select(newest.c.channel, newest.c.currency, func.count()).where(newest.c.currency.is_not(None))
    of_channel: Counter[str] = Counter()
    of_all: Counter[str] = Counter()
    for key, code, count in conn.execute(counted.group_by(newest.c.channel, newest.c.currency)):
        of_all[code] += count
        of_channel[code] += count if key == channel else 0
    found: dict[str, str] = {}
    for code in _usual(+of_channel)[:1]:
        found[code] = f"most orders of {channel} are in it"
    base = setting(conn, "base_currency", now)
    if base:
        found.setdefault(str(base), "it is the base currency of the business")
    for number, code in enumerate(_usual(of_all)):
        found.setdefault(code, "other orders are in it" if number else "most orders are in it")
    return found


def _usual(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda code: (-counts[code], code))


def remember_currency(conn: Connection, source: str, code: str, *, who: str, now: int) -> None:
    """Keep what was told for a mapping."""
    if setting(conn, _memory_key(source), now, "") == code:
        return
    row = {
        "key": _memory_key(source),
        "valid_from": now,
        "value_json": json.dumps(code),
        "changed_by": who,
        "changed_at": now,
    }
    dialect.upsert(conn, settings, [row], ["key", "valid_from"])


def _memory_key(source: str) -> str:
    return f"import.currency.{source}"
