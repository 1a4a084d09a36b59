"""Reconciliation: where a channel's feed and a warehouse's feed tell differently of the same orders and the same stock.

The differences are those of the rule CHANNEL_MISMATCH asked without tolerance, so that the report also shows what is
too small or too young to be an exception, and beside them what only one of the two knows. Stock that two files tell at
moments too far from each other (the rule's "apart") is counted and not compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from opsconsole.domain.field import Field, Kind, Total
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import count
from opsconsole.rules import reconciliation as asked
from opsconsole.rules.order_exceptions import BY_CODE
from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.rules.order_exceptions_mismatch import status_word
from opsconsole.rules.rule import Moment
from opsconsole.services.business import business
from opsconsole.services.names import channel_names, location_names, pairs
from opsconsole.services.rule_values import EVERYWHERE, values_in_force
from opsconsole.store.database import Database
from opsconsole.store.schema import batches, exceptions

MISMATCH = "CHANNEL_MISMATCH"
ORDERS, LISTINGS, STOCK = "orders", "listings", "stock"
_SUBJECTS = ((ORDERS, "Orders"), (LISTINGS, "Listings"), (STOCK, "Stock"))
_OF_KIND = {"order": ORDERS, "listing": LISTINGS, "sku": STOCK}
KINDS = (
    ("state", "Order's state"),
    ("pieces", "Order's pieces"),
    ("only_channel", "Not at the warehouse"),
    ("only_warehouse", "Not on the channel"),
    ("listing", "Offered and in stock"),
    ("stock", "Stock counted"),
)


class Feed(NamedTuple):
    """A source of files, of one channel where it has one."""

    source: str
    channel: str


class Pair(NamedTuple):
    """What is held against each other: orders, listings or stock of a channel's feed and a warehouse's."""

    subject: str
    channel: Feed
    warehouse: Feed

    @property
    def key(self) -> str:
        """``orders/shopify_orders/web-us/harbor_wms/``."""
        return "/".join((self.subject, *self.channel, *self.warehouse))


@dataclass(frozen=True, slots=True)
class _File:
    feed: Feed
    label: str
    name: str


@dataclass
class _Told:
    """Everything that was asked: per pair how many were compared (or lie too far apart), and the differences."""

    compared: dict[Pair, int]
    apart: dict[Pair, int]
    differences: list[dict[str, Any]]
    labels: dict[Feed, str]
    zone: str
    channels: Mapping[str | None, str]
    locations: Mapping[str | None, str]


_DIFFERENCES = (
    Field("what", "Difference", Kind.STATUS, labels=KINDS, width=150, total=Total.COUNT, total_words="differences"),
    Field("order", "Order or SKU", Kind.IDENTIFIER, width=116),
    Field("channel", "Channel", missing="None", width=84),
    Field("location", "Site", missing="Any", width=84),
    Field("channel_says", "Channel says", missing="Nothing", width=110),
    Field("warehouse_says", "Warehouse says", missing="Nothing", width=122),
    Field("pieces", "Pieces apart", Kind.QUANTITY, missing="", width=90, total=Total.SUM),
    Field("value", "Value", Kind.MONEY, currency="currency", missing="Unknown", width=92, total=Total.SUM),
    Field("channel_time", "Channel as of", Kind.INSTANT, missing="Never", hidden=True),
    Field("warehouse_time", "Warehouse as of", Kind.INSTANT, missing="Never", hidden=True),
    Field("exception", "Exception", Kind.IDENTIFIER, missing="Not raised", width=88,
          help="A difference within the tolerance of the rule, or known to one side only, raises none."),
    Field("channel_file", "Channel's file", missing="None", stretch=True, wide_only=True),
    Field("warehouse_file", "Warehouse's file", missing="None", hidden=True),
    Field("since", "Since", Kind.INSTANT, missing="Unknown", hidden=True),
    Field("pair", "Feeds", hidden=True),
    Field("currency", "Currency", hidden=True),
)  # fmt: skip

_PAIRS = (
    Field("subject", "What", Kind.STATUS, labels=_SUBJECTS, width=72),
    Field("channel_feed", "Channel's feed", stretch=True),
    Field("warehouse_feed", "Warehouse's feed", width=180),
    Field("compared", "Compared", Kind.QUANTITY, width=80, total=Total.SUM),
    Field("agree", "Agree", Kind.QUANTITY, width=62, wide_only=True, total=Total.SUM),
    Field("differ", "Differ", Kind.QUANTITY, width=60, total=Total.SUM),
    Field("only_channel", "Channel only", Kind.QUANTITY, width=92, total=Total.SUM,
          help="Orders that wait for a warehouse whose newest file does not know them."),
    Field("only_warehouse", "Warehouse only", Kind.QUANTITY, width=110, total=Total.SUM,
          help="Orders of which the warehouse tells and no channel's file does."),
    Field("apart", "Not comparable", Kind.QUANTITY, hidden=True, total=Total.SUM,
          help="Stock that the two files tell at moments too far from each other; see the rule's value."),
    Field("raised", "Exceptions", Kind.QUANTITY, width=84, total=Total.SUM),
    Field("value", "Value apart", Kind.MONEY, currency="currency", missing="No amount", width=100, total=Total.SUM),
    Field("pair", "Feeds", hidden=True),
    Field("currency", "Currency", hidden=True),
)  # fmt: skip


def list_differences(database: Database, now: int, pair: str | None = None) -> Listing:
    """Every difference as of ``now``, of one pair of feeds (``Pair.key``) or of all; the dearest first."""
    told = _tell(database, now)
    shown = [row for row in told.differences if pair in (None, row["pair_of"].key)]
    return _differences(told, shown, now, "Differences between feeds")


def list_feed_pairs(database: Database, now: int) -> Listing:
    """Per pair of feeds how many were compared, agree, differ, are known to one alone; ids are ``Pair.key``."""
    told = _tell(database, now)
    by_pair: dict[Pair, list[dict[str, Any]]] = defaultdict(list)
    for row in told.differences:
        by_pair[row["pair_of"]].append(row)
    rows = []
    for pair in sorted({*told.compared, *told.apart, *by_pair}):
        rows.append(_pair_row(told, pair, by_pair.get(pair, [])))
    notes = (
        "Compared: orders of which the warehouse's record speaks, listings with stock behind them, SKUs at a site that "
        "both report.",
    )
    return from_rows(
        _PAIRS, rows, id_key="id", as_of=now, title="Feeds held against each other", time_zone=told.zone, notes=notes
    )


def differences_by_pair(database: Database, now: int, progress: Progress | None = None) -> dict[str, Listing]:
    """A listing per pair of feeds that differ, by its words."""
    watched = progress or Progress()
    watched.step(0, 2, "Holding the feeds against each other")
    told = _tell(database, now)
    watched.step(1, 2, "Sorting the differences")
    by_pair: dict[Pair, list[dict[str, Any]]] = defaultdict(list)
    for row in told.differences:
        by_pair[row["pair_of"]].append(row)
    listings = {}
    for pair, rows in sorted(by_pair.items()):
        listing = _differences(told, rows, now, _words(told, pair))
        # On paper there is room for what the screen keeps in its panel.
        told_there = tuple(replace(field, hidden=field.key in ("pair", "currency")) for field in listing.fields)
        listings[listing.title] = replace(listing, fields=told_there)
    return listings


# --- asking -----------------------------------------------------------------------------------------------------------


def _tell(database: Database, now: int) -> _Told:
    with database.read() as connection:
        files = _files(connection)
        moment = _moment(connection, now)
        compared, apart = _compared(connection, moment, files)
        raised = _raised(connection, now)
        found = _found(connection, moment, files, raised)
        found += [_attributed(row, compared) for row in _one_sided(connection, moment, files)]
        zone = business(connection, now).time_zone
        names = channel_names(connection), location_names(connection)
    found.sort(key=lambda row: (-(row["value"] or 0), row["order"] or "", row["id"]))
    labels = {file.feed: file.label for file in files.values()}
    return _Told(compared, apart, found, labels, zone, *names)


def _moment(connection: Connection, now: int) -> Moment:
    """The rule's moment without tolerance; only how far apart two stock files may lie is as the business set it."""
    rule = BY_CODE[MISMATCH]
    in_force = values_in_force(connection, now).of(rule, EVERYWHERE).asked
    values = dict(zip((parameter.key for parameter in rule.parameters), in_force, strict=True))
    return rule.moment(now, {**values, "minutes": 0.0, "percent": 0.0})


