"""Marketplace limits in force, how near each channel is to them, and editing them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.instants import DAY, day_of
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.tracking import carrier_family, tracking_fault
from opsconsole.domain.wording import plural
from opsconsole.rules.market_limits import LIMITS, MARKETS, METRICS, MarketLimit, Metric, market_of
from opsconsole.services.business import business, setting
from opsconsole.services.names import channel_names, pairs
from opsconsole.services.settings import settings_in_force
from opsconsole.store import audit, dialect
from opsconsole.store.database import Database
from opsconsole.store.schema import channels, market_limits

_KEY = ("market", "metric", "window_days", "valid_from")
_SINCE_EVER = 365  # days looked back where a limit names no window
_COMPARISONS = ("<", "<=", ">=")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a channel stands with a limit: ``failing`` of ``total`` in the window, and how many may fail."""

    channel: str
    limit: MarketLimit
    failing: int
    total: int

    @property
    def is_known(self) -> bool:
        """Whether there are enough cases to tell."""
        return self.total >= max(1, self.limit.minimum_sample)

    @property
    def is_kept(self) -> bool:
        """Whether the limit is kept."""
        return self.limit.keeps(self.failing, self.total)

    @property
    def headroom(self) -> int:
        """How many more may fail before it is not; of the orders in the window, so new good ones add to it."""
        return max(0, self.limit.allowed(self.total) - self.failing)

    def is_near(self, percent: float) -> bool:
        """Whether more than ``percent`` of what the limit allows is used up, or the limit is not kept."""
        allowed = self.limit.allowed(self.total)
        return self.is_known and (not self.is_kept or self.failing * 100 > allowed * percent)

    @property
    def words(self) -> str:
        """``3 more late shipments in 30 days breach Amazon’s 4%``."""
        metric, market = METRICS[self.limit.metric], MARKETS.get(self.limit.market, self.limit.market)
        window = f" in {plural(self.limit.window_days, 'day')}" if self.limit.window_days else ""
        allowed = f"{market}’s {self.limit.limit * 100:g}%"
        if not self.is_kept:
            return f"{self.failing:,} {metric.one if self.failing == 1 else metric.many}{window} breach {allowed}"
        more = self.headroom + 1
        one = "breaches" if more == 1 else "breach"
        return f"{more:,} more {metric.one if more == 1 else metric.many}{window} {one} {allowed}"


def load_limits(connection: Connection) -> None:
    """Bring the limits that come with the program into the database; what is there stays."""
    rows = [_row(limit) for limit in LIMITS]
    dialect.insert_missing(connection, market_limits, rows, _KEY)


def _row(limit: MarketLimit) -> dict[str, Any]:
    row = asdict(limit)
    row["limit_value"] = row.pop("limit")
    return row


def limits_in_force(connection: Connection, day: int) -> list[MarketLimit]:
    """Limits that hold on a local date: the business's own before those of the program, the newest of each."""
    known: dict[tuple[Any, ...], MarketLimit] = {tuple(getattr(x, name) for name in _KEY): x for x in LIMITS}
    for row in connection.execute(select(market_limits)).mappings():
        values = {name: row[name] for name in row if name not in ("id", "limit_value")}
        known[tuple(row[name] for name in _KEY)] = MarketLimit(**values, limit=row["limit_value"])
    newest: dict[tuple[str, str, int], MarketLimit] = {}
    for limit in sorted(known.values(), key=lambda limit: limit.valid_from):
        if limit.valid_from <= day:
            newest[limit.market, limit.metric, limit.window_days] = limit
    return [limit for limit in newest.values() if limit.valid_to is None or day <= limit.valid_to]


def standings(connection: Connection, now: int) -> list[Standing]:
    """How each channel of a marketplace stands with the limits the data can tell about, as of ``now``."""
    company = business(connection, now)
    markets = _channels(connection)
    if not markets:
        return []
    formats = setting(connection, "tracking_formats", now, {}) or {}
    counted: dict[tuple[str, int], Mapping[str, tuple[int, int]]] = {}
    found = []
    for limit in limits_in_force(connection, company.today):
        metric = METRICS.get(limit.metric)
        mine = markets.get(limit.market, ())
        if metric is None or not mine or (metric.count is None and metric.rows is None):
            continue
        key = (limit.metric, limit.window_days)
        if key not in counted:
            counted[key] = _count(connection, metric, now, limit.window_days, formats)
        found += [Standing(channel, limit, *counted[key].get(channel, (0, 0))) for channel in mine]
    return found


def _channels(connection: Connection) -> dict[str, list[str]]:
    by_market: dict[str, list[str]] = defaultdict(list)
    for key, platform in connection.execute(select(channels.c.key, channels.c.platform).order_by(channels.c.key)):
        market = market_of(platform)
        if market is not None:
            by_market[market].append(key)
    return by_market


