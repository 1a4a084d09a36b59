"""Look-ups over what stands around orders: picks, refunds, disputes, tickets, claims, charges, marketplace money."""

from sqlalchemy import func, null, select

from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.services.business import business
from opsconsole.services.names import channel_names, location_names, vendor_names
from opsconsole.services.orders_page_around import AROUND, AroundTable
from opsconsole.store.database import Database
from opsconsole.store.schema import orders


def list_picks(database: Database, now: int) -> Listing:
    """Picks as of ``now``, newest first."""
    return _listed(database, now, AROUND["picks"])


def list_refunds(database: Database, now: int) -> Listing:
    """Refunds as of ``now``, newest first."""
    return _listed(database, now, AROUND["refunds"])


def list_disputes(database: Database, now: int) -> Listing:
    """Disputes as of ``now``, newest first."""
    return _listed(database, now, AROUND["disputes"])


def list_tickets(database: Database, now: int) -> Listing:
    """Tickets as of ``now``, newest first; those of no known order too."""
    return _listed(database, now, AROUND["tickets"])


def list_claims(database: Database, now: int) -> Listing:
    """Claims as of ``now``, newest first."""
    return _listed(database, now, AROUND["claims"])


def list_charges(database: Database, now: int) -> Listing:
    """Freight and site charges as of ``now``, newest first; those of no known order too."""
    return _listed(database, now, AROUND["freight_charges"])


def list_marketplace_entries(database: Database, now: int) -> Listing:
    """Entries of marketplaces' accounts with us as of ``now``, newest first; those of no known order too."""
    return _listed(database, now, AROUND["marketplace_entries"])


def list_reimbursements(database: Database, now: int) -> Listing:
    """What marketplaces gave for lost and damaged goods as of ``now``, newest first; those of no known order too."""
    return _listed(database, now, AROUND["reimbursements"])


def _listed(database: Database, now: int, one: AroundTable) -> Listing:
    """All rows of a table around orders; ids are ``table:number`` (see ``orders.page_of``)."""
    table = one.table
    with database.read() as connection:
        company = business(connection, now)
        names = {
            "channel": channel_names(connection),
            "location": location_names(connection),
            "vendor_key": vendor_names(connection),
        }
        statement = (
            select(
                *one.columns(now, func.coalesce(table.c.currency, orders.c.currency) if one.has_money else None),
                func.coalesce(orders.c.order_number, orders.c.order_id, *one.said_order).label("order"),
                func.coalesce(orders.c.channel, *one.said_channel, null()).label("channel"),
            )
            .select_from(table.outerjoin(orders, orders.c.id == table.c.order_fk))
            .where(*one.begun(now))
            .order_by(func.coalesce(table.c[one.newest or one.since], 0).desc(), table.c.id.desc())
        )
        rows = connection.execute(statement).mappings().all()
    told = [
        {
            **row,
            "id": f"{table.name}:{row['id']}",
            **{key: known.get(row[key], row[key]) for key, known in names.items() if row.get(key)},
        }
        for row in rows
    ]
    fields = (
        Field("order", "Order", Kind.IDENTIFIER, missing=one.no_order, width=110),
        Field("channel", "Channel", missing="Unknown", width=92),
        *one.fields,
    )
    return from_rows(fields, told, id_key="id", as_of=now, title=one.title, time_zone=company.time_zone)