def _files(connection: Connection) -> dict[int, _File]:
    b = batches.c
    rows = connection.execute(select(b.id, b.source, b.source_label, b.channel, b.file_name)).all()
    return {row.id: _File(Feed(row.source, row.channel or ""), row.source_label, row.file_name) for row in rows}


def _feed(files: Mapping[int, _File], batch: int) -> Feed:
    file = files.get(batch)
    return file.feed if file is not None else Feed("", "")


def _compared(
    connection: Connection, moment: Moment, files: Mapping[int, _File]
) -> tuple[dict[Pair, int], dict[Pair, int]]:
    compared: dict[Pair, int] = defaultdict(int)
    apart: dict[Pair, int] = defaultdict(int)
    for subject, statement in (
        (ORDERS, asked.compared_orders(moment)),
        (LISTINGS, asked.compared_listings(moment)),
        (STOCK, asked.compared_stock(moment)),
    ):
        for row in connection.execute(statement).mappings():
            pair = Pair(subject, _feed(files, row["channel_batch"]), _feed(files, row["warehouse_batch"]))
            compared[pair] += int(row["compared"] or 0)
            apart[pair] += int(row.get("apart") or 0)
    return compared, {pair: number for pair, number in apart.items() if number}


def _raised(connection: Connection, now: int) -> dict[tuple[str, str], int]:
    e = exceptions.c
    rows = connection.execute(
        select(e.subject_kind, e.subject, e.id).where(ACTIVE, e.rule == MISMATCH, e.detected_at <= now)
    )
    return {(row.subject_kind, row.subject): row.id for row in rows}