def _count(
    connection: Connection, metric: Metric, now: int, days: int, formats: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    begin = now - (days or _SINCE_EVER) * DAY
    if metric.count is not None:
        rows = connection.execute(metric.count(begin, now))
        return {row.channel: (int(row.failing or 0), int(row.total)) for row in rows}
    assert metric.rows is not None
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for channel, carrier, service, number in connection.execute(metric.rows(begin, now)):
        family = formats.get(carrier or "", carrier)
        if not carrier_family(family) and carrier_family(service):
            family = service
        counts[channel][0] += tracking_fault(family, number) is not None
        counts[channel][1] += 1
    return {channel: (failing, total) for channel, (failing, total) in counts.items()}


def near(connection: Connection, now: int, percent: float) -> dict[str, dict[str, str]]:
    """Per channel and rule the words of the nearest limit that its exceptions would breach."""
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for one in sorted(standings(connection, now), key=lambda one: (not one.is_kept, -one.headroom)):
        if one.is_near(percent):
            for rule in METRICS[one.limit.metric].rules:
                told[one.channel][rule] = one.words
    return dict(told)


# --- the list, and editing it -----------------------------------------------------------------------------------------

_STATES = (
    ("kept", "Kept"), ("near", "Near"), ("breached", "Breached"), ("too_few", "n too small"), ("no_data", "No data"),
)  # fmt: skip


def list_limits(database: Database, now: int) -> Listing:
    """Limits in force by market and channel with the measure, the headroom and what that means."""
    with database.read() as connection:
        company = business(connection, now)
        percent = float(settings_in_force(connection, now)["market_limit_near"])
        of_limit: dict[MarketLimit, list[Standing]] = defaultdict(list)
        for one in standings(connection, now):
            of_limit[one.limit].append(one)
        limits = limits_in_force(connection, company.today)
        names = channel_names(connection)
    found: list[tuple[MarketLimit, Standing | None]] = []
    for limit in limits:
        found += [(limit, one) for one in of_limit[limit]] or [(limit, None)]
    rows = [_told(limit, one, percent, number) for number, (limit, one) in enumerate(found)]
    fields = (
        Field("market", "Marketplace", Kind.STATUS, labels=tuple(MARKETS.items())),
        Field("channel", "Channel", Kind.STATUS, labels=pairs(names), missing="None"),
        Field("label", "Measure", stretch=True),
        Field("window_days", "Window", Kind.QUANTITY, unit="days"),
        Field("limit", "Limit"),
        Field("value", "Now", Kind.PERCENT, missing="no data"),
        Field("headroom", "May fail yet", Kind.QUANTITY, missing="unknown"),
        Field("state", "State", Kind.STATUS, labels=_STATES),
        Field("words", "In words", missing="The data cannot tell"),
        Field("failing", "Failing", Kind.QUANTITY, hidden=True),
        Field("total", "Of", Kind.QUANTITY, hidden=True),
        Field("metric", "Key", Kind.IDENTIFIER, hidden=True),
        Field("valid_from", "Since", Kind.DATE, hidden=True),
        Field("source_note", "Source", hidden=True),
    )
    return from_rows(
        fields, rows, id_key="id", as_of=now, title="Marketplace limits", time_zone=company.time_zone, group_by="market"
    )


def _told(limit: MarketLimit, one: Standing | None, percent: float, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": number,
        "market": limit.market,
        "metric": limit.metric,
        "label": METRICS[limit.metric].label if limit.metric in METRICS else limit.metric,
        "window_days": limit.window_days or None,
        "limit": f"{limit.comparison} {limit.limit * 100:g}%",
        "valid_from": limit.valid_from,
        "source_note": limit.source_note,
        "state": "no_data",
    }
    if one is None or not one.total:
        return row
    share = one.failing / one.total
    state = "too_few" if not one.is_known else "breached" if not one.is_kept else "kept"
    return row | {
        "channel": one.channel,
        "value": 1 - share if limit.comparison == ">=" else share,
        "headroom": one.headroom,
        "state": "near" if state == "kept" and one.is_near(percent) else state,
        "words": one.words,
        "failing": one.failing,
        "total": one.total,
    }


def set_limit(
    database: Database,
    market: str,
    metric: str,
    *,
    window_days: int,
    comparison: str,
    limit: float,
    reason: str,
    who: str,
    now: int,
    fewer_than: int | None = None,
    minimum_sample: int = 30,
) -> Change:
    """Set a limit from today on; ``limit`` is a share (0.04). UserError says what it must be."""
    if market not in MARKETS or metric not in METRICS:
        raise UserError(f"There is no limit “{metric}” of “{market}”.", f"Markets are {', '.join(MARKETS)}.")
    if comparison not in _COMPARISONS or not 0 <= limit <= 1 or not 0 <= window_days <= 3650:
        raise UserError("A limit is <, <= or >= a share from 0 to 1 over 0 to 3650 days.", "Write 4% as 0.04.")
    if not reason.strip():
        raise UserError("A change needs a reason.", "Name where the new limit stands.")
    with database.write() as connection:
        today = day_of(now, setting(connection, "time_zone", now, "UTC"))
        made = MarketLimit(
            market,
            metric,
            window_days,
            comparison,
            limit,
            today,
            None,
            fewer_than,
            minimum_sample,
            reason.strip(),
            True,
        )
        dialect.upsert(connection, market_limits, [_row(made)], _KEY)
        audit.record(
            connection, who=who, action="market_limit", subject=f"{market} {metric}", detail=_row(made), at=now
        )
    return Change(f"{MARKETS[market]}: {METRICS[metric].label.lower()} must be {comparison} {limit * 100:g}%")


def mark(connection: Connection, day: int) -> Sequence[str]:
    """The same for the same limits."""
    return sorted(repr(limit) for limit in limits_in_force(connection, day))
