"""Stores that a file of several names per order, as a shipping program does: which of the known channels they are.

Without that, an order that a shop's own export told would stand there twice, once under the shop and once under the
name that the shipping program has for it.
"""

from sqlalchemy import Connection

from opsconsole.imports.coded import Coded
from opsconsole.imports.convert import slug
from opsconsole.imports.parsed import ParsedFile
from opsconsole.imports.records_kind import Records
from opsconsole.services.import_channels import ChannelChoice, known_channels


def settle_stores(conn: Connection, parsed: ParsedFile, choice: ChannelChoice) -> list[str]:
    """Put known channels in the place of stores: one told for a file of one store, else the one of that name.

    Returns what to say of it.
    """
    named = {name for portion in parsed.portions() for records in portion for name in _channels(records)}
    stores = sorted(named - {choice.key})
    if choice.said and len(stores) == 1 and len(named) == 1:
        meant = {stores[0]: choice.key}
        words = choice.note
    else:
        known = known_channels(conn)
        keys = {key for key, _ in known}
        by_name = {slug(label): key for key, label in known}
        meant = {store: by_name[store] for store in stores if store not in keys and store in by_name}
        words = "by its name"
    parsed.stores = meant
    return [f"Its store “{store}” is the channel {key}, {words}." for store, key in meant.items()]


def _channels(records: Records) -> set[str]:
    column = records.columns.get("channel", ())
    return {str(name) for name in (column.distinct() if isinstance(column, Coded) else column) if name}