def _found(
    connection: Connection, moment: Moment, files: Mapping[int, _File], raised: Mapping[tuple[str, str], int]
) -> list[dict[str, Any]]:
    return [
        _difference(
            {
                **row,
                "order": row["order"] or row["sku"],
                "channel_batch": row["_channel_batch"],
                "warehouse_batch": row["_warehouse_batch"],
            },
            _OF_KIND[row["subject_kind"]],
            files,
            exception=raised.get((row["subject_kind"], row["subject"])),
        )
        for row in connection.execute(BY_CODE[MISMATCH].select(moment)).mappings()
    ]


def _difference(
    row: Mapping[Any, Any], subject: str, files: Mapping[int, _File], *, what: str = "", exception: int | None = None
) -> dict[str, Any]:
    """A row of ``_DIFFERENCES``."""
    theirs, ours = row.get("channel_quantity"), row.get("warehouse_quantity")
    counted = theirs is not None and ours is not None
    value = row["value_at_risk"]
    sides = {"channel": row.get("channel_batch") or 0, "warehouse": row.get("warehouse_batch") or 0}
    kind = what or {ORDERS: "pieces" if counted else "state", LISTINGS: "listing", STOCK: "stock"}[subject]
    return {
        "id": f"{kind}:{row['subject']}",
        "what": kind,
        "order": row["order"],
        "channel": row["channel"],
        "location": row["location"],
        "channel_says": _said(row.get("channel_says"), theirs if counted else None),
        "warehouse_says": _said(row.get("warehouse_says"), ours if counted else None),
        "pieces": None if theirs is None or ours is None else abs(theirs - ours),
        "value": None if value is None else round(value),
        "currency": row["currency"],
        "channel_time": row.get("channel_time"),
        "warehouse_time": row.get("warehouse_time"),
        **{f"{side}_file": files[batch].name if batch in files else None for side, batch in sides.items()},
        "exception": None if exception is None else str(exception),
        "since": row.get("since"),
        "pair_of": Pair(subject, _feed(files, sides["channel"]), _feed(files, sides["warehouse"])),
    }


def _said(code: str | None, quantity: float | None) -> str | None:
    if quantity is not None:
        return count(quantity)
    return None if code is None else status_word(code)


def _one_sided(connection: Connection, moment: Moment, files: Mapping[int, _File]) -> list[dict[str, Any]]:
    """Orders that one side alone knows."""
    found = [
        _difference(row, ORDERS, files, what="only_warehouse")
        for row in connection.execute(asked.only_at_warehouse(moment)).mappings()
    ]
    sites = connection.execute(asked.warehouses(moment)).all()
    telling: dict[str, set[str]] = defaultdict(set)
    for site in sites:
        telling[site.channel].add(site.location)
    for site in sites:
        alone = len(telling[site.channel]) == 1
        statement = asked.only_on_channel(moment, site.location, site.channel, site.warehouse_time, alone=alone)
        told = {"warehouse_batch": site.warehouse_batch, "warehouse_time": site.warehouse_time}
        found += [
            _difference({**row, **told}, ORDERS, files, what="only_channel")
            for row in connection.execute(statement).mappings()
        ]
    return found


def _attributed(row: dict[str, Any], compared: Iterable[Pair]) -> dict[str, Any]:
    """What no channel's file tells is missing from the feed that tells of the channel's other orders there."""
    pair = row["pair_of"]
    if pair.channel.source:
        return row
    fitting = sorted(p for p in compared if p[::2] == pair[::2] and p.channel.channel in (row["channel"], ""))
    return {**row, "pair_of": fitting[0]} if fitting else row


# --- telling ----------------------------------------------------------------------------------------------------------


def _words(told: _Told, pair: Pair) -> str:
    """``Orders: Shopify, orders (web-us) and Harbor WMS``."""
    subject = dict(_SUBJECTS)[pair.subject]
    return f"{subject}: {_feed_words(told, pair.channel)} and {_feed_words(told, pair.warehouse)}"


def _feed_words(told: _Told, feed: Feed) -> str:
    label = told.labels.get(feed, feed.source).removeprefix("Mapping: ").removeprefix("mapping:")
    if not label:
        return "no file"
    return f"{label} ({told.channels.get(feed.channel, feed.channel)})" if feed.channel else label


def _differences(told: _Told, rows: Sequence[dict[str, Any]], now: int, title: str) -> Listing:
    named = {"channel": told.channels, "location": told.locations}
    fields = tuple(
        Field(f.key, f.label, Kind.STATUS, labels=pairs(named[f.key]), missing=f.missing, width=f.width)
        if f.key in named
        else f
        for f in _DIFFERENCES
    )
    shown = [{**row, "pair": _words(told, row["pair_of"])} for row in rows]
    return from_rows(fields, shown, id_key="id", as_of=now, title=title, time_zone=told.zone)


def _pair_row(told: _Told, pair: Pair, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    rows = list(rows)
    one_sided = [row for row in rows if row["what"].startswith("only_")]
    differ = len(rows) - len(one_sided)
    compared = told.compared.get(pair, 0)
    currencies = {row["currency"] for row in rows if row["value"]}
    values = [row["value"] for row in rows if row["value"] is not None]
    return {
        "id": pair.key,
        "pair": _words(told, pair),
        "subject": pair.subject,
        "channel_feed": _feed_words(told, pair.channel),
        "warehouse_feed": _feed_words(told, pair.warehouse),
        "compared": compared,
        "agree": max(0, compared - differ),
        "differ": differ,
        "only_channel": sum(1 for row in rows if row["what"] == "only_channel"),
        "only_warehouse": sum(1 for row in rows if row["what"] == "only_warehouse"),
        "apart": told.apart.get(pair, 0),
        "raised": sum(1 for row in rows if row["exception"]),
        # Amounts in several currencies are no sum.
        "value": sum(values) if values and len(currencies) <= 1 else None,
        "currency": next(iter(currencies), None),
    }
